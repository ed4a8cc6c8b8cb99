"""Check foreign keys in the merged snapshots.

A missing parent is only reported, because files arrive in any order and a child may arrive before its parent.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, BinaryIO

import ibis
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from headgate.contracts.references import Reference, references
from headgate.contracts.types import arrow_schema
from headgate.errors import NotFoundError
from headgate.snapshots.parts import FIRST, NUMBER
from headgate.snapshots.read_snapshots import part_refs, snapshot_parts
from headgate.snapshots.reference_counts import CheckedReference
from headgate.values.sql_names import quoted_name

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path

    import duckdb

    from headgate.contracts.model import Contract
    from headgate.lake.ports import ObjectRef, SnapshotObjects
    from headgate.merge.merge_files import Memory
    from headgate.snapshots.snapshot import DatasetSnapshot, LakeSnapshot

_FIRST_KEYS = 20
_CHILDREN, _PARENTS, _VALUE, _ROWS = "children", "parents", "value", "rows"
_ORPHANS, _EDGES = "orphans", "edges"
_NO_SNAPSHOTS: Mapping[str, DatasetSnapshot] = {}


def without_parent(children: ibis.Table, column: str, parents: ibis.Table, parent_column: str) -> ibis.Table:
    """Return the distinct values of `column` without a parent, sorted, each with its number of rows."""
    # A required column has another type than an optional one in Ibis, but equal values.
    own_type, parent_type = (
        rows[name].type().copy(nullable=True) for rows, name in ((children, column), (parents, parent_column))
    )
    is_same_type = own_type == parent_type
    own, present = (
        value if is_same_type else value.cast("string")
        for value in (children[column], parents[parent_column])
    )
    pointing = children.select(own.name(_VALUE)).filter(lambda row: row[_VALUE].notnull())
    orphans = pointing.anti_join(parents.select(present.name(_VALUE)), _VALUE)
    return orphans.group_by(_VALUE).aggregate(**{_ROWS: lambda row: row.count()}).order_by(_VALUE)


def missing_parents(contract: Contract, checked: Iterable[CheckedReference], lake: LakeSnapshot) -> pa.Table:
    """Return the rows of the table of missing parents, sorted by column."""
    rows = [
        {
            "column_name": reference.column,
            "references_column": reference.references,
            "rows_without_parent": reference.rows,
            "different_keys": reference.keys,
            "first_keys": json.dumps(reference.first_keys, ensure_ascii=False),
            "as_of": lake.as_of,
            "snapshot_id": lake.snapshot_id,
        }
        for reference in sorted(checked, key=lambda reference: reference.column)
    ]
    return pa.Table.from_pylist(rows, schema=arrow_schema(contract))


@dataclass(frozen=True)
class ReferenceCheck:
    """The check of the references between snapshots; `folder` is for the files that `keep` writes."""

    objects: SnapshotObjects
    bucket: str
    contracts: Mapping[str, Contract]
    folder: Path
    memory: Memory

    def keep(self, dataset: str, part: str, rows: Path | BinaryIO) -> None:
        """Copy the columns of a snapshot's part that references use to the folder."""
        if names := self._names(dataset):
            self._kept(dataset).mkdir(exist_ok=True)
            with pq.ParquetFile(rows) as file:
                pq.write_table(file.read(names, use_threads=False), self._kept(dataset) / part)

    def check(
        self,
        snapshots: Mapping[str, DatasetSnapshot],
        previous: Iterable[CheckedReference] = (),
        before: Mapping[str, DatasetSnapshot] = _NO_SNAPSHOTS,
    ) -> tuple[CheckedReference, ...]:
        """Check all references between these snapshots.

        Args:
            previous: checks of the previous snapshots, which are reused if both snapshots are unchanged.
            before: the snapshots of `previous`, by dataset.
        """
        earlier = {
            (reference.column, reference.references, reference.children, reference.parents): reference
            for reference in previous
        }
        checked = []
        for reference in references(self.contracts):
            about = _about(reference, snapshots)
            if about in earlier:
                checked.append(earlier[about])
                continue
            is_known = reference.dataset in before and reference.parent in before
            of_before = earlier.get(_about(reference, before)) if is_known else None
            changed = None
            if of_before and not of_before.rows:
                changed = self._changed_children(reference, snapshots, before)
            checked.append(self._checked(reference, about, snapshots, changed))
        return tuple(checked)

    def _changed_children(
        self,
        reference: Reference,
        snapshots: Mapping[str, DatasetSnapshot],
        before: Mapping[str, DatasetSnapshot],
    ) -> Collection[str] | None:
        """Return the names of the children's parts that may have a row without parent; None for all.

        In the previous snapshots all rows had a parent, so only new parts can have rows without one, unless a
        parent was removed.
        """
        children_before, children, parents_before, parents = (
            self._parts_by_content(of[dataset])
            for dataset in (reference.dataset, reference.parent)
            for of in (before, snapshots)
        )
        if children_before is None or children is None or parents_before is None or parents is None:
            return None
        gone, arrived = _without(parents_before, parents), _without(parents, parents_before)
        try:
            left, came = (self._values(refs, reference.parent_column) for refs in (gone, arrived))
        except NotFoundError:  # another merge deleted the previous snapshot
            return None
        if left.type != came.type or not pc.all(pc.is_in(left, came), min_count=0).as_py():
            return None
        return [_name(ref) for ref in _without(children, children_before)]

    def _parts_by_content(self, snapshot: DatasetSnapshot) -> Mapping[str, ObjectRef] | None:
        """Return the parts of a snapshot by SHA-256; None if the snapshot has no record of them."""
        record = snapshot_parts(self.objects, self.bucket, snapshot)
        refs = part_refs(self.objects, self.bucket, snapshot)
        if record is None or len(record.parts) != len(refs):
            return None
        return {part.sha256: ref for part, ref in zip(record.parts, refs, strict=True)}

    def _values(self, parts: Iterable[ObjectRef], column: str) -> pa.ChunkedArray:
        """Return the non-null values of a column in some parts."""
        values = []
        for ref in parts:
            with self.objects.open(ref) as rows, pq.ParquetFile(rows) as file:
                values += file.read([column], use_threads=False).column(column).chunks
        return pa.chunked_array(values, None if values else pa.null()).drop_null()

    def _checked(
        self,
        reference: Reference,
        about: tuple[str, str, str, str],
        snapshots: Mapping[str, DatasetSnapshot],
        changed: Collection[str] | None,
    ) -> CheckedReference:
        """Check a reference in the children's parts named `changed`; None for all parts."""
        if changed is not None and not changed:
            return CheckedReference(*about, 0, 0, ())
        child, parent = (
            arrow_schema(self.contracts[dataset]) for dataset in (reference.dataset, reference.parent)
        )
        orphans = _orphans_sql(child, reference.column, parent, reference.parent_column)
        children = self._fetched(snapshots[reference.dataset], changed)
        with self.memory.connect() as connection:
            connection.read_parquet(children).create_view(_CHILDREN)
            possible = None
            if changed is not None and child.field(reference.column).type.equals(
                parent.field(reference.parent_column).type
            ):
                possible = self._possible_parents(reference, snapshots[reference.parent], connection)
            parents = self._fetched(snapshots[reference.parent], possible)
            connection.read_parquet(parents).create_view(_PARENTS)
            connection.execute(f"CREATE TEMP TABLE {_ORPHANS} AS {orphans}")  # dropped with the connection
            missing = connection.table(_ORPHANS)
            ((rows, distinct),) = missing.aggregate(f"coalesce(sum({_ROWS}), 0), count(*)").fetchall()
            first = missing.order(_VALUE).limit(_FIRST_KEYS).fetchall()
        return CheckedReference(*about, int(rows), int(distinct), tuple(str(value) for value, _ in first))

    def _possible_parents(
        self, reference: Reference, parents: DatasetSnapshot, connection: duckdb.DuckDBPyConnection
    ) -> list[str] | None:
        """Return the names of the parents' parts in whose range of keys a child points; None for all.

        At least one part, so that there is a table to compare with.
        """
        record = snapshot_parts(self.objects, self.bucket, parents)
        refs = part_refs(self.objects, self.bucket, parents)
        if record is None or record.key.names != [reference.parent_column] or len(record.parts) != len(refs):
            return None
        connection.register(_EDGES, record.edges())
        pointing = f"SELECT DISTINCT {quoted_name(reference.column)} AS k FROM {_CHILDREN}"  # noqa: S608 names of columns, quoted
        first = quoted_name(FIRST + reference.parent_column)
        numbers = connection.sql(
            f"SELECT DISTINCT {NUMBER} FROM ({pointing}) ASOF JOIN {_EDGES} ON k >= {first} ORDER BY 1"  # noqa: S608 as above
        ).fetchall()
        return [_name(refs[number]) for (number,) in numbers or [(0,)]]

    def _fetched(self, snapshot: DatasetSnapshot, only: Collection[str] | None = None) -> list[str]:
        """Return the files of `keep` of all parts, or of the parts named `only`; create missing files."""
        parts = [(ref, _name(ref)) for ref in part_refs(self.objects, self.bucket, snapshot)]
        parts = [(ref, part) for ref, part in parts if only is None or part in only]
        for ref, part in parts:
            if not (self._kept(snapshot.dataset) / part).exists():
                with self.objects.open(ref) as rows:
                    self.keep(snapshot.dataset, part, rows)
        return [str(self._kept(snapshot.dataset) / part) for _, part in parts]

    def _kept(self, dataset: str) -> Path:
        return self.folder / dataset

    def _names(self, dataset: str) -> list[str]:
        return sorted(_columns_of(dataset, references(self.contracts)))


