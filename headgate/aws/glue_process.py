"""How every Glue job starts and ends."""

from __future__ import annotations

import json
import logging
import os
import sys
import traceback
from contextlib import redirect_stderr
from typing import TYPE_CHECKING

from headgate.aws import glue_arguments

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def run(job: Callable[[Mapping[str, str]], Mapping[str, object]]) -> None:
    """The job is done and its summary stands on standard output, as one line of JSON.

    Everything a job says goes to standard output: Glue takes what a failed process wrote to standard error for the run's
    error message, and that shall be the cause, not a progress bar.

    Raises:
        SystemExit: the job failed; the message is one line that names the cause.
    """
    # Models' threads that spin while they wait take the processor from other jobs on the same machine: on two busy cores
    # demand-insights-engine took 110 s and more, and takes 4 s so. OpenMP reads it when the first model is loaded.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(levelname)s %(name)s %(message)s")
    try:
        with redirect_stderr(sys.stdout):
            summary = job(glue_arguments.merged(sys.argv[1:], os.environ))
    except Exception as error:  # noqa: BLE001 whatever it is, the run's message must name it
        traceback.print_exc(file=sys.stdout)
        raise SystemExit(f"{type(error).__name__}: {_one_line(error)}") from None
    print(json.dumps(summary, default=str))  # noqa: T201 the job's answer


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
