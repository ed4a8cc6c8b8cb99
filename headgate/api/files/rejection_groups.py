"""Rejected rows of a file grouped by rule and column, with candidate values for a whole group."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from headgate.api.files.group_readings import RULE as TYPE
from headgate.api.files.group_readings import RefusedRow, group_readings, read_cells, rows_of_other_types
from headgate.api.files.quality import stored_profile
from headgate.api.shapes.files import CorrectedGroup, IgnoredGroup, RejectionGroup
from headgate.contracts.model import Contract, Kind
from headgate.lake.states import DUPLICATE_RULES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from headgate.api.lake_ports import LakePorts
    from headgate.intake.quarantine.correction_outcomes import CorrectionOutcome
    from headgate.lake.ignored_rows import IgnoredRows
    from headgate.lake.ports import FileRecord

# One value can be right for many rows only in a column of few values, such as a country.
_MAX_VALUES = 20
_MIN_ROWS_BY_VALUE = 3
_TRUTH = ("true", "false")
_OWN_NUMBERS = {"card_number", "destroyed_number"}


def rejection_groups(
    lake: LakePorts,
    record: FileRecord,
    table: pa.Table,
    corrected: Mapping[int, CorrectionOutcome],
    ignored: Iterable[IgnoredRows],
    *,
    shows_values: bool,
) -> tuple[RejectionGroup, ...]:
    """Return the rows of a quarantine table by rule and column, largest group first.

    Args:
        shows_values: whether the caller may see values of the file.
        ignored: the rows of the file that are ignored.
    """
    ignored_by_group = {(group.rule, group.column): group for group in ignored}
    sizes: Counter[tuple[str, str]] = Counter()
    waiting: Counter[tuple[str, str]] = Counter()
    for row, rule, column in _places(table):
        sizes[rule, column] += 1
        waiting[rule, column] += is_open(corrected.get(row))
    contract = lake.contracts.source.get(record.dataset)
    names = {column for _, column in sizes}
    refused = _open_rows(table, corrected) if shows_values and contract else {}
    values = _values_of_columns(lake, record, contract, names, shows_values=shows_values)
    return tuple(
        RejectionGroup(
            rule=rule,
            column=column,
            rows=rows,
            waiting=0
            if rule in DUPLICATE_RULES or (rule, column) in ignored_by_group
            else waiting[rule, column],
            ignored=_ignored(ignored_by_group.get((rule, column))),
            readings=group_readings(contract, column, refused[column])
            if contract and rule == TYPE and column in refused
            else (),
            values=() if rule in _OWN_NUMBERS | DUPLICATE_RULES else values.get(column, ()),
        )
        for (rule, column), rows in sorted(sizes.items(), key=lambda group: (-group[1], group[0]))
    )


def _ignored(group: IgnoredRows | None) -> IgnoredGroup | None:
    return IgnoredGroup(rows=group.rows, note=group.note, by=group.by, at=group.at) if group else None


def is_open(outcome: CorrectionOutcome | None) -> bool:
    """Return whether a rejected row can be corrected: no correction of it is accepted or pending."""
    return outcome is None or outcome.state == "refused"


def of_group(table: pa.Table, rule: str, column: str) -> pa.Table:
    """Return the rows of a quarantine table whose first reason is this rule in this column."""
    mask = [(own_rule, own_column) == (rule, column) for _, own_rule, own_column in _places(table)]
    return table.filter(pa.array(mask, pa.bool_()))


def unique_columns(contract: Contract | None) -> frozenset[str]:
    """Return the columns of the key and other unique columns; none of an unknown dataset."""
    if contract is None:
        return frozenset()
    return frozenset((*contract.key, *(column.name for column in contract.columns if column.unique)))


def group_values(
    table: pa.Table,
    corrected: Mapping[int, CorrectionOutcome],
    groups: Iterable[CorrectedGroup],
    contract: Contract,
    typed_cells: Mapping[int, Collection[str]],
) -> tuple[dict[int, dict[str, str | None]], dict[int, dict[str, str]]]:
    """Return the values of open rows of the groups, by source row and column: typed ones, and read ones.

    A typed value is in the format of the file, a read one in that of the contract. A format reads every cell
    of a row that is refused for its type; a row of which it leaves another refused cell is not read.
    """
    group_of = {(group.rule, group.column): group for group in groups}
    typed: dict[int, dict[str, str | None]] = {}
    for row, rule, column in _places(table):
        group = group_of.get((rule, column))
        if group is not None and group.format is None and is_open(corrected.get(row)):
            typed[row] = {column: group.value}
    refused = _open_rows(table, corrected)
    read: dict[int, dict[str, str]] = {}
    for (rule, column), group in group_of.items():
        if rule != TYPE or group.format is None or column not in refused:
            continue
        cells = read_cells(contract, group.format, refused[column])
        for each in refused[column]:
            values = each.values(cells, typed_cells.get(each.source_row, ()))
            if values:
                read[each.source_row] = values
    return typed, read


def _open_rows(table: pa.Table, corrected: Mapping[int, CorrectionOutcome]) -> dict[str, list[RefusedRow]]:
    """Return the open rows whose first reason is a type, by the column of this reason."""
    rows: defaultdict[str, list[RefusedRow]] = defaultdict(list)
    for column, row in rows_of_other_types(table):
        if is_open(corrected.get(row.source_row)):
            rows[column].append(row)
    return rows


def _places(table: pa.Table) -> Iterator[tuple[int, str, str]]:
    columns = (table.column(name).to_pylist() for name in ("source_row", "rule", "column_name"))
    return ((row, rule or "", column or "") for row, rule, column in zip(*columns, strict=True))


def _values_of_columns(
    lake: LakePorts,
    record: FileRecord,
    contract: Contract | None,
    names: Collection[str],
    *,
    shows_values: bool,
) -> dict[str, tuple[str, ...]]:
    """Return the values of each column with few different values, most frequent first."""
    if contract is None:
        return {}
    unique = unique_columns(contract)
    columns = [
        column
        for column in contract.columns
        if column.name in names and column.name not in unique and column.mask is None
    ]
    values: dict[str, tuple[str, ...]] = {
        column.name: _TRUTH for column in columns if column.type.kind is Kind.BOOLEAN
    }
    texts = {column.name for column in columns if column.type.kind is Kind.STRING} if shows_values else set()
    profiled = stored_profile(lake, record) if texts else {}
    for column in profiled.get("columns", ()):
        if column.get("name") in texts and _has_few(column):
            values[column["name"]] = tuple(str(top["value"]) for top in column.get("top", ()))
    return values


def _has_few(column: Mapping[str, Any]) -> bool:
    distinct, rows = column.get("distinct") or 0, column.get("rows") or 0
    return 0 < distinct <= _MAX_VALUES and distinct * _MIN_ROWS_BY_VALUE <= rows
