"""One system over a lake in a folder, in this process. The last line is JSON: figures, and its tables."""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

from benchmarks.systems.lake_folder import CURATED, LakeObjects
from benchmarks.systems.system_run import PROD, cpu_s, digests_of, nothing_audited, peak_mb
from headgate.aws.in_memory_ports import MemoryCatalog
from headgate.contracts.registry import Registry
from headgate.facts.fact_store import FactStore
from headgate.quality.data_docs import DataDocs
from headgate.quality.output_audit import OutputAudit
from headgate.snapshots.publishing import Publisher
from headgate.snapshots.read_snapshots import lake_snapshot
from headgate.systems import system_registry
from headgate.systems.run import run_system
from headgate.systems.snapshot_tables import EngineChoice, SnapshotTables


def build(system: str, root: Path, *, is_full: bool) -> dict[str, object]:
    """Build, audit and publish one system from the newest snapshot, with the facts that earlier runs kept."""
    contracts, own, catalog = Registry.load().curated, Registry.load().tables_of(system), MemoryCatalog()
    objects, package = LakeObjects(root), system_registry.system(system)
    lake = lake_snapshot(objects, CURATED)
    for table in own:
        catalog.create(PROD, table, f"s3://{PROD}/tables/{table}/none/")
    facts = FactStore(objects, f"facts-{'full-' if is_full else ''}{system}", is_full=is_full)
    with tempfile.TemporaryDirectory() as name, tempfile.TemporaryDirectory() as buckets:
        tables = SnapshotTables(
            objects, catalog, contracts, CURATED, CURATED, Path(name), EngineChoice(), _no_athena, facts=facts
        )
        published = LakeObjects(Path(buckets))
        with OutputAudit(DataDocs(published, "artifacts"), lake, system) as audit:
            run_system(
                system,
                lake,
                tables.opened(lake, system_registry.reads(package, lake.datasets)),
                Publisher(published, catalog, PROD, PROD, audit),
                own,
                inspections={"pci_audit": nothing_audited} if "pci_audit" in own else {},
            )
        tables_made = digests_of(Path(buckets))
    counts = {"reused": facts.counts["reused"], "computed": facts.counts["computed"]}
    return {"cpu_s": cpu_s(), "peak_mb": peak_mb(), "tables": tables_made, **counts}


def _no_athena(*_: object) -> object:
    raise NotImplementedError


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("system")
    parser.add_argument("root", type=Path)
    parser.add_argument("--full", action="store_true", help="compute all facts again")
    given = parser.parse_args()
    print(json.dumps(build(given.system, given.root, is_full=given.full)))
