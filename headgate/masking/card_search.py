"""Find card numbers and social security numbers inside other text, and take them out.

A number is found by issuer range, length and check digit together, and only between digit boundaries: it may be written with
blanks, dashes or dots between its groups, with slashes, or with commas as a spreadsheet groups digits, but it never starts or
ends inside a run of digits. So timestamps, order numbers and phone numbers stay. Found nevertheless, and left alone: the digits
of a UUID, of an IBAN whose own check digits are right, and E.164 phone numbers behind a plus sign. Groups as cards have them may be parted
by more: `4111|1111`, `"4111" "1111"`, `4111%201111`. A field of nineteen
digits, the most that ISO/IEC 7812 allows, may be filled up with zeros in front.

A number that a spreadsheet has rounded, `4.11111111111111E+15`, counts as one by issuer and length alone: nearly all of its digits are
there, and the check digit tells the last.

Social security numbers are looked for in their written form, `NNN-NN-NNNN`, with hyphens, dots or blanks of any kind, and behind their
name; nine digits in a row may be anything.

The search is numpy over all cells at once. It works on a shadow of the text: one ASCII byte for each character.
"""

from __future__ import annotations

import re
import string
import unicodedata
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.compute as pc

from headgate.masking.card_numbers import LONGEST, PREFIX_DIGITS, SHORTEST, is_issued, luhn_holds
from headgate.values.cells import NO_ROWS, Flags, Rows, bool_array, by_unique, flags, int_array, marked, numbers, text_array, text_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

Bytes = np.ndarray[Any, np.dtype[np.uint8]]
Span = tuple[int, int]

_SEPARATOR = np.isin(np.arange(256), np.frombuffer(b" \t\r\n-._", np.uint8))
_SLASH, _COMMA = 0x2F, 0x2C
_SHORTEST_PART, _LONGEST_PART = 3, 7  # between slashes, so that dates are none
_THOUSANDS, _CARD_GROUP = 3, 4  # between commas, so that lists are none
_MIDDLE_GROUP, _LAST_GROUP = 6, 5  # American Express's second and third
_WIDEST_GAP = 3  # as in "4111 - 1111"
# Between groups as cards have them more signs may stand, and more of them, as in 4111|1111 and "4111" "1111"; not those of a track.
_OF_TRACKS = b"=^?"
_PARTS_FOURS = np.isin(np.arange(256), np.frombuffer(b" \t\r\n" + string.punctuation.encode(), np.uint8)) & ~np.isin(
    np.arange(256), np.frombuffer(_OF_TRACKS, np.uint8)
)
_WIDEST_GAP_OF_FOURS = 8
_FEWEST_PADDED = 14  # behind zeros, numbers of 12 and 13 digits are those of articles
_WRITTEN_BLANKS = ("%20", "&nbsp;", "&#160;")  # as in addresses and in HTML
_CELLS_AT_ONCE = 1 << 16
_SAMPLED = 1 << 10
_ZERO, _PLUS, _FIRST_LEAD_BYTE, _FIRST_NON_ASCII = 0x30, 0x2B, 0xC0, 0x80
_E164_DIGITS = 15

# As spreadsheets spell long numbers, with so many digits that a card's last ones can be told. Six digits and fewer tell no card.
_ROUNDED = re.compile(r"(?<![0-9])([0-9])[.,]([0-9]{10,18})[eE]\+?0?(1[1-8])(?![0-9])")
_FEWEST_DECIMALS, _MOST_DECIMALS = 10, 18

