"""Ports: the external services that stages need.

`headgate.aws` implements each port twice: over AWS, and in memory for tests.

Every implementation raises only `headgate.errors`: NotFoundError, NotPermittedError, ConflictError,
ThrottledError, ServiceError.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol

from headgate.errors import NotFoundError
from headgate.lake.states import UNDER_WAY, Action, ClaimAnswer, FileState


@dataclass(frozen=True)
class ObjectRef:
    """One object; `version_id` is empty for the newest."""

    bucket: str
    key: str
    version_id: str = ""


@dataclass(frozen=True)
class ObjectInfo:
    """The facts that a store returns about an object without its content.

    Attributes:
        modified_at: UTC.
        etag: changes with every write.
        sender: who committed the object as an upload; empty in listings and for other objects.
    """

    ref: ObjectRef
    size_bytes: int
    modified_at: datetime
    etag: str = ""
    sender: str = ""


class ObjectStore(Protocol):
    """Objects in buckets (S3)."""

    def info(self, ref: ObjectRef) -> ObjectInfo:
        """Return size, time and version of an object; raise NotFoundError if it does not exist."""

    def read(self, ref: ObjectRef) -> bytes:
        """Return the complete object; raise NotFoundError if it does not exist."""

    def write(self, ref: ObjectRef, body: bytes, *, content_type: str = "application/octet-stream") -> None:
        """Write `body` to the object, which is stored when the call returns."""

    def head(self, ref: ObjectRef, size_bytes: int) -> bytes:
        """Return the first bytes of an object that is not empty; NotFoundError if it does not exist."""

    def download(self, ref: ObjectRef, path: Path, size_bytes: int | None = None) -> None:
        """Download the object to `path`.

        A given size saves calls; ServiceError is raised if the object has another size.
        """

    def upload(self, path: Path, ref: ObjectRef, *, content_type: str = "application/octet-stream") -> None:
        """Upload the file to the object, in parts if it is large."""

    def list(self, bucket: str, prefix: str) -> Iterator[ObjectInfo]:
        """Yield every object below `prefix`, by key."""

    def delete(self, ref: ObjectRef) -> None:
        """Delete the object or the version; do nothing if it is absent."""


class CuratedBucket(NamedTuple):
    """The bucket of accepted rows and of snapshots."""

    objects: ObjectStore
    name: str


def is_stored(objects: ObjectStore, ref: ObjectRef) -> bool:
    """Return whether the object exists."""
    try:
        objects.info(ref)
    except NotFoundError:
        return False
    return True


class SnapshotObjects(ObjectStore, Protocol):
    """An object store that copies objects without a download, and reads some bytes of them."""

    def copy(self, source: ObjectRef, target: ObjectRef) -> None:
        """Copy `source` to `target` inside the store."""

    def open(self, ref: ObjectRef) -> BinaryIO:
        """Return the object as a file for reading; only the bytes that are read are fetched."""


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


@dataclass(frozen=True)
class Claim:
    """The ledger's answer to a worker that asks for a file.

    `owner` is the file that holds the object or the content.
    """

    answer: ClaimAnswer
    owner: str = ""

    @property
    def granted(self) -> bool:
        """Whether the worker may process the file."""
        return self.answer is ClaimAnswer.GRANTED


SUMMARY = "summary"  # in the profile of a record: the key of the summary of a profiled file
# In the profile of a file without a contract: number of values with a card or social security number.
HIDDEN_NUMBERS = "hidden_numbers"


# In the times of a file's stages: when a replay began, so that the time since the upload does not count as
# work.
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
    definitions: str = ""  # pushed version of the contract; empty for the deployment's own
    # Fingerprint of the contract's parts that the gate uses, which may change without a new version.
    contract_rules: str = ""
    received: int = 0
    accepted: int = 0
    quarantined: int = 0
    duplicates: int = 0
    warnings: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)  # rule → refused rows and duplicates
    # `rule:column` of rules that only warn → rows; also of columns and sheets that no row has values of.
    warned: Mapping[str, int] = field(default_factory=dict)
    masked: Mapping[str, int] = field(default_factory=dict)  # column → values that masking changed
    # Column that the contract does not have → its values in all rows.
    new_columns: Mapping[str, int] = field(default_factory=dict)
    curated_key: str = ""
    quarantine_key: str = ""
    error: Mapping[str, str] = field(default_factory=dict)  # rule, message, remedy, file, column
    duplicate_of: str = ""
    received_at: str = ""  # ISO 8601, UTC
    finished_at: str = ""
    # Format, encoding, delimiter, …, confidence of the guess; sheets that were left out.
    written_as: Mapping[str, str] = field(default_factory=dict)
    # Key, rows, columns, score and its parts, drift; key of the summary.
    profile: Mapping[str, str] = field(default_factory=dict)
    # If the header was mapped: columns (JSON, column → field), method, confidence.
    mapping: Mapping[str, str] = field(default_factory=dict)
    # trigger, processing, validation, database → its end, ISO 8601, UTC. After a replay the times are those
    # of the newest one, with REPLAY.
    stage_times: Mapping[str, str] = field(default_factory=dict)
    # form, key, version_id and sha256 of the object that replaces the original in raw.
    original: Mapping[str, str] = field(default_factory=dict)
    # memory_mb of the worker that processed the file; also dpus if it was a job instead of the function.
    worker: Mapping[str, str] = field(default_factory=dict)
    # created, present → rows with a record of the contract's model; rule → rows without one.
    model_records: Mapping[str, int] = field(default_factory=dict)
    sent_by: str = ""  # who sent it through the API; empty for other files
    closed_by: str = ""  # the later version of the object that settles this one's quarantined rows
    seen_before: bool = field(default=False, compare=False)

    @property
    def ref(self) -> ObjectRef:
        """The version of the object in raw."""
        return ObjectRef(self.bucket, self.key, self.version_id)

    def __post_init__(self) -> None:
        """Convert the stored text of the state."""
        object.__setattr__(self, "state", FileState(self.state))


@dataclass(frozen=True)
class MeasuredFile:
    """The measured time, memory and disk for one file.

    Attributes:
        size_bytes: size of the object in raw.
        unpacked_bytes: size without compression.
        milliseconds: time from the object's download to the last write.
        peak_bytes: peak memory of the process; 0 if an earlier file may have taken more.
    """

    size_bytes: int
    unpacked_bytes: int
    milliseconds: int
    peak_bytes: int = 0


def no_record(file_id: str) -> str:
    """Return the error for a file id without a record, with the remedy."""
    return f"There is no record of a file {file_id}. `headgate files --json` lists the ids of all files."


def why_not_reopened(record: FileRecord) -> str:
    """Return the error of a refused reopen or revert, with the remedy."""
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
    """Return the error of a refused finish, with the remedy."""
    return (
        f"{record.key} cannot become {record.state}: another worker has changed its record. Deliver it again."
    )


class FileLedger(Protocol):
    """One record per raw object version, and one claim per dataset and content (DynamoDB `files`)."""

    def claim(self, record: FileRecord, *, now: datetime, lease_s: int) -> Claim:
        """Take the right to process `record`'s object and content, atomically.

        A claim whose lease has ended is taken over.
        """

    def renew(self, record: FileRecord, *, now: datetime, lease_s: int) -> None:
        """Extend the lease of the claim on `record`'s object and content, while the file is `processing`."""

    def hand_over(self, record: FileRecord, *, now: datetime, lease_s: int) -> Claim:
        """Claim a file, but not its unread content, for a larger worker: the record is `handed_over`."""

    def keep_handed_over(self, file_id: str, *, now: datetime, lease_s: int) -> None:
        """Let only the larger worker claim the file for `lease_s`, while it is `handed_over`."""

    def take_over(self, record: FileRecord, *, run: str, now: datetime, lease_s: int) -> Claim:
        """Claim a file that was handed over, unless another run has it.

        The record stays `handed_over`.

        Args:
            run: the run of the larger worker. Its attempts are consecutive, so a later one takes over from an
                earlier one at once.
        """

    def measured(self, kind: str) -> tuple[MeasuredFile, ...]:
        """Return the measurements of the newest files of a kind, oldest first; empty without any."""

    def measure(self, kind: str, files: Sequence[MeasuredFile]) -> None:
        """Store the measurements of the newest files of a kind.

        Simultaneous calls may lose measurements, on which only a forecast depends.
        """

    def finish(self, record: FileRecord) -> None:
        """Store the finished record; a second call with the same record changes nothing.

        The content of a reverted file is released.

        Raises:
            ConflictError: the stored record's state does not permit this final state (`Action.FINISH`), or
                another file has the content.
        """

    def release(self, record: FileRecord) -> None:
        """Release a claim or a reopened record after a failure, so that a retry need not wait."""

    def reopen(
        self, file_id: str, *, now: datetime, lease_s: int, action: Action = Action.REOPEN
    ) -> FileRecord:
        """Reopen a finished record, and return it in its previous state.

        It is `replaying` or `reverting` until `finish`, `release` or the end of the lease, and keeps its
        content. A replay or revert that died is taken over when its lease has ended; the returned state shows
        this.

        Raises:
            NotFoundError: the record does not exist.
            ThrottledError: another worker holds it, or its state does not permit the action.
        """

    def is_left_undone(self, file_id: str) -> bool:
        """Return whether a worker claimed the file and did not end it: it is working, or it died."""

    def get(self, file_id: str) -> FileRecord:
        """Return the record; raise NotFoundError if it does not exist."""

    def records(self, *, is_newest: bool = True) -> Iterator[FileRecord]:
        """Yield every file's record, in no particular order.

        Args:
            is_newest: include writes of the last second; to read without them costs half as much.
        """


