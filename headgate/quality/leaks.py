"""The leak scanner: searches written data for card data and social security numbers.

It verifies the gate's masker, so it shares no code with it and works differently: it reads stored bytes
without contracts, and searches all texts and all sufficiently long numbers. A finding is a place and a count,
never a value.
"""

import html
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.compute as pc

from headgate.quality.card_scan import MIN_DIGITS, MIN_DIGITS_ALONE, card_numbers, names_card
from headgate.quality.declared_columns import NOT_SEARCHED

CHECKS = (CARD_NUMBER, TRACK_DATA, SECURITY_CODE, SOCIAL_SECURITY_NUMBER) = (
    "card_number",
    "track_data",
    "security_code",
    "social_security_number",
)

# Hashes and UUIDs, which contain many digits but no card numbers. Only complete ones of the usual lengths are
# removed, so that a number between letters is still searched. SHA-256 is the format of masked tokens; shorter
# ids keep the digits at their ends, which may be an attached number.
_UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}"
_OPAQUE = re.compile(
    rf"(?<![0-9a-zA-Z])(?:(?=[0-9a-f]*[a-f])[0-9a-f]{{64}}|{_UUID}"
    r"|(?=(?:[0-9a-fA-F]{40}"
    r"|[0-9a-fA-F]{32})(?![0-9a-zA-Z]))([0-9]*)[a-fA-F](?:[0-9a-fA-F]*[a-fA-F])?([0-9]*))(?![0-9a-zA-Z])"
)
# The id of a file, and the address of rows of a fact, which are prefixes of SHA-256.
_OWN_ID = re.compile(
    r"(?<![a-zA-Z])(?:(?:file_id|duplicate_of)[\"']?[:=] ?[\"']?(?=[0-9]*[a-f])[0-9a-f]{32}(?![0-9a-zA-Z])"
    r"|facts/[a-z_]+/(?=[0-9]*[a-f])[0-9a-f]{32}(?=\.parquet\b))"
)
_MASKED_FIRST, _MIN_MASKED = 6, 15  # fewer digits would leave less than five unknown
_ID_COLUMN, _ID_LENGTH, _ID_RE2 = "file_id", 32, "^[0-9]*[a-f][0-9a-f]*$"
_OPAQUE_RE2 = rf"\b(?:[0-9a-f]{{64}}|{_UUID})\b"
_NAMED_RE2 = (
    r"(?i)cvv|cvc|csc|cvn|cav2|security.{0,3}code|verification|ssn|social.?security|pr(?:ü|u\p{M}?"
    r"|ue)f.{0,3}(?:n|z|c|w)|sicherheits|cryptogramme"
    r"|de.{1,3}s(?:é|e\p{M}?)curit|de.{1,3}seguridad|di.{1,3}sicurezza|beveiligings|veiligheids"
    r"|kaart.{0,3}verificatie"
    r"|\[PAN \*{4}\d{4}\]"
)
# RFC 3986, section 2.1, and HTML character references, of digits and of separators of groups.
_ENCODED = re.compile(r"%(?:3[0-9]|2[0DEde])|&(?:nbsp|#(?:0*(?:160|32|4[589]|5[0-7])|[xX]0*3[0-9]));")
_ENCODED_RE2 = r"[0-9]%2[dDeE]|&#[xX]0*3[0-9];"
# Matched after all digits are replaced by 0 and all separators by hyphens: twelve digits with any spacing, or
# nine of a social security number. Arrow compiles a pattern at each call, and the digits of all scripts would
# take 60 ms.
_SPACED_ZEROS = "(?:0-{0,8}){11}0|0-{0,3}(?:0-{0,3}){7}0"
_BETWEEN_RE2, _DIGIT_RE2 = r"[^\p{L}\p{N}]", r"\p{Nd}"
_BETWEEN_ASCII, _DIGIT_ASCII = "[^A-Za-z0-9]", "[0-9]"
_MIN_COUNTED_DIGITS = 9
_DIGIT = re.compile(r"\d")
_LETTER = re.compile(r"[^\W\d_]")
# Columns of other numbers, which may begin like card numbers by chance, and their maximum number of digits.
_OTHER_NUMBERS = (
    (
        re.compile(
            r"(?:^|[^a-z])(?:tele)?(?:phone|fax|mobile|tel|gtin|ean|upc|barcode|vat|tax)(?:[^a-z]|$)",
            re.IGNORECASE,
        ),
        15,
    ),
    (re.compile(r"(?:^|[^a-z])(?:tracking|iban|bank_?account)(?:[^a-z]|$)", re.IGNORECASE), 19),
)
# Track 1 format B and track 2. Source: ISO/IEC 7813.
_TRACK = re.compile(r"%?B\d{12,19}\^[^^\n]{2,26}\^\d{4}|;?(?<!\d)\d{12,19}=\d{4}\d{3}")
# Phone numbers: a German mobile number has the length and first digit of an old Visa number. Source: ITU-T
# E.164, 15 digits; no numbering plan of world zone 3 has more than 13 digits.
_DIALLED = re.compile(r"\+(?!3(?:[ .()-]{0,3}\d){13})\d(?:[ .()-]{0,3}\d){6,14}(?![ .()-]{0,3}\d)")
_REMOVED_CODE = "[CVV]"  # the mask of a code; a number after it, such as an amount, is not a code
_CODES_NAMES = (
    r"(?:cvv|cvc|cvn)2?|(?<![a-z])(?:csc(?=\s{0,2}[:=#])|cav2)|security[\W_]{0,3}code"
    r"|card[\W_]{0,3}verification[\W_]{0,3}"
    r"(?:value|code|number)"
    r"|(?:karten[\W_]{0,3}pr(?:ü|ue?)f[\W_]{0,3}(?:nummer|nr|ziffern?|code|wert)"
    r"|sicherheits[\W_]{0,3}(?:code|nummer))"
    r"|cryptogramme(?:[\W_]{1,3}visuel)?|code[\W_]{1,3}de[\W_]{1,3}s[eé]curit[eé]"
    r"|c[oó]digo[\W_]{1,3}de[\W_]{1,3}seguridad"
    r"|codice[\W_]{1,3}di[\W_]{1,3}sicurezza|(?:beveiligings|veiligheids)[\W_]{0,3}code"
    r"|kaart[\W_]{0,3}verificatie[\W_]{0,3}code"
    r"|(?<![\w-])pr(?:ü|ue?)f[\W_]{0,3}(?:nummer|nr)(?=\s{0,2}[:=#])"
)
# The words between a code's name and the code. After a masked card number a short name is enough.
_FILLED = (
    r"[\W_]{0,6}(?:(?:is|no|value|code|number|ist|lautet|est?|è|nr|nummer"
    r"|(?:of|on|the|my|der|die|auf|meiner|de|la|ma|mi|sur|en|della|mia|van|op|mijn)[\W_]{1,3}"
    r"(?:(?:of|on|the|my|der|die|auf|meiner|de|la|ma|mi|sur|en|della|mia|van|op|mijn)[\W_]{1,3}){0,2}"
    r"(?:(?:credit|debit|bank|kredit)?[\W_]?(?:cards?|karten?)|cartes?|tarjetas?|carta"
    r"|(?:credit)?kaart))[\W_]{0,4}){0,2}"
)
_BEHIND_MASKED = (
    r"\[PAN \*{4}\d{4}\][\W_]{1,4}(?:kpn|pr(?:ü|ue?)f[\W_]{0,3}(?:nummer|nr|ziffern?|code)"
    r"|(?:verification[\W_]{1,3})?code|c[oó]digo|codice)[\W_]"
)
_SECURITY_CODE = re.compile(
    rf"(?:(?<![^\W_])cvv2?|(?:{_CODES_NAMES})[\W_]|{_BEHIND_MASKED}){_FILLED}\d{{3,4}}(?![^\W_]|[/.-]\d)",
    re.IGNORECASE,
)
# Without numbers that are never issued. Source: Social Security Administration, POMS RM 10201.035.
# With more groups of digits next to it, a number with blanks is part of a longer one, such as a phone number.
_SSN = re.compile(
    r"(?<![0-9A-Za-z\-.])(?!000|666|9\d\d)\d{3}"
    r"(?:([-.])(?!00)\d{2}\1|(?<!\d \d{3}) (?!00)\d{2} (?!\d{4} \d))"
    r"(?!0000)\d{4}(?!-?[0-9A-Za-z]|\.\d)"
)
_SSN_NAMED = re.compile(
    r"(?:ssns?|social.?security(?:.?(?:number|no))?)(?:\W|_){0,6}"
    r"(?!000|666|9\d\d)\d{3}[-. ]?(?!00)\d{2}[-. ]?(?!0000)\d{4}(?![0-9A-Za-z])",
    re.IGNORECASE,
)


