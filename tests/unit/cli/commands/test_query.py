"""What `headgate query` prints."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from rich.console import Console

from headgate.aws.athena.queries import Answer, ResultColumn
from headgate.cli.commands.query import _csv, questions
from headgate.cli.rendering import screens

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.unit


def test_csv_cells_that_a_spreadsheet_would_run_are_guarded() -> None:
    columns = (ResultColumn("name", "varchar"), ResultColumn("amount", "decimal"))
    texts = ["=1+1", "+1", "-1", "@sum", "\tx", "\rx", "plain", "a=b"]
    made = _csv(Answer("", columns, tuple((text, -2) for text in texts)))
    cells = made.split("\r\n")[1:-1]
    assert cells == ["'=1+1,-2", "'+1,-2", "'-1,-2", "'@sum,-2", "'\tx,-2", '"\'\rx",-2', "plain,-2", "a=b,-2"]


def test_a_wide_result_can_be_shown_one_cell_per_line() -> None:
    console = Console(width=30, record=True, markup=False)
    key = "orders/2024-01-02/" + "k" * 60
    console.print(screens.vertical(["key", "rows"], [(key, 3), ("b", None)]), soft_wrap=True)
    text = console.export_text()
    assert f" key  {key}" in text
    assert "── row 2 ──" in text


def test_a_result_wider_than_the_terminal_becomes_records(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"column_{number}" for number in range(30)]
    monkeypatch.setattr(screens, "console_width", lambda: 100)
    assert "── row 1 ──" in str(screens.answer(names, [tuple(range(30))]))


@pytest.mark.parametrize(("domains", "has_retail"), [("[]", False), ('["retail"]', True)])
def test_only_questions_of_the_lakes_domains_are_listed(
    domains: str, has_retail: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "headgate.toml").write_text(f'name = "bikes"\ndomains = {domains}\n')
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HEADGATE_PROJECT", raising=False)
    monkeypatch.delenv("HEADGATE_RAW_BUCKET", raising=False)
    listed = {one["name"] for one in json.loads(CliRunner().invoke(questions, ["--json"], catch_exceptions=False).output)}
    assert "why_refused" in listed
    assert ("sales_forecast" in listed) is has_retail
