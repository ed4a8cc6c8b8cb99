"""Write corrected quarantined rows as a CSV file, so that only these rows pass the gate again."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from headgate.contracts.new_column_policy import without_left_out
from headgate.formats.read_file import read_file
from headgate.lake.refused_correction import refused_correction
from headgate.lake.states import CORRECTED_ROW, KEPT_COLUMNS, RAGGED_TEXT

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    import pyarrow as pa

    from headgate.contracts.model import Comparison, Contract
    from headgate.formats.received_rows import Received

# Quarantine shows `#` for every digit of a text that may contain a number, or one of these words for a value.
_HIDDEN = re.compile(r"\D*#\D*|.*\[(?:PAN|SSN|CVV|TRACK|masked|destroyed).*", re.DOTALL)


def corrected_csv(
    body: bytes | None,
    contract: Contract,
    corrections: Mapping[int, Mapping[str, str | None]],
    quarantined: pa.Table,
    masked_file: str = "",
) -> bytes:
    """Return the corrected rows as CSV with the contract's columns, in the file's order.

    Equal corrections give equal bytes.

    Args:
        body: the original file; None if it was masked or deleted after it was accepted.
        contract: the contract for reading the original, with the file's own headings.
        corrections: source row → column → new text. Other columns keep the text of the file. For a masked
            original they keep the text of the quarantined row, and the gate takes masked columns from the
            masked form.
        quarantined: the file's rows in quarantine.
        masked_file: id of the file, if raw has its masked form instead of its original; empty otherwise.

    Raises:
        BadInputError: a row is not in quarantine, a column is not in the contract, or not all columns are
            given for a row with a wrong number of cells.
    """
    rows = {row["source_row"]: row for row in quarantined.to_pylist()}
    if strangers := sorted(set(corrections) - set(rows)):
        raise refused_correction(
            f"{len(strangers)} of the rows are not in quarantine, the first is row {strangers[0]}.",
            "Correct quarantined rows.",
        )
    received = read_file(body, contract) if body is not None else None
    contract = without_left_out(contract)
    if any(name not in contract.names for values in corrections.values() for name in values):
        raise refused_correction(
            "A correction names a column that the contract does not have.",
            f"Columns: {', '.join(contract.names)}.",
        )
    partial = {
        row: _KeptRow(contract, row, rows[row]).completed(values)
        for row, values in sorted(corrections.items())
        if masked_file and set(values) != set(contract.names)
    }
    if partial:
        names = (CORRECTED_ROW, KEPT_COLUMNS, *contract.names)
        sent = {row: partial.get(row) or {**values, KEPT_COLUMNS: ""} for row, values in corrections.items()}
        return _csv(names, [{**sent[row], CORRECTED_ROW: f"{masked_file}/{row}"} for row in sorted(sent)])
    return _csv(
        contract.names,
        [_complete_row(row, corrections[row], contract, received) for row in sorted(corrections)],
    )


def _complete_row(
    row: int, values: Mapping[str, str | None], contract: Contract, received: Received | None
) -> Mapping[str, str | None]:
    original = _texts(received, row) if received else None
    if original is None and set(values) != set(contract.names):
        raise refused_correction(
            f"Row {row} has a wrong number of cells."
            if received
            else f"The original of row {row} was deleted."
        )
    return {**(original or {}), **values}


def _csv(names: Sequence[str], rows: Iterable[Mapping[str, str | None]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(["" if row.get(name) is None else row[name] for name in names] for row in rows)
    return out.getvalue().encode()


@dataclass(frozen=True)
class _KeptRow:
    """A quarantined row of a masked original; a correction takes the cells that it does not send from it."""

    contract: Contract
    number: int
    row: Mapping[str, Any]

    def completed(self, values: Mapping[str, str | None]) -> Mapping[str, str | None]:
        """Return the row's cells, and the names of the masked columns that the gate completes.

        Raises:
            BadInputError: a cell was not sent, and quarantine hides it or it broke a rule.
        """
        kept = [column.name for column in self.contract.columns if column.mask and column.name not in values]
        shown = json.loads(self.row["record"])
        if RAGGED_TEXT in shown:
            raise refused_correction(f"Row {self.number} has a wrong number of cells.")
        unsent = {name: text for name, text in shown.items() if name not in {*kept, *values}}
        hidden = [name for name, text in unsent.items() if text and _HIDDEN.fullmatch(text)]
        broken = [name for name in kept if name == self.row["column_name"]]
        compared = [name for rule in self.contract.comparisons for name in _kept_columns(rule, kept, values)]
        if lacking := [*hidden, *broken, *compared]:
            raise refused_correction(
                f"Row {self.number} was kept without its value of {', '.join(lacking)}.",
                "Give these columns too, with a value or null.",
            )
        return {**unsent, **values, KEPT_COLUMNS: " ".join(kept)}


def _kept_columns(rule: Comparison, kept: Collection[str], values: Collection[str]) -> list[str]:
    """Return the kept columns of a comparison whose other side is corrected, so that nobody can check it."""
    sides = {rule.left, rule.right or rule.left}
    return sorted(sides.intersection(kept)) if sides.intersection(values) else []


def _texts(received: Received, row: int) -> dict[str, str | None] | None:
    """Return the file's texts of a row; None if its cells belong to no columns."""
    place = int(np.searchsorted(received.source_rows, row))
    if place >= len(received.source_rows) or received.source_rows[place] != row:
        return None
    return {name: column[place].as_py() for name, column in received.cells.items()}
