"""A lake whose snapshots have several parts, through the jobs: merged, checked, and read by every engine."""

from __future__ import annotations

import io
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headgate.aws.athena.queries import AthenaQueries
from headgate.aws.in_memory_ports import MemoryCatalog, MemoryObjects
from headgate.aws.s3 import S3Objects
from headgate.contracts.registry import Registry
from headgate.contracts.types import arrow_schema
from headgate.lake import keys
from headgate.lake.ports import ObjectRef
from headgate.merge.merge_lake import Merging
from headgate.merge.part_boundaries import PARENT_SHARE
from headgate.quality.contract_audit import audit
from headgate.snapshots.publishing import parquet_bytes
from headgate.snapshots.read_snapshots import lake_snapshot, part_refs
from tests.integration.glue_jobs.test_glue_jobs import build_on, run_job, workgroup_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.integration.conftest import Lake

pytestmark = pytest.mark.integration

PART_ROWS = 10  # of a part of regions, to which customers and orders point
NAMES = [f"{first}{second}" for first in "ABCDEFGH" for second in "ABCDEFGH"]


def increment(content: str, names: Sequence[str], day: int) -> bytes:
    rows = [
        {
            "region_id": name,
            "region_name": f"Region {name}",
            "country_code": name,
            "continent": "EU",
            "updated_at": datetime(2011, 12, day),
            "_content_sha256": content * 64,
            "_source_row": number,
        }
        for number, name in enumerate(names, 1)
    ]
    return parquet_bytes(pa.Table.from_pylist(rows, arrow_schema(Registry.load().curated["regions"])))


INCREMENTS = {"a": increment("a", NAMES[:50], 1), "b": increment("b", [*NAMES[50:], "AA"], 2)}


def merge(lake: Lake, content: str) -> dict[str, Any]:
    """One more increment, and a run of the merge."""
    key = keys.increment_key("regions", content * 64)
    lake.emulator.client("s3").put_object(Bucket=lake.bucket("curated"), Key=key, Body=INCREMENTS[content])
    return run_job(lake, "merge_curated.py", {"--HEADGATE_SNAPSHOT_PART_ROWS": str(PART_ROWS * PARENT_SHARE)})


@pytest.fixture(scope="module")
def merged(lake: Lake) -> Lake:
    for content in INCREMENTS:
        run = merge(lake, content)
        assert run["JobRunState"] == "SUCCEEDED", run.get("ErrorMessage")
    return lake


def parts(objects: Any, bucket: str) -> list[bytes]:  # noqa: ANN401 either port
    return [
        objects.read(ref)
        for ref in part_refs(objects, bucket, lake_snapshot(objects, bucket).datasets["regions"])
    ]


def test_a_lake_that_grew_in_the_store_has_the_bytes_of_one_that_is_merged_at_once(
    merged: Lake, tmp_path: Path
) -> None:
    memory, catalog, contract = MemoryObjects(), MemoryCatalog(), Registry.load().curated["regions"]
    catalog.create("curated", "regions", "s3://curated/empty/")
    for content, body in INCREMENTS.items():
        memory.write(ObjectRef("curated", keys.increment_key("regions", content * 64)), body)
    Merging(
        memory, catalog, {"regions": contract}, "curated", "curated", tmp_path, audit, part_rows=PART_ROWS
    ).merge()
    stored = parts(S3Objects(merged.emulator.client("s3")), merged.bucket("curated"))
    assert len(stored) > 3
    assert stored == parts(memory, "curated")
    ids = [row["region_id"] for part in stored for row in pq.read_table(io.BytesIO(part)).to_pylist()]
    assert ids == sorted(NAMES)


def test_the_gate_passes_a_snapshot_of_several_parts(merged: Lake) -> None:
    for _ in range(2):
        run = run_job(merged, "quality_gate.py")
        assert run["JobRunState"] == "SUCCEEDED", run.get("ErrorMessage")


@pytest.mark.parametrize("engine", ["duckdb", "spark", "athena"])
def test_every_engine_reads_all_parts(merged: Lake, engine: str) -> None:
    run = build_on(merged, engine)
    assert run["JobRunState"] == "SUCCEEDED", run.get("ErrorMessage")


def test_sql_counts_the_rows_of_all_parts(merged: Lake) -> None:
    answer = AthenaQueries(
        merged.emulator.client("athena"), workgroup_of(merged), merged.settings["HEADGATE_CURATED_DATABASE"]
    ).run("select count(*) as regions from regions")
    assert answer.records() == [{"regions": len(NAMES)}]
