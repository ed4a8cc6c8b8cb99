"""Find rejected files that name a person.

They are listed first, because their originals are the only copies.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from headgate.erasure.personal_texts import needles_of
from headgate.erasure.purge_versions import contains
from headgate.erasure.rows_of_originals import has_row
from headgate.errors import ConflictError, ThrottledError
from headgate.lake import keys
from headgate.lake.ports import SUMMARY, FileLedger, FileRecord, ObjectVersion, VersionedObjects
from headgate.lake.states import REVERTED_RULE, Action, FileState, permits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from headgate.contracts.model import Contract
    from headgate.erasure.erase_rows import SubjectData
    from headgate.erasure.subject_rows import SubjectColumns


@dataclass(frozen=True)
class UnacceptedFile:
    """A version of a file that was not accepted, or of an uncommitted upload.

    Attributes:
        key: as in its record, with card numbers masked.
        profiles: keys of its profile and summary, which may show a value of the subject.
    """

    version: ObjectVersion
    key: str
    profiles: tuple[str, ...] = ()


@dataclass(frozen=True)
class UnacceptedFiles:
    """Finds and deletes files that were not accepted; the fields are as in `RowEraser`."""

    objects: VersionedObjects
    ledger: FileLedger
    contracts: Mapping[str, Contract]
    raw_bucket: str
    staging_bucket: str
    clock: Callable[[], datetime]
    lease_s: int

    def find(self, subject_data: SubjectData) -> Iterator[UnacceptedFile]:
        """Yield files with a row of the subject or one of its identifying texts.

        Originals that the erasure deletes anyway are not included.
        """
        records = {record.file_id: record for record in self.ledger.records()}
        erased = {
            record.file_id
            for record in records.values()
            if record.content_sha256 in subject_data.contents.get(record.dataset, ())
        }
        texts = subject_data.texts if subject_data.is_known else subject_data.texts.without_plain_words
        needles = needles_of(texts.identifying)
        for version in self._versions():
            file_id = _file_id(version)
            record = records.get(file_id)
            if keys.sent_file_of(version.ref.key) in erased:  # its edited file had a row of the subject
                yield UnacceptedFile(version, version.ref.key)
                continue
            if file_id in erased or not _may_be_deleted(record):
                continue
            body = self.objects.read(version.ref)
            if contains(body, needles) or self._has_row(
                body, self._dataset(version, record), subject_data.columns
            ):
                yield (
                    UnacceptedFile(version, record.key, _profiles_of(record))
                    if record
                    else UnacceptedFile(version, version.ref.key)
                )

    def _dataset(self, version: ObjectVersion, record: FileRecord | None) -> str:
        """Return the dataset that the file's record or folder names."""
        return (
            record.dataset
            if record and record.dataset in self.contracts
            else keys.dataset_of(version.ref.key)
        )

    def _has_row(self, body: bytes, dataset: str, columns: SubjectColumns) -> bool:
        contract = self.contracts.get(dataset)
        return contract is not None and has_row(body, contract, columns)

    def _versions(self) -> Iterator[ObjectVersion]:
        for bucket in (self.raw_bucket, self.staging_bucket):
            for version in list(self.objects.versions(bucket, "")):
                # A masked form replaces the original of an accepted file.
                if not version.is_marker and not keys.masked_original_of(version.ref.key):
                    yield version

    def delete(self, version: ObjectVersion) -> bool:
        """Delete a file permanently, and return True.

        Return False and keep it if a worker has claimed or accepted it in the meantime. The record changes
        first: after a failure in between, the next call finds the file again.
        """
        records = (record for record in self.ledger.records() if record.file_id == _file_id(version))
        if record := next(records, None):
            try:
                self._end_record(record)
            except (ConflictError, ThrottledError):
                return False
        self.objects.delete(version.ref)
        return True

    def _end_record(self, record: FileRecord) -> None:
        if not _may_be_deleted(record):
            raise ThrottledError(
                f"{record.key} is {record.state}: a worker holds it, or its rows are in the lake."
            )
        if record.state is FileState.IGNORED:
            return
        if record.state is not FileState.REVERTED:
            self.ledger.reopen(record.file_id, now=self.clock(), lease_s=self.lease_s, action=Action.REVERT)
        self.ledger.finish(_without_original(record))


def _profiles_of(record: FileRecord) -> tuple[str, ...]:
    return tuple(record.profile[name] for name in ("key", SUMMARY) if name in record.profile)


def _file_id(version: ObjectVersion) -> str:
    return keys.file_id(version.ref.bucket, version.ref.key, version.ref.version_id)


def _may_be_deleted(record: FileRecord | None) -> bool:
    """Return whether the gate has finished the file or does not know it, and the lake has no row of it."""
    if record is None or record.state in {FileState.REVERTED, FileState.REVERTING, FileState.IGNORED}:
        return True
    return record.state is not FileState.DONE and permits(Action.REVERT, record.state, lease_ended=False)


def _without_original(record: FileRecord) -> FileRecord:
    message = (
        "an erasure deleted the original: the file was not accepted, and it named a person whose data "
        "were erased (headgate forget)"
    )
    remedy = "export the file again without this person, and upload it"
    error = {"rule": REVERTED_RULE, "message": message, "remedy": remedy, "file": record.key}
    # The profile's minimum and maximum values, which are also in the record, may be the person's.
    return replace(record, state=FileState.REVERTED, error=error, duplicate_of="", closed_by="", profile={})
