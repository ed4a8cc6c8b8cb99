"""Loads of dlt are export runs: complete or absent, with deletions, and nothing in raw is deleted."""

from __future__ import annotations

import hashlib
import json
import signal
import subprocess
import sys
import textwrap
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import dlt
import pyarrow as pa
import pytest
from dlt.pipeline.exceptions import PipelineStepFailed

import headgate
from headgate.aws.in_memory_ports import MemoryCatalog
from headgate.contracts.curated import curated_contract
from headgate.errors import ConflictError
from headgate.export.load_packages import split_rows
from headgate.intake.files.source_deletions import deleted_keys
from headgate.lake.ports import ObjectRef
from headgate.merge.merge_lake import Merging
from headgate.quality.contract_audit import audit
from headgate.values.parquet_tables import table_of
from tests.duckdb_memory import MEMORY
from tests.load_packages import LANDED, Gate, drafted, parts_of

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from dlt import Pipeline

    from tests.conftest import Emulator

pytestmark = pytest.mark.integration

KILLED_AFTER_ONE_FILE = """
    import os, signal, sys
    import dlt, headgate
    from headgate.export.load_packages import PartJob

    write = PartJob._write
    def write_and_die(self, rows, path):
        write(self, rows, path)
        os.kill(os.getpid(), signal.SIGKILL)
    PartJob._write = write_and_die
    raw, pipelines = sys.argv[1:]
    pipeline = dlt.pipeline("shop", destination=headgate.dlt_destination(raw), pipelines_dir=pipelines)
    pipeline.run([
        dlt.resource([{"id": 1}, {"id": 2}], name="orders"), dlt.resource([{"sku": "a"}], name="articles")
    ])
"""


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """A folder that is used as raw."""
    return tmp_path / "raw"


def pipeline_into(raw: Path, name: str = "shop") -> Pipeline:
    destination = headgate.dlt_destination(str(raw))
    return dlt.pipeline(name, destination=destination, pipelines_dir=str(raw.parent / "pipelines"))


def load(raw: Path, rows: list[dict[str, Any]], **hints: Any) -> None:  # noqa: ANN401 hints of dlt's resources
    pipeline_into(raw).run(dlt.resource(rows, name="orders", **hints))


def manifests(raw: Path, table: str = "orders") -> list[dict[str, Any]]:
    return [json.loads(path.read_text()) for path in sorted(raw.glob(f"{table}/dt=*/run=*/_manifest.json"))]


def test_a_load_lands_as_a_run_whose_manifest_states_its_bytes(raw: Path) -> None:
    load(raw, [{"id": 1, "amount": "1.50"}, {"id": 2, "amount": "2.00"}])
    (manifest,), (part,) = manifests(raw), parts_of(raw, "orders")
    (file,) = manifest["files"]
    assert (file["name"], file["rows"]) == (part.name, 2)
    assert file["sha256"] == hashlib.sha256(part.read_bytes()).hexdigest()
    assert file["size_bytes"] == part.stat().st_size
    assert table_of(part).column_names == ["id", "amount"], "columns of dlt are left out"


def test_the_gate_takes_the_rows_and_ignores_the_state_of_dlt(raw: Path) -> None:
    load(raw, [{"id": 1}, {"id": 2}])
    gate = Gate({"orders": drafted(raw, "orders")})
    states = gate.process(raw)
    assert set(states) <= {"done", "ignored", "skipped_duplicate", "waiting"}, states
    assert states["ignored"] >= 4, "dlt's state and the manifest"
    assert sorted(row["id"] for row in gate.rows("orders")) == [1, 2]


def test_equal_loads_are_equal_files(raw: Path) -> None:
    for _ in range(2):
        load(raw, [{"id": 1}])
    first, second = parts_of(raw, "orders")
    assert first.read_bytes() == second.read_bytes()


def test_a_killed_load_leaves_nothing_visible_and_the_next_run_completes_it(raw: Path) -> None:
    script = textwrap.dedent(KILLED_AFTER_ONE_FILE)
    command = [sys.executable, "-c", script, str(raw), str(raw.parent / "pipelines")]
    assert subprocess.run(command, capture_output=True, check=False).returncode == -signal.SIGKILL
    assert len([*parts_of(raw, "orders"), *parts_of(raw, "articles")]) >= 1, "a file was written"
    assert not list(raw.rglob("_manifest.json"))
    gate = Gate({})
    assert "done" not in gate.process(raw)
    pipeline_into(raw).run()
    assert [len(manifests(raw, table)) for table in ("orders", "articles")] == [1, 1]
    gate = Gate({table: drafted(raw, table) for table in ("orders", "articles")})
    gate.process(raw)
    assert [len(gate.rows(table)) for table in ("orders", "articles")] == [2, 1]


