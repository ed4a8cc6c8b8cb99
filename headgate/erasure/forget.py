"""Forget one subject: erase its rows, build the tables without it, delete every earlier version, search what is left, and certify."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from headgate.erasure.purge_versions import purge, search
from headgate.lake import keys
from headgate.lake.reading import lake_snapshot
from headgate.lake.states import FileState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from headgate.erasure.erase_rows import Found, RowEraser
    from headgate.erasure.purge_versions import BuiltZones
    from headgate.erasure.subject_rows import Subject
    from headgate.lake.ports import ObjectRef, ObjectVersion

LIMITS = (
    "Point-in-time backups of the ledger and of the key hold no rows and were not changed.",
    "Records that were created one by one (`headgate onboard`) are not part of the zones; delete them by their id.",
    "Copies outside of the lake, for example downloads and the source itself, are not reached.",
)


@dataclass(frozen=True)
class Forgetter:
    """Forgets subjects.

    Args:
        zones: called after the tables were built, because it names what they show then.
        build: merges and builds all tables, and returns when they are published; raises where that fails.
        staging_bucket: uploads that hold texts of the subject are deleted there.
    """

    eraser: RowEraser
    zones: Callable[[], BuiltZones]
    build: Callable[[], None]
    staging_bucket: str

    def forget(self, subject: Subject, found: Found, salt: str) -> dict[str, object]:
        """Return the certificate; `complete` is False where a text of the subject was found in what is left.

        Safe to call again after a failure: it continues.

        Args:
            salt: of the key's hash in the certificate, which does not name the subject.

        Raises:
            ThrottledError: a worker holds one of the files.
        """
        began_at, digest = self.eraser.clock(), hashlib.sha256(f"{salt}{subject.key}".encode()).hexdigest()
        erased = self.eraser.erase(subject, found)
        self.build()
        zones, objects = self.zones(), self.eraser.objects
        lake = lake_snapshot(objects, self.eraser.buckets.curated)
        erased.versions += purge(objects, zones, lake, began_at)
        self.eraser.keep_progress(subject, found, erased)
        searched = search(objects, zones, found.texts)
        disposable = self._disposable(searched.found)
        for version in disposable:
            objects.delete(version.ref)
        left = [version for version in searched.found if version not in disposable]
        self.eraser.end(subject, erased)
        return {
            "subject": {
                "dataset": subject.dataset,
                "salt": salt,
                "key_sha256": digest,
            },
            "began_at": began_at.isoformat(),
            "ended_at": self.eraser.clock().isoformat(),
            "snapshot_id": lake.snapshot_id,
            "rows_erased": dict(sorted(erased.rows.items())),
            "files": len(erased.files),
            "deleted_versions": _stated([*erased.versions, *disposable]),
            "searched_versions": _stated(searched.clean),
            "versions_with_texts": _stated(left),
            "complete": not left,
            "limits": list(LIMITS),
        }

    def _disposable(self, versions: Iterable[ObjectVersion]) -> list[ObjectVersion]:
        """Return those that the lake does not need: uploads that are not committed, profiles, and files that were not accepted."""
        buckets = self.eraser.buckets
        accepted = {record.file_id for record in self.eraser.ledger.records() if record.state is FileState.DONE}

        def is_disposable(ref: ObjectRef) -> bool:
            if ref.bucket == buckets.raw:
                return keys.file_id(ref.bucket, ref.key, ref.version_id) not in accepted
            return ref.bucket == self.staging_bucket or (ref.bucket == buckets.artifacts and ref.key.startswith(f"{keys.PROFILES}/"))

        return [version for version in versions if is_disposable(version.ref)]


def _stated(versions: Iterable[ObjectVersion]) -> list[dict[str, object]]:
    named = {(one.ref.bucket, one.ref.key, one.ref.version_id): one.size_bytes for one in versions}
    return [{"bucket": bucket, "key": key, "version_id": of, "size_bytes": size} for (bucket, key, of), size in sorted(named.items())]
