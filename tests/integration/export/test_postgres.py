"""PostgreSQL as the source: exact values, one moment, a certificate that finds every change, runs that
resume.
"""

from __future__ import annotations

import json
import math
import threading
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from glue_jobs import export_mysql
from headgate.cli.commands.files.export import export
from headgate.contracts.model import Column, ColumnType, Contract, Kind, Mask
from headgate.drafts.column_inference import guess_mask
from headgate.errors import (
    ConflictError,
    ContractError,
    NotFoundError,
    NotPermittedError,
    ServiceError,
    SettingsError,
)
from headgate.export.certifying.certificate import CertificateError
from headgate.export.certifying.digest import digest_from, digest_of, digest_sql
from headgate.export.planning.drafting import draft_from_table
from headgate.export.postgres.postgres_session import _SETTINGS, PostgresSession
from headgate.export.reading.file_batches import FileFormat
from headgate.export.requests import Mode, Phase
from headgate.export.server.login import secret_from_url
from headgate.export.server.source import SourceLostError, UnrepresentableValueError
from headgate.export.server.sql_dialect import SqlDialect
from tests.conftest import unique
from tests.integration.export.conftest import request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import Any

    from headgate.export.requests import Progress
    from tests.conftest import Emulator
    from tests.integration.export.conftest import PostgresShop
    from tests.postgres_server import PostgresServer

pytestmark = pytest.mark.integration


def fill(shop: PostgresShop, rows: int) -> None:
    shop.run(
        "CREATE TABLE numbers (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, v int, note text, "
        "changed_at timestamptz NOT NULL DEFAULT '2026-01-01 00:00:00+00')",
        f"INSERT INTO numbers (v, note) SELECT n, 'row ' || n FROM generate_series(1, {rows}) n",  # noqa: S608 a number
        "ANALYZE numbers",
    )


def contract(*columns: Column, key: tuple[str, ...] = ("id",), **more: Any) -> Contract:  # noqa: ANN401 what Contract takes
    return Contract("headgate.source.numbers", "numbers", "source", "1.0.0", columns, key=key, **more)


NUMBERS = contract(
    Column("id", ColumnType(Kind.INTEGER), required=True),
    Column("v", ColumnType(Kind.INTEGER)),
    Column("note", ColumnType(Kind.STRING)),
    Column("changed_at", ColumnType(Kind.TIMESTAMP)),
    order_by=("changed_at",),
)


class Tampered(PostgresSession):
    """A connection whose first batch is changed on its way."""

    change: Callable[[pa.RecordBatch], pa.RecordBatch]

    def batches(self, query: str, columns: Any) -> Any:  # noqa: ANN401 as the session's own
        batches = super().batches(query, columns)
        change, rows = self.change, iter(batches)

        class Changed:
            impossible_dates = batches.impossible_dates

            def __iter__(self) -> Iterator[pa.RecordBatch]:
                yield change(next(rows))
                yield from rows

        return Changed()


def set_first(rows: pa.RecordBatch, name: str, value: object) -> pa.RecordBatch:
    place = rows.schema.get_field_index(name)
    values = [value, *rows.column(place).to_pylist()[1:]]
    return rows.set_column(place, rows.schema.field(place), pa.array(values, rows.schema.field(place).type))


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda rows: set_first(rows, "v", 4711), id="a changed row"),
        pytest.param(lambda rows: rows.slice(1), id="a lost row"),
        pytest.param(
            lambda rows: pa.Table.from_batches([rows.slice(0, 1), rows]).combine_chunks().to_batches()[0],
            id="a doubled row",
        ),
        pytest.param(lambda rows: set_first(rows, "note", None), id="a null where a text was"),
        pytest.param(lambda rows: set_first(rows, "v", None), id="a null where a number was"),
        pytest.param(
            lambda rows: set_first(rows, "changed_at", datetime(2026, 1, 1, 0, 0, 0, 1)), id="a microsecond"
        ),
    ],
)
def test_a_row_that_differs_fails_the_certificate_and_lands_nothing(
    postgres_shop: PostgresShop, change: Callable[[pa.RecordBatch], pa.RecordBatch]
) -> None:
    fill(postgres_shop, 50)

    def connect() -> PostgresSession:
        session = Tampered(postgres_shop.login())
        session.change = change
        return session

    with pytest.raises(CertificateError, match="numbers, slice 0"):
        postgres_shop.exporting(connect=connect).run(request(["numbers"], slice_rows=0))
    assert list(postgres_shop.objects.list("raw", "")) == []