ROWS = "headgate.rows"  # parameter of a published table in the catalog: its number of rows


@dataclass(frozen=True)
class TableVersion:
    """The version to which a catalog table points.

    `revision` guards the next move; `location` is an `s3://` folder.
    """

    database: str
    table: str
    location: str
    revision: str
    parameters: Mapping[str, str] = field(default_factory=dict)

    def shows(self, prefix: str) -> bool:
        """Return whether the table points to the folder with this prefix in its bucket."""
        return self.location.rstrip("/").endswith(prefix.rstrip("/"))


class Catalog(Protocol):
    """Tables of the Glue catalog."""

    def current(self, database: str, table: str) -> TableVersion:
        """Return the version to which the table points; raise NotFoundError if the table does not exist."""

    def create(
        self, database: str, table: str, location: str, columns: Sequence[Mapping[str, str]] = ()
    ) -> None:
        """Create the table like a deployment; do nothing if it exists."""

    def delete(self, database: str, table: str) -> None:
        """Delete the table, but none of its rows; do nothing if it is absent."""

    def move(
        self,
        current: TableVersion,
        location: str,
        columns: Sequence[Mapping[str, str]],
        parameters: Mapping[str, str],
    ) -> None:
        """Point the table to `location` with `columns` in one step; without columns it keeps its own.

        Raises:
            ConflictError: the table has changed since `current` was read.
        """


@dataclass(frozen=True)
class MaskingKey:
    """The HMAC key of card tokens, and its id, which every token contains. Its text never shows the key."""

    key_id: str
    secret: bytes = field(repr=False)
    first_secret: bytes = field(default=b"", repr=False, compare=False)

    @property
    def id_secret(self) -> bytes:
        """The secret of the lake's first key, so that generated ids remain after a rotation."""
        return self.first_secret or self.secret
