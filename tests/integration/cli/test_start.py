"""A command starts at once: it imports only what it needs."""

from __future__ import annotations

import errno
import subprocess
import sys
from typing import TYPE_CHECKING

import click
import pytest
from click.testing import CliRunner

from headgate.cli import main as command_line
from headgate.cli.main import COMMANDS, cli

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.integration

# Every other module that `headgate --help` loads is the standard library's or Click's.
LOADED_BY_HELP = {
    "headgate",
    "headgate.cli",
    "headgate.cli.entry",
    "headgate.cli.main",
    "headgate.errors",
}
FOUND_BY_PYTHON = {"click", "sitecustomize", "distutils-precedence", "_distutils_hack"}  # a package manager's hooks load at every start


def loaded_by(arguments: list[str]) -> set[str]:
    """The modules that a new process has loaded when the command ends."""
    script = (
        "import sys\nsys.argv = ['headgate', *sys.argv[1:]]\n"
        "from headgate.cli.entry import main\n"
        "try:\n    main()\nexcept SystemExit:\n    print(*sorted(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True)
    return set(done.stderr.split())


def test_help_loads_only_the_listed_modules() -> None:
    loaded = {name for name in loaded_by(["--help"]) if name.partition(".")[0] not in sys.stdlib_module_names | FOUND_BY_PYTHON}
    own = {name for name in loaded if name.startswith("headgate")}
    assert own == LOADED_BY_HELP
    assert {name for name in loaded - own if not name.startswith("__")} == set()  # `__editable__…` is how Python finds a clone


@pytest.mark.parametrize("command", ["contract", "profile", "sample", "questions"])
def test_a_command_that_needs_no_lake_loads_no_aws_client_before_it_runs(command: str) -> None:
    assert loaded_by([command, "--help"]).isdisjoint({"boto3", "botocore", "pandas", "pyarrow", "scipy", "sklearn"})


@pytest.mark.parametrize("command", ["files", "upload", "run", "report", "query", "quarantine", "queue", "logs", "mapping"])
def test_a_command_of_the_lake_loads_no_engine_before_it_runs(command: str) -> None:
    assert loaded_by([command, "--help"]).isdisjoint({"pandas", "pyarrow", "numpy", "scipy", "sklearn", "duckdb"})


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_of_commands_says_what_each_command_says_of_itself(name: str) -> None:
    command = cli.get_command(click.Context(cli), name)
    assert command
    assert command.name == name
    assert COMMANDS[name][1] == str(command.help).partition("\n")[0]


def test_a_misspelt_command_gets_the_nearest_name() -> None:
    done = CliRunner().invoke(cli, ["quarantin"])
    assert done.exit_code == 2
    assert "Did you mean `headgate quarantine`?" in done.output


def test_a_path_that_cannot_be_written_is_one_sentence_and_a_usage_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "orders.csv").write_text("order_id\n1\n")
    target = str(tmp_path / "orders.csv" / "draft.yaml")  # below a file, where not even root may write
    monkeypatch.setattr(sys, "argv", ["headgate", "contract", "init", str(tmp_path / "orders.csv"), "--output", target])
    with pytest.raises(SystemExit) as ended:
        command_line.main()
    assert ended.value.code == click.UsageError.exit_code
    assert f"headgate: {tmp_path / 'orders.csv'} cannot be read or written: File exists. Name a path" in capsys.readouterr().err


def test_a_failure_of_a_connection_is_not_taken_for_one_of_a_path(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(**_: object) -> None:
        raise ConnectionResetError(errno.ECONNRESET, "reset")

    monkeypatch.setattr(command_line, "cli", fails)
    with pytest.raises(ConnectionResetError):
        command_line.main()
