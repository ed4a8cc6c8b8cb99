"""A file that is streamed from disk is described as one that is read at once, whatever its format and
compression.
"""

from __future__ import annotations

import datetime as dt
import gzip
import io
import json
import tempfile
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.contracts.registry import Registry
from headgate.errors import BadInputError, HeaderError, UnreadableFileError
from headgate.formats.csv.stream_csv import STREAMED_FROM_BYTES
from headgate.formats.json.read_json import read_json_lines
from headgate.formats.open_file import is_large
from headgate.formats.parquet.read_parquet import read_parquet
from headgate.formats.unpack import OutgrownError, UnpackedFile
from headgate.intake.rows.check_rows import (
    ACCEPTED,
    QUARANTINE,
    CheckedRows,
    check_bytes,
    check_file,
    check_source,
)
from headgate.intake.rows.quarantine_rows import RowOrigin
from headgate.lake.ports import MaskingKey
from tests.examples import examples

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from headgate.formats.batches import Source

pytestmark = pytest.mark.unit

REGIONS, PAYMENTS = Registry.load().source["regions"], Registry.load().source["payments"]
KEY = MaskingKey("k1", b"0" * 32)
LANDED = dt.datetime(2024, 1, 2)
ROW = {
    "region_id": "GB",
    "region_name": "United Kingdom",
    "country_code": "GB",
    "continent": "EU",
    "population": 67_000_000,
    "gdp_usd": None,
    "updated_at": "2024-01-01 00:00:00",
}


def reported(gated: CheckedRows) -> tuple[object, ...]:
    return gated.counts, gated.accepted.to_pylist(), gated.quarantine_rows.to_pylist()


def streamed(body: bytes, open_as: Callable[[Path], Source | None]) -> tuple[object, ...]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "in"
        path.write_bytes(body)
        source = open_as(path)
        assert source
        gated = check_source(source, REGIONS, KEY, RowOrigin("regions", "0" * 64, "regions/in", LANDED))
    return reported(gated)


def whole(body: bytes) -> tuple[object, ...]:
    return reported(
        check_bytes(body, REGIONS, KEY, object_key="regions/in", received_at=LANDED, content_sha256="0" * 64)
    )


values = st.none() | st.sampled_from(
    ["GB", "not a code", "", "\\N", "2024-01-01 00:00:00", 7, 1.5, 12345678901234567890, True, "é☃"]
)
records = st.builds(
    lambda row, changed, left_out: {
        name: value for name, value in {**row, **changed}.items() if name != left_out
    },
    st.just(ROW),
    st.dictionaries(st.sampled_from([name for name in ROW if name != "region_id"]), values, max_size=2),
    st.none() | st.just("gdp_usd"),
)
lines = st.one_of(
    records.map(lambda one: json.dumps(one, ensure_ascii=False)),
    st.sampled_from(["not json", "[1, 2]", "", "  ", '{"region']),
)


@examples(12)
@given(st.lists(lines, max_size=12), st.integers(1, 400), st.sampled_from(["\n", "\r\n"]))
def test_json_lines_that_are_streamed_read_as_those_that_are_read_whole(
    rest: list[str], block_bytes: int, line_end: str
) -> None:
    body = line_end.join([json.dumps(ROW), json.dumps(ROW), *rest, ""]).encode()
    assert streamed(
        body, lambda path: read_json_lines(path, REGIONS, path.with_name("shelf"), block_bytes)
    ) == whole(body)


@pytest.mark.parametrize(
    ("line", "error", "rule"),
    [
        ({**ROW, "continent": {"code": "EU"}}, UnreadableFileError, "type"),
        ({**ROW, "surprise": "1"}, HeaderError, "unknown_column"),
    ],
)
def test_json_lines_are_refused_for_what_stands_in_the_last(
    tmp_path: Path, line: Mapping[str, object], error: type, rule: str
) -> None:
    (tmp_path / "in").write_text("".join(json.dumps(one) + "\n" for one in (ROW, ROW, line)), "utf-8")
    with pytest.raises(error) as refused:
        read_json_lines(tmp_path / "in", REGIONS, tmp_path / "shelf", 50)
    assert refused.value.rule == rule


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"region_id\nGB\n",
        json.dumps([ROW, ROW]).encode(),
        (json.dumps(ROW) + "\n").encode() * 2 + b'{"region_name": "\xe9"}\n',
    ],
)
def test_only_json_lines_in_utf_8_are_streamed_as_such(tmp_path: Path, body: bytes) -> None:
    (tmp_path / "in").write_bytes(body)
    assert read_json_lines(tmp_path / "in", REGIONS, tmp_path / "shelf") is None


def parquet(rows: list[dict[str, object]], **options: object) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist([{**ROW, **row} for row in rows], schema=SCHEMA), out, **options)
    return out.getvalue()


SCHEMA = pa.schema(
    [
        (
            name,
            pa.int64()
            if name == "population"
            else pa.decimal128(20, 2)
            if name == "gdp_usd"
            else pa.string(),
        )
        for name in ROW
    ]
)
typed = st.fixed_dictionaries(
    {},
    optional={
        "region_id": st.sampled_from(["GB", "FR", "not a code"]),
        "population": st.none() | st.integers(-5, 2**62),
        "gdp_usd": st.none() | st.just(Decimal("1.50")),
    },
)


