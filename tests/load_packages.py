"""Loads of dlt in a folder, and what the gate makes of them in memory."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pyarrow as pa

from headgate.aws.in_memory_ports import MemoryLedger, MemoryObjects
from headgate.intake.files.export_runs import ExportRuns
from headgate.intake.files.gate import GatePorts, GateRules
from headgate.intake.files.process_file import FileProcessor
from headgate.intake.files.source_deletions import Sightings
from headgate.lake.keys import parse_increment_key
from headgate.lake.ports import MaskingKey, ObjectRef
from headgate.python_api import draft_contract
from headgate.values.parquet_tables import table_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from headgate.contracts.model import Contract

KEY = MaskingKey("k1", b"0" * 32)
LANDED = datetime(2026, 1, 2, tzinfo=UTC).replace(tzinfo=None)


def parts_of(raw: Path, table: str) -> list[Path]:
    """The parts of a table in a folder that is used as raw."""
    return sorted(raw.glob(f"{table}/dt=*/run=*/part-*.parquet"))


def drafted(raw: Path, table: str) -> Contract:
    """A contract drafted from the first part of a table."""
    return draft_contract(parts_of(raw, table)[0], table)


@dataclass
class Gate:
    """The gate in memory, which processes what lies in a folder."""

    contracts: Mapping[str, Contract]
    clock: Callable[[], datetime] = lambda: LANDED
    objects: MemoryObjects = field(init=False)
    ledger: MemoryLedger = field(default_factory=MemoryLedger)

    def __post_init__(self) -> None:
        self.objects = MemoryObjects(clock=self.clock)

    def process(self, raw: Path) -> dict[str, int]:
        """Every new object of the folder was received; how many records are in each state."""
        queue, received = deque[ObjectRef](), set(self.objects.contents("raw"))
        for path in sorted(raw.rglob("*")):
            if path.is_file() and path.relative_to(raw).as_posix() not in received:
                ref = ObjectRef("raw", path.relative_to(raw).as_posix())
                self.objects.write(ref, path.read_bytes())
                queue.append(ref)
        ports = GatePorts(self.objects, self.ledger, "curated", "quarantine", self.clock, 300)
        processor = FileProcessor(ports, GateRules(self.contracts, lambda: KEY))
        runs = ExportRuns(
            self.objects, processor.process, queue.extend, Sightings(self.objects, self.contracts, "curated")
        )
        states: dict[str, int] = {}
        while queue:
            record = runs.receive(queue.popleft())
            states[record.state] = states.get(record.state, 0) + 1
        return states

    def rows(self, dataset: str) -> list[dict[str, object]]:
        """Every accepted row of a dataset, without lineage columns."""
        keys = (parse_increment_key(key) for key in self.objects.contents("curated"))
        tables = [
            table_of(self.objects.read(ObjectRef("curated", f"increments/{name}/{content}.parquet")))
            for name, content in filter(None, keys)
            if name == dataset
        ]
        rows = pa.concat_tables(tables).to_pylist() if tables else []
        return [{name: value for name, value in row.items() if not name.startswith("_")} for row in rows]