# Soft hyphens, zero-width characters and direction marks, which texts from web pages have between digits.
_INVISIBLE = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
_SEPARATED_INVISIBLY = re.compile(rf"\d{_INVISIBLE.pattern}+\d")
_NOTHING_DECLARED: Mapping[str, int] = {}


def leaks_in_text(text: str, min_digits: int = MIN_DIGITS_ALONE) -> Counter[str]:
    """Count the leaks of each kind in a text.

    Args:
        min_digits: card numbers with fewer digits count only with a context.
    """
    if _SEPARATED_INVISIBLY.search(text):
        return leaks_in_text(_INVISIBLE.sub("", text), min_digits) | leaks_in_text(
            _INVISIBLE.sub(" ", text), min_digits
        )
    plain = _searched(text)
    counts = {
        CARD_NUMBER: len(card_numbers(plain, min_digits)),
        TRACK_DATA: len(_TRACK.findall(plain)) if "^" in plain or "=" in plain else 0,
        SECURITY_CODE: len(_SECURITY_CODE.findall(plain)) if _LETTER.search(plain) else 0,
        SOCIAL_SECURITY_NUMBER: len(_SSN.findall(plain)) + len(_SSN_NAMED.findall(plain)),
    }
    if min_digits == NOT_SEARCHED:
        return +Counter({SOCIAL_SECURITY_NUMBER: counts[SOCIAL_SECURITY_NUMBER]})
    return +Counter(counts)


