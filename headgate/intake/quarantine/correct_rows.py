"""Quarantined rows with corrections, as a CSV file of their own: only these rows are sent through the gate
again.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import numpy as np

from headgate.contracts.new_column_policy import without_left_out
from headgate.errors import BadInputError
from headgate.formats.read_file import read_file

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import pyarrow as pa

    from headgate.contracts.model import Contract
    from headgate.formats.received_rows import Received

_RULE = "correction"


def corrected_csv(
    body: bytes | None,
    contract: Contract,
    corrections: Mapping[int, Mapping[str, str | None]],
    quarantined: Collection[int],
) -> bytes:
    """Return the corrected rows as CSV with the contract's columns, in the file's order.

    Equal corrections give equal bytes.

    Args:
        body: the original file; None where it was masked or deleted once it was accepted, so that its other
            columns are unknown.
        contract: by which the original is read; it knows the file's own headings.
        corrections: new texts by source row and column; other columns keep the file's own text.
        quarantined: source rows of the file that are in quarantine.

    Raises:
        BadInputError: a row is not in quarantine, a column is not one of the contract, or a row with a wrong
            number of cells is not given completely.
    """
    open_rows = set(quarantined)
    if strangers := sorted(set(corrections) - open_rows):
        raise _refused(
            f"{len(strangers)} of the rows are not in quarantine, the first is row {strangers[0]}.",
            "Correct quarantined rows.",
        )
    names = without_left_out(contract).names
    if any(name not in names for values in corrections.values() for name in values):
        raise _refused(
            "A correction names a column that the contract does not have.", f"Columns: {', '.join(names)}."
        )
    received = read_file(body, contract) if body is not None else None
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    for row in sorted(corrections):
        original = _texts(received, row) if received else None
        values = corrections[row]
        if original is None and set(values) != set(names):
            what = (
                f"Row {row} has a wrong number of cells."
                if received
                else f"The original of row {row} was masked or deleted."
            )
            raise _refused(
                what, "Give a value or null for every column, or upload the corrected rows as a file."
            )
        cells = {**(original or {}), **values}
        writer.writerow(["" if cells.get(name) is None else cells[name] for name in names])
    return out.getvalue().encode()


def _texts(received: Received, row: int) -> dict[str, str | None] | None:
    """Return the file's own texts of a row; None where its cells belong to no columns."""
    place = int(np.searchsorted(received.source_rows, row))
    if place >= len(received.source_rows) or received.source_rows[place] != row:
        return None
    return {name: _text(column[place]) for name, column in received.cells.items()}


def _text(cell: pa.Scalar) -> str | None:
    value = cell.as_py()
    return None if value is None else str(value)


def _refused(message: str, remedy: str) -> BadInputError:
    return BadInputError(rule=_RULE, message=message, remedy=remedy)
