"""Runs of a system over datasets that change, with the files that earlier runs kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow.parquet as pq

from headgate.aws.in_memory_ports import MemoryObjects
from headgate.engines import local
from headgate.facts.fact_store import FactStore
from headgate.facts.part_tables import PartTables
from headgate.lake.ports import ObjectRef
from tests.made_tables import in_memory

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import ibis
    import pyarrow as pa

    from headgate.systems.system_registry import Made

PROD, FULL = "prod", "full"


class _FilesOnly(dict[str, "ibis.Table"]):
    """Tables that keep files, and no facts: the rows are in no parts."""

    def __init__(self, tables: Mapping[str, ibis.Table], kept: PartTables) -> None:
        super().__init__(tables)
        self.kept_files, self.first_stored = kept.kept_files, kept.first_stored


@dataclass
class KeptRuns:
    """Files of the datasets, and what runs over them have kept.

    Attributes:
        system: builds the tables.
    """

    system: Callable[[Mapping[str, ibis.Table]], Mapping[str, Made]]
    datasets: dict[str, pa.Table]
    folder: Path
    objects: MemoryObjects = field(default_factory=MemoryObjects)
    runs: int = 0

    def copy(self, folder: Path) -> KeptRuns:
        """Return the same runs, whose further ones keep their files in another folder and store."""
        objects = MemoryObjects()
        for bucket in (PROD, FULL):
            for key, body in self.objects.contents(bucket).items():
                objects.write(ObjectRef(bucket, key), body)
        return KeptRuns(self.system, self.datasets, folder, objects)

    def replace(self, **datasets: pa.Table) -> None:
        """Replace the rows of some datasets."""
        self.datasets = {**self.datasets, **datasets}

    def build(
        self, *, is_full: bool = False, is_checked: bool = False
    ) -> tuple[dict[str, pd.DataFrame], Counter[str]]:
        """Build the tables, and count the kept files that were used and written."""
        self.runs += 1
        folder = self.folder / str(self.runs)
        (folder / "facts").mkdir(parents=True)
        for name, rows in self.datasets.items():
            pq.write_table(rows, folder / f"{name}.parquet")
        store = FactStore(self.objects, FULL if is_full else PROD, is_full=is_full)
        with local.connected() as backend:
            paths = {name: folder / f"{name}.parquet" for name in self.datasets}
            opened = {name: backend.read_parquet(path, table_name=name) for name, path in paths.items()}
            kept = PartTables({}, {}, store, backend, folder / "facts", is_checked)
            built = in_memory(self.system(_FilesOnly(opened, kept)))
        store.finish()
        return built, store.counts


def assert_equal(built: Mapping[str, pd.DataFrame], full: Mapping[str, pd.DataFrame]) -> None:
    """Fail unless all tables have the same rows."""
    assert set(built) == set(full)
    for name, frame in full.items():
        pd.testing.assert_frame_equal(built[name], frame, check_exact=True)