def test_a_package_with_a_failed_file_publishes_nothing(raw: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOAD__RAISE_ON_FAILED_JOBS", "false")
    deletes_without_key = dlt.resource(
        [{"id": 1, "gone": True}], name="orders", columns={"gone": {"hard_delete": True}}
    )
    with pytest.raises((PipelineStepFailed, ConflictError)):
        pipeline_into(raw).run([deletes_without_key, dlt.resource([{"sku": "a"}], name="articles")])
    assert not list(raw.rglob("_manifest.json"))


def test_deleted_rows_are_keys_of_the_run_and_reach_the_merge(raw: Path) -> None:
    rows = [{"id": 1, "gone": None}, {"id": 2, "gone": True}, {"id": 3, "gone": False}]
    hints = {"primary_key": "id", "write_disposition": "merge", "columns": {"gone": {"hard_delete": True}}}
    load(raw, rows, **hints)
    (manifest,) = manifests(raw)
    assert manifest["deleted"] == 1
    contract = drafted(raw, "orders")
    follows = {**contract.properties, "headgate.deletes": "key_comparison"}
    gate = Gate({"orders": replace(contract, key=("id",), properties=follows)})
    gate.process(raw)
    assert sorted(row["id"] for row in gate.rows("orders")) == [1, 3]
    (deletions,) = [key for key in gate.objects.contents("curated") if key.endswith(".deleted.parquet")]
    assert table_of(gate.objects.read(ObjectRef("curated", deletions))).to_pydict() == {"id": [2]}
    assert deleted_keys(gate.contracts["orders"], pa.table({"id": [2]})).num_rows == 1


def test_a_replacing_load_states_that_it_is_full_and_deletes_no_file(raw: Path) -> None:
    load(raw, [{"id": 1}, {"id": 2}], write_disposition="replace")
    before = parts_of(raw, "orders")
    load(raw, [{"id": 2}], write_disposition="replace")
    assert [item["mode"] for item in manifests(raw)] == ["full", "full"]
    assert len(parts_of(raw, "orders")) == 2
    assert set(before) < set(parts_of(raw, "orders"))


def test_rows_that_a_replacing_load_lacks_leave_the_table_and_are_counted(raw: Path, tmp_path: Path) -> None:
    """From a pipeline of dlt through the gate to the merged table; a load of few rows changes nothing."""
    rows = [{"id": number, "name": f"n{number}"} for number in range(1, 5)]
    load(raw, rows, write_disposition="replace")
    contract = drafted(raw, "orders")
    full = replace(contract, key=("id",), properties={**contract.properties, "headgate.load": "full"})
    lake = MergedLake(Gate({"orders": full}, TickingClock(LANDED)), tmp_path / "work")
    assert lake.after(raw) == ([1, 2, 3, 4], 0, "")

    load(raw, [*rows[1:], {"id": 9, "name": "n9"}], write_disposition="replace")
    assert lake.after(raw) == ([2, 3, 4, 9], 1, "")

    load(raw, rows[:1], write_disposition="replace")
    ids, _, failure = lake.after(raw)
    assert ids == [2, 3, 4, 9]
    assert "lacks" in failure


@dataclass
class TickingClock:
    """Every look is a second later."""

    now: datetime

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


class MergedLake:
    """The table that merges make of what the gate accepted."""

    def __init__(self, gate: Gate, workspace: Path) -> None:
        workspace.mkdir()
        self._gate, self._workspace = gate, workspace
        self._catalog = MemoryCatalog()
        self._catalog.create("lake", "orders", "s3://curated/empty/orders/")

    def after(self, raw: Path) -> tuple[list[int], int, str]:
        """Return the ids of the table, how many rows left it, and why it was not merged."""
        self._gate.process(raw)
        contracts = {name: curated_contract(each) for name, each in self._gate.contracts.items()}
        places = ("curated", "lake", self._workspace, audit)
        objects = self._gate.objects
        ports = (objects, self._catalog, contracts, *places)
        merged = Merging(*ports, last_arrivals=dict, memory=MEMORY).merge()
        place = self._catalog.current("lake", "orders").location.removeprefix("s3://curated/")
        parts = [key for key in objects.contents("curated", place) if key.endswith(".parquet")]
        rows = [row for key in parts for row in table_of(objects.read(ObjectRef("curated", key))).to_pylist()]
        removed = merged.datasets["orders"].removed if "orders" in merged.datasets else 0
        return sorted(row["id"] for row in rows), removed, merged.failed.get("orders", "")


def test_the_bucket_of_a_lake_takes_a_load(emulator: Emulator, raw: Path) -> None:
    s3 = emulator.client("s3")
    s3.create_bucket(Bucket="dlt-raw")
    login = {
        "aws_access_key_id": emulator.environment["AWS_ACCESS_KEY_ID"],
        "aws_secret_access_key": "test",
        "endpoint_url": s3.meta.endpoint_url,
        "region_name": "us-east-1",
    }
    destination = headgate.dlt_destination("s3://dlt-raw", credentials=login)
    pipeline = dlt.pipeline("bucket", destination=destination, pipelines_dir=str(raw.parent / "pipelines"))
    pipeline.run(dlt.resource([{"id": 1}], name="orders"))
    names = [item["Key"] for item in s3.list_objects_v2(Bucket="dlt-raw", Prefix="orders/")["Contents"]]
    assert [name.rpartition("/")[2][:5] for name in names] == ["_mani", "part-"]


@pytest.mark.parametrize(
    ("rows", "newest_by", "kept", "deleted"),
    [
        ([(1, None), (1, True)], {}, [], [1]),
        ([(1, True), (1, None)], {}, [1], []),
        ([(1, True), (1, None)], {"place": "asc"}, [], [1]),
        ([(1, True), (1, None)], {"place": "desc"}, [1], []),
        ([(2, False), (1, False)], {}, [2, 1], []),
    ],
)
def test_the_last_row_of_a_key_decides(
    rows: list[tuple[int, bool | None]], newest_by: dict[str, str], kept: list[int], deleted: list[int]
) -> None:
    table = pa.table(
        {
            "id": [key for key, _ in rows],
            "gone": pa.array([gone for _, gone in rows], pa.bool_()),
            "place": list(range(len(rows))),
        }
    )
    remaining, gone = split_rows(table, key=["id"], deletes="gone", newest_by=newest_by)
    assert (remaining["id"].to_pylist(), gone["id"].to_pylist()) == (kept, deleted)


def test_deletions_without_a_key_are_an_error() -> None:
    with pytest.raises(ConflictError, match="primary_key"):
        split_rows(pa.table({"id": [1], "gone": [True]}), key=[], deletes="gone")
