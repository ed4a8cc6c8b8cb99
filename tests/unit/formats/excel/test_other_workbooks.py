"""Workbooks of Excel 97 and of OpenDocument programs are read as .xlsx is."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from typing import TYPE_CHECKING

import pytest

from headgate.errors import UnreadableFileError
from headgate.formats.excel.read_excel import sheets
from headgate.formats.read_file import read_file
from headgate.formats.typed_cells import MidnightText, TypedText
from tests.unit.formats.test_format_list import CONTRACT
from tests.workbooks import old_workbook, open_document

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.workbooks import Rows

    Writer = Callable[[Mapping[str, Rows]], bytes]

pytestmark = pytest.mark.unit

BOTH = pytest.mark.parametrize("write", [old_workbook, open_document], ids=["xls", "ods"])
CONTENT = "content.xml"


@BOTH
def test_every_kind_of_cell_is_the_text_that_xlsx_gives(write: Writer) -> None:
    row = [
        "Ada  Lovelace",
        7,
        19.99,
        -0.5,
        True,
        dt.date(2026, 1, 31),
        dt.datetime(2026, 1, 31, 10, 5, 7),
        dt.time(10, 5),
    ]
    (sheet,) = sheets(write({"A": [row]}))
    texts = ["Ada  Lovelace", "7", "19.99", "-0.5", "true", "2026-01-31", "2026-01-31 10:05:07", "10:05:00"]
    assert sheet.rows == [texts]
    assert [type(cell) for cell in sheet.rows[0][1:6]] == [TypedText] * 4 + [MidnightText]


@BOTH
def test_a_whole_number_that_a_float_cannot_hold_is_seen_to_be_destroyed(write: Writer) -> None:
    (sheet,) = sheets(write({"A": [[float(12345678901234567890)]]}))
    assert sheet.rows == [["1.2345678901234567E+19"]]


@BOTH
def test_rows_are_found_below_a_title_and_over_sheets(write: Writer) -> None:
    content = write(
        {
            "2025": [["Our people"], [], ["id", "name"], [1, "Ada"]],
            "2026": [["id", "name"], [2, "Bob"]],
            "notes": [["written by hand"]],
        }
    )
    received = read_file(content, CONTRACT)
    assert received.cells["id"].to_pylist() == ["1", "2"]
    assert (received.sheets, received.left_out) == (("2025", "2026"), ("notes (rows: 1)",))
    assert received.written_as["format"] in {"xls", "ods"}


@BOTH
def test_blank_rows_and_cells_move_no_others(write: Writer) -> None:
    (sheet,) = sheets(write({"A": [[None, "b"], [], [None, None, "c", None]]}))
    assert sheet.rows == [[None, "b"], [], [None, None, "c"]]


def test_a_repeated_row_of_opendocument_is_as_many_rows() -> None:
    (sheet,) = sheets(open_document({"A": [["x", 1]]}, repeated=3))
    assert sheet.rows == [["x", "1"]] * 3


def test_blank_rows_that_fill_a_sheet_are_no_rows() -> None:
    blank = b'<table:table-row table:number-rows-repeated="1"/>'
    content = changed(open_document({"A": [["x"], []]}), blank, blank.replace(b'"1"', b'"1048570"'))
    (sheet,) = sheets(content)
    assert sheet.rows == [["x"]]


def test_a_small_opendocument_that_spells_out_a_large_table_is_refused() -> None:
    bomb = open_document({"A": [["x" * 40] * 400]}, repeated=1_000_000)
    with pytest.raises(UnreadableFileError, match="more than it spells") as refused:
        list(sheets(bomb))
    assert refused.value.rule == "too_large"


def test_paragraphs_tabs_and_links_of_a_cell_are_its_text() -> None:
    spans = b"<text:p>a<text:s text:c='2'/>b<text:tab/><text:span>c</text:span>d</text:p><text:p>e</text:p>"
    content = changed(open_document({"A": [["x"]]}), b"<text:p>x</text:p>", spans)
    (sheet,) = sheets(content)
    assert sheet.rows == [["a  b\tcd\ne"]]


@pytest.mark.parametrize(
    "content",
    [
        old_workbook({"A": [["id"], [1]]})[:700],
        bytes.fromhex("D0CF11E0A1B11AE1") + b"x" * 600,  # a document of Word, or a workbook with a password
        open_document({"A": [["id"], [1]]})[:-40],
    ],
    ids=["cut xls", "no workbook", "cut ods"],
)
def test_a_damaged_workbook_is_named_so(content: bytes) -> None:
    with pytest.raises(UnreadableFileError, match=r"without a password|damaged") as refused:
        list(sheets(content))
    assert refused.value.rule == "corrupt_workbook"


def test_a_password_of_a_workbook_is_named() -> None:
    directory = "EncryptedPackage".encode("utf-16-le")
    encrypted = bytes.fromhex("D0CF11E0A1B11AE1") + b"x" * 600 + directory + b"x" * 600
    with pytest.raises(UnreadableFileError, match="the workbook has a password") as refused:
        list(sheets(encrypted))
    assert "without a password" in refused.value.remedy


def test_an_error_of_a_formula_is_kept_as_its_text() -> None:
    content = changed(open_document({"A": [["x"]]}), b"<text:p>x</text:p>", b"<text:p>#DIV/0!</text:p>")
    (sheet,) = sheets(content)
    assert sheet.rows == [["#DIV/0!"]]


def changed(document: bytes, old: bytes, new: bytes) -> bytes:
    """Return the document with another content."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(document)) as read, zipfile.ZipFile(file, "w") as written:
        for name in read.namelist():
            content = read.read(name)
            if name == CONTENT:
                assert old in content, content
                content = content.replace(old, new)
            written.writestr(name, content)
    return file.getvalue()
