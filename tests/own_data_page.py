"""The commands of a page: docs/use/your-own-data.md section by section, and those of any other text."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.warm_commands import warm_python

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "use" / "your-own-data.md").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Ran:
    """The result of a command of the page."""

    exit_code: int
    stdout: str
    stderr: str


def section(title: str) -> str:
    """The text below a heading, up to the next heading of any level."""
    (found,) = re.findall(rf"^#+ {re.escape(title)}\n(.*?)(?=^#+ |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    return str(found)


def commands(title: str) -> list[str]:
    """The commands of a section."""
    return commands_in(section(title))


def commands_in(text: str) -> list[str]:
    """The commands of a text: its console lines that begin with `$`."""
    blocks = re.findall(r"^```console\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [
        line.removeprefix("$ ") for block in blocks for line in block.splitlines() if line.startswith("$ ")
    ]


def shown(title: str) -> str:
    """The output that a section shows."""
    (block,) = re.findall(r"^```text\n(.*?)^```$", section(title), re.MULTILINE | re.DOTALL)
    return str(block)


def run(command: str, home: Path) -> Ran:
    """Run a command of the page in the clone, with `home` as the reader's home folder."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("HEADGATE_")},
        "HOME": str(home),
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "COLUMNS": "200",
    }
    return run_in(ROOT, command, environment)


def run_in(folder: Path, command: str, environment: dict[str, str]) -> Ran:
    """Run a command of a page in a folder, as a shell does; one of Headgate alone with loaded libraries."""
    if words := _words_of_headgate(command, environment):
        program = [str(Path(sys.executable).with_name("headgate")), *words]
        done = warm_python.run(program, environment, folder)
    else:
        done = _shell(command, environment, folder)
    return Ran(done.returncode, done.stdout, done.stderr)


def _words_of_headgate(command: str, environment: dict[str, str]) -> list[str]:
    """The arguments of `headgate` as the shell reads them; none if it runs more than this command."""
    unquoted = re.sub(r"'[^']*'|\"[^\"]*\"", "", command)
    if not command.startswith("headgate ") or re.search(r"[|&;<>()`\\\n]", unquoted):
        return []
    printed = _shell(f"printf '%s\\0' {command.removeprefix('headgate ')}", environment, ROOT)
    return printed.stdout.split("\0")[:-1]


def _shell(command: str, environment: dict[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/bash", "-c", command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
