"""Ports: the services of the world that stages need.

`headgate.aws` implements each port twice: over AWS, and in memory for tests.

Every implementation raises only `headgate.errors`: NotFoundError, NotPermittedError, ConflictError,
ThrottledError, ServiceError.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO, Protocol

from headgate.lake.states import UNDER_WAY, Action, ClaimAnswer, FileState

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path


@dataclass(frozen=True)
class ObjectRef:
    """One object; `version_id` is empty for the newest."""

    bucket: str
    key: str
    version_id: str = ""


@dataclass(frozen=True)
class ObjectInfo:
    """The facts that a store has of an object without reading it.

    Attributes:
        modified_at: UTC.
        etag: changes with every write.
        sender: who committed the object as an upload; empty in listings, and where it came another way.
    """

    ref: ObjectRef
    size_bytes: int
    modified_at: datetime
    etag: str = ""
    sender: str = ""


class ObjectStore(Protocol):
    """Objects in buckets (S3)."""

    def info(self, ref: ObjectRef) -> ObjectInfo:
        """Return size and time of an object; NotFoundError when there is none."""
        ...

    def read(self, ref: ObjectRef) -> bytes:
        """Return the whole object; NotFoundError when there is none."""
        ...

    def write(self, ref: ObjectRef, body: bytes, *, content_type: str = "application/octet-stream") -> None:
        """Write `body` to the object; it is stored when this returns."""
        ...

    def head(self, ref: ObjectRef, size_bytes: int) -> bytes:
        """Return at most `size_bytes` of an object that has any; NotFoundError when there is none."""
        ...

    def download(self, ref: ObjectRef, path: Path, size_bytes: int | None = None) -> None:
        """Download the object to `path`.

        A known size saves calls, and ServiceError is raised where the object has another.
        """
        ...

    def upload(self, path: Path, ref: ObjectRef, *, content_type: str = "application/octet-stream") -> None:
        """Write the file to the object, in parts when it is large."""
        ...

    def list(self, bucket: str, prefix: str) -> Iterator[ObjectInfo]:
        """Yield every object below `prefix`, by key."""
        ...

    def delete(self, ref: ObjectRef) -> None:
        """Delete the object or the version; do nothing if it is absent."""
        ...


class SnapshotObjects(ObjectStore, Protocol):
    """An object store that copies objects without a download, and reads some bytes of them."""

    def copy(self, source: ObjectRef, target: ObjectRef) -> None:
        """Copy `source` to `target`. The bytes stay inside the store."""
        ...

    def open(self, ref: ObjectRef) -> BinaryIO:
        """Return the object as a file for reading; only the bytes that are read are fetched."""
        ...


@dataclass(frozen=True)
class ObjectVersion:
    """One stored version of an object; `ref` names the version. A delete marker has no bytes."""

    ref: ObjectRef
    size_bytes: int
    modified_at: datetime
    is_newest: bool
    is_marker: bool = False


class VersionedObjects(ObjectStore, Protocol):
    """An object store that lists every version of its objects."""

    def versions(self, bucket: str, prefix: str) -> Iterator[ObjectVersion]:
        """Yield every version of every object below `prefix`, delete markers included, by key."""
        ...


@dataclass(frozen=True)
class Claim:
    """The ledger's answer to a worker that asks for a file.

    `owner` is the file that holds the object or the content.
    """

    answer: ClaimAnswer
    owner: str = ""

    @property
    def granted(self) -> bool:
        """Whether the worker may go on with the file."""
        return self.answer is ClaimAnswer.GRANTED


SUMMARY = "summary"  # in the profile of a record: the key of the summary; only a profiled file has one
HIDDEN_NUMBERS = "hidden_numbers"  # of a file of no contract: values with a card or social security number


# Among the times of a file's stages: when a replay began, so that the time since the upload is nobody's work.
REPLAY = "replay"


@dataclass(frozen=True)
class FileRecord:
    """The lineage of one raw object version.

    `received = accepted + quarantined + duplicates`, in rows. While the state is `replaying`, the counts are
    those from before the replay. `seen_before` is not stored: it marks the record of an object that was
    delivered again.
    """

    file_id: str
    bucket: str
    key: str
    version_id: str
    dataset: str
    state: FileState
    size_bytes: int = 0
    content_sha256: str = ""
    contract: str = ""
    definitions: str = ""  # the pushed version that the contract is of; empty for the deployment's own
    # Fingerprint of all that the gate took from the contract, whose version may stay as its rules change.
    contract_rules: str = ""
    received: int = 0
    accepted: int = 0
    quarantined: int = 0
    duplicates: int = 0
    warnings: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)  # rule → rows, refused and duplicates
    masked: Mapping[str, int] = field(default_factory=dict)  # column → values that masking changed
    new_columns: Mapping[str, int] = field(
        default_factory=dict
    )  # column that the contract does not have → values, in all rows
    curated_key: str = ""
    quarantine_key: str = ""
    error: Mapping[str, str] = field(default_factory=dict)  # rule, message, remedy, file, column
    duplicate_of: str = ""
    received_at: str = ""  # ISO 8601, UTC
    finished_at: str = ""
    written_as: Mapping[str, str] = field(
        default_factory=dict
    )  # format, encoding, delimiter, …, confidence of the guess; sheets left out
    profile: Mapping[str, str] = field(
        default_factory=dict
    )  # key, rows, columns, score and its parts, drift; summary: its key
    mapping: Mapping[str, str] = field(
        default_factory=dict
    )  # columns (JSON, column → field), how, confidence; where the header was mapped
    # trigger, processing, validation, database → when it ended, ISO 8601, UTC; of the newest replay, with
    # REPLAY, where there was one
    stage_times: Mapping[str, str] = field(default_factory=dict)
    original: Mapping[str, str] = field(
        default_factory=dict
    )  # form, key, version_id, sha256 of what replaces the original in raw
    # memory_mb of the worker that processed the file; dpus too where it was a job instead of the function
    worker: Mapping[str, str] = field(default_factory=dict)
    # created, present → rows with a record of the contract's model; rule → rows without one
    model_records: Mapping[str, int] = field(default_factory=dict)
    sent_by: str = ""  # who sent it through the API; empty where it came another way
    closed_by: str = ""  # the later version of the object that settles the quarantined rows of this one
    seen_before: bool = field(default=False, compare=False)

    @property
    def ref(self) -> ObjectRef:
        """The version of the object in raw that the record is about."""
        return ObjectRef(self.bucket, self.key, self.version_id)

    def __post_init__(self) -> None:
        """Make the state of a stored text."""
        object.__setattr__(self, "state", FileState(self.state))


@dataclass(frozen=True)
class MeasuredFile:
    """The time, memory and disk that one file took of a worker.

    Attributes:
        size_bytes: of the object as it lies in raw.
        unpacked_bytes: of the same without compression.
        milliseconds: from the object's download to the end of all that is written of it.
        peak_bytes: the most memory that the process held; 0 where an earlier file may have held more.
    """

    size_bytes: int
    unpacked_bytes: int
    milliseconds: int
    peak_bytes: int = 0


def no_record(file_id: str) -> str:
    """Say that a ledger has no record of a file id, and what to do."""
    return f"There is no record of a file {file_id}. `headgate files --json` lists the ids of all files."


def why_not_reopened(record: FileRecord) -> str:
    """Return why a ledger neither reopens nor reverts the file, and what to do."""
    if record.state in UNDER_WAY:
        return (
            f"{record.key} is {record.state}: a worker holds it. Try again when it has finished, or when "
            "its lease has ended."
        )
    return (
        f"{record.key} is {record.state}, and this state permits no replay and no revert. `headgate "
        "files show` shows the file."
    )


def why_not_finished(record: FileRecord) -> str:
    """Return why a ledger does not finish the file, and what to do."""
    return (
        f"{record.key} cannot become {record.state}: another worker has changed its record. Deliver it again."
    )


class FileLedger(Protocol):
    """One record per raw object version, and one claim per dataset and content (DynamoDB `files`)."""

    def claim(self, record: FileRecord, *, now: datetime, lease_s: int) -> Claim:
        """Take the right to process `record`'s object and content, atomically.

        A lease that has run out may be taken over.
        """
        ...

    def renew(self, record: FileRecord, *, now: datetime, lease_s: int) -> None:
        """Extend the lease of the claim on `record`'s object and content.

        Nothing changes once the file is not processing any more.
        """
        ...

    def hand_over(self, record: FileRecord, *, now: datetime, lease_s: int) -> Claim:
        """Claim a file for a larger worker: the record is `handed_over`, its content stays free."""
        ...

    def keep_handed_over(self, file_id: str, *, now: datetime, lease_s: int) -> None:
        """Permit only the larger worker to claim the file for `lease_s` from now on.

        Nothing changes once it is not handed over any more.
        """
        ...

    def take_over(self, record: FileRecord, *, run: str, now: datetime, lease_s: int) -> Claim:
        """Claim a file that was handed over, unless another run has it.

        The record stays `handed_over`.

        Args:
            run: attempts of one run come one after the other, so a later one takes over from an earlier one
                at once.
        """
        ...

    def measured(self, kind: str) -> tuple[MeasuredFile, ...]:
        """Return the measurements of the newest files of a kind, oldest first.

        None where none was measured.
        """
        ...

    def measure(self, kind: str, files: Sequence[MeasuredFile]) -> None:
        """Store the measurements of the newest files of a kind.

        Two at one moment may forget one another's: nothing but a forecast depends on it.
        """
        ...

    def finish(self, record: FileRecord) -> None:
        """Store the finished record; finishing twice with the same record changes nothing.

        The content of a reverted file is free.

        Raises:
            ConflictError: the stored record's state does not permit this final state (`Action.FINISH`), or
                another file has the content.
        """
        ...

    def release(self, record: FileRecord) -> None:
        """Release a claim or reopened record whose work failed, so that a retry need not wait."""
        ...

    def reopen(
        self, file_id: str, *, now: datetime, lease_s: int, action: Action = Action.REOPEN
    ) -> FileRecord:
        """Return the finished record as it stands.

        Until `finish`, `release` or the lease's end it is `replaying` or `reverting`.

        Its content stays its own. A replay or revert that died is taken over when its lease has ended; the
        record says so by its state.

        Args:
            action: REOPEN for a replay, REVERT for an undo.

        Raises:
            NotFoundError: there is no such record.
            ThrottledError: another worker holds it, or its state does not permit the action.
        """
        ...

    def is_left_undone(self, file_id: str) -> bool:
        """Return whether a worker took the file and neither finished it nor released it."""
        ...

    def get(self, file_id: str) -> FileRecord:
        """Return the record; NotFoundError when there is none."""
        ...

    def records(self) -> Iterator[FileRecord]:
        """Yield every file's record, in no particular order."""
        ...


