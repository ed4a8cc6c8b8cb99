"""Compare the accepted rows of a file with the lake's rows of the same keys, which they replace in the merge.

The rows of the lake are those that the dataset's table shows, and those that were accepted since. Rows
of files that were undone since do not count: the rows before them do. Of the
table only parts whose ranges have keys of the file are read: those with most of its rows first, up to
MAX_BYTES. Of the files that were accepted since, the newest ones are read (`headgate.uploads.unmerged_rows`).
Rows that may have a key of a part or file that was not read are counted as not compared.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from headgate.contracts.curated import LINEAGE_NAMES
from headgate.contracts.followed_deletions import is_full
from headgate.contracts.types import arrow_schema
from headgate.lake import keys
from headgate.lake.ports import CuratedBucket, ObjectRef, ObjectStore
from headgate.snapshots.fresh_snapshots import newest_of_dataset
from headgate.snapshots.read_snapshots import snapshot_parts
from headgate.uploads.keys_of_file import KeysOfFile
from headgate.uploads.unmerged_rows import UnmergedRows, increments_since, newest_of_each_key, unmerged_rows
from headgate.values.cells import bool_array, int_array, numbers, text_array
from headgate.values.parquet_tables import table_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import numpy.typing as npt

    from headgate.contracts.model import Contract
    from headgate.snapshots.parts import Part, SnapshotParts
    from headgate.snapshots.snapshot import DatasetSnapshot

    Flags = npt.NDArray[np.bool_]
    Places = npt.NDArray[np.int64]

MAX_BYTES = 128_000_000
MAX_EXAMPLES = 200  # a page names three, and lists the others when it is asked
_MAX_CHANGES = 3
_MAX_CHARACTERS = 60
_SOURCE_ROW, _CONTENT = "_source_row", "_content_sha256"
_NO_PART, _NOT_READ = -1, -2


@dataclass(frozen=True)
class ComparisonWithLake:
    """How the rows of a file differ from the lake's rows of the same keys.

    Attributes:
        replaced: rows that replace a row with other values. Of a dataset about people these are all rows with
            a key of the lake, so that nobody finds out values by sending guesses.
        older: rows that change nothing, because the lake's row is newer by the contract's order.
        not_compared: rows that may have a key of a part or an unmerged file that was not read, or whose rows
            cannot be compared with the file's.
        equal: rows whose values the lake has for their key.
        contents: number of rows by SHA-256 of the file that brought the lake's row of their key.
        examples: the first rows that replace one: `row`, `key` and `changes` (column → value before and
            after), without columns about a person.
        emptied: number of the lake's rows of the same keys with a value, by column in which no row of the
            file has one: a file with some of the columns, such as an export that was edited, empties the
            others. Of a column about people these are all rows.
    """

    replaced: int = 0
    older: int = 0
    not_compared: int = 0
    examples: tuple[Mapping[str, Any], ...] = ()
    equal: int = 0
    contents: Mapping[str, int] = field(default_factory=dict)
    emptied: Mapping[str, int] = field(default_factory=dict)


class _Pairs(NamedTuple):
    """Rows of the lake and the arriving rows of the same keys."""

    stored: pa.Table
    arriving: pa.Table


def replaced_rows(
    objects: ObjectStore, bucket: str, contract: Contract, accepted: Path
) -> ComparisonWithLake | None:
    """Compare a file's accepted rows with those of its dataset.

    Args:
        bucket: the curated bucket.
        contract: the curated contract of the dataset.
        accepted: the rows, as Parquet. Each part is downloaded beside it.

    Returns:
        None if no row can replace another one: the contract has no key, or each load replaces all rows.
    """
    if not contract.key or is_full(contract):
        return None
    snapshot, curated = newest_of_dataset(objects, bucket, contract.dataset), CuratedBucket(objects, bucket)
    unmerged, undone = increments_since(curated, contract.dataset, snapshot)
    if not unmerged and not (snapshot and snapshot.rows):
        return ComparisonWithLake()
    if accepted.stat().st_size > MAX_BYTES:
        return ComparisonWithLake(not_compared=pq.read_metadata(accepted).num_rows)
    rows = table_of(accepted)
    if any(rows[name].null_count for name in contract.key):
        return ComparisonWithLake(not_compared=rows.num_rows)
    of_file = KeysOfFile.of(rows, contract.key)
    since = unmerged_rows(curated, unmerged, of_file, accepted.parent)
    record = snapshot_parts(objects, bucket, snapshot) if snapshot and snapshot.rows else None
    part_of = _parts_of_rows(rows, snapshot, record, contract.key)
    if not since.is_complete:
        part_of[:] = _NOT_READ
    read = _parts_to_read(part_of, record.parts if record else ())
    part_of[(part_of >= 0) & ~np.isin(part_of, read)] = _NOT_READ
    lake_rows = _LakeRows(curated, snapshot, of_file, since, undone, accepted.parent)
    return _sum(
        [
            _compared_group(contract, lake_rows, rows, number, part_of == number)
            for number in (_NO_PART, _NOT_READ, *read)
        ]
    )


def rows_of_keys(
    objects: ObjectStore, bucket: str, contract: Contract, key_rows: pa.Table, folder: Path
) -> pa.Table | None:
    """Return the lake's newest row of each key that it has.

    Args:
        contract: the curated contract of the dataset.
        key_rows: the columns of the key; each key once.
        folder: where each part is downloaded.

    Returns:
        None if some rows that may have one of the keys are not read.
    """
    snapshot, curated = newest_of_dataset(objects, bucket, contract.dataset), CuratedBucket(objects, bucket)
    unmerged, undone = increments_since(curated, contract.dataset, snapshot)
    of_file = replace(KeysOfFile.of(key_rows, contract.key), schema=arrow_schema(contract))
    since = unmerged_rows(curated, unmerged, of_file, folder)
    record = snapshot_parts(objects, bucket, snapshot) if snapshot and snapshot.rows else None
    part_of = _parts_of_rows(key_rows, snapshot, record, contract.key)
    read = _parts_to_read(part_of, record.parts if record else ())
    if not since.is_complete or not np.isin(part_of, (_NO_PART, *read)).all():
        return None
    lake_rows = _LakeRows(curated, snapshot, of_file, since, undone, folder)
    tables = [of_file.no_rows]
    for number in (_NO_PART, *read):
        stored = lake_rows.of(number, contract)
        if stored is None:
            return None
        tables.append(_pairs(contract.key, stored, key_rows.filter(bool_array(part_of == number))).stored)
    return pa.concat_tables(tables)


class _LakeRows(NamedTuple):
    """The rows of the lake that may have a key of a file."""

    curated: CuratedBucket
    snapshot: DatasetSnapshot | None
    of_file: KeysOfFile
    since: UnmergedRows
    undone: frozenset[str]
    folder: Path

    def of(self, number: int, contract: Contract) -> pa.Table | None:
        """Return the newest row of each key, of unmerged files and of a part of the snapshot.

        Of equally new rows the one of the file that came last is kept. A replay makes no file newer.

        Args:
            number: negative for unmerged files only.

        Returns:
            None if rows of the part cannot be compared.
        """
        merged = self._part(number) if self.snapshot and number >= 0 else self.of_file.no_rows
        if merged is None:
            return None
        restored = self.of_file.no_rows
        if _CONTENT in merged.column_names:
            is_undone = pc.is_in(merged[_CONTENT], value_set=text_array(sorted(self.undone)))
            restored = _with_keys_of(self.since.restored, merged.filter(is_undone), contract.key)
            outdated = text_array(sorted(self.since.replayed_contents | self.undone))
            merged = merged.filter(pc.invert(pc.is_in(merged[_CONTENT], value_set=outdated)))
        return newest_of_each_key(
            pa.concat_tables([self.since.arrived, merged, self.since.replayed, restored]), contract
        )

    def _part(self, number: int) -> pa.Table | None:
        path = self.folder / "part.parquet"
        key = keys.part(self.snapshot.location if self.snapshot else "", number)
        self.curated.objects.download(ObjectRef(self.curated.name, key), path)
        rows = self.of_file.read(path)
        path.unlink()
        return rows


def _with_keys_of(rows: pa.Table, others: pa.Table, key: Sequence[str]) -> pa.Table:
    """Return the rows whose key another table has: no row that was deleted before comes back."""
    if not rows.num_rows or not others.num_rows:
        return rows.slice(0, 0)
    place = "_headgate_place"
    keyed = rows.select(list(key)).append_column(place, int_array(np.arange(rows.num_rows)))
    joined = keyed.join(others.select(list(key)), list(key), join_type="left semi")
    return rows.take(joined[place].combine_chunks().sort())


def _compared_group(
    contract: Contract, lake_rows: _LakeRows, rows: pa.Table, number: int, in_group: Flags
) -> ComparisonWithLake:
    """Compare the rows of a file that are in a part's range, in none, or in parts that are not read."""
    count = int(in_group.sum())
    stored = lake_rows.of(number, contract) if count else None
    if stored is None:
        return ComparisonWithLake(not_compared=count)
    has_key = _flags(KeysOfFile.of(stored, contract.key).are_in(rows))
    pairs = _pairs(contract.key, stored, rows.filter(bool_array(in_group & has_key)))
    compared = _compared(contract, pairs)
    left = count - pairs.arriving.num_rows if number == _NOT_READ else 0
    without_values = [
        name
        for name in contract.names
        if name in rows.column_names and rows[name].null_count == rows.num_rows
    ]
    return replace(compared, not_compared=left, emptied=_emptied(contract, pairs, without_values))


