"""docs/your-own-data.md: the commands that need no lake do what the page says. tests/e2e/test_own_data.py runs the others."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from headgate.contracts import odcs_reader
from headgate.contracts.source_format import SourceFormat
from tests.own_data_page import PAGE, ROOT, commands, run, section

if TYPE_CHECKING:
    from pathlib import Path

    from headgate.contracts.model import Contract

pytestmark = pytest.mark.unit

DRAFT, DEPLOY, ASK, NEW_COLUMN = (
    "1. Draft a contract from the file",
    "2. Deploy, send the file, build the tables",
    "3. Ask, and draw",
    "A new column",
)
REFUSED_ROWS_EXIT = 3


def ran(command: str, home: Path, *, expect: int = 0) -> str:
    done = run(command, home)
    assert done.exit_code == expect, done.stderr + done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder in which the first section was followed, but for the set-up of the clone."""
    folder = tmp_path_factory.mktemp("home")
    for command in commands(DRAFT)[1:]:
        ran(command, folder)
    return folder


def contract(path: Path) -> Contract:
    return odcs_reader.load(path)


def test_the_way_to_the_chart_has_at_most_eight_commands() -> None:
    assert len([*commands(DRAFT), *commands(DEPLOY), *commands(ASK)]) <= 8


def test_the_sample_is_written_as_the_page_says() -> None:
    body = (ROOT / "docs" / "examples" / "verkaeufe.csv").read_bytes()
    with pytest.raises(UnicodeDecodeError):
        body.decode()
    text = body.decode("windows-1252")
    for line in re.findall(r"^R-.*;.*$", PAGE, re.MULTILINE):
        assert line in text
    assert re.search(r";\d\.\d{3},\d\d €;ja", text)
    assert re.search(r";0\d{4};", text)


def test_the_draft_reads_dates_money_booleans_and_keeps_the_zeros(home: Path) -> None:
    drafted = contract(home / "bikes" / "contracts" / "source" / "verkaeufe.yaml")
    assert drafted.key == ("beleg",)
    assert drafted.column("datum").format == SourceFormat(patterns=("dd.MM.yyyy",))
    assert drafted.column("betrag").format == SourceFormat(decimal=",", thousands=".", currency=("€",))
    assert drafted.column("abgeholt").format == SourceFormat(true_words=("ja",), false_words=("nein",))
    assert str(drafted.column("plz").type) == str(drafted.column("beleg").type), "postal codes are text"


def test_the_check_accepts_as_many_rows_as_the_page_says(home: Path) -> None:
    counts = json.loads(ran(commands(DRAFT)[3] + " --json", home))
    stated = re.search(r"(\d+) rows received, (\d+) accepted", section(DRAFT))
    assert stated
    assert [counts["received"], counts["accepted"]] == [int(stated[1]), int(stated[2])]


def test_a_new_column_is_reported_and_declared_once_the_contract_has_it(home: Path) -> None:
    _, version, column, check, _ = commands(NEW_COLUMN)
    before = json.loads(ran(check + " --json", home, expect=REFUSED_ROWS_EXIT))
    assert (before["new_columns"], before["reasons"]) == ({"Filiale": before["received"]}, {"type": 1})
    ran(version, home)
    ran(column, home)
    after = json.loads(ran(check + " --json", home, expect=REFUSED_ROWS_EXIT))
    stated = re.search(r"accepts (\d+) of (\d+) rows", section(NEW_COLUMN))
    assert stated
    assert [after["accepted"], after["received"]] == [int(stated[1]), int(stated[2])]
    assert (after["new_columns"], after["reasons"]) == ({}, {"type": 1})


def test_a_library_needs_no_more_than_a_shop(home: Path) -> None:
    asked = commands("The same in a library")
    assert len(section("The same in a library").strip().splitlines()) <= 12
    for command in asked[:2]:
        ran(command, home)
    drafted = contract(home / "library" / "contracts" / "source" / "loans.yaml")
    assert drafted.column("lent_on").format == SourceFormat(patterns=("dd/MM/yyyy",))
    assert drafted.column("returned_on").format == SourceFormat(patterns=("dd/MM/yyyy",), nulls=("-",))


def test_every_file_that_the_page_names_is_there() -> None:
    named = set(re.findall(r"\]\((?!http)([^)#]+)", PAGE)) | {
        path.removeprefix("docs/") for path in re.findall(r"docs/examples/[\w.-]+", PAGE)
    }
    assert [name for name in sorted(named) if not (ROOT / "docs" / name).exists()] == []
