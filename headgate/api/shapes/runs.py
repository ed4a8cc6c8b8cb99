from typing import Annotated, Literal

from pydantic import Field, StrictBool

from headgate.api.shapes.base import Asked, Count, Day, Moment, Shape

RunState = Literal["running", "pending", "succeeded", "failed", "timed_out", "aborted"]
RunStartedBy = Annotated[
    Literal["schedule", "new_data", "person", "unknown"],
    Field(description="Trigger of the run; `unknown` for runs of older deployments."),
]


class RunProblems(Shape):
    """The problems of a run, which succeeds even if it could not merge a dataset."""

    has_problems: bool
    datasets_not_merged: dict[str, str] = Field(
        description="Reason by dataset, which keeps its previous table."
    )
    failed_stages: dict[str, str] = Field(
        description="Reason by stage: the merge, the quality gate, or a system."
    )
    implausible_tables: dict[str, str] = Field(
        description="Difference from the inputs and remedy by table, for the newest run only."
    )


class RunSummary(RunProblems):
    """A run of `curated_to_prod`."""

    name: str
    state: RunState
    started_by: RunStartedBy
    actor: str = Field("", description="Person who started it; empty for schedules, or if not read yet.")
    started_at: Moment
    seconds: float | None = Field(ge=0, description="Duration; null while it runs.")
    usd: str = Field("", description="Cost of its jobs in US dollars; empty before one has ended.")


class Runs(Shape):
    """The newest runs, newest first."""

    runs: tuple[RunSummary, ...]


class MergedRows(Shape):
    """The rows of a dataset that the merge of a run changed."""

    dataset: str
    arrived: int = Field(description="Accepted rows of new files, less those of undone files.")
    rows_before: Count
    rows: Count = Field(description="After the merge, unique by key.")


class RunStage(Shape):
    """A stage of a run: queue, merge, quality gate, or one system."""

    name: str
    state: Literal["pending", "running", "done", "failed", "left", "unchanged"]
    began_at: Moment = ""
    seconds: float | None = Field(None, description="Duration so far.")
    rows_read: int | None = Field(None, ge=0, description="Rows of files and parts; null until it ends.")
    rows_changed: int | None = Field(
        None, ge=0, description="New rows of the merge, or rows in the published tables of a system."
    )
    parts_reused: int | None = Field(None, ge=0, description="Unchanged parts.")
    parts_rebuilt: int | None = Field(
        None, ge=0, description="Parts that were written, or checked by the quality gate."
    )
    datasets: tuple[MergedRows, ...] = Field((), description="Datasets that the merge changed.")


class RunJob(Shape):
    """A Glue job of a run that has ended."""

    job: str
    started_at: Moment
    seconds: Annotated[float, Field(ge=0)]
    dpus: Annotated[float, Field(ge=0)] = Field(
        description="Largest number of DPUs; one has 4 processors and 16 GB of memory."
    )
    dpu_seconds: Annotated[float, Field(ge=0)] = Field(
        description="Billed DPU seconds, or `dpus` times `seconds` if Glue has none."
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
    actor: str = Field("", description="Who started it; empty for a schedule and for older runs.")
    remedies: dict[str, str] = Field(
        description="Remedies for `datasets_not_merged`, `failed_stages` and `implausible_tables`."
    )
    stages: tuple[RunStage, ...]
    error: str = ""
    cause: str = ""
    jobs: tuple[RunJob, ...] = Field(description="The Glue jobs that have ended, by start.")
    output: dict[str, object] = Field(description="Output of the run; empty until it ended.")
    left_to: str = Field("", description="Name of the pending run that does this run's work; may be empty.")


LogLevel = Literal["", "debug", "info", "warning", "error", "critical"]


class RunLogLine(Shape):
    """A log line of a job."""

    job: str
    written_at: Moment
    level: LogLevel = Field(description="Empty if the line has no level.")
    text: str = Field(description="Without card and social security numbers; long lines are cut.")


class RunLogs(Shape):
    """The last log lines of a run's jobs, oldest first."""

    lines: tuple[RunLogLine, ...]
    reason: str = Field("", description="Why there are no lines.")


class RunAsked(Asked):
    """The work of a new run; without fields: all changes, as of the last day of the data."""

    as_of: Annotated[Day, Field(pattern=r"^(\d{4}-\d{2}-\d{2})?$")] = ""
    only: str = Field("", max_length=100, description="Build only this system, after merge and checks.")
    full: StrictBool = Field(default=False, description="Compute unchanged tables again, too.")


class RunStarted(Shape):
    """The run of this request's Idempotency-Key."""

    name: str
