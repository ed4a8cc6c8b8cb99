"""The start and end of every Glue job."""

import json
import logging
import os
import sys
from collections.abc import Callable, Mapping
from contextlib import redirect_stderr
from time import monotonic as monotonic_s

from headgate.aws import unexpected_errors
from headgate.aws.glue import job_arguments
from headgate.aws.log_redaction import redact_logs
from headgate.errors import HeadgateError

CAPACITY = "HEADGATE_DPUS"  # the billed capacity of a job, in DPUs
log = logging.getLogger(__name__)
_OF_EVERY_RECORD = {*vars(logging.makeLogRecord({})), "message", "asctime", "taskName"}


class JsonLines(logging.Formatter):
    """A log formatter that writes JSON lines with the fields of `extra`, like the functions' logs.

    Args:
        system: distinguishes systems that are built in parallel and write to one stream; empty for other
            jobs.
    """

    def __init__(self, system: str = "") -> None:
        super().__init__()
        self._always = {"system": system} if system else {}

    def format(self, record: logging.LogRecord) -> str:
        """Return the line without a time, which CloudWatch adds."""
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
            )  # its text may contain a cell's value
        return json.dumps(line, default=str)


def run(job: Callable[[Mapping[str, str]], Mapping[str, object]]) -> None:
    """Run the job, and print its summary, or log its error, as one line of JSON.

    Logs go to standard output, because Glue uses standard error as the error message of a failed run. The log
    and the message of an unexpected error do not have its text, which may contain a value.

    Raises:
        SystemExit: the job failed; the message is one line with the cause, or the kind and place of an
            unexpected error.
    """
    # Threads of models that spin while they wait slow down other jobs on the machine: on two busy cores one
    # system took over 110 s with them and takes 4 s without. OpenMP reads the variable when the first model
    # is loaded.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonLines(_arguments().get("system", "")))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    # Each process of a job says where its credentials are.
    logging.getLogger("botocore.credentials").setLevel(logging.WARNING)
    redact_logs()
    began_s = monotonic_s()
    try:
        with redirect_stderr(sys.stdout):
            summary = job(_arguments())
    except Exception as error:  # noqa: BLE001 whatever it is, the run's message must name it
        log.error(_one_line(error), extra={"traceback": unexpected_errors.frames_of(error)})  # noqa: TRY400 its text may contain a value
        raise SystemExit(_one_line(error)) from None
    finally:
        _log_capacity(monotonic_s() - began_s)
    print(json.dumps(summary, default=str))  # noqa: T201 the job's answer


def _log_capacity(seconds: float) -> None:
    """Log the run's DPU-hours for the lake's dashboard, if its capacity is given.

    For a run that requests more workers from Spark, it is a lower bound.
    """
    if dpus := float(_arguments().get(CAPACITY) or 0):
        log.info("glue run ended", extra={"dpu_hours": round(dpus * seconds / 3600, 4)})


def _arguments() -> Mapping[str, str]:
    """Return the job's arguments; set AWS_REGION from them for boto3."""
    arguments = job_arguments.merged(sys.argv[1:], os.environ)
    if region := arguments.get("HEADGATE_REGION"):
        os.environ.setdefault("AWS_DEFAULT_REGION", region)
    return arguments


def _one_line(error: Exception) -> str:
    if not isinstance(error, HeadgateError):
        return unexpected_errors.describe_error(error)
    return f"{type(error).__name__}: {' '.join(str(error).split())}"
