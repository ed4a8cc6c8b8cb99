"""Find groups of digits: runs of digits in a column of text that may together be one number.

The search uses the text's search form: one ASCII byte per character, so that positions stay the same.
"""

from __future__ import annotations

import re
import string
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.compute as pc

from headgate.masking.characters import FIRST_NON_ASCII
from headgate.masking.issuers import (
    PREFIX_DIGITS,
    SHORTEST,
    LuhnSums,
    is_issued,
    lengths_of_issuers,
    luhn_holds_between,
    luhn_sums,
)
from headgate.values.cells import (
    NO_ROWS,
    Flags,
    Rows,
    bool_array,
    is_digit,
    marked,
    rows_where,
    text_array,
    text_bytes,
)

if TYPE_CHECKING:
    import pyarrow as pa

Bytes = np.ndarray[Any, np.dtype[np.uint8]]

# Groups as printed on cards: 4-4-4-4 and a remainder, American Express 4-6-5, Diners Club 4-6-4.
CARD_GROUP, MIDDLE_GROUP, LAST_GROUP = 4, 6, 5
THOUSANDS = 3
FILLER = "\x1f"  # follows a decoded digit instead of the rest of its escape; separates nothing
_BLANKS = bytes({*range(0x21), 0x7F} - {ord(FILLER)})  # and control characters
_SEPARATOR = np.isin(np.arange(256), np.frombuffer(_BLANKS + b"-._", np.uint8))
# Separators of thousands in Excel and in Switzerland.
_BEFORE_THOUSANDS = np.isin(np.arange(256), np.frombuffer(b",'", np.uint8))
_MAX_GAP = 3  # as in "4111 - 1111"
# Printed groups may be separated by other and more characters, as in 4111|1111 and "4111", "1111", but not by
# the separators of a track.
_TRACK_SEPARATORS = b"=^?"
_BETWEEN_PRINTED = np.isin(
    np.arange(256), np.frombuffer(_BLANKS + string.punctuation.encode(), np.uint8)
) & ~np.isin(np.arange(256), np.frombuffer(_TRACK_SEPARATORS, np.uint8))
_MAX_PRINTED_GAP = 8
_ZERO, _PLUS = 0x30, 0x2B
# ITU-T E.164. No numbering plan of world zone 3 has more digits than Italy's, so 15 digits after a plus are
# not a phone number there.
_E164_DIGITS, _ZONE_3, _ZONE_3_DIGITS = 15, 3, 13
# RFC 3986, section 2.1, and HTML's character references: digits, and separators of groups.
_ENCODED = re.compile(
    r"%3(?P<url>[0-9])|&#0{0,4}(?P<code>4[89]|5[0-7]);|&#[xX]0{0,4}3(?P<hex>[0-9]);|%2[0DEde]|&nbsp;"
    r"|&#(?:160|32|45);"
)
_MAY_BE_ENCODED = r"%[23]|&(?:#|nbsp;)"


