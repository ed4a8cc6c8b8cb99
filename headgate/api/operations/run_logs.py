"""Log lines of the jobs of a run, as the API shows them."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, cast, get_args

from headgate.api.operations import runs
from headgate.api.shapes.runs import LogLevel, RunLogLine, RunLogs
from headgate.masking.redaction import redact_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from headgate.api.lake_ports import LakePorts
    from headgate.aws.logs import LogLine
    from headgate.costs.recorded import EndedJobRun

MOST_LINES = 500
_MOST_CHARACTERS = 2000  # 500 lines of them are far below the 6 MB that a Lambda function may answer
_LEVELS = frozenset(get_args(LogLevel))


def last_lines(lake: LakePorts, name: str, job: str, most: int) -> RunLogs:
    """Return the last lines of a run's ended jobs, oldest first, or why there are none.

    Args:
        job: only this job's; empty for all.
    """
    every = runs.job_runs(lake, name)
    own = [run for run in every if job in {"", run.job} and run.run_id]
    lines = [(run.job, line) for run in own for line in lake.job_logs.last_lines(run.run_id, most)]
    newest = sorted(lines, key=lambda each: each[1].written_at)[-most:]
    reason = "" if newest else _reason(own, job, lake.job_logs.kept_days, lake.now())
    return RunLogs(lines=tuple(_shown(job, line) for job, line in newest), reason=reason)


def _reason(own: Sequence[EndedJobRun], job: str, kept_days: int, now: datetime) -> str:
    if not own:
        return f"{f'The job {job}' if job else 'No job'} of this run has {'not ' if job else ''}ended yet."
    if all(run.started_at < now - timedelta(days=kept_days) for run in own):
        return f"The lines of this run were deleted: logs are kept for {kept_days} days."
    return "The jobs of this run wrote no line into their logs."


def _shown(job: str, line: LogLine) -> RunLogLine:
    level, text = _parts(line.text)
    return RunLogLine(
        job=job,
        written_at=line.written_at.replace(tzinfo=None).isoformat(),
        level=cast("LogLevel", level if level in _LEVELS else ""),
        text=redact_text(text)[:_MOST_CHARACTERS],
    )


def _parts(text: str) -> tuple[str, str]:
    """Return level and message of a line as Powertools writes it; of any other line the whole text."""
    try:
        line = json.loads(text)
    except ValueError:
        return "", text
    if not isinstance(line, dict) or "message" not in line:
        return "", text
    hidden = {"level", "message", "timestamp", "location", "service", "logger"}
    facts = "".join(f", {name}: {fact}" for name, fact in line.items() if name not in hidden and fact)
    return str(line.get("level", "")).lower(), f"{line['message']}{facts}"
