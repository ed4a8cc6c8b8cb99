"""`headgate logs`: what the functions and jobs wrote."""

from __future__ import annotations

import json
import logging
import re
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from headgate.cli import command_deployment, options
from headgate.wiring import operations

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from headgate.aws.logs import LogLine, Logs

LATE_S = 15
POLL_S = 2
_SEVERITIES = logging.getLevelNamesMapping()
# What AWS Lambda's runtime writes of an error that no code caught, of a function out of time, and of one out
# of memory.
_CRASHED = re.compile(r"^\[(?:ERROR|CRITICAL)\]|Task timed out after|Runtime exited with error|^Traceback ")


# What AWS Lambda's runtime writes of every call. Source: AWS Lambda developer guide, "Log format".
_OF_THE_RUNTIME = ("START RequestId:", "END RequestId:", "REPORT RequestId:", "INIT_START ")
_OF_EVERY_LINE = frozenset(
    {
        "level",
        "message",
        "location",
        "timestamp",
        "service",
        "cold_start",
        "function_name",
        "function_memory_size",
        "function_arn",
        "function_request_id",
        "xray_trace_id",
    }
)


@click.command(epilog=options.example("headgate logs --minutes 60 --level error"))
@click.option(
    "--minutes", type=click.IntRange(min=1), default=15, show_default=True, help="How far back to read."
)
@click.option("--contains", default="", help="Only lines that hold this text.")
@click.option(
    "--level", type=click.Choice(["warning", "error"]), help="Only warnings and errors, or only errors."
)
@click.option(
    "--follow", is_flag=True, help="Continue with new lines until Ctrl-C; with --json one document a line."
)
@click.option(
    "--all",
    "is_all",
    is_flag=True,
    help="Also the lines that every call of a function has; --contains shows those that hold its text.",
)
@options.as_json
@options.deployment
def logs(
    minutes: int,
    contains: str,
    *,
    level: str | None,
    follow: bool,
    is_all: bool,
    as_json: bool,
    deployment_name: str | None,
) -> None:
    """Print recent log lines of functions and jobs, oldest first.

    A line of JSON is printed as its level, its message and its facts; --json has all of it.
    """
    deployed = command_deployment.activate(deployment_name)
    written = operations.logs()
    since = datetime.now(UTC) - timedelta(minutes=minutes)
    groups = deployed.names("log_groups")
    # A person who names a text wants each line that holds it.
    shows_routine = is_all or bool(contains)
    if not (shows_routine or as_json):
        click.echo("headgate: Lines that every call has are left out; --all shows them.", err=True)
    if follow:
        for line in followed(lambda start: _lines(groups, written, start), since, sleep=time.sleep):
            if _is_asked(line, contains, level) and (shows_routine or as_json or not is_routine(line.text)):
                click.echo(json.dumps(vars(line), default=str) if as_json else _text(line))
        return
    lines = [line for line in _lines(groups, written, since) if _is_asked(line, contains, level)]
    if as_json:
        options.show(as_json=True, value=lambda: [vars(line) for line in lines], screen=str)
        return
    if not shows_routine:
        lines = [line for line in lines if not is_routine(line.text)]
    if not lines:
        click.echo("headgate: No log line matches. --minutes reads further back.", err=True)
    for line in lines:
        click.echo(_text(line))


def _is_asked(line: LogLine, contains: str, level: str | None) -> bool:
    return contains in line.text and (level is None or severity(line.text) >= _SEVERITIES[level.upper()])


def severity(text: str) -> int:
    """Return how severe a log line is, as a number of `logging`: by its JSON's level, or as the runtime
    writes a crash or a timeout.
    """
    try:
        line = json.loads(text)
    except ValueError:
        return logging.ERROR if _CRASHED.search(text) else logging.NOTSET
    return (
        _SEVERITIES.get(str(line.get("level")).upper(), logging.NOTSET)
        if isinstance(line, dict)
        else logging.NOTSET
    )


def _text(line: LogLine) -> str:
    return f"{line.written_at:%H:%M:%S} {line.group.rsplit('/', 1)[-1]}: {in_words(line.text)}"


def in_words(text: str) -> str:
    """Return a line of JSON as its level, its message and its facts; another line as it is.

    >>> in_words('{"level": "INFO", "message": "file processed", "dataset": "orders", "error": {}}')
    'INFO file processed: dataset orders'
    """
    try:
        line = json.loads(text)
    except ValueError:
        return text
    if not isinstance(line, dict) or "message" not in line:
        return text
    facts = ", ".join(
        f"{name} {value if isinstance(value, str | int | float) else json.dumps(value)}"
        for name, value in line.items()
        if name not in _OF_EVERY_LINE and value not in ("", None, {}, [])
    )
    said = f"{line.get('level', '')} {line['message']}".strip()
    return f"{said}: {facts}" if facts else said


def is_routine(text: str) -> bool:
    """Return whether a line is one that every call has: the runtime's own, or measurements for a chart."""
    return text.startswith(_OF_THE_RUNTIME) or text.startswith('{"_aws"')


def followed(
    read: Callable[[datetime], list[LogLine]], since: datetime, *, sleep: Callable[[float], object]
) -> Iterator[LogLine]:
    """Yield each line once, as it appears; never ends by itself.

    CloudWatch shows a line up to some seconds after it was written, so each look begins `LATE_S` before the
    newest line.

    Args:
        read: returns the lines written from a moment on.
    """
    seen: set[LogLine] = set()
    while True:
        new = [line for line in read(since) if line not in seen]
        yield from new
        since = max([since, *(line.written_at - timedelta(seconds=LATE_S) for line in new)])
        seen = {line for line in seen | set(new) if line.written_at >= since}
        sleep(POLL_S)


def _lines(groups: list[str], logs: Logs, since: datetime) -> list[LogLine]:
    return sorted(
        (line for group in groups for line in logs.lines(group, since=since)),
        key=lambda line: line.written_at,
    )