@dataclass(frozen=True)
class DigitGroups:
    """Runs of digits, in order.

    Attributes:
        chain: equal for runs that only separators part.
        first: the number of digits before each run, and the total at the end.
        after_plus: whether a plus sign precedes the run.
    """

    data: Bytes
    cell: Rows
    start: Rows
    stop: Rows
    chain: Rows
    first: Rows
    digits: Bytes
    after_plus: Flags

    @cached_property
    def size(self) -> Rows:
        """The number of digits in each run."""
        return self.stop - self.start

    @cached_property
    def gap(self) -> Rows:
        """A number for the gap before each run and after the last: equal for equal gaps, 0 if not linked."""
        return gaps_between(self.chain, self.start, self.stop, self.data)

    @cached_property
    def run_at(self) -> Rows:
        """For each position among the digits, the run that begins there; -1 elsewhere.

        The position after the last digit has the number of runs.
        """
        run_at = np.full(len(self.digits) + 1, -1)
        run_at[self.first] = np.arange(len(self.first))
        return run_at

    def are_cards(self, first: Rows, size: Rows) -> Flags:
        """Return whether `size` digits from each of `first` are a card number, by issuer and check digit."""
        cards = is_issued(self._prefixes(first), size)
        at = np.flatnonzero(cards)
        cards[at] = luhn_holds_between(self._luhn_sums, first[at], first[at] + size[at])
        return cards

    def issued_numbers(self) -> tuple[Rows, Rows]:
        """Return the first run and the number of digits of every card number, by issuer and check digit.

        A card number consists of complete linked runs. Phone numbers after a plus sign do not count.
        """
        behind_chain = np.append(self.first[1:-1][self.chain[1:] != self.chain[:-1]], self.first[-1])
        left = behind_chain[self.chain] - self.first[:-1]
        long = np.flatnonzero(left >= SHORTEST)
        if not len(long):
            return NO_ROWS, NO_ROWS
        at, size = lengths_of_issuers(self._prefixes(self.first[long]))
        at = long[at]
        within = np.flatnonzero(size <= left[at])
        at, size = at[within], size[within]
        whole = np.flatnonzero(self.run_at[self.first[at] + size] >= 0)
        at, size = at[whole], size[whole]
        first = self.first[at]
        cards = luhn_holds_between(self._luhn_sums, first, first + size)
        cards &= ~(
            self.after_plus[at]
            & (size <= np.where(self.digits[first] == _ZONE_3, _ZONE_3_DIGITS, _E164_DIGITS))
        )
        return at[cards], size[cards]

    def _prefixes(self, first: Rows) -> Rows:
        """Return the six digits from each of `first` on, which identify an issuer, as a number."""
        prefixes = np.zeros(len(first), np.int64)
        for place in range(PREFIX_DIGITS):
            prefixes *= 10
            prefixes += self._digits_and_zeros[first + place]
        return prefixes

    @cached_property
    def _digits_and_zeros(self) -> Bytes:
        return np.concatenate((self.digits, np.zeros(PREFIX_DIGITS, np.uint8)))

    @cached_property
    def _luhn_sums(self) -> LuhnSums:
        return luhn_sums(self.digits)


class _SearchForm(dict[int, str]):
    """One ASCII character for each character: digits of every script, and blanks.

    Blanks replace blanks, dashes, marks and invisible characters.
    """

    def __missing__(self, code: int) -> str:
        character = chr(code)
        digit = unicodedata.digit(character, None)
        if code < FIRST_NON_ASCII:
            form = character
        elif digit is not None:
            form = str(digit)
        else:
            kind = unicodedata.category(character)
            is_blank = kind[0] in "ZM" or kind in {"Pd", "Cf", "Cc"} or character in "．。·・−"  # noqa: RUF001 these are what people type
            form = " " if is_blank else "'" if character in "’‘ʼ" else "|" if kind[0] in "PS" else "x"  # noqa: RUF001 as above
        self[code] = form
        return form


_SEARCH_FORM = _SearchForm()


def search_form(text: pa.Array) -> pa.Array:
    """Return the texts in the form in which numbers are searched.

    URL-encoded and HTML-escaped digits are decoded at the same position.
    """
    data, _ = text_bytes(text)
    if data.max() >= FIRST_NON_ASCII:
        text = text_array(
            cell if cell.isascii() else cell.translate(_SEARCH_FORM) for cell in text.to_pylist()
        )
    if not ((data == ord("%")).any() or (data == ord("&")).any()):
        return text
    encoded = rows_where(pc.match_substring_regex(text, _MAY_BE_ENCODED))
    if not len(encoded):
        return text
    decoded = text_array(_ENCODED.sub(_decode, text[int(row)].as_py()) for row in encoded)
    return pc.replace_with_mask(text, bool_array(marked(encoded, len(text))), decoded)


def searched(text: str) -> str:
    """Return one text in its search form."""
    if text.isascii() and not ("%" in text or "&" in text):
        return text
    form: str = search_form(text_array([text]))[0].as_py()
    return form


def _decode(match: re.Match[str]) -> str:
    """Return a digit and fillers, or blanks, of the same length as the escape."""
    digit = match["url"] or match["hex"]
    if match["code"]:
        digit = chr(int(match["code"]))
    return digit + FILLER * (len(match[0]) - 1) if digit else " " * len(match[0])