def masked_leaks(text: str, min_digits: int = MIN_DIGITS_ALONE) -> Counter[tuple[str, str]]:
    """Count the leaks of a text by kind and masked value, which is empty for all but card numbers."""
    counts = leaks_in_text(text, min_digits)
    shown = Counter[tuple[str, str]]()
    if counts[CARD_NUMBER]:
        numbers = sorted(card_numbers(_searched(_INVISIBLE.sub("", text)), min_digits))
        shown.update((CARD_NUMBER, _masked(number)) for number in numbers[: counts[CARD_NUMBER]])
    for kind, count in counts.items():
        shown[kind, ""] += count - sum(times for (of, _), times in shown.items() if of == kind)
    return +shown


def _masked(number: str) -> str:
    """Source: PCI DSS 4.0, requirement 3.4.1: at most the first six and the last four digits."""
    return f"{number[:_MASKED_FIRST] if len(number) >= _MIN_MASKED else ''}…{number[-4:]}"


def _searched(text: str) -> str:
    """Return the text without encodings, ids and phone numbers."""
    plain = _OWN_ID.sub(" ", _normalized(_decoded(text.replace(_REMOVED_CODE, "[x]"))))
    return _DIALLED.sub(" ", _OPAQUE.sub(_ends_of_id, plain))


def _ends_of_id(match: re.Match[str]) -> str:
    """Return the digits at both ends of an id, separated so that no number includes both."""
    return f" {match[1] or ''}x{match[2] or ''} "


def _decoded(text: str) -> str:
    """Return the text without URL encoding (RFC 3986) and HTML character references."""
    return _ENCODED.sub(lambda match: html.unescape(unquote(match[0])), text)


def _normalized(text: str) -> str:
    """Return the text with ASCII digits, ASCII hyphens, and blanks for invisible characters."""
    if text.isascii():
        return text
    return "".join(
        str(unicodedata.decimal(sign))
        if sign.isdecimal()
        else {"Pd": "-", "Cf": " "}.get(unicodedata.category(sign), sign)
        for sign in unicodedata.normalize("NFKC", text)
    )


