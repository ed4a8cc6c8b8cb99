"""The prod tables of a small generated shop, as Parquet files: what all five systems publish.

python -m tests.console.shop_tables FOLDER
"""

from __future__ import annotations

import fcntl
import json
import shutil
import sys
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks.systems.merged_shop import generated
from benchmarks.systems.system_run import SNAPSHOT, _last_day, nothing_audited
from benchmarks.systems.system_runs import SYSTEMS
from headgate.aws.in_memory_ports import MemoryCatalog, MemoryObjects
from headgate.contracts.odcs_writer import to_odcs
from headgate.contracts.registry import Registry
from headgate.engines.choose_engine import EngineName, open_tables
from headgate.quality.contract_audit import audit
from headgate.snapshots.publishing import Publisher
from headgate.snapshots.snapshot import LakeSnapshot
from headgate.systems import system_registry
from headgate.systems.run import run_system

LINES = 15_000
LABELS_AFTER_DAYS = 45  # so that some transactions of the newest weeks wait for a decision
KEPT = (
    Path(__file__).resolve().parents[2] / ".headgate" / "bench" / "console-shop"
)  # because five systems take a minute


def kept_tables() -> Path:
    """Return the folder with the tables of every system; the first call with these contracts writes them."""
    contracts = [to_odcs(table) for system in SYSTEMS for table in Registry.load().tables_of(system).values()]
    made_from = json.dumps([contracts, LABELS_AFTER_DAYS], sort_keys=True, default=str)
    folder = KEPT / sha256(made_from.encode()).hexdigest()[:16]
    KEPT.mkdir(parents=True, exist_ok=True)
    with KEPT.with_suffix(".lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)  # another worker of the same tests may write them
        if not folder.exists():
            write_tables(folder)
    return folder


def write_tables(folder: Path) -> None:
    """Write `<table>.parquet` of every system into a folder that does not exist yet."""
    making = folder.with_suffix(".making")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True)
    shop = _with_late_labels(generated(LINES), making / "curated")
    for system in SYSTEMS:
        for table, body in _published(system, shop).items():
            (making / f"{table}.parquet").write_bytes(body)
    making.rename(folder)


def _with_late_labels(shop: Path, folder: Path) -> Path:
    """Copy a shop; nobody knows yet which of its newest transactions are fraud."""
    shutil.copytree(shop, folder)
    path = folder / "card_transactions.parquet"
    rows = pq.read_table(path)
    newest = pc.greater(
        rows["transacted_at"], pc.subtract(pc.max(rows["transacted_at"]), timedelta(days=LABELS_AFTER_DAYS))
    )
    labels = pc.if_else(newest, pa.scalar(None, pa.bool_()), rows["is_fraud"])
    place = rows.column_names.index("is_fraud")
    pq.write_table(rows.set_column(place, rows.field(place), labels), path)
    return folder


def _published(system: str, shop: Path) -> dict[str, bytes]:
    """Return the Parquet file of each table that a system publishes."""
    own, objects, catalog = Registry.load().tables_of(system), MemoryObjects(), MemoryCatalog()
    for table in own:
        catalog.create("prod", table, f"s3://prod/tables/{table}/none/")
    files = {
        name: str(shop / f"{name}.parquet") for name in system_registry.reads(system_registry.system(system))
    }
    inspections = nothing_audited(own)
    lake = LakeSnapshot(SNAPSHOT, _last_day(shop), {})
    run_system(
        system,
        lake,
        open_tables(EngineName.parse("duckdb"), files),
        Publisher(objects, catalog, "prod", "prod", audit),
        own,
        inspections=inspections,
    )
    return {key.split("/")[1]: body for key, body in objects.contents("prod").items()}


if __name__ == "__main__":
    write_tables(Path(sys.argv[1]))