def digit_groups(data: Bytes, starts: Rows) -> DigitGroups:
    """Return the runs of digits in all cells; no cell may be empty."""
    digit = is_digit(data)
    opens, closes = digit.copy(), digit.copy()
    opens[1:] &= ~digit[:-1]
    opens[starts[:-1]] = digit[starts[:-1]]
    closes[:-1] &= ~digit[1:]
    closes[starts[1:] - 1] = digit[starts[1:] - 1]
    start, stop = np.flatnonzero(opens), np.flatnonzero(closes) + 1
    cell = np.searchsorted(starts, start, "right") - 1
    return DigitGroups(
        data=data,
        cell=cell,
        start=start,
        stop=stop,
        chain=_chains(data, cell, start, stop),
        first=np.concatenate(([0], np.cumsum(stop - start))),
        digits=data[digit] - _ZERO,
        after_plus=(start > starts[cell]) & (data[np.maximum(start - 1, 0)] == _PLUS),
    )


def gaps_between(chain: Rows, start: Rows, stop: Rows, data: Bytes) -> Rows:
    """Return a number for the gap before each run and after the last, as in `DigitGroups.gap`."""
    gaps = np.zeros(len(start) + 1, np.int64)
    begin, end = stop[:-1], start[1:]
    first, middle, last = (data[place].astype(np.int64) for place in (begin, (begin + end) // 2, end - 1))
    written = (end - begin) << 24 | first << 16 | middle << 8 | last
    gaps[1:-1] = np.where(chain[1:] == chain[:-1], written, 0)
    return gaps


def _chains(data: Bytes, cell: Rows, start: Rows, stop: Rows) -> Rows:
    """Return a number for each run of digits, equal to its neighbour's if they are linked.

    Runs are linked by at most three separators, or by one character before thousands.
    """
    other = np.concatenate(([0], np.cumsum(~_SEPARATOR[data], dtype=np.int64)))
    gap, parted = start[1:] - stop[:-1], other[start[1:]] - other[stop[:-1]]
    is_filler = data == ord(FILLER)
    if is_filler.any():
        fillers = np.concatenate(([0], np.cumsum(is_filler)))
        between = fillers[start[1:]] - fillers[stop[:-1]]
        gap, parted = gap - between, parted - between
    near = (gap <= _MAX_GAP) & (parted == 0)
    linked = (cell[1:] == cell[:-1]) & (near | _are_thousands(data, start, stop))
    printed_gaps = np.flatnonzero(
        ~linked & (cell[1:] == cell[:-1]) & _are_printed_groups(stop[:-1] - start[:-1], stop[1:] - start[1:])
    )
    linked[printed_gaps] = _separate_printed(data, stop[:-1][printed_gaps], start[1:][printed_gaps])
    return np.concatenate(([0], np.cumsum(~linked))).astype(np.int64)


def _are_printed_groups(before: Rows, after: Rows) -> Flags:
    is_start = (before == CARD_GROUP) & ((after <= CARD_GROUP) | (after == MIDDLE_GROUP))
    is_end = (before == MIDDLE_GROUP) & ((after == CARD_GROUP) | (after == LAST_GROUP))
    printed_gaps: Flags = is_start | is_end
    return printed_gaps


def _separate_printed(data: Bytes, begins: Rows, ends: Rows) -> Flags:
    """Return whether only separators of printed groups stand between each of `begins` and its end."""
    parted: Flags = ends - begins <= _MAX_PRINTED_GAP
    for place in range(_MAX_PRINTED_GAP):
        parted &= (begins + place >= ends) | _BETWEEN_PRINTED[data[np.minimum(begins + place, len(data) - 1)]]
    return parted


def _are_thousands(data: Bytes, start: Rows, stop: Rows) -> Flags:
    """Return whether each run of digits and its neighbour are separated as in 4,111 or 4'111."""
    size = stop - start
    grouped = (size[1:] == THOUSANDS) & (size[:-1] <= THOUSANDS)
    thousands: Flags = (start[1:] - stop[:-1] == 1) & _BEFORE_THOUSANDS[data[stop[:-1]]] & grouped
    return thousands
