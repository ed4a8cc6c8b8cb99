"""The parts of the lake that the handlers need.

`headgate.wiring` makes it from the environment; tests make it in memory.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from headgate.lake.senders import Senders

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from headgate.api.http.limits import CallerLimit
    from headgate.aws.athena.queries import QueryPage, QueryStatus
    from headgate.aws.logs import LogLine
    from headgate.aws.stepfunctions import PipelineRun
    from headgate.contracts.registry import Registry
    from headgate.costs.recorded import EndedJobRun
    from headgate.intake.files.revert_file import RevertOutcome
    from headgate.lake.definitions import DefinitionVersions
    from headgate.lake.file_index import FileIndex
    from headgate.lake.ports import Catalog, FileLedger, FileRecord, SnapshotObjects
    from headgate.matching.mappings import Mappings
    from headgate.query.catalog_queries import Databases
    from headgate.runs.start_or_postpone import Execution
    from headgate.uploads.upload_store import UploadStore


class RunHistory(Protocol):
    """Runs of `curated_to_prod`."""

    def start(self, name: str, payload: Mapping[str, str] | None = None) -> str:
        """Start the run of that name, unless it was started before; return its ARN."""
        ...

    def newest(self, limit: int = 100) -> list[Execution]:
        """Return the newest runs, newest first."""
        ...

    def arn_of(self, name: str) -> str:
        """Return the ARN of the run of that name."""
        ...

    def describe(self, arn: str) -> PipelineRun:
        """Return the run as it stands now; NotFoundError when there is none."""
        ...


@dataclass(frozen=True)
class TableComparison:
    """The result of comparing the tables with their inputs after a run.

    Attributes:
        implausible: by table, the expectation, the fact, and what to do.
        not_added_up: datasets that were not compared with the accepted rows of their files: these are not all
            among the newest records that are read, or one was processed again since the run began.
        failure: why nothing could be compared; empty if it could.
    """

    implausible: Mapping[str, str] = field(default_factory=dict)
    not_added_up: tuple[str, ...] = ()
    failure: str = ""


@dataclass(frozen=True)
class KnownRuns:
    """Facts read about runs that have ended, by name and end.

    They stay true: a run that is redriven ends at another time.

    Attributes:
        tried_stages: the stages that the run worked on, with the reason if one failed.
        datasets_not_merged: the reason, by dataset.
        comparisons: of the tables with their inputs, as compared while no later run had begun.
    """

    tried_stages: dict[tuple[str, datetime | None], Mapping[str, str]] = field(default_factory=dict)
    datasets_not_merged: dict[tuple[str, datetime | None], Mapping[str, str]] = field(default_factory=dict)
    comparisons: dict[tuple[str, datetime | None], TableComparison] = field(default_factory=dict)


class JobRuns(Protocol):
    """Runs of the lake's Glue jobs."""

    def __call__(self, since: datetime) -> list[EndedJobRun]:
        """Return the runs that started since a moment, naive UTC, and have ended, by start."""
        ...


class JobLogs(Protocol):
    """Logs of the lake's Glue jobs."""

    @property
    def kept_days(self) -> int:
        """How many days lines are kept."""
        ...

    def last_lines(self, run_id: str, most: int) -> list[LogLine]:
        """Return the last lines that a run of a job wrote, oldest first; none where it wrote none."""
        ...


class SqlQueries(Protocol):
    """Athena's SQL, asked in steps. QueryError when Athena or the grammar refuses a statement."""

    def start(self, sql: str, token: str = "") -> str:
        """Start a query and return its id; the same token starts it once."""
        ...

    def status(self, query_id: str) -> QueryStatus:
        """Return how a query stands; NotFoundError when there is none."""
        ...

    def page(self, query_id: str, limit: int, after: str = "") -> QueryPage:
        """Return some rows of a query that succeeded."""
        ...

    def stop(self, query_id: str) -> None:
        """Stop a query; one that has ended is fine."""
        ...


