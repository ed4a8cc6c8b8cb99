"""Arriving rows are spliced into sorted parts; rows before the first arriving key stay in their order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.contracts.types import arrow_schema
from headgate.errors import AuditError
from headgate.merge.merge_files import Memory
from headgate.merge.part_boundaries import BEGINS_PART
from headgate.merge.splice_rows import splice

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

pytestmark = pytest.mark.unit

CONTRACT = Contract(
    id="headgate.curated.readings",
    dataset="readings",
    zone="curated",
    version="1.0.0",
    key=("place", "number"),
    columns=(
        Column("place", ColumnType(Kind.STRING), required=True),
        Column("number", ColumnType(Kind.BIGINT), required=True),
        Column("value", ColumnType(Kind.BIGINT)),
    ),
)
Rows = dict[tuple[str, int], int]
PARTS: tuple[Rows, ...] = (
    {("a", 2): 0, ("a", 5): 0, ("b", 1): 0},
    {("b", 4): 0, ("c", 3): 0},
    {("c", 7): 0, ("é", 1): 0},
)
BEGINS = {("a", 2), ("b", 4), ("c", 7), ("d", 9)}


def written(rows: Rows, path: Path) -> Path:
    columns = [[place for place, _ in rows], [number for _, number in rows], [*rows.values()]]
    pq.write_table(pa.table(columns, schema=arrow_schema(CONTRACT)), path)
    return path


def read(table: pa.Table) -> Rows:
    return {(row["place"], row["number"]): row["value"] for row in table.to_pylist()}


def newest(files: Sequence[Path]) -> Iterator[pa.RecordBatch]:
    """Yield the row of each key with the greatest value, by key, and whether it begins a part."""
    rows: Rows = {}
    for file in files:
        for key, value in read(pq.read_table(file)).items():
            rows[key] = max(value, rows.get(key, 0))
    for key in sorted(rows):
        row = {"place": key[0], "number": key[1], "value": rows[key], BEGINS_PART: key in BEGINS}
        yield pa.RecordBatch.from_pylist([row])


@pytest.mark.parametrize(
    "keys",
    [
        [("é", 2)],
        [("a", 1)],
        [("b", 2), ("b", 3)],
        [("b", 4)],
        [("a", 2), ("é", 9)],
        [("c", 7), ("d", 9), ("é", 1)],
        [("b", 5)],
    ],
    ids=["behind all", "before all", "within a part", "first row", "both ends", "another part", "between"],
)
def test_spliced_rows_are_the_newest_of_all_keys_in_order(
    keys: list[tuple[str, int]], tmp_path: Path
) -> None:
    base = [written(rows, tmp_path / f"base-{number}.parquet") for number, rows in enumerate(PARTS)]
    arriving = written(dict.fromkeys(keys, 1), tmp_path / "arriving.parquet")
    spliced = splice(CONTRACT, base, [arriving], Memory(tmp_path / "spill"), newest)
    expected = {**PARTS[0], **PARTS[1], **PARTS[2], **dict.fromkeys(keys, 1)}
    rows = read(spliced.rows)
    assert list(rows) == sorted(expected)
    assert rows == expected
    begins = spliced.rows.filter(spliced.rows[BEGINS_PART])
    assert list(read(begins)) == sorted(BEGINS & expected.keys())
    assert read(spliced.changed).items() >= dict.fromkeys(keys, 1).items()


def test_parts_with_a_key_twice_are_refused(tmp_path: Path) -> None:
    base = [written(rows, tmp_path / f"base-{number}.parquet") for number, rows in enumerate(PARTS[:2])]
    base.append(written(PARTS[1], tmp_path / "base-2.parquet"))
    arriving = written({("é", 2): 1}, tmp_path / "arriving.parquet")
    with pytest.raises(AuditError, match="duplicated"):
        splice(CONTRACT, base, [arriving], Memory(tmp_path / "spill"), newest)
