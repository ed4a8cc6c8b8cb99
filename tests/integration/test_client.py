"""`headgate.connect()`: the same values as Athena's own answer, whichever way they come."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import awswrangler as wr
import pyarrow as pa
import pytest

import headgate
from headgate.aws import clients
from headgate.aws.glue.catalog import GlueCatalog
from headgate.client import lake as client
from headgate.contracts.registry import Registry
from headgate.contracts.types import arrow_schema, glue_columns
from headgate.errors import NotFoundError, QueryError, SettingsError
from headgate.lake import keys
from headgate.lake.ports import ObjectRef
from headgate.snapshots.publishing import Publisher
from headgate.wiring import intake, stores
from tests.conftest import unique

if TYPE_CHECKING:
    from pathlib import Path

    from headgate.client.lake import Lake as ClientLake
    from tests.integration.conftest import Lake

pytestmark = pytest.mark.integration

CLIENTS = (clients.s3, clients.dynamodb, clients.athena, clients.glue)
SNAPSHOT = "5" * 16
RIGHT = 9007199254740993  # a double has no such number
ROWS: list[dict[str, Any]] = [
    {
        "region_id": f"R{number}",
        "region_name": ["", None, 'quotes " and\nlines, commas'][number],  # an empty text is not a null
        "month_on": date(2011, 10 + number, 1),
        "is_complete": number < 2,
        "revenue": Decimal("-0.1000"),
        "sales": Decimal("90071992547409.9307"),
        "returns": Decimal("0.0000"),
        "fees": Decimal("0.0000"),
        "orders": RIGHT,
        "customers": 0,
        "units": -1,
        "average_order_value": None if number else Decimal("19.9000"),
        "sales_share": [0.1, None, 1e-300][number],
        "revenue_place": number + 1,
        "all_orders": RIGHT,
        "as_of": date(2011, 12, 9),
        "snapshot_id": SNAPSHOT,
    }
    for number in range(3)
]


@pytest.fixture
def lake(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> Lake:
    """A lake with a published table, and a shell that speaks to it."""
    workgroup = unique("workgroup")
    location = f"s3://{lake.bucket('artifacts')}/results/"
    lake.emulator.client("athena").create_work_group(
        Name=workgroup, Configuration={"ResultConfiguration": {"OutputLocation": location}}
    )
    for name, value in {
        **lake.environment,
        "HEADGATE_WORKGROUP": workgroup,
        "HEADGATE_SQL_DIALECT": "duckdb",
    }.items():
        monkeypatch.setenv(name, value)
    for cached in CLIENTS:
        cached.cache_clear()
    monkeypatch.setattr(client, "_connected", [])
    contract, buckets = (
        Registry.load().prod["regional_performance"],
        json.loads(lake.settings["HEADGATE_PROD_BUCKETS"]),
    )
    catalog = GlueCatalog(clients.glue())
    publisher = Publisher(
        stores.objects(),
        catalog,
        lake.settings["HEADGATE_PROD_DATABASE"],
        buckets[contract.system],
        lambda *_: None,
    )
    publisher.publish(
        contract,
        pa.Table.from_pylist(ROWS, arrow_schema(contract)),
        keys.table_prefix(contract.dataset, "v1"),
    )
    return lake


@pytest.fixture
def connected(lake: Lake) -> ClientLake:
    """Return an analyst's lake."""
    assert lake
    return headgate.connect()


def test_a_table_equals_athenas_answer_cell_by_cell(connected: ClientLake) -> None:
    answer = (
        stores.queries(connected.environment)
        .run("select * from regional_performance order by region_id")
        .records()
    )
    whole = connected.table("regional_performance", arrow=True)
    assert whole.schema.types == arrow_schema(Registry.load().prod["regional_performance"]).types
    assert whole.to_pylist() == answer
    asked = connected.sql("select * from regional_performance order by region_id", arrow=True)
    assert asked.to_pylist() == answer
    assert [type(cell) for row in asked.to_pylist() for cell in row.values()] == [
        type(cell) for row in answer for cell in row.values()
    ]


def test_a_data_frame_keeps_decimals_dates_nulls_and_empty_texts(connected: ClientLake) -> None:
    for frame in (
        connected.table("regional_performance"),
        connected.sql("select * from regional_performance order by region_id"),
    ):
        assert frame["sales"].tolist() == [Decimal("90071992547409.9307")] * 3
        assert frame["average_order_value"].tolist() == [Decimal("19.9000"), None, None]
        assert frame["month_on"].tolist()[0] == date(2011, 10, 1)
        assert frame["region_name"].fillna("null").tolist() == ["", "null", 'quotes " and\nlines, commas']
        assert (str(frame["orders"].dtype), frame["orders"].tolist()) == ("Int64", [RIGHT] * 3)
        assert (str(frame["is_complete"].dtype), frame["is_complete"].tolist()) == (
            "boolean",
            [True, True, False],
        )
        assert frame["sales_share"].isna().tolist() == [False, True, False]


