"""Options that commands share."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import click
import pytest
from click.testing import CliRunner

from headgate import deployment
from headgate.cli import command_deployment, options

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.unit


@click.group()
@options.deployment
@options.as_json
def lake() -> None:
    """Run commands of a test."""


@lake.command()
def plain() -> None:
    """Print the options that the group has."""
    print_options()


@lake.command()
@options.deployment
@options.as_json
def own() -> None:
    """Print the options that the group or this command has."""
    print_options()


def print_options() -> None:
    """Print the options as the functions of a command read them."""
    click.echo(json.dumps([options.deployment_name(), options.wants_json()]))


def read_options(*arguments: str) -> list[object]:
    """Return the deployment and whether JSON is wanted, as a command with these arguments reads them."""
    result = CliRunner().invoke(lake, arguments)
    assert result.exit_code == 0, result.output
    read: list[object] = json.loads(result.output)
    return read


def test_a_command_reads_its_own_options() -> None:
    assert read_options("own", "--deployment", "here", "--json") == ["here", True]
    assert read_options("own") == [None, False]


@pytest.mark.parametrize("command", ["plain", "own"])
def test_a_command_reads_the_options_of_its_group(command: str) -> None:
    assert read_options("--deployment", "here", "--json", command) == ["here", True]


def test_the_deployment_of_a_command_has_precedence_over_that_of_its_group() -> None:
    assert read_options("--deployment", "here", "own", "--deployment", "there") == ["there", False]


def test_no_option_passes_to_the_next_command() -> None:
    assert read_options("own", "--deployment", "here", "--json") == ["here", True]
    assert read_options("plain") == [None, False]


def test_without_a_running_command_no_option_is_set() -> None:
    assert (options.deployment_name(), options.wants_json()) == (None, False)


@lake.command()
@options.deployment
def use() -> None:
    """Activate the deployment and print its name."""
    click.echo(json.dumps(command_deployment.activate().name))


@pytest.mark.parametrize("arguments", [("use", "--deployment", "older"), ("--deployment", "older", "use")])
def test_a_command_uses_the_lake_of_its_option_instead_of_the_newest(
    arguments: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deployment, "FOLDER", tmp_path)
    monkeypatch.setenv("HEADGATE_RAW_BUCKET", "")  # so that the end of the test undoes the command's change
    monkeypatch.delenv("HEADGATE_RAW_BUCKET")
    for age_s, name in enumerate(["newest", "older"]):
        file = tmp_path / name / "deployment.json"
        file.parent.mkdir()
        file.write_text(json.dumps({"environment": {"HEADGATE_RAW_BUCKET": name}}))
        os.utime(file, (1_000 - age_s, 1_000 - age_s))
    assert json.loads(CliRunner().invoke(lake, arguments).output) == "older"
    monkeypatch.delenv("HEADGATE_RAW_BUCKET")
    assert json.loads(CliRunner().invoke(lake, ["use"]).output) == "newest"
