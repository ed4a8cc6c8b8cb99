"""One system over one folder of merged files, in this process.

The last line is JSON: CPU seconds, memory, a digest of each table.

Tables are published to a folder: buckets in memory would count what S3 holds as memory of the system.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import resource
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from headgate.aws.in_memory_ports import MemoryCatalog
from headgate.contracts.registry import Registry
from headgate.engines.choose_engine import EngineName, open_tables
from headgate.engines.local import MIN_MEMORY_MB
from headgate.export.destination import FolderObjects
from headgate.merge.as_of import as_of, latest_on
from headgate.quality.data_docs import DataDocs
from headgate.quality.output_audit import OutputAudit
from headgate.snapshots.publishing import Publisher
from headgate.snapshots.snapshot import LakeSnapshot
from headgate.systems import system_registry
from headgate.systems.rows_in_file import without_rows
from headgate.systems.run import run_system

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    import pandas as pd

    from headgate.contracts.model import Contract

SNAPSHOT = "0123456789abcdef"
PROD = "prod"  # the bucket and the database
PUBLISHED = "headgate-published-"
"""The name of the temporary folder that the tables are published to begins with it."""


def build(system: str, folder: Path, engine: str, memory_mb: int) -> dict[str, object]:
    """Build, audit and publish one system, to buckets in a temporary folder.

    What it took, and a digest of each table.
    """
    with tempfile.TemporaryDirectory(prefix=PUBLISHED) as buckets:
        _published(system, folder, engine, memory_mb, FolderObjects(Path(buckets)))
        tables = digests_of(Path(buckets))
    return {"cpu_s": cpu_s(), "peak_mb": peak_mb(), "tables": tables}


def digests_of(buckets: Path) -> dict[str, str]:
    """Return a digest of each published table's bytes."""
    digests: dict[str, str] = {}
    for path in sorted((buckets / PROD / "tables").rglob("*.parquet")):
        table = path.parts[-3]
        digests[table] = hashlib.sha256((digests.get(table, "") + _digest(path)).encode()).hexdigest()
    return digests


def _published(system: str, folder: Path, engine: str, memory_mb: int, objects: FolderObjects) -> None:
    own, catalog = Registry.load().tables_of(system), MemoryCatalog()
    for table in own:
        catalog.create(PROD, table, f"s3://{PROD}/tables/{table}/none/")
    places = {
        name: str(folder / f"{name}.parquet")
        for name in system_registry.reads(system_registry.system(system))
    }
    tables = open_tables(EngineName.parse(engine), places, memory_mb)
    inspections = nothing_audited(own)
    lake = LakeSnapshot(SNAPSHOT, _last_day(folder), {})
    with OutputAudit(DataDocs(objects, "artifacts"), lake, system) as audit:
        run_system(
            system, lake, tables, Publisher(objects, catalog, PROD, PROD, audit), own, inspections=inspections
        )


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def nothing_audited(own: Mapping[str, Contract]) -> dict[str, Callable[[], pd.DataFrame]]:
    """Return the card-data audit of a system's tables: it reads buckets, of which there are none here."""
    audited = {name: own[name] for name in ("pci_audit", "pci_findings") if name in own}
    return {name: partial(without_rows(audited).__getitem__, name) for name in audited}


def _last_day(folder: Path) -> date:
    contracts = Registry.load().curated
    return as_of(
        {
            name: latest_on(contracts[name], folder / f"{name}.parquet", {})
            for name in ("orders", "card_transactions")
        },
        contracts,
    )


def cpu_s() -> float:
    """Return the processor seconds of this process and its children."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def peak_mb() -> float:
    """The most memory that this process held.

    `ru_maxrss` begins with the parent's, so the kernel's own record is read.
    """
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM"))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("system")
    parser.add_argument("folder", type=Path)
    parser.add_argument("engine")
    parser.add_argument(
        "--memory-mb", type=int, default=MIN_MEMORY_MB, help="what DuckDB may take before it spills"
    )
    given = parser.parse_args()
    print(json.dumps(build(given.system, given.folder, given.engine, given.memory_mb)))
