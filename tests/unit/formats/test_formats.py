"""One list of formats: every part of the gate asks it."""

from __future__ import annotations

import io

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headgate.api.shapes.lake import ContractDetail
from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.formats.format_names import CSV, FORMAT_WORDS, JSON, PARQUET, XLSX
from headgate.formats.formats import FORMATS, Format, format_of
from headgate.intake.workers.worker_sizing import FIRST, form_of

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


EXAMPLES = {
    CSV: lambda: b"id,name\n1,Ada\n2,Bob\n",
    JSON: lambda: b'[{"id": 1, "name": "Ada"}, {"id": 2, "name": "Bob"}]',
    PARQUET: parquet,
    XLSX: workbook,
}


def test_every_format_has_a_name_in_words_and_is_in_the_api() -> None:
    names = {form.name for form in FORMATS}
    assert names == set(FORMAT_WORDS) == set(ContractDetail.model_fields["file_formats"].default) == set(EXAMPLES)


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.name)
def test_every_format_reads_its_own_file_with_a_contract_and_without(form: Format) -> None:
    content = EXAMPLES[form.name]()
    assert format_of(content) is form
    assert form.rows(content, CONTRACT, {"with_rows_above": True}).cells["id"].to_pylist() == ["1", "2"]
    table = form.table(content, None, {"whole": True, "with_header": None})
    assert (table.names, len(table.columns[0])) == (("id", "name"), 2)
    assert form_of(content) in FIRST
