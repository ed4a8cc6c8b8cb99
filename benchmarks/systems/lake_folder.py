"""A lake in a folder, of a generated shop: thirty days that are merged, and files that arrive after them."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from headgate.aws.in_memory_ports import MemoryCatalog
from headgate.contracts.registry import Registry
from headgate.export.destination import FolderObjects
from headgate.lake import keys
from headgate.merge.merge_lake import Merging
from headgate.quality.contract_audit import audit
from headgate.values.parquet_tables import table_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path
    from typing import BinaryIO

    from headgate.lake.ports import ObjectRef
    from headgate.snapshots.snapshot import LakeSnapshot

CURATED = "curated"
_TIMES = {
    "orders": "ordered_at",
    "payments": "paid_at",
    "card_transactions": "transacted_at",
    "search_queries": "searched_at",
}


@dataclass(frozen=True)
class LakeObjects(FolderObjects):
    """Buckets that are folders, with what a snapshot needs beside."""

    def copy(self, source: ObjectRef, target: ObjectRef) -> None:
        """Copy `source` to `target`."""
        self.upload(self._existing(source), target)

    def open(self, ref: ObjectRef) -> BinaryIO:
        """Open an object for reading."""
        return self._existing(ref).open("rb")


@dataclass(frozen=True)
class LakeFolder:
    """A curated bucket and how it is merged."""

    root: Path
    part_rows: int

    @property
    def objects(self) -> LakeObjects:
        """Return the buckets."""
        return LakeObjects(self.root)

    def deliver(self, dataset: str, name: str, rows: pa.Table) -> None:
        """Deliver an increment; its rows name it, as those of the gate do."""
        place, of = rows.schema.get_field_index("_content_sha256"), rows.schema.field("_content_sha256")
        rows = rows.set_column(place, of, pa.repeat(pa.scalar(name, of.type), rows.num_rows))
        path = self.root / CURATED / keys.increment_key(dataset, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(rows, path, compression="zstd", store_schema=False)

    def merge(self) -> tuple[LakeSnapshot, float]:
        """Merge what arrived; return the snapshot and the processor seconds."""
        contracts, catalog = Registry.load().curated, MemoryCatalog()
        for name in contracts:
            catalog.create(CURATED, name)
        workspace = self.root / "workspace"
        workspace.mkdir(exist_ok=True)
        began = time.process_time()
        merging = Merging(
            self.objects, catalog, contracts, CURATED, CURATED, workspace, audit, part_rows=self.part_rows
        )
        lake = merging.merge()
        if lake.failed:
            raise RuntimeError(f"not merged: {dict(lake.failed)}")
        shutil.rmtree(workspace)
        return lake, time.process_time() - began


def split_last_day(shop: Path) -> dict[str, tuple[pa.Table, pa.Table]]:
    """Return each dataset's rows before the shop's last day, and those of the day."""
    tables = _tables(shop)
    midnight = _last_order(tables).replace(hour=0, minute=0, second=0, microsecond=0)
    return {name: (before, day) for name, (before, day) in _split(tables, [midnight]).items()}


def split_last_hour(shop: Path) -> dict[str, tuple[pa.Table, pa.Table, pa.Table]]:
    """Return the rows before the last 24 full hours, of these hours, and of the hour that has begun."""
    tables = _tables(shop)
    hour = _last_order(tables).replace(minute=0, second=0, microsecond=0)
    split = _split(tables, [hour - timedelta(days=1), hour])
    return {name: (before, day, last) for name, (before, day, last) in split.items()}


def _tables(shop: Path) -> dict[str, pa.Table]:
    return {path.stem: table_of(path) for path in sorted(shop.glob("*.parquet"))}


def _last_order(tables: Mapping[str, pa.Table]) -> datetime:
    last: datetime = pc.max(tables["orders"]["ordered_at"]).as_py()
    return last


def _split(tables: Mapping[str, pa.Table], moments: Sequence[datetime]) -> dict[str, list[pa.Table]]:
    """Return each dataset's rows before the first moment, and from each moment to the next one.

    Lines have the moment of their order; a dataset without a moment is there from the beginning.
    """
    orders = tables["orders"]
    split = {}
    for name, rows in tables.items():
        later = []
        for moment in moments:
            if name == "order_items":
                new_orders = orders.filter(pc.greater_equal(orders["ordered_at"], pa.scalar(moment)))
                is_later = pc.is_in(rows["order_id"], new_orders["order_id"].combine_chunks())
            elif name in _TIMES:
                is_later = pc.greater_equal(rows[_TIMES[name]], pa.scalar(moment))
            else:
                is_later = pa.repeat(pa.scalar(value=False), rows.num_rows)
            later.append(is_later)
        ends = [*(pc.invert(is_later) for is_later in later), pa.repeat(pa.scalar(value=True), rows.num_rows)]
        starts = [ends[-1], *later]
        split[name] = [rows.filter(pc.and_(start, end)) for start, end in zip(starts, ends, strict=True)]
    return split