_NO_DIGIT = re.compile(r"[^0-9]+")
_UUID = re.compile(r"(?<![0-9a-fA-F])[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?![0-9a-fA-F])")
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![A-Za-z0-9])")
# ISO/IEC 7813: what follows the number on tracks 1 and 2. It goes with the number (PCI DSS v4.0.1, req. 3.3.1.1).
_REST_OF_TRACK = re.compile(r"(?:\^[^^\n]{0,40}\^|[=D])\d{4,}[^?\s]*\??")
# What people write behind a number: when it expires, which stays, and its verification code.
_CODE = r"(?:(?P<gap>[ \t,;:|/#(\[-]{1,4})\d{3,4}(?!\w|[.,:/-]\d)|(?P<below>[ \t]*[\r\n]+[ \t]*)\d{3,4}(?=[ \t]*(?:[\r\n]|\Z)))"
_CODE_BESIDE = re.compile(
    r"(?P<expiry>[ \r\n,;|/-]{1,3}(?:exp(?:iry|ires|\.)?:?[ ]?)?"
    r"(?P<date>(?:0?[1-9]|1[0-2])[ ]?[/|.-][ ]?(?:20)?\d\d|(?:0[1-9]|1[0-2])(?:20)?\d\d|20\d\d[/.-](?:0[1-9]|1[0-2])"
    r"|(?:0?[1-9]|1[0-2])[ \t,;]{1,2}(?:20)?[2-4]\d)?)?" + _CODE
)
# Three digits may be September 2027 as well as a code. So what may be a code behind them goes, too, unless it is an amount.
_CODE_BEHIND_MYY = re.compile(rf"(?<=\D[1-9]\d\d){_CODE}(?![ ]?(?:[$%£¥€]|[A-Z]{{3}}\b|(?i:eur(?:os?)?|usd|gbp|dollars?|pounds?)\b))")
# A verification code behind its name, or one that ends so, as `card_cvv` and `cardCvc`; letters and digits right before and behind it are
# an id's. The mark of a code taken out names none.
_LONG_NAMES = r"security[\W_]{0,3}code|card[\W_]{0,3}verification[\W_]{0,3}(?:value|code|number)"
_CVV_NAMES = r"(?!(?<=\[)(?-i:CVV)\])cvv2?"
_NAMES = rf"{_CVV_NAMES}|cvc2?|cvn2?|(?<![A-Za-z])cav2|{_LONG_NAMES}"
_CSC = r"(?<![A-Za-z])csc"
_NO_WORD_BEFORE, _GAP = r"(?<![^\W_])", r"[\W_]{0,6}"
_THREE_OR_FOUR = r"(?:(?:is|no|number|code|value)[\W_]{0,4}){0,2})\d{3,4}(?![^\W_])"
_NAMED_CODE = re.compile(rf"((?:{_NO_WORD_BEFORE}(?:{_NAMES}|{_CSC})|(?:{_NAMES}|{_CSC})[\W_]){_GAP}{_THREE_OR_FOUR}", re.IGNORECASE)
# Where a row is refused for it: things are called CSC500 and CSC-500, too, and years and amounts are no codes.
_SURE_CODE = re.compile(
    rf"((?:{_NO_WORD_BEFORE}{_CVV_NAMES}|(?:{_NAMES}|{_CSC}(?=\s{{0,2}}[:=#]))[\W_]){_GAP}{_THREE_OR_FOUR}(?![/.-]\d)", re.IGNORECASE
)
# Area, group and serial number. Numbers that were never given out are none, nor is what goes on before or behind, as a product's code or
# a longer grouped number does. Characters that cannot be seen may stand anywhere.
# Source: Social Security Administration, POMS RM 10201.035: no area 000, 666 or 900-999, no group 00, no serial number 0000.
_UNSEEN = "[\u00ad\u200b-\u200d\u2060\ufeff]*"
_AREA, _GROUP, _SERIAL = (rf"(?!{never})(?:[0-9]{_UNSEEN}){{{count}}}" for never, count in (("000|666|9", 3), ("00", 2), ("0000", 4)))
_NO_MORE = r"(?!-?[0-9A-Za-z]|\.[0-9])"
_SSN = re.compile(
    r"(?:(?<![0-9A-Za-z.-])|(?i:(?<=ssn)|(?<=ssn-)))" + rf"{_AREA}(?P<gap>[-. /]){_UNSEEN}{_GROUP}(?P=gap){_UNSEEN}{_SERIAL}{_NO_MORE}"
)
# Where the name stands before it, the number needs no separators.
_SSN_NAMED = re.compile(
    r"(?:(?<![0-9A-Za-z])(?i:ssns?)|(?<=[a-z])(?:Ssn|SSN)|(?i:social.?security(?:.?(?:number|no))?))[\W_]{0,6}"
    rf"(?P<number>{_AREA}[-. /]?{_UNSEEN}{_GROUP}[-. /]?{_UNSEEN}{_SERIAL}(?![0-9A-Za-z]))"
)
_SSN_FORM = r"\b\d{3}[-. /]\d{2}[-. /]\d{4}\b"
_LOWER = np.uint8(0x20)  # what ASCII's small letters have and its capitals have not
_LONG_S = 0xE5  # the first byte of U+017F, which is an S whatever its case, with that bit
_LOOKED_AT = len("veri")
# Letters that are ASCII's by Unicode's compatibility mapping: raised and lowered, letterlike, Roman, circled, full-width, mathematical.
_OTHER_LETTERS = (
    r"[\x{1d2c}-\x{1dbb}\x{2071}-\x{209c}\x{2102}-\x{217f}\x{24b6}-\x{24e9}\x{2c7c}\x{2c7d}\x{a7f2}-\x{a7f4}\x{ff21}-\x{ff5a}"
    r"\x{107a5}\x{1d400}-\x{1d6a3}\x{1f12b}-\x{1f149}]"
)
_FIRST_LEAD_OF_OTHERS = 0xE1
_SSN_LENGTH, _SSN_GAPS, _SSN_DIGITS = 11, (3, 6), (0, 1, 2, 4, 5, 7, 8, 9, 10)
_SSN_SEPARATORS = b"-./"  # bytes in a row; and the blank
_FIRST_SSN_SEPARATOR = np.uint8(_SSN_SEPARATORS[0])
_FEWEST_SSN_DIGITS = 9
_DIGIT_BEFORE, _DIGIT_BEHIND = re.compile(r"[0-9] \Z"), re.compile(r" [0-9]")
_DIALLED_BEFORE = re.compile(r"\+[0-9][0-9() .-]{0,7}\Z")  # E.164: a country's code, and perhaps an area's


