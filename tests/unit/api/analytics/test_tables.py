"""Tables of the systems: rows by filter, sort and cursor, exact cells, and downloads that no spreadsheet
runs.
"""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headgate.api.analytics import table_rows, tables
from headgate.api.shapes.json_cells import cell
from headgate.contracts.types import arrow_schema
from headgate.lake import keys
from headgate.lake.ports import ObjectRef
from headgate.snapshots.publishing import Publisher
from tests.unit.api.lakes import REGISTRY, Caller, MemoryLake, query

pytestmark = pytest.mark.unit

SYSTEM, TABLE = "retail-copilot", "query_gaps"
PATH = f"/v1/systems/{SYSTEM}/tables/{TABLE}"
CONTRACT = REGISTRY.prod[TABLE]
SCHEMA = arrow_schema(CONTRACT)


def a_value(field: pa.Field, n: int) -> object:
    kinds = (
        (pa.types.is_string, f"={field.name}{n}"),
        (pa.types.is_decimal, Decimal(n)),
        (pa.types.is_floating, n / 8),
        (pa.types.is_date, date(2026, 1, 1 + n)),
    )
    return next((value for fits, value in kinds if fits(field.type)), n)


def a_column(field: pa.Field, count: int) -> pa.Array:
    values = [a_value(field, n) for n in range(count)]
    return (
        pa.array([Decimal(n) for n in range(count)], field.type)
        if pa.types.is_decimal(field.type)
        else pa.array(values).cast(field.type)
    )


def rows(count: int) -> pa.Table:
    return pa.table([a_column(field, count) for field in SCHEMA], schema=SCHEMA)


@pytest.fixture
def caller() -> Caller:
    lake = MemoryLake()
    lake.catalog.create("ecommerce_prod", TABLE, f"s3://{SYSTEM}/empty/")
    return Caller(lake)


def publish(lake: MemoryLake, version: str, count: int) -> None:
    publisher = Publisher(lake.objects, lake.catalog, "ecommerce_prod", SYSTEM, lambda *_: None)
    publisher.publish(
        CONTRACT, rows(count), keys.table_prefix(TABLE, version), parameters={"headgate.snapshot_id": "s1"}
    )


def test_a_table_that_was_never_published_has_no_rows(caller: Caller) -> None:
    assert caller.call("GET", PATH).json["version"] == ""
    assert (caller.call("GET", PATH + "/rows").json["rows"], caller.call("GET", "/v1/systems").status) == (
        [],
        200,
    )


def test_a_published_table_names_its_version_rows_and_snapshot(caller: Caller) -> None:
    publish(caller.lake, "a1", 4)
    answer = caller.call("GET", PATH).json
    assert (answer["version"], answer["rows"], answer["snapshot_id"]) == ("a1", 4, "s1")
    assert [column["name"] for column in answer["columns"]] == SCHEMA.names


def test_pages_of_a_cursor_are_of_one_version_even_after_the_next_publish(caller: Caller) -> None:
    publish(caller.lake, "b1", 5)
    first = caller.call("GET", PATH + "/rows" + query(limit=3)).json
    publish(caller.lake, "b2", 1)
    rest = caller.call("GET", PATH + "/rows" + query(limit=3, cursor=first["next_cursor"])).json
    assert (len(first["rows"]), len(rest["rows"]), rest["version"], rest["total"]) == (3, 2, "b1", 5)
    assert caller.call("GET", PATH + "/rows").json["total"] == 1


def test_a_page_of_a_removed_version_is_gone(caller: Caller) -> None:
    publish(caller.lake, "c1", 5)
    cursor = caller.call("GET", PATH + "/rows" + query(limit=3)).json["next_cursor"]
    tables._cache.clear()
    caller.lake.objects.delete(ObjectRef(SYSTEM, keys.part(keys.table_prefix(TABLE, "c1"))))
    assert caller.call("GET", PATH + "/rows" + query(limit=3, cursor=cursor)).status == 410


def test_rows_are_filtered_and_sorted(caller: Caller) -> None:
    publish(caller.lake, "d1", 6)
    name = next(field.name for field in SCHEMA if pa.types.is_string(field.type))
    whole = next(field.name for field in SCHEMA if pa.types.is_integer(field.type))
    asked = query(columns=whole, filter=f"{whole}:ge:2", sort=f"-{whole}", limit=3)
    assert caller.call("GET", PATH + "/rows" + asked).json["rows"] == [[5], [4], [3]]
    for condition, found in (
        (f"{whole}:in:1", 1),
        (f"{name}:in:={name}1,={name}2", 2),
        (f"{name}:in:={name}1\\,={name}2", 0),
        (f"{name}:contains:{name}3", 1),
        (f"{name}:empty:true", 0),
        (f"{name}:ne:x", 6),
    ):
        answer = caller.call("GET", PATH + "/rows" + query(filter=condition)).json
        assert answer.get("total") == found, (condition, answer)


