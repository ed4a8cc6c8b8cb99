from __future__ import annotations

from typing import Annotated, Literal

from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from headgate.api.analytics import column_lineage, contracts, lineage, table_contents
from headgate.api.http.access import Group
from headgate.api.http.routing import Routes
from headgate.api.http.url_parameters import Lake, Name
from headgate.api.shapes.lake import (
    CatalogTables,
    ColumnLineage,
    ContractDetail,
    Contracts,
    Lineage,
    PlainName,
    TablesContents,
)
from headgate.plain_names import column_name

routes = Routes("Catalog")


@routes.get("/v1/contracts", Group.VIEWER, cached=True)
def list_contracts(lake: Lake) -> Contracts:
    """All contracts: of datasets, of the systems' tables, and of the lake's own tables."""
    return contracts.summaries(lake)


@routes.get("/v1/contracts/<zone>/<name>", Group.VIEWER, problems=[404], cached=True)
def get_contract(
    lake: Lake, zone: Annotated[Literal["source", "prod", "lake"], Path()], name: Name
) -> ContractDetail:
    """One contract with its columns and rules."""
    return contracts.detail(lake, zone, name)


@routes.get("/v1/catalog", Group.VIEWER, cached=True)
def list_catalog(lake: Lake) -> CatalogTables:
    """The tables that SQL can read, with their columns."""
    return contracts.catalog(lake)


@routes.get("/v1/catalog/contents", Group.VIEWER, cached=True)
def list_contents(lake: Lake) -> TablesContents:
    """Rows, day of the data and a saved question of each dataset and table."""
    return table_contents.contents(lake)


@routes.get("/v1/lineage/<table>", Group.VIEWER, problems=[404], cached=True)
def get_lineage(lake: Lake, table: Name) -> Lineage:
    """Return the sources of a table: datasets of a snapshot, and the files behind them."""
    return lineage.lineage_of_table(lake, table)


@routes.get("/v1/lineage/<table>/columns", Group.VIEWER, problems=[404], cached=True)
def get_column_lineage(lake: Lake, table: Name) -> ColumnLineage:
    """Return the columns that each column of a table is computed from, and those computed from it."""
    return column_lineage.column_lineage_of_table(lake, table)


@routes.get("/v1/plain-names", Group.VIEWER, cached=True)
def get_plain_name(text: Annotated[str, Query(min_length=1, max_length=200)]) -> PlainName:
    """Propose a name of a column or dataset for a heading in any script."""
    return PlainName(name=column_name(text))
