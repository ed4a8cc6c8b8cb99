"""Which groups of digits are written like a card number: other groups are lists, decimals and ids unless a
card's name is near.

Shapes: 4-4-4-4 and what is left over, 4-6-5, 4-6-4, single digits, and thousands (`4'111'111'111'111'111`) of
numbers that do not begin with three digits. In a list of codes with four digits some four of them pass as a
card number by chance, so the card numbers must be most of the list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from headgate.masking.digit_groups import CARD_GROUP, LAST_GROUP, MIDDLE_GROUP, THOUSANDS

if TYPE_CHECKING:
    from headgate.masking.digit_groups import DigitGroups
    from headgate.values.cells import Flags, Rows

Shares = np.ndarray[Any, np.dtype[np.float64]]
_FEWEST_FOURS = 3
_LEAST_SHARE = 0.6  # of the groups in a list: four of five and four of six groups, but not four of seven
_AMEX, _AMEX_FIRST, _AMEX_SECOND = 15, 3, (4, 7)  # the only brand that Excel writes as five groups of three
_DOT_ALONE = 0x01_2E_2E_2E  # as `gaps_between` numbers it


def are_card_shapes(groups: DigitGroups, at: Rows, runs: Rows) -> Flags:
    """Return whether each window of `runs` (two or more) digit runs from `at` looks like a card number."""
    size, gaps, last = groups.size, groups.gap, at + runs - 1
    inner = gaps[at + 1]
    turns = np.concatenate(([0], np.cumsum(gaps[1:] != gaps[:-1])))
    uniform = turns[last] == turns[at + 1]
    alone = uniform & (gaps[at] != inner) & (gaps[last + 1] != inner)
    decimals = (inner == _DOT_ALONE) & ~uniform
    fours = (
        _in_a_row(size == CARD_GROUP, at, last) & (runs >= _FEWEST_FOURS) & (size[last] <= CARD_GROUP)
    ) & ~decimals
    fours[fours] = _are_most_of_list(groups, at[fours], runs[fours], uniform[fours])
    middle = (runs == _FEWEST_FOURS) & (size[at] == CARD_GROUP) & (size[at + 1] == MIDDLE_GROUP) & ~decimals
    middle &= (size[last] == CARD_GROUP) | (size[last] == LAST_GROUP)
    ones = alone & _in_a_row(size == 1, at, last + 1)
    shaped: Flags = fours | middle | ones | (alone & _are_thousands(groups, at, runs))
    return shaped


def _in_a_row(is_so: Flags, first: Rows, end: Rows) -> Flags:
    """Return whether all runs from each of `first` up to its `end` are so."""
    before = np.concatenate(([0], np.cumsum(is_so)))
    every: Flags = before[end] - before[first] == end - first
    return every


def _are_thousands(groups: DigitGroups, at: Rows, runs: Rows) -> Flags:
    size = groups.size
    threes = _in_a_row(size == THOUSANDS, at + 1, at + runs)
    first = groups.first[at]
    second = groups.digits[first + 1]
    amex = (size[at] == THOUSANDS) & (runs * THOUSANDS == _AMEX) & (groups.digits[first] == _AMEX_FIRST)
    amex &= (second == _AMEX_SECOND[0]) | (second == _AMEX_SECOND[1])
    thousands: Flags = threes & ((size[at] < THOUSANDS) | amex)
    return thousands


def _are_most_of_list(groups: DigitGroups, at: Rows, runs: Rows, uniform: Flags) -> Flags:
    """Return whether card numbers are most of the list of fours that each window is in.

    A list whose gaps are equal ends where they change.
    """
    gaps, is_four = groups.gap, groups.size == CARD_GROUP
    link = np.zeros(len(gaps), bool)
    link[1:-1] = is_four[1:] & is_four[:-1] & (gaps[1:-1] != 0)
    enough = np.zeros(len(at), bool)
    change = np.concatenate(([True], gaps[1:] != gaps[:-1]))
    for mine, ends in ((uniform, change), (~uniform, False)):
        if mine.any():
            enough[mine] = _share_of_list(link, ends, at[mine], runs[mine]) >= _LEAST_SHARE
    return enough


def _share_of_list(link: Flags, ends: Flags | bool, at: Rows, runs: Rows) -> Shares:
    """Return which share of the groups in each window's list is in some window.

    `link` is whether a gap joins two fours.
    """
    fresh = ~link | ends
    fresh[1:] |= ~link[:-1]
    of_list = np.cumsum(fresh)
    gaps_of_list = np.bincount(of_list, weights=link)[of_list[at + 1]].astype(np.int64)
    first = np.searchsorted(of_list, of_list[at + 1]) - 1
    ends_at = at + np.minimum(runs, CARD_GROUP)
    edges = np.bincount(at, minlength=len(link) + 1) - np.bincount(ends_at, minlength=len(link) + 1)
    within = np.concatenate(([0], np.cumsum(np.cumsum(edges) > 0)))
    share: Shares = (within[first + gaps_of_list + 1] - within[first]) / (gaps_of_list + 1)
    return share
