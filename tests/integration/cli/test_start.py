"""A command starts at once: it imports only what it needs."""

from __future__ import annotations

import errno
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import click
import pytest
from click.testing import CliRunner

from headgate.cli import main as command_line
from headgate.cli.main import cli, commands

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.integration

# Every other module that `headgate --help` loads is the standard library's or Click's.
LOADED_BY_HELP = {
    "headgate",
    "headgate.cli",
    "headgate.cli.entry",
    "headgate.cli.main",
    "headgate.domains.discovery",
    "headgate.domains.domain",
    "headgate.domains",
    "headgate.domains.onboarding",
    "headgate.domains.retail",
    "headgate.errors",
    "headgate.plain_names",
    "headgate.project",
}
FOUND_BY_PYTHON = {
    "click",
    "sitecustomize",
    "distutils-precedence",
    "_distutils_hack",
}  # a package manager's hooks load at every start


def loaded_by(arguments: list[str]) -> set[str]:
    """The modules that a new process has loaded when the command ends."""
    script = (
        "import sys\nsys.argv = ['headgate', *sys.argv[1:]]\n"
        "from headgate.cli.entry import main\n"
        "try:\n    main()\nexcept SystemExit:\n    print(*sorted(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True
    )
    return set(done.stderr.split())


def test_help_loads_only_the_listed_modules() -> None:
    loaded = {
        name
        for name in loaded_by(["--help"])
        if name.partition(".")[0] not in sys.stdlib_module_names | FOUND_BY_PYTHON
    }
    own = {name for name in loaded if name.startswith("headgate")}
    assert own == LOADED_BY_HELP
    assert {
        name for name in loaded - own if not name.startswith("__")
    } == set()  # `__editable__…` is how Python finds a clone


@pytest.mark.parametrize("command", ["contract", "profile", "questions"])
def test_a_command_that_needs_no_lake_loads_no_aws_client_before_it_runs(command: str) -> None:
    assert loaded_by([command, "--help"]).isdisjoint(
        {"boto3", "botocore", "pandas", "pyarrow", "scipy", "sklearn"}
    )


@pytest.mark.parametrize(
    "command", ["files", "upload", "run", "report", "query", "quarantine", "queue", "logs", "mapping"]
)
def test_a_command_of_the_lake_loads_no_engine_before_it_runs(command: str) -> None:
    assert loaded_by([command, "--help"]).isdisjoint(
        {"pandas", "pyarrow", "numpy", "scipy", "sklearn", "duckdb"}
    )


@pytest.mark.parametrize("name", commands())
def test_the_list_of_commands_says_what_each_command_says_of_itself(name: str) -> None:
    command = cli.get_command(click.Context(cli), name)
    assert command
    assert command.name == name
    first_paragraph = str(command.help).partition("\n\n")[0]
    assert commands()[name][1] == " ".join(first_paragraph.split())


def test_a_misspelt_command_gets_the_nearest_name() -> None:
    done = CliRunner().invoke(cli, ["quarantin"])
    assert done.exit_code == 2
    assert "Did you mean `headgate quarantine`?" in done.output


def test_a_path_that_cannot_be_written_is_one_sentence_and_a_usage_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "orders.csv").write_text("order_id\n1\n")
    target = str(tmp_path / "orders.csv" / "draft.yaml")  # below a file, where not even root may write
    monkeypatch.setattr(
        sys, "argv", ["headgate", "contract", "init", str(tmp_path / "orders.csv"), "--output", target]
    )
    with pytest.raises(SystemExit) as ended:
        command_line.run_command()
    assert ended.value.code == click.UsageError.exit_code
    assert (
        f"headgate: {tmp_path / 'orders.csv'} cannot be read or written: File exists. Name a path"
        in capsys.readouterr().err
    )


def test_a_failure_of_a_connection_is_not_taken_for_one_of_a_path(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(**_: object) -> None:
        raise ConnectionResetError(errno.ECONNRESET, "reset")

    monkeypatch.setattr(command_line, "cli", fails)
    with pytest.raises(ConnectionResetError):
        command_line.run_command()


SLOW = """
import builtins, signal, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # a test run in the background is started with the signal ignored
real = builtins.__import__
def late(name, *rest):
    if name == "headgate.cli.main":
        print("loading", flush=True)
        time.sleep(60)
    return real(name, *rest)
builtins.__import__ = late
from headgate.cli.entry import main
main()
"""  # noqa: E501 a file's text


def test_an_interrupt_ends_the_command_in_one_line_from_its_first_moment_on() -> None:
    """The import of the command itself is where the first second goes, so the signal is sent while it is
    under way.
    """
    with subprocess.Popen(
        [sys.executable, "-c", SLOW], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as command:
        assert command.stdout is not None
        assert command.stdout.readline() == "loading\n"
        time.sleep(0.1)
        command.send_signal(signal.SIGINT)
        _, reported = command.communicate(timeout=30)
    assert (command.returncode, reported.strip()) == (130, "Aborted!")
