"""Read the accepted rows of a dataset that its table does not show yet: those since the newest merge."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa

from headgate.errors import NotFoundError
from headgate.lake import keys
from headgate.lake.ports import CuratedBucket, ObjectInfo, ObjectRef
from headgate.snapshots.snapshot import DatasetSnapshot, MergedIncrements
from headgate.values.cells import int_array

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from headgate.contracts.model import Contract
    from headgate.uploads.keys_of_file import KeysOfFile

MAX_BYTES = 16_000_000
MAX_FILES = 200
_PLACE = "_headgate_place"


class UnmergedIncrement(NamedTuple):
    """An increment whose rows the snapshot lacks, has as they were before a replay, or has in part.

    Attributes:
        is_restored: its merged rows count again where they lost to rows of a file that was undone since.
    """

    item: ObjectInfo
    is_replayed: bool
    is_restored: bool = False

    @property
    def content_sha256(self) -> str:
        """Return the hash of the file that brought the rows."""
        return (keys.parse_increment_key(self.item.ref.key) or ("", ""))[1]


class IncrementsSince(NamedTuple):
    """Changes since a snapshot.

    Attributes:
        increments: the unmerged ones, the last one first. If a merged file was undone, the other merged ones
            follow.
        undone: SHA-256 of the files that the snapshot has rows of, and that were undone since.
    """

    increments: list[UnmergedIncrement]
    undone: frozenset[str]


class UnmergedRows(NamedTuple):
    """The unmerged rows that may have a key of a file.

    Attributes:
        arrived: rows of files that came since the newest merge, those of the newest file first.
        replayed: the current rows of merged files that were replayed since.
        replayed_contents: SHA-256 of these files; their rows in the snapshot are outdated.
        restored: all rows of the other merged files if a merged file was undone since, else none.
        is_complete: False if some increments were not read, or have rows that cannot be compared.
    """

    arrived: pa.Table
    replayed: pa.Table
    replayed_contents: frozenset[str]
    restored: pa.Table
    is_complete: bool


def increments_since(
    curated: CuratedBucket, dataset: str, snapshot: DatasetSnapshot | None
) -> IncrementsSince:
    """Return the increments that change a snapshot, and the files that were undone since.

    Args:
        snapshot: the rows that the dataset's table shows; None before the first merge.
    """
    merged = _merged_editions(curated, snapshot)
    listed = list(curated.objects.list(curated.name, f"{keys.INCREMENTS}/{dataset}/"))
    gone = merged.keys() - {item.ref.key for item in listed}
    undone = frozenset(parsed[1] for key in gone if (parsed := keys.parse_increment_key(key)))
    editions: defaultdict[str, set[str]] = defaultdict(set)
    for key, edition in (named for item in listed if (named := keys.edition_of(item.ref.key))):
        editions[key].add(edition)
    increments = []
    for item in listed:
        key = item.ref.key
        is_merged = key in merged and editions[key] <= merged[key]
        if keys.parse_increment_key(key) and (undone or not is_merged):
            is_replayed = key in merged and not is_merged
            increments.append(UnmergedIncrement(item, is_replayed, is_restored=is_merged))
    increments.sort(key=lambda each: (each.item.modified_at, each.item.ref.key), reverse=True)
    return IncrementsSince(sorted(increments, key=lambda each: each.is_restored), undone)


def unmerged_rows(
    curated: CuratedBucket, increments: Sequence[UnmergedIncrement], of_file: KeysOfFile, folder: Path
) -> UnmergedRows:
    """Return the rows of unmerged increments that may have a key of a file.

    The first increments are read, at most MAX_FILES and MAX_BYTES.

    Args:
        folder: where each increment is downloaded before its rows are read.
    """
    arrived, replayed, restored = [of_file.no_rows], [of_file.no_rows], [of_file.no_rows]
    path, are_read = folder / "increment.parquet", True
    within = list(_within_limits(increments))
    for increment in within:
        curated.objects.download(increment.item.ref, path)
        rows = of_file.read(path)
        path.unlink()
        if rows is None:
            are_read = False
        else:
            is_restored, is_replayed = increment.is_restored, increment.is_replayed
            (restored if is_restored else replayed if is_replayed else arrived).append(rows)
    return UnmergedRows(
        pa.concat_tables(arrived),
        pa.concat_tables(replayed),
        frozenset(each.content_sha256 for each in increments if each.is_replayed),
        pa.concat_tables(restored),
        are_read and len(within) == len(increments),
    )


def newest_of_each_key(rows: pa.Table, contract: Contract) -> pa.Table:
    """Return the newest row of each key, the first one of equally new rows."""
    order = [(name, "descending") for name in contract.order_by if name in rows.schema.names]
    rows = rows.append_column(_PLACE, int_array(np.arange(rows.num_rows))).sort_by(
        [*order, (_PLACE, "ascending")]
    )
    place = int_array(np.arange(rows.num_rows))
    rows = rows.set_column(rows.num_columns - 1, _PLACE, place)
    first = rows.group_by([*contract.key]).aggregate([(_PLACE, "min")])[f"{_PLACE}_min"]
    return rows.take(first.combine_chunks().sort()).drop_columns([_PLACE])


def _within_limits(increments: Sequence[UnmergedIncrement]) -> Iterator[UnmergedIncrement]:
    left_bytes = MAX_BYTES
    for increment in increments[:MAX_FILES]:
        left_bytes -= increment.item.size_bytes
        if left_bytes < 0:
            return
        yield increment


def _merged_editions(curated: CuratedBucket, snapshot: DatasetSnapshot | None) -> dict[str, set[str]]:
    """Return the keys of the increments in a snapshot, each with the editions that were merged."""
    if snapshot is None:
        return {}
    key = keys.merged_increments_key(snapshot.dataset, snapshot.snapshot_id)
    try:
        record = MergedIncrements.from_json(curated.objects.read(ObjectRef(curated.name, key)).decode())
    except NotFoundError:
        return {}
    entries = (entry.split(" ") for entry in record.increments)
    return {increment: {*marks} for increment, *marks in entries}
