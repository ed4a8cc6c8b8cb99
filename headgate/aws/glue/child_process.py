"""Run Glue jobs as child processes of another job, with their own arguments and permissions."""

from __future__ import annotations

import multiprocessing
import os
import runpy
import signal
import sys
import tempfile
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING

from headgate.aws.glue import shared_imports

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from multiprocessing.context import ForkServerProcess
    from pathlib import Path

# A child must not reach its parent's Spark driver, which has the parent's permissions.
_DRIVER = ("PYSPARK_GATEWAY_PORT", "PYSPARK_GATEWAY_SECRET")
_LONGEST_CAUSE = 2000
_SOCKET_FOLDER = "/tmp"  # noqa: S108 a socket's path has 108 characters at most, and a test deployment's own folder for files may need more


@dataclass(frozen=True)
class ChildProcess:
    """A run of a script; standard output is the parent's, standard error has the cause of a failure."""

    process: ForkServerProcess
    errors: Path

    def cause(self) -> str | None:
        ended = self.process.exitcode
        if not ended:
            return None if ended is None else ""
        lines = self.errors.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        if ended < 0 or not lines:
            out_of_memory = " The machine probably had too little memory." if ended == -signal.SIGKILL else ""
            return f"The process ended with {ended} and without a message.{out_of_memory}"
        return lines[-1][:_LONGEST_CAUSE]

    def stop(self) -> None:
        """Stop the process and all processes that it started."""
        if self.process.pid and self.process.exitcode is None:
            with suppress(ProcessLookupError):  # it has not created its session yet
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.kill()
            self.process.join()


class ChildProcesses:
    """Processes that are forked from one with loaded libraries, because loading takes seconds.

    The forked process has only imported modules: it has no connections, databases or threads. On other
    systems than Linux each child imports its libraries itself, because forking macOS's libraries is not safe.
    """

    def __init__(self, libraries: Sequence[str]) -> None:
        self._context = multiprocessing.get_context("forkserver")
        self._libraries = tuple(libraries) if sys.platform == "linux" else ()
        self._context.set_forkserver_preload([shared_imports.__name__] if self._libraries else [])

    def start(
        self, script: Path, arguments: Mapping[str, str], credentials: Mapping[str, str], errors: Path
    ) -> ChildProcess:
        """Start a script with this process's arguments, overridden by `arguments`.

        Args:
            credentials: environment variables of the AWS SDKs, which override the machine's credentials.
            errors: a local file for standard error.
        """
        own_arguments = [token for name, value in arguments.items() for token in (f"--{name}", value)]
        inherited = {name: value for name, value in os.environ.items() if name not in _DRIVER}
        process = self._context.Process(
            target=_run,
            args=(
                str(script),
                [*sys.argv[1:], *own_arguments],
                {**inherited, "PYTHONPATH": _python_path(), **credentials},
                str(errors),
            ),
        )
        errors.touch()
        with _prepared_fork_server(self._libraries):
            process.start()
        return ChildProcess(process, errors)


def _run(script: str, arguments: Sequence[str], environment: Mapping[str, str], errors: str) -> None:
    os.setsid()  # so that a model's processes are stopped with it
    os.dup2(os.open(errors, os.O_WRONLY), sys.stderr.fileno())
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = [script, *arguments]
    runpy.run_path(script, run_name="__main__")


def _python_path() -> str:
    return os.pathsep.join(filter(None, sys.path))  # with the archives of --extra-py-files, which Spark added


@contextmanager
def _prepared_fork_server(libraries: Sequence[str]) -> Iterator[None]:
    """Set the fork server's environment for the block: libraries, paths, a short folder, no main script.

    `multiprocessing` would import the parent's script in each child; under Glue that is Glue's starter, which
    cannot be imported. The fork server is started with `-c`, which puts the working directory first on its
    path: without PYTHONSAFEPATH it would import a package `headgate` from there.
    """
    main, folder = sys.modules["__main__"], tempfile.tempdir
    needed = {
        "PYTHONPATH": _python_path(),
        "PYTHONSAFEPATH": "1",
        shared_imports.VARIABLE: " ".join(libraries),
    }
    before = {name: os.environ.get(name) for name in needed}
    sys.modules["__main__"] = ModuleType("__main__")
    tempfile.tempdir = _SOCKET_FOLDER
    os.environ.update(needed)
    try:
        yield
    finally:
        sys.modules["__main__"], tempfile.tempdir = main, folder
        for name, value in before.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value
