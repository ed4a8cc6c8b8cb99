from __future__ import annotations

import builtins
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
# Lines of AWS Lambda's runtime about uncaught errors, timeouts and lack of memory; and the last line of a
# Python traceback, with the error's type: of a built-in one the name, of others also the module.
_BUILT_IN_ERRORS = "|".join(
    name for name, kind in vars(builtins).items() if isinstance(kind, type) and issubclass(kind, Exception)
)
_CRASHED = re.compile(
    r"^\[(?:ERROR|CRITICAL)\]|Task timed out after|Runtime exited with error"
    rf"|^(?:(?:[a-z_]\w*\.)+[A-Z]\w*|{_BUILT_IN_ERRORS})(?:: |$)"
)
# Lines of AWS Lambda's runtime about every call. Source: AWS Lambda developer guide, "Log format".
_OF_THE_RUNTIME = ("START RequestId:", "END RequestId:", "REPORT RequestId:", "INIT_START ")
_OF_EVERY_LINE = frozenset(
    [
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
    ]
)


@click.command(epilog=options.example("headgate logs --minutes 60 --level error"))
@click.option(
    "--minutes", type=click.IntRange(min=1), default=15, show_default=True, help="Minutes before now."
)
@click.option("--contains", default="", help="Only lines with this text.")
@click.option(
    "--level", type=click.Choice(["warning", "error"]), help="Only warnings and errors, or only errors."
)
@click.option(
    "--follow", is_flag=True, help="Continue with new lines until Ctrl-C; with --json, one document per line."
)
@click.option(
    "--all", "is_all", is_flag=True, help="Also lines that every call writes; --contains includes them."
)
@options.as_json
@options.deployment
def logs(minutes: int, contains: str, *, level: str | None, follow: bool, is_all: bool) -> None:
    """Print recent log lines of functions and jobs, oldest first.

    JSON lines are printed as level, message and facts; --json has all fields.
    """
    deployed = command_deployment.activate()
    written = operations.logs()
    since = datetime.now(UTC) - timedelta(minutes=minutes)
    groups = deployed.names("log_groups")
    shows_routine = is_all or bool(contains)
    if not (shows_routine or options.wants_json()):
        click.echo("headgate: Lines that every call writes are not shown; --all shows them.", err=True)
    if follow:
        for line in followed(lambda start: _lines(groups, written, start), since, sleep=time.sleep):
            if _is_asked(line, contains, level) and (
                shows_routine or options.wants_json() or not is_routine(line.text)
            ):
                click.echo(json.dumps(vars(line), default=str) if options.wants_json() else _text(line))
        return
    lines = [line for line in _lines(groups, written, since) if _is_asked(line, contains, level)]
    if options.wants_json():
        options.print_json([vars(line) for line in lines])
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
    """Return the severity of a log line as a number of `logging`, by its JSON's level or as a crash."""
    try:
        line = json.loads(text)
    except ValueError:
        return logging.ERROR if _CRASHED.search(text) else logging.NOTSET
    level = str(line.get("level")).upper() if isinstance(line, dict) else ""
    return _SEVERITIES.get(level, logging.NOTSET)


def _text(line: LogLine) -> str:
    return f"{line.written_at:%H:%M:%S} {line.group.rsplit('/', 1)[-1]}: {in_words(line.text)}"


def in_words(text: str) -> str:
    """Return a JSON line as its level, message and facts; any other line unchanged.

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
    message = f"{line.get('level', '')} {line['message']}".strip()
    return f"{message}: {facts}" if facts else message


def is_routine(text: str) -> bool:
    """Return whether every call writes such a line: the runtime's lines and metrics."""
    return text.startswith(_OF_THE_RUNTIME) or text.startswith('{"_aws"')


def followed(
    read: Callable[[datetime], list[LogLine]], since: datetime, *, sleep: Callable[[float], object]
) -> Iterator[LogLine]:
    """Yield each line once as it appears, without end.

    CloudWatch shows lines some seconds late, so each read starts `LATE_S` before the newest line.

    Args:
        read: returns the lines written since a moment.
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
