"""The API reads a table's lineage by column from the catalog, and finds the columns that are computed from a
column.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from headgate.api.analytics.column_lineage import column_lineage_of_table
from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.contracts.registry import own_model
from headgate.lineage.column_sources import COLUMNS, ColumnRef, TableColumns, Use
from headgate.project import MODELS_SYSTEM
from tests.unit.api.lakes import REGISTRY, Caller, MemoryLake

pytestmark = pytest.mark.unit

AMOUNT = ColumnRef("curated", "payments", "amount")
TOTALS = TableColumns(
    {
        "method": {ColumnRef("curated", "payments", "method"): frozenset({Use.IDENTITY})},
        "total": {AMOUNT: frozenset({Use.AGGREGATION})},
    },
    {ColumnRef("curated", "payments", "method"): frozenset({Use.GROUP_BY})},
    {"unread": "no table of the statement has a column tottal"},
)


def model(table: str, *columns: str) -> Contract:
    listed = tuple(Column(name, ColumnType(Kind.STRING)) for name in columns)
    return own_model(Contract(f"shop.prod.{table}", table, "prod", "1", listed))


def lake_with(columns: TableColumns | None = TOTALS) -> MemoryLake:
    """A lake with the SQL models totals, whose lineage was recorded, and later, which no run built."""
    prod = {
        **REGISTRY.prod,
        "totals": model("totals", "method", "total", "unread"),
        "later": model("later", "n"),
    }
    lake = MemoryLake(contracts=replace(REGISTRY, prod=prod), systems=(*MemoryLake().systems, MODELS_SYSTEM))
    lake.catalog.create(lake.databases.prod, "totals")
    shown = lake.catalog.current(lake.databases.prod, "totals")
    lake.catalog.move(
        shown, "s3://prod/tables/totals/v1/", [], {COLUMNS: columns.to_json() if columns else ""}
    )
    return lake


def test_a_column_of_a_model_has_its_sources_and_the_rows_theirs() -> None:
    of = column_lineage_of_table(lake_with(), "totals")
    columns = {column.column: column for column in of.columns}
    assert [(use.table, use.column, use.uses) for use in columns["total"].sources] == [
        ("payments", "amount", ("AGGREGATION",))
    ]
    assert [(use.column, use.uses) for use in of.rows] == [("method", ("GROUP_BY",))]
    assert columns["unread"].unknown == "no table of the statement has a column tottal"
    assert columns["total"].unknown == ""


def test_a_column_of_a_dataset_names_the_columns_and_the_rows_that_it_feeds() -> None:
    columns = {column.column: column for column in column_lineage_of_table(lake_with(), "payments").columns}
    assert [(use.table, use.column) for use in columns["amount"].feeds] == [("totals", "total")]
    assert [(use.table, use.column, use.uses) for use in columns["method"].feeds] == [
        ("totals", "", ("GROUP_BY",)),
        ("totals", "method", ("IDENTITY",)),
    ]
    assert columns["order_id"].feeds == ()


def test_a_column_that_is_fed_through_another_table_names_it() -> None:
    lake = MemoryLake()
    feeds = next(
        column.feeds
        for column in column_lineage_of_table(lake, "order_items").columns
        if column.column == "quantity"
    )
    through = {(use.table, use.column): use.through for use in feeds}
    assert through["sales_history", "revenue"] == ()
    assert "sales_history" in through["sales_forecast", "mean"]
    sources = next(
        column.sources
        for column in column_lineage_of_table(lake, "sales_forecast").columns
        if column.column == "mean"
    )
    assert {use.through for use in sources if use.table == "order_items"} == {("sales_history",)}


def test_a_table_without_a_recorded_lineage_says_why() -> None:
    assert "built before" in column_lineage_of_table(lake_with(None), "totals").columns[0].unknown
    undeclared = column_lineage_of_table(lake_with(), "pci_audit").columns
    assert "Python system compliance-guardian" in undeclared[0].unknown
    assert "does not declare" in undeclared[0].unknown
    assert [column.unknown for column in undeclared if column.column in {"as_of", "snapshot_id"}] == ["", ""]


def test_a_table_that_code_builds_has_the_lineage_of_its_contract() -> None:
    of = column_lineage_of_table(lake_with(), "risk_scores")
    assert of.is_declared
    assert not column_lineage_of_table(lake_with(), "totals").is_declared
    columns = {column.column: column for column in of.columns}
    assert [(use.system, use.table, use.column) for use in columns["fraud_amount"].sources] == [
        ("", "card_transactions", "amount"),
        ("", "card_transactions", "is_fraud"),
    ]
    scores = {(use.system, use.table, use.column) for use in columns["score"].sources}
    assert ("compliance-guardian", "fraud_scores", "score") in scores
    assert ("", "customers", "signed_up_at") in scores  # through fraud_scores
    assert columns["entity_type"].sources == ()
    assert ("card_transactions", "card_token", ("GROUP_BY", "JOIN")) in [
        (use.table, use.column, use.uses) for use in of.rows
    ]


def test_a_column_of_a_dataset_feeds_the_columns_that_contracts_declare() -> None:
    columns = {column.column: column for column in column_lineage_of_table(lake_with(), "customers").columns}
    fed = {(use.system, use.table, use.column) for use in columns["marketing_opt_in"].feeds}
    assert fed == {
        ("demand-insights-engine", "churn_risk", name)
        for name in ("call_last", "make_offer", "marketing_opt_in", "win_back")
    }


def test_the_route_answers_and_an_unknown_table_is_not_found() -> None:
    caller = Caller(lake_with(), groups=("viewer",))
    assert (
        caller.call("GET", "/v1/lineage/totals/columns").json["columns"][1]["sources"][0]["column"]
        == "amount"
    )
    assert caller.call("GET", "/v1/lineage/nothing/columns").status == 404


def test_a_column_of_a_dataset_names_the_headers_of_files_that_are_mapped_to_it() -> None:
    lake = lake_with()
    row = b"N1,North,Europe,5,2024-01-01T00:00:00\n"
    for number, name in enumerate([b"Region-Name", b"region_name", b"Region-Name"]):
        header = b"region_id," + name + b",continent,population,updated_at\n"
        lake.receive(f"regions/{number}.csv", header + row * (number + 1))
    columns = {column.column: column for column in column_lineage_of_table(lake, "regions").columns}
    assert [(each.header, each.files) for each in columns["region_name"].headers] == [("Region-Name", 2)]
    assert columns["region_id"].headers == ()


def test_a_column_names_the_panels_and_questions_that_read_it_and_no_others() -> None:
    lake = lake_with()
    caller = Caller(lake, groups=("viewer",))
    kept = {"name": "Amounts", "sql": "SELECT amount FROM ecommerce_curated.payments", "kind": "table"}
    answer = caller.call(
        "PUT", "/v1/kept-questions", {**kept, "x": "", "y": [], "series": "", "is_pinned": False}
    )
    assert answer.status == 200, answer.text
    columns = {column.column: column.readers for column in column_lineage_of_table(lake, "payments").columns}
    assert [(each.title, each.by) for each in columns["amount"] if each.kind == "kept"] == [
        ("Amounts", caller.name)
    ]
    assert [each for each in columns["order_id"] if each.kind == "kept"] == []
    of_table = {
        column.column: column.readers for column in column_lineage_of_table(lake, "risk_scores").columns
    }
    panels = [each for readers in of_table.values() for each in readers if each.kind == "panel"]
    assert panels
    assert all(each.board for each in panels)  # two dashboards may ask the same question


def test_columns_that_say_where_a_row_came_from_are_not_listed() -> None:
    names = {column.column for column in column_lineage_of_table(lake_with(), "payments").columns}
    assert {"_content_sha256", "_source_row"} & names == set()
    assert "amount" in names