def test_an_empty_text_is_not_a_null(postgres_shop: PostgresShop) -> None:
    postgres_shop.run(
        "CREATE TABLE texts (a text, b text)", "INSERT INTO texts VALUES ('', NULL), (NULL, '')"
    )

    def connect() -> PostgresSession:
        session = Tampered(postgres_shop.login())
        session.change = lambda rows: pa.RecordBatch.from_arrays(
            [rows.column(1), rows.column(0)], schema=rows.schema
        )
        return session

    postgres_shop.export(["texts"])
    assert postgres_shop.landed("texts").to_pylist() == [{"a": "", "b": None}, {"a": None, "b": ""}]
    postgres_shop.run("DELETE FROM texts WHERE a IS NULL")
    with pytest.raises(CertificateError, match="texts, slice 0"):
        postgres_shop.exporting(connect=connect).run(request(["texts"], "r2"))


def test_the_slices_hold_every_row_once(postgres_shop: PostgresShop) -> None:
    fill(postgres_shop, 5000)
    report = postgres_shop.export(["numbers"], slice_rows=1000, workers=3)
    certificate = report.certificates[0]
    assert sorted(postgres_shop.landed("numbers")["id"].to_pylist()) == list(range(1, 5001))
    assert len(certificate.files) == 5
    assert certificate.moment.method == "exported_snapshot"
    assert certificate.dialect is SqlDialect.POSTGRES
    manifest = postgres_shop.exporting().runs("numbers")[0]
    assert postgres_shop.exporting().verify(manifest).holds


def test_partitions_and_views_are_tables_too(postgres_shop: PostgresShop) -> None:
    postgres_shop.run(
        "CREATE TABLE sales (id int, at date) PARTITION BY RANGE (at)",
        "CREATE TABLE sales_25 PARTITION OF sales FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')",
        "CREATE TABLE sales_26 PARTITION OF sales FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')",
        "INSERT INTO sales VALUES (1, '2025-05-01'), (2, '2026-05-01')",
        "CREATE VIEW newest AS SELECT * FROM sales WHERE id = 2",
    )
    with closing(postgres_shop.session()) as session:
        assert postgres_shop.source().tables(session) == ["sales"]
    assert postgres_shop.export(["sales", "newest"]).rows == 3


