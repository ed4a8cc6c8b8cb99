"""The marks of `headgate models`, and the logs that `headgate logs` reads."""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING

import click
import pytest
from click.testing import CliRunner

from headgate.aws.logs import LogLine
from headgate.cli import command_deployment
from headgate.cli.command_deployment import Deployment
from headgate.cli.commands.operations.logs import followed, in_words, logs, severity
from headgate.cli.commands.tables.models import lost_to, models
from headgate.domains.retail import SYSTEMS
from headgate.errors import SettingsError
from headgate.learning.champion_challenger import Contest, Result
from headgate.learning.store import Card
from headgate.wiring import operations

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.unit

CONTEST = Contest("boosted", "boosted", 400, (Result("boosted", 0.31, 0.0), Result("constant", 0.29, 1.1)))
CARD = Card(
    "churn",
    "demand-insights-engine",
    "v1",
    "boosted",
    "s",
    "2026-01-02",
    "c",
    (),
    10,
    {"auc": 0.5},
    asdict(CONTEST),
    {},
    {},
    "0",
)


def test_a_model_that_loses_to_another_recipe_is_marked() -> None:
    assert lost_to(CARD) == "! loses to constant: 0.31 against 0.29"


def test_a_model_that_wins_or_had_no_contest_is_not_marked() -> None:
    assert lost_to(replace(CARD, recipe="constant")) == ""
    assert lost_to(replace(CARD, contest=None)) == ""


@pytest.mark.parametrize("ending", [".txt", ".pdf", ""])
def test_a_card_is_written_as_html_or_markdown_only(tmp_path: Path, ending: str) -> None:
    file = tmp_path / f"card{ending}"
    refused = CliRunner().invoke(models, ["card", "churn", "--to", str(file)])
    assert refused.exit_code == click.UsageError.exit_code
    assert "Name a file with .html or .md." in refused.stderr
    assert not file.exists()


def test_the_help_names_no_system_because_each_lake_has_its_own() -> None:
    text = CliRunner().invoke(models, ["--help"]).output
    assert "Only some systems keep a model" in text
    assert not [system for system in SYSTEMS if system in text]


@pytest.mark.parametrize("names", [["shop-gate", "shop-raw"], {"raw": "shop-raw", "gate": "shop-gate"}])
def test_names_of_a_deployment_come_from_a_list_or_a_map(names: object) -> None:
    assert Deployment("x", {}, {"alarms": names}).names("alarms") == ["shop-gate", "shop-raw"]
    with pytest.raises(SettingsError, match=r"has no output alarms\. Deploy again"):
        Deployment("x", {}, {}).names("alarms")


HEALTHY = '{"level":"INFO","message":"file accepted","error":{}}'
WARNED = '{"level":"WARNING","message":"lineage event not written"}'
FAILED = '{"level":"ERROR","message":"AccessDenied"}'
STARTED = "START RequestId: 1 Version: $LATEST"


class WrittenLogs:
    """CloudWatch with four lines in each group."""

    def lines(self, group: str, *, since: datetime) -> list[LogLine]:
        return [
            LogLine(group, since + timedelta(seconds=at), text)
            for at, text in enumerate((HEALTHY, WARNED, FAILED, STARTED))
        ]


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ([], [HEALTHY, WARNED, FAILED]),
        (["--all"], [HEALTHY, WARNED, FAILED, STARTED]),
        (["--level", "warning"], [WARNED, FAILED]),
        (["--level", "error"], [FAILED]),
        (["--level", "warning", "--contains", "lineage"], [WARNED]),
    ],
)
def test_logs_are_filtered_by_the_level_of_their_json(
    monkeypatch: pytest.MonkeyPatch, asked: list[str], shown: list[str]
) -> None:
    monkeypatch.setattr(command_deployment, "activate", lambda: Deployment("x", {}, {"log_groups": ["g"]}))
    monkeypatch.setattr(operations, "logs", WrittenLogs)
    plain = CliRunner().invoke(logs, asked)
    assert [line.partition(" g: ")[2] for line in plain.stdout.splitlines()] == [
        in_words(text) for text in shown
    ]
    listed = CliRunner().invoke(logs, [*asked, "--json"])
    every = [*shown, STARTED] if asked == [] else shown
    assert [line["text"] for line in json.loads(listed.stdout)] == every, "--json leaves out no line"


@pytest.mark.parametrize("json_lines", [False, True])
def test_followed_logs_are_filtered_by_level_too(
    monkeypatch: pytest.MonkeyPatch, *, json_lines: bool
) -> None:
    monkeypatch.setattr(command_deployment, "activate", lambda: Deployment("x", {}, {"log_groups": ["g"]}))
    monkeypatch.setattr(operations, "logs", WrittenLogs)
    monkeypatch.setattr(
        "headgate.cli.commands.operations.logs.followed", lambda read, since, **_: iter(read(since))
    )
    (line,) = (
        CliRunner()
        .invoke(logs, ["--level", "error", "--follow", *(["--json"] if json_lines else [])])
        .stdout.splitlines()
    )
    assert (json.loads(line)["text"] if json_lines else line.partition(" g: ")[2]) == (
        FAILED if json_lines else "ERROR AccessDenied"
    )


@pytest.mark.parametrize(
    "text",
    [
        "[ERROR] KeyError: 'id'",
        "Z 1 Task timed out after 60.00 seconds",
        "RequestId: 1 Error: Runtime exited with error",
        "ModuleNotFoundError: No module named 'duckdb'",
        "headgate.errors.ContractError: orders: lacks 'version'",
        "MemoryError",
    ],
)
def test_a_crash_that_the_runtime_reports_without_json_is_an_error(text: str) -> None:
    assert severity(text) == logging.ERROR


@pytest.mark.parametrize(
    "text",
    [
        *("12", "[]", '{"level": null}', '{"message": "no level"}', "END RequestId: 1"),
        *("Traceback (most recent call last):", '  File "job.py", line 3, in run', "Error rate: 0"),
    ],
)
def test_a_line_without_a_level_is_neither_warning_nor_error(text: str) -> None:
    assert severity(text) == logging.NOTSET


def test_following_logs_shows_each_line_once_also_one_that_appears_late() -> None:
    began = datetime(2026, 1, 2, tzinfo=UTC)
    first, late, second = (LogLine("g", began + timedelta(seconds=at), f"line at {at}") for at in (10, 5, 20))
    looks = iter([[first], [first], [late, first], [late, first, second]])
    lines = followed(
        lambda since: [line for line in next(looks) if line.written_at >= since], began, sleep=lambda _: None
    )
    assert list(islice(lines, 3)) == [first, late, second]
