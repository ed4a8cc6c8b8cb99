"""Read the accepted rows of a dataset that its table does not show yet: those since the newest merge."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa

from headgate.errors import NotFoundError
from headgate.lake import keys
from headgate.lake.ports import ObjectRef
from headgate.snapshots.snapshot import MergedIncrements
from headgate.values.cells import int_array
from headgate.values.parquet_tables import table_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from headgate.contracts.model import Contract
    from headgate.lake.ports import ObjectInfo, ObjectStore
    from headgate.snapshots.snapshot import DatasetSnapshot

_PLACE = "_headgate_place"


class CuratedBucket(NamedTuple):
    """The bucket of accepted rows and of snapshots."""

    objects: ObjectStore
    name: str


def unmerged_rows(
    curated: CuratedBucket,
    contract: Contract,
    snapshot: DatasetSnapshot | None,
    folder: Path,
    limit_bytes: int,
) -> pa.Table | None:
    """Return the newest unmerged row of each key; None if there is no such row.

    Files that came last are read first, up to `limit_bytes`; those of an older contract with another key are
    left out. Of equally new rows the one that came last is kept.

    Args:
        snapshot: the rows that the dataset's table shows; None before the first merge.
        folder: where each file is downloaded for a moment.
    """
    tables = []
    for item in _to_read(curated, contract, snapshot, limit_bytes):
        path = folder / "increment.parquet"
        curated.objects.download(item.ref, path)
        tables.append(table_of(path))
        path.unlink()
    tables = [rows for rows in tables if _has_types_of(rows, tables[0], contract)]
    return (
        _newest_of_each_key(pa.concat_tables(tables, promote_options="default"), contract) if tables else None
    )


def _has_types_of(rows: pa.Table, newest: pa.Table, contract: Contract) -> bool:
    """Return whether an increment has the key, and the types of the newest one in their common columns."""
    types = dict(zip(newest.schema.names, newest.schema.types, strict=True))
    own = zip(rows.schema.names, rows.schema.types, strict=True)
    return {*contract.key} <= {*rows.schema.names} and all(
        types.get(name, each) == each for name, each in own
    )


def _newest_of_each_key(rows: pa.Table, contract: Contract) -> pa.Table:
    """Return the newest row of each key, the first one of equally new rows."""
    order = [(name, "descending") for name in contract.order_by if name in rows.schema.names]
    rows = rows.append_column(_PLACE, int_array(np.arange(rows.num_rows))).sort_by(
        [*order, (_PLACE, "ascending")]
    )
    place = int_array(np.arange(rows.num_rows))
    rows = rows.set_column(rows.num_columns - 1, _PLACE, place)
    first = rows.group_by([*contract.key]).aggregate([(_PLACE, "min")])[f"{_PLACE}_min"]
    return rows.take(first.combine_chunks().sort()).drop_columns([_PLACE])


def _to_read(
    curated: CuratedBucket, contract: Contract, snapshot: DatasetSnapshot | None, limit_bytes: int
) -> Iterator[ObjectInfo]:
    """Yield the unmerged increments, the last one first, as many as the bound allows."""
    merged = _merged(curated, snapshot)
    listed = curated.objects.list(curated.name, f"{keys.INCREMENTS}/{contract.dataset}/")
    unmerged = [
        item for item in listed if keys.parse_increment_key(item.ref.key) and item.ref.key not in merged
    ]
    left_bytes = limit_bytes
    for item in sorted(unmerged, key=lambda item: (item.modified_at, item.ref.key), reverse=True):
        left_bytes -= item.size_bytes
        if left_bytes < 0:
            return
        yield item


def _merged(curated: CuratedBucket, snapshot: DatasetSnapshot | None) -> set[str]:
    """Return the keys of the increments in a snapshot."""
    if snapshot is None:
        return set()
    key = keys.merged_increments_key(snapshot.dataset, snapshot.snapshot_id)
    try:
        record = MergedIncrements.from_json(curated.objects.read(ObjectRef(curated.name, key)).decode())
    except NotFoundError:
        return set()
    return {entry.partition(" ")[0] for entry in record.increments}