def _emptied(contract: Contract, pairs: _Pairs, names: Sequence[str]) -> dict[str, int]:
    """Return the number of the lake's rows with a value by column, if there are any."""
    counts = {
        name: pairs.stored.num_rows - (0 if name in contract.personal else pairs.stored[name].null_count)
        for name in names
        if name not in LINEAGE_NAMES and name in pairs.stored.column_names
    }
    return {name: rows for name, rows in counts.items() if rows}


def _compared(contract: Contract, pairs: _Pairs) -> ComparisonWithLake:
    """Return how arriving rows differ from the lake's rows of their keys."""
    wins, loses = _winners(contract, pairs)
    counts = (
        pairs.stored[_CONTENT].value_counts().to_pylist() if _CONTENT in pairs.stored.schema.names else ()
    )
    return ComparisonWithLake(
        int(wins.sum()),
        int(loses.sum()),
        0,
        tuple(_examples(contract, pairs, wins)),
        int((~wins & ~loses).sum()),
        {each["values"]: each["counts"] for each in counts},
    )


def _sum(comparisons: Sequence[ComparisonWithLake]) -> ComparisonWithLake:
    """Return the comparison of all rows, with the first examples by their number in the file."""
    contents, emptied = Counter[str](), Counter[str]()
    for each in comparisons:
        contents.update(each.contents)
        emptied.update(each.emptied)
    examples = [example for each in comparisons for example in each.examples]
    return ComparisonWithLake(
        sum(each.replaced for each in comparisons),
        sum(each.older for each in comparisons),
        sum(each.not_compared for each in comparisons),
        tuple(sorted(examples, key=lambda example: int(example["row"]))[:MAX_EXAMPLES]),
        sum(each.equal for each in comparisons),
        dict(contents),
        dict(emptied),
    )


