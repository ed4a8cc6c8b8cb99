"""One system over a lake in a folder, in this process. The last line is JSON: figures, and its tables."""

from __future__ import annotations

import argparse
import hashlib
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.parquet as pq

from benchmarks.systems.lake_folder import CURATED, LakeObjects
from benchmarks.systems.system_run import PROD, cpu_s, nothing_audited, peak_mb
from headgate.aws.in_memory_ports import MemoryCatalog
from headgate.contracts.registry import Registry
from headgate.facts.fact_store import FactStore
from headgate.quality.data_docs import DataDocs
from headgate.quality.output_audit import OutputAudit
from headgate.snapshots.publishing import Publisher, parquet_bytes
from headgate.snapshots.read_snapshots import lake_snapshot
from headgate.systems import system_registry
from headgate.systems.rows_in_file import STAMPS
from headgate.systems.run import run_system
from headgate.systems.snapshot_tables import EngineChoice, SnapshotTables

if TYPE_CHECKING:
    from collections.abc import Iterable

_SHOWN = "shown.json"


def build(system: str, root: Path, *, is_full: bool) -> dict[str, object]:
    """Build, audit and publish one system from the newest snapshot, with what earlier runs kept."""
    contracts, own = Registry.load().curated, Registry.load().tables_of(system)
    kind = "full" if is_full else "kept"
    objects, package = LakeObjects(root), system_registry.system(system)
    lake, place = lake_snapshot(objects, CURATED), root / f"published-{kind}" / system
    catalog = _catalog(place, own)
    facts = FactStore(objects, f"facts-{kind}-{system}", is_full=is_full)
    with tempfile.TemporaryDirectory() as name:
        tables = SnapshotTables(
            objects, catalog, contracts, CURATED, CURATED, Path(name), EngineChoice(), _no_athena, facts=facts
        )
        with OutputAudit(DataDocs(LakeObjects(place), "artifacts"), lake, system) as audit:
            run_system(
                system,
                lake,
                tables.opened(lake, system_registry.reads(package, lake.datasets)),
                Publisher(LakeObjects(place), catalog, PROD, PROD, audit),
                own,
                inspections={"pci_audit": nothing_audited} if "pci_audit" in own else {},
                is_full=is_full,
            )
    used = {"cpu_s": cpu_s(), "peak_mb": peak_mb()}
    shown = {table: catalog.current(PROD, table) for table in own}
    facts_of_tables = {
        table: [current.location, dict(current.parameters)] for table, current in shown.items()
    }
    (place / _SHOWN).write_text(json.dumps(facts_of_tables))
    digests = {table: _digest(place, current.location) for table, current in shown.items()}
    counts = {"reused": facts.counts["reused"], "computed": facts.counts["computed"]}
    return {**used, "tables": digests, **counts}


def _catalog(place: Path, tables: Iterable[str]) -> MemoryCatalog:
    """Return a catalog that shows the tables that the run before published."""
    catalog, path = MemoryCatalog(), place / _SHOWN
    shown = json.loads(path.read_text()) if path.exists() else {}
    for table in tables:
        catalog.create(PROD, table, f"s3://{PROD}/tables/{table}/none/")
        if table in shown:
            location, parameters = shown[table]
            catalog.move(catalog.current(PROD, table), location, (), parameters)
    return catalog


def _digest(place: Path, location: str) -> str:
    """Return a digest of a table's rows without the stamps, part by part."""
    digest = hashlib.sha256()
    for path in sorted((place / location.removeprefix("s3://")).glob("*.parquet")):
        with pq.ParquetFile(path) as file:
            columns = [name for name in file.schema_arrow.names if name not in STAMPS]
            for group in range(file.num_row_groups):
                rows = file.read_row_group(group, columns, use_threads=False)
                digest.update(parquet_bytes(rows))
    return digest.hexdigest()


def _no_athena(*_: object) -> object:
    raise NotImplementedError


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("system")
    parser.add_argument("root", type=Path)
    parser.add_argument("--full", action="store_true", help="compute all facts again")
    given = parser.parse_args()
    print(json.dumps(build(given.system, given.root, is_full=given.full)))
