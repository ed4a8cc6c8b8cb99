"""The output of `headgate query`."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from click import ClickException
from click.testing import CliRunner
from rich.console import Console

from headgate.aws.athena.queries import Answer, AnswerColumn
from headgate.cli import options
from headgate.cli.commands.tables.query import (
    _csv,
    headings_of,
    query,
    questions,
    statement_of_person,
    texts_of_rows,
)
from headgate.cli.rendering import screens
from headgate.query.answer_columns import NO_FACTS, UnitAndTitle
from headgate.query.kept_questions import KeptQuestion

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from rich.console import RenderableType

pytestmark = pytest.mark.unit


def test_csv_cells_that_a_spreadsheet_would_run_are_guarded() -> None:
    columns = (AnswerColumn("name", "varchar"), AnswerColumn("amount", "decimal"))
    texts = ["=1+1", "+1", "-1", "@sum", "\tx", "\rx", "plain", "a=b"]
    made = _csv(Answer("", columns, tuple((text, -2) for text in texts)))
    cells = made.split("\r\n")[1:-1]
    assert cells == [
        "'=1+1,-2",
        "'+1,-2",
        "'-1,-2",
        "'@sum,-2",
        "'\tx,-2",
        '"\'\rx",-2',
        "plain,-2",
        "a=b,-2",
    ]


def test_a_null_is_an_empty_field_of_csv_and_an_empty_text_two_quotes() -> None:
    columns = (AnswerColumn("name", "varchar"), AnswerColumn("note", "varchar"))
    assert _csv(Answer("", columns, (("a", None), ("b", "")))).split("\r\n")[1:-1] == ["a,", 'b,""']


def printed(screen: RenderableType, width: int) -> str:
    out = io.StringIO()
    Console(file=out, width=width, markup=False, emoji=False).print(screen, crop=False)
    return out.getvalue()


KEY = "orders/2024-01-02/" + "k" * 60


def test_a_result_can_be_shown_one_cell_per_line_and_no_value_is_broken() -> None:
    text = printed(screens.vertical(["key", "rows"], [(KEY, 3), ("b", None)]), 30)
    assert f" key  {KEY}\n" in text
    assert "── row 2 ──" in text


def test_a_result_wider_than_the_terminal_becomes_records() -> None:
    names = [f"column_{number}" for number in range(15)]
    text = printed(screens.answer(names, [(KEY, "a long text " * 9, *range(13))]), 80)
    assert "── row 1 ──" in text
    assert f" column_0  {KEY}\n" in text
    assert "column_14  12\n" in text


def test_a_result_that_fits_is_a_table_with_its_numbers_to_the_right() -> None:
    text = printed(screens.answer(["name", "rows"], [("a", 3), ("b", 12_000)]), 80)
    assert "│ a    │     3 │" in text


def test_in_a_pipe_a_row_is_one_line_whatever_its_width(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    options.show(
        {},
        lambda: screens.answer(["key", "text"], [(KEY, "a long text " * 90)]),
    )
    (row,) = [line for line in capsys.readouterr().out.splitlines() if KEY in line]
    assert row.count("a long text") == 90


def test_a_table_is_never_broken_where_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    options.show(
        {},
        lambda: screens.answer(["key", "again"], [(KEY, KEY)]),
        unlimited=True,
    )
    assert any(line.count(KEY) == 2 for line in capsys.readouterr().out.splitlines())


def test_lines_of_one_value_begin_below_each_other() -> None:
    assert "name  one\n      two\n" in printed(screens.vertical(["name"], [("one\ntwo",)]), 80)


@pytest.mark.parametrize("draw", [screens.answer, screens.vertical])
def test_data_cannot_move_the_cursor_of_a_terminal(draw: Callable[..., RenderableType]) -> None:
    text = printed(draw(["name"], [("\x1b[2Jgone",)]), 80)
    assert "\x1b" not in text
    assert r"\x1b[2Jgone" in text


def test_the_table_follows_units_and_rounds_computed_numbers() -> None:
    """A mean had up to 22 digits and a share no percent sign; --csv and --json keep all digits."""
    columns = ("returned", "paid", "mean", "quotient", "price", "orders", "order_id", "note", "sold")
    facts = [
        UnitAndTitle("share", ""),
        UnitAndTitle("USD", ""),
        *([NO_FACTS] * 4),
        UnitAndTitle("", "", kind="name"),
        NO_FACTS,
        UnitAndTitle("units", ""),
    ]
    exact = Decimal("0.1428571428571428571429")
    row = (
        0.180411172144121,
        Decimal("12345.678"),
        12.3456789012345,
        exact,
        Decimal("2.50"),
        12345,
        7,
        "a",
        24221,
    )
    (shown,) = texts_of_rows(columns, [row], facts)
    assert shown == ("18.04 %", "$12,345.68", "12.3457", "0.1429", Decimal("2.50"), 12345, 7, "a", "24,221")
    assert texts_of_rows(columns, [], facts) == []
    nulls = tuple(None for _ in columns)
    assert texts_of_rows(columns, [nulls, row], facts) == [nulls, shown]
    text = printed(screens.answer(columns[:1], [row[:1]], texts=[shown[:1]]), 80)
    assert "│  18.04 % │" in text


def test_periods_and_midnights_have_no_time_of_day() -> None:
    month, moment = UnitAndTitle("", "", period="month"), datetime(2009, 12, 1, 7, 30)
    names = ["sold", "date", "begun_month", "at", "day"]
    rows = [(datetime(2009, 12, 1), datetime(2009, 12, 5), date(2009, 12, 1), moment, date(2009, 12, 7))]
    facts = [month, NO_FACTS, NO_FACTS, NO_FACTS, NO_FACTS]
    assert texts_of_rows(names, rows, facts) == [("2009-12", "2009-12-05", "2009-12", moment, "2009-12-07")]
    nothing = (None,) * len(names)
    assert texts_of_rows(names, [nothing, *rows], facts)[0] == nothing


def test_a_column_without_a_name_has_the_heading_of_the_console() -> None:
    facts = [UnitAndTitle("", "Count"), NO_FACTS, UnitAndTitle("GBP", "Revenue")]
    assert headings_of(["_col0", "_col1", "revenue"], facts) == ["Count", "Column 2", "revenue"]


@pytest.mark.parametrize(("domains", "has_retail"), [("[]", False), ('["retail"]', True)])
def test_only_questions_of_the_lakes_domains_are_listed(
    domains: str, has_retail: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "headgate.toml").write_text(f'name = "bikes"\ndomains = {domains}\n')
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HEADGATE_PROJECT", raising=False)
    monkeypatch.delenv("HEADGATE_RAW_BUCKET", raising=False)
    listed = {
        one["name"]
        for one in json.loads(CliRunner().invoke(questions, ["--json"], catch_exceptions=False).output)
    }
    assert "why_refused" in listed
    assert ("sales_forecast" in listed) is has_retail


def test_a_deployed_lake_lists_the_questions_of_its_systems(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "headgate.toml").write_text('name = "bikes"\ndomains = ["retail"]\n')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HEADGATE_PROD_BUCKETS", '{"compliance-guardian": "guardian"}')
    listed = json.loads(CliRunner().invoke(questions, ["--json"], catch_exceptions=False).output)
    assert {row["system"] for row in listed} == {"compliance-guardian", "lake"}


def test_the_list_of_questions_says_how_one_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert (
        CliRunner()
        .invoke(questions, [], catch_exceptions=False)
        .stdout.endswith("`headgate query --saved NAME` runs one of them.\n")
    )


@pytest.mark.parametrize(
    ("params", "message"),
    [
        (["since"], "--param needs a name and a value"),
        (["sinse=2024-01-31"], "no parameter :sinse. Did you mean since?"),
        (["since=31.1.2024"], "The value of :since is no date"),
        ([], "The parameter :since has no value and no default"),
    ],
)
def test_a_parameter_without_a_fitting_value_is_refused_before_anything_is_asked(
    params: list[str], message: str
) -> None:
    sql = "select * from orders where ordered_at > :since\n-- :since date"
    arguments = [part for param in params for part in ("--param", param)]
    asked = CliRunner().invoke(query, [sql, *arguments])
    assert asked.exit_code != 0
    assert message in (asked.output + str(asked.exception))


def saved_by(person: str, sql: str) -> KeptQuestion:
    return KeptQuestion("Germany against France", sql, "table", "", (), "", False, person, "")  # noqa: FBT003 as stored


def test_a_question_that_a_person_saved_is_run_by_its_name() -> None:
    """The list of questions names it above the command, which once denied that it exists."""
    kept = [saved_by("ana", "select 1")]
    assert statement_of_person("Germany against France", kept) == "select 1"
    with pytest.raises(ClickException, match="Did you mean"):
        statement_of_person("Germany against Franc", kept, ["why_refused"])


def test_a_question_is_found_by_some_of_its_words_however_they_are_written() -> None:
    kept = [replace(saved_by("ana", "select 1"), name="Q3 Home and abroad by month")]
    with pytest.raises(ClickException, match=r"Did you mean Q3 Home and abroad by month\?"):
        statement_of_person("q3_home", kept, ["why_refused"])
    with pytest.raises(ClickException) as raised:
        statement_of_person("nope", kept, ["why_refused"])
    assert raised.value.message == (
        "This lake has no saved question nope. `headgate questions` lists all saved questions."
    )


def test_a_name_under_which_two_people_saved_different_questions_needs_the_person() -> None:
    kept = [saved_by("ana", "select 1"), saved_by("ben", "select 2")]
    with pytest.raises(ClickException, match='--saved "ben: Germany against France"'):
        statement_of_person("Germany against France", kept)
    assert statement_of_person("ben: Germany against France", kept) == "select 2"
    same = [saved_by("ana", "select 1"), saved_by("ben", "select 1")]
    assert statement_of_person("Germany against France", same) == "select 1"
