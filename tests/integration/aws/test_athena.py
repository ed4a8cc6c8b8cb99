"""Athena's answers come back as the types that Athena names."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headgate.aws.athena.queries import AthenaQueries
from headgate.errors import NotFoundError, QueryError
from headgate.query import failure_reason, translate
from tests.conftest import unique
from tests.waiting import eventually

if TYPE_CHECKING:
    from tests.conftest import Emulator

pytestmark = pytest.mark.integration

COLUMNS = [
    ("id", "bigint"),
    ("code", "string"),
    ("price", "decimal(12,2)"),
    ("share", "double"),
    ("sold_on", "date"),
    ("sold_at", "timestamp"),
    ("returned", "boolean"),
    ("quantity", "int"),
]
FIRST = (
    9007199254740993,
    "007123",
    Decimal("19.90"),
    0.25,
    date(2011, 12, 9),
    datetime(2011, 12, 9, 12, 50, 1),
    True,
    3,
)
SECOND = (2, "", None, None, None, None, None, None)


@pytest.fixture(scope="module")
def queries(emulator: Emulator) -> AthenaQueries:
    """A table of two rows, the second all null but for an empty text."""
    database, bucket = unique("db").replace("-", "_"), unique("athena")
    _store(emulator, bucket)
    glue = emulator.client("glue")
    glue.create_database(DatabaseInput={"Name": database})
    descriptor = {
        "Location": f"s3://{bucket}/sales/",
        "Columns": [{"Name": name, "Type": kind} for name, kind in COLUMNS],
        "InputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
        "OutputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
        "SerdeInfo": {"SerializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"},
    }
    glue.create_table(
        DatabaseName=database,
        TableInput={
            "Name": "sales",
            "TableType": "EXTERNAL_TABLE",
            "Parameters": {"classification": "parquet"},
            "StorageDescriptor": descriptor,
        },
    )
    athena, workgroup = emulator.client("athena"), unique("workgroup")
    athena.create_work_group(
        Name=workgroup,
        Configuration={
            "ResultConfiguration": {"OutputLocation": f"s3://{bucket}/results/"},
            "EnforceWorkGroupConfiguration": True,
        },
    )
    return AthenaQueries(athena, workgroup, database)


def _store(emulator: Emulator, bucket: str) -> None:
    types = [
        pa.int64(),
        pa.string(),
        pa.decimal128(12, 2),
        pa.float64(),
        pa.date32(),
        pa.timestamp("us"),
        pa.bool_(),
        pa.int32(),
    ]
    arrays = [
        pa.array(values, kind) for values, kind in zip(zip(FIRST, SECOND, strict=True), types, strict=True)
    ]
    out = io.BytesIO()
    pq.write_table(pa.table(arrays, names=[name for name, _ in COLUMNS]), out)
    s3 = emulator.client("s3")
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="sales/part-00000.parquet", Body=out.getvalue())


def test_every_type_comes_back_exactly(queries: AthenaQueries) -> None:
    answer = queries.run("select * from sales order by id desc")
    assert [column.name for column in answer.columns] == [name for name, _ in COLUMNS]
    assert answer.rows == (FIRST, SECOND)
    assert [type(value) for value in answer.rows[0]] == [type(value) for value in FIRST]


def test_records_are_by_column_name(queries: AthenaQueries) -> None:
    assert queries.run("select id, code from sales order by id").records() == [
        {"id": 2, "code": ""},
        {"id": FIRST[0], "code": "007123"},
    ]


def test_no_rows_are_an_answer_with_columns(queries: AthenaQueries) -> None:
    answer = queries.run("select id from sales where id < 0")
    assert (len(answer.columns), answer.rows) == (1, ())


def test_an_answer_goes_past_a_page(queries: AthenaQueries) -> None:
    answer = queries.run("select * from range(2500) as numbers(number) order by number")
    assert [row[0] for row in answer.rows] == list(range(2500))


def test_the_file_of_an_answer_has_all_its_rows_and_their_number(
    queries: AthenaQueries, emulator: Emulator
) -> None:
    query_id = queries.start("select id, code, price from sales order by id")
    eventually(lambda: queries.status(query_id).state == "SUCCEEDED", timeout_s=20)
    file = queries.result_file(query_id)
    assert (file.rows, file.ref.key) == (2, f"results/{query_id}.csv")
    stored = emulator.client("s3").get_object(Bucket=file.ref.bucket, Key=file.ref.key)["Body"].read()
    assert stored == b'"id","code","price"\n"2","",\n"9007199254740993","007123","19.90"\n'
    with pytest.raises(NotFoundError):
        queries.result_file("00000000-0000-0000-0000-000000000000")


def test_a_token_starts_a_statement_once(queries: AthenaQueries) -> None:
    """A preview of a mail asks again until its answers are ready: each request must find the same queries."""
    token = unique("mail").ljust(32, "0")
    query_id = queries.start("select id from sales", token)
    assert queries.start("select id from sales", token) == query_id
    assert queries.start("select id from sales", token.upper()) != query_id
    with pytest.raises(QueryError, match="ClientRequestToken"):
        queries.start("select code from sales", token)


def test_a_page_after_an_unknown_place_is_an_error_of_the_request(queries: AthenaQueries) -> None:
    """The API answers 422 then; the emulator ended with an internal error."""
    query_id = queries.start("select id from sales")
    eventually(lambda: queries.status(query_id).state == "SUCCEEDED", timeout_s=20)
    for cursor in ("-1", "x", "9" * 4_000 + "x"):
        with pytest.raises(QueryError):
            queries.page(query_id, 10, cursor)


def test_a_statement_leaves_the_machine_memory(queries: AthenaQueries) -> None:
    assert queries.run("select current_setting('memory_limit') as most").records() == [{"most": "3.7 GiB"}]


def test_a_wrong_query_is_reported_with_athenas_reason(queries: AthenaQueries) -> None:
    with pytest.raises(QueryError, match="no_such_table"):
        queries.run("select * from no_such_table")


def test_a_query_is_spoken_as_the_engine_understands_it(queries: AthenaQueries) -> None:
    reported: list[str] = []

    def spoken(sql: str) -> str:
        reported.append(sql)
        return "select 42 as answer"

    other = AthenaQueries(queries.client, queries.workgroup, queries.database, spoken)
    assert other.run("select approx_distinct(id) from sales").records() == [{"answer": 42}]
    assert reported == ["select approx_distinct(id) from sales"]


def test_a_query_that_takes_too_long_is_stopped(queries: AthenaQueries) -> None:
    clock = iter(range(0, 10_000, 100))
    hasty = AthenaQueries(
        queries.client,
        queries.workgroup,
        queries.database,
        sleep=lambda _: None,
        monotonic_s=lambda: next(clock),
    )
    slow = "select count(*) from range(3000000) as a(x), range(3000) as b(y) where (x * y) % 7 = 3"
    with pytest.raises(QueryError, match=r"took too long and was stopped\. Select fewer rows"):
        hasty.run(slow, timeout_s=1)


def test_questions_about_tables_and_reasons_are_athenas_whatever_engine_answers(
    queries: AthenaQueries,
) -> None:
    asked = replace(
        queries,
        translate_sql=partial(translate, dialect="duckdb"),
        reason=partial(failure_reason, dialect="duckdb"),
    )
    assert {"tab_name": "orders"} in asked.run("show tables in ecommerce_curated").records()
    assert [row["col_name"] for row in asked.run("describe ecommerce_curated.regions").records()][:1] == [
        "region_id"
    ]
    with pytest.raises(QueryError, match=r"COLUMN_NOT_FOUND: Column .nope. cannot be resolved$"):
        asked.run("select nope from sales")


def test_tables_answer_under_the_name_of_athenas_catalog(queries: AthenaQueries, emulator: Emulator) -> None:
    """Clients such as PyAthena and dbt-athena write `awsdatacatalog` before a database, awswrangler asks by
    it; on the emulator no statement may create a table under it.
    """
    database = queries.database
    for table in (f"awsdatacatalog.{database}.sales", f'"AwsDataCatalog"."{database}"."sales"'):
        assert len(queries.run(f"select id from {table}").rows) == 2  # noqa: S608 names of this test
    athena = emulator.client("athena")
    metadata = athena.get_table_metadata(
        CatalogName="awsdatacatalog", DatabaseName=database, TableName="sales"
    )["TableMetadata"]
    assert [column["Name"] for column in metadata["Columns"]] == [name for name, _ in COLUMNS]
    with pytest.raises(QueryError, match="awsdatacatalog does not exist"):
        queries.run(f"create table awsdatacatalog.{database}.copied as select 1 as one")


def test_a_deleted_workgroup_is_missing_in_the_words_by_which_terraform_knows_it(emulator: Emulator) -> None:
    athena = emulator.client("athena")
    with pytest.raises(athena.exceptions.InvalidRequestException, match="is not found"):
        athena.get_work_group(WorkGroup="gone")
