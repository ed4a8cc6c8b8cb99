"""A program in a forked process runs as one for which Python was started."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from scripts.emulator.warm_python import WarmPython

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.unit

FACTS = """
import json, os, sys
loaded = [name for name in ("colorsys", "headgate", "headgate.errors") if name in sys.modules]
print(json.dumps([__name__, sys.argv, os.getcwd(), dict(os.environ), sys.path[:2], loaded]))
"""


@pytest.fixture(scope="module")
def python() -> Iterator[WarmPython]:
    """Python with a library of its own, and with one of Headgate's modules."""
    python = WarmPython(("colorsys", "headgate.errors"))
    yield python
    python.close()


def program(folder: Path, text: str) -> str:
    """The path of a script."""
    path = folder / "program.py"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_program_has_its_arguments_environment_folder_and_path_and_only_libraries_are_loaded(
    python: WarmPython, tmp_path: Path
) -> None:
    script, folder = program(tmp_path, FACTS), tmp_path / "folder"
    folder.mkdir()
    environment = {"PYTHONPATH": "/archive.zip", "DAY": "2026-05-01"}
    done = python.run([script, "--tables", "a"], environment, folder)
    name, arguments, place, variables, path, loaded = json.loads(done.stdout)
    assert (name, arguments, place) == ("__main__", [script, "--tables", "a"], str(folder))
    assert variables == environment
    assert path == [str(tmp_path), "/archive.zip"]
    assert loaded == (["colorsys"] if sys.platform == "linux" else [])


def test_a_module_is_run_from_the_folder(python: WarmPython, tmp_path: Path) -> None:
    program(tmp_path, "import sys\nprint(sys.argv[1:])\n")
    assert python.run(["-m", "program", "a"], {}, tmp_path).stdout == "['a']\n"


def test_a_program_sees_nothing_of_the_one_before(python: WarmPython, tmp_path: Path) -> None:
    script = program(tmp_path, "import colorsys, os\nprint(hasattr(colorsys, 'x'), os.environ.get('X'))\n")
    changed = f"import colorsys, os\ncolorsys.x = os.environ['X'] = '1'\n{FACTS}"
    (tmp_path / "changed.py").write_text(changed, encoding="utf-8")
    assert python.run([str(tmp_path / "changed.py")], {}).returncode == 0
    assert python.run([script], {}).stdout == "False None\n"


@pytest.mark.parametrize(
    ("ending", "exit_code", "printed"),
    [
        ("", 0, ""),
        ("sys.exit()", 0, ""),
        ("sys.exit(3)", 3, ""),
        ("sys.exit('no day')", 1, "no day\n"),
        ("os.kill(os.getpid(), 9)", -9, ""),
    ],
)
def test_a_program_ends_as_it_would_alone(
    python: WarmPython, tmp_path: Path, ending: str, exit_code: int, printed: str
) -> None:
    done = python.run([program(tmp_path, f"import os, sys\n{ending}\n")], {})
    assert (done.returncode, done.stdout, done.stderr) == (exit_code, "", printed)


def test_an_error_is_printed_and_threads_and_exit_functions_end_first(
    python: WarmPython, tmp_path: Path
) -> None:
    text = """
import atexit, threading, time
atexit.register(print, "exit function")
threading.Thread(target=lambda: (time.sleep(0.2), print("thread"))).start()
raise ValueError("no day")
"""
    done = python.run([program(tmp_path, text)], {})
    assert (done.returncode, done.stdout) == (1, "thread\nexit function\n")
    assert done.stderr.endswith("ValueError: no day\n")


linux = pytest.mark.skipif(sys.platform != "linux", reason="other systems start a Python for each program")


@pytest.fixture
def own_python() -> Iterator[WarmPython]:
    """Python for one test, which may end its processes."""
    python = WarmPython(("colorsys",))
    yield python
    python.close()


def process_of(python: WarmPython) -> subprocess.Popen[bytes]:
    """The process with the libraries."""
    process = python._process
    assert process is not None
    return process


@linux
def test_libraries_are_loaded_again_if_their_process_was_killed(
    own_python: WarmPython, tmp_path: Path
) -> None:
    script = program(tmp_path, "print('done')\n")
    assert own_python.run([script], {}).stdout == "done\n"
    killed = process_of(own_python)
    killed.kill()
    killed.wait()
    assert own_python.run([script], {}).stdout == "done\n"
    assert process_of(own_python).pid != killed.pid