@dataclass(frozen=True)
class _Groups:
    """Runs of digits, in order.

    `chain` is equal for runs that only separators part. `first` counts the digits before each run, and has one end more.
    """

    cell: Rows
    start: Rows
    stop: Rows
    chain: Rows
    first: Rows
    digits: Bytes
    after_plus: Flags


def rows_with_cards(text: pa.Array) -> Rows:
    """The rows whose text holds a card number."""
    return np.array([row for row, _ in _found(text)], np.int64)


def redact_cards(text: pa.Array) -> pa.Array:
    """The text with `[PAN ****1111]` for every card number and what follows it on a magnetic track, and `[CVV]` for a code beside it.

    `[PAN destroyed]` stands for one that a spreadsheet has rounded.
    """
    found = list(_found(text))
    if not found:
        return text
    rows = np.array([row for row, _ in found])
    cells = text.take(int_array(rows)).to_pylist()
    redacted = [_redacted(cell, spans) for cell, (_, spans) in zip(cells, found, strict=True)]
    return pc.replace_with_mask(text, bool_array(marked(rows, len(text))), text_array(redacted))


def rows_with_ssns(text: pa.Array) -> Rows:
    """The rows whose text holds a social security number: grouped by hyphens, dots or blanks of any kind, or behind its name."""
    perhaps = np.unique(np.concatenate((_perhaps_ssns(text), _perhaps_named_ssns(text), _oddly_written(text))))
    return np.array([row for row in perhaps if _ssns(text[int(row)].as_py() or "")], np.int64)


def redact_ssns(text: pa.Array) -> pa.Array:
    """The text with `[SSN ***-**-6789]` in the place of every social security number."""
    found = rows_with_ssns(text)
    if not len(found):
        return text
    redacted = [_without_ssns(text[int(row)].as_py()) for row in found]
    return pc.replace_with_mask(text, bool_array(marked(found, len(text))), text_array(redacted))


def redact(text: pa.Array) -> pa.Array:
    """The text without card numbers, track data, verification codes that are named as such, and social security numbers."""
    if not _repeats(text):
        return _redacted_each(text)
    unique, own = by_unique(text)
    return _redacted_each(unique).take(own)


def _repeats(text: pa.Array) -> bool:
    """Whether so many texts come again, by the first of them, that it is quicker to look at each different one once."""
    return len(text) > 2 * _SAMPLED and 2 * len(pc.unique(text.slice(0, _SAMPLED))) < _SAMPLED


def _redacted_each(text: pa.Array) -> pa.Array:
    return without_named_codes(redact_ssns(redact_cards(text)))


def without_named_codes(text: pa.Array) -> pa.Array:
    """The text with `[CVV]` for every verification code that is named as such."""
    rows = _perhaps_named_codes(text)
    if not len(rows):
        return text
    taken_out = [_without_codes(cell) for cell in text.take(int_array(rows)).to_pylist()]
    return pc.replace_with_mask(text, bool_array(marked(rows, len(text))), text_array(taken_out))


