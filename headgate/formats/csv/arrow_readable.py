"""Which part of a CSV text Arrow reads correctly: its rows up to the first quote in a place that RFC 4180
does not permit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from headgate.formats.csv.csv_rows import Form

Octets = np.ndarray[Any, np.dtype[np.uint8]]
_LF = 10


def end_of_regular_quotes(octets: Octets, at: int, window: int, form: Form) -> int:
    """Return the end of the last whole row, of those from the row that begins `at` to `window` bytes on,
    before any quote out of place.

    A quote is in place if it opens or closes a cell, or is doubled inside one.
    """
    end = min(at + window, len(octets))
    quotes = np.flatnonzero(octets[at:end] == ord(form.quote)) + at
    stop = end
    if len(quotes):
        odd = np.flatnonzero(~_in_place(octets, quotes, at, form))
        stop = int(quotes[odd[0]]) if len(odd) else end
    inside = np.searchsorted(quotes, stop) % 2 == 1
    if stop == len(octets) and not inside:
        return stop
    ends = np.flatnonzero(octets[at:stop] == _LF) + at
    outside = ends[np.searchsorted(quotes, ends) % 2 == 0]
    return int(outside[-1]) + 1 if len(outside) else at


def _in_place(
    octets: Octets, quotes: np.ndarray[Any, np.dtype[np.int64]], at: int, form: Form
) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Source: RFC 4180, section 2, rules 5 to 7."""
    is_opening = np.arange(len(quotes)) % 2 == 0
    neighbours = np.where(is_opening, quotes - 1, quotes + 1)
    is_edge = (neighbours < at) | (neighbours >= len(octets))
    signs = octets[np.clip(neighbours, 0, len(octets) - 1)]
    placed: np.ndarray[Any, np.dtype[np.bool_]] = is_edge | np.isin(
        signs, np.frombuffer(f"{form.delimiter}\r\n{form.quote}".encode(), np.uint8)
    )
    return placed
