"""Stage a table in parts; unchanged parts are copied from the version that the table shows.

The parts are ranges of the table's key. The address of a part is a digest of its rows without the stamps, or
of everything that these follow from, so a copied part keeps the day and the snapshot of the run that wrote
it.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from headgate.contracts.model import Contract
from headgate.contracts.rules_fingerprint import rules_fingerprint
from headgate.contracts.types import arrow_schema
from headgate.engines.stored_rows import StoredRows
from headgate.errors import AuditError
from headgate.lake import keys
from headgate.lake.ports import ObjectRef, SnapshotObjects, TableVersion
from headgate.snapshots.parts import Part, SnapshotParts
from headgate.snapshots.publishing import PARQUET_TYPE, Publisher, Staged, write_parquet
from headgate.systems.rows_by_range import RowsByRange
from headgate.systems.rows_in_file import RowsInFile, require_unstamped, stamped

PARTS = "headgate.parts"
PART_ROWS = 262_144
AUDIT_EDITION = 1
"""Raise it when the audit refuses more than before under the same contract: all parts are audited again."""
_REQUESTS = 8


def stage_in_parts(
    publisher: Publisher,
    contract: Contract,
    made: RowsInFile | RowsByRange,
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
    ranges = made if isinstance(made, RowsByRange) else _cut(contract, made)
    require_unstamped(contract, ranges.schema)
    current = publisher.catalog.current(publisher.database, contract.dataset)
    made_for = rules_fingerprint(contract, AUDIT_EDITION, PART_ROWS)
    before = {} if is_full else _shown_parts(publisher, current, made_for, prefix)
    parts = dict(enumerate(ranges.addresses))
    copied = {number: before[address] for number, address in parts.items() if address in before}
    with TemporaryDirectory(prefix="headgate-parts-") as folder:
        changed = parts.keys() - copied.keys()
        files = {number: _write(contract, ranges, number, stamps, Path(folder)) for number in sorted(changed)}
        if files:
            publisher.audit(contract, _reader(contract, [*files.values()]))
        for number, file in files.items():
            target = ObjectRef(publisher.bucket, keys.part(prefix, number))
            publisher.objects.upload(file, target, content_type=PARQUET_TYPE)
    _copy(publisher, prefix, current, copied)
    publisher.delete_further_parts(prefix, len(parts))
    size_bytes = sum(item.size_bytes for item in publisher.objects.list(publisher.bucket, prefix))
    staged = publisher.staged(contract, prefix, ranges.row_count, size_bytes, current)
    record = {"version": keys.version_of(prefix), "made_for": made_for, "digests": [*ranges.addresses]}
    return replace(staged, parameters={PARTS: json.dumps(record)})


def _shown_parts(publisher: Publisher, current: TableVersion, made_for: str, prefix: str) -> dict[str, int]:
    """Return the number of each part that the table shows, by digest.

    None if they were written for other rules, are not there any more, or lie where the new version will.
    """
    record, shown = json.loads(current.parameters.get(PARTS) or "{}"), _prefix_of(publisher, current)
    is_of_shown = record.get("version") == keys.version_of(shown)
    if not is_of_shown or record.get("made_for") != made_for or shown == prefix:
        return {}
    there = {item.ref.key for item in publisher.objects.list(publisher.bucket, shown)}
    numbers = enumerate(record["digests"])
    return {digest: number for number, digest in numbers if keys.part(shown, number) in there}


def _prefix_of(publisher: Publisher, current: TableVersion) -> str:
    return current.location.removeprefix(f"s3://{publisher.bucket}/").rstrip("/") + "/"


def _cut(contract: Contract, made: RowsInFile) -> RowsByRange:
    """Return a file of rows in ranges: always one, also without rows."""
    rows, parts = StoredRows([made.path]), []
    edges = [0, *_begins(contract, rows), len(rows)]
    for first, after in pairwise(edges):
        tables = list(rows.tables(first, after)) or [pq.read_schema(made.path).empty_table()]
        table = pa.concat_tables(tables)
        keyed = table.select(list(contract.key))
        low, high = (end.to_pylist()[0] if end.num_rows else {} for end in (keyed[:1], keyed[-1:]))
        parts.append(Part(after - first, 0, _digest(table), low, high))
    _require_order(contract, parts)

    def read(number: int) -> Iterator[pa.RecordBatch]:
        for table in rows.tables(edges[number], edges[number + 1]):
            yield from table.to_batches()

    return RowsByRange(pq.read_schema(made.path), [part.sha256 for part in parts], len(rows), read)


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


def _require_order(contract: Contract, parts: Sequence[Part]) -> None:
    """Raise AuditError unless the parts' ranges of the key ascend; the audit looks inside of parts."""
    schema = pa.schema([arrow_schema(contract).field(name) for name in contract.key])
    if not SnapshotParts(schema, "", tuple(parts)).are_in_order():
        raise AuditError(
            f"{contract.id}: the table's rows are not in the order of its key, so a key may be there twice. "
            "Return them in the order of the contract's key."
        )


def _write(
    contract: Contract, ranges: RowsByRange, number: int, stamps: Mapping[str, object], folder: Path
) -> Path:
    path, schema = folder / keys.part("", number), arrow_schema(contract)
    write_parquet(path, schema, stamped(ranges.read(number), schema, stamps))
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
