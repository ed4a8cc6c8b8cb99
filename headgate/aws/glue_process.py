"""How every Glue job starts and ends."""

from __future__ import annotations

import json
import logging
import os
import sys
from contextlib import redirect_stderr
from typing import TYPE_CHECKING

from headgate.aws import glue_arguments, unforeseen
from headgate.aws.log_redaction import redact_logs
from headgate.errors import HeadgateError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def run(job: Callable[[Mapping[str, str]], Mapping[str, object]]) -> None:
    """The job is done and its summary stands on standard output, as one line of JSON.

    Everything a job says goes to standard output: Glue takes what a failed process wrote to standard error for the run's
    error message, and that shall be the cause, not a progress bar. Of an error of anybody else's neither the log nor the message
    has the text, which may hold a cell's value.

    Raises:
        SystemExit: the job failed; the message is one line that names the cause, or the kind and place of what was not foreseen.
    """
    # Models' threads that spin while they wait take the processor from other jobs on the same machine: on two busy cores
    # demand-insights-engine took 110 s and more, and takes 4 s so. OpenMP reads it when the first model is loaded.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(levelname)s %(name)s %(message)s")
    redact_logs()
    try:
        with redirect_stderr(sys.stdout):
            summary = job(_arguments())
    except Exception as error:  # noqa: BLE001 whatever it is, the run's message must name it
        print(unforeseen.frames_of(error), _one_line(error), sep="")  # noqa: T201 for those who look for the cause
        raise SystemExit(_one_line(error)) from None
    print(json.dumps(summary, default=str))  # noqa: T201 the job's answer


def _arguments() -> Mapping[str, str]:
    """The job's arguments; boto3, which asks the environment, knows the region by them where nothing else has told it."""
    arguments = glue_arguments.merged(sys.argv[1:], os.environ)
    if region := arguments.get("HEADGATE_REGION"):
        os.environ.setdefault("AWS_DEFAULT_REGION", region)
    return arguments


def _one_line(error: Exception) -> str:
    if not isinstance(error, HeadgateError):
        return unforeseen.told(error, by=__file__)
    return f"{type(error).__name__}: {' '.join(str(error).split())}"
