"""Processor seconds of the merge and of each system in a run after one more day, and in a run within the day,
with the facts that the run before kept.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.systems.copied_shop import copy_shop
from benchmarks.systems.increment import DAYS, deliver_new, deliver_pieces, run_systems
from benchmarks.systems.lake_folder import CURATED, LakeFolder, split_last_hour
from benchmarks.systems.merged_shop import CUSTOMERS_PER_ORDER, LINES_PER_ORDER, kept_shop
from benchmarks.systems.system_runs import SYSTEMS
from headgate.merge.part_boundaries import PART_ROWS
from headgate.snapshots.read_snapshots import snapshot_parts
from scripts.generated_shop.shop import ShopSpec

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from headgate.snapshots.parts import Part
    from headgate.snapshots.snapshot import LakeSnapshot

MAX_GENERATED = 1_000_000
"""Order lines of a month that is generated; a larger month is copies of it."""
_LINES_OF_A_GB_A_DAY = 128_000_000
"""Order lines of 30 days of 1 GB of CSV a day. Lakes of all sizes have as many parts as this one, so a day
changes the same share of them, and the line through two sizes does not take their number for data.
"""


class DayUse(NamedTuple):
    """Processor seconds by system of runs over a month's snapshot.

    Attributes:
        snapshot_bytes: of the month, a copy as large as the shop itself: rows beside their copies are more
            compact.
        day_seconds: of the run after 24 more hours, the first one of its day.
        hour_seconds: of the run after another hour of the same day.
        merges: bytes of the parts that the merges of the day and of the hour wrote, and their seconds.
    """

    snapshot_bytes: float
    day_seconds: Mapping[str, float]
    hour_seconds: Mapping[str, float]
    merges: tuple[tuple[float, float], tuple[float, float]]


def day_use(lines: int) -> DayUse:
    """Return what runs took over a month of about so many order lines."""
    copies = max(1, lines // MAX_GENERATED)
    orders = lines // copies // LINES_PER_ORDER
    spec = ShopSpec(customers=int(orders * CUSTOMERS_PER_ORDER), orders=orders, days=DAYS)
    shop = kept_shop(spec, f"month-{orders}")
    with tempfile.TemporaryDirectory(dir=shop.parent) as name:
        copy_shop(shop, Path(name, "shop"), copies)
        part_rows = PART_ROWS * lines // _LINES_OF_A_GB_A_DAY
        lake, pieces = LakeFolder(Path(name), part_rows), split_last_hour(Path(name, "shop"))
        for dataset, (before, _, _) in pieces.items():
            deliver_pieces(lake, dataset, before)
        month, _ = lake.merge()
        run_systems(SYSTEMS, lake.root)
        deliver_new(lake, "day", {dataset: day for dataset, (_, day, _) in pieces.items()})
        day, day_merge_s = lake.merge()
        day_seconds = _run(lake)
        deliver_new(lake, "hour", {dataset: hour for dataset, (_, _, hour) in pieces.items()})
        hour, hour_merge_s = lake.merge()
        size = float(copies * sum(path.stat().st_size for path in shop.glob("*.parquet")))
        merges = (_new_bytes(lake, month, day), day_merge_s), (_new_bytes(lake, day, hour), hour_merge_s)
        return DayUse(size, day_seconds, _run(lake), merges)


def _new_bytes(lake: LakeFolder, before: LakeSnapshot, after: LakeSnapshot) -> float:
    """Return the bytes of the parts of a snapshot that the snapshot before did not have."""
    hashes_before = {part.sha256 for part in _parts(lake, before)}
    return float(sum(part.size_bytes for part in _parts(lake, after) if part.sha256 not in hashes_before))


def _parts(lake: LakeFolder, snapshot: LakeSnapshot) -> Iterator[Part]:
    for dataset in snapshot.datasets.values():
        record = snapshot_parts(lake.objects, CURATED, dataset)
        yield from record.parts if record else ()


def _run(lake: LakeFolder) -> dict[str, float]:
    """Return the seconds of each system, with its share of loading libraries, which a run does once."""
    libraries_s, built = run_systems(SYSTEMS, lake.root)
    share_s = libraries_s / len(SYSTEMS)
    return {system: run["cpu_s"] + share_s for system, run in zip(SYSTEMS, built, strict=True)}
