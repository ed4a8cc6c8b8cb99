"""Find the leading rows of a CSV text that Arrow reads correctly.

They end before the first quote in a place that RFC 4180 does not permit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from headgate.values.cells import NO_ROWS, Flags, Rows

if TYPE_CHECKING:
    import pyarrow as pa

    from headgate.formats.csv.csv_rows import Form
    from headgate.formats.row_offsets import Octets

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


def _in_place(octets: Octets, quotes: Rows, at: int, form: Form) -> Flags:
    """Return whether each quote is in place. Source: RFC 4180, section 2, rules 5 to 7."""
    is_opening = np.arange(len(quotes)) % 2 == 0
    neighbours = np.where(is_opening, quotes - 1, quotes + 1)
    is_edge = (neighbours < at) | (neighbours >= len(octets))
    characters = octets[np.clip(neighbours, 0, len(octets) - 1)]
    is_in_place: Flags = is_edge | np.isin(
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
    blocks = [
        np.flatnonzero(octets[at : at + _BLOCK_BYTES] == ord(form.quote)) + at
        for at in range(0, len(octets), _BLOCK_BYTES)
    ]
    quotes = np.concatenate(blocks) if blocks else NO_ROWS
    return len(quotes) % 2 == 0 and bool(_in_place(octets, quotes, 0, form).all())
