"""Each record of a file is a row that the gate received or a line that it counted, as another reader counts
them.

`make check-drafts` compares every file of the shared data, tests/integration/intake/test_shared_files.py some
of them; here are generated files without a header, with several tables and with several sheets.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from benchmarks.contracts.drafts import BROKEN, Records, account_of, imbalance
from benchmarks.contracts.independent_rows import count_records
from headgate.formats.csv import read_csv
from tests.examples import examples

pytestmark = pytest.mark.unit

WORDS = st.text("abcdefgäß ,;\"'\n#", min_size=1, max_size=8)
CELLS = {
    "text": WORDS,
    "number": st.integers(0, 10**6).map(str),
    "amount": st.integers(0, 10**6).map(lambda cents: f"{cents / 100:.2f}"),
    "day": st.dates().map(str),
}
COUNTED = (0, 0)


def csv_of(rows: list[list[str]], delimiter: str = ",") -> str:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_MINIMAL, lineterminator="\n").writerows(rows)
    return text.getvalue()


@st.composite
def tables(draw: st.DrawFn, width: int = 0) -> list[list[str]]:
    """Return the rows of a table without a header; the first column is an id."""
    width = width or draw(st.integers(2, 5))
    kinds = [draw(st.sampled_from(sorted(CELLS))) for _ in range(width - 1)]
    count = draw(st.integers(2, 30))
    return [[str(1000 + at), *(draw(CELLS[kind]) for kind in kinds)] for at in range(count)]


def balance(body: bytes, lines_above: int) -> tuple[int, int]:
    """Return how many records are lost and unexplained, of a file with so many lines above its rows."""
    account = account_of(body)
    assert account.outcome != BROKEN, account.why
    return imbalance(account, Records(frozenset({count_records(body)} - {None}), lines_above))


@examples(12)
@given(tables(), st.sampled_from(",;\t"))
def test_no_row_of_a_file_without_a_header_is_taken_for_one(rows: list[list[str]], delimiter: str) -> None:
    assert balance(csv_of(rows, delimiter).encode(), 0) == COUNTED


@examples(12)
@given(tables(), st.integers(0, 3), st.booleans())
def test_each_row_below_a_header_and_each_line_above_it_is_counted(
    rows: list[list[str]], above: int, is_packed: bool
) -> None:
    header = [f"name {chr(97 + at)}" for at in range(len(rows[0]))]
    text = "report of the day\n" * above + csv_of([header, *rows])
    assert balance(gzip.compress(text.encode()) if is_packed else text.encode(), above + 1) == COUNTED


@examples(8)
@given(st.lists(tables(), min_size=2, max_size=3), st.sampled_from(["", "\n", "\n\n"]))
def test_the_rows_of_every_table_of_a_file_are_counted(several: list[list[list[str]]], gap: str) -> None:
    """The rows of the tables below are rows of the first, or of another width, so that quarantine
    has them.
    """
    parts = [csv_of([[f"name {chr(97 + at)}" for at in range(len(rows[0]))], *rows]) for rows in several]
    assert balance(gap.join(parts).encode(), 1) == COUNTED


@examples(6)
@given(st.lists(st.tuples(tables(3), st.booleans()), min_size=1, max_size=3))
def test_the_rows_of_every_sheet_are_counted(sheets: list[tuple[list[list[str]], bool]]) -> None:
    """The rows of a sheet with the same header are received.

    A sheet of another table is left out, and its rows are counted.
    """
    book = Workbook()
    book.remove(book.active)
    for rows, is_same in sheets:
        sheet = book.create_sheet()
        for row in [["id", "name", "city"] if is_same else ["number", "colour", "weight"], *rows]:
            sheet.append([cell.strip("\n") or "x" for cell in row])
    packed = io.BytesIO()
    book.save(packed)
    account = account_of(packed.getvalue())
    headers = sum(is_same == sheets[0][1] for _, is_same in sheets)
    account = replace(account, lines_above=account.lines_above + headers)
    total = count_records(packed.getvalue())
    assert imbalance(account, Records(frozenset({total} - {None}), headers)) == COUNTED


@examples(12)
@given(
    st.lists(st.fixed_dictionaries({"id": st.integers(), "name": WORDS}), min_size=1, max_size=20),
    st.booleans(),
)
def test_each_object_of_a_json_text_is_counted(objects: list[dict[str, object]], is_lines: bool) -> None:
    text = "\n".join(map(json.dumps, objects)) if is_lines else json.dumps(objects)
    assert balance(text.encode(), 0) == COUNTED


def test_a_reader_that_drops_a_row_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    body = csv_of([["id", "name"], *([str(at), "a"] for at in range(20))]).encode()
    assert balance(body, 1) == COUNTED
    read_rows = read_csv.read_rows

    def dropping(text: bytes, dialect: object) -> read_csv.TextTable:
        table = read_rows(text, dialect)  # type: ignore[arg-type]  # the reader's own
        return replace(
            table,
            columns=tuple(column[1:] for column in table.columns),
            source_rows=table.source_rows[1:],
            starts=table.starts[1:],
        )

    monkeypatch.setattr(read_csv, "read_rows", dropping)
    assert balance(body, 1) == (1, 0)


def test_a_page_that_is_no_table_has_no_count_and_a_column_of_texts_has_one() -> None:
    """The quotes of program code join lines for one delimiter only, as in old_list_structure.md of
    shared/data/parquet.
    """
    assert count_records(b'A page.\n  + "type,"\n  + "a,\n",b"\n,"x\ny"\nIts end.\n') is None
    assert count_records(b'name\nann\n"two\nlines"\n') == 3


def test_a_row_that_is_taken_for_a_header_is_found() -> None:
    account = account_of(b"id,name\n1,a\n2,b\n")
    assert imbalance(account, Records(frozenset({3}), 1)) == COUNTED
    assert imbalance(account, Records(frozenset({3}), 0)) == (0, 1)
    assert imbalance(replace(account, received=3), Records(frozenset({3}), 1)) == (0, 1)
