"""Recovery drill: curated, quarantine and the tables are deleted, and rebuilt equal from raw."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from headgate.aws.in_memory_ports import MemoryCatalog
from headgate.cli.commands.files.quarantine import replay_all
from headgate.contracts.registry import Registry
from headgate.intake.files.missing_rows import files_without_rows
from headgate.intake.files.replay_file import Replayer
from headgate.lake import keys
from headgate.lake.ports import ObjectRef
from headgate.merge.merge_lake import Merging
from headgate.quality.contract_audit import audit
from headgate.snapshots.read_snapshots import lake_snapshot
from headgate.values.parquet_tables import table_of
from tests.duckdb_memory import MEMORY
from tests.unit.api.lakes import PAYMENTS, MemoryLake

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

pytestmark = [
    pytest.mark.unit,
    pytest.mark.filterwarnings(
        r"ignore:fetch_arrow_table\(\) is deprecated:DeprecationWarning"
    ),  # Ibis calls DuckDB's old name
]


def missing(lake: MemoryLake) -> list[str]:
    return [
        record.key
        for record in files_without_rows(lake.objects, lake.ledger.records(), "curated", "quarantine")
    ]


def rebuilt(lake: MemoryLake) -> list[str]:
    records = files_without_rows(lake.objects, lake.ledger.records(), "curated", "quarantine")
    return [str(one["outcome"]) for one in replay_all(Replayer(*lake.gate), records)]


def deleted(lake: MemoryLake, *zones: str) -> None:
    for zone in zones:
        for key in lake.objects.contents(zone):
            lake.objects.delete(ObjectRef(zone, key))


def rows_of_files(lake: MemoryLake) -> dict[str, bytes]:
    zones = {"curated": f"{keys.INCREMENTS}/", "quarantine": ""}
    every = {
        f"{zone}/{key}": body
        for zone, prefix in zones.items()
        for key, body in lake.objects.contents(zone, prefix).items()
    }
    return {key: body for key, body in every.items() if key.endswith(".parquet")}


def merged(lake: MemoryLake, folder: Path) -> pa.Table:
    catalog = MemoryCatalog()
    catalog.create("curated", "payments", "s3://curated/none/")
    contracts = {"payments": Registry.load().curated["payments"]}
    Merging(lake.objects, catalog, contracts, "curated", "curated", folder, audit, memory=MEMORY).merge(
        date(2024, 1, 31)
    )
    of = lake_snapshot(lake.objects, "curated").datasets["payments"]
    return table_of(lake.objects.read(ObjectRef("curated", keys.part(of.location))))


def test_drill_everything_behind_raw_is_deleted_and_rebuilt_equal(tmp_path: Path) -> None:
    lake = MemoryLake()
    lake.receive("payments/a.csv", PAYMENTS)
    lake.receive("payments/b.csv", PAYMENTS.replace(b"\n1,", b"\n9,"))
    before, table = rows_of_files(lake), merged(lake, tmp_path)
    deleted(lake, "curated", "quarantine")
    assert missing(lake) == ["payments/a.csv", "payments/b.csv"]
    assert rebuilt(lake) == ["replayed", "replayed"]
    assert rows_of_files(lake) == before
    assert merged(lake, tmp_path).equals(table)
    assert missing(lake) == []


def test_a_file_whose_original_is_gone_is_reported() -> None:
    lake = MemoryLake()
    lake.receive("payments/a.csv", PAYMENTS)
    deleted(lake, "raw", "curated")
    for version in list(lake.objects.versions("raw", "")):
        lake.objects.delete(version.ref)
    assert rebuilt(lake) == ["raw_gone"]


def test_nothing_is_missing_of_files_without_rows() -> None:
    lake = MemoryLake()
    lake.receive("payments/a.csv", b"")
    assert missing(lake) == []