def rows_with_named_codes(text: pa.Array) -> Rows:
    """The rows whose text surely holds a verification code that is named as such, and no model's number."""
    perhaps = _perhaps_named_codes(text)
    cells = text.take(int_array(perhaps)).to_pylist()
    found: Rows = perhaps[np.array([bool(_SURE_CODE.search(_spelled(cell))) for cell in cells], bool)]
    return found


def without_ssn_forms(text: pa.Array) -> pa.Array:
    """The text with `[SSN]` for whatever is written like a social security number, whether or not it was ever given out."""
    return _rewritten(text, _perhaps_ssns(text), _SSN_FORM, "[SSN]")


def redacted_text(text: str) -> str:
    """One text, such as a file's name, without what `redact` takes out."""
    redacted: str = redact(text_array([text]))[0].as_py()
    return redacted


def _rewritten(text: pa.Array, rows: Rows, pattern: str, instead: str) -> pa.Array:
    """The text with the pattern replaced, which no other rows than these have."""
    if not len(rows):
        return text
    some = text.take(int_array(rows))
    return pc.replace_with_mask(text, bool_array(marked(rows, len(text))), pc.replace_substring_regex(some, pattern, instead))


def _perhaps_named_codes(text: pa.Array) -> Rows:
    """Rows that may name a verification code, by some letters of each of its names, and have three digits in a row."""
    data, starts = text_bytes(text)
    letters = np.zeros(len(data) + _LOOKED_AT, np.uint8)
    np.bitwise_or(data, _LOWER, out=letters[: len(data)])
    of_c, of_v = (np.flatnonzero(letters == ord(letter)) for letter in "cv")
    second, third = letters[of_c + 1], letters[of_c + 2]
    named = (second == ord("s")) & (third == ord("c"))
    named |= ((second == ord("u")) & (third == ord("r"))) | (second == _LONG_S)  # as in "security", and "csc" with a long s
    before, behind = letters[of_v - 1], letters[of_v + 1]
    codes = (before == ord("c")) & ((behind == ord("v")) | (behind == ord("c")) | (behind == ord("n")))
    codes |= (before == ord("a")) & (behind == ord("2"))  # "cav2"
    codes |= (behind == ord("e")) & (letters[of_v + 2] == ord("r")) & (letters[of_v + 3] == ord("i"))  # "verification"
    rows = np.searchsorted(starts, np.concatenate((of_c[named], of_v[codes])), "right") - 1
    return _matching(text, np.unique(np.concatenate((rows, _oddly_lettered(text)))), r"\p{Nd}{3}")


def _oddly_lettered(text: pa.Array) -> Rows:
    """Rows with letters that are ASCII's but for their form, as full-width ones are."""
    data, starts = text_bytes(text)
    rows = np.unique(np.searchsorted(starts, np.flatnonzero(data >= _FIRST_LEAD_OF_OTHERS), "right") - 1)
    return _matching(text, rows, _OTHER_LETTERS)


def _matching(text: pa.Array, rows: Rows, pattern: str) -> Rows:
    """Those of the rows whose text the pattern matches."""
    found: Rows = rows[flags(pc.match_substring_regex(text.take(int_array(rows)), pattern))] if len(rows) else rows
    return found


def _without_codes(text: str) -> str:
    if text.isascii():
        return _NAMED_CODE.sub(r"\1[CVV]", text)
    for found in reversed(list(_NAMED_CODE.finditer(_spelled(text)))):
        text = f"{text[: found.end(1)]}[CVV]{text[found.end() :]}"
    return text


def _perhaps_ssns(text: pa.Array) -> Rows:
    """Rows with separators and digits in a social security number's places."""
    data, starts = text_bytes(text)
    is_separator = (data - _FIRST_SSN_SEPARATOR) < len(_SSN_SEPARATORS)  # bytes wrap
    is_separator |= data == ord(" ")
    last = max(len(data) - _SSN_LENGTH + 1, 0)
    first, second = (is_separator[gap : gap + last] for gap in _SSN_GAPS)
    at = np.flatnonzero(first & second)
    for place in _SSN_DIGITS:
        at = at[(data[at + place] - _ZERO) < 10]  # noqa: PLR2004 bytes wrap, so only digits are below ten
    rows = np.searchsorted(starts, at, "right") - 1
    return np.unique(rows[at + _SSN_LENGTH <= starts[rows + 1]])