# Per type: its declaration, a literal, and the value in Parquet.
EXACT = [
    ("smallint", "-32768", -32768),
    ("bigint", "9223372036854775807", 2**63 - 1),
    ("oid", "4294967295", 4294967295),
    ("boolean", "true", True),
    ("real", "'0.1'", pa.scalar(0.1, pa.float32()).as_py()),
    ("double precision", "'5e-324'", 5e-324),
    ("double precision", "'-0'", -0.0),
    ("double precision", "'Infinity'", math.inf),
    (
        "numeric(38,10)",
        "1234567890123456789012345678.0123456789",
        Decimal("1234567890123456789012345678.0123456789"),
    ),
    ("numeric(12,2)", "-0.10", Decimal("-0.10")),
    ("numeric(50,4)", "1" * 46 + ".0001", Decimal("1" * 46 + ".0001")),
    ("numeric", "1.500", "1.500"),
    ("numeric", "'NaN'", "NaN"),
    ("text", "'naïve 🙂 ' || chr(1) || chr(31) || chr(65534)", "naïve 🙂 \x01\x1f\ufffe"),
    ("text", "'NULL'", "NULL"),
    ("varchar(5)", "'a b  '", "a b  "),
    ("char(5)", "'ab'", "ab"),
    ("bytea", "'\\x00ff1f'", b"\x00\xff\x1f"),
    ("date", "'0001-01-01'", date(1, 1, 1)),
    ("date", "'9999-12-31'", date(9999, 12, 31)),
    ("timestamp", "'1969-12-31 23:59:59.999999'", datetime(1969, 12, 31, 23, 59, 59, 999999)),
    ("timestamptz", "'2026-07-01 12:00:00.5+02'", datetime(2026, 7, 1, 10, 0, 0, 500000)),
    ("time", "'24:00:00'", "24:00:00"),
    ("timetz", "'12:00:00+05:30'", "12:00:00+05:30"),
    ("interval", "'1 mon -2 days 03:00:00.5'", "P1M-2DT3H0.5S"),
    ("uuid", "'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
    ("json", '\'{"b": 1.50,  "a": "\\u0000"}\'', '{"b": 1.50,  "a": "\\u0000"}'),
    ("jsonb", '\'{"b": 1.50, "a": null}\'', '{"a": null, "b": 1.50}'),
    ("int[]", "'{1,NULL,3}'", "[1,null,3]"),
    ("numeric[]", "'{1.50,NaN}'", '[1.50,"NaN"]'),
    ("text[]", "ARRAY['a\"b', '']", '["a\\"b",""]'),
    ("inet", "'192.168.0.1/24'", "192.168.0.1/24"),
    ("int4range", "'[1,5)'", "[1,5)"),
    ("bit varying", "B'0101'", "0101"),
    ("point", "'(0.1,2)'", "(0.1,2)"),
]


def test_every_type_keeps_its_value_and_its_null(postgres_shop: PostgresShop) -> None:
    columns = ", ".join(f'"c{place}" {declared}' for place, (declared, _, _) in enumerate(EXACT))
    values = ", ".join(literal for _, literal, _ in EXACT)
    postgres_shop.run(
        f"CREATE TABLE kinds ({columns})",
        f"INSERT INTO kinds VALUES ({values}), ({', '.join(['NULL'] * len(EXACT))})",  # noqa: S608 our own literals
    )
    postgres_shop.export(["kinds"])
    first, second = postgres_shop.landed("kinds").to_pylist()
    assert [*first.values()] == [expected for _, _, expected in EXACT]
    assert set(second.values()) == {None}
    assert math.copysign(1, first["c6"]) == -1
    narrow = "SELECT c0, c5, c9, c13, c17, c20, c21, c26 FROM kinds"
    postgres_shop.export(["kinds"], "r2", sql=narrow, file_format=FileFormat.CSV)


def test_domains_enumerations_and_composites_are_kept(postgres_shop: PostgresShop) -> None:
    postgres_shop.run(
        "CREATE TYPE mood AS ENUM ('sad', 'it''s fine')",
        "CREATE TYPE pair AS (a int, b text)",
        "CREATE DOMAIN price AS numeric(10,2) CHECK (VALUE >= 0)",
        "CREATE TABLE things (m mood, p pair, c price)",
        "INSERT INTO things VALUES ('it''s fine', ROW(1, 'x'), 9.90)",
    )
    postgres_shop.export(["things"])
    assert postgres_shop.landed("things").to_pylist() == [
        {"m": "it's fine", "p": '{"a":1,"b":"x"}', "c": Decimal("9.90")}
    ]


@pytest.mark.parametrize(
    ("declared", "literal", "rule"),
    [
        ("timestamptz", "'infinity'", "outside the years 1 to 9999"),
        ("timestamp", "'-infinity'", "outside the years 1 to 9999"),
        ("date", "'0044-03-15 BC'", "outside the years 1 to 9999"),
        ("date", "'10000-01-01'", "outside the years 1 to 9999"),
        ("numeric(12,2)", "'NaN'", "NaN, Infinity, or more digits"),
    ],
)
def test_a_value_without_a_place_in_parquet_names_table_column_rule_and_remedy(
    postgres_shop: PostgresShop, declared: str, literal: str, rule: str
) -> None:
    postgres_shop.run(
        f"CREATE TABLE odd (fine int, worse {declared})",
        f"INSERT INTO odd VALUES (1, NULL), (2, {literal})",  # noqa: S608 our own literals
    )
    with pytest.raises(UnrepresentableValueError, match=rule) as caught:
        postgres_shop.export(["odd"])
    assert str(caught.value).startswith("table odd: column worse")
    assert "NULLIF(worse" in str(caught.value)
    assert list(postgres_shop.objects.list("raw", "")) == []
    without = f"SELECT fine, NULLIF(worse, {literal}) AS worse FROM odd"  # noqa: S608 our own literals
    postgres_shop.export(["odd"], "r2", sql=without)
    assert postgres_shop.landed("odd", "r2")["worse"].null_count == 2


def test_money_is_refused_before_anything_is_read(postgres_shop: PostgresShop) -> None:
    postgres_shop.run("CREATE TABLE tills (cash money)")
    with pytest.raises(ContractError, match="numeric"):
        postgres_shop.export(["tills"])


def test_numbers_without_digits_become_what_the_contract_declares_or_stop(
    postgres_shop: PostgresShop,
) -> None:
    postgres_shop.run(
        "CREATE TABLE prices (id int PRIMARY KEY, price numeric)",
        "INSERT INTO prices VALUES (1, 1.5), (2, 12)",
    )
    priced = contract(
        Column("id", ColumnType(Kind.INTEGER)),
        Column("price", ColumnType(Kind.DECIMAL, precision=12, scale=2)),
    )
    exporting = postgres_shop.exporting(contracts={"prices": replace(priced, dataset="prices")})
    exporting.run(request(["prices"]))
    assert postgres_shop.landed("prices")["price"].to_pylist() == [Decimal("1.50"), Decimal("12.00")]
    postgres_shop.run("UPDATE prices SET price = 0.001 WHERE id = 2")
    with pytest.raises(UnrepresentableValueError, match="column price"):
        exporting.run(request(["prices"], "r2"))


def test_a_table_of_more_columns_than_a_function_takes_is_certified(postgres_shop: PostgresShop) -> None:
    names = [f"c{number}" for number in range(150)]
    postgres_shop.run(
        f"CREATE TABLE wide ({', '.join(f'{name} int' for name in names)})",
        f"INSERT INTO wide ({', '.join(names[::2])}) VALUES ({', '.join('7' for _ in names[::2])})",  # noqa: S608 our own names
    )
    assert postgres_shop.export(["wide"]).rows == 1


TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
VALUES = st.lists(
    st.tuples(
        st.none() | st.floats(width=64),
        st.none() | st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31)),
        st.none() | TEXTS | TEXTS.map(lambda text: text * 500),
        st.none() | st.binary(),
        st.none() | st.decimals(-(10**8), 10**8, places=3),
    ),
    max_size=8,
)


