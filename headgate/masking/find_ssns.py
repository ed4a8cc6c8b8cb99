"""Find social security numbers in other text, and replace them.

They are recognized in their written form, `NNN-NN-NNNN`, with hyphens, dots or any kind of blanks, and after
their name. Nine consecutive digits without a name may be anything.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headgate.masking.characters import FIRST_NON_ASCII, keyboard_text, may_hold_three_digits
from headgate.values.cells import (
    NO_ROWS,
    Rows,
    bool_array,
    int_array,
    is_digit,
    marked,
    numbers,
    text_array,
    text_bytes,
)

# Area, group and serial number. Numbers that were never issued do not count, nor do parts of a product code
# or of a longer grouped number. Source: Social Security Administration, POMS RM 10201.035: no area 000, 666
# or 900-999, no group 00, no serial number 0000.
_AREA, _GROUP, _SERIAL = (
    rf"(?!{never})[0-9]{{{count}}}" for never, count in (("000|666|9", 3), ("00", 2), ("0000", 4))
)
_GROUPED = re.compile(
    rf"(?=[0-9])(?<![0-9A-Za-z.-]){_AREA}(?P<gap>[-. ]){_GROUP}(?P=gap){_SERIAL}(?!-?[0-9A-Za-z]|\.[0-9])"
)
# After its name, the number needs no separators.
_NAMED = re.compile(
    r"(?=[^\W\d_])(?:(?<![0-9A-Za-z])(?i:ssns?)|(?<=[a-z])(?:Ssn|SSN)|(?i:social.?security(?:.?(?:number"
    r"|no))?))[\W_]{0,6}"
    rf"(?P<number>{_AREA}[-. ]?{_GROUP}[-. ]?{_SERIAL}(?![0-9A-Za-z]))"
)
_S_OF_NAME = re.compile("[s\u017f]", re.IGNORECASE)  # U+017F is an s if case is ignored
_FORM = r"\b\d{3}[-. ]\d{2}[-. ]\d{4}\b"
_LENGTH, _GAP_PLACES, _DIGIT_PLACES = 11, (3, 6), (0, 1, 2, 4, 5, 7, 8, 9, 10)
_MIN_DIGITS = 9
_DIGIT_BEFORE, _DIGIT_AFTER = re.compile(r"[0-9] \Z"), re.compile(r" [0-9]")
# E.164: a country code, optionally with an area code
_DIALLED_BEFORE = re.compile(r"\+[0-9][0-9() .-]{0,7}\Z")
_LOWER_BIT = np.uint8(0x20)

Span = tuple[int, int]


def rows_with_ssns(text: pa.Array) -> Rows:
    """Return the rows whose text contains a social security number, grouped or after its name."""
    return np.array([row for row, _, _ in _cells_with_ssns(text)], np.int64)


def redact_ssns(text: pa.Array) -> pa.Array:
    """Return the text with `[SSN ***-**-6789]` instead of every social security number."""
    rows, cells, spans = [*zip(*_cells_with_ssns(text), strict=True)] or ((), (), ())
    if not rows:
        return text
    redacted = map(_redact, cells, spans)
    return pc.replace_with_mask(text, bool_array(marked(np.array(rows), len(text))), text_array(redacted))


def _cells_with_ssns(text: pa.Array) -> Iterator[tuple[int, str, list[Span]]]:
    """Yield each row with a social security number, its text, and the spans of the numbers."""
    if not may_hold_three_digits(text_bytes(text)[0]):
        return
    candidates = np.unique(
        np.concatenate((_rows_with_form(text), _rows_with_name(text), _rows_beyond_ascii(text)))
    )
    for row, cell in zip(candidates.tolist(), text.take(int_array(candidates)).to_pylist(), strict=True):
        if spans := _find(cell or ""):
            yield row, cell, spans


def redact_ssn_forms(text: pa.Array) -> pa.Array:
    """Return the text with `[SSN]` for everything written like a social security number, issued or not."""
    rows = _rows_with_form(text)
    if not len(rows):
        return text
    redacted = pc.replace_substring_regex(text.take(int_array(rows)), _FORM, "[SSN]")
    return pc.replace_with_mask(text, bool_array(marked(rows, len(text))), redacted)


def _rows_with_form(text: pa.Array) -> Rows:
    """Return rows with separators and digits at the positions of a social security number."""
    data, starts = text_bytes(text)
    if not may_hold_three_digits(data):
        return NO_ROWS
    is_separator = (data == ord("-")) | (data == ord(".")) | (data == ord(" "))
    last = max(len(data) - _LENGTH + 1, 0)
    first, second = (is_separator[gap : gap + last] for gap in _GAP_PLACES)
    at = np.flatnonzero(first & second)
    for place in _DIGIT_PLACES:
        at = at[is_digit(data[at + place])]
    rows = np.searchsorted(starts, at, "right") - 1
    return np.unique(rows[at + _LENGTH <= starts[rows + 1]])


def _rows_with_name(text: pa.Array) -> Rows:
    """Return rows that may name a social security number: they contain `ssn` or `soc` in any case."""
    data, starts = text_bytes(text)
    letters = data | _LOWER_BIT
    is_s, last = letters == ord("s"), max(len(letters) - 2, 0)
    second, third = letters[1 : last + 1], letters[2:]
    at = np.flatnonzero(is_s[:last])
    named = ((second[at] == ord("s")) & (third[at] == ord("n"))) | (
        (second[at] == ord("o")) & (third[at] == ord("c"))
    )
    return np.unique(np.searchsorted(starts, at[named], "right") - 1)


def _rows_beyond_ascii(text: pa.Array) -> Rows:
    """Return rows with non-ASCII characters and enough digits: full-width digits, other dashes and blanks."""
    data, starts = text_bytes(text)
    rows = np.unique(np.searchsorted(starts, np.flatnonzero(data >= FIRST_NON_ASCII), "right") - 1)
    if not len(rows):
        return rows
    digits = numbers(pc.count_substring_regex(text.take(int_array(rows)), r"\p{Nd}"))
    return rows[digits >= _MIN_DIGITS]


def _find(text: str) -> list[Span]:
    """Return the spans of social security numbers."""
    plain = keyboard_text(text)
    named = [match.span("number") for match in _NAMED.finditer(plain)] if _S_OF_NAME.search(plain) else []
    forms = [(match.span(), match["gap"]) for match in _GROUPED.finditer(plain)]
    if "+" in plain or any(gap == " " for _, gap in forms):
        # Digits beside a number make it part of a longer one, unless they are a number themselves.
        edges = {end for span in (*named, *(span for span, _ in forms)) for end in span}
        forms = [(span, gap) for span, gap in forms if not _is_part_of_longer(plain, span, gap, edges)]
    grouped = [span for span, _ in forms]
    return sorted((*grouped, *(span for span in named if not _overlaps(span, grouped)))) if named else grouped


def _overlaps(span: Span, others: list[Span]) -> bool:
    """Return whether a span overlaps one of the others, which are sorted and disjoint."""
    before = bisect_left(others, (span[1], 0))
    return before > 0 and others[before - 1][1] > span[0]


def _is_part_of_longer(text: str, span: Span, gap: str, edges: set[int]) -> bool:
    """Return whether a number is part of a phone number after a plus sign or of a longer row of groups.

    Groups that begin or end at one of `edges` are other numbers.
    """
    start, stop = span
    if _DIALLED_BEFORE.search(text, max(0, start - 9), start):
        return True
    before, after = max(0, start - 1), stop + 1
    return gap == " " and bool(
        (before not in edges and _DIGIT_BEFORE.search(text, max(0, before - 1), start))
        or (after not in edges and _DIGIT_AFTER.match(text, stop))
    )


def _redact(text: str, spans: list[Span]) -> str:
    parts: list[str] = []
    at, plain = 0, keyboard_text(text)
    for start, stop in spans:
        parts += (text[at:start], f"[SSN ***-**-{plain[stop - 4 : stop]}]")
        at = stop
    return "".join((*parts, text[at:]))
