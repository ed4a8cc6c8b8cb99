"""A job that runs as a child process of another job."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from headgate import errors
from headgate.aws.glue.child_process import ChildProcess, ChildProcesses
from tests.waiting import eventually

ROOT = Path(__file__).resolve().parents[3]

pytestmark = pytest.mark.integration

soon = partial(eventually, timeout_s=30, every_s=0.01)

WRITES = """
import json, os, sys
from pathlib import Path
kept = {name: os.environ.get(name) for name in ("AWS_ACCESS_KEY_ID", "KEPT", "PYSPARK_GATEWAY_PORT")}
Path(os.environ["OUT"]).write_text(json.dumps([sys.argv[1:], kept, sys.path]))
"""


def ended(child: ChildProcess) -> str:
    """How a child ended."""
    return str(soon(lambda: None if (cause := child.cause()) is None else (cause,))[0])


def started(
    folder: Path,
    script: str,
    arguments: dict[str, str] | None = None,
    credentials: dict[str, str] | None = None,
) -> ChildProcess:
    """A script that runs as a child."""
    path = folder / "job.py"
    path.write_text(script, encoding="utf-8")
    return ChildProcesses(["csv"]).start(path, arguments or {}, credentials or {}, folder / "errors.txt")


def test_a_child_has_the_arguments_of_its_parent_then_its_own_and_other_credentials(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["job.py", "--snapshot_id", "current"])
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path / "headgate.zip")])
    out = tmp_path / "out.json"
    for name, value in {
        "AWS_ACCESS_KEY_ID": "parent",
        "KEPT": "yes",
        "PYSPARK_GATEWAY_PORT": "1",
        "OUT": str(out),
    }.items():
        monkeypatch.setenv(name, value)
    assert (
        ended(started(tmp_path, WRITES, {"system": "retail-copilot"}, {"AWS_ACCESS_KEY_ID": "child"})) == ""
    )
    argv, environment, path = json.loads(out.read_text())
    assert argv == ["--snapshot_id", "current", "--system", "retail-copilot"]
    assert environment == {"AWS_ACCESS_KEY_ID": "child", "KEPT": "yes", "PYSPARK_GATEWAY_PORT": None}
    assert str(tmp_path / "headgate.zip") in path


def test_a_child_that_fails_names_its_cause_in_one_line(tmp_path: Path) -> None:
    script = (
        "import sys\nsys.stderr.write('a warning of a library\\n')\nraise SystemExit('AuditError: no rows')"
    )
    assert ended(started(tmp_path, script)) == "AuditError: no rows"


def test_a_child_that_is_killed_probably_had_too_little_memory(tmp_path: Path) -> None:
    cause = ended(started(tmp_path, "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"))
    assert (
        cause
        == "The process ended with -9 and without a message. The machine probably had too little memory."
    )


def test_a_child_that_fails_without_a_word_is_a_failure(tmp_path: Path) -> None:
    assert (
        ended(started(tmp_path, "import os\nos._exit(3)"))
        == "The process ended with 3 and without a message."
    )


def test_a_child_that_is_stopped_ends(tmp_path: Path) -> None:
    child = started(tmp_path, "import time\ntime.sleep(60)")
    assert child.cause() is None
    child.stop()
    assert ended(child).startswith("The process ended with -9")
    child.stop()


def test_what_a_child_started_ends_with_it(tmp_path: Path) -> None:
    script = f"""
import subprocess, sys, time
from pathlib import Path
Path({str(tmp_path / "pid")!r}).write_text(str(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]).pid))
time.sleep(60)
"""  # noqa: E501 a file's text
    child = started(tmp_path, script)
    soon((tmp_path / "pid").exists)
    pid = soon((tmp_path / "pid").read_text)
    child.stop()
    soon(lambda: not Path(f"/proc/{pid}/cmdline").exists() or not Path(f"/proc/{pid}/cmdline").read_bytes())


NAMES_ITSELF = """
import json, os, sys
from pathlib import Path
Path(sys.argv[-1]).write_text(json.dumps([__name__, "decimal" in sys.modules, os.getppid()]))
"""
STARTS_TWO = """
import sys
from pathlib import Path
from headgate.aws.glue.child_process import ChildProcesses
folder = Path(sys.argv[1])
with (folder / "starts").open("a") as file:
    file.write("x")
children = ChildProcesses(["decimal", "headgate.no_such_module"])
runs = [children.start(folder / "named.py", {"out": str(folder / name)}, {}, folder / f"{name}.txt") for name in ("first", "second")]
for run in runs:
    run.process.join()
    assert run.cause() == "", run.cause()
"""  # noqa: E501 a file's text


def test_children_are_copies_of_one_process_and_the_script_that_runs_is_not_imported_by_them(
    tmp_path: Path,
) -> None:
    (tmp_path / "job.py").write_text(STARTS_TWO, encoding="utf-8")
    (tmp_path / "named.py").write_text(NAMES_ITSELF, encoding="utf-8")
    # A folder with a long name, where a socket could not be.
    long = tmp_path / ("long" * 30)
    long.mkdir()
    subprocess.run(
        [sys.executable, tmp_path / "job.py", tmp_path],
        check=True,
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(long)},
    )
    first, second = (json.loads((tmp_path / name).read_text()) for name in ("first", "second"))
    assert first == second
    assert first[:2] == ["__main__", True]
    assert (tmp_path / "starts").read_text() == "x"


COUNTS_FROZEN = """
import gc, json, os, sys
from pathlib import Path
Path(sys.argv[-1]).write_text(json.dumps([gc.get_freeze_count() > 1000, gc.isenabled(), "HEADGATE_SHARED_IMPORTS" in os.environ]))
"""  # noqa: E501 a file's text


def test_no_child_scans_the_objects_of_shared_imports_for_garbage(tmp_path: Path) -> None:
    """Children collect their own garbage, and do not pass the shared imports on to their own children."""
    (tmp_path / "job.py").write_text(STARTS_TWO, encoding="utf-8")
    (tmp_path / "named.py").write_text(COUNTS_FROZEN, encoding="utf-8")
    subprocess.run([sys.executable, tmp_path / "job.py", tmp_path], check=True, cwd=ROOT)
    assert json.loads((tmp_path / "first").read_text()) == [True, True, False]


SAYS_WHERE_IT_IS_FROM = """
import sys
from pathlib import Path
import headgate.errors
Path(sys.argv[-1]).write_text(headgate.errors.__file__)
"""
STARTS_ONE = """
import sys
from pathlib import Path
sys.path.remove("")
from headgate.aws.glue.child_process import ChildProcesses
folder = Path(sys.argv[1])
child = ChildProcesses(["headgate.errors"]).start(folder / "child.py", {"out": str(folder / "from")}, {}, folder / "errors.txt")
child.process.join()
assert child.cause() == "", child.cause()
"""  # noqa: E501 a file's text


def test_a_child_runs_the_code_of_its_parent_and_not_that_of_the_working_directory(tmp_path: Path) -> None:
    """A package of the same name in the working directory is imported by neither the fork server nor its
    children.
    """
    elsewhere = tmp_path / "elsewhere" / "headgate"
    elsewhere.mkdir(parents=True)
    for module in ("__init__", "errors"):
        (elsewhere / f"{module}.py").touch()
    (tmp_path / "child.py").write_text(SAYS_WHERE_IT_IS_FROM, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run(
        [sys.executable, "-c", STARTS_ONE, tmp_path], check=True, cwd=elsewhere.parent, env=environment
    )
    assert (tmp_path / "from").read_text() == errors.__file__