ROWS = "headgate.rows"  # with each published table the catalog keeps how many rows it has


@dataclass(frozen=True)
class TableVersion:
    """The version that a catalog table points at.

    `revision` guards the next move; `location` is an `s3://` folder.
    """

    database: str
    table: str
    location: str
    revision: str
    parameters: Mapping[str, str] = field(default_factory=dict)

    def shows(self, prefix: str) -> bool:
        """Return whether the table points at the folder of this prefix in its bucket."""
        return self.location.rstrip("/").endswith(prefix.rstrip("/"))


class Catalog(Protocol):
    """Tables of the Glue catalog."""

    def current(self, database: str, table: str) -> TableVersion:
        """Return where the table points now; NotFoundError when it does not exist."""
        ...

    def create(
        self, database: str, table: str, location: str, columns: Sequence[Mapping[str, str]] = ()
    ) -> None:
        """Create the table as a deployment does; do nothing if it exists."""
        ...

    def move(
        self,
        current: TableVersion,
        location: str,
        columns: Sequence[Mapping[str, str]],
        parameters: Mapping[str, str],
    ) -> None:
        """Point the table at `location` with `columns`, in one step. Without columns it keeps its own.

        ConflictError when it changed since `current` was read.
        """
        ...


@dataclass(frozen=True)
class MaskingKey:
    """The HMAC key of card tokens, and its id, which every token carries. Its text never shows the key."""

    key_id: str
    secret: bytes = field(repr=False)
    first_secret: bytes = field(default=b"", repr=False, compare=False)

    @property
    def id_secret(self) -> bytes:
        """The secret of the lake's first key, so that generated ids stay when the key is rotated."""
        return self.first_secret or self.secret
