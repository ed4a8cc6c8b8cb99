"""A file that is judged on Spark's workers becomes what it becomes on one: in every row, every reason and every byte."""

from __future__ import annotations

import datetime as dt
import tempfile
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headgate.contracts.registry import Registry
from headgate.engines import spark_session
from headgate.formats.csv.file_end import file_end_of_path
from headgate.formats.csv.stream_csv import NotPlainError, PlainCsv, find_plain_csv, plain_csv_batches
from headgate.formats.row_offsets import row_starts
from headgate.intake.quarantine.quarantine_rows import Origin
from headgate.intake.rows.check_rows import ACCEPTED, QUARANTINE, gate_file
from headgate.intake.rows.check_rows_on_spark import Range, _rows_of, _scanned, gate_file_on_spark, parts
from headgate.lake.ports import MaskingKey

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyspark.sql import SparkSession

pytestmark = [
    pytest.mark.unit,
    # PySpark leaves the sockets that its answers come through to the collector.
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
    pytest.mark.filterwarnings("ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning"),
]

PAYMENTS = Registry.load().source["payments"]
KEY = MaskingKey("k1", b"0123456789abcdef0123456789abcdef")
LANDED = dt.datetime(2024, 1, 2)
HEADER = ",".join(PAYMENTS.names)
ROW = "{key},A{key},card,{pan},123,2026-01,{amount},GBP,2024-01-01 10:00:00,{status},{notes},2024-01-0{newer} 00:00:00"

line = st.builds(
    lambda key, pan, amount, status, notes, newer: ROW.format(key=key, pan=pan, amount=amount, status=status, notes=notes, newer=newer),
    st.integers(1, 9),
    st.sampled_from(["4111111111111111", "4111111111111112", "5555555555554444"]),
    st.sampled_from(["1.00", "1.0", "x", ""]),
    st.sampled_from(["captured", "captured", "nonsense"]),
    st.sampled_from(["", "thanks", "card 4111111111111111", '"two\nlines"', '"two\r\n\nlines, ""quoted"""', '""', "é☃"]),
    st.integers(1, 2),
)
odd = st.sampled_from(["too,short", "", '"a\nb",c', "(3 rows affected)", "Total,,,3"])
lines = st.lists(st.one_of(line, line, line, line.map(lambda row: f"{row},"), odd), max_size=30)


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    session = spark_session.session("1g", str(tmp_path_factory.mktemp("spark")), 2)
    yield session
    session.stop()


def csv_of(rows: list[str], line_end: str = "\n") -> bytes:
    return line_end.join([HEADER, *rows, ""]).encode()


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


def both(spark: SparkSession, body: bytes, range_bytes: int) -> list[tuple[object, ...]]:
    """What one worker makes of a text, and what several do."""
    made: list[tuple[object, ...]] = []
    with tempfile.TemporaryDirectory() as name:
        path, one, several = (Path(name) / part for part in ("in.csv", "one", "several"))
        path.write_bytes(body)
        one.mkdir()
        several.mkdir()
        told = {"object_key": "payments/in.csv", "received_at": LANDED, "content_sha256": "a" * 64}
        counts = gate_file(path, PAYMENTS, KEY, folder=one, **told)
        origin = Origin("payments", "a" * 64, "payments/in.csv", LANDED)
        spread = gate_file_on_spark(spark, path, PAYMENTS, KEY, origin=origin, folder=several, range_bytes=range_bytes)
        for folder, outcome in ((one, counts), (several, spread)):
            files = {part: (folder / part).read_bytes() for part in (ACCEPTED, QUARANTINE) if (folder / part).is_file()}
            made.append((outcome, files))
    return made


def test_defects_and_duplicates_across_parts_become_the_same_in_every_byte(spark: SparkSession) -> None:
    one, several = both(spark, defective(600), 20_001)
    assert one == several
    assert one[0].reasons.keys() >= {"type", "card_number", "ragged_row", "duplicate_row", "duplicate_key"}  # type: ignore[attr-defined]  # counts


def test_quoted_line_ends_do_not_end_a_part(spark: SparkSession) -> None:
    rows = [
        ROW.format(key=key, pan="4111111111111111", amount="1.00", status="captured", notes='"' + "\n" * 50 + '"', newer=1)
        for key in (1, 2)
    ]
    one, several = both(spark, csv_of([*rows, rows[0]]), 101)
    assert one == several


def test_a_file_of_a_header_alone_has_no_rows_anywhere(spark: SparkSession) -> None:
    one, several = both(spark, csv_of([]), 100)
    assert one == several


