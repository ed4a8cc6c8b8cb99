"""Every command writes its errors in one form, and as JSON for programs."""

from __future__ import annotations

import json
import sys

import click
import pytest

from headgate.cli import main
from headgate.cli.rendering.failures import failure_of
from headgate.errors import BadInputError, HeadgateError, NotFoundError, QueryError

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (
            QueryError(
                "query 4f-1 failed: COLUMN_NOT_FOUND: line 1:8: Column 'custmer_id' cannot be resolved. "
                "Did you mean customer_id?"
            ),
            "column_not_found",
            (
                "headgate: Column 'custmer_id' cannot be resolved. Did you mean customer_id? "
                "[COLUMN_NOT_FOUND, line 1:8, query 4f-1]"
            ),
        ),
        (NotFoundError("There is no run x."), "not_found", "headgate: There is no run x."),
        (
            click.ClickException("There is no run x. `headgate runs` lists the newest runs."),
            "not_done",
            "headgate: There is no run x. `headgate runs` lists the newest runs.",
        ),
        (
            BadInputError(
                rule="empty_file", message="the file is empty", remedy="send it again", file="a.csv"
            ),
            "empty_file",
            "headgate: a.csv: the file is empty [rule empty_file] Remedy: send it again",
        ),
        (HeadgateError("no file a.csv in v1.2"), "headgate", "headgate: no file a.csv in v1.2"),
    ],
)
def test_an_error_is_a_sentence_with_its_details_at_the_end(
    error: HeadgateError | click.ClickException, code: str, line: str
) -> None:
    failure = failure_of(error)
    assert (failure.code, failure.line()) == (code, line)


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """Run the command as the shell does, and return its exit code."""
    monkeypatch.setattr(sys, "argv", ["headgate", *arguments])
    with pytest.raises(SystemExit) as ended:
        main.run_command()
    code = ended.value.code
    assert isinstance(code, int)
    return code


def test_with_json_an_error_is_an_object_with_code_message_and_remedy(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "contract", "show", "source", "nonesuch", "--json") == 1
    written = capsys.readouterr()
    error = json.loads(written.err)["error"]
    assert written.out == ""
    assert sorted(error) == ["code", "message", "remedy"]
    assert "nonesuch" in error["message"]
    assert "`headgate contract list`" in error["remedy"]
    assert run(monkeypatch, "runs", "--limit", "many", "--json") == 2
    assert json.loads(capsys.readouterr().err)["error"]["code"] == "usage"


def test_every_error_begins_with_the_name_of_the_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "contract", "show", "source", "nonesuch") == 1
    assert capsys.readouterr().err.startswith("headgate: ")
    assert run(monkeypatch, "nonesuch") == 2
    misspelt = capsys.readouterr().err
    assert misspelt.startswith("Usage: ")
    assert misspelt.splitlines()[-1].startswith("headgate: No such command 'nonesuch'")
    assert run(monkeypatch, "--help") == 0
    assert "--deployment NAME" in capsys.readouterr().out


@pytest.mark.parametrize("group", ["users", "datasets", "contract"])
def test_a_group_without_a_command_prints_its_help_once_line_by_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], group: str
) -> None:
    assert run(monkeypatch, group, "--help") == 0
    shown = capsys.readouterr().out
    assert run(monkeypatch, group) == 2
    assert capsys.readouterr().err == shown
