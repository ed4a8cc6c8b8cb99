"""Find the leading rows of a CSV text that Arrow reads correctly.

They end before the first quote in a place that RFC 4180 does not permit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa

    from headgate.formats.csv.csv_rows import Form

Octets = np.ndarray[Any, np.dtype[np.uint8]]
_LF = 10
_BLOCK_BYTES = 1 << 20


def end_of_regular_quotes(octets: Octets, at: int, window: int, form: Form) -> int:
    """Return the end of the last complete row before a misplaced quote.

    Only rows from the one that begins at `at` to `window` bytes later are searched. A quote is in place if it
    opens or closes a cell, or is doubled inside one.
    """
    end = min(at + window, len(octets))
    quotes = np.flatnonzero(octets[at:end] == ord(form.quote)) + at
    stop = end
    if len(quotes):
        misplaced = np.flatnonzero(~_in_place(octets, quotes, at, form))
        stop = int(quotes[misplaced[0]]) if len(misplaced) else end
    inside = np.searchsorted(quotes, stop) % 2 == 1
    if stop == len(octets) and not inside:
        return stop
    ends = np.flatnonzero(octets[at:stop] == _LF) + at
    outside = ends[np.searchsorted(quotes, ends) % 2 == 0]
    return int(outside[-1]) + 1 if len(outside) else at


def _in_place(
    octets: Octets, quotes: np.ndarray[Any, np.dtype[np.int64]], at: int, form: Form
) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Return whether each quote is in place. Source: RFC 4180, section 2, rules 5 to 7."""
    is_opening = np.arange(len(quotes)) % 2 == 0
    neighbours = np.where(is_opening, quotes - 1, quotes + 1)
    is_edge = (neighbours < at) | (neighbours >= len(octets))
    characters = octets[np.clip(neighbours, 0, len(octets) - 1)]
    is_in_place: np.ndarray[Any, np.dtype[np.bool_]] = is_edge | np.isin(
        characters, np.frombuffer(f"{form.delimiter}\r\n{form.quote}".encode(), np.uint8)
    )
    return is_in_place


def has_regular_quotes(data: pa.Buffer, form: Form) -> bool:
    """Return whether every quote opens or closes a cell, or is doubled inside one.

    Then, and only then, Arrow keeps every character. True for a form without quotes. Source: RFC 4180,
    section 2, rules 5 to 7.
    """
    if not form.quote:
        return True
    octets = np.frombuffer(data, np.uint8)
    quote = ord(form.quote)
    blocks = [
        np.flatnonzero(octets[at : at + _BLOCK_BYTES] == quote) + at
        for at in range(0, len(octets), _BLOCK_BYTES)
    ]
    quotes = np.concatenate(blocks) if blocks else np.empty(0, np.int64)
    if len(quotes) % 2:
        return False
    opening, closing = quotes[::2], quotes[1::2]
    ends = np.frombuffer(form.delimiter.encode() + b"\r\n", np.uint8)
    is_opening = (opening == 0) | np.isin(octets[np.maximum(opening - 1, 0)], ends)
    is_closing = (closing == len(octets) - 1) | np.isin(
        octets[np.minimum(closing + 1, len(octets) - 1)], ends
    )
    is_doubled = closing[:-1] + 1 == opening[1:]  # a doubled quote closes and opens again
    is_opening[1:] |= is_doubled
    is_closing[:-1] |= is_doubled
    return bool(is_opening.all() and is_closing.all())
