"""Find card numbers in other text.

A number is recognized by issuer range, length and check digit together, and only between digit boundaries: it
may be written with blanks, dashes or dots between its groups, or with the commas of a spreadsheet, but it
never starts or ends inside a run of digits. So timestamps, order numbers and phone numbers are not card
numbers. Printed groups may have other separators: `4111|1111`, `"4111" "1111"`. Groups of other sizes and the
fractions of decimals need a card's name nearby (`card_shapes`). Further forms:

- a number that zeros pad to the width of a field,
- a number with its expiry (`MMYY`, `YYMM`, `MMYYYY` or `MM/YY`), its code or another number attached,
- URL-encoded (`%34%31`) or HTML-escaped (`&#52;`) digits,
- a number that a spreadsheet has rounded, `4.11111111111111E+15`: it still has nearly all digits.

Short numbers need a context, because article numbers, phone numbers and milliseconds also have 12 and 13
digits: the name of a card or an issuer nearby, an expiry or a named code. `context_below` is the number of
digits that need no context.

Not card numbers: the digits of a UUID, digits between letters of a hexadecimal id or digest, the digits of an
IBAN with valid check digits, and E.164 phone numbers after a plus sign.

The search runs in numpy over all cells at once.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from itertools import pairwise
from operator import itemgetter
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.compute as pc

from headgate.masking.card_context import CardContext, may_name_cards
from headgate.masking.card_shapes import are_card_shapes
from headgate.masking.characters import FIRST_NON_ASCII, keyboard_text
from headgate.masking.digit_groups import FILLER, Bytes, DigitGroups, digit_groups, search_form
from headgate.masking.issuers import LONGEST, PREFIX_DIGITS, SHORTEST, is_issued, luhn_holds
from headgate.values.cells import (
    NO_ROWS,
    Flags,
    Rows,
    flags,
    int_array,
    is_digit,
    rows_where,
    text_array,
    text_bytes,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa


Span = tuple[int, int]

# Numbers of 12 and 13 digits are article numbers (GTIN-12, GTIN-13), milliseconds since 1970 and phone
# numbers; whole ranges of them begin like cards, and one in ten has a valid check digit.
CONTEXT_BELOW = 14
NOWHERE = 100  # for columns that are declared to contain no card numbers
ANYWHERE = 0  # for columns that are declared for cards: no context is needed
_MIN_PADDED = 14
_CELLS_AT_ONCE = 1 << 16
# Word joiners and soft hyphens in texts from web pages and word processors (Unicode category Cf).
_INVISIBLE_GAP = r"\p{Nd}\p{Cf}+\p{Nd}"
_FIRST_LEAD_BYTE, _ZERO, _POINT = 0xC0, 0x30, 0x2E
_NO_SPANS = np.empty((0, 4), np.int64)

# Excel's form of long numbers. Ten decimals and the length leave so few candidates that the number counts as
# stored.
ROUNDED = re.compile(r"(?<![0-9])([0-9])[.,]([0-9]{10,18})[eE]\+?0?(1[1-8])(?![0-9])")
_MIN_DECIMALS, _MAX_DECIMALS = 10, 18
_LOWER_BIT = np.uint8(0x20)

# Lengths that schemes issue in large numbers. Cards expire within a few years: 2020 to 2039.
_GLUED_LENGTHS, _MAX_TAIL = (14, 15, 16, 19), 7
_MONTH, _YEAR = r"(?:0[1-9]|1[0-2])", r"[23][0-9]"
# MMYY, optionally with the code, or MMYYYY; YYMM as on tracks; MM/YY.
_GLUED_EXPIRY = rf"(?:{_MONTH}(?:{_YEAR}(?:[0-9]{{3}})?|20{_YEAR}|[/.-](?:20)?{_YEAR})|{_YEAR}{_MONTH})"
# Or only the verification code: four digits on American Express, three on other cards.
_GLUED_TAIL, _GLUED_TO_AMEX = (
    re.compile(rf"(?:{_GLUED_EXPIRY}|[0-9]{{{digits}}})(?![0-9])") for digits in (3, 4)
)
_AMEX_DIGITS = 15

_UUID = re.compile(r"(?<![0-9a-fA-F])[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?![0-9a-fA-F])")
# From the first to the last letter of a hexadecimal token as long as the digests of MD5, SHA-1 or SHA-256.
# Digits at either end may be attached.
_HEX_INSIDE = re.compile(
    r"(?<![0-9a-zA-Z])(?=(?:[0-9a-fA-F]{32}|[0-9a-fA-F]{40}|[0-9a-fA-F]{64})(?![0-9a-zA-Z]))[0-9]*"
    r"([a-fA-F](?:[0-9a-fA-F]*[a-fA-F])?)"
)
_GTIN = re.compile(r"[0-9]{12,14}")
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![A-Za-z0-9])")


def rows_with_cards(text: pa.Array, *, context_below: int = CONTEXT_BELOW) -> Rows:
    """Return the rows whose text contains a card number.

    Args:
        context_below: shorter numbers count only with a context; ANYWHERE for a column that is declared for
            cards, NOWHERE for one that is declared to contain none.
    """
    return np.array([row for row, _ in find_cards(text, context_below=context_below)], np.int64)


def find_cards(text: pa.Array, *, context_below: int = CONTEXT_BELOW) -> Iterator[tuple[int, list[Span]]]:
    """Yield each row with a card number, and the spans of its card numbers."""
    for start in range(0, 0 if context_below == NOWHERE else len(text), _CELLS_AT_ONCE):
        slab = text.slice(start, _CELLS_AT_ONCE)
        rows = _rows_with_digits(slab)
        if len(rows):
            cells = slab.take(int_array(rows))
            spans_of = dict(_find_among(cells, context_below))
            for row, spans in _find_with_invisible_gaps(cells, context_below):
                spans_of[row] = _merge([*spans_of.get(row, ()), *spans])
            yield from ((start + int(rows[row]), spans_of[row]) for row in sorted(spans_of))


def _rows_with_digits(text: pa.Array) -> Rows:
    """Return rows that may contain a card number: they have enough digits or possible digits."""
    data, starts = text_bytes(text)
    if not data.size or np.diff(starts).max() < SHORTEST:
        return NO_ROWS
    countable = is_digit(data)
    if data.max() >= _FIRST_LEAD_BYTE:
        countable |= data >= _FIRST_LEAD_BYTE
    before = np.concatenate(([0], np.cumsum(countable, dtype=np.int32)))
    return np.flatnonzero((before[starts[1:]] - before[starts[:-1]] >= SHORTEST) & flags(text.is_valid()))


def _find_with_invisible_gaps(text: pa.Array, context_below: int) -> Iterator[tuple[int, list[Span]]]:
    """Yield the numbers that appear when invisible characters between digits are removed.

    To the other searches, these characters are blanks.
    """
    if text_bytes(text)[0].max() < FIRST_NON_ASCII:
        return
    rows = rows_where(pc.match_substring_regex(text, _INVISIBLE_GAP))
    if not len(rows):
        return
    cells = text.take(int_array(rows)).to_pylist()
    places = [
        [at for at, character in enumerate(cell) if unicodedata.category(character) != "Cf"] for cell in cells
    ]
    visible = text_array("".join(cell[at] for at in kept) for cell, kept in zip(cells, places, strict=True))
    for at, spans in _find_among(visible, context_below):
        yield int(rows[at]), [(places[at][start], places[at][stop - 1] + 1) for start, stop in spans]


def _find_among(text: pa.Array, context_below: int) -> Iterator[tuple[int, list[Span]]]:
    forms = search_form(text)
    data, starts = text_bytes(forms)
    groups = digit_groups(data, starts)
    number_spans = np.concatenate(
        (
            _windows(groups),
            _padded_spans(groups),
            _spans_with_tail(groups, data, starts),
            _spans_of_pairs(groups),
            _rounded_spans(forms, groups, data, starts),
        )
    )
    if not len(number_spans):
        return
    cells = np.searchsorted(starts, number_spans[:, 0], "right") - 1
    number_spans[:, 3] &= ~_are_fractions(data, number_spans[:, 0], starts[cells])
    number_spans, cells, may_name = _select_candidates(number_spans, cells, text, context_below)
    order = np.argsort(cells, kind="stable")
    each, begins = np.unique(cells[order], return_index=True)
    candidates = number_spans[order] - np.stack(
        (starts[cells[order]], starts[cells[order]], *np.zeros((2, len(order)), np.int64)), axis=1
    )
    cell_rows = int_array(each)
    texts, searched_forms, edges = (
        text.take(cell_rows).to_pylist(),
        forms.take(cell_rows).to_pylist(),
        [*begins.tolist(), len(order)],
    )
    for at, cell, form, (begin, end) in zip(
        each.tolist(), texts, searched_forms, pairwise(edges), strict=True
    ):
        context = CardContext(keyboard_text(cell), may_name=bool(may_name[at]))
        spans = [
            _with_fillers(form, start, stop)
            for start, stop, size, is_shaped in candidates[begin:end].tolist()
            if context_below == ANYWHERE
            or (is_shaped and (size >= context_below or context.shows_card(start, stop)))
            or (not is_shaped and context.names_card(start, stop))
        ]
        if kept := _without_exempt(cell, _merge(spans)):
            yield at, kept


def _select_candidates(
    rows: Rows, cells: Rows, text: pa.Array, context_below: int
) -> tuple[Rows, Rows, Flags]:
    """Return the numbers that may count, their cells, and whether each cell of the text may name a card.

    Only cells with numbers that need a name are searched for one; in cells without a name, numbers of other
    shapes do not count.
    """
    may_name = np.zeros(len(text), bool)
    if context_below == ANYWHERE:
        return rows, cells, may_name
    unshaped = rows[:, 3] == 0
    asked = np.flatnonzero(np.bincount(cells[unshaped | (rows[:, 2] < context_below)], minlength=len(text)))
    if len(asked):
        may_name[asked] = may_name_cards(text.take(int_array(asked)))
    counts = ~unshaped | may_name[cells]
    return rows[counts], cells[counts], may_name


def _with_fillers(form: str, start: int, stop: int) -> Span:
    """Return the span with the fillers after its last digit."""
    while form.startswith(FILLER, stop):
        stop += 1
    return start, stop


def _windows(groups: DigitGroups) -> Rows:
    """Return the card numbers among chains of digit runs, one per row; shape (numbers, 4)."""
    at, size = groups.issued_numbers()
    runs = groups.run_at[groups.first[at] + size] - at
    is_grouped = runs > 1
    is_shaped = np.ones(len(at), np.int64)
    if is_grouped.any():
        is_shaped[is_grouped] = are_card_shapes(groups, at[is_grouped], runs[is_grouped])
    return np.stack((groups.start[at], groups.stop[at + runs - 1], size, is_shaped), axis=1)


def _padded_spans(groups: DigitGroups) -> Rows:
    """Return `_windows` for runs of digits that are a shorter number after zeros."""
    at = np.flatnonzero((groups.size > _MIN_PADDED) & (groups.digits[groups.first[:-1]] == 0))
    if not len(at):
        return _NO_SPANS
    other_digits = np.append(np.flatnonzero(groups.digits), len(groups.digits))
    first, end = other_digits[np.searchsorted(other_digits, groups.first[at])], groups.first[at + 1]
    size = end - first
    cards = (size >= _MIN_PADDED) & (size <= LONGEST)
    cards[cards] = groups.are_cards(first[cards], size[cards])
    return _shaped_spans(groups.start[at][cards], groups.stop[at][cards], size[cards])


def _shaped_spans(start: Rows, stop: Rows, size: Rows) -> Rows:
    return np.stack((start, stop, size, np.ones(len(start), np.int64)), axis=1)


def _spans_with_tail(groups: DigitGroups, data: Bytes, starts: Rows) -> Rows:
    """Return `_windows` for runs of digits that are a card number and its expiry or code."""
    spans = [_NO_SPANS]
    for length in _GLUED_LENGTHS:
        at = np.flatnonzero((groups.size > length + 1) & (groups.size <= length + _MAX_TAIL))
        if not len(at):
            continue
        at = at[groups.are_cards(groups.first[at], np.full(len(at), length))]
        begins = groups.start[at]
        ends = np.minimum(groups.stop[at] + len("/2027") + 1, starts[groups.cell[at] + 1])
        tails = [
            bytes(data[begin + length : end]).decode("ascii") for begin, end in zip(begins, ends, strict=True)
        ]
        pattern = _GLUED_TO_AMEX if length == _AMEX_DIGITS else _GLUED_TAIL
        begins = begins[[pattern.match(tail) is not None for tail in tails]] if tails else begins
        spans.append(_shaped_spans(begins, begins + length, np.full(len(begins), length)))
    return np.concatenate(spans)


def _spans_of_pairs(groups: DigitGroups) -> Rows:
    """Return `_windows` for runs of digits that are two card numbers."""
    spans = [_NO_SPANS]
    long = np.flatnonzero((groups.size >= 2 * min(_GLUED_LENGTHS)) & (groups.size <= 2 * max(_GLUED_LENGTHS)))
    for length in _GLUED_LENGTHS if len(long) else ():
        at = long[np.isin(groups.size[long] - length, _GLUED_LENGTHS)]
        at = at[groups.are_cards(groups.first[at], np.full(len(at), length))]
        rest = groups.size[at] - length
        both = groups.are_cards(groups.first[at] + length, rest)
        begin, middle, rest = groups.start[at][both], groups.start[at][both] + length, rest[both]
        spans += [_shaped_spans(begin, middle, middle - begin), _shaped_spans(middle, middle + rest, rest)]
    return np.concatenate(spans)


def _rounded_spans(forms: pa.Array, groups: DigitGroups, data: Bytes, starts: Rows) -> Rows:
    """Return `_windows` for card numbers with an exponent; only long runs of digits are checked."""
    long = np.flatnonzero((groups.size >= _MIN_DECIMALS) & (groups.size <= _MAX_DECIMALS))
    behind = data[np.minimum(groups.stop[long], len(data) - 1)] | _LOWER_BIT
    cells = np.unique(groups.cell[long[behind == ord("e")]])
    spans = [
        (starts[cell] + each.start(), starts[cell] + each.end(), int(each[3]) + 1, 1)
        for cell in cells
        for each in ROUNDED.finditer(forms[int(cell)].as_py())
        if _is_rounded_card(each)
    ]
    return np.array(spans, np.int64).reshape(-1, 4)


def _is_rounded_card(match: re.Match[str]) -> bool:
    """Return whether an issuer has numbers with these first digits and this length.

    If no digit is missing, the check digit must also be valid.
    """
    length = int(match[3]) + 1
    digits, fraction = (match[1] + match[2])[:length], (match[1] + match[2])[length:]
    if (
        fraction.strip("0")
        or not is_issued(np.array([int(digits[:PREFIX_DIGITS])]), np.array([length])).all()
    ):
        return False
    own = np.frombuffer(digits.zfill(LONGEST).encode(), np.uint8).reshape(1, -1) - _ZERO
    return len(digits) < length or bool(luhn_holds(own).all())


def _merge(spans: list[Span]) -> list[Span]:
    """Return the spans in order, with overlapping ones joined: shared digits belong to both readings."""
    merged: list[Span] = []
    for start, stop in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(stop, merged[-1][1]))
        else:
            merged.append((start, stop))
    return merged


def _are_fractions(data: Bytes, at: Rows, starts: Rows) -> Flags:
    """Return whether a digit and a point precede each number, which is then the fraction of a decimal."""
    fractions: Flags = (at - 2 >= starts) & (data[at - 1] == _POINT) & is_digit(data[at - 2])
    return fractions


def _without_exempt(text: str, spans: list[Span]) -> list[Span]:
    uuids = (
        [match.span() for match in _UUID.finditer(text) if not match[0].replace("-", "").isdigit()]
        if "-" in text
        else []
    )
    ibans = [match.span() for match in _IBAN.finditer(text) if _has_check_digits(match[0])]
    in_ids = [match.span(1) for match in _HEX_INSIDE.finditer(text)]
    return [span for span in spans if not any(_is_within(span, exempt) for exempt in (uuids, ibans, in_ids))]


def _is_within(span: Span, others: list[Span]) -> bool:
    """Return whether a span is part of one of the others, which are sorted and disjoint."""
    before = bisect_right(others, span[0], key=itemgetter(0))
    return before > 0 and span[1] <= others[before - 1][1]


def is_iban(text: str) -> bool:
    """Return whether a text is an international account number with valid check digits.

    >>> is_iban("DE89 3704 0044 0532 0130 00"), is_iban("DE89 3704 0044 0532 0130 01")
    (True, False)
    """
    return _IBAN.fullmatch(text.strip()) is not None and _has_check_digits(text.strip())


def _has_check_digits(text: str) -> bool:
    """Return whether the check digits are valid. Source: ISO 13616-1, check digits by ISO 7064 MOD 97-10."""
    compact = text.replace(" ", "")
    return int("".join(str(int(character, 36)) for character in compact[4:] + compact[:4])) % 97 == 1


def is_article_number(text: str) -> bool:
    """Return whether the text is a Global Trade Item Number of 12, 13 or 14 digits, by its check digit.

    Those of 13 digits that begin with 4 look like old Visa numbers, and one in ten is valid as one.

    Source:
        GS1 General Specifications, section 7.9: alternating weights 3 and 1, starting at the digit before the
        check digit.
    """
    if not _GTIN.fullmatch(text):
        return False
    digits = [int(digit) for digit in reversed(text)]
    return (sum(digits[::2]) + 3 * sum(digits[1::2])) % 10 == 0
