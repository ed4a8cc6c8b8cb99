"""A CSV file is split into parts for Spark's workers only where a row ends, so that the parts hold the rows of the file."""

from __future__ import annotations

import datetime as dt
import tempfile
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headgate.contracts.registry import Registry
from headgate.formats.csv.footer import footer_rows_of_path
from headgate.formats.csv.stream_csv import NotPlainError, PlainCsv, find_plain_csv, plain_csv_batches
from headgate.formats.row_offsets import row_starts
from headgate.intake.rows.check_rows_on_spark import Range, _rows_of, _scanned, parts
from headgate.lake.ports import MaskingKey

pytestmark = pytest.mark.unit

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


def csv_of(rows: list[str], line_end: str = "\n") -> bytes:
    return line_end.join([HEADER, *rows, ""]).encode()


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
        for reported in ("source_rows", "ragged"):
            numbers = [
                np.concatenate([getattr(one, reported) if reported == "source_rows" else one.ragged.source_rows for one in some])
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
    rows = footer_rows_of_path(plain.path, plain.data_at, plain.dialect, [PAYMENTS.column(name) for name in plain.header.names])
    found = [batch for part in parts(plain, ranges_of(plain, range_bytes), rows) for batch in _rows_of(part, PAYMENTS)]
    footer = [number for one in found for number in one.ragged.source_rows[len(one.ragged.texts) - one.ragged.footer :].tolist()]
    assert (rows, footer) == (3, [4, 5, 6])


@pytest.mark.parametrize("notes", ['a 5" pipe', '"never closed'])
def test_parts_with_odd_quotes_are_none(tmp_path: Path, notes: str) -> None:
    good = ROW.format(key=1, pan="", amount="", status="", notes="fine", newer=1)
    (tmp_path / "in.csv").write_bytes(csv_of([good, ROW.format(key=2, pan="", amount="", status="", notes=notes, newer=1), good]))
    plain = plain_of(tmp_path / "in.csv")
    for range_bytes in (10, 33, 1000):
        with pytest.raises(NotPlainError):
            parts(plain, ranges_of(plain, range_bytes))
