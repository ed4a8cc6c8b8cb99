"""Deletions that a run reports reach curated once, however often they come.

A contract that asks for none gets none.
"""

from __future__ import annotations

import hashlib
import json
from datetime import date, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headgate.aws.in_memory_ports import MemoryObjects
from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.errors import AuditError
from headgate.intake.files.source_deletions import Sightings, deleted_keys, moment_of
from headgate.lake import keys
from headgate.lake.keys import RUN_DELETIONS, RUN_MANIFEST, ExportKey
from headgate.lake.ports import FileRecord, ObjectRef
from headgate.lake.states import FileState

pytestmark = pytest.mark.unit

COLUMNS = (
    Column("shop", ColumnType(Kind.STRING, length=8)),
    Column("id", ColumnType(Kind.BIGINT)),
    Column("note", ColumnType(Kind.STRING)),
)
ASKING = Contract(
    "c",
    "orders",
    "source",
    "1.0.0",
    COLUMNS,
    ("shop", "id"),
    properties={"headgate.deletes": "key_comparison"},
)
MANIFEST = ExportKey("orders", date(2026, 1, 2), "r2", RUN_MANIFEST)
MOMENT = "2026-01-02T01:00:00.000123"
SEEN, GONE = (
    "increments/orders/aa.seen-20260102T010000.000123Z",
    "increments/orders/20260102T010000.000123Z.deleted.parquet",
)


def parquet(rows: pa.Table) -> bytes:
    out = pa.BufferOutputStream()
    pq.write_table(rows, out)
    return out.getvalue().to_pybytes()


def reported(objects: MemoryObjects, *contracts: Contract) -> Sightings:
    return Sightings(objects, {contract.dataset: contract for contract in contracts}, "curated")


def manifest(deleted: bytes = b"") -> bytes:
    stated = {"files": [{"name": "part-00000.parquet", "sha256": "aa"}], "moment": {"taken_at": MOMENT}}
    return json.dumps(
        {**stated, "deleted_sha256": hashlib.sha256(deleted).hexdigest() if deleted else ""}
    ).encode()


def landed(objects: MemoryObjects) -> bytes:
    """The run's deleted keys lie in raw, in the source's types."""
    body = parquet(pa.table({"shop": ["a", "b"], "id": pa.array([1, 2], pa.int32())}))
    objects.write(ObjectRef("raw", ExportKey("orders", date(2026, 1, 2), "r2", RUN_DELETIONS).path()), body)
    return body


def test_a_run_leaves_the_deleted_keys_and_when_its_rows_were_there() -> None:
    objects = MemoryObjects()
    body = landed(objects)
    for _ in range(2):
        reported(objects, ASKING).of_run("raw", MANIFEST, manifest(body))
    assert sorted(item.ref.key for item in objects.list("curated", "")) == [GONE, SEEN]
    rows = pq.read_table(pa.BufferReader(objects.read(ObjectRef("curated", GONE))))
    assert rows.schema == pa.schema([("shop", pa.string()), ("id", pa.int64())])
    assert rows.to_pylist() == [{"shop": "a", "id": 1}, {"shop": "b", "id": 2}]


def test_keys_that_are_not_those_certified_are_an_error() -> None:
    objects = MemoryObjects()
    landed(objects)
    with pytest.raises(AuditError, match="not those that the manifest certifies"):
        reported(objects, ASKING).of_run("raw", MANIFEST, manifest(b"others"))


def test_nothing_is_reported_that_the_contract_does_not_ask_for() -> None:
    objects = MemoryObjects()
    silent = Contract("c", "orders", "source", "1.0.0", COLUMNS, ("shop", "id"))
    reported(objects, silent).of_run("raw", MANIFEST, manifest(b"any"))
    reported(objects).of_run("raw", MANIFEST, manifest(b"any"))
    reported(objects, silent).of_file(record())
    assert list(objects.list("curated", "")) == []


def test_a_file_of_no_run_is_there_from_when_it_was_received() -> None:
    objects = MemoryObjects()
    reported(objects, ASKING).of_file(record())
    assert [item.ref.key for item in objects.list("curated", "")] == [
        "increments/orders/aa.seen-20260103T000000.000000Z"
    ]


def test_a_manifest_may_name_no_moment() -> None:
    objects = MemoryObjects()
    reported(objects, ASKING).of_run("raw", MANIFEST, b'{"files": [{"name": "a"}]}')
    assert moment_of(b'{"files": []}') is None
    assert list(objects.list("curated", "")) == []


def test_a_key_that_fits_no_contract_is_left_out() -> None:
    """No row with it was ever accepted."""
    assert deleted_keys(ASKING, pa.table({"shop": ["a", "b"], "id": ["1", "x"]})).to_pylist() == [
        {"shop": "a", "id": 1}
    ]


def test_marks_and_deletions_are_no_increments_and_read_back() -> None:
    at = datetime(2026, 1, 2, 1, 0, 0, 123)
    assert keys.sighting_of(keys.sighting_key("orders", "aa", at)) == (
        "increments/orders/aa.parquet",
        "20260102T010000.000123Z",
    )
    assert keys.deleted_by(keys.deletions_key("orders", at)) == "20260102T010000.000123Z"
    assert keys.parse_increment_key(GONE) is keys.parse_increment_key(SEEN) is None
    assert keys.deleted_by("increments/orders/aa.parquet") == ""


def record() -> FileRecord:
    return FileRecord(
        "1",
        "raw",
        "orders/a.csv",
        "",
        "orders",
        FileState.DONE,
        content_sha256="aa",
        received_at="2026-01-03T00:00:00",
    )
