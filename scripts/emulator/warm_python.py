"""Run Python programs in forks of a process with loaded libraries, because loading them takes seconds.

A program finds its arguments, environment, working directory and module path as if Python was started for
it, and imports Headgate itself: a job has that of its deployment. The process with the libraries has only
imported modules, and ends with the process that started it. The first fork server of a program, as
`multiprocessing` starts it, is a fork as well. On other systems than Linux, where forking loaded libraries is
not safe, each program starts a Python of its own.
"""

from __future__ import annotations

import atexit
import fcntl
import gc
import importlib
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import traceback
from contextlib import ExitStack, contextmanager, suppress
from multiprocessing import util
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_PACKAGE = "headgate"


class WarmPython:
    """Python with libraries that are loaded when the first program starts.

    Args:
        libraries: modules by their dotted names. Of modules of Headgate, only the libraries that they import
            stay loaded.
    """

    def __init__(self, libraries: Sequence[str]) -> None:
        self._libraries = tuple(libraries)
        self._starting = threading.Lock()
        self._control: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def run(
        self,
        program: Sequence[str],
        environment: Mapping[str, str],
        folder: str | Path = ".",
        timeout_s: float | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run a program with the arguments of `python`: a script or `-m` and a module, then its arguments.

        Raises:
            subprocess.TimeoutExpired: it took longer, and was killed.
            ChildProcessError: the process with the libraries ended before it started the program, or the
                program's exit code was lost. The next program starts the libraries again.
        """
        if sys.platform != "linux":
            command = [sys.executable, *program]
            return subprocess.run(
                command,
                env=environment,
                cwd=folder,
                timeout=timeout_s,
                capture_output=True,
                text=True,
                check=False,
            )
        request = {
            "program": [*program],
            "environment": {**environment},
            "folder": str(Path(folder).resolve()),
        }
        with ExitStack() as open_files:
            out, errors = (open_files.enter_context(tempfile.TemporaryFile()) for _ in range(2))
            ours, theirs = socket.socketpair()
            open_files.enter_context(ours)
            with theirs, _named_if_not_started(program):
                socket.send_fds(self._started(), [b"."], [theirs.fileno(), out.fileno(), errors.fileno()])
            exit_code = _exit_code(ours, json.dumps(request).encode() + b"\n", timeout_s, program)
            texts = []
            for file in (out, errors):
                file.seek(0)
                texts.append(file.read().decode(errors="replace"))
        return subprocess.CompletedProcess([*program], exit_code, *texts)

    def _started(self) -> socket.socket:
        """Return the socket of the process with the libraries; start it if it does not run."""
        with self._starting:
            if self._control is None or self._process is None or self._process.poll() is not None:
                if self._control:
                    self._control.close()
                ours, theirs = socket.socketpair()
                with theirs:
                    command = [sys.executable, __file__, str(theirs.fileno()), *self._libraries]
                    # Not with -I: processes that a program starts, such as a fork server, would have the
                    # flag as well, and ignore the program's PYTHONPATH.
                    own = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
                    # As `headgate.aws.glue.job_process`: OpenMP reads it when a library loads it.
                    own.setdefault("OMP_WAIT_POLICY", "PASSIVE")
                    self._process = subprocess.Popen(
                        command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, env=own
                    )
                self._control = ours
                atexit.register(self.close)
            return self._control

    def close(self) -> None:
        """End the process with the libraries, if it runs; programs that run continue."""
        with self._starting:
            if self._control and self._process:
                self._control.close()
                self._process.wait()
                self._control = self._process = None


def _exit_code(
    connection: socket.socket, request: bytes, timeout_s: float | None, program: Sequence[str]
) -> int:
    """Return the exit code of the program that a request starts."""
    with connection.makefile("r") as lines:
        with _named_if_not_started(program):
            connection.sendall(request)
            first = lines.readline()
        if not first:
            raise _not_started(program)
        connection.settimeout(timeout_s)
        try:
            exit_code = lines.readline()
        except TimeoutError:
            with suppress(ProcessLookupError):
                os.kill(int(first), signal.SIGKILL)
            raise subprocess.TimeoutExpired([*program], timeout_s or 0) from None
    if not exit_code:
        raise ChildProcessError(
            f"The exit code of {' '.join(program[:2])} is lost: the process that waited for it was killed."
        )
    return int(exit_code)


@contextmanager
def _named_if_not_started(program: Sequence[str]) -> Iterator[None]:
    """Replace the error of a connection by one that names the program."""
    try:
        yield
    except (BrokenPipeError, ConnectionResetError):
        raise _not_started(program) from None


def _not_started(program: Sequence[str]) -> ChildProcessError:
    return ChildProcessError(
        f"{' '.join(program[:2])} was not started: the process with the loaded libraries has ended, for "
        "example because the memory was full. Run it again, which starts that process."
    )


def load(libraries: Sequence[str]) -> None:
    """Import the libraries, and forget Headgate's own modules.

    Garbage collection would scan the objects of the libraries again and again.
    """
    gc.disable()
    for name in libraries:
        importlib.import_module(name)
    for name in [name for name in sys.modules if name.partition(".")[0] == _PACKAGE]:
        del sys.modules[name]
    gc.enable()
    gc.collect()
    gc.freeze()


def serve(control: socket.socket) -> dict[str, Any]:
    """Fork a process for each request; return the request in the process that is to run it.

    Between both is a process that waits for the program and reports its exit code.
    """
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the processes in between
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that started this one
    while True:
        message, files, *_ = socket.recv_fds(control, 1, 3)
        if not message:
            os._exit(0)  # the process that started this one has ended
        if os.fork() == 0:
            break
        for file in files:
            os.close(file)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    control.close()
    connection = socket.socket(fileno=files[0])
    with connection.makefile("r") as lines:
        request: dict[str, Any] = json.loads(lines.readline())
    if pid := os.fork():
        _report_exit(connection, pid)
    connection.close()
    for descriptor, file in enumerate(files[1:], 1):
        os.dup2(file, descriptor)
        os.close(file)
    return request


def _report_exit(connection: socket.socket, pid: int) -> NoReturn:
    connection.sendall(f"{pid}\n".encode())
    _, status = os.waitpid(pid, 0)
    with suppress(BrokenPipeError):  # nobody waits any more
        connection.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())
    os._exit(0)


def offer_fork_server(request: dict[str, Any]) -> dict[str, Any]:
    """Return the request of a program; in a copy of this process, return that of the program's fork server.

    A fork server loads the libraries again if it is a new Python. The program needs it as its own child, and
    a copy has to be made before the program has threads and connections.
    """
    ours, theirs = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        ours.close()
        return _fork_server_request(theirs)
    theirs.close()
    new_python = util.spawnv_passfds

    def start(path: bytes, args: Sequence[Any], passfds: Sequence[int]) -> int:
        if "multiprocessing.forkserver" not in args[-1]:  # a tracker of resources
            return new_python(path, args, passfds)
        util.spawnv_passfds = new_python  # a second fork server is a new Python
        fork_server = {
            "program": ["-c", args[-1]],
            "environment": {**os.environ},
            "folder": str(Path.cwd()),
            "files": [*passfds],
        }
        with ours, suppress(BrokenPipeError, ConnectionResetError):
            socket.send_fds(ours, [b"."], [*passfds])
            ours.sendall(json.dumps(fork_server).encode() + b"\n")
            return pid
        return new_python(path, args, passfds)

    util.spawnv_passfds = start
    return request


def _fork_server_request(connection: socket.socket) -> dict[str, Any]:
    """Wait until the program starts its fork server; end with the program if it starts none."""
    message, files, *_ = socket.recv_fds(connection, 1, 2)
    if not message:
        os._exit(0)
    with connection, connection.makefile("r") as lines:
        request: dict[str, Any] = json.loads(lines.readline())
    numbers = request["files"]
    moved = [fcntl.fcntl(file, fcntl.F_DUPFD, max(numbers) + 1) for file in files]
    for file in files:
        os.close(file)
    for file, number in zip(moved, numbers, strict=True):
        os.dup2(file, number)
        os.close(file)
    return request


def become(program: Sequence[str], environment: Mapping[str, str], folder: str) -> None:
    """Give this process the environment, the folder, the arguments and the module path of a program."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    tempfile.tempdir = None
    sys.dont_write_bytecode = bool(environment.get("PYTHONDONTWRITEBYTECODE"))
    is_option = program[0] in {"-m", "-c"}
    first = folder if is_option else str(Path(program[0]).resolve().parent)
    own = [] if environment.get("PYTHONSAFEPATH") else [first]
    added = filter(None, environment.get("PYTHONPATH", "").split(os.pathsep))
    sys.path[:] = [*own, *added, *sys.path]
    sys.argv = [*program[1:]] if is_option else [*program]


def main() -> None:
    """Load the libraries, and run the program of each request in a process of its own."""
    del sys.path[0]  # the folder of this file
    control = socket.socket(fileno=int(sys.argv[1]))
    load(sys.argv[2:])
    request = offer_fork_server(serve(control))
    become(request["program"], request["environment"], request["folder"])
    try:
        _run(request["program"])
    except SystemExit as ended:
        _end(ended.code)
    except BaseException:  # noqa: BLE001 as Python does at the end of a program
        traceback.print_exc()
        _end(1)
    _end(0)


def _run(program: Sequence[str]) -> None:
    if program[0] == "-m":
        runpy.run_module(program[1], run_name="__main__", alter_sys=True)
    elif program[0] == "-c":
        exec(program[1], {"__name__": "__main__"})  # noqa: S102 as Python does
    else:
        runpy.run_path(program[0], run_name="__main__")


def _end(code: object) -> NoReturn:
    """End the process as `sys.exit(code)` does, without freeing each module, which takes most of a second."""
    if isinstance(code, str):
        print(code, file=sys.stderr)
    threading._shutdown()  # type: ignore[attr-defined]  # noqa: SLF001 Python's own wait for threads at exit
    atexit._run_exitfuncs()  # noqa: SLF001 as above
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else int(code is not None))


if __name__ == "__main__":
    main()
