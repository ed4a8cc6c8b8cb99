"""A job that runs as a child process of another job."""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING

import pytest

from headgate.aws.glue.child_process import ChildProcess

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.integration

WRITES = """
import json, os, sys
from pathlib import Path
kept = {name: os.environ.get(name) for name in ("AWS_ACCESS_KEY_ID", "KEPT", "PYSPARK_GATEWAY_PORT")}
Path(os.environ["OUT"]).write_text(json.dumps([sys.argv[1:], kept, sys.path]))
"""


def ended(child: ChildProcess) -> str:
    """How a child ended; the test fails when it takes longer than half a minute."""
    deadline = time.monotonic() + 30
    while (cause := child.cause()) is None:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return cause


def started(folder: Path, script: str, arguments: dict[str, str] | None = None, credentials: dict[str, str] | None = None) -> ChildProcess:
    """A script that runs as a child."""
    path = folder / "job.py"
    path.write_text(script, encoding="utf-8")
    return ChildProcess.started(path, arguments or {}, credentials or {}, folder / "errors.txt")


def test_a_child_has_the_arguments_of_its_parent_then_its_own_and_other_credentials(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["job.py", "--snapshot_id", "current"])
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path / "headgate.zip")])
    out = tmp_path / "out.json"
    for name, value in {"AWS_ACCESS_KEY_ID": "parent", "KEPT": "yes", "PYSPARK_GATEWAY_PORT": "1", "OUT": str(out)}.items():
        monkeypatch.setenv(name, value)
    assert ended(started(tmp_path, WRITES, {"system": "retail-copilot"}, {"AWS_ACCESS_KEY_ID": "child"})) == ""
    argv, environment, path = json.loads(out.read_text())
    assert argv == ["--snapshot_id", "current", "--system", "retail-copilot"]
    assert environment == {"AWS_ACCESS_KEY_ID": "child", "KEPT": "yes", "PYSPARK_GATEWAY_PORT": None}
    assert str(tmp_path / "headgate.zip") in path


def test_a_child_that_fails_names_its_cause_in_one_line(tmp_path: Path) -> None:
    script = "import sys\nsys.stderr.write('a warning of a library\\n')\nraise SystemExit('AuditError: no rows')"
    assert ended(started(tmp_path, script)) == "AuditError: no rows"


def test_a_child_that_is_killed_probably_had_too_little_memory(tmp_path: Path) -> None:
    cause = ended(started(tmp_path, "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"))
    assert cause == "The process ended with -9 and without a message. The machine probably had too little memory."


def test_a_child_that_fails_without_a_word_is_a_failure(tmp_path: Path) -> None:
    assert ended(started(tmp_path, "import os\nos._exit(3)")) == "The process ended with 3 and without a message."


def test_a_child_that_is_stopped_ends(tmp_path: Path) -> None:
    child = started(tmp_path, "import time\ntime.sleep(60)")
    assert child.cause() is None
    child.stop()
    assert ended(child).startswith("The process ended with -9")
    child.stop()
