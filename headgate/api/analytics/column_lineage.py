"""Column lineage of a table, with files and questions.

Of SQL models and blocks the catalog has it, of tables that code builds their contracts.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING

from headgate.api.analytics.kept_questions import every_kept
from headgate.api.analytics.questions import saved_questions_of
from headgate.api.analytics.tables import no_such_table
from headgate.api.analytics.written_dashboards import every_dashboard
from headgate.api.shapes.lake import ColumnLineage, ColumnReader, ColumnUse, FileHeader, LineageColumn
from headgate.contracts.curated import LINEAGE_NAMES
from headgate.contracts.registry import STAMPS
from headgate.errors import NotFoundError
from headgate.lake.file_index import FileFilter, newest_first
from headgate.lake.states import FileState
from headgate.lineage.column_sources import CURATED, PROD, ColumnRef, Sources, TableColumns, columns_of
from headgate.lineage.declared_lineage import declared_lineage
from headgate.project import MODELS_SYSTEM

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from headgate.api.lake_ports import LakePorts
    from headgate.contracts.model import Contract

_MAX_FILES = 200
_STAMPS = {column.name for column in STAMPS}
_INTERNAL = frozenset(LINEAGE_NAMES)  # where a row came from, which is no column of its data


def column_lineage_of_table(lake: LakePorts, table: str) -> ColumnLineage:
    """Return the column lineage of a dataset or of a system's table."""
    zone = CURATED if table in lake.contracts.source else PROD
    contract = (lake.contracts.curated if zone == CURATED else lake.contracts.prod).get(table)
    if contract is None or (zone == PROD and contract.system not in lake.systems):
        raise no_such_table(lake, table)
    lineage_by_table = {**_lineage_of_contracts(lake), **_stored_lineage(lake)}
    own = lineage_by_table.get(table) if zone == PROD else None
    headers = _file_headers(lake, table) if zone == CURATED else {}
    readers = _readers_by_column(lake, table)
    columns = tuple(
        _column(lake, contract, zone, name, lineage_by_table).model_copy(
            update={"headers": headers.get(name, ()), "readers": readers.get(name, ())}
        )
        for name in contract.names
        if name not in _INTERNAL
    )
    return ColumnLineage(
        table=table,
        columns=columns,
        rows=_uses(lake, own.rows) if own else (),
        is_declared=own is not None and contract.system != MODELS_SYSTEM,
    )


def _lineage_of_contracts(lake: LakePorts) -> dict[str, TableColumns]:
    """Return the column lineage of each deployed table whose contract declares it."""
    deployed = {
        name: contract for name, contract in lake.contracts.prod.items() if contract.system in lake.systems
    }
    return declared_lineage(deployed, {**lake.contracts.curated, **lake.contracts.lake})


def _stored_lineage(lake: LakePorts) -> dict[str, TableColumns]:
    """Return the column lineage of each table that has one in the catalog."""
    names = [name for name, contract in lake.contracts.prod.items() if contract.system == MODELS_SYSTEM]
    lineage = {}
    for name in names if MODELS_SYSTEM in lake.systems else ():
        with suppress(NotFoundError):  # a model whose table is not deployed yet
            lineage[name] = columns_of(lake.catalog.current(lake.databases.prod, name))
    return {name: columns for name, columns in lineage.items() if columns}


def _column(
    lake: LakePorts, contract: Contract, zone: str, name: str, lineage_by_table: dict[str, TableColumns]
) -> LineageColumn:
    ref = ColumnRef(zone, contract.dataset, name)
    own = lineage_by_table.get(contract.dataset) if zone == PROD else None
    targets = {
        ColumnRef(PROD, table, column): sources[ref]
        for table, lineage in lineage_by_table.items()
        for column, sources in {**lineage.columns, "": lineage.rows}.items()
        if ref in sources
    }
    sources = own.columns.get(name, {}) if own else {}
    return LineageColumn(
        column=name,
        sources=_uses(lake, sources, {of: _between(of, ref, lineage_by_table) for of in sources}),
        feeds=_uses(lake, targets, {of: _between(ref, of, lineage_by_table) for of in targets}),
        unknown=_why_unknown(contract, name, own) if zone == PROD else "",
    )