def without_leaks(name: str) -> str:
    """Return a name for a finding, with its digits masked if the name itself has a leak."""
    return _DIGIT.sub("#", name) if leaks_in_text(name) else name


def leaks_in_texts(texts: Iterable[str]) -> tuple[int, Counter[str]]:
    """Return the number of texts, and the number of leaks of each kind in them."""
    scanned, leaks = 0, Counter[str]()
    for text in texts:
        scanned += 1
        leaks += leaks_in_text(text)
    return scanned, leaks


def have_spaced_digits(texts: pa.Array) -> pa.Array:
    """Return which texts have enough adjacent digits for a card or social security number."""
    is_ascii = pc.all(pc.string_is_ascii(texts)).as_py()
    between, digit = (_BETWEEN_ASCII, _DIGIT_ASCII) if is_ascii else (_BETWEEN_RE2, _DIGIT_RE2)
    one_sign = pc.replace_substring_regex(texts, between, "-")
    return pc.match_substring_regex(pc.replace_substring_regex(one_sign, digit, "0"), _SPACED_ZEROS)


def leaks_in_rows(
    rows: pa.Table, declared: Mapping[str, int] = _NOTHING_DECLARED
) -> tuple[int, Counter[tuple[str, str]]]:
    """Return the number of scanned cells, and the number of leaks by (column, kind).

    Leaks in column names have an empty column.

    Args:
        declared: `declared_columns.fewest_digits` of the rows' contract.
    """
    cells, leaks = 0, Counter[tuple[str, str]]()
    for name, column in zip(rows.column_names, rows.columns, strict=True):
        for kind, count in leaks_in_text(name).items():
            leaks["", kind] += count
        texts = _texts(name, column)
        if texts is None:
            continue
        cells += rows.num_rows
        min_digits = declared.get(name, _min_digits(name))
        for text, times in _suspects(texts):
            for kind, count in leaks_in_text(text, min_digits).items():
                leaks[without_leaks(name), kind] += count * times
    return cells, leaks


def leaks_by_row(
    rows: pa.Table, declared: Mapping[str, int] = _NOTHING_DECLARED
) -> Iterator[tuple[str, int, Counter[tuple[str, str]]]]:
    """Yield column, row from 1 on and `masked_leaks` of each cell with a leak.

    The row is 0 for names of columns, and for nested values and numbers, of which some are not searched.
    """
    for name, column in zip(rows.column_names, rows.columns, strict=True):
        if named := masked_leaks(name):
            yield "", 0, named
        texts = _texts(name, column)
        if texts is None:
            continue
        min_digits = declared.get(name, _min_digits(name))
        suspects = {text: masked_leaks(text, min_digits) for text, _ in _suspects(texts)}
        has_order = len(texts) == rows.num_rows
        for row, text in enumerate(texts.to_pylist(), 1) if any(suspects.values()) else ():
            if leaks := suspects.get(text):
                yield without_leaks(name), row if has_order else 0, leaks


