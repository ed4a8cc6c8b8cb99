from __future__ import annotations

from typing import Annotated, Literal

from aws_lambda_powertools.event_handler.openapi.params import Query

from headgate.api.analytics import tables
from headgate.api.http.access import Group
from headgate.api.http.routing import Routes
from headgate.api.http.url_parameters import Caller, Cursor, Lake, Name
from headgate.api.shapes.tables import Download, Rows, Systems, TableDetail

routes = Routes("Tables")
Columns = Annotated[
    str,
    Query(
        max_length=4_000,
        description="Columns, separated by commas; empty for all.",
        examples=["period_on,mean"],
    ),
]
Filter = Annotated[
    list[Annotated[str, Query(max_length=2_000)]],
    Query(
        max_length=20,
        description=(
            "`<column>:<operator>:<value>`; rows must match every filter. Operators: eq, ne, lt, le, gt, ge, "
            "in (values separated by commas), contains, empty (true or false)."
        ),
        examples=["level:eq:total"],
    ),
]
Sort = Annotated[
    str,
    Query(
        max_length=1_000, description="Columns, separated by commas; `-` before a column sorts it descending."
    ),
]


@routes.get("/v1/systems", Group.VIEWER, cached=True)
def list_systems(lake: Lake) -> Systems:
    """The deployed systems with their tables and saved questions."""
    return tables.systems(lake)


@routes.get("/v1/systems/<system>/tables/<table>", Group.VIEWER, problems=[404], cached=True)
def get_table(lake: Lake, system: Name, table: Name) -> TableDetail:
    """A published table: columns, number of rows, and the snapshot that it was built from."""
    return tables.detail(lake, system, table)


@routes.get("/v1/systems/<system>/tables/<table>/rows", Group.VIEWER, problems=[404, 410], cached=True)
def list_rows(  # noqa: PLR0917 Powertools passes them by name
    lake: Lake,
    caller: Caller,
    system: Name,
    table: Name,
    columns: Columns = "",
    filter: Filter = [],  # noqa: A002, B006 the name is the query's; Powertools copies the default
    sort: Sort = "",
    limit: Annotated[int, Query(ge=1, le=10_000)] = 100,
    cursor: Cursor = "",
) -> Rows:
    """Rows of a table: filtered, sorted, page by page.

    All pages of a cursor show one version of the table. The answer is 410 if that version was removed.
    """
    asked = tables.RowsRequest(columns, tuple(filter), sort, caller.may(Group.PERSONAL_DATA))
    return tables.rows(lake, system, table, asked, limit=limit, cursor=cursor)


@routes.post("/v1/systems/<system>/tables/<table>/download", Group.VIEWER, problems=[404])
def download_table(  # noqa: PLR0917 as above
    lake: Lake,
    caller: Caller,
    system: Name,
    table: Name,
    format: Annotated[Literal["csv", "parquet"], Query()] = "csv",  # noqa: A002 as above
    columns: Columns = "",
    filter: Filter = [],  # noqa: A002, B006 as above
    sort: Sort = "",
) -> Download:
    """Write the matching rows to a file and return its download URL.

    In CSV, an apostrophe precedes texts that a spreadsheet would run as a formula.
    """
    asked = tables.RowsRequest(columns, tuple(filter), sort, caller.may(Group.PERSONAL_DATA))
    return tables.download(lake, system, table, asked, format)