def _perhaps_named_ssns(text: pa.Array) -> Rows:
    """Rows that may name a social security number: that hold `ssn` or `soc`, whatever their case."""
    data, starts = text_bytes(text)
    letters = data | _LOWER
    is_s, last = letters == ord("s"), max(len(letters) - 2, 0)
    second, third = letters[1 : last + 1], letters[2:]
    at = np.flatnonzero(is_s[:last])
    named = ((second[at] == ord("s")) & (third[at] == ord("n"))) | ((second[at] == ord("o")) & (third[at] == ord("c")))
    return np.unique(np.searchsorted(starts, at[named], "right") - 1)


def _oddly_written(text: pa.Array) -> Rows:
    """Rows with characters beyond ASCII and digits enough: full-width digits, dashes and blanks of other kinds, what cannot be seen."""
    data, starts = text_bytes(text)
    rows = np.unique(np.searchsorted(starts, np.flatnonzero(data >= _FIRST_NON_ASCII), "right") - 1)
    if not len(rows):
        return rows
    digits = numbers(pc.count_substring_regex(text.take(int_array(rows)), r"\p{Nd}"))
    return rows[digits >= _FEWEST_SSN_DIGITS]


def _ssns(text: str) -> list[tuple[int, int]]:
    """Where social security numbers stand."""
    plain = text if text.isascii() else text.translate(_AS_TYPED)
    named = [found.span("number") for found in _SSN_NAMED.finditer(_spelled(text))]
    forms = list(_SSN.finditer(plain))
    # What is beside a number makes it no longer one where it is another by itself.
    others = {end for span in (*named, *(form.span() for form in forms)) for end in span}
    grouped = [form.span() for form in forms if not _goes_on(plain, form, others)]
    return sorted({*grouped, *(span for span in named if not any(start < span[1] and span[0] < stop for start, stop in grouped))})


def _goes_on(text: str, found: re.Match[str], others: set[int]) -> bool:
    """Whether a number is part of a longer one: dialled behind a plus sign, or, between blanks, among further groups; or of a path.

    Groups that begin or end where `others` do are other numbers'.
    """
    if found["gap"] == "/" and "/" in (text[max(0, found.start() - 1) : found.start()], text[found.end() : found.end() + 1]):
        return True
    if _DIALLED_BEFORE.search(text, max(0, found.start() - 9), found.start()):
        return True
    before, behind = max(0, found.start() - 1), found.end() + 1
    return found["gap"] == " " and bool(
        (before not in others and _DIGIT_BEFORE.search(text, max(0, before - 1), found.start()))
        or (behind not in others and _DIGIT_BEHIND.match(text, found.end()))
    )


def _without_ssns(text: str) -> str:
    for start, stop in reversed(_ssns(text)):
        digits = [sign for sign in text[start:stop].translate(_AS_TYPED) if sign.isdecimal()]
        text = f"{text[:start]}[SSN ***-**-{''.join(digits[-4:])}]{text[stop:]}"
    return text


class _Typed(dict[int, str]):
    """For each character the one that a keyboard has for it: digits, hyphens, dots and blanks of all kinds."""

    def __missing__(self, code: int) -> str:
        sign = chr(code)
        kind = unicodedata.category(sign)
        if kind == "Nd":
            self[code] = str(unicodedata.decimal(sign))
        else:
            self[code] = {"Pd": "-", "Zs": " "}.get(kind) or {"\uff0e": ".", "\u2024": ".", "\u2212": "-"}.get(sign, sign)
        return self[code]


class _Spelled(_Typed):
    """For each character the one that a keyboard has for it, letters and signs of other forms too."""

    def __missing__(self, code: int) -> str:
        plain = unicodedata.normalize("NFKC", sign := super().__missing__(code))
        if len(plain) == 1 and plain.isascii():
            self[code] = sign = plain
        return sign


_AS_TYPED, _AS_SPELLED = _Typed(), _Spelled()


def _spelled(text: str) -> str:
    """The text as names are looked for in it, each character at its own place."""
    if text.isascii():
        return text
    # A name in brackets is no mark of a code taken out where it only looks like one now.
    return text.replace("[CVV]", "[xxx]").translate(_AS_SPELLED).replace("[CVV]", "[cvv]")


def _found(text: pa.Array) -> Iterator[tuple[int, list[Span]]]:
    """For each row with a card number the characters it stands at."""
    for start in range(0, len(text), _CELLS_AT_ONCE):
        slab = text.slice(start, _CELLS_AT_ONCE)
        rows = _with_enough_digits(slab)
        if len(rows):
            yield from ((start + row, spans) for row, spans in _found_among(slab.take(int_array(rows)), rows))