@examples(10)
@given(st.lists(typed, max_size=12), st.integers(1, 5), st.integers(1, 5))
def test_parquet_reads_the_same_whatever_the_size_of_its_batches(
    rows: list[dict[str, object]], at_once: int, group: int
) -> None:
    body = parquet(rows, row_group_size=group)
    assert streamed(body, lambda path: read_parquet(path, REGIONS, at_once)) == whole(body)


def test_parquet_is_refused_alike_however_it_is_read(tmp_path: Path) -> None:
    path, good = tmp_path / "in", parquet([{}] * 1000)
    path.write_bytes(good[:200] + bytes(200) + good[400:])
    source = read_parquet(path, REGIONS)
    assert source
    for attempt in (lambda: list(source.batches()), lambda: whole(path.read_bytes())):
        with pytest.raises(UnreadableFileError) as refused:
            attempt()
        assert refused.value.rule == "corrupt_parquet"


@pytest.mark.parametrize(
    "times", [["2024-01-02T00:00:00.000000001", "2024-01-03"], ["2024-01-02", "9999-12-31"]]
)
def test_the_unit_of_int96_timestamps_is_decided_by_all_batches(tmp_path: Path, times: list[str]) -> None:
    unit = "ns" if "." in times[0] else "us"
    table = pa.table({"day": pa.array(times).cast(pa.timestamp(unit))})
    pq.write_table(table, tmp_path / "in", use_deprecated_int96_timestamps=True)
    contract = Contract("c", "days", "source", "1", (Column("day", ColumnType(Kind.TIMESTAMP)),))
    read = [batch.cells["day"].to_pylist() for batch in read_parquet(tmp_path / "in", contract, 1).batches()]
    assert [text for batch in read for text in batch] == table.column("day").cast(pa.string()).to_pylist()


def large_csv() -> bytes:
    rows = "".join(
        f"{row},A{row},card,4111111111111111,123,2026-01,{row % 90}.50,GBP,2024-01-01 "
        "10:00:00,captured,,2024-01-01 10:00:00\n"
        for row in range(200_000)
    )
    return (
        ",".join(PAYMENTS.names)
        + "\n"
        + rows
        + (
            "0,too short\n1,A1,card,4111111111111111,123,2026-01,1.00,GBP,2024-01-01 "
            "10:00:00,captured,,2024-01-01 10:00:00\n"
        )
    ).encode()


def zipped(body: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("payments.csv", body)
    return out.getvalue()


PACKINGS = {
    "gzip": lambda body: gzip.compress(body, 1),
    "zstd": lambda body: pa.compress(body, "zstd", asbytes=True),
    "zip": zipped,
}


@pytest.fixture(scope="module")
def plain() -> tuple[bytes, bytes, bytes]:
    """A large CSV text, and what the gate writes of it when it is not compressed."""
    body = large_csv()
    assert len(body) > STREAMED_FROM_BYTES
    return (body, *written(body)[1:])


def written(body: bytes) -> tuple[str, bytes, bytes]:
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "in"
        path.write_bytes(body)
        counts = check_file(
            path,
            PAYMENTS,
            KEY,
            object_key="k",
            received_at=LANDED,
            folder=path.parent,
            content_sha256="0" * 64,
        )
        return counts.written_as["compression"], *(
            (Path(name) / part).read_bytes() for part in (ACCEPTED, QUARANTINE)
        )


@pytest.mark.parametrize("packing", PACKINGS)
def test_a_large_compressed_file_is_accepted_from_disk_as_one_that_is_not(
    plain: tuple[bytes, bytes, bytes], packing: str
) -> None:
    assert written(PACKINGS[packing](plain[0])) == (packing, *plain[1:])


def test_what_is_beyond_the_workers_limit_is_for_a_larger_one(
    tmp_path: Path, plain: tuple[bytes, bytes, bytes]
) -> None:
    path = tmp_path / "in"
    path.write_bytes(gzip.compress(plain[0], 1))
    with pytest.raises(OutgrownError):
        check_file(
            path, PAYMENTS, KEY, object_key="k", received_at=LANDED, folder=tmp_path, limit_bytes=10_000_000
        )


def test_a_bomb_is_for_nobody(tmp_path: Path) -> None:
    path = tmp_path / "in"
    path.write_bytes(gzip.compress(b"0" * 10_000_000) * 40)
    with pytest.raises(BadInputError) as refused:
        check_file(
            path,
            PAYMENTS,
            KEY,
            object_key="k",
            received_at=LANDED,
            folder=tmp_path,
            limit_bytes=1_000_000_000,
        )
    assert not isinstance(refused.value, OutgrownError)


def test_parquet_whose_values_repeat_counts_its_cells_and_not_its_few_bytes(tmp_path: Path) -> None:
    contract = Registry.load().source["regions"]
    path = tmp_path / "regions.parquet"
    pq.write_table(pa.table({name: pa.repeat("1", 1 << 19) for name in contract.names}), path)
    assert path.stat().st_size < STREAMED_FROM_BYTES // 100
    assert is_large(UnpackedFile(path), read_parquet(path, contract))
