"""An unknown command is answered with the one that was meant."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from headgate.cli.main import cli

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("uplod", "Did you mean `headgate upload`?"),
        ("check", "Did you mean `headgate contract check`?"),
        ("zzz", "`headgate --help` lists the commands."),
    ],
)
def test_an_unknown_command_is_answered_with_what_was_meant(typed: str, answer: str) -> None:
    done = CliRunner().invoke(cli, [typed])
    assert done.exit_code == 2
    assert answer in done.stderr
