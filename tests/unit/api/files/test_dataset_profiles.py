"""The profile of a dataset is that of its newest snapshot, not of its newest file."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from headgate.api.files import snapshot_profiles
from headgate.api.lake_ports import senders_of
from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.contracts.types import arrow_schema
from headgate.lake import keys
from headgate.lake.ports import ROWS, ObjectRef
from headgate.snapshots.publishing import parquet_bytes
from headgate.snapshots.snapshot import DatasetSnapshot, LakeSnapshot, MergedIncrements
from tests.unit.api.lakes import REGISTRY, Caller, MemoryLake

pytestmark = pytest.mark.unit

PATH = "/v1/datasets/regions/profile"


def schema_of(dataset: str) -> pa.Schema:
    """The columns of a dataset, all of which may be null, so that a test states a few."""
    columns = arrow_schema(REGISTRY.curated[dataset])
    return pa.schema([column.with_nullable(nullable=True) for column in columns])


def regions(numbers: range) -> pa.Table:
    rows = [{"region_id": f"R{at:06}", "region_name": f"Region {at}", "population": at} for at in numbers]
    return pa.Table.from_pylist(rows, schema_of("regions"))


def merged(parts: list[pa.Table], snapshot_id: str = "r1", latest_on: str = "2026-01-01") -> MemoryLake:
    """A lake whose newest snapshot has these parts of regions."""
    lake, rows = MemoryLake(), sum(part.num_rows for part in parts)
    of = DatasetSnapshot(
        "regions", snapshot_id, keys.snapshot_prefix("regions", snapshot_id), rows, 1, latest_on=latest_on
    )
    snapshot = LakeSnapshot("lake-1", date(2026, 1, 2), {"regions": of})
    lake.objects.write(
        ObjectRef("curated", keys.lake_snapshot_key(keys.CURRENT)), snapshot.to_json().encode()
    )
    for number, part in enumerate(parts):
        name = f"{of.location}part-{number}{keys.PARQUET}"
        lake.objects.write(ObjectRef("curated", name), parquet_bytes(part))
    return lake


def test_the_profile_is_of_all_rows_of_the_dataset_and_names_their_snapshot() -> None:
    answer = Caller(merged([regions(range(3)), regions(range(3, 5))], "r-all")).call("GET", PATH).json
    assert (answer["rows"], answer["sampled_rows"], answer["snapshot_id"]) == (5, 5, "r-all")
    assert (answer["as_of"], answer["latest_on"]) == ("2026-01-02", "2026-01-01")
    facts = {column["name"]: column["facts"] for column in answer["columns"]}
    assert (facts["population"]["min"], facts["population"]["max"]) == ("0", "4")
    assert facts["continent"]["missing"] == 5


def test_accepted_rows_that_no_run_has_merged_are_counted() -> None:
    lake = merged([regions(range(3))], "r-two")
    header = b"region_id,region_name,country_code,continent,population,gdp_usd,updated_at\n"
    rows = b"N1,North,,EU,5,5,2024-01-01T00:00:00\nN2,South,,EU,5,5,2024-01-01T00:00:00\n"
    record = lake.receive("regions/new.csv", header + rows)
    assert record.accepted == 2
    assert Caller(lake).call("GET", PATH).json["pending_rows"] == 0  # of an unknown list nothing is said
    listed = ObjectRef("curated", keys.merged_increments_key("regions", "r-two"))
    lake.objects.write(
        listed, MergedIncrements("regions", "r-two", ("increments/regions/other.parquet",)).to_json().encode()
    )
    answer = Caller(lake).call("GET", PATH).json
    assert answer["pending_rows"] == record.accepted
    assert [answer["pending_replaced_rows"], answer["pending_unchanged_rows"]] == [None, None]

    senders_of(lake).keep_uploader(record.file_id, "kim", replaced_rows=1, unchanged_rows=0)
    answer = Caller(lake).call("GET", PATH).json
    assert [answer["pending_replaced_rows"], answer["pending_unchanged_rows"]] == [1, 0]

    newer = b"N3,East,,EU,5,5,2024-01-01T00:00:00\n"
    lake.receive("regions/newer.csv", header + newer)  # not compared, so nothing is known of all rows
    answer = Caller(lake).call("GET", PATH).json
    assert answer["pending_rows"] == record.accepted + 1
    assert [answer["pending_replaced_rows"], answer["pending_unchanged_rows"]] == [None, None]


def skewed() -> list[pa.Table]:
    """Parts of very different sizes, in the order of the key."""
    return [regions(range(60)), regions(range(60, 90)), regions(range(90, 600))]


def population_of(lake: MemoryLake) -> dict[str, Any]:
    columns = Caller(lake).call("GET", PATH).json["columns"]
    return next(column["facts"] for column in columns if column["name"] == "population")


def test_the_figures_of_a_dataset_are_those_that_sql_gives() -> None:
    parts = skewed()
    facts = population_of(merged(parts, "r-exact"))
    rows = pa.concat_tables(parts)
    ((low, high, mean, median, different, missing),) = (
        duckdb.connect()
        .from_arrow(rows)
        .aggregate(
            "min(population), max(population), avg(population), quantile_cont(population, 0.5), "
            "count(DISTINCT population), count(*) - count(population)"
        )
        .fetchall()
    )
    assert (facts["min"], facts["max"]) == (str(low), str(high))
    assert (float(facts["mean"]), float(facts["median"])) == (mean, median)
    assert (facts["distinct"], facts["missing"]) == (different, missing)
    assert "estimated" not in facts


@pytest.fixture
def reads_few_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """A dataset is too large to be read if it has more than ten cells; a sample has 120 rows."""
    monkeypatch.setattr(snapshot_profiles, "MAX_READ_CELLS", 10)
    monkeypatch.setattr(snapshot_profiles, "SAMPLED_ROWS", 120)


@pytest.mark.usefixtures("reads_few_rows")
def test_bounds_and_missing_values_of_a_large_dataset_are_exact_and_others_say_how_they_were_estimated() -> (
    None
):
    lake = merged(skewed(), "r-large")
    answer = Caller(lake).call("GET", PATH).json
    assert (answer["rows"], answer["sampled_rows"]) == (600, 120)
    facts = {column["name"]: column["facts"] for column in answer["columns"]}
    assert (facts["population"]["min"], facts["population"]["max"]) == ("0", "599")
    assert (facts["continent"]["rows"], facts["continent"]["missing"]) == (600, 600)
    assert facts["population"]["estimated"] == {
        "distinct": "at least",
        "mean": "of the sample",
        "sampled_rows": "120",
    }
    assert facts["population"]["distinct"] == 120
    assert (facts["region_id"]["distinct"], facts["region_id"]["estimated"]["distinct"]) == (600, "exact")


@pytest.mark.usefixtures("reads_few_rows")
def test_the_periods_of_a_large_dataset_have_all_of_their_rows_though_few_parts_are_sampled() -> None:
    days = [datetime(2026, 1, 1 + day) for day in range(20)]
    parts = [
        pa.Table.from_pylist(
            [{"region_id": f"R{at:02}-{row}", "updated_at": day} for row in range(10)], schema_of("regions")
        )
        for at, day in enumerate(days)
    ]
    answer = Caller(merged(parts, "r-days", "2026-01-20")).call("GET", PATH).json
    assert answer["sampled_rows"] < answer["rows"]
    assert [point["rows"] for point in answer["over_time"]["points"]] == [10] * 20


@pytest.mark.usefixtures("reads_few_rows")
def test_a_dataset_with_too_many_times_to_be_read_has_no_rows_over_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(snapshot_profiles, "MAX_TIMES", 199)
    rows = [{"region_id": f"R{at:03}", "updated_at": datetime(2026, 1, 1 + at % 9)} for at in range(200)]
    lake = merged([pa.Table.from_pylist(rows, schema_of("regions"))], "r-times", "2026-01-09")
    assert Caller(lake).call("GET", PATH).json["over_time"] is None


@pytest.mark.usefixtures("reads_few_rows")
def test_only_as_many_rows_are_decoded_as_a_request_has_time_for(monkeypatch: pytest.MonkeyPatch) -> None:
    parts = [
        pa.Table.from_pylist(
            [{"region_id": f"R{part}-{row:03}", "population": part} for row in range(100)],
            schema_of("regions"),
        )
        for part in range(4)
    ]
    lake, cells = merged(parts, "r-cells"), 100 * len(REGISTRY.source["regions"].columns)
    monkeypatch.setattr(snapshot_profiles, "MAX_DECODED_CELLS", 2 * cells)
    facts = population_of(lake)
    assert (facts["rows"], facts["estimated"]["sampled_rows"], facts["distinct"]) == (400, "120", 2)


@pytest.mark.usefixtures("reads_few_rows")
def test_values_that_differ_in_a_sample_do_not_identify_rows_but_the_key_of_the_contract_does() -> None:
    lake = merged(skewed(), "r-names")
    facts = {each["name"]: each["facts"] for each in Caller(lake).call("GET", PATH).json["columns"]}
    assert facts["region_id"]["identifier"] is True
    assert facts["population"]["identifier"] is False


@pytest.mark.parametrize("rows", [5, 600])
@pytest.mark.usefixtures("reads_few_rows")
def test_a_column_that_is_newer_than_the_snapshot_has_no_values_yet(
    rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    if rows == 5:
        monkeypatch.setattr(snapshot_profiles, "MAX_READ_CELLS", 1_000)
    older = regions(range(rows)).drop_columns(["population"])
    facts = population_of(merged([older], f"r-older-{rows}"))
    assert (facts["rows"], facts["missing"]) == (rows, rows)


@pytest.mark.usefixtures("reads_few_rows")
def test_a_quantile_of_a_large_dataset_is_near_that_of_all_rows_however_unequal_its_parts() -> None:
    facts = population_of(merged(skewed(), "r-unequal"))
    for share in ("0.25", "0.5", "0.75"):
        # A rank of 120 random rows has a standard error of 0.046 at most; 0.14 is three of them.
        assert abs(float(facts["quantiles"][share]) - float(share) * 599) < 0.14 * 600


def test_columns_about_people_have_values_for_the_group_personal_data_only() -> None:
    lake = MemoryLake()
    contract = REGISTRY.source["customers"]
    assert "email" in contract.personal
    rows = pa.Table.from_pylist([{"email": "a@b.c"}, {"email": "d@e.f"}], schema_of("customers"))
    of = DatasetSnapshot("customers", "c1", keys.snapshot_prefix("customers", "c1"), 2, 1)
    snapshot = LakeSnapshot("lake-1", date(2026, 1, 2), {"customers": of})
    lake.objects.write(
        ObjectRef("curated", keys.lake_snapshot_key(keys.CURRENT)), snapshot.to_json().encode()
    )
    lake.objects.write(ObjectRef("curated", f"{of.location}part-0{keys.PARQUET}"), parquet_bytes(rows))
    path = "/v1/datasets/customers/profile"
    for groups, is_shown in (("viewer", False), ("personal-data", True)):
        answer = Caller(lake, ("viewer", groups)).call("GET", path)
        assert ("a@b.c" in answer.text) is is_shown, groups


def test_a_dataset_that_no_run_has_merged_has_no_profile() -> None:
    empty = Caller(MemoryLake()).call("GET", PATH).json
    assert (empty["snapshot_id"], empty["rows"], empty["columns"]) == ("", 0, [])
    assert Caller(MemoryLake()).call("GET", "/v1/datasets/nothing/profile").status == 404


def test_the_catalog_says_how_much_each_dataset_and_table_has_and_as_of_when() -> None:
    lake = merged([regions(range(3))], "r-catalog")
    lake.catalog.create("ecommerce_prod", "query_gaps", "s3://x/empty/")
    facts = {ROWS: "12", "headgate.as_of": "2026-01-02", "headgate.reads": "products,search_queries"}
    lake.catalog.move(lake.catalog.current("ecommerce_prod", "query_gaps"), "s3://x/v1/", [], facts)
    tables = {row["name"]: row for row in Caller(lake).call("GET", "/v1/catalog/contents").json["tables"]}
    assert (tables["regions"]["rows"], tables["regions"]["as_of"]) == (3, "2026-01-01")
    assert (tables["query_gaps"]["rows"], tables["query_gaps"]["as_of"]) == (12, "2026-01-02")
    assert tables["query_gaps"]["reads"] == ["products", "search_queries"]
    assert tables["regions"]["reads"] == []
    assert (tables["orders"]["rows"], tables["orders"]["as_of"]) == (0, "")
    questions = {row["name"]: row for row in Caller(lake).call("GET", "/v1/questions").json["questions"]}
    assert tables["query_gaps"]["asks"] == questions[tables["query_gaps"]["question"]]["description"]
    assert "FROM query_gaps" in questions[tables["query_gaps"]["question"]]["sql"]
    assert tables["regions"]["asks"].startswith("How many regions are there of each “continent”")
    assert (
        tables["regions"]["question"],
        "FROM ecommerce_curated.regions" in tables["regions"]["statement"],
    ) == (
        "",
        True,
    )
    empty = tables["orders"], tables["sales_forecast"]
    assert {(row["question"], row["statement"], row["asks"]) for row in empty} == {("", "", "")}


def test_the_rows_of_a_dataset_over_time_are_by_the_events_that_its_contract_names() -> None:
    rows = [{"region_id": f"R{at}", "updated_at": datetime(2026, 1, 1 + at % 3)} for at in range(7)]
    lake = merged([pa.Table.from_pylist(rows, schema_of("regions"))], "r-time", "2026-01-03")
    over_time = Caller(lake).call("GET", PATH).json["over_time"]
    assert (over_time["column"], over_time["period"]) == ("updated_at", "day")
    assert [(point["starts_on"], point["rows"]) for point in over_time["points"]] == [
        ("2026-01-01", 3),
        ("2026-01-02", 2),
        ("2026-01-03", 2),
    ]
    assert Caller(merged([regions(range(3))], "r-no-times")).call("GET", PATH).json["over_time"] is None


def payments_at(paid: list[datetime], updated: list[datetime]) -> MemoryLake:
    """A lake with payments, whose last day is that of the column that its contract names first."""
    rows = pa.table({"paid_at": paid, "updated_at": updated}, schema_of_times("payments"))
    of = DatasetSnapshot("payments", "p1", keys.snapshot_prefix("payments", str(paid)), len(paid), 1)
    latest = max(paid).date().isoformat()
    snapshot = LakeSnapshot("lake-1", date(2026, 1, 2), {"payments": replace(of, latest_on=latest)})
    lake = MemoryLake(moment=datetime(2026, 6, 1))
    lake.objects.write(
        ObjectRef("curated", keys.lake_snapshot_key(keys.CURRENT)), snapshot.to_json().encode()
    )
    lake.objects.write(ObjectRef("curated", f"{of.location}part-0{keys.PARQUET}"), parquet_bytes(rows))
    return lake


def schema_of_times(dataset: str) -> pa.Schema:
    return pa.schema([column for column in schema_of(dataset) if pa.types.is_timestamp(column.type)])


def test_the_rows_of_a_dataset_are_counted_by_another_time_where_a_person_chooses_it() -> None:
    days = [datetime(2026, 1, 1 + at) for at in range(4)]
    lake = payments_at(days, [datetime(2026, 3, 1), *[datetime(2026, 3, 3)] * 3])
    path = "/v1/datasets/payments/profile"
    usual = Caller(lake).call("GET", path).json
    assert (usual["time"], usual["times"], usual["latest_on"]) == (
        "paid_at",
        ["paid_at", "updated_at"],
        "2026-01-04",
    )
    other = Caller(lake).call("GET", f"{path}?time=updated_at").json
    assert (other["time"], other["over_time"]["column"], other["latest_on"]) == (
        "updated_at",
        "updated_at",
        "2026-03-03",
    )
    refused = Caller(lake).call("GET", f"{path}?time=amount")
    assert refused.status == 422
    assert "paid_at, updated_at" in refused.text


def test_a_snapshot_that_was_merged_by_another_time_ends_at_the_last_day_of_its_rows() -> None:
    lake = payments_at([datetime(2026, 1, 1), datetime(2026, 1, 5)], [datetime(2026, 3, 1)] * 2)
    current = ObjectRef("curated", keys.lake_snapshot_key(keys.CURRENT))
    older = lake.objects.read(current).decode().replace("2026-01-05", "2020-03-01")
    lake.objects.write(current, older.encode())
    answer = Caller(lake).call("GET", "/v1/datasets/payments/profile").json
    assert answer["latest_on"] == "2026-01-05"
    assert len(answer["over_time"]["points"]) > 1


@pytest.mark.parametrize(("declared", "column"), [(None, "ended"), ("built", "built")])
def test_the_time_of_rows_is_chosen_by_their_values_where_no_contract_states_it(
    declared: str | None, column: str
) -> None:
    properties = {} if declared is None else {"headgate.eventTime": declared}
    times = ("built", "ended")
    contract = Contract(
        "headgate.source.visits",
        "visits",
        "source",
        "1.0.0",
        tuple(Column(name, ColumnType(Kind.DATE)) for name in times),
        properties=properties,
    )
    lake = MemoryLake(contracts=replace(REGISTRY, source={**REGISTRY.source, "visits": contract}))
    rows = pa.table(
        {
            "built": [date(2001 + at, 3, 1) for at in range(9)],
            "ended": [date(2025, 9, 1 + at) for at in range(9)],
        }
    )
    name = f"v-{declared}"
    of = DatasetSnapshot("visits", name, keys.snapshot_prefix("visits", name), 9, 1, latest_on="2009-03-01")
    lake.objects.write(
        ObjectRef("curated", keys.lake_snapshot_key(keys.CURRENT)),
        LakeSnapshot("lake-1", date(2026, 1, 2), {"visits": of}).to_json().encode(),
    )
    lake.objects.write(ObjectRef("curated", f"{of.location}part-0{keys.PARQUET}"), parquet_bytes(rows))
    answer = Caller(lake).call("GET", "/v1/datasets/visits/profile").json
    assert answer["time"] == column


def test_rows_of_days_to_come_are_counted_beside_the_periods() -> None:
    paid = [datetime(2026, 1, 1), datetime(2026, 1, 2), datetime(2026, 1, 28)]
    lake = payments_at(paid, [datetime(2026, 1, 1)] * 3)
    current = ObjectRef("curated", keys.lake_snapshot_key(keys.CURRENT))
    merged_on_time = lake.objects.read(current).decode().replace("2026-01-28", "2026-01-02")
    lake.objects.write(current, merged_on_time.encode())
    answer = Caller(lake).call("GET", "/v1/datasets/payments/profile").json
    assert (answer["latest_on"], answer["later_rows"]) == ("2026-01-02", 1)