def _about(reference: Reference, snapshots: Mapping[str, DatasetSnapshot]) -> tuple[str, str, str, str]:
    """Return the identity of a reference between two snapshots."""
    return (
        f"{reference.dataset}.{reference.column}",
        f"{reference.parent}.{reference.parent_column}",
        snapshots[reference.dataset].snapshot_id,
        snapshots[reference.parent].snapshot_id,
    )


def _without(parts: Mapping[str, ObjectRef], others: Collection[str]) -> list[ObjectRef]:
    return [ref for content, ref in parts.items() if content not in others]


def _name(ref: ObjectRef) -> str:
    return ref.key.rpartition("/")[2]


@lru_cache(maxsize=128)
def _orphans_sql(child: pa.Schema, column: str, parent: pa.Schema, parent_column: str) -> str:
    """Return the statement of `without_parent` on the views of both datasets."""
    children, parents = (
        ibis.table(ibis.Schema.from_pyarrow(schema), name=name)
        for schema, name in ((child, _CHILDREN), (parent, _PARENTS))
    )
    return str(ibis.to_sql(without_parent(children, column, parents, parent_column), dialect="duckdb"))


def _columns_of(dataset: str, references_of_lake: Iterable[Reference]) -> set[str]:
    return {
        name
        for reference in references_of_lake
        for owner, name in (
            (reference.dataset, reference.column),
            (reference.parent, reference.parent_column),
        )
        if owner == dataset
    }