def test_what_arrow_would_misread_is_left_to_one_worker(spark: SparkSession, tmp_path: Path) -> None:
    odd = ROW.format(key=1, pan="4111111111111111", amount="1.00", status="captured", notes='a 5" pipe', newer=1)
    (tmp_path / "in.csv").write_bytes(csv_of([odd]))
    origin = Origin("payments", "a" * 64, "payments/in.csv", LANDED)
    assert gate_file_on_spark(spark, tmp_path / "in.csv", PAYMENTS, KEY, origin=origin, folder=tmp_path) is None


def plain_of(path: Path) -> PlainCsv:
    plain = find_plain_csv(path, PAYMENTS)
    assert plain
    return plain


def ranges_of(plain: PlainCsv, range_bytes: int) -> list[Range]:
    size = plain.path.stat().st_size
    edges = [*range(plain.data_at, size, range_bytes), size]
    return [found for edge in pairwise(edges) for found in _scanned((plain, *edge))]


@settings(max_examples=150, deadline=None)
@given(lines, st.integers(1, 300), st.sampled_from(["\n", "\r\n"]))
def test_parts_begin_and_end_with_rows_wherever_the_ranges_do(rows: list[str], range_bytes: int, line_end: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "in.csv"
        path.write_bytes(csv_of([ROW.format(key=0, pan="", amount="", status="", notes="", newer=1), *rows], line_end))
        plain = plain_of(path)
        whole = list(plain_csv_batches(plain, PAYMENTS))
        found = parts(plain, ranges_of(plain, range_bytes))
        starts = row_starts(memoryview(path.read_bytes()[plain.data_at :]), '"') + plain.data_at
        assert [part.data_at for part in found] == [starts[part.first_row - 1] for part in found]
        split = [batch for part in found for batch in plain_csv_batches(part, PAYMENTS)]
        for told in ("source_rows", "ragged"):
            numbers = [
                np.concatenate([getattr(one, told) if told == "source_rows" else one.ragged.source_rows for one in some])
                for some in (whole, split)
            ]
            assert numbers[0].tolist() == numbers[1].tolist()
        cells = [[text for one in some for text in one.cells["notes"].to_pylist()] for some in (whole, split)]
        assert cells[0] == cells[1]


@pytest.mark.parametrize("range_bytes", [1, 7, 30, 10_000])
def test_a_footer_is_one_wherever_the_ranges_part_it(tmp_path: Path, range_bytes: int) -> None:
    row = ROW.format(key=1, pan="", amount="", status="", notes="fine", newer=1)
    (tmp_path / "in.csv").write_bytes(csv_of([row, "too,short", row, "", "Total,,,3", "(3 rows affected)", "# the end"]))
    plain = plain_of(tmp_path / "in.csv")
    ends = file_end_of_path(plain.path, plain.data_at, plain.dialect, plain.header.names, PAYMENTS)
    found = [batch for part in parts(plain, ranges_of(plain, range_bytes), ends.footer_rows) for batch in _rows_of(part, PAYMENTS, ends)]
    footer = [number for one in found for number in one.ragged.source_rows[len(one.ragged.texts) - one.ragged.footer :].tolist()]
    assert (ends.footer_rows, footer) == (3, [4, 5, 6])


def test_ends_of_rows_and_of_the_file_become_the_same(spark: SparkSession) -> None:
    rows = [ROW.format(key=key, pan="4111111111111111", amount="1.00", status="captured", notes="fine", newer=1) for key in range(6)]
    one, several = both(spark, csv_of([*rows[:3], f"{rows[3]},", "too,short", *rows, "Total,,,3", "(3 rows affected)"]), 101)
    assert one == several
    assert one[0].written_as["footer_lines"] == "2"  # type: ignore[attr-defined]  # counts


@pytest.mark.parametrize("notes", ['a 5" pipe', '"never closed'])
def test_parts_with_odd_quotes_are_none(tmp_path: Path, notes: str) -> None:
    good = ROW.format(key=1, pan="", amount="", status="", notes="fine", newer=1)
    (tmp_path / "in.csv").write_bytes(csv_of([good, ROW.format(key=2, pan="", amount="", status="", notes=notes, newer=1), good]))
    plain = plain_of(tmp_path / "in.csv")
    for range_bytes in (10, 33, 1000):
        with pytest.raises(NotPlainError):
            parts(plain, ranges_of(plain, range_bytes))
