"""Processor seconds of each system in a run after one more day, with the facts that the run before kept."""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.systems.increment import DAYS, deliver_day, deliver_pieces, run_systems
from benchmarks.systems.lake_folder import LakeFolder, split_last_day
from benchmarks.systems.merged_shop import CUSTOMERS_PER_ORDER, LINES_PER_ORDER, kept_shop
from benchmarks.systems.system_runs import SYSTEMS
from headgate.domains.retail.sample.shop import ShopSpec
from headgate.merge.part_boundaries import PART_ROWS

_PART_ROWS = PART_ROWS // 16
"""Of a shop of some hundred thousand lines: a day changes as few of its parts as of those of a large lake."""


def day_use(lines: int) -> tuple[float, dict[str, float]]:
    """Return the bytes of a month's snapshot of about so many order lines, and the seconds of each system."""
    orders = lines // LINES_PER_ORDER
    spec = ShopSpec(customers=int(orders * CUSTOMERS_PER_ORDER), orders=orders, days=DAYS)
    shop = kept_shop(spec, f"month-{orders}")
    with tempfile.TemporaryDirectory(dir=shop.parent) as name:
        lake, days = LakeFolder(Path(name), _PART_ROWS), split_last_day(shop)
        for dataset, (before, _) in days.items():
            deliver_pieces(lake, dataset, before)
        lake.merge()
        run_systems(SYSTEMS, lake.root)
        deliver_day(lake, days)
        snapshot, _ = lake.merge()
        libraries_s, built = run_systems(SYSTEMS, lake.root)
        share_s = libraries_s / len(SYSTEMS)
        seconds = {system: run["cpu_s"] + share_s for system, run in zip(SYSTEMS, built, strict=True)}
    return sum(dataset.size_bytes for dataset in snapshot.datasets.values()), seconds