def test_the_server_and_the_file_compute_one_digest(postgres_shop: PostgresShop) -> None:
    """Whatever the values are: the server's own expression gives what we compute from Arrow."""
    postgres_shop.run("CREATE TABLE drawn (f float8, t timestamp, s text, b bytea, d numeric(12,3))")

    def literal(value: object) -> str:
        if isinstance(value, datetime):
            return f"'{value.isoformat()}'"
        return "NULL" if value is None else SqlDialect.POSTGRES.literal(value, encodes_bytes=False)

    with closing(postgres_shop.session()) as session:
        source = postgres_shop.source()
        columns = [*map(source.map_column, source.describe(session, "drawn").columns)]
        read = ", ".join(column.read_sql for column in columns)

        @settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
        @given(VALUES)
        def agree(rows: list[tuple[object, ...]]) -> None:
            session.do("TRUNCATE drawn")
            for row in rows:
                texts = [
                    f"'{row[0]}'" if isinstance(row[0], float) else literal(row[0]),
                    *map(literal, row[1:]),
                ]
                session.do(f"INSERT INTO drawn VALUES ({', '.join(texts)})")  # noqa: S608 our own literals
            at_server = digest_from(session.rows(digest_sql("drawn", columns, "TRUE"))[0])
            batches = [*session.batches(f"SELECT {read} FROM drawn", columns)]  # noqa: S608 our own names
            total = [digest_of(batch, columns, SqlDialect.POSTGRES) for batch in batches if batch.num_rows]
            assert at_server.rows == len(rows)
            assert [at_server] == total or not rows

        agree()


