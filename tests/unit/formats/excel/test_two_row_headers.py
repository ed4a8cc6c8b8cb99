"""A workbook's names may stand in two rows, as groups over columns: it is profiled, and a draft says what to
do instead of guessing.
"""

from __future__ import annotations

import io
from datetime import datetime
from typing import TYPE_CHECKING

import openpyxl
import pytest
from click.testing import CliRunner

from headgate.cli.commands.files.profile import profile
from headgate.contracts.model import Kind
from headgate.drafts.draft_contract import draft_from_sample
from headgate.errors import UnreadableFileError
from headgate.formats.read_table import read_table, sample_table, unknown_table
from headgate.intake.rows.check_rows import check_bytes
from headgate.lake.ports import MaskingKey
from headgate.lake.states import FileState
from tests.unit.api.lakes import MemoryLake

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

pytestmark = pytest.mark.unit

GROUPS = ["Filiale", "Stand", "Umsatz", None, None, "Personal", None]
COLUMNS = [None, None, "Bar", "Karte", "Rechnung", "K\u00f6pfe", "Stunden"]
ROWS = [[f"F{at:03}", f"A{at}", 100.5 + at, 200.25 + at, 1.0 + at, at % 9, 2.5] for at in range(60)]


def workbook(*rows: Sequence[object]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("title", [[], [["Report of May"], []]], ids=["first rows", "below a title"])
def test_names_in_two_rows_are_refused_with_the_remedy(title: list[list[object]]) -> None:
    """A branch report with merged cells: revenue over cash, card and invoice."""
    body = workbook(*title, GROUPS, COLUMNS, *ROWS)
    with pytest.raises(UnreadableFileError) as refused:
        draft_from_sample(body, "filialen")
    assert refused.value.rule == "not_a_table"
    assert "sheet Sheet: the header is over two rows" in refused.value.message
    assert "delete the other row" in refused.value.remedy


@pytest.mark.parametrize("title", [[], [["Report of May"], []]], ids=["first rows", "below a title"])
def test_names_in_two_rows_are_joined_for_a_profile(title: list[list[object]]) -> None:
    body = workbook(*title, GROUPS, COLUMNS, *ROWS)
    columns = unknown_table(body).by_shown_name
    assert [*columns] == [
        "Filiale",
        "Stand",
        "Umsatz Bar",
        "Umsatz Karte",
        "Umsatz Rechnung",
        "Personal K\u00f6pfe",
        "Personal Stunden",
    ]
    assert columns["Umsatz Bar"].to_pylist()[:2] == ["100.5", "101.5"]
    assert {len(column) for column in columns.values()} == {60}
    assert sample_table(body) is None  # no mapping is suggested, because the gate cannot read the file


def test_a_file_with_names_in_two_rows_and_no_contract_is_profiled(tmp_path: Path) -> None:
    path = tmp_path / "filialen.xlsx"
    path.write_bytes(workbook(GROUPS, COLUMNS, *ROWS))
    record = MemoryLake().receive("filialen.xlsx", path.read_bytes())
    assert record.state is FileState.PROFILED
    shown = CliRunner().invoke(profile, [str(path)], catch_exceptions=False)
    assert "60 rows" in shown.stdout
    assert "write all names into one row" in " ".join(shown.stderr.split())


def test_an_upper_row_with_most_of_the_names_is_one_of_two_rows_too() -> None:
    upper, lower = ["Nr", "Name", "Ort", "Land", "Umsatz", None], [None, None, None, None, "Bar", "Karte"]
    with pytest.raises(UnreadableFileError, match="over two rows"):
        draft_from_sample(
            workbook(upper, lower, *([at, "a", "b", "c", 1.5, 2.5] for at in range(9))), "filialen"
        )


@pytest.mark.parametrize(
    ("rows", "names"),
    [
        ([["Prices of May"], ["id", "price"], [1, 2.5], [2, 3.5]], ("id", "price")),
        ([["Shop", "May"], ["id", "price", "sum"], [1, 2.5, 3], [2, 3.5, 3]], ("id", "price", "sum")),
        ([["id", None, "price"], ["a", "b", None], ["c", "d", 2.5]], ("id", "", "price")),
    ],
    ids=["title", "title of two cells", "a column without a name"],
)
def test_a_title_and_a_row_with_gaps_are_no_second_row_of_names(
    rows: list[list[object]], names: tuple[str, ...]
) -> None:
    assert read_table(workbook(*rows)).names == names


def test_names_that_repeat_below_groups_get_the_names_of_these() -> None:
    groups, columns = ["Umsatz", None, "Menge", None], ["Bar", "Karte", "Bar", "Karte"]
    body = workbook(groups, columns, *([1.5 + at, 2.5, at, 4] for at in range(9)))
    assert [*unknown_table(body).by_shown_name] == ["Umsatz Bar", "Umsatz Karte", "Menge Bar", "Menge Karte"]


def test_a_line_of_texts_above_the_header_is_no_row_of_a_sample() -> None:
    """Columns of text alone accept every row above the header, but columns of numbers do not: the sample has
    one number of rows.
    """
    body = workbook(
        ["Filiale", "Umsatz", "Umsatz"],
        ["Ort", "Bar", "Karte"],
        *([f"F{at}", 1.5 + at, 2.25] for at in range(60)),
    )
    drafted = draft_from_sample(body, "filialen")
    assert [(column.name, column.type.kind) for column in drafted.contract.columns] == [
        ("ort", Kind.STRING),
        ("bar", Kind.DECIMAL),
        ("karte", Kind.DECIMAL),
    ]
    assert drafted.rows == 60
    checked = check_bytes(
        body, drafted.contract, MaskingKey("k", b"0" * 32), object_key="x", received_at=datetime(2026, 1, 1)
    )
    assert (checked.counts.accepted, checked.counts.quarantined) == (60, 0)
