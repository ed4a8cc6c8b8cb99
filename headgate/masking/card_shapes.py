"""Decide which groups of digits are written like a card number.

Shapes are 4-4-4-4 and a remainder, 4-6-5, 4-6-4, single digits, and thousands (`4'111'111'111'111'111`) of
numbers that do not begin with three digits. Other groups are lists, decimals and ids, unless a card's name is
near. In a list of four-digit codes, four of them may be a card number by chance, so card numbers must be most
of the list.
"""

from typing import Any

import numpy as np

from headgate.masking.digit_groups import CARD_GROUP, LAST_GROUP, MIDDLE_GROUP, THOUSANDS, DigitGroups
from headgate.values.cells import Flags, Rows

Shares = np.ndarray[Any, np.dtype[np.float64]]
_MIN_FOURS = 3
_MIN_SHARE = 0.6  # of the groups in a list: four of five and four of six groups, but not four of seven
_AMEX, _AMEX_FIRST, _AMEX_SECOND = 15, 3, (4, 7)  # the only brand that Excel writes as five groups of three
_DOT_ALONE = 0x01_2E_2E_2E  # in the encoding of `gaps_between`


def are_card_shapes(groups: DigitGroups, at: Rows, runs: Rows) -> Flags:
    """Return whether each window of `runs` (at least two) digit runs from `at` has a card number's shape."""
    size, gaps, last = groups.size, groups.gap, at + runs - 1
    inner = gaps[at + 1]
    turns = np.concatenate(([0], np.cumsum(gaps[1:] != gaps[:-1])))
    uniform = turns[last] == turns[at + 1]
    alone = uniform & (gaps[at] != inner) & (gaps[last + 1] != inner)
    decimals = (inner == _DOT_ALONE) & ~uniform
    fours = (
        _in_a_row(size == CARD_GROUP, at, last) & (runs >= _MIN_FOURS) & (size[last] <= CARD_GROUP)
    ) & ~decimals
    fours[fours] = _are_most_of_list(groups, at[fours], runs[fours], uniform[fours])
    middle = (runs == _MIN_FOURS) & (size[at] == CARD_GROUP) & (size[at + 1] == MIDDLE_GROUP) & ~decimals
    middle &= (size[last] == CARD_GROUP) | (size[last] == LAST_GROUP)
    ones = alone & _in_a_row(size == 1, at, last + 1)
    shaped: Flags = fours | middle | ones | (alone & _are_thousands(groups, at, runs))
    return shaped


def _in_a_row(is_so: Flags, first: Rows, end: Rows) -> Flags:
    """Return whether `is_so` is true for all runs from each of `first` up to its `end`."""
    before = np.concatenate(([0], np.cumsum(is_so)))
    are_all: Flags = before[end] - before[first] == end - first
    return are_all


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
    """Return whether card numbers are most of the list of four-digit groups around each window.

    A list with equal gaps ends where the gap changes.
    """
    gaps, is_four = groups.gap, groups.size == CARD_GROUP
    link = np.zeros(len(gaps), bool)
    link[1:-1] = is_four[1:] & is_four[:-1] & (gaps[1:-1] != 0)
    enough = np.zeros(len(at), bool)
    change = np.concatenate(([True], gaps[1:] != gaps[:-1]))
    for selected, ends in ((uniform, change), (~uniform, False)):
        if selected.any():
            enough[selected] = _share_of_list(link, ends, at[selected], runs[selected]) >= _MIN_SHARE
    return enough


def _share_of_list(link: Flags, ends: Flags | bool, at: Rows, runs: Rows) -> Shares:
    """Return the share of groups in each window's list that belong to a window.

    `link` says which gaps join two four-digit groups.
    """
    is_list_start = ~link | ends
    is_list_start[1:] |= ~link[:-1]
    of_list = np.cumsum(is_list_start)
    gaps_of_list = np.bincount(of_list, weights=link)[of_list[at + 1]].astype(np.int64)
    first = np.searchsorted(of_list, of_list[at + 1]) - 1
    ends_at = at + np.minimum(runs, CARD_GROUP)
    edges = np.bincount(at, minlength=len(link) + 1) - np.bincount(ends_at, minlength=len(link) + 1)
    covered = np.concatenate(([0], np.cumsum(np.cumsum(edges) > 0)))
    share: Shares = (covered[first + gaps_of_list + 1] - covered[first]) / (gaps_of_list + 1)
    return share
