"""Stage a table in parts: parts whose rows did not change are copied from the version that the table shows.

The parts are ranges of the table's key. A part's digest is of its rows without the stamps, so a copied part
keeps the day and the snapshot of the run that wrote it.
"""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, cast

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from headgate.contracts.arrow import arrow_schema
from headgate.contracts.rules_fingerprint import rules_fingerprint
from headgate.engines.stored_rows import StoredRows
from headgate.errors import AuditError
from headgate.lake import keys
from headgate.lake.ports import ObjectRef
from headgate.snapshots.parts import Part, SnapshotParts
from headgate.snapshots.publishing import PARQUET_TYPE, write_parquet
from headgate.systems.rows_in_file import require_unstamped, stamped

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from headgate.contracts.model import Contract
    from headgate.lake.ports import SnapshotObjects, TableVersion
    from headgate.snapshots.publishing import Publisher, Staged
    from headgate.systems.rows_in_file import RowsInFile

PARTS = "headgate.parts"
PART_ROWS = 262_144
AUDIT_EDITION = 1
"""Raise it when the audit refuses more than before under the same contract: all parts are audited again."""
_REQUESTS = 8


@dataclass(frozen=True)
class _TablePart:
    """Rows of the table from one place up to another, and a digest of them without the stamps."""

    number: int
    first: int
    after: int
    digest: str
    edges: tuple[Mapping[str, object], Mapping[str, object]]


def stage_in_parts(
    publisher: Publisher,
    contract: Contract,
    made: RowsInFile,
    prefix: str,
    stamps: Mapping[str, object],
    *,
    is_full: bool = False,
) -> Staged:
    """Write and audit the parts that changed, and copy the others from the version that the table shows.

    Args:
        made: rows without the stamps, in the order of the contract's key.
        is_full: write and audit all parts.

    Raises:
        AuditError: rows do not hold their contract; the table still shows what it showed before.
    """
    require_unstamped(contract, made.path)
    current = publisher.catalog.current(publisher.database, contract.dataset)
    made_for = rules_fingerprint(contract, AUDIT_EDITION, PART_ROWS)
    before = {} if is_full else _shown_parts(publisher, current, made_for, prefix)
    parts = _cut(contract, made.path)
    changed = [part for part in parts if part.digest not in before]
    files = [_write(contract, made, part, stamps) for part in changed]
    if changed:
        publisher.audit(contract, _reader(contract, files))
    for part, file in zip(changed, files, strict=True):
        target = ObjectRef(publisher.bucket, keys.part(prefix, part.number))
        publisher.objects.upload(file, target, content_type=PARQUET_TYPE)
    copied = [part for part in parts if part.digest in before]
    _copy(publisher, prefix, current, {part.number: before[part.digest] for part in copied})
    _delete_others(publisher, prefix, len(parts))
    size_bytes = sum(item.size_bytes for item in publisher.objects.list(publisher.bucket, prefix))
    staged = publisher.staged(contract, prefix, parts[-1].after, size_bytes, current)
    record = {
        "version": prefix.rstrip("/").rpartition("/")[2],
        "made_for": made_for,
        "digests": [part.digest for part in parts],
    }
    return replace(staged, parameters={PARTS: json.dumps(record)})


def _shown_parts(publisher: Publisher, current: TableVersion, made_for: str, prefix: str) -> dict[str, int]:
    """Return the number of each part that the table shows, by digest.

    None if they were written for other rules, are not there any more, or lie where the new version will.
    """
    record, shown = json.loads(current.parameters.get(PARTS) or "{}"), _prefix_of(publisher, current)
    is_of_shown = record.get("version") == shown.rstrip("/").rpartition("/")[2]
    if not is_of_shown or record.get("made_for") != made_for or shown == prefix:
        return {}
    there = {item.ref.key for item in publisher.objects.list(publisher.bucket, shown)}
    numbers = enumerate(record["digests"])
    return {digest: number for number, digest in numbers if keys.part(shown, number) in there}


def _prefix_of(publisher: Publisher, current: TableVersion) -> str:
    return current.location.removeprefix(f"s3://{publisher.bucket}/").rstrip("/") + "/"


