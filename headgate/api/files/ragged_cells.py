"""Cells of ragged rows, which have more or fewer cells than the header of their file."""

from __future__ import annotations

import csv
import json
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from headgate.contracts.model import Contract, Kind
from headgate.errors import HeadgateError
from headgate.lake.states import RAGGED_ROW, RAGGED_TEXT
from headgate.matching.header_names import folded

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from headgate.api.lake_ports import LakePorts
    from headgate.lake.ports import FileRecord

_HEAD_BYTES = 1 << 16
_HIDDEN_DIGIT = "#"


@dataclass(frozen=True)
class RaggedCells:
    """The assignment of ragged cells to fields, from left to right.

    Attributes:
        fields: field of each column of the sent file, empty for a column without one.
        written_as: format facts of the sent file.
        set_for_all: values by field that a person set for all rows.
        mapped: new values by old ones and field, as the file's other rows were mapped.
        is_edited: whether the file in the lake is an edited one, in which a ragged row is one cell.
    """

    contract: Contract
    fields: Sequence[str]
    written_as: Mapping[str, str]
    set_for_all: Mapping[str, str]
    formats: Mapping[str, Mapping[str, Any]]
    is_edited: bool
    mapped: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def line(self, record: Mapping[str, Any]) -> str:
        """Return the line of a quarantined row in the sent file."""
        line = record.get(RAGGED_TEXT) or ""
        return next(csv.reader([line]), [""])[0] if self.is_edited and line else line

    def of(self, record: Mapping[str, Any]) -> dict[str, str]:
        """Return the cells of a quarantined row by field, without cells that have hidden digits."""
        from headgate.uploads.edited_rows import corrections_in_declared_spelling

        named = self._named(record)
        shown = {name: cell for name, cell in named.items() if _HIDDEN_DIGIT not in cell}
        truths = {
            name: cell
            for name, cell in shown.items()
            if name in self.contract.names and self.contract.column(name).type.kind is Kind.BOOLEAN
        }
        plain = corrections_in_declared_spelling({0: truths}, self.formats, self.contract)[0]
        return {**self.set_for_all, **shown, **{name: text for name, text in plain.items() if text}}

    def hidden(self, record: Mapping[str, Any]) -> dict[str, str]:
        """Return the form of the cells whose digits are hidden by field: `Z-#####`."""
        return {name: cell for name, cell in self._named(record).items() if _HIDDEN_DIGIT in cell}

    def _named(self, record: Mapping[str, Any]) -> dict[str, str]:
        from headgate.uploads.ragged_rows import cells_of

        line = self.line(record)
        cells = cells_of(line, self.written_as) if line else []
        trimmed = {
            name: cell.strip()
            for name, cell in zip(self.fields, cells, strict=False)
            if name and cell.strip()
        }
        return {name: self.mapped.get(name, {}).get(cell, cell) for name, cell in trimmed.items()}


def ragged_cells(
    lake: LakePorts, record: FileRecord, edits: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]
) -> RaggedCells | None:
    """Return the assignment of a file's ragged cells; None without ragged rows or without a header."""
    contract = lake.contracts.source.get(record.dataset)
    if contract is None or not any(row["rule"] == RAGGED_ROW for row in rows):
        return None
    set_for_all = {
        name: text for name, text in edits.get("set_for_all", {}).items() if name in contract.names and text
    }
    if "fields" in edits:
        written_as = edits.get("sent_written_as", {})
        return RaggedCells(
            contract,
            edits["fields"],
            written_as,
            set_for_all,
            edits.get("formats", {}),
            is_edited=True,
            mapped=_mapped_values(edits),
        )
    fields = () if edits else _fields_of_header(lake, record, contract)
    return RaggedCells(contract, fields, record.written_as, {}, {}, is_edited=False) if fields else None


def _mapped_values(edits: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Return the new values by old ones and field, of columns whose mapping the file's page shows."""
    field_of = dict(zip(edits.get("sent_columns", ()), edits["fields"], strict=False))
    mapped: dict[str, dict[str, str]] = {}
    for change in edits.get("changes", ()):
        if change["kind"] != "map" or not field_of.get(change["column"]):
            continue
        new = {each["before"]: each["after"] for each in change["values"]}
        before = mapped.get(field_of[change["column"]], {})
        mapped[field_of[change["column"]]] = {
            **new,
            **{old: new.get(text, text) for old, text in before.items()},
        }
    return mapped


def _fields_of_header(lake: LakePorts, record: FileRecord, contract: Contract) -> tuple[str, ...]:
    from headgate.formats.read_table import sample_table

    mapped = json.loads(record.mapping.get("columns", "{}"))
    names: tuple[str, ...] = ()
    with suppress(HeadgateError):
        head = lake.objects.head(record.ref, _HEAD_BYTES)
        table = sample_table(head[: head.rfind(b"\n") + 1], contract)
        names = table.shown if table else ()
    own = {folded(name): name for name in contract.names}
    return tuple(mapped.get(name) or own.get(folded(name), "") for name in names)
