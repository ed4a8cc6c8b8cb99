"""Tables of the systems: rows by page, and downloads.

Rows come from the table's Parquet objects. A page costs no query, and all pages of a cursor show one version.
"""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from headgate.api.analytics.questions import saved_questions_of
from headgate.api.http import cursors
from headgate.api.http.access import Group
from headgate.api.http.problems import ProblemError, forbidden, invalid, unknown_name
from headgate.api.shapes.tables import (
    Download,
    ResultColumn,
    Rows,
    Systems,
    SystemSummary,
    TableDetail,
    TableSummary,
)
from headgate.errors import NotFoundError
from headgate.lake import keys
from headgate.lake.ports import ROWS, ObjectRef
from headgate.systems.up_to_date import AS_OF, SNAPSHOT_ID

if TYPE_CHECKING:
    import pyarrow as pa

    from headgate.api.lake_ports import LakePorts
    from headgate.contracts.model import Contract

URL_EXPIRES_S = 3600
_MAX_CACHE_BYTES = 256 << 20
_TYPES = {"csv": "text/csv; charset=utf-8", "parquet": "application/vnd.apache.parquet"}


class RowsRequest(NamedTuple):
    """A request for rows of a table."""

    columns: str
    filters: tuple[str, ...]
    sort: str
    sees_personal_data: bool


# The tables that this process has read last; a version never changes.
_cache: OrderedDict[str, pa.Table] = OrderedDict()


def systems(lake: LakePorts) -> Systems:
    """Return the deployed systems with their tables."""
    questions = saved_questions_of(lake)
    return Systems(
        systems=tuple(
            SystemSummary(
                name=system,
                tables=tuple(
                    TableSummary(name=name, description=contract.description, columns=len(contract.columns))
                    for name, contract in sorted(lake.contracts.tables_of(system).items())
                ),
                questions=tuple(question.name for question in questions if question.system == system),
            )
            for system in lake.systems
        )
    )


def detail(lake: LakePorts, system: str, table: str) -> TableDetail:
    """Return the description of a published table."""
    contract = _contract(lake, system, table)
    current = lake.catalog.current(lake.databases.prod, table)
    return TableDetail(
        system=system,
        name=table,
        version=_version(lake, system, table),
        rows=int(current.parameters.get(ROWS, 0)),
        as_of=current.parameters.get(AS_OF, ""),
        snapshot_id=current.parameters.get(SNAPSHOT_ID, ""),
        columns=_columns(contract, [column.name for column in contract.columns]),
    )


def published(lake: LakePorts, system: str, table: str) -> tuple[TableDetail, pa.Table]:
    """Return the description and all rows of the table version that the catalog shows."""
    shown = detail(lake, system, table)
    return shown, _read(lake, _contract(lake, system, table), shown.version)


def rows(lake: LakePorts, system: str, table: str, request: RowsRequest, *, limit: int, cursor: str) -> Rows:
    """Return some rows of a table."""
    from headgate.api.analytics import table_rows

    contract = _contract(lake, system, table)
    version, first = _place(lake, system, table, request, cursor)
    matching = _matching(lake, contract, version, request)
    shown = table_rows.selected(matching.slice(first, limit), request.columns)
    following = first + limit
    has_more = following < matching.num_rows
    return Rows(
        version=version,
        columns=_columns(contract, shown.column_names),
        rows=table_rows.cells(shown),
        total=matching.num_rows,
        next_cursor=cursors.encode([version, following, _digest(request)]) if has_more else "",
    )


def download(lake: LakePorts, system: str, table: str, request: RowsRequest, form: str) -> Download:
    """Write the matching rows to a file and return its download URL."""
    from headgate.api.analytics import table_rows
    from headgate.snapshots.publishing import parquet_bytes

    contract = _contract(lake, system, table)
    version = _version(lake, system, table)
    shown = table_rows.selected(_matching(lake, contract, version, request), request.columns)
    body = table_rows.as_csv(shown) if form == "csv" else parquet_bytes(shown)
    ref = ObjectRef(
        lake.bucket("athena_results"),
        f"downloads/{system}/{table}/{version or 'empty'}/{_digest(request)}.{form}",
    )
    lake.objects.write(ref, body, content_type=_TYPES[form])
    expires_at = (lake.now() + timedelta(seconds=URL_EXPIRES_S)).isoformat(timespec="seconds")
    name = f"{table}.{form}"
    url = lake.uploads.download_url(ref, name, URL_EXPIRES_S)
    return Download(url=url, expires_at=expires_at, name=name, rows=shown.num_rows, size_bytes=len(body))


