"""One Spark session for all tests, and a small shop with what engines take differently."""

from __future__ import annotations

import gc
import os
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from benchmarks.systems.merged_shop import merge_shop
from headgate.contracts.registry import Registry
from headgate.engines import spark_session
from headgate.intake.rows.check_rows import ACCEPTED, check_file
from headgate.lake.keys import ExportKey
from headgate.lake.ports import MaskingKey
from scripts.generated_shop.shop import ShopSpec, generate
from scripts.generated_shop.written_parts import iter_objects

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pyspark.sql import SparkSession

KEY = MaskingKey("test", bytes(range(32)))
SPEC = ShopSpec(customers=80, orders=400, days=500, products=60, transactions=900, searches=600)
BEYOND_FLOATS = 2**53


@pytest.fixture(scope="session")
def spark_here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    """Spark on this machine, with a Java that starts fast instead of running fast."""
    os.environ["JAVA_TOOL_OPTIONS"] = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
    started = spark_session.session(memory="1g", spill=str(tmp_path_factory.mktemp("spark")), partitions=2)
    started.conf.set("spark.sql.adaptive.enabled", "false")
    yield started
    started.stop()
    del os.environ["JAVA_TOOL_OPTIONS"]


@pytest.fixture(autouse=True)
def _collected() -> Iterator[None]:
    """PySpark's forgotten sockets are closed in the test that forgot them."""
    yield
    gc.collect()


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a merged Parquet file for each dataset: moments with fractions of a second, ids that no
    float holds.
    """
    folder = tmp_path_factory.mktemp("shop")
    generate(SPEC, folder / "raw")
    passed: dict[str, list[Path]] = {name: [] for name in Registry.load().curated}
    for number, (key, path) in enumerate(iter_objects(folder / "raw")):
        contract = Registry.load().source[ExportKey.parse(key).dataset]  # type: ignore[union-attr]  # every object of a sample has such a key
        out = folder / "passed" / str(number)
        out.mkdir(parents=True)
        check_file(path, contract, KEY, object_key=key, received_at=datetime(2025, 1, 1), folder=out)
        passed[contract.dataset].append(out / ACCEPTED)
    merged = folder / "merged"
    merge_shop(passed, merged)
    for name in Registry.load().curated:
        _make_awkward(merged / f"{name}.parquet")
    return merged


@pytest.fixture(scope="session")
def shuffled(shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same rows in another order."""
    folder = tmp_path_factory.mktemp("shuffled")
    for path in shop.glob("*.parquet"):
        rows = pq.read_table(path)
        pq.write_table(
            rows.take(np.random.default_rng(5).permutation(rows.num_rows)),
            folder / path.name,
            row_group_size=97,
        )
    return folder


def _make_awkward(path: Path) -> None:
    rows = pq.read_table(path)
    for number, field in enumerate(rows.schema):
        if pa.types.is_timestamp(field.type):
            fractions = pa.array(np.arange(rows.num_rows) * 7_919 % 1_000_000, pa.duration("us"))
            rows = rows.set_column(
                number,
                field,
                pc.add(pc.floor_temporal(rows[field.name], unit="second"), fractions).cast(field.type),
            )
        if field.name == "customer_id":
            rows = rows.set_column(number, field, pc.add(rows[field.name], BEYOND_FLOATS))
    pq.write_table(rows, path, store_schema=False)