def _why_unknown(contract: Contract, name: str, own: TableColumns | None) -> str:
    if own and (name in own.columns or name in own.unknown):
        return own.unknown.get(name, "")
    if name in _STAMPS:
        return ""
    if contract.system == MODELS_SYSTEM:
        return (
            "The table was built before column lineage was recorded. The next run that builds or "
            "confirms the table records it."
        )
    return (
        f"The Python system {contract.system} builds the table, and its contract does not declare from "
        "which columns this one is computed."
    )


def _sources_of(ref: ColumnRef, lineage_by_table: dict[str, TableColumns]) -> Sources:
    """Return the sources of a column of a system's table, or of its rows; none of a dataset."""
    lineage = lineage_by_table.get(ref.table) if ref.zone == PROD else None
    if lineage is None:
        return {}
    return lineage.columns.get(ref.column, {}) if ref.column else lineage.rows


def _between(
    origin: ColumnRef, target: ColumnRef, lineage_by_table: dict[str, TableColumns]
) -> tuple[str, ...]:
    """Return the tables through which `origin` is a source of `target`, without those of both columns."""
    ways = {
        of.table
        for of in _sources_of(target, lineage_by_table)
        if origin in _sources_of(of, lineage_by_table)
    }
    return tuple(sorted(ways - {origin.table, target.table}))


def _uses(
    lake: LakePorts, sources: Sources, through: Mapping[ColumnRef, tuple[str, ...]] | None = None
) -> tuple[ColumnUse, ...]:
    return tuple(
        ColumnUse(
            system=lake.contracts.prod[ref.table].system if ref.zone == PROD else "",
            table=ref.table,
            column=ref.column,
            uses=tuple(sorted(uses)),
            through=(through or {}).get(ref, ()),
        )
        for ref, uses in sorted(sources.items())
    )


def _file_headers(lake: LakePorts, dataset: str) -> dict[str, tuple[FileHeader, ...]]:
    """Return the mapped headers of each column, the most frequent first, from the newest accepted files."""
    newest = newest_first(lake.files, FileFilter(dataset, FileState.DONE), _MAX_FILES)
    files: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for record in islice(newest, _MAX_FILES):
        for header, column in json.loads(record.mapping.get("columns", "{}")).items():
            if column and header != column:
                files[column][header] += 1
    return {
        column: tuple(
            FileHeader(header=header, files=count)
            for header, count in sorted(headers.items(), key=lambda pair: (-pair[1], pair[0]))
        )
        for column, headers in files.items()
    }


def _readers_by_column(lake: LakePorts, table: str) -> dict[str, tuple[ColumnReader, ...]]:
    """Return the panels and questions that read each column of a table, each kind in its order."""
    from headgate.query.columns_read import columns_read

    tables = {
        name: contract.names
        for zone in (lake.contracts.curated, lake.contracts.prod)
        for name, contract in zone.items()
    }
    readers: dict[str, tuple[ColumnReader, ...]] = {}
    for reader, sql in _reading_statements(lake):
        for name in columns_read(sql, table, tables) if table in sql.lower() else ():
            readers[name] = (*readers.get(name, ()), reader)
    return readers


def _reading_statements(lake: LakePorts) -> Iterator[tuple[ColumnReader, str]]:
    for board in every_dashboard(lake).dashboards:
        for panel in board.panels:
            yield (
                ColumnReader(
                    kind="panel",
                    system=board.system,
                    board=board.title,
                    name=panel.name,
                    title=panel.question,
                ),
                panel.sql,
            )
    for saved in saved_questions_of(lake):
        yield (
            ColumnReader(kind="question", system=saved.system, name=saved.name, title=saved.description),
            saved.sql,
        )
    for kept in every_kept(lake).questions:
        yield (ColumnReader(kind="kept", name=kept.name, title=kept.name, sql=kept.sql, by=kept.by), kept.sql)
