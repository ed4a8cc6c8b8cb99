from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, cast, get_args

from headgate.api.operations import runs
from headgate.api.shapes.runs import LogLevel, RunLogLine, RunLogs
from headgate.masking.redaction import redact_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.api.lake_ports import LakePorts
    from headgate.aws.logs import LogLine
    from headgate.costs.recorded import EndedJobRun

MAX_LINES = 500
_MAX_CHARACTERS = 2000  # of a line; a Lambda function's answer has at most 6 MB
_ARRIVES_WITHIN = timedelta(minutes=5)  # CloudWatch has the lines of a job with a delay
_LEVELS = frozenset(get_args(LogLevel))


def last_lines(lake: LakePorts, name: str, job: str, limit: int) -> RunLogs:
    """Return the last lines of a run's ended jobs, oldest first, or the reason why there are none."""
    job_runs = [run for run in runs.job_runs(lake, name) if job in {"", run.job} and run.run_id]
    lines = [(run.job, line) for run in job_runs for line in lake.job_logs.last_lines(run.run_id, limit)]
    newest = sorted(lines, key=lambda line: line[1].written_at)[-limit:]
    reason = "" if newest else _reason(job_runs, job, lake.job_logs.kept_days, lake.now())
    return RunLogs(lines=tuple(_shown(job, line) for job, line in newest), reason=reason)


def _reason(job_runs: Sequence[EndedJobRun], job: str, kept_days: int, now: datetime) -> str:
    if not job_runs:
        return f"The job {job} of this run has not ended yet." if job else "No job of this run has ended yet."
    if all(run.started_at < now - timedelta(days=kept_days) for run in job_runs):
        return f"The log lines of this run were deleted: logs are kept for {kept_days} days."
    ended_at = max(run.started_at + timedelta(seconds=run.seconds) for run in job_runs)
    if now < ended_at + _ARRIVES_WITHIN:
        return "No line has arrived yet: the lines of a job may arrive some minutes after its end."
    return "The jobs of this run wrote no log lines."


def _shown(job: str, line: LogLine) -> RunLogLine:
    level, text = _parts(line.text)
    return RunLogLine(
        job=job,
        written_at=line.written_at.replace(tzinfo=None).isoformat(),
        level=cast("LogLevel", level if level in _LEVELS else ""),
        text=redact_text(text)[:_MAX_CHARACTERS],
    )


def _parts(text: str) -> tuple[str, str]:
    """Return level and message of a line by Powertools; for any other line, no level and the whole text."""
    try:
        line = json.loads(text)
    except ValueError:
        return "", text
    if not isinstance(line, dict) or "message" not in line:
        return "", text
    hidden = {"level", "message", "timestamp", "location", "service", "logger"}
    facts = "".join(f", {name}: {fact}" for name, fact in line.items() if name not in hidden and fact)
    return str(line.get("level", "")).lower(), f"{line['message']}{facts}"
