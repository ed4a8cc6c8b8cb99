"""Every file of apache/parquet-testing loads as its own notes say, or is refused with a reason."""

from __future__ import annotations

import csv
import io
import os
import tarfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.errors import BadInputError
from headgate.formats.batches import all_rows
from headgate.formats.parquet.read_parquet import read_parquet
from headgate.formats.read_file import read_file

pytestmark = pytest.mark.unit


def read_rows(content: bytes, contract: Contract) -> dict[str, pa.Array]:
    return dict(all_rows(read_parquet(content, contract)).cells)


DATA = (
    Path(os.environ.get("HEADGATE_DATA", Path(__file__).parents[5] / "shared/data"))
    / "parquet/parquet_testing_data.tar.gz"
)
NESTED = {
    "datapage_v2.snappy", "incorrect_map_schema", "list_columns", "map_no_value", "nested_lists.snappy",
    "nested_maps.snappy", "nested_structs.rust", "nonnullable.impala", "null_list", "nullable.impala",
    "nulls.snappy", "old_list_structure",
    "repeated_no_annotation", "repeated_primitive_no_list",
}  # fmt: skip
NO_TEXT = {"binary", "binary_truncated_min_max", "fixed_length_byte_array"}  # bytes such as 0 to 11
BOMB = {"large_string_map.brotli"}  # 4 kB that hold a text of 2 GB
CORRUPT = {"datapage_v1-corrupt-checksum", "rle-dict-uncompressed-corrupt-checksum"}


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    if not DATA.exists():
        pytest.skip("parquet-testing is not here: set HEADGATE_DATA to the folder that holds parquet/")
    with tarfile.open(DATA) as archive:
        members = {
            member.name.removeprefix("./data/").removeprefix("data/"): archive.extractfile(member)
            for member in archive
            if member.isfile()
        }
        return {name: content.read() for name, content in members.items() if content}


def kind_of(held: pa.DataType) -> ColumnType:
    tests = {
        Kind.BIGINT: pa.types.is_integer,
        Kind.DOUBLE: pa.types.is_floating,
        Kind.BOOLEAN: pa.types.is_boolean,
        Kind.TIMESTAMP: pa.types.is_timestamp,
        Kind.DATE: pa.types.is_date,
    }
    if pa.types.is_decimal(held):
        return ColumnType(Kind.DECIMAL, precision=held.precision, scale=held.scale)
    return ColumnType(next((kind for kind, test in tests.items() if test(held)), Kind.STRING))


def contract_of(content: bytes) -> Contract:
    """A contract with the file's own columns; with one column where they are unknown."""
    try:
        schema = pq.ParquetFile(pa.BufferReader(content)).schema_arrow
    except (pa.ArrowException, OSError):
        schema = pa.schema([("x", pa.string())])
    return Contract(
        "c", "things", "source", "1", tuple(Column(field.name, kind_of(field.type)) for field in schema)
    )


def test_every_file_loads_or_is_refused_with_its_reason(files: dict[str, bytes]) -> None:
    reported = {}
    for name, content in files.items():
        try:
            reported[name] = str(read_file(content, contract_of(content)).rows)
        except BadInputError as error:
            reported[name] = error.rule
    whole = {
        name.removesuffix(".parquet"): rule
        for name, rule in reported.items()
        if name.endswith(".parquet") and "/" not in name
    }
    refused = {name for name, rule in whole.items() if not rule.isdigit()}
    assert refused == NESTED | NO_TEXT | CORRUPT | BOMB
    assert all(whole[name] == "too_large" for name in BOMB)
    assert all(whole[name] == "corrupt_parquet" for name in CORRUPT)
    assert all(reported[name] == "corrupt_parquet" for name in reported if name.endswith(".encrypted"))
    assert all(
        reported[name] == "type"
        for name in reported
        if name.startswith("geospatial/") and name.endswith(".parquet")
    )


@pytest.mark.parametrize(
    "name",
    [
        "delta_binary_packed",
        "delta_byte_array",
        "delta_encoding_optional_column",
        "delta_encoding_required_column",
    ],
)
def test_what_the_files_notes_expect_is_what_is_read(files: dict[str, bytes], name: str) -> None:
    header, *expected = csv.reader(io.StringIO(files[f"{name}_expect.csv"].decode(), newline=""))
    content = files[f"{name}.parquet"]
    received = read_rows(content, contract_of(content))
    for column, field in zip(received, header, strict=True):
        assert [cell or "" for cell in received[column].to_pylist()] == [
            row[header.index(field)] for row in expected
        ]


@pytest.mark.parametrize(
    "name",
    [
        "int32_decimal",
        "int64_decimal",
        "fixed_length_decimal",
        "fixed_length_decimal_legacy",
        "byte_array_decimal",
    ],
)
def test_decimals_are_1_to_24_however_they_are_stored(files: dict[str, bytes], name: str) -> None:
    content = files[f"{name}.parquet"]
    assert read_rows(content, contract_of(content))["value"].to_pylist() == [
        f"{number}.00" for number in range(1, 25)
    ]


def test_times_in_96_bits_come_through_beyond_what_nanoseconds_say(files: dict[str, bytes]) -> None:
    """Source: int96_from_spark.md."""
    content = files["int96_from_spark.parquet"]
    texts = read_rows(content, contract_of(content))["a"].to_pylist()
    assert texts[:3] == [
        "2024-01-01 20:34:56.123456",
        "2024-01-01 01:00:00.000000",
        "9999-12-31 03:00:00.000000",
    ]
    assert texts[4] is None
    assert texts[5] != "2024-12-30 23:00:00.000000"
