"""From a server through raw, the gate and the merge to Athena: every value comes out as the server says it
is.

Databases: one of every type, and the shapes of real ones (`tests.real_schemas`).
"""

from __future__ import annotations

import time
from collections import deque
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import pytest
import yaml

from headgate.aws.athena.queries import AthenaQueries
from headgate.aws.dynamodb.ledger import DynamoLedger
from headgate.aws.glue.catalog import GlueCatalog
from headgate.aws.s3 import S3Objects
from headgate.contracts import odcs_reader
from headgate.contracts.curated import curated_contract
from headgate.contracts.model import Kind, Level, Mask, Rule
from headgate.contracts.odcs_writer import to_odcs
from headgate.contracts.types import glue_columns
from headgate.drafts.column_inference import guess_mask
from headgate.export.exporting import Exporting
from headgate.export.mysql.mysql_source import MySqlSource
from headgate.export.planning.drafting import draft_from_table
from headgate.export.requests import ExportRequest, Mode
from headgate.export.run_names import day_of
from headgate.intake.files.export_runs import ExportRuns
from headgate.intake.files.gate import GatePorts, GateRules
from headgate.intake.files.process_file import FileProcessor
from headgate.intake.files.source_deletions import Sightings
from headgate.lake.ports import MaskingKey, ObjectRef
from headgate.lake.versions import last_arrivals
from headgate.merge.merge_lake import Merging
from headgate.quality.contract_audit import audit
from headgate.query import translate
from tests.conftest import unique
from tests.real_schemas import (
    CHINOOK,
    CLASSICMODELS,
    OPENCART,
    SAKILA,
    WORDPRESS,
    assert_equal_tables,
    statements,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from headgate.contracts.model import Contract
    from tests.conftest import Emulator
    from tests.integration.export.conftest import Shop

pytestmark = pytest.mark.integration

KEY = MaskingKey("k1", b"0" * 32)
RUN = "20260102T010000Z"
LONGEST = "9" * 65
EVERY_TYPE = {
    "a_tinyint": ("tinyint", "-128", "127"),
    "a_flag": ("tinyint(1)", "0", "1"),
    "a_number_in_a_flag": ("tinyint(1)", "0", "127"),
    "a_byte": ("tinyint unsigned", "0", "255"),
    "a_smallint": ("smallint", "-32768", "32767"),
    "a_word": ("smallint unsigned", "0", "65535"),
    "a_mediumint": ("mediumint", "-8388608", "8388607"),
    "an_int": ("int", "-2147483648", "2147483647"),
    "an_id": ("int(8) unsigned zerofill", "42", "4294967295"),
    "a_bigint": ("bigint", "-9223372036854775808", "9007199254740993"),
    "a_big_id": ("bigint unsigned", "0", "18446744073709551615"),
    "money": ("decimal(12,2)", "-9999999999.99", "0.01"),
    "exact": ("decimal(38,10)", f"{'9' * 28}.9999999999", "-0.0000000001"),
    "too_exact": ("decimal(65,30)", f"{LONGEST[:35]}.{LONGEST[:30]}", "0.000000000000000000000000000001"),
    "a_float": ("float", "3.4028235e38", "0.1"),
    "a_double": ("double", "1.7976931348623157e308", "5e-324"),
    "a_bit": ("bit(1)", "0", "1"),
    "bits": ("bit(63)", "0", "9223372036854775807"),
    "all_bits": ("bit(64)", "0", "18446744073709551615"),
    "a_date": ("date", "'1000-01-01'", "'2024-02-29'"),
    "a_datetime": ("datetime(6)", "'1000-01-01 00:00:00.000001'", "'9999-12-31 23:59:59.999999'"),
    "a_timestamp": ("timestamp(3) null", "'1970-01-01 00:00:01.001'", "'2038-01-19 03:14:07.999'"),
    "a_time": ("time(6)", "'-838:59:59.999999'", "'838:59:59.999999'"),
    "a_year": ("year", "1901", "2155"),
    "a_char": ("char(10)", "''", "'NA'"),
    "a_varchar": ("varchar(300)", "'  two  spaces '", "'a,\"b\"\\n'"),
    "another_charset": ("varchar(100) character set latin1", "'Zürich'", "''"),
    "a_text": ("text", "'😀 four bytes'", f"'{'x ' * 30000}'"),
    "an_enum": ("enum('S','M','Ü''s')", "'S'", "'Ü''s'"),
    "a_set": ("set('a','b','c')", "'a,c'", "''"),
    "a_json": ("json", '\'{"a": [1, 2.50, null, "ü"]}\'', "'[]'"),
    "a_uuid": ("uuid", "'123e4567-e89b-12d3-a456-426655440000'", "'00000000-0000-0000-0000-000000000001'"),
    "an_inet6": ("inet6", "'2001:db8::ff00:42:8329'", "'::'"),
    "some_bytes": ("binary(4)", "X'00ff1f1e'", "X'61'"),
    "more_bytes": ("varbinary(300)", "X''", f"X'{'fe' * 300}'"),
    "a_blob": ("mediumblob", "X'1f1e0a00'", "REPEAT(X'fb', 200000)"),
    "a_place": ("geometry", "ST_GeomFromText('POINT(1.5 -2)')", "ST_GeomFromText('LINESTRING(0 0, 1 1)')"),
    "an_area": ("polygon", "ST_GeomFromText('POLYGON((0 0, 1 0, 1 1, 0 0))')", "NULL"),
    "doubled": ("int generated always as (an_int div 2) stored", "", ""),
    "hidden": ("int invisible", "7", "8"),
}


@dataclass(frozen=True)
class Lake:
    """A server's database, and everything behind it."""

    shop: Shop
    emulator: Emulator
    contracts: Mapping[str, Contract]
    name: str
    workspace: Path

    @property
    def objects(self) -> S3Objects:
        """The emulator's S3."""
        return S3Objects(self.emulator.client("s3"))

    @property
    def ledger(self) -> DynamoLedger:
        """The records of the lake's files."""
        return DynamoLedger(self.emulator.client("dynamodb"), f"{self.name}-files")

    def export(self, run: str = RUN, mode: Mode = Mode.FULL) -> None:
        """Every table has landed in raw."""
        exporting = Exporting(
            MySqlSource(self.shop.session),
            self.objects,
            self.contracts,
            f"{self.name}-raw",
            f"{self.name}-state",
            self.workspace / "runs",
        )
        exporting.run(ExportRequest("shop", run, day_of(run, datetime.now(UTC).date()), mode=mode))

    def process(self) -> None:
        """Everything in raw went through the gate, and no row was refused.

        A table that did not change is skipped as a duplicate.
        """
        curated, quarantine = f"{self.name}-curated", f"{self.name}-quarantine"
        ports = GatePorts(self.objects, self.ledger, curated, quarantine, now, 300)
        queue = deque(
            ObjectRef(f"{self.name}-raw", item.ref.key) for item in self.objects.list(f"{self.name}-raw", "")
        )
        processor = FileProcessor(ports, GateRules(self.contracts, lambda: KEY))
        runs = ExportRuns(
            self.objects, processor.process, queue.extend, Sightings(self.objects, self.contracts, curated)
        )
        while queue:
            record = runs.receive(queue.popleft())
            assert record.state in {"done", "ignored", "skipped_duplicate"}, (record.key, record.error)
            assert record.quarantined == 0, (record.key, dict(record.reasons))

    def merge(self) -> None:
        """Athena shows the snapshot."""
        catalog, curated = (
            GlueCatalog(self.emulator.client("glue")),
            {name: curated_contract(one) for name, one in self.contracts.items()},
        )
        bucket, records = f"{self.name}-curated", self.ledger.records()
        Merging(
            self.objects,
            catalog,
            curated,
            bucket,
            self.database,
            self.workspace,
            audit,
            last_arrivals=lambda: last_arrivals(records),
        ).merge()

    @property
    def database(self) -> str:
        """The database of the Glue catalog."""
        return self.name.replace("-", "_")

    def query(self, sql: str) -> list[dict[str, object]]:
        """Return the answer to `headgate query`."""
        athena = AthenaQueries(
            self.emulator.client("athena"), self.name, self.database, partial(translate, dialect="duckdb")
        )
        return athena.run(sql).records()


def now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


@pytest.fixture
def lake(shop: Shop, emulator: Emulator, tmp_path: Path, request: pytest.FixtureRequest) -> Lake:
    """The lake of a database that is filled by the test's statements.

    Its contracts are drafted from the server, written and read.
    """
    shop.run(*request.param)
    with closing(shop.session()) as session:
        source = MySqlSource(shop.session)
        drafts = [
            draft_from_table(source, session, source.describe(session, table), guess_mask)
            for table in source.tables(session)
        ]
    for one in drafts:
        (tmp_path / f"{one.dataset}.yaml").write_text(
            yaml.safe_dump(to_odcs(one), sort_keys=False, allow_unicode=True), encoding="utf-8"
        )
    made = Lake(shop, emulator, odcs_reader.load_all(tmp_path), unique("trip"), tmp_path)
    for zone in ("raw", "state", "curated", "quarantine"):
        emulator.client("s3").create_bucket(Bucket=f"{made.name}-{zone}")
    emulator.client("dynamodb").create_table(
        TableName=f"{made.name}-files",
        KeySchema=[{"AttributeName": "file_id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "file_id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    catalogued(made)
    return made


def catalogued(lake: Lake) -> None:
    """A database with an empty table for each dataset, and a workgroup that may ask it."""
    glue = lake.emulator.client("glue")
    glue.create_database(DatabaseInput={"Name": lake.database})
    for name, contract in lake.contracts.items():
        descriptor = {
            "Location": f"s3://{lake.name}-curated/empty/{name}/",
            "Columns": glue_columns(curated_contract(contract)),
            "InputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
            "OutputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
            "SerdeInfo": {
                "SerializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
            },
        }
        table = {
            "Name": name,
            "TableType": "EXTERNAL_TABLE",
            "Parameters": {"classification": "parquet"},
            "StorageDescriptor": descriptor,
        }
        glue.create_table(DatabaseName=lake.database, TableInput=table)
    configuration = {
        "ResultConfiguration": {"OutputLocation": f"s3://{lake.name}-state/results/"},
        "EnforceWorkGroupConfiguration": True,
    }
    lake.emulator.client("athena").create_work_group(Name=lake.name, Configuration=configuration)


def of_every_type() -> list[str]:
    """A table with two rows of extremes and one of nulls."""
    columns = ", ".join(f"{name} {kind}" for name, (kind, *_) in EVERY_TYPE.items())
    given = {name: values for name, (_, *values) in EVERY_TYPE.items() if values[0]}
    rows = [
        f"({number + 1}, {', '.join(values[number] for values in given.values())})" for number in range(2)
    ]
    return [
        f"CREATE TABLE every_type (id INT PRIMARY KEY, {columns})",
        (
            f"INSERT INTO every_type (id, {', '.join(given)}) VALUES "  # noqa: S608 literals here
            f"{', '.join(rows)}, (3{', NULL' * len(given)})"
        ),
    ]


@pytest.mark.parametrize(
    "lake",
    [
        pytest.param(of_every_type(), id="every type"),
        pytest.param(statements(CHINOOK), id="Chinook"),
        pytest.param(statements(SAKILA), id="Sakila"),
    ],
    indirect=True,
)
def test_every_value_comes_out_of_athena_as_the_server_says_it_is(lake: Lake) -> None:
    lake.export()
    lake.process()
    lake.merge()
    assert_athena_equals_the_server(lake)


@pytest.mark.parametrize(
    ("lake", "updates"),
    [
        pytest.param(
            [
                *statements(SAKILA),
                (
                    "CREATE TABLE film_text (film_id SMALLINT PRIMARY KEY, title VARCHAR(255) NOT NULL, "
                    "description TEXT)"
                ),
            ],
            [
                "INSERT INTO film_text VALUES (1, 'A', NULL)",
                "UPDATE film SET title = 'CHANGED' WHERE film_id = 7",
            ],
            id="Sakila",
        ),
        pytest.param(statements(CHINOOK), ["UPDATE Track SET Name = 'changed' LIMIT 1"], id="Chinook"),
        pytest.param(
            statements(CLASSICMODELS),
            ["UPDATE orders SET status = 'Shipped', shippedDate = '2003-01-11'"],
            id="classicmodels",
        ),
        pytest.param(
            statements(WORDPRESS),
            ["UPDATE wp_posts SET post_title = 'Bye', comment_count = 2 WHERE ID = 1"],
            id="WordPress",
        ),
        pytest.param(
            statements(OPENCART),
            ["UPDATE oc_setting SET `value` = 'Other' WHERE setting_id = 1"],
            id="OpenCart",
        ),
    ],
    indirect=["lake"],
)
def test_a_schedule_runs_on_drafts_that_nobody_touched(lake: Lake, updates: list[str]) -> None:
    """A scheduled run is incremental; the next one brings updates of tables without a change column too."""
    lake.export("20260102T010000Z", Mode.INCREMENTAL)
    lake.process()
    time.sleep(
        1
    )  # S3 gives whole seconds, and rows that tie in all else are distinguished by when their object came
    lake.shop.run(*updates)
    lake.export("20260103T010000Z", Mode.INCREMENTAL)
    lake.process()
    lake.merge()
    assert_athena_equals_the_server(lake)


def assert_athena_equals_the_server(lake: Lake) -> None:
    """Compare every value of every table."""
    with closing(lake.shop.session()) as session:
        assert_equal_tables(session, lake.query)


@pytest.mark.parametrize("lake", [pytest.param(statements(SAKILA), id="Sakila")], indirect=True)
def test_a_row_that_the_server_deletes_leaves_athena_and_comes_back_when_it_is_inserted_again(
    lake: Lake,
) -> None:
    with_deletions = {**lake.contracts["film"].properties, "headgate.deletes": "key_comparison"}
    following = replace(lake, contracts={"film": replace(lake.contracts["film"], properties=with_deletions)})

    def films(run: str, mode: Mode, *statements: str) -> tuple[int, int]:
        """How many films Athena has after a run, and how many of those that are deleted here.

        Everything is delivered twice.
        """
        lake.shop.run(*statements)
        following.export(run, mode)
        for _ in range(2):
            following.process()
            following.merge()
        (row,) = lake.query("select count(*) as n, count_if(film_id in (7, 8)) as m from film")
        return int(str(row["n"])), int(str(row["m"]))

    assert films("r1", Mode.FULL) == (1000, 2)
    assert films("r2", Mode.INCREMENTAL, "DELETE FROM film WHERE film_id IN (7, 8)") == (998, 0)
    again = "INSERT INTO film (film_id, title, language_id, last_update) VALUES (7, 'AGAIN', 1, '2001-01-01')"
    assert films("r3", Mode.FULL, again) == (999, 1)
    assert lake.query("select title from film where film_id = 7") == [{"title": "AGAIN"}]


@pytest.mark.parametrize(
    "lake", [pytest.param([*statements(CHINOOK), *statements(SAKILA)], id="both")], indirect=True
)
def test_a_draft_says_what_the_server_knows(lake: Lake) -> None:
    film, staff, track = (lake.contracts[name] for name in ("film", "staff", "track"))
    assert (film.key, film.order_by, film.column("language_id").references) == (
        ("film_id",),
        ("last_update",),
        "language.language_id",
    )
    assert Rule("valid_values", ("G", "PG", "PG-13", "R", "NC-17"), Level.WARN) in film.column("rating").rules
    assert (staff.column("active").type.kind, staff.column("picture").type.kind) == (
        Kind.BOOLEAN,
        Kind.STRING,
    )
    assert (track.properties["headgate.table"], track.column("albumid").references) == (
        "Track",
        "album.albumid",
    )
    assert (lake.contracts["playlisttrack"].key, "film_list" in lake.contracts) == (
        ("playlistid", "trackid"),
        False,
    )


@pytest.mark.parametrize(
    "lake",
    [
        pytest.param(
            [
                "CREATE TABLE t (id INT PRIMARY KEY, card_number VARCHAR(19), f TINYINT(1), n VARCHAR(30))",
                "INSERT INTO t VALUES (1, NULL, 2, '4111111111111111')",
            ],
            id="cards",
        )
    ],
    indirect=True,
)
def test_a_draft_masks_what_is_named_or_filled_like_a_card_number_and_takes_a_used_flag_for_a_number(
    lake: Lake,
) -> None:
    table = lake.contracts["t"]
    assert (table.column("card_number").mask, table.column("n").mask, table.column("f").type.kind) == (
        Mask.PAN,
        Mask.PAN,
        Kind.SMALLINT,
    )
