"""One list of formats: every part of the gate asks it."""

from __future__ import annotations

import io
from pathlib import Path

import fastavro
import openpyxl
import pyarrow as pa
import pyarrow.orc
import pyarrow.parquet as pq
import pytest

from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.formats.format_list import FORMATS, Format, format_of
from headgate.formats.format_name import FormatName, formats_in_words
from headgate.intake.workers.worker_sizing import form_of, pace
from tests.workbooks import old_workbook, open_document

pytestmark = pytest.mark.unit

COLUMNS = (Column("id", ColumnType(Kind.BIGINT)), Column("name", ColumnType(Kind.STRING)))
CONTRACT = Contract("headgate.source.people", "people", "source", "1.0.0", COLUMNS)


def parquet() -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.table({"id": [1, 2], "name": ["Ada", "Bob"]}), file)
    return file.getvalue()


def workbook() -> bytes:
    book, file = openpyxl.Workbook(), io.BytesIO()
    for row in (("id", "name"), (1, "Ada"), (2, "Bob")):
        book.active.append(row)
    book.save(file)
    return file.getvalue()


def avro() -> bytes:
    schema = {
        "type": "record",
        "name": "Person",
        "fields": [{"name": "id", "type": "long"}, {"name": "name", "type": ["null", "string"]}],
    }
    file = io.BytesIO()
    fastavro.writer(file, schema, [{"id": 1, "name": "Ada"}, {"id": 2, "name": "Bob"}], codec="deflate")
    return file.getvalue()


def orc() -> bytes:
    file = io.BytesIO()
    pyarrow.orc.write_table(pa.table({"id": [1, 2], "name": ["Ada", "Bob"]}), file)
    return file.getvalue()


def arrow() -> bytes:
    table, file = pa.table({"id": [1, 2], "name": ["Ada", "Bob"]}), io.BytesIO()
    with pa.ipc.new_file(file, table.schema) as sink:
        sink.write_table(table)
    return file.getvalue()


EXAMPLES = {
    FormatName.FEATHER: arrow,
    FormatName.AVRO: avro,
    FormatName.ODS: lambda: open_document({"people": [["id", "name"], [1, "Ada"], [2, "Bob"]]}),
    FormatName.ORC: orc,
    FormatName.XLS: lambda: old_workbook({"people": [["id", "name"], [1, "Ada"], [2, "Bob"]]}),
    FormatName.XML: lambda: b"<people><p id='1'><name>Ada</name></p><p id='2'><name>Bob</name></p></people>",
    FormatName.FIXED_WIDTH: lambda: b"id   name\n---  ----\n 1   Ada\n 2   Bob\n",
    FormatName.CSV: lambda: b"id,name\n1,Ada\n2,Bob\n",
    FormatName.JSON: lambda: b'[{"id": 1, "name": "Ada"}, {"id": 2, "name": "Bob"}]',
    FormatName.PARQUET: parquet,
    FormatName.XLSX: workbook,
}


DOCUMENTED = (Path(__file__).parents[3] / "docs/how-it-works/formats.md").read_text(encoding="utf-8")


def undocumented(page: str) -> list[str]:
    """Return the words of the formats without a line in the page's first table."""
    return [name.words for name in FormatName if f"| {name.words.partition(' ')[0]}" not in page]


def test_every_format_is_in_the_list_and_has_an_example() -> None:
    unread = set(FormatName) - {form.name for form in FORMATS}
    assert not unread, f"write an entry into FORMATS of headgate/formats/format_list.py: {unread}"
    missing = set(FormatName) - set(EXAMPLES)
    assert not missing, f"write a file with the rows of CONTRACT into EXAMPLES: {missing}"


def test_every_format_is_documented_in_its_words() -> None:
    missing = undocumented(DOCUMENTED)
    assert not missing, f"write a line into the first table of docs/how-it-works/formats.md: {missing}"
    assert undocumented(DOCUMENTED.replace("| ORC |", "| other |")) == ["ORC"]


def test_people_read_every_format_in_the_remedy_of_a_file_that_is_no_table() -> None:
    words = formats_in_words()
    assert words.startswith("CSV, JSON, ")
    assert words.endswith(" or Excel (.xlsx)")
    assert all(name.words in words for name in FormatName)


@pytest.mark.parametrize(
    "form", [form for form in FORMATS if form.name in EXAMPLES], ids=lambda form: form.name
)
def test_every_format_reads_its_own_file_with_a_contract_and_without(form: Format) -> None:
    content = EXAMPLES[form.name]()
    assert format_of(content) is form
    assert form.rows(content, CONTRACT, {"with_rows_above": True}).cells["id"].to_pylist() == ["1", "2"]
    table = form.table(content, None, {"whole": True, "with_header": None, "expands": None})
    assert (table.names, len(table.columns[0])) == (("id", "name"), 2)
    assert pace(form_of(content), []).bytes_per_s > 0