def _texts(name: str, column: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """Return a column's values as texts, without numbers that are too short for a card number."""
    column = _unpacked(column)
    kind = column.type
    if pa.types.is_nested(kind) or _is_bytes(kind):
        # Three or four digits are a code only in the context of the column's name.
        named = f"{name}: " if _is_context(name) else ""
        return pa.chunked_array(
            [pa.array([leaf for value in column for leaf in _leaves(value, named)], pa.string())]
        )
    if pa.types.is_float32(kind) or pa.types.is_float64(kind) or pa.types.is_decimal(kind):
        column = _without_fractions(column)
    if _is_context(name):
        return pc.binary_join_element_wise(name, column.cast(pa.string()), ": ")
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return column.filter(
            pc.greater_equal(pc.abs(column.cast(pa.float64(), safe=False)), 10.0 ** (MIN_DIGITS - 1))
        ).cast(pa.string())
    if pa.types.is_temporal(kind) or pa.types.is_boolean(kind):
        return None
    return _without_ids(name, column.cast(pa.string()))


def _without_fractions(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return the numbers with null for those that have a fraction: they are amounts, as the gate has it."""
    kind = column.type
    if pa.types.is_decimal32(kind) or pa.types.is_decimal64(kind):  # Arrow truncates only the wider ones
        column = column.cast(pa.decimal128(kind.precision, kind.scale))
    return pc.if_else(pc.equal(pc.trunc(column), column), column, pa.scalar(None, column.type))


def _without_ids(name: str, texts: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return the texts of a column without the ids of files."""
    if name != _ID_COLUMN:
        return texts
    is_id = pc.and_(pc.equal(pc.utf8_length(texts), _ID_LENGTH), pc.match_substring_regex(texts, _ID_RE2))
    return pc.if_else(is_id, "", texts)


def _unpacked(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return the column's stored values, because extension types such as UUID may have no cast to text."""
    kind = column.type
    if isinstance(kind, pa.BaseExtensionType):
        return _unpacked(pa.chunked_array([chunk.storage for chunk in column.chunks], kind.storage_type))
    if pa.types.is_dictionary(kind):
        # A cast does not support nested values.
        decoded = [chunk.dictionary.take(chunk.indices) for chunk in column.chunks]
        return _unpacked(pa.chunked_array(decoded, kind.value_type))
    return _unpacked(pc.run_end_decode(column)) if pa.types.is_run_end_encoded(kind) else column


def _is_bytes(kind: pa.DataType) -> bool:
    types = pa.types
    kinds = (types.is_binary, types.is_large_binary, types.is_fixed_size_binary, types.is_binary_view)
    return any(is_kind(kind) for is_kind in kinds)


def _leaves(value: pa.Scalar, named: str) -> Iterator[str]:
    """Yield the values inside a nested value, each after its name if it has one."""
    if not value.is_valid:
        return
    if isinstance(value, pa.ExtensionScalar):
        yield from _leaves(value.value, named)
    elif isinstance(value, pa.MapScalar):
        yield from (
            f"{key}: {leaf}"
            for key, inner in (entry.values() for entry in value.values)
            for leaf in _leaves(inner, named)
        )
    elif isinstance(value, pa.StructScalar):
        yield from (f"{key}: {leaf}" for key, inner in value.items() for leaf in _leaves(inner, named))
    elif isinstance(value, pa.ListScalar):
        yield from (leaf for inner in value.values for leaf in _leaves(inner, named))
    else:
        plain = value.as_py()
        yield named + (plain.decode("latin-1") if isinstance(plain, bytes) else str(plain))


def _min_digits(name: str) -> int:
    """Return the minimum digits of a card number without a context in a column of this name."""
    return next((longest + 1 for names, longest in _OTHER_NUMBERS if names.search(name)), MIN_DIGITS_ALONE)


def _is_context(name: str) -> bool:
    """Return whether a column's name is a context of its values."""
    return bool(
        names_card(name) or _SECURITY_CODE.search(f"{name}: 123") or _SSN_NAMED.search(f"{name} 219099999")
    )


def _suspects(texts: pa.ChunkedArray) -> Iterator[tuple[str, int]]:
    """Yield the distinct texts that may have a leak, each with its number of occurrences."""
    counted = pc.value_counts(texts.drop_null())
    values, counts = counted.field("values"), counted.field("counts")
    stripped = pc.replace_substring_regex(values, _OPAQUE_RE2, " ")
    named = pc.match_substring_regex(stripped, _NAMED_RE2)
    # Counting digits is fast, and leaves few values for the slow pattern.
    many = pc.greater_equal(pc.count_substring_regex(stripped, _DIGIT_RE2), _MIN_COUNTED_DIGITS)
    spaced = have_spaced_digits(pc.if_else(many, stripped, "")) if pc.any(many).as_py() else many
    encoded = pc.match_substring_regex(values, _ENCODED_RE2)
    suspect = pc.or_(pc.or_(named, spaced), encoded)
    yield from zip(values.filter(suspect).to_pylist(), counts.filter(suspect).to_pylist(), strict=True)
