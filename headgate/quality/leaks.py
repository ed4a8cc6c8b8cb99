"""The leak scanner: looks through everything that was written for card data and social security numbers.

It proves what the gate's masker promises, so it shares no code with it and works another way: it reads finished bytes, knows
no contract and no column's meaning, and takes every text, and every number long enough, for a possible leak.
A finding is a place and a count, never the value.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections import Counter
from itertools import accumulate
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator

CARD_NUMBER, TRACK_DATA, SECURITY_CODE, SOCIAL_SECURITY_NUMBER = "card_number", "track_data", "security_code", "social_security_number"
CHECKS = (CARD_NUMBER, TRACK_DATA, SECURITY_CODE, SOCIAL_SECURITY_NUMBER)

_SHORTEST, _LONGEST = 12, 19

# Numbers of 12 and 13 digits are leaks only with a context: article numbers, phone numbers and milliseconds are as long.
_FEWEST_ALONE = 14
_ANY, _UP_TO_19, _16 = range(12, 20), range(16, 20), (16,)

# First digits and lengths of card numbers.
# Source: ISO/IEC 7812-1 (length); the schemes' public issuer ranges as listed in "Payment card number", Wikipedia, 2025; Mastercard Rules,
# ranges of Maestro; the lists of BINs in ActiveMerchant's credit card methods.
_ISSUERS: tuple[tuple[str, str, Container[int]], ...] = (
    ("0604", "0604", _ANY),  # Maestro, in Faker
    ("4", "4", (13, 16, 18, 19)),  # Visa
    ("51", "55", _16),  # Mastercard
    ("2221", "2720", _16),  # Mastercard, second series
    ("34", "34", (15,)),  # American Express
    ("37", "37", (15,)),
    ("300", "305", range(14, 20)),  # Diners Club
    ("3095", "3095", range(14, 20)),
    ("36", "36", range(14, 20)),
    ("38", "39", range(14, 20)),
    ("6011", "6011", _UP_TO_19),  # Discover
    ("644", "659", _UP_TO_19),
    ("35", "35", _UP_TO_19),  # JCB
    ("3088", "3094", _16),  # JCB before 1998
    ("3096", "3102", _16),
    ("3112", "3120", _16),
    ("3158", "3159", _16),
    ("3337", "3349", _16),
    ("2131", "2131", (15,)),
    ("1800", "1800", (15,)),
    ("1175", "1175", (15,)),  # UATP
    ("1290", "1290", (15,)),
    ("1354", "1354", (15,)),
    ("286900", "286900", _16),  # Carnet
    ("62", "62", _UP_TO_19),  # UnionPay
    ("8100", "8171", _UP_TO_19),
    ("8172", "8299", _16),  # RuPay
    ("60", "60", _16),  # RuPay, Hipercard, Sodexo, Cabal and other national schemes
    ("606282", "606282", (19,)),  # Hipercard
    ("600297", "600382", _ANY),  # Maestro
    ("601232", "602050", _ANY),
    ("50", "50", _ANY),  # Maestro, Verve, Elo, Alelo
    ("56", "59", _ANY),  # Maestro
    ("63", "63", _ANY),  # Maestro, Edenred, Elo
    ("67", "67", _ANY),  # Maestro
    ("690032", "690032", _ANY),
    ("2200", "2204", _UP_TO_19),  # Mir
    ("700600", "700600", _16),  # Synchrony
    ("700676", "700676", (16, 19)),  # Routex, Edenred
    ("700678", "700678", (16, 19)),
    ("8600", "8600", _16),  # Uzcard
    ("9682", "9682", _16),  # mada
    ("9704", "9704", _UP_TO_19),  # NAPAS
    ("9792", "9792", _16),  # Troy
    ("9860", "9860", _16),  # Humo
)

# Digests and UUIDs are full of digits and are not card numbers. Only whole ones of the usual lengths, so that a number among letters stays.
_OPAQUE = re.compile(
    r"(?<![0-9a-zA-Z])(?:(?=[0-9a-f]*[a-f])(?:[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32})|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?![0-9a-zA-Z])"
)
_OPAQUE_RE2 = r"\b(?:[0-9a-f]{64}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b"
_NAMED_RE2 = (
    r"(?i)cvv|cvc|csc|cvn|cav2|security.{0,3}code|verification|ssn|social.?security|pr(?:ü|u\p{M}?|ue)f.{0,3}(?:n|z|c|w)|sicherheits|cryptogramme"
    r"|de.{1,3}s(?:é|e\p{M}?)curit|de.{1,3}seguridad|di.{1,3}sicurezza|beveiligings|veiligheids|kaart.{0,3}verificatie"
    r"|\[PAN \*{4}\d{4}\]"
)
# RFC 3986, section 2.1, and HTML's character references: digits and what parts their groups.
_ENCODED = re.compile(r"%(?:3[0-9]|2[0DEde])|&(?:nbsp|#(?:0*(?:160|32|4[589]|5[0-7])|[xX]0*3[0-9]));")
_ENCODED_RE2 = r"[0-9]%2[dDeE]|&#[xX]0*3[0-9];"
# Searched after every digit became 0 and every sign between digits a hyphen: twelve digits, however they are spaced, or a social
# security number's nine. Arrow compiles a pattern at each call, and a pattern of all scripts' digits would take 60 ms.
_SPACED_ZEROS = "(?:0-{0,8}){11}0|0-{0,3}(?:0-{0,3}){7}0"
_BETWEEN_RE2, _DIGIT_RE2 = r"[^\p{L}\p{N}]", r"\p{Nd}"
_BETWEEN_ASCII, _DIGIT_ASCII = "[^A-Za-z0-9]", "[0-9]"
_FEWEST_DIGITS = 9
_DIGIT = re.compile(r"\d")
# What may be glued to a number: zeros in front; behind it its expiry, in two orders, perhaps with the code.
_FEWEST_PADDED, _GLUED_LENGTHS, _LONGEST_TAIL = 14, (14, 15, 16, 19), 8
_MONTH = r"(?:0[1-9]|1[0-2])"
_GLUED = re.compile(rf"(?:{_MONTH}(?:[23]\d(?:\d\d\d)?|20[23]\d|[/.-](?:20)?[23]\d)|[23]\d{_MONTH})(?!\d)")
# What says that a short number is a card's: its name or a code's in the same line, an expiry or the rest of a track behind it.
_CARD_NAMED = re.compile(
    r"(?<![^\W\d_])(?:(?:(?:credit|debit|payment|bank)?[\W_]?cards?|(?:kredit|bank)?karten?|cartes?|tarjetas?"
    r"|cart(?:ão|ao|a di credito)|kaart|(?:kredit|betal)kort|kort(?=nummer)|(?<!\[)pan|visa|maestro|mastercard)"
    r"(?:[\W_]?(?:numbers?|nummer|num|no|nr))?|(?<!\[)(?:cv[vcn]2?|security[\W_]?code))(?![^\W\d_])",
    re.IGNORECASE,
)
_EXPIRES = re.compile(
    r"[\s,;|/-]{1,3}(?:exp(?:iry|ires)?[.:]? ?(?:0?[1-9]|1[0-2]) ?[/.-]?|(?:0?[1-9]|1[0-2]) ?[/.-]) ?(?:20)?[23]\d(?!\d)"
    r"|[=^D]\d{4}|\^[^^\n]{2,26}\^\d{4}",
    re.IGNORECASE,
)
# Columns of other numbers, which begin like cards by chance, and how many digits these have at most.
_OTHER_NUMBERS = (
    (re.compile(r"(?:^|[^a-z])(?:tele)?(?:phone|fax|mobile|tel|gtin|ean|upc|barcode|vat|tax)(?:[^a-z]|$)", re.IGNORECASE), 15),
    (re.compile(r"(?:^|[^a-z])(?:tracking|iban|bank_?account)(?:[^a-z]|$)", re.IGNORECASE), 19),
)
_DIGITS = re.compile(r"\d+")
# A spreadsheet's spelling of long numbers. With eleven digits and the length, few numbers remain for the missing digits.
_SCIENTIFIC = re.compile(r"(?<!\d)(\d)[.,](\d{10,18})[eE]\+?0?(1[1-8])(?!\d)")
# Groups of digits with one and the same gap between them, as people write card numbers, and as times and dates are not;
# the last one may be what is left over. They may overlap, which is why there is a lookahead.
_SPACED = tuple(
    re.compile(rf"(?<!\d)(?=(?P<run>{group}(?P<gap>\W{{1,3}}|_){group}(?!\d)(?:(?P=gap){group}(?!\d))*(?:(?P=gap)\d\d?(?!\d))?))")
    for group in (r"\d", r"\d\d", r"\d{3,7}")
)
# In the groups that are printed on cards, whatever stands in each gap: 4-4-4-4 and longer, 4-6-5 and 4-6-4.
_GAP = r"[\W_]{1,8}"
_PRINTED = re.compile(
    rf"(?<!\d)(?=(?P<run>\d{{4}}(?:{_GAP}\d{{4}}(?!\d)){{2,4}}(?:{_GAP}\d{{1,3}}(?!\d))?|\d{{4}}{_GAP}\d{{6}}{_GAP}\d{{4,5}}(?!\d)))"
)

# Track 1 format B and track 2. Source: ISO/IEC 7813.
_TRACK = re.compile(r"%?B\d{12,19}\^[^^\n]{2,26}\^\d{4}|;?(?<!\d)\d{12,19}=\d{4}\d{3}")
# Telephone numbers are none, though a German mobile is as long as an old Visa number and begins like one. Source: ITU-T E.164, 15 digits.
_DIALLED = re.compile(r"\+\d(?:[ .()-]{0,3}\d){6,14}(?![ .()-]{0,3}\d)")
_TAKEN_OUT = "[CVV]"  # stands where a code stood: what is behind it is none, as an amount is
_CODES_NAMES = (
    r"(?:cvv|cvc|cvn)2?|(?<![a-z])(?:csc(?=\s{0,2}[:=#])|cav2)|security[\W_]{0,3}code|card[\W_]{0,3}verification[\W_]{0,3}"
    r"(?:value|code|number)"
    r"|(?:karten[\W_]{0,3}pr(?:ü|ue?)f[\W_]{0,3}(?:nummer|nr|ziffern?|code|wert)|sicherheits[\W_]{0,3}(?:code|nummer))"
    r"|cryptogramme(?:[\W_]{1,3}visuel)?|code[\W_]{1,3}de[\W_]{1,3}s[eé]curit[eé]|c[oó]digo[\W_]{1,3}de[\W_]{1,3}seguridad"
    r"|codice[\W_]{1,3}di[\W_]{1,3}sicurezza|(?:beveiligings|veiligheids)[\W_]{0,3}code|kaart[\W_]{0,3}verificatie[\W_]{0,3}code"
    r"|(?<![\w-])pr(?:ü|ue?)f[\W_]{0,3}(?:nummer|nr)(?=\s{0,2}[:=#])"
)
# In front of the code: what it is, and whose. Behind a masked card number a short name is enough.
_FILLED = (
    r"[\W_]{0,6}(?:(?:is|no|value|code|number|ist|lautet|est?|è|nr|nummer"
    r"|(?:of|on|the|my|der|die|auf|meiner|de|la|ma|mi|sur|en|della|mia|van|op|mijn)[\W_]{1,3}"
    r"(?:(?:of|on|the|my|der|die|auf|meiner|de|la|ma|mi|sur|en|della|mia|van|op|mijn)[\W_]{1,3}){0,2}"
    r"(?:(?:credit|debit|bank|kredit)?[\W_]?(?:cards?|karten?)|cartes?|tarjetas?|carta|(?:credit)?kaart))[\W_]{0,4}){0,2}"
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


def leaks_in_text(text: str, fewest_alone: int = _FEWEST_ALONE) -> Counter[str]:
    """Count the leaks of each kind in one text.

    Args:
        fewest_alone: card numbers of fewer digits count only where the text says that they are a card's.
    """
    plain = _DIALLED.sub(" ", _OPAQUE.sub(" ", _typed(_decoded(text.replace(_TAKEN_OUT, "[x]")))))
    found = {
        CARD_NUMBER: len(_card_numbers(plain, fewest_alone)),
        TRACK_DATA: len(_TRACK.findall(plain)),
        SECURITY_CODE: len(_SECURITY_CODE.findall(plain)),
        SOCIAL_SECURITY_NUMBER: len(_SSN.findall(plain)) + len(_SSN_NAMED.findall(plain)),
    }
    return +Counter(found)


def _decoded(text: str) -> str:
    """The text without the encoding of addresses (RFC 3986) and of HTML."""
    return _ENCODED.sub(lambda found: html.unescape(unquote(found[0])), text)


def _typed(text: str) -> str:
    """The text as a keyboard has it: digits of all scripts, hyphens of all lengths, a blank for what cannot be seen."""
    if text.isascii():
        return text
    return "".join(
        str(unicodedata.decimal(sign)) if sign.isdecimal() else {"Pd": "-", "Cf": " "}.get(unicodedata.category(sign), sign)
        for sign in unicodedata.normalize("NFKC", text)
    )


def without_leaks(name: str) -> str:
    """Return a name as a finding may show it: without digits where it is a leak itself."""
    return _DIGIT.sub("#", name) if leaks_in_text(name) else name


def leaks_in_texts(texts: Iterable[str]) -> tuple[int, Counter[str]]:
    """Return how many texts there were, and how many leaks of each kind they hold together."""
    scanned, found = 0, Counter[str]()
    for text in texts:
        scanned += 1
        found += leaks_in_text(text)
    return scanned, found


def have_spaced_digits(texts: pa.Array) -> pa.Array:
    """Whether each text has digits enough for a card number or a social security number, near each other."""
    is_ascii = pc.all(pc.string_is_ascii(texts)).as_py()
    between, digit = (_BETWEEN_ASCII, _DIGIT_ASCII) if is_ascii else (_BETWEEN_RE2, _DIGIT_RE2)
    one_sign = pc.replace_substring_regex(texts, between, "-")
    return pc.match_substring_regex(pc.replace_substring_regex(one_sign, digit, "0"), _SPACED_ZEROS)


def leaks_in_rows(rows: pa.Table) -> tuple[int, Counter[tuple[str, str]]]:
    """Return how many cells were scanned, and how many leaks there are by (column, kind); without a column for those in its name."""
    cells, found = 0, Counter[tuple[str, str]]()
    for name, column in zip(rows.column_names, rows.columns, strict=True):
        for kind, count in leaks_in_text(name).items():
            found["", kind] += count
        texts = _texts(name, column)
        if texts is None:
            continue
        cells += rows.num_rows
        fewest_alone = _fewest_alone(name)
        for text, times in _suspects(texts):
            for kind, count in leaks_in_text(text, fewest_alone).items():
                found[without_leaks(name), kind] += count * times
    return cells, found


def _texts(name: str, column: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """A column's values as texts; of numbers only those that are long enough to be a card number."""
    column = _unpacked(column)
    kind = column.type
    if pa.types.is_nested(kind) or _is_bytes(kind):
        # Three or four digits are nothing by themselves; only the column's name gives them away.
        named = f"{name}: " if _is_telling(name) else ""
        return pa.chunked_array([pa.array([leaf for value in column for leaf in _leaves(value, named)], pa.string())])
    if _is_telling(name):
        return pc.binary_join_element_wise(name, column.cast(pa.string()), ": ")
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return column.filter(pc.greater_equal(pc.abs(column.cast(pa.float64(), safe=False)), 10.0 ** (_SHORTEST - 1))).cast(pa.string())
    return None if pa.types.is_temporal(kind) or pa.types.is_boolean(kind) else column.cast(pa.string())


