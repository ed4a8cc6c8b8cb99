from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StrictBool

from headgate.api.shapes.base import Asked, Day, Moment, Shape

RunState = Literal["running", "pending", "succeeded", "failed", "timed_out", "aborted"]
RunStartedBy = Annotated[
    Literal["schedule", "new_data", "person", "unknown"],
    Field(
        description="What started the run; `unknown` for runs of older deployments, which did not record it."
    ),
]


class RunProblems(Shape):
    """The datasets and stages that a run left out.

    A run that could not merge a dataset succeeds, and publishes the others.
    """

    has_problems: bool = Field(
        description="Whether the run left out a dataset, a stage failed, or a table is implausible."
    )
    datasets_not_merged: dict[str, str] = Field(
        description="Why a dataset keeps its previous table, by dataset."
    )
    failed_stages: dict[str, str] = Field(
        description="Why a stage failed, by stage: the merge, the quality gate, or a system."
    )
    implausible_tables: dict[str, str] = Field(
        description=(
            "In which way a table differs from what its inputs imply, and what to do, by table. Only "
            "for the newest run."
        )
    )


class RunSummary(RunProblems):
    """A run of `curated_to_prod`."""

    name: str
    state: RunState
    started_by: RunStartedBy
    started_at: Moment
    seconds: float | None = Field(ge=0, description="Duration; null while it runs.")
    usd: str = Field(
        "", description="Cost of its jobs in US dollars, a decimal; empty while none of them has ended."
    )


class Runs(Shape):
    """The newest runs, newest first."""

    runs: tuple[RunSummary, ...]


class RunStage(Shape):
    """A stage of a run: waiting for its turn, the merge, the quality gate, or one system."""

    name: str
    state: Literal["pending", "running", "done", "failed", "left", "unchanged"]
    began_at: Moment = ""
    seconds: float | None = Field(None, description="Since it began, or from beginning to end.")
    rows_read: int | None = Field(
        None, ge=0, description="Rows of new files and of parts; null until it ends."
    )
    rows_changed: int | None = Field(
        None,
        ge=0,
        description="Rows that arrived, for the merge; rows of the tables that it published, for a system.",
    )
    parts_reused: int | None = Field(None, ge=0, description="Parts that were taken over as they were.")
    parts_rebuilt: int | None = Field(
        None, ge=0, description="Parts that were written, or checked by the quality gate."
    )


class RunJob(Shape):
    """A Glue job of a run that has ended."""

    job: str
    started_at: Moment
    seconds: Annotated[float, Field(ge=0)]
    dpus: Annotated[float, Field(ge=0)] = Field(
        description="The most that it may use; one DPU has 4 processors and 16 GB of memory."
    )
    dpu_seconds: Annotated[float, Field(ge=0)] = Field(
        description="What is billed, or `dpus` times `seconds` where Glue states nothing."
    )
    memory_gb: Annotated[float, Field(ge=0)] = Field(description="Memory of its workers.")
    usd: str = Field(description="At AWS's list price, in US dollars.", examples=["0.0513"])


class RunDetail(RunProblems):
    """A run with its stages and jobs."""

    name: str
    state: RunState
    started_by: RunStartedBy
    started_at: Moment = ""
    seconds: float | None = Field(None, ge=0, description="Duration; null while it runs.")
    actor: str = Field("", description="Who asked for it; empty where nobody did, and for older runs.")
    remedies: dict[str, str] = Field(
        description=(
            "What to do, by `datasets_not_merged`, `failed_stages` and `implausible_tables`; only those "
            "that are not empty."
        )
    )
    stages: tuple[RunStage, ...]
    error: str = ""
    cause: str = ""
    jobs: tuple[RunJob, ...] = Field(description="The Glue jobs that have ended, by start.")
    output: dict[str, object] = Field(description="What the run reported, empty until it ended.")
    left_to: str = Field(
        "", description="Name of the pending run that does this run's work; empty if this run does it."
    )


LogLevel = Literal["", "debug", "info", "warning", "error", "critical"]


class RunLogLine(Shape):
    """A line that a job of a run wrote."""

    job: str
    written_at: Moment
    level: LogLevel = Field(description="As the line states it; empty where it states none.")
    text: str = Field(
        description="Without card and social security numbers; the end of a long line is left out."
    )


class RunLogs(Shape):
    """The last lines that the jobs of a run wrote, oldest first."""

    lines: tuple[RunLogLine, ...]
    reason: str = Field("", description="Why there is no line; empty where there are some.")


class RunAsked(Asked):
    """The work that a run is asked for; without any field: everything, as of the last day of the data."""

    as_of: Annotated[Day, Field(pattern=r"^(\d{4}-\d{2}-\d{2})?$")] = ""
    only: str = Field(
        "", max_length=100, description="Build only this system; merge and checks run as always."
    )
    full: StrictBool = Field(
        default=False, description="Compute everything again, also what did not change since the last run."
    )


class RunStarted(Shape):
    """The run that was started, or that the same Idempotency-Key started before."""

    name: str
