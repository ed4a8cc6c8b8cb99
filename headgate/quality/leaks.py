"""The leak scanner: looks through everything that was written for card data and social security numbers.

It proves what the gate's masker promises, so it shares no code with it and works another way: it reads
finished bytes, knows no contract and no column's meaning, and takes every text, and every number long enough,
for a possible leak. A finding is a place and a count, never the value.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections import Counter
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.compute as pc

from headgate.quality.card_scan import FEWEST_ALONE, SHORTEST, card_numbers, names_card
from headgate.quality.declared_columns import NOT_SEARCHED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

CARD_NUMBER, TRACK_DATA, SECURITY_CODE, SOCIAL_SECURITY_NUMBER = (
    "card_number",
    "track_data",
    "security_code",
    "social_security_number",
)
CHECKS = (CARD_NUMBER, TRACK_DATA, SECURITY_CODE, SOCIAL_SECURITY_NUMBER)

# Digests and UUIDs are full of digits and are not card numbers. Only whole ones of the usual lengths, so that
# a number among letters stays.
# SHA-256 is that of masked tokens; in shorter ids digits at an end may be a number glued on, and stay.
_UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}"
_OPAQUE = re.compile(
    rf"(?<![0-9a-zA-Z])(?:(?=[0-9a-f]*[a-f])[0-9a-f]{{64}}|{_UUID}"
    r"|(?=(?:[0-9a-fA-F]{40}"
    r"|[0-9a-fA-F]{32})(?![0-9a-zA-Z]))([0-9]*)[a-fA-F](?:[0-9a-fA-F]*[a-fA-F])?([0-9]*))(?![0-9a-zA-Z])"
)
_OPAQUE_RE2 = rf"\b(?:[0-9a-f]{{64}}|{_UUID})\b"
_NAMED_RE2 = (
    r"(?i)cvv|cvc|csc|cvn|cav2|security.{0,3}code|verification|ssn|social.?security|pr(?:ü|u\p{M}?"
    r"|ue)f.{0,3}(?:n|z|c|w)|sicherheits|cryptogramme"
    r"|de.{1,3}s(?:é|e\p{M}?)curit|de.{1,3}seguridad|di.{1,3}sicurezza|beveiligings|veiligheids"
    r"|kaart.{0,3}verificatie"
    r"|\[PAN \*{4}\d{4}\]"
)
# RFC 3986, section 2.1, and HTML's character references: digits and what parts their groups.
_ENCODED = re.compile(r"%(?:3[0-9]|2[0DEde])|&(?:nbsp|#(?:0*(?:160|32|4[589]|5[0-7])|[xX]0*3[0-9]));")
_ENCODED_RE2 = r"[0-9]%2[dDeE]|&#[xX]0*3[0-9];"
# Searched after every digit became 0 and every sign between digits a hyphen: twelve digits, however they are
# spaced, or a social security number's nine. Arrow compiles a pattern at each call, and a pattern of all
# scripts' digits would take 60 ms.
_SPACED_ZEROS = "(?:0-{0,8}){11}0|0-{0,3}(?:0-{0,3}){7}0"
_BETWEEN_RE2, _DIGIT_RE2 = r"[^\p{L}\p{N}]", r"\p{Nd}"
_BETWEEN_ASCII, _DIGIT_ASCII = "[^A-Za-z0-9]", "[0-9]"
_FEWEST_DIGITS = 9
_DIGIT = re.compile(r"\d")
_LETTER = re.compile(r"[^\W\d_]")
# Columns of other numbers, which begin like cards by chance, and how many digits these have at most.
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
# Telephone numbers are none, though a German mobile is as long as an old Visa number and begins like one.
# Source: ITU-T E.164, 15 digits.
# No numbering plan of world zone 3 has more than 13 digits.
_DIALLED = re.compile(r"\+(?!3(?:[ .()-]{0,3}\d){13})\d(?:[ .()-]{0,3}\d){6,14}(?![ .()-]{0,3}\d)")
_TAKEN_OUT = "[CVV]"  # stands where a code stood: what is behind it is none, as an amount is
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
# In front of the code: what it is, and whose. Behind a masked card number a short name is enough.
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
# Numbers that were never issued are none. Source: Social Security Administration, POMS RM 10201.035.
# Between blanks, further groups of digits beside it make it part of a longer number, a telephone's for one.
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


# Soft hyphens, zero-width blanks and joiners, and marks of direction, which texts from web pages have between
# digits.
_INVISIBLE = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
_PARTED_INVISIBLY = re.compile(rf"\d{_INVISIBLE.pattern}+\d")
_NOTHING_DECLARED: Mapping[str, int] = {}


def leaks_in_text(text: str, fewest_alone: int = FEWEST_ALONE) -> Counter[str]:
    """Count the leaks of each kind in one text.

    Args:
        fewest_alone: card numbers of fewer digits count only where the text says that they are a card's.
    """
    if _PARTED_INVISIBLY.search(text):
        return leaks_in_text(_INVISIBLE.sub("", text), fewest_alone) | leaks_in_text(
            _INVISIBLE.sub(" ", text), fewest_alone
        )
    plain = _DIALLED.sub(" ", _OPAQUE.sub(_ends_of_id, _typed(_decoded(text.replace(_TAKEN_OUT, "[x]")))))
    counts = {
        CARD_NUMBER: len(card_numbers(plain, fewest_alone)),
        TRACK_DATA: len(_TRACK.findall(plain)) if "^" in plain or "=" in plain else 0,
        SECURITY_CODE: len(_SECURITY_CODE.findall(plain)) if _LETTER.search(plain) else 0,
        SOCIAL_SECURITY_NUMBER: len(_SSN.findall(plain)) + len(_SSN_NAMED.findall(plain)),
    }
    if fewest_alone == NOT_SEARCHED:
        return +Counter({SOCIAL_SECURITY_NUMBER: counts[SOCIAL_SECURITY_NUMBER]})
    return +Counter(counts)


def _ends_of_id(match: re.Match[str]) -> str:
    """Return the digits at both ends of an id, with a sign between them that no number continues over."""
    return f" {match[1] or ''}x{match[2] or ''} "


def _decoded(text: str) -> str:
    """Return the text without the encoding of addresses (RFC 3986) and of HTML."""
    return _ENCODED.sub(lambda match: html.unescape(unquote(match[0])), text)


def _typed(text: str) -> str:
    """Return the text as typed on a keyboard: ASCII digits, one hyphen, a blank for invisible signs."""
    if text.isascii():
        return text
    return "".join(
        str(unicodedata.decimal(sign))
        if sign.isdecimal()
        else {"Pd": "-", "Cf": " "}.get(unicodedata.category(sign), sign)
        for sign in unicodedata.normalize("NFKC", text)
    )


def without_leaks(name: str) -> str:
    """Return a name as a finding may show it: without digits where it is a leak itself."""
    return _DIGIT.sub("#", name) if leaks_in_text(name) else name


def leaks_in_texts(texts: Iterable[str]) -> tuple[int, Counter[str]]:
    """Return how many texts there were, and how many leaks of each kind they hold together."""
    scanned, leaks = 0, Counter[str]()
    for text in texts:
        scanned += 1
        leaks += leaks_in_text(text)
    return scanned, leaks


def have_spaced_digits(texts: pa.Array) -> pa.Array:
    """Return whether each text has enough digits close together for a card or social security number."""
    is_ascii = pc.all(pc.string_is_ascii(texts)).as_py()
    between, digit = (_BETWEEN_ASCII, _DIGIT_ASCII) if is_ascii else (_BETWEEN_RE2, _DIGIT_RE2)
    one_sign = pc.replace_substring_regex(texts, between, "-")
    return pc.match_substring_regex(pc.replace_substring_regex(one_sign, digit, "0"), _SPACED_ZEROS)


def leaks_in_rows(
    rows: pa.Table, declared: Mapping[str, int] = _NOTHING_DECLARED
) -> tuple[int, Counter[tuple[str, str]]]:
    """Return how many cells were scanned, and how many leaks there are by (column, kind).

    Without a column for those in its name.

    Args:
        declared: as `declared_columns.fewest_digits` for the contract of the rows.
    """
    cells, leaks = 0, Counter[tuple[str, str]]()
    for name, column in zip(rows.column_names, rows.columns, strict=True):
        for kind, count in leaks_in_text(name).items():
            leaks["", kind] += count
        texts = _texts(name, column)
        if texts is None:
            continue
        cells += rows.num_rows
        fewest_alone = declared.get(name, _fewest_alone(name))
        for text, times in _suspects(texts):
            for kind, count in leaks_in_text(text, fewest_alone).items():
                leaks[without_leaks(name), kind] += count * times
    return cells, leaks


def _texts(name: str, column: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """Return a column's values as texts; of numbers only those that are long enough to be a card number."""
    column = _unpacked(column)
    kind = column.type
    if pa.types.is_nested(kind) or _is_bytes(kind):
        # Three or four digits are nothing by themselves; only the column's name gives them away.
        named = f"{name}: " if _is_telling(name) else ""
        return pa.chunked_array(
            [pa.array([leaf for value in column for leaf in _leaves(value, named)], pa.string())]
        )
    if _is_telling(name):
        return pc.binary_join_element_wise(name, column.cast(pa.string()), ": ")
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return column.filter(
            pc.greater_equal(pc.abs(column.cast(pa.float64(), safe=False)), 10.0 ** (SHORTEST - 1))
        ).cast(pa.string())
    return None if pa.types.is_temporal(kind) or pa.types.is_boolean(kind) else column.cast(pa.string())


