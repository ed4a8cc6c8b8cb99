"""A shop as the systems find it: every raw file through the gate, then merged, as local Parquet files.

Kept, because it takes minutes.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from headgate.aws.in_memory_ports import MemoryCatalog, MemoryObjects
from headgate.contracts.registry import Registry
from headgate.errors import ContractError, NotFoundError
from headgate.intake.rows.check_rows import ACCEPTED, check_file
from headgate.lake import keys
from headgate.lake.content_hash import sha256_of
from headgate.lake.keys import ExportKey
from headgate.lake.ports import MaskingKey, ObjectRef
from headgate.merge.merge_lake import Merging
from headgate.quality.contract_audit import audit
from headgate.snapshots.read_snapshots import part_refs
from scripts.generated_shop.shop import ShopSpec, generate
from scripts.generated_shop.written_parts import iter_objects
from scripts.online_retail.import_shop import import_online_retail

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

ROOT = Path(__file__).resolve().parents[2]
KEPT = Path(os.environ.get("HEADGATE_BENCH_DATA", ROOT / ".headgate" / "bench"))
KEY = MaskingKey("bench", bytes(range(32)))
LANDED = datetime(2024, 1, 1)
CURATED, DATABASE = "curated", "curated"
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
    """The folder of the shop that Online Retail II makes.

    NotFoundError if there is no such file or folder.
    """
    if not source.exists():
        raise NotFoundError(
            f"{source} does not exist. Set DATA to a CSV file, a workbook or a folder of them."
        )
    return _kept(f"online-retail-{_digest(source)}", partial(import_online_retail, source))


def _digest(source: Path) -> str:
    """A name of the content, so that another file never gets the shop of an earlier one."""
    digest = hashlib.sha256()
    for path in sorted(source.iterdir()) if source.is_dir() else [source]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def _kept(name: str, make: Callable[[Path], object]) -> Path:
    """The folder of that name; made once, complete or not at all."""
    folder = KEPT / name
    if not folder.exists():
        KEPT.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=KEPT) as scratch:
            print(f"making {name} (once)")
            make(Path(scratch) / "raw")
            merge_shop(_let_in(Path(scratch)), Path(scratch) / "merged")
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


def merge_shop(increments: Mapping[str, Sequence[Path]], folder: Path) -> None:
    """Merge and audit increments as a run does, into `folder/<dataset>.parquet`."""
    contracts, objects, catalog = Registry.load().curated, MemoryObjects(), MemoryCatalog()
    for dataset in contracts:
        catalog.create(DATABASE, dataset)
        for file in increments[dataset]:
            objects.write(ObjectRef(CURATED, keys.increment_key(dataset, sha256_of(file))), file.read_bytes())
    folder.mkdir()
    with tempfile.TemporaryDirectory(dir=folder.parent) as workspace:
        lake = Merging(
            objects, catalog, contracts, CURATED, DATABASE, Path(workspace), audit, part_rows=0
        ).merge()
    if lake.failed:
        raise ContractError(f"Not merged: {dict(lake.failed)}")
    for dataset, snapshot in lake.datasets.items():
        (part,) = part_refs(objects, CURATED, snapshot)
        (folder / f"{dataset}.parquet").write_bytes(objects.read(part))
