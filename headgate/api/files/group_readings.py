"""Refused values that another format reads, so that a person corrects all of them at once."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from headgate.api.shapes.files import GroupReading
from headgate.contracts.model import NUMBERS, TIMES, Kind

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    import pyarrow as pa

    from headgate.contracts.model import Column, Contract

RULE = "type"
_OF_NUMBERS: tuple[dict[str, Any], ...] = (
    {"decimal": ",", "thousands": "."},
    {"decimal": ","},
    {"decimal": ".", "thousands": ","},
)
_DAYS = (
    "dd.MM.yyyy", "dd/MM/yyyy", "MM/dd/yyyy", "dd.MM.yy",
    "yyyy.MM.dd.", "yyyy.MM.dd", "yyyy. M. d.", "yyyy/MM/dd", "yyyy年M月d日", "d-MMM-yyyy", "d/MMM/yyyy",
)  # fmt: skip


@dataclass(frozen=True)
class RefusedRow:
    """A rejected row: its values of another type than their columns, and columns refused by other rules.

    Attributes:
        texts: by column; the column of the first reason is among them.
        others: an empty name for rules of the whole row.
    """

    source_row: int
    texts: Mapping[str, str]
    others: frozenset[str]

    def values(
        self, read: Mapping[str, Mapping[str, str]], typed: Collection[str] = ()
    ) -> dict[str, str] | None:
        """Return the values that a format reads; None if another refused cell is neither read nor typed.

        Args:
            read: by column and refused text.
            typed: columns whose value a person wrote in this row.
        """
        values = {column: read.get(column, {}).get(text) for column, text in self.texts.items()}
        if not {*self.others, *(column for column, value in values.items() if value is None)} <= {*typed}:
            return None
        return {column: value for column, value in values.items() if value is not None}


def rows_of_other_types(table: pa.Table) -> list[tuple[str, RefusedRow]]:
    """Return the quarantined rows whose first reason is a type, each with the column of this reason."""
    names = ("source_row", "rule", "column_name", "masked_value", "all_rules", "record")
    listed = []
    for row in table.select(names).to_pylist():
        column, text = row["column_name"], row["masked_value"]
        if row["rule"] != RULE or not column or not text:
            continue
        record = json.loads(row["record"] or "{}")
        broken = [code.partition(":") for code in json.loads(row["all_rules"] or "[]")]
        also = {name: record.get(name) for rule, _, name in broken if rule == RULE and name != column}
        others = {name for rule, _, name in broken if rule != RULE}
        others |= {name for name, cell in also.items() if not cell}
        texts = {column: text, **{name: cell for name, cell in also.items() if cell}}
        listed.append((column, RefusedRow(row["source_row"], texts, frozenset(others))))
    return listed


def group_readings(contract: Contract, column: str, rows: Sequence[RefusedRow]) -> tuple[GroupReading, ...]:
    """Return the formats by which rows become right, those for most rows first.

    A format whose values another one reads as well, to the same effect, is left out.

    Args:
        rows: open rows whose first reason is the type of the column.
    """
    own = contract.column(column) if column in contract.names else None
    if own is None or own.mask is not None:
        return ()
    readings = [(keys, _read_rows(contract, keys, rows)) for keys in _formats_of(own)]
    readings.sort(key=lambda reading: -len(reading[1]))
    listed: list[tuple[dict[str, Any], dict[int, dict[str, str]]]] = []
    for keys, values in readings:
        if values and not any(values.items() <= others.items() for _, others in listed):
            listed.append((keys, values))
    return tuple(GroupReading(format=keys, rows=len(values)) for keys, values in listed)


def _read_rows(
    contract: Contract, keys: Mapping[str, Any], rows: Sequence[RefusedRow]
) -> dict[int, dict[str, str]]:
    """Return the values of the rows that become right by a format, by source row and column."""
    read = read_cells(contract, keys, rows)
    values = {row.source_row: row.values(read) for row in rows}
    return {row: cells for row, cells in values.items() if cells is not None}


def read_cells(
    contract: Contract, keys: Mapping[str, Any], rows: Iterable[RefusedRow]
) -> dict[str, dict[str, str]]:
    """Return the refused texts that a format reads, each with its value in the contract's format, by column.

    Raises:
        BadInputError: the keys are no format of a column.
    """
    kinds = TIMES if "patterns" in keys else NUMBERS
    texts: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for row in rows:
        for name, text in row.texts.items():
            texts[name][text] = None
    columns = [contract.column(name) for name in texts if name in contract.names]
    return {
        column.name: _read_texts(column, keys, [*texts[column.name]])
        for column in columns
        if column.type.kind in kinds and column.mask is None
    }


def _formats_of(column: Column) -> tuple[dict[str, Any], ...]:
    if column.type.kind in NUMBERS:
        return _OF_NUMBERS
    if column.type.kind not in TIMES:
        return ()
    times = tuple({"patterns": [f"{day} HH:mm", f"{day} HH:mm:ss"]} for day in _DAYS[:3])
    return (*({"patterns": [day]} for day in _DAYS), *(times if column.type.kind is Kind.TIMESTAMP else ()))


def _read_texts(column: Column, keys: Mapping[str, Any], texts: list[str]) -> dict[str, str]:
    from headgate.uploads.edited_rows import in_contract_format
    from headgate.values.cast_declared import cast_column
    from headgate.values.cells import text_array

    plain = in_contract_format(text_array(texts), column, keys)
    is_read = cast_column(column, plain).values.is_valid().to_pylist()
    values = zip(texts, plain.to_pylist(), is_read, strict=True)
    return {text: value for text, value, fits in values if fits and value is not None}
