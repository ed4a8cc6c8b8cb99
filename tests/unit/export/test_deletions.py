"""Deleted and new keys are found exactly, whatever their types."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headgate.export.certifying.deleted_rows import late_keys, write_deleted

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (pa.int32(), [3, -1, 7, 2]),
        (pa.uint64(), [2**64 - 1, 0, 2**63, 5]),
        (pa.string(), ["é", "E", "", "e\u0301"]),
        (pa.binary(), [b"\xff", b"", b"\x00", b"a"]),
        (
            pa.decimal128(38, 10),
            [Decimal("0.1"), Decimal("-9999999999999999999999999999.9999999999"), Decimal(0), Decimal(7)],
        ),
        (pa.decimal256(60, 2), [Decimal("1E+57"), Decimal("0.01"), Decimal("-1.10"), Decimal(3)]),
        (pa.timestamp("us"), [datetime(2026, 1, 1, 0, 0, 0, number) for number in (3, 1, 2, 9)]),
    ],
)
def test_keys_of_every_type_are_compared_exactly(
    tmp_path: Path, kind: pa.DataType, values: list[object]
) -> None:
    """Also where two columns make the key, and a late row is one outside the run's bounds."""
    pairs = [(value, number) for number in (1, 2) for value in values]
    before, now = tmp_path / "before", tmp_path / "now"
    schema = pa.schema([("k", kind), ("n", pa.int64())])
    gone, come = pairs[1:6:2], pairs[0:8:4]
    for path, rows in (
        (before, [pair for pair in pairs if pair not in come]),
        (now, [pair for pair in pairs if pair not in gone]),
    ):
        table = pa.table(
            [pa.array([pair[0] for pair in rows], kind), pa.array([pair[1] for pair in rows])], schema=schema
        )
        within = pa.array([int(pair == come[0]) for pair in rows], pa.int64())
        pq.write_table(table.append_column("_within", within), path)
    path = tmp_path / "deleted"
    assert write_deleted(before, now, path) == len(gone)
    deleted, late = pq.read_table(path), late_keys(before, now)
    assert (deleted.schema, late.schema) == (schema, schema)
    assert {tuple(row.values()) for row in deleted.to_pylist()} == set(gone)
    assert {tuple(row.values()) for row in late.to_pylist()} == set(come[1:])
    assert sorted(tmp_path.iterdir()) == [before, path, now]
