"""Stored facts in the lake: an object per part of a fact, and a manifest of the facts of the newest run."""

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from headgate.errors import NotFoundError
from headgate.lake import keys
from headgate.lake.ports import ObjectRef, ObjectStore


@dataclass
class FactStore:
    """The facts of one system in its bucket.

    Attributes:
        is_full: compute all facts again.
        counts: number of parts, by `reused` and `computed`.
        rows_read: rows of the datasets' parts that were read, each part counted once.
    """

    objects: ObjectStore
    bucket: str
    is_full: bool = False
    counts: Counter[str] = field(default_factory=Counter)
    rows_read: int = 0
    _used: set[str] = field(default_factory=set)

    def kept(self, fact: str) -> frozenset[str]:
        """Return the addresses of a fact's stored parts; none in a full run."""
        if self.is_full:
            return frozenset()
        prefix = keys.fact_prefix(fact)
        listed = (item.ref.key for item in self.objects.list(self.bucket, prefix))
        return frozenset(key.removeprefix(prefix).removesuffix(keys.PARQUET) for key in listed)

    def is_used(self, fact: str, address: str) -> bool:
        """Return whether this run has used one part of a fact."""
        return keys.fact_key(fact, address) in self._used

    def use(self, fact: str, address: str) -> None:
        """Mark one part of a fact as used by this run."""
        self._used.add(keys.fact_key(fact, address))

    def download(self, fact: str, address: str, path: Path) -> None:
        """Download one part of a fact, and mark it as used by this run."""
        self.use(fact, address)
        self.fetch(fact, address, path)

    def fetch(self, fact: str, address: str, path: Path) -> None:
        """Download one part of a fact without marking it as used."""
        self.objects.download(ObjectRef(self.bucket, keys.fact_key(fact, address)), path)

    def upload(self, fact: str, address: str, path: Path) -> None:
        """Store one part of a fact, and mark it as used by this run."""
        self.use(fact, address)
        self.objects.upload(path, ObjectRef(self.bucket, keys.fact_key(fact, address)))

    def finish(self) -> None:
        """Write the manifest of this run's facts, and delete facts that neither it nor the previous run used.

        Facts that are newer than the previous run stay, because a parallel run may use them.
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
    """Return the keys of the facts that a system's newest run used."""
    try:
        return frozenset(json.loads(objects.read(ObjectRef(bucket, keys.CURRENT_FACTS))))
    except NotFoundError:
        return frozenset()