def _parts_of_rows(
    rows: pa.Table, snapshot: DatasetSnapshot | None, record: SnapshotParts | None, key: Sequence[str]
) -> Places:
    """Return for each row the part whose range has its key, or _NO_PART.

    All rows are _NOT_READ if the snapshot has no record of its parts, or keys of other columns or types.
    """
    names = list(key)
    part_of = np.full(rows.num_rows, _NO_PART, np.int64)
    if snapshot is None or not snapshot.rows:
        return part_of
    if record is None or [(each.name, each.type) for each in record.key] != [
        (name, rows[name].type) for name in names
    ]:
        part_of[:] = _NOT_READ
        return part_of
    first, last = (
        [tuple(edge[name] for name in names) for edge in edges]
        for edges in ([part.first for part in record.parts], [part.last for part in record.parts])
    )
    for place, of_row in enumerate(zip(*(rows[name].to_pylist() for name in names), strict=True)):
        number = bisect_right(first, of_row) - 1
        if number >= 0 and of_row <= last[number]:
            part_of[place] = number
    return part_of


def _parts_to_read(part_of: Places, parts: Sequence[Part]) -> list[int]:
    """Return the parts with most of the rows, as many as MAX_BYTES allow."""
    by_part = Counter(part_of[part_of >= 0].tolist())
    read, size_bytes = [], 0
    for number in sorted(by_part, key=lambda number: (-by_part[number], number)):
        size_bytes += parts[number].size_bytes
        if size_bytes > MAX_BYTES:
            break
        read.append(number)
    return read


