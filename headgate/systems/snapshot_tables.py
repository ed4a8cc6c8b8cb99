"""A snapshot's datasets as tables of the engine that suits their size."""

from __future__ import annotations

import logging
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from headgate.contracts.types import arrow_schema
from headgate.engines.choose_engine import EngineName, open_tables
from headgate.engines.local import MIN_MEMORY_MB
from headgate.errors import ConflictError
from headgate.facts.part_files import PartFiles
from headgate.facts.part_tables import open_part_tables
from headgate.snapshots.read_snapshots import fetch, known_datasets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    import ibis
    import pyarrow as pa

    from headgate.contracts.model import Contract
    from headgate.facts.fact_store import FactStore
    from headgate.lake.ports import Catalog, SnapshotObjects
    from headgate.snapshots.snapshot import DatasetSnapshot, LakeSnapshot

log = logging.getLogger(__name__)

Opened: TypeAlias = "AbstractContextManager[Mapping[str, ibis.Table]]"


@dataclass(frozen=True)
class EngineChoice:
    """The settings of the engine.

    Attributes:
        spark_from_mb: with `auto`, Spark is used when a system reads so many megabytes of Parquet.
        reads_objects: Spark's executors do not see this machine's files.
        memory_mb: what DuckDB may take before it spills.
    """

    asked: EngineName = EngineName.DUCKDB
    spark_from_mb: int = 0
    reads_objects: bool = False
    memory_mb: int = MIN_MEMORY_MB


@dataclass(frozen=True)
class SnapshotTables:
    """Opens datasets of a snapshot.

    Args:
        contracts: of the curated tables, by dataset.
        workspace: a local folder with room for what is read, where the engine reads local files.
        ask_athena: opens tables of a database, given their columns; of use for Athena only.
        open_files: opens Parquet files, patterns of files, or folders of objects, on DuckDB or Spark.
        facts: kept by part, where DuckDB is the engine; without them each fact is computed from all rows.
    """

    objects: SnapshotObjects
    catalog: Catalog
    contracts: Mapping[str, Contract]
    bucket: str
    database: str
    workspace: Path
    choice: EngineChoice
    ask_athena: Callable[[Mapping[str, pa.Schema], str], Opened]
    open_files: Callable[[EngineName, Mapping[str, str], int], Opened] = open_tables
    facts: FactStore | None = None

    @contextmanager
    def opened(self, lake: LakeSnapshot, datasets: tuple[str, ...]) -> Iterator[Mapping[str, ibis.Table]]:
        """Open each dataset of the snapshot as a table while the block lasts.

        Nothing is read before the block begins.

        Raises:
            NotFoundError: the snapshot lacks a dataset.
            ConflictError: the engine is Athena and its tables show another snapshot.
        """
        with self._opened(lake, datasets) as tables:
            yield tables

    def _opened(self, lake: LakeSnapshot, datasets: tuple[str, ...]) -> Opened:
        snapshots = known_datasets(lake, datasets)
        engine = self.choice.asked.chosen(
            sum(dataset.size_bytes for dataset in snapshots.values()), self.choice.spark_from_mb
        )
        log.info("engine chosen", extra={"engine": engine, "datasets": list(snapshots)})
        if engine is EngineName.DUCKDB and self.facts and (parts := self._parts_of(snapshots)):
            return open_part_tables(
                parts,
                self.contracts,
                self.facts,
                lake.snapshot_id,
                folder=self.workspace / "facts",
                memory_mb=self.choice.memory_mb,
            )
        if self.facts:
            self.facts.rows_read += sum(dataset.rows for dataset in snapshots.values())
        if engine is EngineName.ATHENA:
            return self._in_athena(lake, datasets)
        if engine is EngineName.SPARK and self.choice.reads_objects:
            places = {name: f"s3://{self.bucket}/{dataset.location}" for name, dataset in snapshots.items()}
            return self.open_files(engine, places, self.choice.memory_mb)
        files = fetch(self.objects, self.bucket, lake, datasets, self.workspace)
        places = {name: place_of(paths) for name, paths in files.items()}
        return self.open_files(engine, places, self.choice.memory_mb)

    def _parts_of(self, snapshots: Mapping[str, DatasetSnapshot]) -> dict[str, PartFiles]:
        """Return the parts of all datasets; none if an older version of Headgate wrote a snapshot."""
        files = {
            name: PartFiles(self.objects, self.bucket, snapshot, self.workspace / name)
            for name, snapshot in snapshots.items()
        }
        return files if all(of.parts for of in files.values()) else {}

    def _in_athena(self, lake: LakeSnapshot, datasets: tuple[str, ...]) -> Opened:
        for name in datasets:
            shown = self.catalog.current(self.database, name).location.rstrip("/")
            if shown != f"s3://{self.bucket}/{lake.datasets[name].location}".rstrip("/"):
                raise ConflictError(
                    f"table {self.database}.{name} shows another snapshot than {lake.snapshot_id}"
                )
        return self.ask_athena({name: arrow_schema(self.contracts[name]) for name in datasets}, self.database)


def place_of(parts: Sequence[Path]) -> str:
    """Return the path of a dataset's only local part, or a pattern for all parts."""
    return str(parts[0]) if len(parts) == 1 else str(parts[0].with_name("*.parquet"))
