"""A snapshot's datasets on the engine that suits their size.

Athena only where its tables show this very snapshot.
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from headgate.aws.in_memory_ports import MemoryCatalog, MemoryObjects
from headgate.contracts.registry import Registry
from headgate.contracts.types import arrow_schema
from headgate.engines.choose_engine import EngineName, open_tables
from headgate.errors import ConflictError, NotFoundError
from headgate.lake import keys
from headgate.lake.ports import ObjectRef
from headgate.snapshots.publishing import parquet_bytes
from headgate.snapshots.snapshot import DatasetSnapshot, LakeSnapshot
from headgate.systems.snapshot_tables import EngineChoice, SnapshotTables

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.unit

BUCKET, DATABASE = "curated", "ecommerce_curated"
REGIONS = DatasetSnapshot("regions", "aaaa", keys.snapshot_prefix("regions", "aaaa"), 1, 5_000_000)
LAKE = LakeSnapshot("0123456789abcdef", date(2024, 1, 31), {"regions": REGIONS})


class Asked:
    """The opened tables, instead of engines that are not here."""

    def __init__(self) -> None:
        self.places: list[tuple[str, dict[str, str]]] = []
        self.memory_mb: list[int] = []
        self.of_athena: list[tuple[dict[str, pa.Schema], str]] = []

    def opened(self, engine: str, places: dict[str, str], memory_mb: int) -> Any:  # noqa: ANN401 a context manager of nothing
        self.places.append((engine, places))
        self.memory_mb.append(memory_mb)
        return nullcontext({})

    def athena(self, schemas: dict[str, pa.Schema], database: str) -> Any:  # noqa: ANN401 as above
        self.of_athena.append((schemas, database))
        return nullcontext({})


def tables(
    folder: Path, choice: EngineChoice, asked: Asked, location: str = f"s3://{BUCKET}/{REGIONS.location}"
) -> SnapshotTables:
    contracts, objects, catalog = Registry.load().curated, MemoryObjects(), MemoryCatalog()
    empty = arrow_schema(contracts["regions"]).empty_table()
    objects.write(ObjectRef(BUCKET, keys.part(REGIONS.location)), parquet_bytes(empty))
    catalog.create(DATABASE, "regions", location)
    return SnapshotTables(
        objects, catalog, contracts, BUCKET, DATABASE, folder, choice, asked.athena, asked.opened
    )


def test_duckdb_reads_the_snapshot_from_local_files(tmp_path: Path) -> None:
    with replace(tables(tmp_path, EngineChoice(), Asked()), open_files=open_tables).opened(
        LAKE, ("regions",)
    ) as opened:
        assert opened["regions"].count().execute() == 0
        assert opened["regions"].columns == tuple(Registry.load().curated["regions"].names)


def test_nothing_is_read_before_the_tables_are_used(tmp_path: Path) -> None:
    asked = Asked()
    tables(tmp_path, EngineChoice(), asked).opened(LAKE, ("regions",))
    assert not asked.places
    assert not list(tmp_path.iterdir())


def test_duckdb_may_take_the_memory_that_is_stated(tmp_path: Path) -> None:
    asked = Asked()
    with tables(tmp_path, EngineChoice(memory_mb=3_500), asked).opened(LAKE, ("regions",)):
        pass
    assert asked.memory_mb == [3_500]


@pytest.mark.parametrize(("spark_from_mb", "engine"), [(5, "spark"), (6, "duckdb")])
def test_auto_goes_by_what_is_read(spark_from_mb: int, engine: str, tmp_path: Path) -> None:
    asked = Asked()
    with tables(tmp_path, EngineChoice(EngineName.AUTO, spark_from_mb), asked).opened(LAKE, ("regions",)):
        pass
    assert [name for name, _ in asked.places] == [engine]


def test_executors_elsewhere_read_the_objects_themselves(tmp_path: Path) -> None:
    asked = Asked()
    with tables(tmp_path, EngineChoice(EngineName.SPARK, reads_objects=True), asked).opened(
        LAKE, ("regions",)
    ):
        pass
    assert asked.places == [("spark", {"regions": f"s3://{BUCKET}/{REGIONS.location}"})]
    assert not list(tmp_path.iterdir())


def test_a_dataset_of_several_parts_is_one_table(tmp_path: Path) -> None:
    chosen = replace(tables(tmp_path, EngineChoice(), Asked()), open_files=open_tables)
    schema = arrow_schema(Registry.load().curated["regions"])
    for number, name in enumerate(("DE", "GB", "US")):
        part = pa.table(
            [pa.array([name if field.name == "region_id" else None], field.type) for field in schema],
            schema.names,
        )
        chosen.objects.write(ObjectRef(BUCKET, keys.part(REGIONS.location, number)), parquet_bytes(part))
    with chosen.opened(LAKE, ("regions",)) as opened:
        assert sorted(opened["regions"].region_id.execute()) == ["DE", "GB", "US"]


def test_athena_is_asked_of_its_own_tables(tmp_path: Path) -> None:
    asked = Asked()
    with tables(tmp_path, EngineChoice(EngineName.ATHENA), asked).opened(LAKE, ("regions",)):
        pass
    ((schemas, database),) = asked.of_athena
    assert (list(schemas), database) == (["regions"], DATABASE)


def test_athena_is_not_asked_when_its_tables_show_another_snapshot(tmp_path: Path) -> None:
    stale = tables(
        tmp_path, EngineChoice(EngineName.ATHENA), Asked(), location=f"s3://{BUCKET}/snapshots/regions/bbbb/"
    )
    with pytest.raises(
        ConflictError, match=r"ecommerce_curated.regions shows another snapshot than 0123456789abcdef"
    ):
        stale.opened(LAKE, ("regions",)).__enter__()


def test_a_dataset_that_the_snapshot_lacks_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="has no dataset orders"):
        tables(tmp_path, EngineChoice(), Asked()).opened(LAKE, ("orders",)).__enter__()
