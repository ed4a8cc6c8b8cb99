"""Processor seconds of each system in a run after one more day, and in a run within the day, with the facts
that the run before kept.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.systems.increment import DAYS, deliver_new, deliver_pieces, run_systems
from benchmarks.systems.lake_folder import LakeFolder, split_last_hour
from benchmarks.systems.merged_shop import CUSTOMERS_PER_ORDER, LINES_PER_ORDER, kept_shop
from benchmarks.systems.system_runs import SYSTEMS
from headgate.domains.retail.sample.shop import ShopSpec
from headgate.merge.part_boundaries import PART_ROWS

if TYPE_CHECKING:
    from collections.abc import Mapping

_PART_ROWS = PART_ROWS // 16
"""Of a shop of some hundred thousand lines: a day changes as few of its parts as of those of a large lake."""


class DayUse(NamedTuple):
    """Processor seconds by system of runs over a month's snapshot, which has `snapshot_bytes`.

    Attributes:
        day_seconds: of the run after 24 more hours, the first one of its day.
        hour_seconds: of the run after another hour of the same day.
    """

    snapshot_bytes: float
    day_seconds: Mapping[str, float]
    hour_seconds: Mapping[str, float]


def day_use(lines: int) -> DayUse:
    """Return what runs took over a month of about so many order lines."""
    orders = lines // LINES_PER_ORDER
    spec = ShopSpec(customers=int(orders * CUSTOMERS_PER_ORDER), orders=orders, days=DAYS)
    shop = kept_shop(spec, f"month-{orders}")
    with tempfile.TemporaryDirectory(dir=shop.parent) as name:
        lake, pieces = LakeFolder(Path(name), _PART_ROWS), split_last_hour(shop)
        for dataset, (before, _, _) in pieces.items():
            deliver_pieces(lake, dataset, before)
        lake.merge()
        run_systems(SYSTEMS, lake.root)
        deliver_new(lake, "day", {dataset: day for dataset, (_, day, _) in pieces.items()})
        lake.merge()
        day_seconds = _run(lake)
        deliver_new(lake, "hour", {dataset: hour for dataset, (_, _, hour) in pieces.items()})
        snapshot, _ = lake.merge()
        size = sum(dataset.size_bytes for dataset in snapshot.datasets.values())
        return DayUse(size, day_seconds, _run(lake))


def _run(lake: LakeFolder) -> dict[str, float]:
    """Return the seconds of each system, with its share of loading libraries, which a run does once."""
    libraries_s, built = run_systems(SYSTEMS, lake.root)
    share_s = libraries_s / len(SYSTEMS)
    return {system: run["cpu_s"] + share_s for system, run in zip(SYSTEMS, built, strict=True)}
