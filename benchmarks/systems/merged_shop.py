"""A shop as the systems find it: every raw file through the gate, then merged, as local Parquet files. Kept, because it takes minutes."""

from __future__ import annotations

import os
import shutil
import tempfile
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from headgate.contracts.registry import Registry
from headgate.domains.retail.sample.online_retail.import_shop import import_online_retail
from headgate.domains.retail.sample.part_files import iter_objects
from headgate.domains.retail.sample.shop import ShopSpec, generate
from headgate.intake.rows.check_rows import ACCEPTED, check_file
from headgate.lake.keys import ExportKey
from headgate.lake.ports import MaskingKey
from headgate.merge.merge_files import Memory, merge_files

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[2]
KEPT = Path(os.environ.get("HEADGATE_BENCH_DATA", ROOT / ".headgate" / "bench"))
KEY = MaskingKey("bench", bytes(range(32)))
LANDED = datetime(2024, 1, 1)
CUSTOMERS_PER_ORDER, LINES_PER_ORDER = 0.2, 5


def generated(lines: int) -> Path:
    """The folder of a generated shop of about that many order lines."""
    orders = lines // LINES_PER_ORDER
    spec = ShopSpec(customers=int(orders * CUSTOMERS_PER_ORDER), orders=orders)
    return _kept(f"shop-{lines}", partial(generate, spec))


def kept_shop(spec: ShopSpec, name: str) -> Path:
    """The folder of the generated shop of a spec, kept by name and seed."""
    return _kept(f"{name}-{spec.seed}", partial(generate, spec))


def online_retail(source: Path) -> Path:
    """The folder of the shop that Online Retail II makes."""
    return _kept(f"online-retail-{_size(source)}", partial(import_online_retail, source))


def _size(source: Path) -> int:
    return sum(path.stat().st_size for path in source.iterdir()) if source.is_dir() else source.stat().st_size


def _kept(name: str, make: Callable[[Path], object]) -> Path:
    """The folder of that name; made once, complete or not at all."""
    folder = KEPT / name
    if not folder.exists():
        KEPT.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=KEPT) as scratch:
            print(f"making {name} (once)")
            make(Path(scratch) / "raw")
            _merge(_let_in(Path(scratch)), Path(scratch))
            shutil.move(Path(scratch) / "merged", folder)
    return folder


def _let_in(scratch: Path) -> dict[str, list[Path]]:
    """Return the accepted rows of every file, by dataset."""
    contracts, passed = Registry.load().source, {name: [] for name in Registry.load().source}
    for number, (key, path) in enumerate(iter_objects(scratch / "raw")):
        folder = scratch / "passed" / str(number)
        folder.mkdir(parents=True)
        contract = contracts[ExportKey.parse(key).dataset]
        counts = check_file(path, contract, KEY, object_key=key, received_at=LANDED, folder=folder)
        if counts.accepted:
            passed[contract.dataset].append(folder / ACCEPTED)
        path.unlink()
    return passed


def _merge(passed: dict[str, list[Path]], scratch: Path) -> None:
    """One file for each dataset, unique by key."""
    (scratch / "merged").mkdir()
    for name, contract in Registry.load().curated.items():
        merge_files(contract, passed[name], scratch / "merged" / f"{name}.parquet", Memory(scratch / "spill"))
