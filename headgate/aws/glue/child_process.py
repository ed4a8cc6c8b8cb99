"""Glue jobs that run as child processes of another job, with arguments and rights of their own."""

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

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from multiprocessing.context import ForkServerProcess
    from pathlib import Path

# A child must not speak to the Spark driver of its parent: that one has the rights of the parent.
_DRIVER = ("PYSPARK_GATEWAY_PORT", "PYSPARK_GATEWAY_SECRET")
_LONGEST_CAUSE = 2000
_SOCKET_FOLDER = "/tmp"  # noqa: S108 a socket's path has 108 characters at most, and a test deployment's own folder for files may need more


@dataclass(frozen=True)
class ChildProcess:
    """One run of a script.

    It writes to the standard output of its parent; standard error has the cause of a failure only.
    """

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
        """End it and all that it started."""
        if self.process.pid and self.process.exitcode is None:
            with suppress(ProcessLookupError):  # it has not got as far as a session of its own
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.kill()
            self.process.join()


class ChildProcesses:
    """Starts scripts in copies of a process that has loaded their libraries, which takes seconds, once for
    all of them.

    The process that is copied has loaded modules and done nothing else: it has opened no connection, asked no
    database and started no Python thread. On other systems than Linux each child loads its libraries itself:
    macOS's own are not safe to copy.

    Args:
        libraries: modules by their dotted names.
    """

    def __init__(self, libraries: Sequence[str]) -> None:
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(list(libraries) if sys.platform == "linux" else [])

    def start(
        self, script: Path, arguments: Mapping[str, str], credentials: Mapping[str, str], errors: Path
    ) -> ChildProcess:
        """Start a script with the arguments of this process, of which `arguments` replace some.

        Args:
            credentials: variables that the AWS SDKs read; they come before the credentials of the machine.
            errors: a local file for what it writes to standard error.
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
        with _prepared_fork_server():
            process.start()
        return ChildProcess(process, errors)


def _run(script: str, arguments: Sequence[str], environment: Mapping[str, str], errors: str) -> None:
    os.setsid()  # a model's own processes end with it
    os.dup2(os.open(errors, os.O_WRONLY), sys.stderr.fileno())
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = [script, *arguments]
    runpy.run_path(script, run_name="__main__")


def _python_path() -> str:
    return os.pathsep.join(filter(None, sys.path))  # Spark put the archives of --extra-py-files there


@contextmanager
def _prepared_fork_server() -> Iterator[None]:
    """Set what the fork server needs when it starts, and restore it: where modules are, a short path, and no
    script to import.

    `multiprocessing` would import the script that runs again in each child. Under Glue that is Glue's own
    starter, which is not written to be imported. The fork server is started with `-c`, which puts the working
    directory first on its path: without PYTHONSAFEPATH it would load a package `headgate` from there, instead
    of the parent's.
    """
    main, folder = sys.modules["__main__"], tempfile.tempdir
    needed = {"PYTHONPATH": _python_path(), "PYTHONSAFEPATH": "1"}
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
