"""Forget one subject: erase its rows, build the tables without it, delete every earlier version, search what is left, and certify."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from headgate.erasure.purge_versions import purge, search
from headgate.erasure.subject_rows import key_column
from headgate.erasure.unaccepted_files import UnacceptedFiles
from headgate.errors import NotFoundError
from headgate.lake import keys
from headgate.lake.reading import lake_snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from headgate.erasure.erase_rows import Found, RowEraser
    from headgate.erasure.purge_versions import BuiltZones
    from headgate.erasure.subject_rows import Subject
    from headgate.erasure.unaccepted_files import UnacceptedFile
    from headgate.lake.ports import ObjectVersion

LIMITS = (
    "Point-in-time backups of the ledger and of the key hold no rows and were not changed.",
    "Records that were created one by one (`headgate onboard`) are not part of the zones; delete them by their id.",
    "Copies outside of the lake, for example downloads and the source itself, are not reached.",
)


@dataclass(frozen=True)
class Plan:
    """What an erasure takes.

    Attributes:
        unaccepted: files that nobody has accepted and that name the subject; they are deleted whole.
    """

    found: Found
    unaccepted: tuple[UnacceptedFile, ...]


@dataclass(frozen=True)
class Forgetter:
    """Forgets subjects.

    Args:
        zones: called after the tables were built, because it names what they show then.
        build: merges and builds all tables, and returns when they are published; raises where that fails.
        staging_bucket: uploads that are not committed and name the subject are deleted there.
    """

    eraser: RowEraser
    zones: Callable[[], BuiltZones]
    build: Callable[[], None]
    staging_bucket: str

    def plan(self, subject: Subject) -> Plan:
        """Return what an erasure would take, and change nothing.

        Raises:
            NotFoundError: no stored row has the key, and no erasure of it is unfinished.
        """
        found = self.eraser.find(subject)
        if not found.is_known:
            raise NotFoundError(_why_unknown(subject, key_column(self.eraser.contracts[subject.dataset])))
        return Plan(found, tuple(self._unaccepted.find(found)))

    @property
    def _unaccepted(self) -> UnacceptedFiles:
        of = self.eraser
        return UnacceptedFiles(of.objects, of.ledger, of.buckets.raw, self.staging_bucket, of.clock, of.lease_s)

    def forget(self, subject: Subject, plan: Plan, salt: str) -> dict[str, object]:
        """Return the certificate; `complete` is False where a text of the subject was found in what is left.

        Safe to call again after a failure: it continues.

        Args:
            salt: of the key's hash in the certificate, which does not name the subject.

        Raises:
            ThrottledError: a worker holds one of the files.
        """
        found = plan.found
        began_at, digest = self.eraser.clock(), hashlib.sha256(f"{salt}{subject.key}".encode()).hexdigest()
        erased = self.eraser.erase(subject, found)
        self.build()
        zones, objects = self.zones(), self.eraser.objects
        lake = lake_snapshot(objects, self.eraser.buckets.curated)
        erased.versions += purge(objects, zones, lake, began_at)
        self.eraser.keep_progress(subject, found, erased)
        searched = search(objects, zones, found.texts.every)
        deleted = list(self._delete_disposable(plan, searched.found))
        left = [version for version in searched.found if version not in deleted]
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
            "deleted_versions": _stated([*erased.versions, *deleted]),
            "searched_versions": _stated(searched.clean),
            "versions_with_texts": _stated(left),
            "complete": not left,
            "limits": list(LIMITS),
        }

    def _delete_disposable(self, plan: Plan, versions: Iterable[ObjectVersion]) -> Iterator[ObjectVersion]:
        """Delete profiles, and the files that the plan lists and nobody has accepted in the meantime; yield them."""
        listed = {one.version.ref for one in plan.unaccepted}
        for version in versions:
            ref = version.ref
            if ref in listed:
                if self._unaccepted.delete(version):
                    yield version
            elif ref.bucket == self.eraser.buckets.artifacts and ref.key.startswith(f"{keys.PROFILES}/"):
                self.eraser.objects.delete(ref)
                yield version


def _why_unknown(subject: Subject, column: str) -> str:
    """The key is not repeated: it may be an e-mail address."""
    return (
        f"No row of {subject.dataset} has this {column}, in curated, in quarantine or in an earlier version, and no erasure of it is "
        f"unfinished; nothing was deleted. Remedy: keys are compared letter by letter; `headgate query` on {subject.dataset} finds the row "
        "by another column, for example by the e-mail address. Rows of a file that was not accepted are erased after it is accepted."
    )


def _stated(versions: Iterable[ObjectVersion]) -> list[dict[str, object]]:
    named = {(one.ref.bucket, one.ref.key, one.ref.version_id): one.size_bytes for one in versions}
    return [{"bucket": bucket, "key": key, "version_id": of, "size_bytes": size} for (bucket, key, of), size in sorted(named.items())]
