"""The leak scanner: looks through everything that was written for card data and social security numbers.

It proves what the gate's masker promises, so it shares no code with it and works another way: it reads finished bytes, knows
no contract and no column's meaning, and takes every text, and every number long enough, for a possible leak.
A finding is a place and a count, never the value.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

CARD_NUMBER, TRACK_DATA, SECURITY_CODE, SOCIAL_SECURITY_NUMBER = "card_number", "track_data", "security_code", "social_security_number"
CHECKS = (CARD_NUMBER, TRACK_DATA, SECURITY_CODE, SOCIAL_SECURITY_NUMBER)

_SHORTEST, _LONGEST = 12, 19

# First digits and lengths of card numbers.
# Source: ISO/IEC 7812-1 (length); the schemes' public issuer ranges as listed in "Payment card number", Wikipedia, 2025.
_ISSUERS: tuple[tuple[str, str, range], ...] = (
    ("4", "4", range(13, 20)),  # Visa
    ("51", "55", range(16, 17)),  # Mastercard
    ("2221", "2720", range(16, 17)),  # Mastercard, second series
    ("34", "34", range(15, 16)),  # American Express
    ("37", "37", range(15, 16)),
    ("300", "305", range(14, 20)),  # Diners Club
    ("309", "309", range(14, 20)),
    ("36", "36", range(14, 20)),
    ("38", "39", range(14, 20)),
    ("6011", "6011", range(16, 20)),  # Discover
    ("644", "659", range(16, 20)),
    ("35", "35", range(16, 20)),  # JCB, with the neighbours that test data is made of
    ("3088", "3088", range(16, 17)),  # JCB before 1998
    ("2131", "2131", range(15, 16)),
    ("1800", "1800", range(15, 16)),
    ("62", "62", range(16, 20)),  # UnionPay
    ("81", "82", range(16, 20)),  # UnionPay, RuPay
    ("60", "60", range(16, 17)),  # RuPay, Hipercard
    ("50", "50", range(12, 20)),  # Maestro, Verve, Elo
    ("56", "58", range(12, 20)),  # Maestro
    ("63", "63", range(12, 20)),  # Maestro, InterPayment, Elo
    ("67", "67", range(12, 20)),  # Maestro
    ("2200", "2204", range(16, 20)),  # Mir
    ("9792", "9792", range(16, 17)),  # Troy
    ("9704", "9704", range(16, 20)),  # NAPAS
)

# Article numbers of 13 digits may begin like old Visa numbers; where nearly all of a column's numbers are some, none is a card's.
# Source: GS1 General Specifications, section 7.9 (check digit).
_ARTICLE_NUMBER, _LONGEST_ARTICLE_NUMBER = r"^[0-9]{12,14}$", 14
_WEIGHTS = np.array([3, 1] * 7)
_FEWEST_ARTICLES, _MOSTLY = 10, 0.9

# Digests and UUIDs are full of digits and are not card numbers. Only whole ones of the usual lengths, so that a number among letters stays.
_OPAQUE = re.compile(
    r"(?<![0-9a-zA-Z])(?:(?=[0-9a-f]*[a-f])(?:[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32})|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?![0-9a-zA-Z])"
)
_OPAQUE_RE2 = r"\b(?:[0-9a-f]{64}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b"
_NAMED_RE2 = r"(?i)cvv|cvc|csc|cvn|cav2|security.{0,3}code|verification|ssn|social.?security"
_WRITTEN_BLANK = re.compile(r"%20|&nbsp;|&#160;")  # as in addresses and in HTML
# Twelve digits, however they are spaced, or a social security number's nine.
_DIGITS_RE2 = r"(?:\p{Nd}[^\p{L}\p{N}]{0,8}){11}\p{Nd}|\p{Nd}[^\p{L}\p{N}]{0,3}(?:\p{Nd}[^\p{L}\p{N}]{0,3}){7}\p{Nd}"
_FEWEST_DIGITS = 9
_DIGIT = re.compile(r"\d")
_DIGITS = re.compile(r"\d+")
# A spreadsheet's spelling of long numbers. With eleven digits and the length, the check digit soon tells what is missing.
_SCIENTIFIC = re.compile(r"(?<!\d)(\d)[.,](\d{10,18})[eE]\+?0?(1[1-8])(?!\d)")
# Groups of digits with one and the same gap between them, as people write card numbers, and as times and dates are not;
# the last one may be what is left over. They may overlap, hence the lookahead.
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
)
_SECURITY_CODE = re.compile(
    rf"(?:(?<![^\W_])cvv2?|(?:{_CODES_NAMES})[\W_])[\W_]{{0,6}}(?:(?:is|no|value|code|number)[\W_]{{0,4}}){{0,2}}\d{{3,4}}(?![^\W_]|[/.-]\d)",
    re.IGNORECASE,
)
# Numbers that were never given out are none. Source: Social Security Administration, POMS RM 10201.035.
# Between blanks, further groups of digits beside it make it part of a longer number, a telephone's for one.
_SSN = re.compile(
    r"(?<![0-9A-Za-z\-.])(?!000|666|9\d\d)\d{3}"
    r"(?:([-.])(?!00)\d{2}\1|(?<!/\d{3})/(?!00)\d{2}/(?!\d{4}/)|(?<!\d \d{3}) (?!00)\d{2} (?!\d{4} \d))"
    r"(?!0000)\d{4}(?!-?[0-9A-Za-z]|\.\d)"
)
_SSN_NAMED = re.compile(
    r"(?:ssns?|social.?security(?:.?(?:number|no))?)(?:\W|_){0,6}"
    r"(?!000|666|9\d\d)\d{3}\W?(?!00)\d{2}\W?(?!0000)\d{4}(?![0-9A-Za-z])",
    re.IGNORECASE,
)


def leaks_in_text(text: str) -> Counter[str]:
    """How many leaks of each kind one text holds."""
    plain = _DIALLED.sub(" ", _OPAQUE.sub(" ", _typed(_WRITTEN_BLANK.sub(" ", text.replace(_TAKEN_OUT, "[x]")))))
    found = {
        CARD_NUMBER: len(set(_card_numbers(plain))),
        TRACK_DATA: len(_TRACK.findall(plain)),
        SECURITY_CODE: len(_SECURITY_CODE.findall(plain)),
        SOCIAL_SECURITY_NUMBER: len(_SSN.findall(plain)) + len(_SSN_NAMED.findall(plain)),
    }
    return +Counter(found)


def _typed(text: str) -> str:
    """The text as a keyboard has it: digits of all scripts, hyphens of all lengths; what cannot be seen is left out."""
    if text.isascii():
        return text
    signs = (sign for sign in unicodedata.normalize("NFKC", text) if unicodedata.category(sign) != "Cf")
    return "".join(
        str(unicodedata.decimal(sign)) if sign.isdecimal() else "-" if unicodedata.category(sign) == "Pd" else sign for sign in signs
    )


def without_leaks(name: str) -> str:
    """A name as a finding may tell it: with no digit where it is a leak itself."""
    return _DIGIT.sub("#", name) if leaks_in_text(name) else name


def leaks_in_texts(texts: Iterable[str]) -> tuple[int, Counter[str]]:
    """How many texts there were, and how many leaks of each kind they hold together."""
    scanned, found = 0, Counter[str]()
    for text in texts:
        scanned += 1
        found += leaks_in_text(text)
    return scanned, found


def leaks_in_rows(rows: pa.Table) -> tuple[int, Counter[tuple[str, str]]]:
    """How many cells were looked at, and how many leaks there are by (column, kind); by no column for those in a column's name."""
    cells, found = 0, Counter[tuple[str, str]]()
    for name, column in zip(rows.column_names, rows.columns, strict=True):
        for kind, count in leaks_in_text(name).items():
            found["", kind] += count
        texts = _texts(name, column)
        if texts is None:
            continue
        cells += rows.num_rows
        for text, times in _suspects(texts):
            for kind, count in leaks_in_text(text).items():
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