def _unpacked(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """The column's values one by one, as they are stored: what an extension makes of them may have no cast to text, as a UUID has none."""
    kind = column.type
    if isinstance(kind, pa.BaseExtensionType):
        return _unpacked(pa.chunked_array([chunk.storage for chunk in column.chunks], kind.storage_type))
    if pa.types.is_dictionary(kind):
        decoded = [chunk.dictionary.take(chunk.indices) for chunk in column.chunks]  # a cast knows no nested values
        return _unpacked(pa.chunked_array(decoded, kind.value_type))
    return _unpacked(pc.run_end_decode(column)) if pa.types.is_run_end_encoded(kind) else column


def _is_bytes(kind: pa.DataType) -> bool:
    return any(
        is_kind(kind) for is_kind in (pa.types.is_binary, pa.types.is_large_binary, pa.types.is_fixed_size_binary, pa.types.is_binary_view)
    )


def _leaves(value: pa.Scalar, named: str) -> Iterator[str]:
    """What a nested value holds, each by itself: figures in a list are not one number; behind its names, where it has some."""
    if not value.is_valid:
        return
    if isinstance(value, pa.ExtensionScalar):
        yield from _leaves(value.value, named)
    elif isinstance(value, pa.MapScalar):
        yield from (f"{key}: {leaf}" for key, inner in (entry.values() for entry in value.values) for leaf in _leaves(inner, named))
    elif isinstance(value, pa.StructScalar):
        yield from (f"{key}: {leaf}" for key, inner in value.items() for leaf in _leaves(inner, named))
    elif isinstance(value, pa.ListScalar):
        yield from (leaf for inner in value.values for leaf in _leaves(inner, named))
    else:
        plain = value.as_py()
        yield named + (plain.decode("latin-1") if isinstance(plain, bytes) else str(plain))


def _fewest_alone(name: str) -> int:
    """How many digits a column's numbers must have to be taken for a card's without a context."""
    return next((longest + 1 for names, longest in _OTHER_NUMBERS if names.search(name)), _FEWEST_ALONE)


def _is_telling(name: str) -> bool:
    """Whether a column's name is a context for its values."""
    return bool(_CARD_NAMED.search(name) or _SECURITY_CODE.search(f"{name}: 123") or _SSN_NAMED.search(f"{name} 219099999"))


def _suspects(texts: pa.ChunkedArray) -> Iterator[tuple[str, int]]:
    """Each distinct text that is worth a closer look, and how often it occurs."""
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


def _card_numbers(text: str, fewest_alone: int) -> set[str]:
    """The different card numbers in a text; one that is a part of another counts as that one."""
    found = {digits for digits, start, stop in _candidates(text) if len(digits) >= fewest_alone or _has_context(text, start, stop)}
    return {digits for digits in found if not any(digits in other and digits != other for other in found)}


def _candidates(text: str) -> Iterator[tuple[str, int, int]]:
    """Card numbers of any length, with their first character and the one behind their last."""
    for run in _DIGITS.finditer(text):
        yield from ((digits, *run.span()) for digits in _in_run(run[0], text[run.end() : run.end() + _LONGEST_TAIL]))
    for found in _SCIENTIFIC.finditer(text):
        if _is_rounded_card(found[1] + found[2], int(found[3]) + 1):
            yield (found[1] + found[2]).ljust(int(found[3]) + 1, "0"), *found.span()
    for spaced in (*_SPACED, _PRINTED):
        for found in spaced.finditer(text):
            # The number begins where the match does, and ends with any of its groups.
            groups = list(_DIGITS.finditer(text, *found.span("run")))
            joined = accumulate(group[0] for group in groups)
            yield from (
                (digits, found.start(), group.end()) for digits, group in zip(joined, groups, strict=True) if _is_card_number(digits)
            )


def _in_run(run: str, behind: str) -> Iterator[str]:
    """The card numbers that a run of digits is, or that it is with zeros in front or with an expiry behind."""
    if _is_card_number(run):
        yield run
    bare = run.lstrip("0")
    if _FEWEST_PADDED <= len(bare) < len(run) and _is_card_number(bare):
        yield bare
    for length in _GLUED_LENGTHS:
        if length < len(run) <= length + _LONGEST_TAIL and _GLUED.match(run[length:] + behind) and _is_card_number(run[:length]):
            yield run[:length]


def _has_context(text: str, start: int, stop: int) -> bool:
    line = text[text.rfind("\n", 0, start) + 1 : start] + "#" + text[stop:].partition("\n")[0]
    return bool(_EXPIRES.match(text, stop) or _CARD_NAMED.search(line))


def _is_card_number(digits: str) -> bool:
    return _SHORTEST <= len(digits) <= _LONGEST and _has_issuer(digits) and _passes_luhn(digits)


def _is_rounded_card(digits: str, length: int) -> bool:
    """Whether a card number of that length may begin with these digits; with all of them its check digit must be right."""
    if len(digits) >= length:
        return not digits[length:].strip("0") and _is_card_number(digits[:length])
    return _has_issuer(digits.ljust(length, "0"))


def _has_issuer(digits: str) -> bool:
    return any(first <= digits[: len(first)] <= last and len(digits) in lengths for first, last, lengths in _ISSUERS)


def _passes_luhn(digits: str) -> bool:
    """Source: ISO/IEC 7812-1, annex B."""
    total = sum(int(digit) if place % 2 == 0 else sum(divmod(2 * int(digit), 10)) for place, digit in enumerate(reversed(digits)))
    return total % 10 == 0
