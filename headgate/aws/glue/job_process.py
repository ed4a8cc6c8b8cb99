"""How every Glue job starts and ends."""

from __future__ import annotations

import json
import logging
import os
import sys
from contextlib import redirect_stderr
from time import monotonic as monotonic_s
from typing import TYPE_CHECKING

from headgate.aws import unexpected_errors
from headgate.aws.glue import job_arguments
from headgate.aws.log_redaction import redact_logs
from headgate.errors import HeadgateError

CAPACITY = "HEADGATE_DPUS"  # what Glue bills for a job, in DPUs
log = logging.getLogger(__name__)
_OF_EVERY_RECORD = {*vars(logging.makeLogRecord({})), "message", "asctime", "taskName"}

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class JsonLines(logging.Formatter):
    """One JSON object per log line, with what `extra` states, as the functions write it.

    Args:
        system: several systems may be built at the same time and write to one stream; empty for jobs that
            build none.
    """

    def __init__(self, system: str = "") -> None:
        super().__init__()
        self._always = {"system": system} if system else {}

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; its time is CloudWatch's."""
        extra = {name: value for name, value in vars(record).items() if name not in _OF_EVERY_RECORD}
        line = {
            "level": record.levelname,
            "message": record.getMessage(),
            "logger": record.name,
            **self._always,
            **extra,
        }
        if record.exc_info:
            line["exception"] = getattr(
                record.exc_info[0], "__name__", ""
            )  # its text may hold a cell's value
        return json.dumps(line, default=str)


def run(job: Callable[[Mapping[str, str]], Mapping[str, object]]) -> None:
    """Run the job and print its summary as one line of JSON.

    Everything a job says goes to standard output: Glue takes what a failed process wrote to standard error
    for the run's error message, and that shall be the cause, not a progress bar. Of an error of anybody
    else's neither the log nor the message has the text, which may hold a cell's value.

    Raises:
        SystemExit: the job failed; the message is one line that names the cause, or the kind and place of
            what was not foreseen.
    """
    # Models' threads that spin while they wait take the processor from other jobs on the same machine: on two
    # busy cores one system took 110 s and more, and takes 4 s so. OpenMP reads it when the first model is
    # loaded.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonLines(_arguments().get("system", "")))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    redact_logs()
    began_s = monotonic_s()
    try:
        with redirect_stderr(sys.stdout):
            summary = job(_arguments())
    except Exception as error:  # noqa: BLE001 whatever it is, the run's message must name it
        print(unexpected_errors.frames_of(error), _one_line(error), sep="")  # noqa: T201 for those who look for the cause
        raise SystemExit(_one_line(error)) from None
    finally:
        _log_capacity(monotonic_s() - began_s)
    print(json.dumps(summary, default=str))  # noqa: T201 the job's answer


def _log_capacity(seconds: float) -> None:
    """Log the DPU-hours of the run for the lake's dashboard; nothing where no capacity is stated.

    Of a run that asks Spark for more workers it is the least.
    """
    if dpus := float(_arguments().get(CAPACITY) or 0):
        log.info("glue run ended", extra={"dpu_hours": round(dpus * seconds / 3600, 4)})


def _arguments() -> Mapping[str, str]:
    """Return the job's arguments; copy the region into the environment, where boto3 reads it."""
    arguments = job_arguments.merged(sys.argv[1:], os.environ)
    if region := arguments.get("HEADGATE_REGION"):
        os.environ.setdefault("AWS_DEFAULT_REGION", region)
    return arguments


def _one_line(error: Exception) -> str:
    if not isinstance(error, HeadgateError):
        return unexpected_errors.describe_error(error, by=__file__)
    return f"{type(error).__name__}: {' '.join(str(error).split())}"
