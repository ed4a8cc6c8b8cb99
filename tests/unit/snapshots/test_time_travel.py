"""Athena's clauses of time travel on the emulator: a version's rows, by the metadata of a publish."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
import sqlglot
from sqlglot import exp
from sqlglot.dialects.athena import Athena

from headgate.lake.ports import ObjectRef
from headgate.query import translate
from headgate.query.catalog_queries import DOCUMENTED
from headgate.snapshots import iceberg_metadata as metadata
from headgate.snapshots.iceberg import METADATA_LOCATION
from tests.unit.snapshots.test_iceberg import CHANNEL, PRICE, START, Table, contract_of, lines

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.unit

V1 = metadata.version_snapshot_id("v1")


@pytest.fixture(scope="module")
def published() -> Table:
    table = Table()
    table.run("v1", lines("1.00"))
    table.run("v2", lines("2.00", None))
    wider = [{**row, "channel": "shop"} for row in lines("3.00")]
    table.run("v3", wider, contract_of(PRICE, CHANNEL))
    table.run("v4", [], contract_of(PRICE, CHANNEL))
    return table


def rows_of(table: Table, clause: str, folder: Path) -> list[dict[str, Any]]:
    """Return the rows of a clause as the emulator's Athena reads them."""
    from scripts.emulator.ministack_iceberg import relation  # noqa: PLC0415 loads the emulator

    def read(address: str) -> bytes:
        bucket, _, key = address.removeprefix("s3://").partition("/")
        return table.objects.read(ObjectRef(bucket, key))

    spoken = translate(f"SELECT * FROM lines {clause}", "duckdb", {}, DOCUMENTED)  # noqa: S608 a constant
    query = sqlglot.parse_one(spoken, read="duckdb")
    version = query.find(exp.Table).args["version"]  # type: ignore[union-attr] the clause stands behind a table
    sql = relation(table.shown.parameters[METADATA_LOCATION], version, read, folder)
    answer = duckdb.sql(sql)
    return [dict(zip(answer.columns, row, strict=True)) for row in answer.fetchall()]


def moment_of(table: Table, version: str) -> str:
    """Return the moment at which the table moved to a version, in UTC."""
    (entry,) = [
        entry
        for entry in table.document["snapshot-log"]
        if entry["snapshot-id"] == metadata.version_snapshot_id(version)
    ]
    epoch = START.replace(year=1970, month=1, day=1)
    return f"{epoch + timedelta(milliseconds=entry['timestamp-ms'])}"


def test_a_version_by_its_number_has_its_rows_and_its_columns(published: Table, tmp_path: Path) -> None:
    assert rows_of(published, f"FOR VERSION AS OF {V1}", tmp_path) == lines("1.00")
    v3 = metadata.version_snapshot_id("v3")
    assert rows_of(published, f"FOR VERSION AS OF {v3}", tmp_path) == [
        {**row, "channel": "shop"} for row in lines("3.00")
    ]


def test_a_version_without_rows_has_none(published: Table, tmp_path: Path) -> None:
    v4 = metadata.version_snapshot_id("v4")
    assert rows_of(published, f"FOR VERSION AS OF {v4}", tmp_path) == []


@pytest.mark.parametrize("zone", ["", " UTC"])
def test_a_moment_shows_the_version_of_then(published: Table, tmp_path: Path, zone: str) -> None:
    at = moment_of(published, "v2")
    clause = f"FOR TIMESTAMP AS OF TIMESTAMP '{at}{zone}'"
    assert rows_of(published, clause, tmp_path) == lines("2.00", None)
    assert rows_of(published, f"{clause} - INTERVAL '1' SECOND", tmp_path) == lines("1.00")


@pytest.mark.parametrize(
    ("clause", "reason"),
    [
        ("FOR VERSION AS OF 7", "Iceberg snapshot ID does not exists: 7"),
        ("FOR VERSION AS OF 'main'", "does not exists: main"),
        ("FOR TIMESTAMP AS OF TIMESTAMP '1999-01-01 00:00:00'", "No version history table at or before"),
    ],
)
def test_a_version_that_is_not_there_is_named(
    published: Table, tmp_path: Path, clause: str, reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        rows_of(published, clause, tmp_path)


def test_what_is_sent_to_athena_itself_keeps_the_clause() -> None:
    sql = f"SELECT * FROM lines FOR VERSION AS OF {V1}"  # noqa: S608 a constant
    assert translate(sql, "athena") == sql
    assert sqlglot.parse_one(sql, read=Athena).find(exp.Table).args["version"]  # type: ignore[union-attr] as above
