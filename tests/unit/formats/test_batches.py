import datetime as dt
import gzip
import io
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.contracts.registry import Registry
from headgate.errors import HeaderError
from headgate.formats.batches import source_in_memory
from headgate.formats.csv.stream_csv import STREAMED_FROM_BYTES, NotPlainError, stream_plain_csv
from headgate.formats.read_file import read_file
from headgate.formats.received_rows import Ragged, Received
from headgate.intake.rows.check_rows import CheckedRows, CheckRun, check_bytes, check_file, check_source
from headgate.intake.rows.parquet_writer import RowsFile
from headgate.intake.rows.quarantine_rows import RowOrigin
from headgate.intake.rows.spool import Spool
from headgate.lake.ports import MaskingKey
from tests.examples import examples

pytestmark = pytest.mark.unit

PAYMENTS = Registry.load().source["payments"]
KEY = MaskingKey("k1", b"0123456789abcdef0123456789abcdef")
LANDED = dt.datetime(2024, 1, 2)
ORIGIN = RowOrigin("payments", "a" * 64, "payments/in.csv", LANDED)
PANS = ("4111111111111111", "5555555555554444", "378282246310005")

line = st.builds(
    lambda key, pan, amount, status, notes, newer: (
        f"{key},A{key},card,{pan},123,2026-01,{amount},GBP,2024-01-01 "
        f"10:00:00,{status},{notes},2024-01-0{newer} 00:00:00"
    ),
    st.integers(1, 6),
    st.sampled_from([*PANS, "4111111111111112", ""]),
    st.sampled_from(["1.00", "1.0", "x", ""]),
    st.sampled_from(["captured", "captured", "nonsense"]),
    st.sampled_from(["", "thanks", f"card {PANS[0]}", '"two\nlines"']),
    st.integers(1, 2),
)
lines = st.lists(
    st.one_of(line, line, line, st.sampled_from(["too,short", f"1,{PANS[1]},way too short"])), max_size=40
)


def csv_of(rows: list[str]) -> bytes:
    return "\n".join([",".join(PAYMENTS.names), *rows, ""]).encode()


def in_batches_of(body: bytes, rows_at_once: int) -> CheckedRows:
    return check_source(source_in_memory(read_file(body, PAYMENTS), rows_at_once), PAYMENTS, KEY, ORIGIN)


def bytes_in_batches_of(body: bytes, rows_at_once: int, folder: Path | None) -> tuple[bytes, bytes]:
    accepted, aside = io.BytesIO(), io.BytesIO()
    files = (RowsFile(accepted, (), 7), RowsFile(aside, ("record",), 7))
    for both in CheckRun(
        source_in_memory(read_file(body, PAYMENTS), rows_at_once), PAYMENTS, KEY, ORIGIN, folder
    ).rows():
        for file, rows in zip(files, both, strict=True):
            file.add(rows)
    for file in files:
        file.close()
    return accepted.getvalue(), aside.getvalue()


@examples(15)
@given(lines, st.integers(1, 9))
def test_what_is_written_is_equal_in_every_byte_whatever_the_size_of_batches(
    rows: list[str], rows_at_once: int
) -> None:
    body = csv_of(rows)
    with tempfile.TemporaryDirectory() as folder:
        assert bytes_in_batches_of(body, rows_at_once, Path(folder)) == bytes_in_batches_of(body, 1000, None)


@examples(15)
@given(lines, st.integers(1, 9))
def test_what_is_reported_of_a_file_is_equal_whatever_the_size_of_batches(
    rows: list[str], rows_at_once: int
) -> None:
    body = csv_of(rows)
    some, every = in_batches_of(body, rows_at_once), in_batches_of(body, 1000)
    assert some.accepted.to_pylist() == every.accepted.to_pylist()
    assert some.quarantine_rows.to_pylist() == every.quarantine_rows.to_pylist()
    assert some.counts == every.counts
    assert some.counts.received == len(rows)


def test_a_file_on_disk_is_accepted_as_one_in_memory(tmp_path: Path) -> None:
    good = (
        "1,A1,card,4111111111111111,123,2026-01,1.00,GBP,2024-01-01 10:00:00,captured,thanks,2024-01-01 "
        "00:00:00"
    )
    body = csv_of([good, good, "too,short", good.replace("1,A1", "2,A2")])
    (tmp_path / "in.csv").write_bytes(body)
    counts = check_file(
        tmp_path / "in.csv", PAYMENTS, KEY, object_key="payments/in.csv", received_at=LANDED, folder=tmp_path
    )
    gated = check_bytes(body, PAYMENTS, KEY, object_key="payments/in.csv", received_at=LANDED)
    assert (counts.received, counts.accepted, counts.quarantined, counts.duplicates) == (4, 2, 1, 1)
    assert pq.read_table(tmp_path / "accepted.parquet").to_pylist() == gated.accepted.to_pylist()
    assert pq.read_table(tmp_path / "quarantine.parquet").to_pylist() == gated.quarantine_rows.to_pylist()
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "accepted.parquet",
        "in.csv",
        "quarantine.parquet",
    ]


def test_no_file_is_written_for_no_rows(tmp_path: Path) -> None:
    file = RowsFile(tmp_path / "none.parquet")
    file.add(pa.table({"x": pa.array([], pa.string())}))
    file.close()
    assert not (tmp_path / "none.parquet").exists()


