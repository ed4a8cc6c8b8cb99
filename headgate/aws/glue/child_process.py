"""A Glue job that runs as a child process of another job, with arguments and rights of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

# A child must not speak to the Spark driver of its parent: that one has the rights of the parent.
_DRIVER = ("PYSPARK_GATEWAY_PORT", "PYSPARK_GATEWAY_SECRET")
_LONGEST_CAUSE = 2000


@dataclass(frozen=True)
class ChildProcess:
    """One run of a script. It writes to the standard output of its parent; standard error has the cause of a failure only."""

    process: subprocess.Popen[bytes]
    errors: Path

    @classmethod
    def started(cls, script: Path, arguments: Mapping[str, str], credentials: Mapping[str, str], errors: Path) -> ChildProcess:
        """Start a script with the arguments of this process, of which `arguments` replace some.

        Args:
            credentials: variables that the AWS SDKs read; they come before the credentials of the machine.
            errors: a local file for what it writes to standard error.
        """
        stated = [token for name, value in arguments.items() for token in (f"--{name}", value)]
        inherited = {name: value for name, value in os.environ.items() if name not in _DRIVER}
        path = os.pathsep.join(filter(None, sys.path))  # Spark put the archives of --extra-py-files there
        with errors.open("wb") as out:
            process = subprocess.Popen(  # noqa: S603 the script of this very job
                [sys.executable, str(script), *sys.argv[1:], *stated],
                env={**inherited, "PYTHONPATH": path, **credentials},
                stdin=subprocess.DEVNULL,
                stderr=out,
                start_new_session=True,  # a model's own processes end with it
            )
        return cls(process, errors)

    def cause(self) -> str | None:
        """Return None while it works; then why it failed, empty if it succeeded."""
        ended = self.process.poll()
        if not ended:
            return None if ended is None else ""
        lines = self.errors.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        if ended < 0 or not lines:
            out_of_memory = " The machine probably had too little memory." if ended == -signal.SIGKILL else ""
            return f"The process ended with {ended} and without a message.{out_of_memory}"
        return lines[-1][:_LONGEST_CAUSE]

    def stop(self) -> None:
        """End it and all that it started."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