def _cut(contract: Contract, path: Path) -> list[_TablePart]:
    """Return the parts of a file of rows: always one, also without rows.

    Raises:
        AuditError: the parts' ranges of the key are not in order.
    """
    rows, parts = StoredRows([path]), []
    edges = [0, *_begins(contract, rows), len(rows)]
    for number, (first, after) in enumerate(pairwise(edges)):
        tables = list(rows.tables(first, after)) or [pq.read_schema(path).empty_table()]
        table = pa.concat_tables(tables)
        keyed = table.select(list(contract.key))
        low, high = (end.to_pylist()[0] if end.num_rows else {} for end in (keyed[:1], keyed[-1:]))
        parts.append(_TablePart(number, first, after, _digest(table), (low, high)))
    _require_order(contract, parts)
    return parts


def _begins(contract: Contract, rows: StoredRows) -> list[int]:
    """Return the places of the rows that begin a part behind the first one.

    A hash of the key decides: a new or a deleted row moves no other boundary.
    """
    if any(column.unique for column in contract.columns):
        return []
    places, first = [], 0
    for part in rows.parts(contract.key):
        hashes = pd.util.hash_pandas_object(part, index=False).to_numpy()
        places += (np.flatnonzero(hashes % PART_ROWS == 0) + first).tolist()
        first += len(part)
    return [place for place in places if place]


def _digest(table: pa.Table) -> str:
    digest = hashlib.sha256()
    for column in table.columns:
        values = column.combine_chunks()
        sink = pa.BufferOutputStream()
        batch = pa.record_batch([values], names=["values"])
        with pa.ipc.new_stream(sink, batch.schema) as writer:
            writer.write_batch(batch)
        digest.update(sink.getvalue())
    return digest.hexdigest()[:32]


def _require_order(contract: Contract, parts: Sequence[_TablePart]) -> None:
    """Raise AuditError unless the parts' ranges of the key ascend; the audit looks inside of parts."""
    schema = pa.schema([arrow_schema(contract).field(name) for name in contract.key])
    record = SnapshotParts(
        schema, "", tuple(Part(part.after - part.first, 0, part.digest, *part.edges) for part in parts)
    )
    if not record.are_in_order():
        raise AuditError(
            f"{contract.id}: the table's rows are not in the order of its key, so a key may be there twice. "
            "Return them in the order of the contract's key."
        )


def _write(contract: Contract, made: RowsInFile, part: _TablePart, stamps: Mapping[str, object]) -> Path:
    path, schema = made.folder / keys.part("stamped-", part.number), arrow_schema(contract)
    tables = StoredRows([made.path]).tables(part.first, part.after)
    batches = (batch for table in tables for batch in table.to_batches())
    write_parquet(path, schema, stamped(batches, schema, stamps))
    return path


def _reader(contract: Contract, files: Sequence[Path]) -> pa.RecordBatchReader:
    def batches() -> Iterator[pa.RecordBatch]:
        for path in files:
            with pq.ParquetFile(path) as file:
                yield from file.iter_batches(use_threads=False)

    return pa.RecordBatchReader.from_batches(arrow_schema(contract), batches())


def _copy(publisher: Publisher, prefix: str, current: TableVersion, numbers: Mapping[int, int]) -> None:
    """Copy parts of the version that the table shows inside the store."""
    objects, shown = cast("SnapshotObjects", publisher.objects), _prefix_of(publisher, current)
    copies = [
        (
            ObjectRef(publisher.bucket, keys.part(shown, source)),
            ObjectRef(publisher.bucket, keys.part(prefix, to)),
        )
        for to, source in numbers.items()
    ]
    with ThreadPoolExecutor(_REQUESTS) as pool:
        list(pool.map(lambda copy: objects.copy(*copy), copies))


def _delete_others(publisher: Publisher, prefix: str, count: int) -> None:
    """Delete further parts below the prefix: readers take every part that is there."""
    names = {keys.part(prefix, number) for number in range(count)}
    for item in list(publisher.objects.list(publisher.bucket, prefix)):
        if item.ref.key not in names:
            publisher.objects.delete(ObjectRef(publisher.bucket, item.ref.key))
