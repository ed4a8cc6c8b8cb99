"""Rows of a text table without any value, such as `;;;;` in CSV: they are no data, as in a workbook.

The rule is the same for drafts, the import grid and the gate. A workbook's reader leaves out such rows.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.compute as pc

from headgate.formats.format_name import FormatName
from headgate.values.cells import NO_ROWS, Rows, bool_array, flags, int_array, literal, marked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import pyarrow as pa

    from headgate.formats.batches import Source
    from headgate.formats.received_rows import Received

_TEXT_TABLES = {FormatName.CSV, FormatName.FIXED_WIDTH}
_QUOTE = '"'
MAX_NAMED = 20
BLANK_ROW_NUMBERS = "blank_row_numbers"  # in the facts of a file's form


def are_in_text(written_as: Mapping[str, str]) -> bool:
    """Return whether a file with this form may have blank rows among its rows."""
    return written_as.get("format") in _TEXT_TABLES


def blank_rows(columns: Iterable[pa.Array]) -> Rows:
    """Return the rows whose cells are all null, empty or blanks."""
    rows: Rows | None = None
    for text in columns:
        left = text if rows is None else text.take(int_array(rows))
        is_blank = ~flags(left.is_valid()) | flags(pc.equal(pc.utf8_trim_whitespace(left), literal("")))
        rows = np.flatnonzero(is_blank) if rows is None else rows[is_blank]
        if not len(rows):
            break
    return NO_ROWS if rows is None else rows


def leave_out_blank_rows(source: Source) -> Source:
    """Return the source without blank rows, whose numbers the batches state in `blank`."""
    if not are_in_text(source.written_as):
        return source

    def batches() -> Iterator[Received]:
        return (without_blank_rows(batch, source.written_as) for batch in source.batches())

    return replace(source, batches=batches)


def blank_rows_as_written(blank: Rows) -> dict[str, str]:
    """Return how many rows are blank, and the first ones, as a file's record keeps them."""
    if not len(blank):
        return {}
    more = ", …" if len(blank) > MAX_NAMED else ""
    named = ", ".join(map(str, blank[:MAX_NAMED].tolist()))
    return {"blank_rows": str(len(blank)), BLANK_ROW_NUMBERS: f"{named}{more}"}


def without_blank_rows(received: Received, written_as: Mapping[str, str]) -> Received:
    """Return the rows of a file with this form that have a value."""
    if not are_in_text(written_as):
        return received
    delimiter = written_as.get("delimiter", "")
    rows = blank_rows(received.cells.values())
    ragged = np.array(
        [at for at, text in enumerate(received.ragged.texts) if _has_no_value(text, delimiter)], np.int64
    )
    if not len(rows) and not len(ragged):
        return received
    blank = np.sort(np.concatenate([received.source_rows[rows], received.ragged.source_rows[ragged]]))
    has_value = ~marked(rows, len(received.source_rows))
    return replace(
        received,
        cells={name: text.filter(bool_array(has_value)) for name, text in received.cells.items()},
        source_rows=received.source_rows[has_value],
        ragged=received.ragged.take(np.flatnonzero(~marked(ragged, len(received.ragged.texts)))),
        blank=blank,
    )


def _has_no_value(text: str, delimiter: str) -> bool:
    return not text.replace(delimiter, "").replace(_QUOTE, "").strip()