class Reverts(Protocol):
    """Undoes uploads."""

    def chain(self, file_id: str) -> list[FileRecord | None]:
        """Return the file, its corrections, and corrections of these.

        None for one that the gate has not begun.
        """
        ...

    def revert(self, file_id: str, by: str = "") -> RevertOutcome:
        """Remove every row of the file and of its corrections from curated and quarantine."""
        ...

    def has_skipped_copy(self, file_id: str) -> bool:
        """Return whether an undo of the file would accept a copy of it that was skipped as its duplicate."""
        ...

    def undone(self, file_id: str) -> list[FileRecord]:
        """Return a reverted file and the corrections that were reverted with it.

        ConflictError if it is not reverted.
        """
        ...

    def restore(self, file_id: str) -> list[FileRecord]:
        """Accept the originals of a reverted file, and of the corrections that were reverted with
        it, again.
        """
        ...


class DryRuns(Protocol):
    """Runs the gate on an uploaded file without a trace in the lake."""

    def start(self, upload_id: str) -> None:
        """Start the dry run of an upload; its result appears in the staging bucket."""
        ...


class People(Protocol):
    """The people who may sign in."""

    def address(self, name: str) -> str:
        """Return the verified address of a person, by user name or address; empty if there is none."""
        ...

    def groups(self, name: str) -> frozenset[str]:
        """Return the groups of a person who may still sign in; none of anybody else."""
        ...


class AnswerMails(Protocol):
    """Mails with answers, each to one address."""

    def subscribe(self, address: str) -> None:
        """Ask the address once whether it wants mails of the lake; do nothing if it was asked.

        ConflictError if the lake has as many addresses as it may have.
        """
        ...

    def send(self, address: str, subject: str, message: str) -> None:
        """Send a message to the address, if it agreed."""
        ...


class LakePorts(Protocol):
    """The lake behind the API; each part is made when a handler first asks for it."""

    @property
    def objects(self) -> SnapshotObjects: ...  # noqa: D102 the class's docstring says what parts are
    @property
    def ledger(self) -> FileLedger: ...  # noqa: D102
    @property
    def files(self) -> FileIndex: ...  # noqa: D102
    @property
    def uploads(self) -> UploadStore: ...  # noqa: D102
    @property
    def dry_runs(self) -> DryRuns: ...  # noqa: D102
    @property
    def catalog(self) -> Catalog: ...  # noqa: D102
    @property
    def runs(self) -> RunHistory: ...  # noqa: D102
    @property
    def known_runs(self) -> KnownRuns: ...  # noqa: D102
    @property
    def job_runs(self) -> JobRuns: ...  # noqa: D102
    @property
    def job_logs(self) -> JobLogs: ...  # noqa: D102
    @property
    def queries(self) -> SqlQueries: ...  # noqa: D102
    @property
    def mappings(self) -> Mappings: ...  # noqa: D102
    @property
    def reverter(self) -> Reverts: ...  # noqa: D102
    @property
    def contracts(self) -> Registry: ...  # noqa: D102
    @property
    def definitions(self) -> str: ...  # noqa: D102
    @property
    def pushed_dashboards(self) -> Mapping[str, str] | None: ...  # noqa: D102
    @property
    def definition_versions(self) -> DefinitionVersions: ...  # noqa: D102
    @property
    def dashboard_versions(self) -> DefinitionVersions: ...  # noqa: D102
    @property
    def databases(self) -> Databases: ...  # noqa: D102
    @property
    def caller_limit(self) -> CallerLimit | None: ...  # noqa: D102
    @property
    def people(self) -> People: ...  # noqa: D102
    @property
    def mails(self) -> AnswerMails | None: ...  # noqa: D102
    @property
    def systems(self) -> Sequence[str]: ...  # noqa: D102
    @property
    def most_refused_share(self) -> float: ...  # noqa: D102

    def begin_request(self) -> None:
        """Have the next question for contracts choose their version, which the whole request then has."""
        ...

    def bucket(self, zone: str) -> str:
        """Return the bucket of a zone, or of a system."""
        ...

    def now(self) -> datetime:
        """Return the current time, naive UTC."""
        ...


def lake() -> LakePorts:
    """Name the lake in the handlers' signatures; `headgate.api.app` overrides it with the real one."""
    raise NotImplementedError


def senders_of(lake: LakePorts) -> Senders:
    """Return who sent, edited and corrected which file."""
    return Senders(lake.objects, lake.bucket("artifacts"))
