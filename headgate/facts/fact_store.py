"""Kept facts in the lake: an object for each part of a fact, and a manifest of those of the newest run."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from headgate.errors import NotFoundError
from headgate.lake import keys
from headgate.lake.ports import ObjectRef

if TYPE_CHECKING:
    from pathlib import Path

    from headgate.lake.ports import ObjectStore


@dataclass
class FactStore:
    """The facts of one system in its bucket.

    Attributes:
        is_full: compute every fact again, as if none were kept.
        counts: of parts, by `reused` and `computed`.
        rows_read: of the datasets' parts that were read, each counted once.
    """

    objects: ObjectStore
    bucket: str
    is_full: bool = False
    counts: Counter[str] = field(default_factory=Counter)
    rows_read: int = 0
    _used: set[str] = field(default_factory=set)

    def kept(self, fact: str) -> frozenset[str]:
        """Return the addresses of the kept parts of a fact; none for a full run."""
        if self.is_full:
            return frozenset()
        prefix = keys.fact_prefix(fact)
        listed = (item.ref.key for item in self.objects.list(self.bucket, prefix))
        return frozenset(key.removeprefix(prefix).removesuffix(keys.PARQUET) for key in listed)

    def download(self, fact: str, address: str, path: Path) -> None:
        """Download the rows of one part of a fact."""
        self._used.add(keys.fact_key(fact, address))
        self.fetch(fact, address, path)

    def fetch(self, fact: str, address: str, path: Path) -> None:
        """Download the rows of one part of a fact that the run before used; it is not kept for this run."""
        self.objects.download(ObjectRef(self.bucket, keys.fact_key(fact, address)), path)

    def upload(self, fact: str, address: str, path: Path) -> None:
        """Keep the rows of one part of a fact."""
        self._used.add(keys.fact_key(fact, address))
        self.objects.upload(path, ObjectRef(self.bucket, keys.fact_key(fact, address)))

    def finish(self) -> None:
        """Record which facts this run used; delete those that neither it nor the run before used.

        Facts that are newer than the run before are kept: another run may be about to use them.
        """
        manifest = ObjectRef(self.bucket, keys.CURRENT_FACTS)
        before = used_facts(self.objects, self.bucket)
        written_at = self.objects.info(manifest).modified_at if before else datetime.min  # noqa: DTZ901 naive UTC
        self.objects.write(manifest, json.dumps(sorted(self._used), indent=1).encode())
        for item in list(self.objects.list(self.bucket, keys.FACTS)):
            is_used = item.ref.key in {*self._used, *before, manifest.key}
            if not is_used and item.modified_at < written_at:
                self.objects.delete(ObjectRef(self.bucket, item.ref.key))


def used_facts(objects: ObjectStore, bucket: str) -> frozenset[str]:
    """Return the keys of the facts that a system's newest run used; none before its first run."""
    try:
        return frozenset(json.loads(objects.read(ObjectRef(bucket, keys.CURRENT_FACTS))))
    except NotFoundError:
        return frozenset()
