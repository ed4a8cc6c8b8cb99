"""Forget a subject: erase its rows, rebuild the tables, delete earlier versions, search the rest, certify.

If the subject's rows are only in files that were not accepted, these files are deleted; no table was built
from them.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from headgate.erasure.purge_versions import BuiltZones, purge, search
from headgate.erasure.subject_rows import Subject, key_column
from headgate.erasure.unaccepted_files import UnacceptedFile, UnacceptedFiles
from headgate.errors import NotFoundError
from headgate.lake import keys
from headgate.snapshots.read_snapshots import lake_snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from headgate.erasure.erase_rows import Erased, RowEraser, SubjectData
    from headgate.lake.ports import ObjectVersion

LIMITS = (
    "Point-in-time backups of the ledger and of the key hold no rows and were not changed.",
    (
        "Records that were created one by one (`headgate onboard`) are not part of the zones; delete them "
        "by their id."
    ),
    "Copies outside of the lake, for example downloads and the source itself, are not reached.",
)
_KEY_ONLY = (
    "No row of the lake has the key, so other texts of the person, for example the e-mail address, are "
    "not known and were not searched."
)
_NO_TEXT = (
    "The key is too short to be searched in texts, and no other text is known: only columns that hold "
    "this key were compared."
)


@dataclass(frozen=True)
class ErasurePlan:
    """The data that an erasure deletes.

    Attributes:
        unaccepted: files that were not accepted and name the subject; they are deleted completely.
    """

    subject_data: SubjectData
    unaccepted: tuple[UnacceptedFile, ...]


@dataclass(frozen=True)
class Forgetter:
    """Forgets subjects.

    Args:
        zones: called after the tables were built, because it returns the versions that they show then.
        build: merges and builds all tables, and returns when they are published; raises on failure.
        staging_bucket: uncommitted uploads that name the subject are deleted there.
        keep_shown_versions: removes all versions except the shown one from the Iceberg metadata of every
            table.
    """

    eraser: RowEraser
    zones: Callable[[], BuiltZones]
    build: Callable[[], None]
    staging_bucket: str
    keep_shown_versions: Callable[[], None]

    def plan(self, subject: Subject) -> ErasurePlan:
        """Return the data that an erasure would delete, without a change.

        Raises:
            NotFoundError: neither a stored row nor an unaccepted file has the key, and no erasure of it
                is unfinished.
        """
        subject_data = self.eraser.find(subject)
        unaccepted = tuple(self._unaccepted.find(subject_data))
        if not subject_data.is_known and not unaccepted:
            raise NotFoundError(_why_unknown(subject, key_column(self.eraser.contracts[subject.dataset])))
        return ErasurePlan(subject_data, unaccepted)

    @property
    def _unaccepted(self) -> UnacceptedFiles:
        of = self.eraser
        return UnacceptedFiles(
            of.objects, of.ledger, of.contracts, of.buckets.raw, self.staging_bucket, of.clock, of.lease_s
        )

    def forget(self, subject: Subject, plan: ErasurePlan, salt: str) -> dict[str, object]:
        """Return the certificate; `complete` is False if the remaining data contain a text of the subject.

        After a failure, another call continues.

        Args:
            salt: of the key's hash in the certificate, which does not name the subject.
        """
        subject_data = plan.subject_data
        began_at, digest = self.eraser.clock(), hashlib.sha256(f"{salt}{subject.key}".encode()).hexdigest()
        erased = self.eraser.erase(subject, subject_data)
        snapshot_id = self._rebuild(erased, began_at) if subject_data.is_of_lake else ""
        kept = self._delete_listed(plan, erased)
        self.eraser.keep_progress(subject, subject_data, erased)
        searched = search(self.eraser.objects, self.zones(), subject_data.texts.every)
        profiles = list(self._delete_profiles(searched.with_texts))
        left = [
            *(version for version in searched.with_texts if version not in profiles),
            *(version for version in kept if version in searched.clean),
        ]
        self.eraser.end(subject, erased)
        return {
            "subject": {"dataset": subject.dataset, "salt": salt, "key_sha256": digest},
            "began_at": began_at.isoformat(),
            "ended_at": self.eraser.clock().isoformat(),
            "snapshot_id": snapshot_id,
            "rows_erased": dict(sorted(erased.rows.items())),
            "files": len(erased.files),
            "deleted_versions": _stated([*erased.versions, *profiles]),
            "searched_versions": _stated(version for version in searched.clean if version not in kept),
            "versions_with_texts": _stated(left),
            "complete": not left,
            "limits": list(_limits(subject_data)),
        }

    def _rebuild(self, erased: Erased, began_at: datetime) -> str:
        """Build the tables without the subject, delete earlier versions, and return the new snapshot id."""
        self.build()
        lake = lake_snapshot(self.eraser.objects, self.eraser.buckets.curated)
        self.keep_shown_versions()
        erased.versions += purge(self.eraser.objects, self.zones(), lake, began_at)
        return lake.snapshot_id

    def _delete_listed(self, plan: ErasurePlan, erased: Erased) -> list[ObjectVersion]:
        """Delete the files that the plan lists, with their profiles.

        Returns:
            Files that are kept because they were accepted in the meantime.
        """
        kept = []
        for file in plan.unaccepted:
            if self._unaccepted.delete(file.version):
                erased.versions.append(file.version)
                self.eraser.purge_profiles(file.profiles, erased)
            else:
                kept.append(file.version)
        return kept

    def _delete_profiles(self, versions: Iterable[ObjectVersion]) -> Iterator[ObjectVersion]:
        for version in versions:
            ref = version.ref
            if ref.bucket == self.eraser.buckets.artifacts and ref.key.startswith(f"{keys.PROFILES}/"):
                self.eraser.objects.delete(ref)
                yield version


def _limits(subject_data: SubjectData) -> Iterator[str]:
    yield from LIMITS
    if not subject_data.is_of_lake:
        yield _KEY_ONLY
    if not subject_data.texts.every:
        yield _NO_TEXT


def _why_unknown(subject: Subject, column: str) -> str:
    """Return the reason without the key, which may be an e-mail address."""
    return (
        f"No row of {subject.dataset} has this {column}, in curated, in quarantine, in an earlier "
        "version or in a file that was not "
        "accepted, and no erasure of it is unfinished; nothing was deleted. Remedy: keys are compared "
        "letter by letter; `headgate query` "
        f"on {subject.dataset} finds the row by another column, for example by the e-mail address. Of "
        "files that were not accepted, a key "
        f"that is a short number or a plain word is compared only in a column that is known as {column}: "
        "accept such a file first."
    )


def _stated(versions: Iterable[ObjectVersion]) -> list[dict[str, object]]:
    named = {
        (version.ref.bucket, version.ref.key, version.ref.version_id): version.size_bytes
        for version in versions
    }
    return [
        {"bucket": bucket, "key": key, "version_id": of, "size_bytes": size}
        for (bucket, key, of), size in sorted(named.items())
    ]
