"""The commands of a page: docs/use/your-own-data.md section by section, and those of any other text."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

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
    done = subprocess.run(
        ["/bin/bash", "-c", command],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    return Ran(done.returncode, done.stdout, done.stderr)
