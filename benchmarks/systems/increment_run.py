"""Systems over a lake in a folder, each in a copy of a process that has loaded their libraries, as a run has
it. A line of JSON for each: figures, and digests of its tables; the first line is that of loading.
"""

from __future__ import annotations

# First, as in the process from which a run copies the processes of its systems.
from headgate.aws.glue import shared_imports  # noqa: F401 it imports what the environment names

# isort: split
import argparse
import hashlib
import json
import multiprocessing
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.parquet as pq

from benchmarks.systems.lake_folder import CURATED, LakeObjects
from benchmarks.systems.system_run import PROD, cpu_s, nothing_audited, peak_mb
from headgate.aws.in_memory_ports import MemoryCatalog
from headgate.contracts.registry import Registry
from headgate.facts import part_tables
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

    import pyarrow as pa

    from headgate.contracts.model import Contract

_SHOWN = "shown.json"
# Of one in ten snapshots, chosen by its id, a run compares stored files with new ones and continues none,
# which costs more. The benchmark measures the other nine.
part_tables.CHECKED_RUNS = 2**256


class _TimedAudit:
    """An audit, and the processor seconds that it took."""

    def __init__(self, audit: OutputAudit) -> None:
        self._audit, self.cpu_s = audit, 0.0

    def __call__(self, contract: Contract, rows: pa.Table | pa.RecordBatchReader) -> None:
        began = time.process_time()
        self._audit(contract, rows)
        self.cpu_s += time.process_time() - began


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
        with OutputAudit(DataDocs(LakeObjects(place), "artifacts"), lake, system) as asked:
            audit = _TimedAudit(asked)
            run_system(
                system,
                lake,
                tables.opened(lake, system_registry.reads(package, lake.datasets)),
                Publisher(LakeObjects(place), catalog, PROD, PROD, audit),
                own,
                inspections=nothing_audited(own),
                is_full=is_full,
            )
    used = {"cpu_s": cpu_s(), "audit_s": audit.cpu_s, "peak_mb": peak_mb()}
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


def _print_built(system: str, root: Path, *, is_full: bool) -> None:
    print(json.dumps(build(system, root, is_full=is_full)), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("root", type=Path)
    parser.add_argument("systems", nargs="+")
    parser.add_argument("--full", action="store_true", help="compute all facts again")
    given = parser.parse_args()
    print(json.dumps({"cpu_s": cpu_s()}), flush=True)
    for name in given.systems:
        run = multiprocessing.get_context("fork").Process(
            target=_print_built, args=(name, given.root), kwargs={"is_full": given.full}
        )
        run.start()
        run.join()
        if run.exitcode:
            raise SystemExit(f"{name} ended with {run.exitcode}")
