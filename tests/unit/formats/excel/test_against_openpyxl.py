"""The reader of workbooks reads what openpyxl reads, except where openpyxl loses a cell that must be
quarantined (ADR 34).
"""

from __future__ import annotations

import csv
import io
import os
import re
from datetime import datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headgate.formats.excel.read_excel import sheets

pytestmark = pytest.mark.unit

Value = str | int | float | bool | datetime | time | None
DATA = Path(os.environ.get("HEADGATE_DATA", "../shared/data"))
REAL = [
    "regional/country-codes.csv",
    "regional/gdp.csv",
    "regional/us_state_population.csv",
    "sparkov/customers.csv",
]
ROWS_OF_REAL = 40

FIRST_DAY, SECONDS = datetime(1900, 3, 1), 60 * 60 * 24 * 365 * 300
days = st.integers(0, SECONDS).map(lambda seconds: FIRST_DAY + timedelta(seconds=seconds))
numbers = st.integers(-(10**14), 10**14) | st.floats(-1e14, 1e14, allow_subnormal=False).map(
    lambda number: float(f"{number:.15g}")
)
# Control characters are no XML; openpyxl stores a text that begins with an equals sign as a formula.
texts = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn")), min_size=1, max_size=12).filter(
    lambda text: text[0] != "="
)
values = st.none() | texts | numbers | st.booleans() | days


def workbook_of(rows: list[list[Value]]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def read_by_headgate(content: bytes) -> list[list[str | None]]:
    (sheet,) = sheets(content)
    return _without_blank_ends(sheet.rows)


def read_by_openpyxl(content: bytes) -> list[list[str | None]]:
    book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    return _without_blank_ends(
        [[spelled(value) for value in row] for row in book.active.iter_rows(values_only=True)]
    )


def _without_blank_ends(rows: list[list[str | None]]) -> list[list[str | None]]:
    """The rows up to the last with a value, each up to its last value."""
    cut = [
        row[: max((place for place, cell in enumerate(row, 1) if cell is not None), default=0)]
        for row in rows
    ]
    return cut[: max((place for place, row in enumerate(cut, 1) if row), default=0)]


def spelled(value: Value) -> str | None:
    """The text of a value: of a number the fewest digits that are exact; a day without its midnight."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat(" ").removesuffix(" 00:00:00")
    if isinstance(value, time):
        return value.isoformat()
    plain = format(Decimal(repr(value)), "f") if value else "0"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


@settings(max_examples=15)
@given(st.lists(st.lists(values, max_size=5), max_size=6))
def test_generated_workbooks_are_read_as_openpyxl_reads_them(rows: list[list[Value]]) -> None:
    content = workbook_of(rows)
    assert read_by_headgate(content) == read_by_openpyxl(content)


@pytest.mark.parametrize("name", REAL)
def test_real_tables_saved_as_workbooks_are_read_as_openpyxl_reads_them(name: str) -> None:
    if not (DATA / name).is_file():
        pytest.skip(f"{name} is not here; set HEADGATE_DATA to the folder that holds it")
    with (DATA / name).open(encoding="utf-8-sig", newline="") as file:
        rows: list[list[Value]] = [
            [_typed(cell) for cell in row] for row in islice(csv.reader(file), ROWS_OF_REAL)
        ]
    content = workbook_of(rows)
    assert read_by_headgate(content) == read_by_openpyxl(content)


def _typed(cell: str) -> Value:
    """The cell as a spreadsheet types it: a number keeps 15 digits."""
    if re.fullmatch(r"-?(?:0|[1-9][0-9]{0,14})(?:[.][0-9]{1,6})?", cell):
        return float(f"{float(cell):.15g}") if "." in cell else int(cell)
    return cell or None


# A cell, ours, openpyxl's. Ours keeps a text that no number or date accepts, so that the row is quarantined.
DIFFERENCES = [
    ("a formula that no program computed", "=1+1", "=1+1", None),
    ("a day before 1 March 1900, which Excel miscounts", datetime(1900, 1, 15), "15", "1900-01-15"),
    ("a character that Excel spells by its code", "a_x0041_", "aA", "a_x0041_"),
]


@pytest.mark.parametrize(
    ("case", "value", "ours", "theirs"), DIFFERENCES, ids=[case for case, *_ in DIFFERENCES]
)
def test_the_known_differences_are_these(
    case: str, value: Value, ours: str | None, theirs: str | None
) -> None:
    content = workbook_of([["before", value, "behind"]])
    assert read_by_headgate(content) == [["before", ours, "behind"]], case
    assert read_by_openpyxl(content) == [["before", theirs, "behind"]], case


def test_a_whole_number_that_excel_may_have_rounded_is_seen_to_be_destroyed() -> None:
    content = workbook_of([[4111111111111110, 4111111111111111]])
    assert read_by_headgate(content) == [["4.11111111111111E+15", "4111111111111111"]]
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert [sheet["A1"].value, sheet["B1"].value] == [4111111111111110, 4111111111111111]