def _is_telling(name: str) -> bool:
    return bool(_SECURITY_CODE.search(f"{name}: 123") or _SSN_NAMED.search(f"{name} 219099999"))


def _suspects(texts: pa.ChunkedArray) -> Iterator[tuple[str, int]]:
    """Each distinct text that is worth a closer look, and how often it occurs."""
    counted = pc.value_counts(texts.drop_null())
    values, counts = counted.field("values"), counted.field("counts")
    stripped = pc.replace_substring_regex(pc.replace_substring_regex(values, _WRITTEN_BLANK.pattern, " "), _OPAQUE_RE2, " ")
    named = pc.match_substring_regex(stripped, _NAMED_RE2)
    # Counting digits is cheap and leaves few values for the costly pattern.
    many = pc.greater_equal(pc.count_substring_regex(stripped, r"\p{Nd}"), _FEWEST_DIGITS)
    spaced = pc.match_substring_regex(pc.if_else(many, stripped, ""), _DIGITS_RE2)
    worth = pc.and_not(pc.or_(named, spaced), _article_numbers(values))
    yield from zip(values.filter(worth).to_pylist(), counts.filter(worth).to_pylist(), strict=True)


def _article_numbers(values: pa.Array) -> pa.Array:
    """Which of a column's different texts are article numbers; none where more than one in ten of those as long is no such number."""
    as_long = pc.match_substring_regex(values, _ARTICLE_NUMBER)
    padded = pc.utf8_lpad(values.filter(as_long), _LONGEST_ARTICLE_NUMBER, "0")
    digits = np.frombuffer("".join(padded.to_pylist()).encode(), np.uint8).reshape(-1, _LONGEST_ARTICLE_NUMBER) - ord("0")
    right = (digits @ _WEIGHTS) % 10 == 0
    are_articles = len(right) >= _FEWEST_ARTICLES and right.mean() >= _MOSTLY
    return pc.replace_with_mask(as_long, as_long, pa.array(right & are_articles))


def _card_numbers(text: str) -> Iterator[str]:
    yield from filter(_is_card_number, _DIGITS.findall(text))
    yield from (before + after for before, after, power in _SCIENTIFIC.findall(text) if _is_rounded_card(before + after, int(power) + 1))
    for spaced in (*_SPACED, _PRINTED):
        for found in spaced.finditer(text):
            # Where the number begins is where the match does; where it ends, any group may tell.
            yield from filter(_is_card_number, accumulate(_DIGITS.findall(found["run"])))


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