@linux
def test_a_program_that_was_not_started_is_named_and_the_next_one_runs(
    own_python: WarmPython, tmp_path: Path
) -> None:
    script = program(tmp_path, "print('done')\n")
    broken = WarmPython(("no_such_library",))
    for _ in range(2):
        with pytest.raises(ChildProcessError, match=r"program\.py was not started: the process"):
            broken.run([script], {})
    broken.close()
    own_python.run([script], {})
    stopped = process_of(own_python)
    stopped.send_signal(signal.SIGSTOP)  # it takes the request, and is killed before it answers
    with (
        subprocess.Popen(
            [sys.executable, "-c", f"import os, time\ntime.sleep(0.3)\nos.kill({stopped.pid}, 9)"]
        ),
        pytest.raises(ChildProcessError, match="was not started"),
    ):
        own_python.run([script], {})
    stopped.wait()
    assert own_python.run([script], {}).stdout == "done\n"


@linux
def test_a_lost_exit_code_is_an_error_with_words(own_python: WarmPython, tmp_path: Path) -> None:
    script = program(tmp_path, "import os, time\nos.kill(os.getppid(), 9)\ntime.sleep(0.1)\n")
    with pytest.raises(ChildProcessError, match=r"The exit code of .*program\.py is lost"):
        own_python.run([script], {})


# The module that a fork server imports first writes which of the loaded libraries its process has already.
OF_THE_ARCHIVE = """
import os, sys
from pathlib import Path
Path({folder!r}, str(os.getpid())).write_text(f"{{'colorsys' in sys.modules}} {{os.environ.get('DAY')}}")
"""
WITH_A_FORK_SERVER = """
import multiprocessing, os, signal
from multiprocessing import forkserver

def stage():
    process = context.Process(target=print, args=["stage"])
    process.start()
    process.join()

if __name__ == "__main__":
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["of_the_archive"])
    os.environ["DAY"] = "2026-05-01"
    {stages}
"""
AGAIN = """
    os.kill(forkserver._forkserver._forkserver_pid, signal.SIGKILL)
    os.waitid(os.P_PID, forkserver._forkserver._forkserver_pid, os.WEXITED | os.WNOWAIT)
    stage()
"""


@linux
@pytest.mark.parametrize(
    ("stages", "loaded"),
    [
        ("stage(); stage()", ["True 2026-05-01"]),
        ("stage()" + AGAIN, ["False 2026-05-01", "True 2026-05-01"]),
    ],
)
def test_the_first_fork_server_of_a_program_has_its_libraries_path_and_environment(
    python: WarmPython, tmp_path: Path, stages: str, loaded: list[str]
) -> None:
    """A run in one job starts its stages from a fork server, which loads the Headgate of the deployment."""
    archive, started = tmp_path / "archive", tmp_path / "started"
    archive.mkdir()
    (archive / "of_the_archive.py").write_text(OF_THE_ARCHIVE.format(folder=str(started)), encoding="utf-8")
    started.mkdir()
    text = WITH_A_FORK_SERVER.format(stages=stages)
    done = python.run([program(tmp_path, text)], {"PYTHONPATH": str(archive)})
    assert (done.returncode, done.stdout, done.stderr) == (0, "stage\nstage\n", "")
    assert sorted(file.read_text(encoding="utf-8") for file in started.iterdir()) == loaded


@linux
def test_a_fork_server_that_was_killed_before_its_start_is_a_new_python(
    python: WarmPython, tmp_path: Path
) -> None:
    kill = """server = int(open(f"/proc/self/task/{os.getpid()}/children").read().split()[0])
    os.kill(server, signal.SIGKILL)
    os.waitid(os.P_PID, server, os.WEXITED | os.WNOWAIT)
    stage()"""
    text = WITH_A_FORK_SERVER.format(stages=kill)
    (tmp_path / "of_the_archive.py").touch()
    done = python.run([program(tmp_path, text)], {"PYTHONPATH": str(tmp_path)})
    assert (done.returncode, done.stdout, done.stderr) == (0, "stage\n", "")