def _matching(lake: LakePorts, contract: Contract, version: str, request: RowsRequest) -> pa.Table:
    """Return the sorted rows that match the filters, with the columns that the caller may see."""
    from headgate.api.analytics import table_rows

    visible = permitted(_read(lake, contract, version), contract, request)
    matching = table_rows.filtered(visible, request.filters)
    return table_rows.in_first_view_order(matching, request.sort, contract)


def no_such_table(lake: LakePorts, table: str) -> ProblemError:
    """Return the problem of a name that neither a dataset nor a table of a system has."""
    built = (name for system in lake.systems for name in lake.contracts.tables_of(system))
    return unknown_name(
        "There is no table of that name.",
        table,
        [*lake.contracts.source, *built],
        "GET /v1/catalog lists all tables.",
    )


def _contract(lake: LakePorts, system: str, table: str) -> Contract:
    contract = lake.contracts.prod.get(table)
    if contract is None or contract.system != system or system not in lake.systems:
        tables = {name: f"{own}/{name}" for own in lake.systems for name in lake.contracts.tables_of(own)}
        raise unknown_name(
            "This system has no table of that name.",
            tables.get(table, f"{system}/{table}"),
            tables.values(),
            "GET /v1/systems lists the tables.",
        )
    return contract


def _version(lake: LakePorts, system: str, table: str) -> str:
    """Return the version in the catalog; empty before the first publish."""
    current = lake.catalog.current(lake.databases.prod, table)
    prefix = f"s3://{lake.bucket(system)}/{keys.TABLES}/{table}/"
    is_published = ROWS in current.parameters and current.location.startswith(prefix)
    return current.location.removeprefix(prefix).strip("/") if is_published else ""


def _place(lake: LakePorts, system: str, table: str, request: RowsRequest, cursor: str) -> tuple[str, int]:
    """Return the version and the first row of a page."""
    if not cursor:
        return _version(lake, system, table), 0
    place = cursors.decode(cursor, list)
    match place:
        case [str(version), int(first), str(digest)] if (
            first >= 0 and version.isalnum() and digest == _digest(request)
        ):
            return version, first
    raise invalid(
        "query.cursor",
        "cursor",
        "The cursor belongs to another filter, sort or list. Start again without `cursor`.",
    )


def _read(lake: LakePorts, contract: Contract, version: str) -> pa.Table:
    from headgate.api.analytics import table_rows
    from headgate.contracts.types import arrow_schema

    schema = arrow_schema(contract)
    if not version:
        return schema.empty_table()
    bucket, prefix = lake.bucket(contract.system), keys.table_prefix(contract.dataset, version)
    location = f"{bucket}/{prefix}"
    if location not in _cache:
        try:
            bodies = [
                lake.objects.read(ObjectRef(bucket, part.ref.key))
                for part in lake.objects.list(bucket, prefix)
            ]
        except NotFoundError:
            bodies = []
        if not bodies:
            raise ProblemError(
                410,
                "gone",
                "This version of the table was removed after a newer one. Start again without `cursor`.",
            )
        _cache[location] = table_rows.read(bodies, schema)
        while len(_cache) > 1 and sum(table.nbytes for table in _cache.values()) > _MAX_CACHE_BYTES:
            _cache.popitem(last=False)
    return _cache[location]


def permitted(rows: pa.Table, contract: Contract, request: RowsRequest) -> pa.Table:
    """Return the rows, without the columns of personal data unless the caller may see them.

    Raises:
        ProblemError: 403, a parameter names a column of personal data.
    """
    from headgate.contracts.analyst_tables import personal_columns

    if request.sees_personal_data:
        return rows
    hidden = [name for name in rows.column_names if name in personal_columns(contract)]
    names = [*request.columns.split(","), *request.sort.split(",")]
    named = {name.strip().removeprefix("-") for name in names}
    named |= {condition.partition(":")[0] for condition in request.filters}
    if refused := [name for name in hidden if name in named]:
        raise forbidden(
            f"The column {refused[0]} is personal data, which needs the group {Group.PERSONAL_DATA}. "
            "Remove it from the request."
        )
    return rows.drop_columns(hidden)


def _columns(contract: Contract, names: list[str]) -> tuple[ResultColumn, ...]:
    from headgate.contracts.types import glue_type

    types = {column.name: glue_type(column.type) for column in contract.columns}
    return tuple(ResultColumn(name=name, type=types[name]) for name in names)


def _digest(request: RowsRequest) -> str:
    return hashlib.sha256(json.dumps(request).encode()).hexdigest()[:16]
