"""docs/use/your-own-data.md: the commands that need no lake do what the page says. tests/e2e/test_own_data.py
runs the others.
"""

from __future__ import annotations

import json
import re
import shlex
from typing import TYPE_CHECKING

import duckdb
import pytest

from headgate.contracts import odcs_reader
from headgate.contracts.source_format import SourceFormat
from headgate.query import translate
from tests.own_data_page import PAGE, ROOT, commands, run, section

if TYPE_CHECKING:
    from pathlib import Path

    from headgate.contracts.model import Contract

pytestmark = pytest.mark.integration

DRAFT, DEPLOY, ASK, NEW_COLUMN = (
    "1. Draft contracts from the files",
    "2. Deploy, send the files, build the tables",
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


def test_the_way_to_the_chart_has_at_most_seven_commands() -> None:
    assert len([*commands(DRAFT), *commands(DEPLOY), *commands(ASK)]) <= 7


def test_the_way_through_the_console_has_eight_steps_whose_commands_are_those_of_the_page() -> None:
    steps = re.findall(
        r"^(\d)\. (.*)$", section("The shortest way: three commands and the console"), re.MULTILINE
    )
    assert [int(number) for number, _ in steps] == [*range(1, 9)]
    setup, draft, deploying = (re.findall(r"^`(.*?)`", text)[0] for _, text in steps[:3])
    assert setup == commands(DRAFT)[0]
    assert commands(DRAFT)[1].startswith(draft)
    assert deploying == commands(DEPLOY)[0]


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
    counts = json.loads(ran(commands(DRAFT)[2] + " --json", home))
    match = re.search(r"(\d+) rows received, (\d+) accepted", section(DRAFT))
    assert match
    assert [counts["received"], counts["accepted"]] == [int(match[1]), int(match[2])]


@pytest.mark.parametrize("name", ["artikel.xlsx", "bestellungen.json"])
def test_the_workbook_and_the_nested_json_are_accepted_by_drafts_that_nobody_edited(
    name: str, home: Path
) -> None:
    drafted = f"~/bikes/contracts/source/{name.partition('.')[0]}.yaml"
    counts = json.loads(
        ran(f"headgate contract check docs/examples/{name} --contract {drafted} --json", home)
    )
    assert (counts["received"], counts["accepted"]) == (3, 3)


def test_the_draft_takes_objects_apart_and_keeps_lists(home: Path) -> None:
    drafted = contract(home / "bikes" / "contracts" / "source" / "bestellungen.yaml")
    assert drafted.names == ("bestellung", "kunde_name", "kunde_plz", "bestellt_am", "positionen")
    assert drafted.column("positionen").nested == "array"


def test_the_page_queries_a_list_in_sql_that_the_lake_takes() -> None:
    (ask,) = commands("Lists in JSON and Parquet")
    (_, _, sql) = shlex.split(ask.replace("\\$", "$"))
    with duckdb.connect() as lake:
        lake.execute(
            "create schema bikes_curated; create table bikes_curated.bestellungen (bestellung bigint, "
            "kunde_plz text, positionen text)"
        )
        lake.execute(
            "insert into bikes_curated.bestellungen values "
            """(1, '04109', '[{"artikel":"K-1"}]'), (3, '80331', '[]')"""
        )
        assert lake.execute(translate(sql, dialect="duckdb")).fetchall() == [
            (1, "04109", "K-1"),
            (3, "80331", None),
        ]


def test_a_new_column_is_reported_and_declared_once_the_contract_has_it(home: Path) -> None:
    _, version, column, check, _ = commands(NEW_COLUMN)
    before = json.loads(ran(check + " --json", home, expect=REFUSED_ROWS_EXIT))
    assert (before["new_columns"], before["reasons"]) == ({"Filiale": before["received"]}, {"type": 1})
    ran(version, home)
    ran(column, home)
    after = json.loads(ran(check + " --json", home, expect=REFUSED_ROWS_EXIT))
    match = re.search(r"accepts (\d+) of (\d+) rows", section(NEW_COLUMN))
    assert match
    assert [after["accepted"], after["received"]] == [int(match[1]), int(match[2])]
    assert (after["new_columns"], after["reasons"]) == ({}, {"type": 1})


def test_a_library_needs_no_more_than_a_shop(home: Path) -> None:
    asked = commands("The same in a library")
    assert len(section("The same in a library").strip().splitlines()) <= 12
    ran(asked[0], home)
    drafted = contract(home / "library" / "contracts" / "source" / "loans.yaml")
    assert drafted.column("lent_on").format == SourceFormat(patterns=("dd/MM/yyyy",))
    assert drafted.column("returned_on").format == SourceFormat(patterns=("dd/MM/yyyy",), nulls=("-",))


def test_every_file_that_the_page_names_is_there() -> None:
    named = set(re.findall(r"\]\((?!http)([^)#]+)", PAGE)) | {
        path.replace("docs/", "../") for path in re.findall(r"docs/examples/[\w.-]+", PAGE)
    }
    assert [name for name in sorted(named) if not (ROOT / "docs" / "use" / name).exists()] == []
