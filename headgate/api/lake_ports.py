"""The ports of the lake that the handlers need."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol

from headgate.errors import NotFoundError
from headgate.lake.senders import Senders

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from headgate.api.http.limits import CallerLimit
    from headgate.aws.athena.queries import QueryPage, QueryStatus, ResultFile
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
    from headgate.query.mail_schedules import MailSchedule
    from headgate.runs.start_or_postpone import Execution
    from headgate.uploads.upload_store import UploadStore


class RunHistory(Protocol):
    """Runs of `curated_to_prod`."""

    def start(self, name: str, payload: Mapping[str, str] | None = None) -> str:
        """Start the run of that name unless it exists, and return its ARN."""

    def newest(self, limit: int = 100) -> list[Execution]:
        """Return the newest runs, newest first."""

    def arn_of(self, name: str) -> str:
        """Return the ARN of the run of that name."""

    def describe(self, arn: str) -> PipelineRun:
        """Return the current state of a run; NotFoundError if there is none."""


@dataclass(frozen=True)
class TableComparison:
    """A comparison of the tables with their inputs after a run.

    Attributes:
        implausible: the expectation, the fact, and what to do, by table.
        not_added_up: datasets not compared with the accepted rows of their files, because a file is older
            than the newest records, or was processed again since the run started.
        failure: why nothing could be compared; empty if it could.
    """

    implausible: Mapping[str, str] = field(default_factory=dict)
    not_added_up: tuple[str, ...] = ()
    failure: str = ""


@dataclass(frozen=True)
class KnownRuns:
    """A cache of facts about ended runs, by name and end: a run that is redriven ends at another time.

    Attributes:
        tried_stages: the stages that the run worked on, with the reason if one failed.
        datasets_not_merged: the reason, by dataset.
        comparisons: of the tables with their inputs, made before a later run started.
        actors: who started a run, by its name alone.
    """

    tried_stages: dict[tuple[str, datetime | None], Mapping[str, str]] = field(default_factory=dict)
    datasets_not_merged: dict[tuple[str, datetime | None], Mapping[str, str]] = field(default_factory=dict)
    comparisons: dict[tuple[str, datetime | None], TableComparison] = field(default_factory=dict)
    actors: dict[str, str] = field(default_factory=dict)


class JobRuns(Protocol):
    """Runs of the lake's Glue jobs."""

    def __call__(self, since: datetime) -> list[EndedJobRun]:
        """Return the ended runs that started since a moment, naive UTC, by start."""


class JobLogs(Protocol):
    """Logs of the lake's Glue jobs."""

    @property
    def kept_days(self) -> int:
        """Retention of log lines in days."""

    def last_lines(self, run_id: str, most: int) -> list[LogLine]:
        """Return the last log lines of a job's run, oldest first."""


class SqlQueries(Protocol):
    """Athena queries. QueryError if Athena or the grammar rejects a statement."""

    def start(self, sql: str, token: str = "") -> str:
        """Start a query and return its id; the same token starts it once."""

    def status(self, query_id: str) -> QueryStatus:
        """Return the state of a query; NotFoundError if there is none."""

    def page(self, query_id: str, limit: int, after: str = "") -> QueryPage:
        """Return some rows of a query that succeeded."""

    def result_file(self, query_id: str) -> ResultFile:
        """Return the file with all rows of a query that succeeded."""

    def stop(self, query_id: str) -> None:
        """Stop a query; do nothing if it has ended."""


class Reverts(Protocol):
    """The undo of uploads."""

    def chain(self, file_id: str) -> list[FileRecord | None]:
        """Return the file and its corrections at any depth; None for a file that the gate has not started."""

    def revert(self, file_id: str, by: str = "") -> RevertOutcome:
        """Remove all rows of the file and of its corrections from curated and quarantine."""

    def remove(self, file_id: str, removal: str, by: str = "") -> None:
        """Revert a file of a removed dataset without accepting a copy of it."""

    def accept_again(self, file_id: str) -> str:
        """Accept the original of a file of a removed dataset, and return the outcome."""

    def has_skipped_copy(self, file_id: str) -> bool:
        """Return whether an undo of the file would accept a copy that was skipped as its duplicate."""

    def undone(self, file_id: str) -> list[FileRecord]:
        """Return a reverted file and its reverted corrections; ConflictError if it is not reverted."""

    def restore(self, file_id: str) -> list[FileRecord]:
        """Accept a reverted file and its reverted corrections again."""


class DryRuns(Protocol):
    """Dry runs of the gate on uploaded files, without a trace in the lake."""

    def start(self, upload_id: str) -> None:
        """Start the dry run of an upload, which writes its result to the staging bucket."""


class People(Protocol):
    """The people who may sign in."""

    def address(self, name: str) -> str:
        """Return the verified address of a person, by user name or address; empty if there is none."""

    def groups(self, name: str) -> frozenset[str]:
        """Return the groups of a person; none if the person may not sign in."""


class AnswerMails(Protocol):
    """Mails with answers, each to one address."""

    def subscribe(self, address: str) -> None:
        """Ask the address once to confirm mails of the lake; ConflictError at the quota of addresses."""

    def subject(self, text: str) -> str:
        """Return a subject as it arrives."""

    def send(self, address: str, subject: str, message: str) -> None:
        """Send a message to the address if it has confirmed."""


class WrittenMail(NamedTuple):
    """A mail with answers; without subject and text while some of its answers are not ready.

    Attributes:
        waits_for: the question whose answer is not ready.
    """

    subject: str
    text: str
    answers: int
    ready_answers: int
    waits_for: str = ""

    @property
    def is_ready(self) -> bool:
        """Return whether all answers are in the text."""
        return bool(self.text)


class MailWriter(Protocol):
    """The subject and the text of a mail with answers."""

    def __call__(self, lake: LakePorts, schedule: MailSchedule, key: str) -> WrittenMail:
        """Return the mail; if an answer is not ready, the same call continues.

        Args:
            key: the same key asks each statement once.
        """


class LakePorts(Protocol):
    """The lake behind the API, whose parts are created on first use."""

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
    def same_names(self) -> dict[tuple[str, ...], str]: ...  # noqa: D102
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
    def write_mail(self) -> MailWriter | None: ...  # noqa: D102
    @property
    def systems(self) -> Sequence[str]: ...  # noqa: D102
    @property
    def most_refused_share(self) -> float: ...  # noqa: D102
    @property
    def takes_people(self) -> bool: ...  # noqa: D102

    def begin_request(self) -> None:
        """Forget the version of the contracts; the request uses the version of its first access."""

    def bucket(self, zone: str) -> str:
        """Return the bucket of a zone, or of a system."""

    def now(self) -> datetime:
        """Return the current time, naive UTC."""


def lake() -> LakePorts:
    """Declare the handlers' dependency on the lake; `headgate.api.app` overrides it."""
    raise NotImplementedError


def record_if_any(lake: LakePorts, file_id: str) -> FileRecord | None:
    """Return the record of a file; None if the gate has not started it, or for an empty id."""
    try:
        return lake.ledger.get(file_id) if file_id else None
    except NotFoundError:
        return None


def senders_of(lake: LakePorts) -> Senders:
    """Return the store of senders, edits and corrections of files."""
    return Senders(lake.objects, lake.bucket("artifacts"))
