"""Arrow IPC files, also called Feather: typed columns become the texts that Parquet gives."""

from __future__ import annotations

import io
from decimal import Decimal

import pyarrow as pa
import pyarrow.feather
import pytest

from headgate.errors import UnreadableFileError
from headgate.formats.format_list import format_of
from headgate.formats.format_name import FormatName
from headgate.formats.read_feather import feather_table
from headgate.formats.read_file import read_file
from headgate.formats.read_table import unknown_table
from headgate.matching.file_table import as_text
from tests.unit.formats.test_format_list import CONTRACT, arrow

pytestmark = pytest.mark.unit


def feather(table: pa.Table, **options: object) -> bytes:
    file = io.BytesIO()
    pyarrow.feather.write_feather(table, file, **options)
    return file.getvalue()


@pytest.mark.parametrize("compression", ["lz4", "zstd", "uncompressed"])
def test_a_feather_file_is_read_with_each_compression(compression: str) -> None:
    table = pa.table({"id": [1, 2], "name": ["Ada", "Bob"]})
    received = read_file(feather(table, compression=compression), CONTRACT)
    assert {name: cells.to_pylist() for name, cells in received.cells.items()} == {
        "id": ["1", "2"],
        "name": ["Ada", "Bob"],
    }
    assert received.written_as["format"] == FormatName.FEATHER


def test_dictionaries_and_long_texts_are_read_as_their_values() -> None:
    table = pa.table(
        {
            "kind": pa.array(["a", "b", "a"]).dictionary_encode(),
            "text": pa.array(["x", None, "z"], pa.large_string()),
            "price": pa.array([Decimal("13.50"), None, Decimal("0.10")]),
        }
    )
    read = unknown_table(feather(table, chunksize=2))
    assert [as_text(column).to_pylist() for column in read.columns] == [
        ["a", "b", "a"],
        ["x", None, "z"],
        ["13.50", None, "0.10"],
    ]


def test_a_table_without_rows_keeps_its_names() -> None:
    assert feather_table(feather(pa.table({"id": pa.array([], pa.int64())})), whole=True).names == ("id",)


def test_a_cut_file_and_another_file_are_refused() -> None:
    content = arrow()
    with pytest.raises(UnreadableFileError) as refused:
        read_file(content[:-20], CONTRACT)
    assert refused.value.rule == "corrupt_feather"
    assert format_of(b"ARROW1,name\n1,Ada\n").name is FormatName.CSV