@pytest.mark.parametrize(
    "asked",
    [
        {"filter": "nothing:eq:1"},
        {"filter": "search_volume"},
        {"sort": "nothing"},
        {"columns": "nothing"},
        {"cursor": "AAAA"},
        {"cursor": "WzEsMl0"},
        {"limit": 0},
        {"filter": "as_of:ge:soon"},
        {"filter": "as_of:like:2026"},
    ],
)
def test_what_a_table_cannot_answer_is_a_422(caller: Caller, asked: dict[str, object]) -> None:
    assert caller.call("GET", PATH + "/rows" + query(**asked)).status == 422


def test_a_filter_that_makes_no_sense_is_explained_in_words(caller: Caller) -> None:
    def detail(condition: str) -> str:
        answer = caller.call("GET", PATH + "/rows" + query(filter=condition)).json
        return str(answer["detail"])

    wrong = detail("as_of:like:2026")
    assert wrong == (
        "The filter on as_of has a comparison that does not exist. There are eq: is; ne: is not; "
        "lt: less than; le: at most; gt: more than; ge: at least; in: one of several values, with commas "
        r"between them and \, for a comma of a value; empty:true: has no value; empty:false: has a value."
    )
    assert "contains: has this part;" in detail("snapshot_id:like:2026")
    assert detail("as_of:ge:soon") == "The filter on as_of needs a date such as 2026-01-31 as its value."
    assert detail("as_of").startswith("A filter is a column, a comparison and a value with colons between")
    assert detail("as_off:eq:1").startswith(
        "`filter` names as_off, and this table has no such column. Did you mean as_of? Columns of the table: "
    )


def test_a_table_of_another_system_is_not_found(caller: Caller) -> None:
    for path in (
        f"/v1/systems/{SYSTEM}/tables/fraud_scores",
        f"/v1/systems/compliance-guardian/tables/{TABLE}",
    ):
        assert caller.call("GET", path).status == 404
        assert caller.call("GET", path + "/rows").status == 404


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Decimal("10.50"), "10.50"),
        (2**53 - 1, 2**53 - 1),
        (2**53, str(2**53)),
        (float("nan"), "NaN"),
        (float("-inf"), "-Infinity"),
        (date(2026, 1, 2), "2026-01-02"),
        (True, True),
        (None, None),
    ],
)
def test_cells_are_exact_in_json(value: object, shown: object) -> None:
    assert cell(value) == shown


def test_a_name_that_a_spreadsheet_would_run_is_guarded_in_a_csv_file_and_a_negative_number_is_none() -> None:
    made = table_rows.as_csv(
        pa.table({"@name": ["-5+cmd", "\N{FULLWIDTH EQUALS SIGN}1", None], "amount": [-5, 1, None]})
    )
    assert made.decode() == '\ufeff"\'@name","amount"\n"\'-5+cmd",-5\n"\'\N{FULLWIDTH EQUALS SIGN}1",1\n,\n'


def test_downloads_hold_the_rows_and_a_spreadsheet_runs_no_cell(caller: Caller) -> None:
    publish(caller.lake, "e1", 3)
    for form in ("csv", "parquet"):
        answer = caller.call("POST", PATH + "/download" + query(format=form)).json
        assert (answer["rows"], answer["name"]) == (3, f"{TABLE}.{form}")
        body = next(
            body for key, body in caller.lake.objects.contents("athena_results").items() if key.endswith(form)
        )
        if form == "parquet":
            assert pq.read_table(io.BytesIO(body)).cast(SCHEMA).equals(rows(3))
        else:
            assert b"\"'=" in body
            assert b',"=' not in body


def levels(names: list[str], means: list[int], horizons: list[int]) -> pa.Table:
    forecast = arrow_schema(REGISTRY.prod["sales_forecast"])
    columns = {"level": names, "mean": [Decimal(mean) for mean in means], "horizon": horizons}
    return pa.table({name: pa.array(values, forecast.field(name).type) for name, values in columns.items()})


def test_rows_come_in_the_order_of_the_contract_until_a_reader_sorts_them() -> None:
    rows = levels(["region", "category", "total", "region", "total"], [7, 9, 20, 8, 21], [1, 1, 2, 1, 1])
    contract = REGISTRY.prod["sales_forecast"]
    shown = table_rows.in_first_view_order(rows, "", contract)
    assert shown["level"].to_pylist() == ["total", "total", "region", "region", "category"]
    assert [int(mean) for mean in shown["mean"].to_pylist()] == [21, 20, 8, 7, 9]
    assert shown.column_names == rows.column_names
    assert [
        int(mean) for mean in table_rows.in_first_view_order(rows, "mean", contract)["mean"].to_pylist()
    ] == [
        7,
        8,
        9,
        20,
        21,
    ]


def test_an_order_by_a_column_that_a_caller_may_not_see_is_left_out() -> None:
    rows = levels(["region", "total"], [7, 20], [1, 1]).drop_columns(["level"])
    assert table_rows.in_first_view_order(rows, "", REGISTRY.prod["sales_forecast"]).num_rows == 2
