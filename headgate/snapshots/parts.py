"""The parts of a dataset's snapshot: ranges of keys, and figures that combine to the dataset's."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from headgate.snapshots.part_blocks import PartBlock, blocks_from_json, blocks_json, blocks_of
from headgate.values.parquet_tables import table_of
from headgate.values.sql_names import quoted_name

FIRST, LAST, NUMBER = (
    "first.",
    "last.",
    "number",
)  # prefixes of key columns, and the column of the part's number
_MADE_FOR = b"headgate.made_for"
_FIGURES = [
    ("rows", pa.int64()),
    ("size_bytes", pa.int64()),
    ("sha256", pa.string()),
    ("latest_on", pa.string()),
    ("nulls", pa.string()),
]
_EDGES, _BLOCKS = "edges", "blocks"


@dataclass(frozen=True)
class Part:
    """A part of a snapshot.

    Attributes:
        sha256: hash of its bytes.
        first, last: column → value in the key of its first and last row; empty without rows.
        latest_on: the last day of its events, ISO 8601; empty without events.
        nulls: column → number of nulls; columns without nulls are absent.
        blocks: of columns that point to other datasets; none if an older version of Headgate wrote the part.
    """

    rows: int
    size_bytes: int
    sha256: str
    first: Mapping[str, object] = field(default_factory=dict)
    last: Mapping[str, object] = field(default_factory=dict)
    latest_on: str = ""
    nulls: Mapping[str, int] = field(default_factory=dict)
    blocks: tuple[PartBlock, ...] = ()


@dataclass(frozen=True)
class SnapshotParts:
    """All parts of a snapshot, in the order of the key.

    Attributes:
        key: the columns of the key, with their types.
        made_for: identifies the rules under which every part was written.
    """

    key: pa.Schema
    made_for: str
    parts: tuple[Part, ...]

    def edges(self) -> pa.Table:
        """Return first and last keys as `first.<column>` and `last.<column>`, with the part's NUMBER."""
        columns = {NUMBER: pa.array(range(len(self.parts)), pa.int64())}
        for column in self.key:
            columns[FIRST + column.name] = pa.array(
                [part.first.get(column.name) for part in self.parts], column.type
            )
            columns[LAST + column.name] = pa.array(
                [part.last.get(column.name) for part in self.parts], column.type
            )
        return pa.table(columns)

    def are_in_order(self) -> bool:
        """Return whether the parts' ranges of keys are disjoint and ascending.

        A part without rows must be the only part.
        """
        import duckdb  # noqa: PLC0415 readers of a record do not compare keys

        if len(self.parts) > 1 and not all(part.rows for part in self.parts):
            return False
        first, last = (row_expression([side + name for name in self.key.names]) for side in (FIRST, LAST))
        # A cursor of the process's default database; to open another database takes 18 ms.
        with duckdb.cursor() as connection:
            connection.register(_EDGES, self.edges())
            ranges = (
                f"SELECT {first} AS low, {last} AS high, lead({first}) "  # noqa: S608 names of columns, quoted
                f"OVER (ORDER BY {NUMBER}) AS next, {NUMBER} FROM "
                f"{_EDGES}"
            )
            wrong = (
                f"SELECT count(*) FROM ({ranges}) WHERE low > high OR "  # noqa: S608 as above
                f"({NUMBER} < {len(self.parts) - 1} AND high >= next)"
            )
            ((count,),) = connection.sql(wrong).fetchall()
        return not count

    def to_parquet(self) -> bytes:
        """Return the record as Parquet; equal records give equal bytes."""
        figures = {
            name: pa.array(
                [
                    json.dumps(part.nulls, sort_keys=True) if name == "nulls" else getattr(part, name)
                    for part in self.parts
                ],
                of,
            )
            for name, of in _FIGURES
        }
        figures[_BLOCKS] = pa.array([blocks_json(part.blocks) for part in self.parts], pa.string())
        edges = self.edges().drop([NUMBER])
        table = pa.table({**figures, **dict(zip(edges.column_names, edges.columns, strict=True))})
        out = io.BytesIO()
        pq.write_table(
            table.replace_schema_metadata({_MADE_FOR: self.made_for.encode()}), out, compression="zstd"
        )
        return out.getvalue()

    @classmethod
    def from_parquet(cls, body: bytes) -> SnapshotParts:
        """Read the record from Parquet."""
        table = table_of(body)
        key = pa.schema(
            [
                pa.field(column.name.removeprefix(FIRST), column.type)
                for column in table.schema
                if column.name.startswith(FIRST)
            ]
        )
        parts = tuple(_part(key.names, row) for row in table.to_pylist())
        return cls(key, (table.schema.metadata or {}).get(_MADE_FOR, b"").decode(), parts)


def describe_part(
    path: Path, key: Sequence[str], latest_on: str = "", references: Collection[str] = ()
) -> Part:
    """Describe a part in a local file.

    Args:
        references: columns that point to other datasets, whose ranges are recorded by block.
    """
    with path.open("rb") as opened:
        sha256 = hashlib.file_digest(opened, "sha256").hexdigest()
    with pq.ParquetFile(path) as file:
        groups = range(file.metadata.num_row_groups)
        nulls = dict.fromkeys(file.schema_arrow.names, 0)
        for group in map(file.metadata.row_group, groups):
            for number, name in enumerate(file.schema_arrow.names):
                nulls[name] += group.column(number).statistics.null_count
        ends = [
            file.read_row_group(groups[index], columns=list(key), use_threads=False)[index:][:1].to_pylist()[
                0
            ]
            for index in (0, -1)
            if groups
        ]
        first, last = ends or ({}, {})
        columns_with_nulls = {name: count for name, count in nulls.items() if count}
        return Part(
            file.metadata.num_rows,
            path.stat().st_size,
            sha256,
            first,
            last,
            latest_on,
            columns_with_nulls,
            blocks_of(file, references),
        )


def row_expression(columns: Sequence[str]) -> str:
    """Return an SQL expression for DuckDB that combines columns to one value.

    Such values compare like `ORDER BY`: null is the greatest value of a column.
    """
    return f"row({', '.join(map(quoted_name, columns))})"


def _part(key: Sequence[str], row: Mapping[str, object]) -> Part:
    first, last = ({name: row[side + name] for name in key} if row["rows"] else {} for side in (FIRST, LAST))
    figures = {name: row[name] for name, _ in _FIGURES}
    blocks = blocks_from_json(str(row.get(_BLOCKS) or "[]"))
    nulls = json.loads(str(row["nulls"]))
    return Part(**{**figures, "nulls": nulls}, first=first, last=last, blocks=blocks)
