"""Every `headgate …` in the documentation is a command with the options that it has, and the runbook's are an
operator's.
"""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

import click
import pytest

from headgate.cli.main import cli
from tests.unit.docs.test_links import PAGES as EVERY_PAGE
from tests.unit.docs.test_links import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.unit

PAGES = [
    page for page in EVERY_PAGE if page.name != "CHANGELOG.md"
]  # it also names commands of earlier releases
# In a code span, or as a line of a console.
WRITTEN = re.compile(r"`(headgate [^`\n]+)`|^(?:\$ )?(?:[A-Z_]+=\S+ )?(headgate [a-z][^`\n]*)$", re.MULTILINE)
ROLES = re.compile(r"^\| `(uploader|analyst|operator|auditor)` \| (.*) \|$", re.MULTILINE)
THREAT_MODEL = ROOT / "docs" / "operate" / "threat-model.md"
# They read and write files of this machine only.
ON_THIS_MACHINE = {"contract check", "contract diff", "contract init", "contract list"}
OF_WHO_DEPLOYS = {"deploy", "destroy"}


def written_in(text: str) -> Iterator[str]:
    """Yield each command that a page writes; `a|b|c` are several, and so are those that `&&` joins."""
    for written in (
        part
        for found in WRITTEN.findall(text)
        for part in "".join(found).split(" && ")
        if part.startswith("headgate ")
    ):
        either = re.search(r"[a-z-]+(?:\|[a-z-]+)+", written)
        for one in either[0].split("|") if either else [""]:
            yield written.replace(either[0], one) if either else written


def command_of(written: str) -> tuple[str, click.Command, list[str]]:
    """Return a command's name without `headgate`, the command, and the words after it.

    Raises:
        LookupError: there is no such command.
    """
    try:
        words = shlex.split(written, comments=True)[1:]
    except ValueError:
        words = written.split()[1:]
    group: click.Command = cli
    names: list[str] = []
    while isinstance(group, click.Group) and words and not words[0].startswith("-"):
        try:
            command = group.get_command(click.Context(group), words[0])
        except click.UsageError:
            command = None
        if command is None and not group.invoke_without_command:
            raise LookupError(f"{written}: there is no command {words[0]}")
        if command is None:  # a word after a group that is a command itself, as in `headgate runs --json`
            break
        group, names, words = command, [*names, words[0]], words[1:]
    return " ".join(names), group, words


def unknown_options(command: click.Command, words: list[str]) -> list[str]:
    """Return the options among the words that the command does not have."""
    has = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)} | {
        "--help",
        "--version",
    }
    return [
        word
        for word in words
        if re.fullmatch(r"--[a-z][a-z-]*(=.*)?", word) and word.partition("=")[0] not in has
    ]


def commands_of_roles() -> dict[str, set[str]]:
    """Return the commands of each role of people, as the threat model lists them."""
    rows = ROLES.findall(THREAT_MODEL.read_text(encoding="utf-8"))
    return {
        role: {command_of(f"headgate {name}")[0] for name in re.findall(r"`([a-z][^`]*)`", cell)}
        for role, cell in rows
    }


def commands_of_a_lake(group: click.Group = cli, names: tuple[str, ...] = ()) -> Iterator[str]:
    """Yield the commands that speak to a deployment."""
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        assert command is not None
        if any(parameter.name == "deployment" for parameter in command.params):
            yield " ".join((*names, name))
        if isinstance(command, click.Group):
            yield from commands_of_a_lake(command, (*names, name))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_of_a_page_exists_with_its_options(page: Path) -> None:
    wrong = []
    for written in written_in(page.read_text(encoding="utf-8")):
        try:
            name, command, words = command_of(written)
        except LookupError as error:
            wrong.append(str(error))
            continue
        wrong += [f"headgate {name} has no option {option}" for option in unknown_options(command, words)]
    assert wrong == []


def test_a_command_or_option_that_does_not_exist_is_seen() -> None:
    with pytest.raises(LookupError, match="stauts"):
        command_of("headgate stauts")
    with pytest.raises(LookupError, match="rotatee"):
        command_of("headgate keys rotatee")
    _, command, words = command_of("headgate keys rotate --now")
    assert unknown_options(command, words) == ["--now"]
    assert list(written_in("Use `headgate status`.\n$ headgate runs --limit 3\n")) == [
        "headgate status",
        "headgate runs --limit 3",
    ]


def test_the_operator_may_run_every_command_of_the_runbook_but_deployments() -> None:
    runbook = (ROOT / "docs" / "operate" / "runbook.md").read_text(encoding="utf-8")
    written = {command_of(one)[0] for one in written_in(runbook)}
    assert written - ON_THIS_MACHINE - OF_WHO_DEPLOYS - commands_of_roles()["operator"] == set()


def test_every_command_that_speaks_to_a_lake_is_a_roles_or_the_deployers() -> None:
    (sentence,) = re.findall(
        r"^Whoever deploys the lake runs (.*)$", THREAT_MODEL.read_text(encoding="utf-8"), re.MULTILINE
    )
    deployers = {
        command_of(written)[0]
        for name in re.findall(r"`([a-z][^`]*)`", sentence)
        for written in written_in(f"`headgate {name}`")
    }
    assert set(commands_of_a_lake()) == deployers | set().union(*commands_of_roles().values())