def _unpacked(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return the column's values one by one, as they are stored: what an extension makes of them may have no
    cast to text, as a UUID has none.
    """
    kind = column.type
    if isinstance(kind, pa.BaseExtensionType):
        return _unpacked(pa.chunked_array([chunk.storage for chunk in column.chunks], kind.storage_type))
    if pa.types.is_dictionary(kind):
        decoded = [
            chunk.dictionary.take(chunk.indices) for chunk in column.chunks
        ]  # a cast knows no nested values
        return _unpacked(pa.chunked_array(decoded, kind.value_type))
    return _unpacked(pc.run_end_decode(column)) if pa.types.is_run_end_encoded(kind) else column


def _is_bytes(kind: pa.DataType) -> bool:
    return any(
        is_kind(kind)
        for is_kind in (
            pa.types.is_binary,
            pa.types.is_large_binary,
            pa.types.is_fixed_size_binary,
            pa.types.is_binary_view,
        )
    )


def _leaves(value: pa.Scalar, named: str) -> Iterator[str]:
    """Yield the values inside a nested value one by one, behind their names where they have any."""
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


def _fewest_alone(name: str) -> int:
    """Return how many digits a column's numbers must have to be taken for a card's without a context."""
    return next((longest + 1 for names, longest in _OTHER_NUMBERS if names.search(name)), FEWEST_ALONE)


def _is_telling(name: str) -> bool:
    """Return whether a column's name is a context for its values."""
    return bool(
        names_card(name) or _SECURITY_CODE.search(f"{name}: 123") or _SSN_NAMED.search(f"{name} 219099999")
    )


def _suspects(texts: pa.ChunkedArray) -> Iterator[tuple[str, int]]:
    """Yield each distinct text that is worth a closer look, and how often it occurs."""
    counted = pc.value_counts(texts.drop_null())
    values, counts = counted.field("values"), counted.field("counts")
    stripped = pc.replace_substring_regex(values, _OPAQUE_RE2, " ")
    named = pc.match_substring_regex(stripped, _NAMED_RE2)
    # Counting digits is cheap and leaves few values for the costly pattern.
    many = pc.greater_equal(pc.count_substring_regex(stripped, _DIGIT_RE2), _FEWEST_DIGITS)
    spaced = have_spaced_digits(pc.if_else(many, stripped, "")) if pc.any(many).as_py() else many
    encoded = pc.match_substring_regex(values, _ENCODED_RE2)
    worth = pc.or_(pc.or_(named, spaced), encoded)
    yield from zip(values.filter(worth).to_pylist(), counts.filter(worth).to_pylist(), strict=True)
