"""The README's statements about every command are true."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest

from headgate.cli.main import cli

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.unit

README = Path(__file__).parents[3] / "README.md"


def commands(group: click.Group, name: str = "headgate") -> Iterator[tuple[str, click.Command]]:
    """Every command that does something, by what a person types."""
    context = click.Context(group)
    for part in group.list_commands(context):
        command = group.get_command(context, part)
        assert command
        if isinstance(command, click.Group):
            yield from commands(command, f"{name} {part}")
        else:
            yield f"{name} {part}", command


def test_every_command_has_an_example() -> None:
    assert [name for name, command in commands(cli) if "Example: " not in (command.epilog or "")] == []


def test_every_command_has_json_but_those_that_the_readme_names() -> None:
    (reported,) = re.findall(
        r"^Every command has `--json` for machines.*$", README.read_text(encoding="utf-8"), re.MULTILINE
    )
    without = {
        name
        for name, command in commands(cli)
        if "--json" not in {text for parameter in command.params for text in parameter.opts}
    }
    assert without == set(re.findall(r"`(headgate [^`]+)`", reported))
