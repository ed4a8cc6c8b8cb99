from __future__ import annotations

from typing import Annotated, Literal

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Path

from headgate.api.analytics import column_lineage, contracts, lineage, table_contents
from headgate.api.http.access import Group
from headgate.api.http.conditional_requests import tagged
from headgate.api.http.routing import Routes
from headgate.api.http.url_parameters import IfNoneMatch, Lake, Name
from headgate.api.shapes.lake import (
    CatalogTables,
    ColumnLineage,
    ContractDetail,
    Contracts,
    Lineage,
    TablesContents,
)

routes = Routes("Catalog")


@routes.get("/v1/contracts", Group.VIEWER, cached=True)
def list_contracts(lake: Lake, if_none_match: IfNoneMatch = "") -> Response[Contracts]:
    """All contracts: of datasets, of the systems' tables, and of the lake's own tables."""
    return tagged(contracts.summaries(lake), if_none_match)


@routes.get("/v1/contracts/<zone>/<name>", Group.VIEWER, problems=[404], cached=True)
def get_contract(
    lake: Lake,
    zone: Annotated[Literal["source", "prod", "lake"], Path()],
    name: Name,
    if_none_match: IfNoneMatch = "",
) -> Response[ContractDetail]:
    """One contract with its columns and rules."""
    return tagged(contracts.detail(lake, zone, name), if_none_match)


@routes.get("/v1/catalog", Group.VIEWER, cached=True)
def list_catalog(lake: Lake, if_none_match: IfNoneMatch = "") -> Response[CatalogTables]:
    """The tables that SQL can read, with their columns."""
    return tagged(contracts.catalog(lake), if_none_match)


@routes.get("/v1/catalog/contents", Group.VIEWER, cached=True)
def list_contents(lake: Lake, if_none_match: IfNoneMatch = "") -> Response[TablesContents]:
    """Rows, day of the data and a saved question of each dataset and table."""
    return tagged(table_contents.contents(lake), if_none_match)


@routes.get("/v1/lineage/<table>", Group.VIEWER, problems=[404], cached=True)
def get_lineage(lake: Lake, table: Name, if_none_match: IfNoneMatch = "") -> Response[Lineage]:
    """Return the sources of a table: datasets of a snapshot, and the files behind them."""
    return tagged(lineage.lineage_of_table(lake, table), if_none_match)


@routes.get("/v1/lineage/<table>/columns", Group.VIEWER, problems=[404], cached=True)
def get_column_lineage(lake: Lake, table: Name, if_none_match: IfNoneMatch = "") -> Response[ColumnLineage]:
    """Return the columns that each column of a table is computed from, and those computed from it."""
    return tagged(column_lineage.column_lineage_of_table(lake, table), if_none_match)