def _with_enough_digits(text: pa.Array) -> Rows:
    """Rows that could hold a card number: at least as many digits, or characters that may be digits, as the shortest has."""
    data, starts = text_bytes(text)
    if not data.size or np.diff(starts).max() < SHORTEST:
        return NO_ROWS
    countable = (data - _ZERO) < 10  # noqa: PLR2004 bytes wrap, so only digits are below ten
    if data.max() >= _FIRST_NON_ASCII:
        countable |= data >= _FIRST_LEAD_BYTE
    before = np.concatenate(([0], np.cumsum(countable, dtype=np.int32)))
    return np.flatnonzero((before[starts[1:]] - before[starts[:-1]] >= SHORTEST) & flags(text.is_valid()))


def _found_among(text: pa.Array, rows: Rows) -> Iterator[tuple[int, list[Span]]]:
    shadow = _shadow(text)
    data, starts = text_bytes(shadow)
    groups = _groups(data, starts)
    found = _windows(groups, starts), _padded(groups, starts), _rounded(shadow, groups, data)
    cells, spans = (np.concatenate(parts) for parts in zip(*found, strict=True))
    if not len(cells):
        return
    order = np.argsort(cells, kind="stable")
    each, begins = np.unique(cells[order], return_index=True)
    texts, edges, sorted_spans = text.take(int_array(each)).to_pylist(), [*begins.tolist(), len(order)], spans[order].tolist()
    for row, cell, (begin, end) in zip(rows[each].tolist(), texts, pairwise(edges), strict=True):
        if kept := _without_exempt(cell, _merged(sorted_spans[begin:end])):
            yield row, kept


class _ShadowOf(dict[int, str]):
    """One ASCII character for each character: a digit for every script's digits, a blank for blanks, dashes, marks and invisible ones."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        digit = unicodedata.digit(character, None)
        if code < _FIRST_NON_ASCII:
            shadow = character
        elif digit is not None:
            shadow = str(digit)
        else:
            kind = unicodedata.category(character)
            is_blank = kind in {"Zs", "Pd", "Cf"} or kind[0] == "M" or character in "．。·・−"  # noqa: RUF001 these are what people type
            shadow = " " if is_blank else "|" if kind[0] in "PS" else "x"
        self[code] = shadow
        return shadow


_SHADOW = _ShadowOf()


def _shadow(text: pa.Array) -> pa.Array:
    data, _ = text_bytes(text)
    if data.max() >= _FIRST_NON_ASCII:
        text = text_array(cell if cell.isascii() else cell.translate(_SHADOW) for cell in text.to_pylist())
    for blank in _WRITTEN_BLANKS if (data == ord("%")).any() or (data == ord("&")).any() else ():
        text = pc.replace_substring(text, blank, " " * len(blank))
    return text


def _groups(data: Bytes, starts: Rows) -> _Groups:
    """The runs of digits in all cells; every cell has some character."""
    digit = (data - _ZERO) < 10  # noqa: PLR2004 as above
    opens, closes = digit.copy(), digit.copy()
    opens[1:] &= ~digit[:-1]
    opens[starts[:-1]] = digit[starts[:-1]]
    closes[:-1] &= ~digit[1:]
    closes[starts[1:] - 1] = digit[starts[1:] - 1]
    start, stop = np.flatnonzero(opens), np.flatnonzero(closes) + 1
    cell = np.searchsorted(starts, start, "right") - 1
    return _Groups(
        cell=cell,
        start=start,
        stop=stop,
        chain=_chains(data, cell, start, stop),
        first=np.concatenate(([0], np.cumsum(stop - start))),
        digits=data[digit] - _ZERO,
        after_plus=(start > starts[cell]) & (data[np.maximum(start - 1, 0)] == _PLUS),
    )


def _chains(data: Bytes, cell: Rows, start: Rows, stop: Rows) -> Rows:
    """A number for each run of digits, equal to its neighbour's when at most three separators part them, or one slash or comma."""
    other = np.concatenate(([0], np.cumsum(~_SEPARATOR[data], dtype=np.int64)))
    parted = other[start[1:]] - other[stop[:-1]]
    near = (start[1:] - stop[:-1] <= _WIDEST_GAP) & (parted == 0)
    linked = (cell[1:] == cell[:-1]) & (near | _one_sign(data, start, stop))
    fours = np.flatnonzero(~linked & (cell[1:] == cell[:-1]) & _are_printed_so(stop[:-1] - start[:-1], stop[1:] - start[1:]))
    linked[fours] = _part_fours(data, stop[:-1][fours], start[1:][fours])
    return np.concatenate(([0], np.cumsum(~linked))).astype(np.int64)


