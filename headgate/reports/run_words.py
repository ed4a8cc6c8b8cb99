"""The newest runs of the pipeline in words: whether one works, and how the last one ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from headgate.reports.answer_words import cell_words

_SHORT_S = 120  # a longer time is in minutes


@dataclass(frozen=True)
class ReportedRun:
    """A run as the report names it.

    Attributes:
        status: of the service, such as `SUCCEEDED`.
        started_at: naive UTC.
        seconds: its duration; None while it runs.
        omissions: what it left out, in one line; may be empty.
    """

    status: str
    started_at: datetime
    seconds: float | None
    omissions: str = ""


def runs_in_words(runs: Sequence[ReportedRun]) -> str:
    """Return the run that works and the newest one that ended; empty if there are none.

    Args:
        runs: newest first.
    """
    working = next((run for run in runs if run.seconds is None), None)
    ended = next((run for run in runs if run.seconds is not None), None)
    parts = [f"A run works since {_moment(working)}." if working else ""]
    if ended:
        before = "The run before it" if working else "The last run"
        parts.append(f"{before}, of {_moment(ended)}, {_outcome(ended)}.")
    return " ".join(filter(None, parts))


def _moment(run: ReportedRun) -> str:
    return f"{cell_words('', run.started_at, '')} UTC"


def _outcome(run: ReportedRun) -> str:
    seconds = run.seconds or 0
    took = f"{seconds:.0f} s" if seconds < _SHORT_S else f"{seconds / 60:.0f} min"
    state = {"TIMED_OUT": "timed out", "ABORTED": "was stopped"}.get(run.status, run.status.lower())
    left_out = f" ({run.omissions.replace('_', ' ')})" if run.omissions else ""
    return f"{state} after {took}{left_out}"
