"""Snapshots of the lake: plain values with one JSON form. No I/O."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date


@dataclass(frozen=True)
class DatasetSnapshot:
    """The merged rows of a dataset, unique by key.

    Attributes:
        location: the key of its folder in the curated bucket.
        size_bytes: size of its Parquet objects.
        rows_in: number of accepted rows in all increments that it was merged from.
        latest_on: the last day of its events, ISO 8601; empty without events.
        removed: number of rows of the previous snapshot that the newest complete load lacks (`headgate.load:
            full`).
        missing_values: column that increments of an older contract version lack → its nulls.
    """

    dataset: str
    snapshot_id: str
    location: str
    rows: int
    size_bytes: int
    rows_in: int = 0
    latest_on: str = ""
    missing_values: Mapping[str, int] = field(default_factory=dict)
    removed: int = 0

    @property
    def superseded(self) -> int:
        """Number of accepted rows that were deleted, or replaced by a newer or equal row of their key."""
        return self.rows_in - self.rows


@dataclass(frozen=True)
class MergedIncrements:
    """The increments that a dataset's snapshot was merged from.

    Attributes:
        table: contract and columns of the table (`contract@version`, columns).
        increments: keys of the increments and of the lists of deletions. After a blank follow the edition of
            a replayed increment, and `held-after-<moment>` if the source had the increment's rows after a
            deletion.
    """

    snapshot_id: str
    table: str
    increments: tuple[str, ...]

    def to_json(self) -> str:
        """Return the value as JSON text; equal values give equal bytes."""
        return json.dumps(asdict(self), sort_keys=True, indent=1)

    @classmethod
    def from_json(cls, text: str) -> MergedIncrements:
        """Parse the JSON text."""
        read = json.loads(text)
        return cls(read["snapshot_id"], read["table"], tuple(read["increments"]))


@dataclass(frozen=True)
class LakeSnapshot:
    """One snapshot per dataset, read together by all systems.

    Attributes:
        as_of: the last day of its data, UTC.
        failed: dataset → reason why its newest increments are not included; it keeps its previous snapshot,
            if any.
    """

    snapshot_id: str
    as_of: date
    datasets: Mapping[str, DatasetSnapshot]
    failed: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> str:
        """Return the manifest as JSON text; equal snapshots give equal bytes."""
        datasets = {name: _manifest_fields(self.datasets[name]) for name in sorted(self.datasets)}
        manifest = {"snapshot_id": self.snapshot_id, "as_of": self.as_of.isoformat(), "datasets": datasets}
        if self.failed:
            manifest["failed"] = dict(self.failed)
        return json.dumps(manifest, sort_keys=True, indent=1)

    @classmethod
    def from_json(cls, text: str) -> LakeSnapshot:
        """Parse a manifest."""
        read = json.loads(text)
        datasets = {name: DatasetSnapshot(**item) for name, item in read["datasets"].items()}
        return cls(read["snapshot_id"], date.fromisoformat(read["as_of"]), datasets, read.get("failed", {}))


def _manifest_fields(snapshot: DatasetSnapshot) -> dict[str, object]:
    """Return the snapshot's fields for the manifest.

    Empty `missing_values` and `removed` are left out, so that older manifests keep their bytes.
    """
    optional = {"missing_values", "removed"}
    return {name: value for name, value in asdict(snapshot).items() if value or name not in optional}


def snapshot_id_of(parts: Iterable[str]) -> str:
    """Return the id of a snapshot: the same increments, in any order, give the same id."""
    return hashlib.sha256("\n".join(sorted(parts)).encode()).hexdigest()[:16]