def _are_printed_so(before: Rows, after: Rows) -> Flags:
    """Whether digits are grouped so on cards: 4-4-4-4 and what is left over, American Express 4-6-5, Diners Club 4-6-4."""
    begun = (before == _CARD_GROUP) & ((after <= _CARD_GROUP) | (after == _MIDDLE_GROUP))
    ended = (before == _MIDDLE_GROUP) & ((after == _CARD_GROUP) | (after == _LAST_GROUP))
    printed: Flags = begun | ended
    return printed


def _part_fours(data: Bytes, begins: Rows, ends: Rows) -> Flags:
    """Whether only signs that people put between groups of four stand from each of `begins` to its end."""
    parted: Flags = ends - begins <= _WIDEST_GAP_OF_FOURS
    for place in range(_WIDEST_GAP_OF_FOURS):
        parted &= (begins + place >= ends) | _PARTS_FOURS[data[np.minimum(begins + place, len(data) - 1)]]
    return parted


def _one_sign(data: Bytes, start: Rows, stop: Rows) -> Flags:
    """Whether each run of digits and its neighbour are parted as 4111/1111 is, as 4,111 or as 4111,1111."""
    size = stop - start
    before, after, sign = size[:-1], size[1:], data[stop[:-1]]
    parts = (np.minimum(before, after) >= _SHORTEST_PART) & (np.maximum(before, after) <= _LONGEST_PART)
    grouped = ((after == _THOUSANDS) & (before <= _THOUSANDS)) | ((after == _CARD_GROUP) & (before == _CARD_GROUP))
    one: Flags = (start[1:] - stop[:-1] == 1) & (((sign == _SLASH) & parts) | ((sign == _COMMA) & grouped))
    return one


def _windows(groups: _Groups, starts: Rows) -> tuple[Rows, Rows]:
    """Cell, and first and last character, of every chain of whole digit runs that is a card number."""
    cells, spans = [NO_ROWS], [np.empty((0, 2), np.int64)]
    if not len(groups.start):
        return cells[0], spans[0]
    for runs in range(1, LONGEST + 1):
        chained = np.flatnonzero(groups.chain[runs - 1 :] == groups.chain[: len(groups.chain) - runs + 1])
        if not len(chained):
            break
        cards = chained[_are_cards(groups, chained, runs)]
        origin = starts[groups.cell[cards]]
        cells.append(groups.cell[cards])
        spans.append(np.stack((groups.start[cards] - origin, groups.stop[cards + runs - 1] - origin), axis=1))
    return np.concatenate(cells), np.concatenate(spans)


def _padded(groups: _Groups, starts: Rows) -> tuple[Rows, Rows]:
    """Cell, and first and last character, of every run of digits as long as the longest card number that is a shorter one behind zeros."""
    at = np.flatnonzero((groups.stop - groups.start == LONGEST) & (groups.digits[groups.first[:-1]] == 0))
    if not len(at):
        return NO_ROWS, np.empty((0, 2), np.int64)
    digits = groups.digits[groups.first[at][:, None] + np.arange(LONGEST)]
    length = LONGEST - np.argmax(digits != 0, axis=1)
    cards = (length >= _FEWEST_PADDED) & (length < LONGEST)  # all zeros are as long as the field
    first = groups.first[at] + LONGEST - length
    cards[cards] = is_issued(_prefixes(groups.digits, first[cards]), length[cards])
    cards[cards] = luhn_holds(digits[cards])
    at = at[cards]
    origin = starts[groups.cell[at]]
    return groups.cell[at], np.stack((groups.start[at] - origin, groups.stop[at] - origin), axis=1)


def _rounded(shadow: pa.Array, groups: _Groups, data: Bytes) -> tuple[Rows, Rows]:
    """Cell, and first and last character, of every number with an exponent that is a card's: only long runs of digits are looked at."""
    size = groups.stop - groups.start
    long = np.flatnonzero((size >= _FEWEST_DECIMALS) & (size <= _MOST_DECIMALS))
    behind = data[np.minimum(groups.stop[long], len(data) - 1)] | _LOWER
    cells = np.unique(groups.cell[long[behind == ord("e")]])
    found = [(cell, *each.span()) for cell in cells for each in _ROUNDED.finditer(shadow[int(cell)].as_py()) if _is_rounded_card(each)]
    table = np.array(found, np.int64).reshape(-1, 3)
    return table[:, 0], table[:, 1:]