def test_what_is_written_during_a_run_is_not_in_it(postgres_shop: PostgresShop) -> None:
    """All connections see one moment, and TRUNCATE, which no snapshot holds back, waits for the run."""
    fill(postgres_shop, 3000)
    waiting: list[threading.Thread] = []

    def write(event: Progress) -> None:
        if event.phase is Phase.PLANNED and not waiting:
            postgres_shop.run("INSERT INTO numbers (v) VALUES (0)", "UPDATE numbers SET v = 0 WHERE id = 1")
            waiting.append(threading.Thread(target=postgres_shop.run, args=("TRUNCATE numbers",)))
            waiting[0].start()

    report = postgres_shop.exporting().run(request(["numbers"], slice_rows=500, workers=2), write)
    waiting[0].join(30)
    landed = postgres_shop.landed("numbers")
    assert (report.rows, pc.sum(landed["v"]).as_py()) == (3000, 3000 * 3001 // 2)
    assert postgres_shop.ask("SELECT count(*) FROM numbers") == [(0,)]


def test_a_killed_connection_begins_a_new_attempt_that_keeps_finished_slices(
    postgres_shop: PostgresShop,
) -> None:
    fill(postgres_shop, 3000)
    events: list[Progress] = []

    def kill(event: Progress) -> None:
        if event.phase is Phase.FINISHED and Phase.FINISHED not in {seen.phase for seen in events}:
            postgres_shop.ask(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
                "AND pid <> pg_backend_pid()"
            )
            postgres_shop.run("UPDATE numbers SET v = 0 WHERE id = 3000")
        events.append(event)

    report = postgres_shop.exporting().run(request(["numbers"], slice_rows=500, workers=1), kill)
    phases = [event.phase for event in events]
    assert Phase.RETRIED in phases
    assert Phase.KEPT in phases
    assert report.rows == 3000
    assert pc.sum(postgres_shop.landed("numbers")["v"]).as_py() == 2999 * 3000 // 2


def test_a_failed_run_is_continued_and_a_changed_slice_is_read_again(postgres_shop: PostgresShop) -> None:
    fill(postgres_shop, 1000)

    def fail(event: Progress) -> None:
        if event.phase is Phase.CERTIFIED:
            raise OSError("the machine went away")

    asked = request(["numbers"], slice_rows=250, workers=1)
    with pytest.raises(OSError, match="went away"):
        postgres_shop.exporting().run(asked, fail)
    assert postgres_shop.exporting().unfinished() == [asked]
    assert postgres_shop.exporting().run(asked).rows == 1000
    assert not postgres_shop.exporting().run(asked).changed


def test_two_runs_at_once_exclude_each_other(
    postgres_shop: PostgresShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(postgres_shop, 10)
    monkeypatch.setattr("headgate.export.postgres.postgres_snapshot.WAIT_S", 0.1)
    with postgres_shop.source().lock_tables(["numbers"]) as still_exclusive:
        still_exclusive()
        with pytest.raises(ConflictError, match="another run is exporting numbers"):
            postgres_shop.export(["numbers"])


def test_runs_of_two_schemas_do_not_exclude_each_other(
    postgres_shop: PostgresShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("headgate.export.postgres.postgres_snapshot.WAIT_S", 0.1)
    login = replace(postgres_shop.login(), schema="public")
    other = postgres_shop.source(connect=lambda: PostgresSession(login))
    with postgres_shop.source().lock_tables(["numbers"]), other.lock_tables(["numbers"]) as still_exclusive:
        still_exclusive()


def test_a_locked_table_is_named(postgres_shop: PostgresShop, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(postgres_shop, 10)
    monkeypatch.setitem(_SETTINGS, "lock_timeout", "100ms")
    with closing(postgres_shop.session()) as session:
        session.do("BEGIN")
        session.do("LOCK TABLE numbers IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(SourceLostError, match="table numbers: another session held its lock"):
            postgres_shop.export(["numbers"], attempts=1)
        session.do("ROLLBACK")


def test_an_incremental_run_takes_what_changed_and_reports_what_went(postgres_shop: PostgresShop) -> None:
    fill(postgres_shop, 500)
    follows = replace(NUMBERS, properties={"headgate.deletes": "key_comparison"})
    exporting = postgres_shop.exporting(contracts={"numbers": follows})
    postgres_shop.run("UPDATE numbers SET changed_at = '2026-01-02 00:00:00+00' WHERE id = 1")
    exporting.run(request(["numbers"]))
    postgres_shop.run(
        "UPDATE numbers SET v = 0, changed_at = '2026-02-01 00:00:00+00' WHERE id = 7",
        "DELETE FROM numbers WHERE id IN (8, 9)",
    )
    report = exporting.run(request(["numbers"], "r2", mode=Mode.INCREMENTAL))
    assert (report.rows, report.certificates[0].deleted) == (2, 2)
    assert sorted(
        postgres_shop.parquet("numbers/dt=2026-01-01/run=r2/part-00000.parquet")["id"].to_pylist()
    ) == [1, 7]


def test_columns_in_mixed_case_are_read_by_the_servers_spelling(postgres_shop: PostgresShop) -> None:
    """Values, nulls, digest, keys and watermark; the lake has the contract's names."""
    postgres_shop.run(
        'CREATE TABLE numbers ("Id" int PRIMARY KEY, "Total" numeric, "Note" text, "createdAt" timestamp)',
        "INSERT INTO numbers SELECT n, 1.5, NULL, '2026-01-01' FROM generate_series(1, 500) n",
        """UPDATE numbers SET "createdAt" = '2026-01-02' WHERE "Id" = 1""",
        "ANALYZE numbers",
    )
    columns = [
        Column("id", ColumnType(Kind.INTEGER)),
        Column("total", ColumnType(Kind.DECIMAL, precision=12, scale=2)),
        Column("note", ColumnType(Kind.STRING)),
        Column("createdat", ColumnType(Kind.TIMESTAMP)),
    ]
    follows = {"headgate.deletes": "key_comparison"}
    mixed = contract(*columns, order_by=("createdat",), properties=follows)
    exporting = postgres_shop.exporting(contracts={"numbers": mixed})
    exporting.run(request(["numbers"]))
    landed = postgres_shop.landed("numbers")
    assert landed.column_names == ["id", "total", "note", "createdat"]
    assert (landed.num_rows, landed["note"].null_count) == (500, 500)
    postgres_shop.run(
        """UPDATE numbers SET "Note" = 'new', "createdAt" = '2026-02-01' WHERE "Id" = 7""",
        "INSERT INTO numbers VALUES (501, 2, 'late', '2025-01-01')",
        'DELETE FROM numbers WHERE "Id" = 8',
    )
    report = exporting.run(request(["numbers"], "r2", mode=Mode.INCREMENTAL, overlap_s=0))
    assert (report.rows, report.certificates[0].deleted) == (3, 1)


def test_a_draft_numbers_columns_that_differ_in_case_only_and_exports_them(
    postgres_shop: PostgresShop,
) -> None:
    """Athena knows one case only."""
    postgres_shop.run(
        'CREATE TABLE numbers (id int PRIMARY KEY, "createdAt" int, createdat int)',
        "INSERT INTO numbers VALUES (1, 2, 3)",
    )
    with closing(postgres_shop.session()) as session:
        source = postgres_shop.source()
        drafted = draft_from_table(source, session, source.describe(session, "numbers"), guess_mask)
    assert drafted.names == ("id", "createdat_2", "createdat")
    postgres_shop.exporting(contracts={"numbers": drafted}).run(request(["numbers"]))
    assert postgres_shop.landed("numbers").to_pylist() == [{"id": 1, "createdat_2": 2, "createdat": 3}]


def test_of_columns_that_differ_in_case_only_the_equal_one_is_the_contracts(
    postgres_shop: PostgresShop,
) -> None:
    postgres_shop.run(
        'CREATE TABLE numbers (id int PRIMARY KEY, "createdAt" int, createdat int)',
        "INSERT INTO numbers VALUES (1, 2, 3)",
    )
    whole = ColumnType(Kind.INTEGER)
    either = contract(Column("id", whole), Column("createdat", whole))
    postgres_shop.exporting(contracts={"numbers": either}).run(request(["numbers"]))
    assert postgres_shop.landed("numbers").to_pylist() == [{"id": 1, "createdat": 3}]
    neither = contract(Column("id", whole), Column("CREATEDAT", whole))
    with pytest.raises(ContractError, match="differ in case only"):
        postgres_shop.exporting(contracts={"numbers": neither}).run(request(["numbers"], "r2"))


@pytest.mark.parametrize(
    ("expression", "state"),
    [("1 / (60000 - n)", "22012"), ("(CASE n WHEN 60000 THEN 's3cret' ELSE '1' END)::int", "22P02")],
)
def test_an_error_in_the_middle_of_a_result_keeps_its_code_and_shows_no_value(
    postgres_shop: PostgresShop, expression: str, state: str
) -> None:
    postgres_shop.run(f"CREATE VIEW late AS SELECT {expression} AS v FROM generate_series(1, 60001) n")  # noqa: S608 our own
    with closing(postgres_shop.session()) as session:
        source = postgres_shop.source()
        columns = [*map(source.map_column, source.describe(session, "late").columns)]
        with pytest.raises(ServiceError, match=f"error {state}") as caught:
            list(session.batches("SELECT v FROM late", columns))
    assert not isinstance(caught.value, SourceLostError)
    assert "s3cret" not in str(caught.value)


def test_a_closed_session_describes_nothing(postgres_shop: PostgresShop) -> None:
    session = postgres_shop.session()
    session.close()
    with pytest.raises(SourceLostError, match="closed before describe"):
        session.result_columns("SELECT 1")


def test_a_row_that_came_late_is_not_lost(postgres_shop: PostgresShop) -> None:
    """A text key, so that its literals are the server's own too."""
    postgres_shop.run(
        "CREATE TABLE numbers (id text PRIMARY KEY, changed_at timestamp)",
        "INSERT INTO numbers VALUES ('a', '2026-01-01')",
    )
    late = contract(
        Column("id", ColumnType(Kind.STRING)),
        Column("changed_at", ColumnType(Kind.TIMESTAMP)),
        order_by=("changed_at",),
        properties={"headgate.deletes": "key_comparison"},
    )
    exporting = postgres_shop.exporting(contracts={"numbers": late})
    exporting.run(request(["numbers"]))
    postgres_shop.run("INSERT INTO numbers VALUES ('it''s \\ 🙂', '2025-01-01')")
    exporting.run(request(["numbers"], "r2", mode=Mode.INCREMENTAL, overlap_s=0))
    assert "it's \\ 🙂" in postgres_shop.landed("numbers", "r2")["id"].to_pylist()


def test_a_table_without_watermark_column_goes_by_its_identity(postgres_shop: PostgresShop) -> None:
    fill(postgres_shop, 100)
    postgres_shop.export(["numbers"])
    postgres_shop.run("INSERT INTO numbers (v) VALUES (0)")
    assert postgres_shop.export(["numbers"], "r2", mode=Mode.INCREMENTAL).rows == 1


def test_a_draft_has_types_key_parents_and_members(postgres_shop: PostgresShop) -> None:
    postgres_shop.run(
        "CREATE TYPE state AS ENUM ('open', 'paid')",
        "CREATE TABLE customer (id bigint PRIMARY KEY)",
        'CREATE TABLE "order" (id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customer, '
        "status state NOT NULL, total numeric(12,2), name varchar(40), card_number text, "
        "made_at timestamptz)",
    )
    with closing(postgres_shop.session()) as session:
        source = postgres_shop.source()
        drafted = draft_from_table(source, session, source.describe(session, "order"), guess_mask)
    columns = {column.name: column for column in drafted.columns}
    assert drafted.key == ("id",)
    assert columns["customer_id"].references == "customer.id"
    assert columns["customer_id"].required
    assert columns["status"].rules[-1].argument == ("open", "paid")
    assert columns["total"].type == ColumnType(Kind.DECIMAL, precision=12, scale=2)
    assert columns["name"].type.length == 40
    assert columns["card_number"].mask is Mask.PAN
    assert columns["made_at"].type.kind is Kind.TIMESTAMP
    assert drafted.properties["headgate.export"] == "full"


def test_an_unknown_table_and_a_wrong_query_are_named(postgres_shop: PostgresShop) -> None:
    with pytest.raises(NotFoundError, match="no table nowhere"):
        postgres_shop.export(["nowhere"])
    with pytest.raises(SettingsError, match='relation "nowhere" does not exist'):
        postgres_shop.export(["odd"], sql="SELECT * FROM nowhere")


def test_only_columns_that_the_account_may_read_are_exported(postgres_shop: PostgresShop) -> None:
    postgres_shop.run(
        "CREATE TABLE staff (id int, salary int)",
        "INSERT INTO staff VALUES (1, 2)",
        "DROP ROLE IF EXISTS few",
        "CREATE ROLE few LOGIN",
        f"GRANT USAGE ON SCHEMA {postgres_shop.name} TO few",
        "GRANT SELECT (id) ON staff TO few",
    )
    exporting = postgres_shop.exporting(connect=lambda: PostgresSession(postgres_shop.login("few")))
    exporting.run(request(["staff"]))
    assert postgres_shop.landed("staff").to_pylist() == [{"id": 1}]


def test_the_servers_certificate_is_verified(postgres_server: PostgresServer) -> None:
    secured = replace(postgres_server.login(), tls=True, tls_name="db.test")
    with closing(PostgresSession(replace(secured, tls_ca=str(postgres_server.authority)))) as session:
        assert session.value("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()") is True
    PostgresSession(replace(secured, tls_ca=postgres_server.authority.read_text("ascii"))).close()
    with pytest.raises(NotPermittedError, match="no TLS"):
        PostgresSession(secured)
    with pytest.raises(NotPermittedError, match="no TLS"):
        PostgresSession(replace(secured, tls_ca=str(postgres_server.authority), tls_name="other.test"))


def test_an_account_that_the_server_bars_is_refused_also_over_tls(postgres_server: PostgresServer) -> None:
    barred = replace(postgres_server.login(), username="barred")
    secured = replace(barred, tls=True, tls_name="db.test", tls_ca=str(postgres_server.authority))
    for login in (barred, secured):
        with pytest.raises(NotPermittedError, match="the source refused connect"):
            PostgresSession(login)


def test_a_login_that_does_not_exist_is_reported_without_the_password(
    postgres_server: PostgresServer,
) -> None:
    with pytest.raises(NotFoundError, match='database "nowhere" does not exist'):
        PostgresSession(postgres_server.login("nowhere"))
    with pytest.raises(NotFoundError) as caught:
        PostgresSession(replace(postgres_server.login(), username="nobody", password="s3cret@/"))  # noqa: S106 of nobody
    assert "s3cret" not in str(caught.value)
    with pytest.raises(SourceLostError):
        PostgresSession(replace(postgres_server.login(), port=1))


def test_another_schema_is_exported_by_name(postgres_shop: PostgresShop) -> None:
    postgres_shop.run(
        'CREATE SCHEMA "Other shop"', 'CREATE TABLE "Other shop".t (id int)', "CREATE TABLE t (other int)"
    )
    login = replace(postgres_shop.login(), schema="Other shop")
    with closing(PostgresSession(login)) as session:
        columns = postgres_shop.source().describe(session, "t").columns
    assert [column.name for column in columns] == ["id"]


def test_a_person_exports_to_a_folder_and_verifies_it(
    postgres_shop: PostgresShop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(postgres_shop, 20)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("POSTGRES_URL", f"{postgres_shop.server.url()}?schema={postgres_shop.name}")

    def type_in(*words: str) -> Any:  # noqa: ANN401 a JSON document
        done = CliRunner().invoke(export, [*words, "--to", "copy", "--json"], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    [report] = type_in("run", "--run", "r1", "--where", "id <= 5")
    assert (report["rows"], report["tables"][0]["method"]) == (5, "exported_snapshot")
    [selected] = type_in("run", "--run", "r1", "--name", "total", "--sql", "SELECT sum(v) AS v FROM numbers")
    assert selected["rows"] == 1
    assert {check["table"]: check["holds"] for check in type_in("verify")} == {"numbers": True, "total": True}


def test_the_deployed_job_exports_from_the_server_that_its_secret_names(
    postgres_shop: PostgresShop, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(postgres_shop, 20)
    names = {part: unique(part) for part in ("raw", "artifacts", "login")}
    for part in ("raw", "artifacts"):
        emulator.client("s3").create_bucket(Bucket=names[part])
    url = f"{postgres_shop.server.url()}?schema={postgres_shop.name}"
    login = json.dumps(secret_from_url(url))
    emulator.client("secretsmanager").create_secret(Name=names["login"], SecretString=login)
    for variable, value in emulator.environment.items():
        monkeypatch.setenv(variable, value)
    arguments = {
        **emulator.environment,
        "HEADGATE_MYSQL_SECRET": names["login"],
        "HEADGATE_RAW_BUCKET": names["raw"],
        "HEADGATE_ARTIFACTS_BUCKET": names["artifacts"],
        "scheduled_at": "2026-01-02T01:00:00Z",
        "tables": "numbers",
    }
    report = export_mysql.export(arguments)
    assert report == {"run": "20260102T010000Z", "changed": True, "rows": {"numbers": 20}}