def _pairs(key: Sequence[str], stored: pa.Table, arriving: pa.Table) -> _Pairs:
    """Return the rows with keys in both tables, which have each key once."""
    codes = np.zeros(stored.num_rows + arriving.num_rows, np.int64)
    for name in key:
        column = pa.chunked_array([*stored[name].chunks, *arriving[name].chunks]).combine_chunks()
        values = numbers(column.dictionary_encode().indices)
        codes = np.unique(codes * (int(values.max(initial=0)) + 1) + values, return_inverse=True)[1]
    place_of = np.full(int(codes.max(initial=0)) + 1, -1, np.int64)
    place_of[codes[: stored.num_rows]] = np.arange(stored.num_rows)
    places = place_of[codes[stored.num_rows :]]
    both = np.flatnonzero(places >= 0)
    return _Pairs(stored.take(int_array(places[both])), arriving.take(int_array(both)))


def _winners(contract: Contract, pairs: _Pairs) -> tuple[Flags, Flags]:
    """Return which arriving rows replace the lake's row, and which differ from it but are older.

    A row without a value in an order column is older than any other, as in `headgate.merge.newest_per_key`;
    equally new rows replace the lake's.
    """
    differs = np.full(pairs.arriving.num_rows, bool(contract.personal))
    for name in _compared_columns(contract, pairs):
        differs |= _differ(pairs, name)
    is_older, is_tied = np.zeros(len(differs), bool), np.ones(len(differs), bool)
    for name in contract.order_by:
        stored, arriving = pairs.stored[name], pairs.arriving[name]
        is_less = pc.coalesce(pc.less(arriving, stored), pc.and_(arriving.is_null(), stored.is_valid()))
        is_older |= is_tied & _flags(is_less)
        is_tied &= ~_differ(pairs, name)
    return differs & ~is_older, differs & is_older


def _compared_columns(contract: Contract, pairs: _Pairs) -> list[str]:
    """Return the columns beside key, order and lineage."""
    aside = {*contract.key, *contract.order_by, *LINEAGE_NAMES}
    return [name for name in contract.names if name not in aside and name in pairs.arriving.column_names]


def _differ(pairs: _Pairs, name: str) -> Flags:
    """Return the rows whose values differ; an empty text equals no value, as nobody sees a difference."""
    stored, arriving = (_without_empty_texts(rows[name]) for rows in pairs)
    is_one_null = pc.xor(stored.is_null(), arriving.is_null())
    return _flags(pc.coalesce(pc.not_equal(stored, arriving), is_one_null))


def _without_empty_texts(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return column
    return pc.if_else(pc.equal(column, ""), pa.scalar(None, column.type), column)


def _flags(column: pa.ChunkedArray) -> Flags:
    return np.asarray(column.to_numpy(), bool)


def _examples(contract: Contract, pairs: _Pairs, wins: Flags) -> list[dict[str, Any]]:
    """Return the first replacing rows by their number in the file, without columns about a person."""
    if set(contract.key) & set(contract.personal):
        return []
    order = np.argsort(numbers(pairs.arriving[_SOURCE_ROW].combine_chunks()), kind="stable")
    places = int_array(order[wins[order]][:MAX_EXAMPLES])
    shown = [name for name in _compared_columns(contract, pairs) if name not in contract.personal]
    stored = pairs.stored.select(shown).take(places).to_pylist()
    arriving = pairs.arriving.take(places).to_pylist()
    return [
        {
            "row": after[_SOURCE_ROW],
            "key": {name: short_text(after[name]) for name in contract.key},
            "changes": dict(list(_changes(before, after, shown))[:_MAX_CHANGES]),
        }
        for before, after in zip(stored, arriving, strict=True)
    ]


def _changes(
    before: Mapping[str, Any], after: Mapping[str, Any], columns: Sequence[str]
) -> Iterator[tuple[str, tuple[str, str]]]:
    for name in columns:
        texts = short_text(before[name]), short_text(after[name])
        if before[name] != after[name] and any(texts):
            yield name, texts


def short_text(value: object) -> str:
    """Return a value as a short text; empty for none."""
    exact = f"{value.normalize():f}" if isinstance(value, Decimal) else value
    text = "" if exact is None else str(exact)
    return text if len(text) <= _MAX_CHARACTERS else f"{text[:_MAX_CHARACTERS]}…"