def test_columns_are_those_asked_for(connected: ClientLake) -> None:
    assert connected.table("regional_performance", columns=["sales", "orders"]).columns.tolist() == [
        "sales",
        "orders",
    ]
    with pytest.raises(QueryError, match="no column sale"):
        connected.table("regional_performance", columns=["sale"])


def test_a_table_without_files_has_its_columns(connected: ClientLake, lake: Lake) -> None:
    contract, catalog = Registry.load().prod["sales_anomalies"], GlueCatalog(clients.glue())
    catalog.move(
        catalog.current(lake.settings["HEADGATE_PROD_DATABASE"], "sales_anomalies"),
        f"s3://{lake.bucket('curated')}/empty/",
        glue_columns(contract),
        {},
    )
    empty = connected.table("sales_anomalies", arrow=True)
    assert (empty.num_rows, empty.schema.names) == (0, list(contract.names))


def test_an_unknown_table_names_the_nearest(connected: ClientLake) -> None:
    with pytest.raises(QueryError, match="regional_performance"):
        connected.table("regional_performances")


def test_parameters_are_values_and_never_sql(connected: ClientLake) -> None:
    hostile = "R0' or '1'='1"
    assert (
        len(
            connected.sql(
                "select region_id from regional_performance where region_id = :region", {"region": hostile}
            )
        )
        == 0
    )
    one = connected.sql(
        "select region_id from regional_performance where region_id in (:regions) and month_on >= "
        ":month and revenue > :least",
        {"regions": ["R1", "R0", hostile], "month": date(2011, 11, 1), "least": Decimal("-0.2")},
    )
    assert one["region_id"].tolist() == ["R1"]
    assert one.attrs["query_id"]


def test_a_statement_that_writes_is_refused(connected: ClientLake) -> None:
    with pytest.raises(QueryError, match="DROP"):
        connected.sql("drop table regional_performance")


def test_no_rows_are_an_answer_with_columns_and_types(connected: ClientLake) -> None:
    answer = connected.sql("select sales, month_on from regional_performance where units > 99", arrow=True)
    assert (answer.num_rows, answer.schema.names, answer.schema.field("month_on").type) == (
        0,
        ["sales", "month_on"],
        pa.date32(),
    )


def test_saved_questions_are_listed_and_asked(connected: ClientLake) -> None:
    assert "sales_forecast" in connected.questions()["name"].tolist()
    assert len(connected.ask("sales_forecast")) == 0
    with pytest.raises(QueryError, match=r"lake\.questions"):
        connected.ask("nonsense")


def test_an_uploaded_file_is_reported_by_bytes_and_state(
    connected: ClientLake, lake: Lake, tmp_path: Path
) -> None:
    path = tmp_path / "regions.csv"
    header = "region_id,region_name,country_code,continent,updated_at"
    rows = "GB,Britain,GB,EU,2011-12-09 00:00:00\n,France,FR,EU,2011-12-09 00:00:00\n"
    path.write_text(f"{header}\n{rows}", encoding="utf-8")
    lines: list[str] = []
    assert (
        connected.upload(path, dataset="regions", timeout_s=0, progress=lines.append) == []
    )  # this lake has no queue to its gate
    assert lines[0].startswith("sent 0.0 of 0.0 MB")
    record = intake.file_processor(connected.environment).process(
        ObjectRef(lake.bucket("raw"), "regions/regions.csv")
    )
    assert (
        connected.file("regions/regions.csv").file_id
        == connected.file(record.file_id).file_id
        == record.file_id
    )
    assert record.file_id in connected.files()["file_id"].tolist()
    assert (record.received, record.quarantined) == (2, 1)
    assert connected.quarantine(dataset="regions")["rows"].sum() == 1
    assert connected.quarantine(record.file_id)["source_row"].tolist()
    with pytest.raises(NotFoundError, match=r"lake\.files"):
        connected.file("regions/never.csv")


def test_the_result_file_can_be_read_by_awswrangler_itself(connected: ClientLake) -> None:
    frame = wr.athena.read_sql_query(
        "select region_id, sales from regional_performance order by region_id",
        database=connected.environment["HEADGATE_PROD_DATABASE"],
        workgroup=connected.environment["HEADGATE_WORKGROUP"],
        ctas_approach=False,
    )
    assert frame["sales"].tolist() == [row["sales"] for row in ROWS]


def test_a_second_deployment_is_refused_in_one_process(
    connected: ClientLake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "_connected", ["another"])
    with pytest.raises(SettingsError, match="connected to deployment another"):
        headgate.connect()
    assert connected.name == "environment"


def test_a_timestamp_with_a_time_zone_is_bound_in_utc(connected: ClientLake) -> None:
    moment = datetime(2011, 12, 9, 12, tzinfo=UTC)
    assert connected.sql("select :at as at", {"at": moment})["at"].tolist()[
        0
    ].to_pydatetime() == moment.replace(tzinfo=None)
