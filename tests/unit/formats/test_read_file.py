"""One dataset, written in every form that people send: the gate reads the same rows from each."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.errors import UnreadableFileError
from headgate.formats.csv.stream_csv import stream_plain_csv
from headgate.formats.read_file import read_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.unit

TEXT = ColumnType(Kind.STRING)
CONTRACT = Contract(
    "c",
    "things",
    "source",
    "1",
    (Column("id", ColumnType(Kind.BIGINT)), Column("name", TEXT), Column("note", TEXT)),
)
ROWS = [("9007199254740993", "Zoë", None), ("7", "NA", "two\nlines")]
RECORDS = [{"id": int(key), "name": name, "note": note} for key, name, note in ROWS]


def parquet() -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(RECORDS), out)
    return out.getvalue()


def zipped(content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("export", content)
    return out.getvalue()


def zstd(content: bytes) -> bytes:
    out = pa.BufferOutputStream()
    with pa.CompressedOutputStream(out, "zstd") as packed:
        packed.write(content)
    packed_bytes: bytes = out.getvalue().to_pybytes()
    return packed_bytes


CSV = 'id,name,note\n9007199254740993,Zoë,\n7,NA,"two\nlines"\n'
FORMS = {
    "csv": CSV.encode(),
    "tsv in utf-16": CSV.replace(",", "\t").encode("utf-16"),
    "semicolons in windows-1252": CSV.replace(",", ";").encode("cp1252"),
    "json": json.dumps(RECORDS, ensure_ascii=False).encode(),
    "json in utf-16": json.dumps(RECORDS).encode("utf-16"),
    "json lines": "\n".join(map(json.dumps, RECORDS)).encode(),
    "parquet": parquet(),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("pack", [bytes, gzip.compress, zipped, zstd])
def test_every_form_in_every_compression_gives_the_same_rows(
    form: str, pack: Callable[[bytes], bytes]
) -> None:
    received = read_file(pack(FORMS[form]), CONTRACT)
    assert list(zip(*(received.cells[name].to_pylist() for name in CONTRACT.names), strict=True)) == ROWS


@pytest.mark.parametrize("form", FORMS)
def test_a_stream_of_rows_is_taken_for_nothing_else(form: str, tmp_path: Path) -> None:
    path = tmp_path / "export"
    path.write_bytes(FORMS[form])
    assert (stream_plain_csv(path, CONTRACT) is not None) == (form == "csv")


def test_what_is_of_no_known_form_is_refused() -> None:
    for body in (b"\x89PNG\r\n\x1a\n\0\0", b"%PDF-1.7\n", b"BZh91AY&SY", b"just prose", b" \n "):
        with pytest.raises(UnreadableFileError):
            read_file(body, CONTRACT)


def test_the_form_is_reported_with_its_confidence() -> None:
    reported = {form: read_file(content, CONTRACT).written_as for form, content in FORMS.items()}
    assert {
        form: each["format"] for form, each in reported.items() if form in {"json", "json lines", "parquet"}
    } == {
        "json": "json",
        "json lines": "json_lines",
        "parquet": "parquet",
    }
    assert reported["semicolons in windows-1252"] == {
        "format": "csv",
        "compression": "none",
        "encoding": "cp1252",
        "delimiter": ";",
        "quote": '"',
        "escape": '"',
        "line_end": "\n",
        "skipped_lines": "0",
        "header_lines": "1",
        "confidence": "1.0",
    }
    assert (
        reported["json lines"]["encoding"],
        reported["json lines"]["confidence"],
        reported["parquet"]["confidence"],
    ) == (
        "utf-8",
        "1.0",
        "1.0",
    )


def test_the_compressions_that_were_found_are_reported_from_the_outside_in() -> None:
    assert read_file(gzip.compress(zipped(FORMS["csv"])), CONTRACT).written_as["compression"] == "gzip, zip"
    assert read_file(zstd(FORMS["parquet"]), CONTRACT).written_as["compression"] == "zstd"


def test_of_json_lines_the_confidence_is_the_share_of_lines_that_are_records() -> None:
    broken = FORMS["json lines"] + b'\n{"broken\n'
    assert 0.0 < float(read_file(broken, CONTRACT).written_as["confidence"]) < 1.0
