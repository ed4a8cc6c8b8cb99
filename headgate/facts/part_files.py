"""Local copies of a snapshot's parts, each downloaded when it is first read."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq

from headgate.lake import keys
from headgate.snapshots.read_snapshots import part_refs, snapshot_parts

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from headgate.lake.ports import ObjectRef, SnapshotObjects
    from headgate.snapshots.part_blocks import PartBlock
    from headgate.snapshots.parts import SnapshotParts
    from headgate.snapshots.snapshot import DatasetSnapshot

_REQUESTS = 8


@dataclass(frozen=True)
class PartFile:
    """One part of a dataset's snapshot; equal parts of two snapshots have equal `sha256`."""

    ref: ObjectRef
    path: Path
    sha256: str
    size_bytes: int
    rows: int
    blocks: tuple[PartBlock, ...] = field(default=(), compare=False)

    def hashes(self, column: str, values: ValueRange) -> tuple[str, ...]:
        """Return hashes of the rows that may have a value of a range: the part's, or those of blocks."""
        if not all(column in block.ranges for block in self.blocks) or not self.blocks:
            return (self.sha256,)
        return tuple(
            block.sha256 for block in self.blocks if ValueRange(*block.ranges[column]).overlaps(values)
        )


@dataclass(frozen=True)
class ValueRange:
    """The minimum and maximum of a column in one part, both None if the column has only nulls.

    Attributes:
        is_recorded: the part's file has both statistics; otherwise the part may have any value.
    """

    low: Any = None
    high: Any = None
    is_recorded: bool = True

    def overlaps(self, other: ValueRange) -> bool:
        """Return whether both parts may have an equal value; nulls are equal to nothing.

        >>> ValueRange("a", "c").overlaps(ValueRange("c", "d"))
        True
        >>> ValueRange("a", "c").overlaps(ValueRange())
        False
        """
        if not (self.is_recorded and other.is_recorded):
            return True
        if self.low is None or other.low is None:
            return False
        return bool(self.low <= other.high and other.low <= self.high)


@dataclass
class PartFiles:
    """The parts of a dataset's snapshot, which are downloaded to `folder`."""

    objects: SnapshotObjects
    bucket: str
    snapshot: DatasetSnapshot
    folder: Path
    _parts: tuple[PartFile, ...] | None = None
    _ranges: dict[str, list[ValueRange]] = field(default_factory=dict)

    @property
    def parts(self) -> tuple[PartFile, ...]:
        """Return all parts in key order; none if the snapshot has no record of its parts."""
        if self._parts is None:
            record = self._record()
            refs = part_refs(self.objects, self.bucket, self.snapshot) if record else []
            described = record.parts if record else ()
            self._parts = tuple(
                PartFile(
                    ref,
                    self.folder / ref.key.rpartition("/")[2],
                    part.sha256,
                    part.size_bytes,
                    part.rows,
                    part.blocks,
                )
                for ref, part in zip(refs, described, strict=True)
            )
        return self._parts

    def ranges(self, column: str) -> list[ValueRange]:
        """Return a column's range in each part, from the footers of the files."""
        if column not in self._ranges:
            with ThreadPoolExecutor(_REQUESTS) as pool:
                self._ranges[column] = list(pool.map(lambda part: self._range(part, column), self.parts))
        return self._ranges[column]

    def overlapping(self, column: str, values: ValueRange) -> dict[PartFile, tuple[str, ...]]:
        """Return the parts that may have a value of a range, each with the hashes of such rows."""
        ranged = zip(self.parts, self.ranges(column), strict=True)
        some = {part: part.hashes(column, values) for part, own in ranged if own.overlaps(values)}
        return {part: hashes for part, hashes in some.items() if hashes}

    def download(self, parts: Iterable[PartFile]) -> list[str]:
        """Download missing parts, and return the local paths of all."""
        wanted = list(parts)
        missing = [part for part in wanted if not part.path.exists()]
        self.folder.mkdir(parents=True, exist_ok=True)
        with ThreadPoolExecutor(_REQUESTS) as pool:
            list(pool.map(lambda part: self.objects.download(part.ref, part.path), missing))
        return [str(part.path) for part in wanted]

    def _record(self) -> SnapshotParts | None:
        """Return the record of the parts, listed first because S3 may answer 403 instead of 404."""
        key = keys.snapshot_parts_key(self.snapshot.dataset, self.snapshot.snapshot_id)
        is_there = any(item.ref.key == key for item in self.objects.list(self.bucket, key))
        return snapshot_parts(self.objects, self.bucket, self.snapshot) if is_there else None

    def _range(self, part: PartFile, column: str) -> ValueRange:
        with self.objects.open(part.ref) as opened, pq.ParquetFile(opened) as file:
            place = file.schema_arrow.get_field_index(column)
            groups = [file.metadata.row_group(number).column(place) for number in range(file.num_row_groups)]
        statistics = [group.statistics for group in groups]
        if any(of is None or (not of.has_min_max and of.num_values) for of in statistics):
            return ValueRange(is_recorded=False)
        ends = [(of.min, of.max) for of in statistics if of.has_min_max]
        return (
            ValueRange(min(low for low, _ in ends), max(high for _, high in ends)) if ends else ValueRange()
        )