def test_ragged_rows_come_with_the_batch_that_they_stand_in() -> None:
    cells = {"a": pa.array(["1", "2", "3", "4"])}
    received = Received(
        cells, np.array([1, 3, 4, 6]), Ragged(np.array([2, 5, 7]), ("x", "y", "z"), (2, 2, 2))
    )
    batches = list(source_in_memory(received, 2).batches())
    assert [batch.source_rows.tolist() for batch in batches] == [[1, 3], [4, 6]]
    assert [batch.ragged.texts for batch in batches] == [("x",), ("y", "z")]


@pytest.mark.parametrize("in_memory", [True, False])
def test_a_spool_returns_what_was_spooled_once_and_in_order(tmp_path: Path, *, in_memory: bool) -> None:
    spool = Spool(None if in_memory else tmp_path / "spool")
    tables = [pa.table({"a": pa.array(texts).dictionary_encode()}) for texts in (["x", "y"], ["z"])]
    for table in tables:
        spool.put(table)
    assert [table.to_pylist() for table in spool.tables()] == [table.to_pylist() for table in tables]
    assert list(spool.tables()) == []
    assert not list(tmp_path.iterdir())


@examples(15)
@given(
    lines,
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([b"", b"\xef\xbb\xbf"]),
    st.sampled_from(["", ",", ",,"]),
)
def test_a_file_that_is_streamed_reads_as_one_that_is_read_whole(
    rows: list[str], line_end: str, mark: bytes, tail: str
) -> None:
    body = mark + "".join(f"{row}{tail}{line_end}" for row in [",".join(PAYMENTS.names), *rows]).encode()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "in.csv"
        path.write_bytes(body)
        source = stream_plain_csv(path, PAYMENTS)
        assert source
        streamed = check_source(source, PAYMENTS, KEY, ORIGIN)
    every = in_batches_of(body, 1000)
    assert streamed.accepted.to_pylist() == every.accepted.to_pylist()
    assert streamed.quarantine_rows.to_pylist() == every.quarantine_rows.to_pylist()


GOOD_LINE = (
    "1,A1,card,4111111111111111,123,2026-01,1.00,GBP,2024-01-01 10:00:00,captured,thanks,2024-01-01 00:00:00"
)


@pytest.mark.parametrize(
    "row",
    [
        GOOD_LINE.replace("thanks", 'a 5" pipe'),
        GOOD_LINE.replace("thanks", '"never closed'),
    ],
    ids=["a quote inside a cell", "a quote that nothing closes"],
)
def test_what_arrow_would_read_wrong_is_not_streamed(tmp_path: Path, row: str) -> None:
    """The reader notices this while its rows are read, and at the latest behind the last of them."""
    (tmp_path / "in.csv").write_bytes(csv_of([GOOD_LINE, row]))
    source = stream_plain_csv(tmp_path / "in.csv", PAYMENTS)
    assert source
    for _ in range(2):
        with pytest.raises(NotPlainError):
            list(source.batches())


@pytest.mark.parametrize(
    "body",
    [
        csv_of([GOOD_LINE]).strip() + b'\n1,"a",',
        csv_of([GOOD_LINE]).decode().encode("utf-16"),
        gzip.compress(csv_of([GOOD_LINE]), mtime=0),
        b"",
        b"PAR1\nPAR1",
    ],
)
def test_other_than_plain_text_is_not_streamed(tmp_path: Path, body: bytes) -> None:
    (tmp_path / "in.csv").write_bytes(body)
    assert stream_plain_csv(tmp_path / "in.csv", PAYMENTS) is None


def test_a_value_behind_the_last_name_refuses_a_file_however_it_is_read(tmp_path: Path) -> None:
    """A value that no name is above may be card data."""
    lines = [",".join(PAYMENTS.names), *[GOOD_LINE] * 200, GOOD_LINE]
    body = "".join(f"{line},\n" for line in lines).encode().removesuffix(b"\n") + b"x\n"
    (tmp_path / "in.csv").write_bytes(body)
    source = stream_plain_csv(tmp_path / "in.csv", PAYMENTS)
    assert source
    with pytest.raises(NotPlainError):
        list(source.batches())
    with pytest.raises(HeaderError) as refused:
        read_file(body, PAYMENTS)
    assert refused.value.rule == "blank_column"


def test_a_file_that_turns_out_not_to_be_plain_is_read_whole(tmp_path: Path) -> None:
    """Its first character that is not UTF-8 stands far behind its head."""
    long_line = GOOD_LINE.replace("thanks", "thanks " * 100)
    many = csv_of([long_line.replace("1,A1", f"{row},A{row}") for row in range(1, 25_001)])
    assert len(many) > STREAMED_FROM_BYTES
    (tmp_path / "in.csv").write_bytes(
        many + GOOD_LINE.replace("1,A1", "0,A0").replace("thanks", "café").encode("cp1252")
    )
    counts = check_file(
        tmp_path / "in.csv", PAYMENTS, KEY, object_key="payments/in.csv", received_at=LANDED, folder=tmp_path
    )
    assert (counts.received, counts.accepted, counts.quarantined) == (25_001, 25_000, 1)
    assert "café" in pq.read_table(tmp_path / "quarantine.parquet")["record"][0].as_py()