def _is_rounded_card(found: re.Match[str]) -> bool:
    """Whether an issuer's numbers begin so and are as long; where no digit is missing, the check digit must be right, too."""
    length = int(found[3]) + 1
    digits, fraction = (found[1] + found[2])[:length], (found[1] + found[2])[length:]
    if fraction.strip("0") or not is_issued(np.array([int(digits[:PREFIX_DIGITS])]), np.array([length])).all():
        return False
    own = np.frombuffer(digits.zfill(LONGEST).encode(), np.uint8).reshape(1, -1) - _ZERO
    return len(digits) < length or bool(luhn_holds(own).all())


def _are_cards(groups: _Groups, at: Rows, runs: int) -> Flags:
    """Whether the `runs` digit runs from each of `at` are together a card number."""
    first = groups.first[at]
    length = groups.first[at + runs] - first
    cards: Flags = (length >= SHORTEST) & (length <= LONGEST) & ~(groups.after_plus[at] & (length <= _E164_DIGITS))
    cards[cards] = is_issued(_prefixes(groups.digits, first[cards]), length[cards])
    cards[cards] = luhn_holds(_right_aligned(groups.digits, first[cards], length[cards]))
    return cards


def _prefixes(digits: Bytes, first: Rows) -> Rows:
    places = digits[first[:, None] + np.arange(PREFIX_DIGITS)].astype(np.int64)
    prefixes: Rows = places @ 10 ** np.arange(PREFIX_DIGITS - 1, -1, -1)
    return prefixes


def _right_aligned(digits: Bytes, first: Rows, length: Rows) -> Bytes:
    place = np.arange(-LONGEST, 0) + (first + length)[:, None]
    aligned: Bytes = np.where(place >= first[:, None], digits[np.maximum(place, 0)], 0).astype(np.uint8)
    return aligned


def _merged(spans: list[list[int]]) -> list[Span]:
    """The spans in order, those that overlap joined: digits that two readings share go with both."""
    merged: list[Span] = []
    for start, stop in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(stop, merged[-1][1]))
        else:
            merged.append((start, stop))
    return merged


def _without_exempt(text: str, spans: list[Span]) -> list[Span]:
    exempt = [found.span() for found in _UUID.finditer(text) if not found[0].replace("-", "").isdigit()] if "-" in text else []
    exempt += [found.span() for found in _IBAN.finditer(text) if _is_iban(found[0])]
    return [span for span in spans if not any(start <= span[0] and span[1] <= stop for start, stop in exempt)]


def _is_iban(text: str) -> bool:
    """Source: ISO 13616-1, check digits by ISO 7064 MOD 97-10."""
    compact = text.replace(" ", "")
    return int("".join(str(int(character, 36)) for character in compact[4:] + compact[:4])) % 97 == 1


def _redacted(text: str, spans: list[Span]) -> str:
    """The text with a marker in each span's place, from the last to the first so that positions stay right."""
    for start, stop in reversed(spans):
        text = f"{text[:start]}{_marker(text[start:stop].translate(_SHADOW))}{_behind(text, stop)}"
    return text


def _marker(number: str) -> str:
    """What stands for a number: a rounded one has no last four digits."""
    return "[PAN destroyed]" if _ROUNDED.search(number) else f"[PAN ****{_NO_DIGIT.sub('', number)[-4:]}]"


def _behind(text: str, stop: int) -> str:
    """What of the text behind a number may stay: not the rest of its track, nor the code beside it."""
    if track := _REST_OF_TRACK.match(text, stop):
        return text[track.end() :]
    if code := _CODE_BESIDE.match(text, stop):
        shown = f"{code['expiry'] or ''}{_instead_of(code)}"
        if not code["date"] and (second := _CODE_BEHIND_MYY.match(text, code.end())):
            return f"{shown}{_instead_of(second)}{text[second.end() :]}"
        return f"{shown}{text[code.end() :]}"
    return text[stop:]


def _instead_of(code: re.Match[str]) -> str:
    return f"{code['gap'] or code['below']}[CVV]"
