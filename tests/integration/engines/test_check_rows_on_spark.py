"""A file that is judged on Spark's workers becomes what it becomes on one: in every row, every reason and every byte."""

from __future__ import annotations

import datetime as dt
import io
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest

from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.intake.rows.check_rows import ACCEPTED, QUARANTINE, check_file
from headgate.intake.rows.check_rows_on_spark import check_file_on_spark
from headgate.intake.rows.quarantine_rows import RowOrigin
from headgate.lake.ports import MaskingKey
from tests.unit.intake.rows.test_check_rows_on_spark import PAYMENTS, ROW, csv_of

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = [
    pytest.mark.integration,
    # PySpark leaves the sockets that its answers come through to the collector.
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
    pytest.mark.filterwarnings("ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning"),
]

KEY = MaskingKey("k1", b"0123456789abcdef0123456789abcdef")
LANDED = dt.datetime(2024, 1, 2)


def defective(rows: int) -> bytes:
    """Rows with everything that may be wrong: refused, ragged, of two lines, the same twice, newer ones with one key, far apart."""
    some = [
        ROW.format(
            key=row if row % 7 else row // 2 + 1,
            pan="4111111111111112" if row % 11 == 0 else "4111111111111111",
            amount="x" if row % 13 == 0 else f"{row % 90}.50",
            status="captured",
            notes=f'"line {row}\nand ""another"""' if row % 5 == 0 else "thanks",
            newer=1 + row % 3,
        )
        for row in range(1, rows)
    ]
    return csv_of([*some, *some[::9], "too,short", "", *some[: rows // 3]])


def both(spark_here: SparkSession, body: bytes, range_bytes: int, contract: Contract = PAYMENTS) -> list[tuple[object, ...]]:
    """What one worker makes of a text, and what several do."""
    made: list[tuple[object, ...]] = []
    with tempfile.TemporaryDirectory() as name:
        path, one, several = (Path(name) / part for part in ("in.csv", "one", "several"))
        path.write_bytes(body)
        one.mkdir()
        several.mkdir()
        reported = {"object_key": "payments/in.csv", "received_at": LANDED, "content_sha256": "a" * 64}
        counts = check_file(path, contract, KEY, folder=one, **reported)
        origin = RowOrigin("payments", "a" * 64, "payments/in.csv", LANDED)
        spread = check_file_on_spark(spark_here, path, contract, KEY, origin=origin, folder=several, range_bytes=range_bytes)
        for folder, outcome in ((one, counts), (several, spread)):
            files = {part: (folder / part).read_bytes() for part in (ACCEPTED, QUARANTINE) if (folder / part).is_file()}
            made.append((outcome, files))
    return made


def test_defects_and_duplicates_across_parts_become_the_same_in_every_byte(spark_here: SparkSession) -> None:
    one, several = both(spark_here, defective(600), 20_001)
    assert one == several
    assert one[0].reasons.keys() >= {"type", "card_number", "ragged_row", "duplicate_row", "duplicate_key"}  # type: ignore[attr-defined]  # counts


def test_quoted_line_ends_do_not_end_a_part(spark_here: SparkSession) -> None:
    rows = [
        ROW.format(key=key, pan="4111111111111111", amount="1.00", status="captured", notes='"' + "\n" * 50 + '"', newer=1)
        for key in (1, 2)
    ]
    one, several = both(spark_here, csv_of([*rows, rows[0]]), 101)
    assert one == several


def test_a_file_of_a_header_alone_has_no_rows_anywhere(spark_here: SparkSession) -> None:
    one, several = both(spark_here, csv_of([]), 100)
    assert one == several


def test_what_arrow_would_misread_is_left_to_one_worker(spark_here: SparkSession, tmp_path: Path) -> None:
    odd = ROW.format(key=1, pan="4111111111111111", amount="1.00", status="captured", notes='a 5" pipe', newer=1)
    (tmp_path / "in.csv").write_bytes(csv_of([odd]))
    origin = RowOrigin("payments", "a" * 64, "payments/in.csv", LANDED)
    assert check_file_on_spark(spark_here, tmp_path / "in.csv", PAYMENTS, KEY, origin=origin, folder=tmp_path) is None


def test_ragged_rows_and_the_footer_become_the_same(spark_here: SparkSession) -> None:
    rows = [ROW.format(key=key, pan="4111111111111111", amount="1.00", status="captured", notes="fine", newer=1) for key in range(6)]
    one, several = both(spark_here, csv_of([*rows[:3], f"{rows[3]},", "too,short", *rows, "(3 rows affected)", "Total,,,3"]), 101)
    assert one == several
    assert one[0].written_as["footer_lines"] == "2"  # type: ignore[attr-defined]  # counts


def test_the_second_column_of_a_name_is_the_numbered_field_everywhere(spark_here: SparkSession) -> None:
    text = ColumnType(Kind.STRING)
    contract = Contract("c", "payments", "source", "1", tuple(Column(name, text) for name in ("id", "cur", "cur_2")))
    body = "".join(["id,cur,CUR\n", *(f"{row},EUR,C{row}\n" for row in range(200))]).encode()
    one, several = both(spark_here, body, 301, contract)
    assert one == several
    accepted = pq.read_table(io.BytesIO(several[1][ACCEPTED]))  # type: ignore[index]  # bytes by name
    assert set(accepted["cur"].to_pylist()) == {"EUR"}
    assert sorted(accepted["cur_2"].to_pylist()) == sorted(f"C{row}" for row in range(200))
