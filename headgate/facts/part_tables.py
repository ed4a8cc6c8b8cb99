"""A snapshot's datasets as tables of DuckDB, with facts that are kept by part."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

import ibis
import numpy as np
import pyarrow as pa

from headgate.contracts.arrow import arrow_schema
from headgate.engines.frames import by_rows
from headgate.engines.local import connected
from headgate.engines.write_rows import row_batches
from headgate.errors import AuditError
from headgate.snapshots.publishing import parquet_bytes, write_parquet
from headgate.values.parquet_tables import table_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from headgate.contracts.model import Contract
    from headgate.engines.local import DuckDbTables
    from headgate.facts.fact import Fact, Tables
    from headgate.facts.fact_store import FactStore
    from headgate.facts.kept_files import WriteFiles
    from headgate.facts.part_files import PartFile, PartFiles

log = logging.getLogger(__name__)

CHECKED_RUNS = 10
"""One of so many snapshots has two kept parts of each fact compared with a computation over both."""
# times the bytes of the datasets: a fact whose parts read more is computed from the datasets
_MOST_READ = 4.0
_REQUESTS = 8
_LAST_DIGITS = 1e-9  # of a score; logarithms of two processors differ by some 1e-16 of their value


@dataclass(frozen=True)
class _FactPart:
    """One part of a fact: the parts that it is computed from, by dataset, and its address and local file."""

    inputs: Mapping[str, tuple[PartFile, ...]]
    address: str
    path: Path


@dataclass
class PartTables(Mapping[str, ibis.Table]):
    """Datasets of a snapshot as tables. A dataset is downloaded when its table is first asked for.

    Attributes:
        files: the parts of each dataset.
        schemas: the columns of each dataset.
        store: the facts that are kept.
        folder: a local folder with room for kept facts.
        is_checked: compare kept facts with computed ones.
    """

    files: Mapping[str, PartFiles]
    schemas: Mapping[str, ibis.Schema]
    store: FactStore
    backend: DuckDbTables
    folder: Path
    is_checked: bool = False
    _tables: dict[str, ibis.Table] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=count)
    _read: set[Path] = field(default_factory=set)

    def __getitem__(self, dataset: str) -> ibis.Table:
        if dataset not in self._tables:
            self._tables[dataset] = self.read(dataset, self.files[dataset].parts)
        return self._tables[dataset]

    def __iter__(self) -> Iterator[str]:
        return iter(self.files)

    def __len__(self) -> int:
        return len(self.files)

    def fact_rows(self, fact: Fact, lookups: Tables) -> ibis.Table:
        """Return the fact's rows of all parts: those of unchanged parts are kept, the others are computed.

        Raises:
            AuditError: a kept part differs from what its parts give now.
        """
        parts = self._parts_of(fact, lookups)
        kept = self.store.kept(fact.name)
        missing = [part for part in parts if part.address not in kept and not part.path.exists()]
        if self._size_bytes(missing) > _MOST_READ * self._size_bytes_of_datasets(fact):
            log.info("fact not kept: parts join parts all over", extra={"fact": fact.name})
            return fact.combined(fact.computed(self, lookups))
        computed = {part.address for part in missing}
        reused = [part for part in parts if part.address not in computed]
        from_before = sum(not part.path.exists() for part in reused)  # others were asked for in this run
        with ThreadPoolExecutor(_REQUESTS) as pool:
            list(pool.map(lambda part: self.store.download(fact.name, part.address, part.path), reused))
        if self.is_checked:
            self._check(fact, _pair(reused), lookups)
        for part in missing:
            self._write(fact, part, lookups)
            self.store.upload(fact.name, part.address, part.path)
        self.store.counts.update(reused=from_before, computed=len(missing))
        return fact.combined(self._combine_files(fact, parts))

    def kept_files(
        self, name: str, addresses: Sequence[str], write: WriteFiles, *, is_fitted: bool = False
    ) -> list[Path]:
        """Return a local file for each address: kept by an earlier run, or written now and kept.

        Raises:
            AuditError: a kept file differs from what its inputs give now.
        """
        kept, paths = self.store.kept(name), [self.folder / f"{name}-{of}.parquet" for of in addresses]
        missing = [
            place for place, of in enumerate(addresses) if of not in kept and not paths[place].exists()
        ]
        reused = sorted(set(range(len(addresses))) - set(missing))
        with ThreadPoolExecutor(_REQUESTS) as pool:
            list(pool.map(lambda place: self.store.download(name, addresses[place], paths[place]), reused))
        if self.is_checked and reused and not is_fitted:
            self._check_file(name, reused[int(addresses[-1], 16) % len(reused)], paths, write)
        if missing:
            write(missing, [paths[place] for place in missing])
        for place in missing:
            self.store.upload(name, addresses[place], paths[place])
        self.store.counts.update(reused=len(reused), computed=len(missing))
        return paths

    def _check_file(self, name: str, place: int, paths: Sequence[Path], write: WriteFiles) -> None:
        """Compare a kept file with the one that its inputs give now."""
        computed = self.folder / f"{name}-checked.parquet"
        write([place], [computed])
        if not has_same_rows(paths[place], computed):
            raise AuditError(
                f"{name}: a kept file differs from the one computed now. "
                "`headgate run --full` computes all of them again; report the difference."
            )
        computed.unlink()

    def _parts_of(self, fact: Fact, lookups: Tables) -> list[_FactPart]:
        """Return the parts of a fact. Equal inputs, statements and lookups give equal addresses."""
        schemas = {name: self.schemas[name] for name in fact.reads}
        schemas |= {name: lookup.schema() for name, lookup in lookups.items()}
        about = [fact.version(schemas), *(f"{name} {_digest(lookups[name])}" for name in sorted(lookups))]
        parts = []
        for number, own in enumerate(self.files[fact.of].parts):
            inputs: dict[str, tuple[PartFile, ...]] = {fact.of: (own,)}
            for name, column in fact.joined.items():
                own_range, files = self.files[fact.of].ranges(column)[number], self.files[name]
                others = zip(files.parts, files.ranges(column), strict=True)
                inputs[name] = tuple(part for part, values in others if values.overlaps(own_range))
            read = [f"{name} {part.sha256}" for name in fact.reads for part in inputs[name]]
            address = hashlib.sha256("\n".join([*about, *read]).encode()).hexdigest()[:32]
            parts.append(_FactPart(inputs, address, self.folder / f"{fact.name}-{address}.parquet"))
        return parts

    def _size_bytes(self, parts: Sequence[_FactPart]) -> int:
        return sum(file.size_bytes for part in parts for files in part.inputs.values() for file in files)

    def _size_bytes_of_datasets(self, fact: Fact) -> int:
        return sum(part.size_bytes for name in fact.reads for part in self.files[name].parts)

    def _write(self, fact: Fact, part: _FactPart, lookups: Tables) -> None:
        rows = self._computed(fact, [part], lookups)
        batches = (batch for table in row_batches(rows) for batch in table.to_batches())
        write_parquet(part.path, rows.schema().to_pyarrow(), batches)

    def _computed(self, fact: Fact, parts: Sequence[_FactPart], lookups: Tables) -> ibis.Table:
        """Return the fact's rows of some parts together."""
        tables = {}
        for name in fact.reads:
            files = dict.fromkeys(file for part in parts for file in part.inputs[name])
            tables[name] = self.read(name, tuple(files) or self.files[name].parts[:1])  # any part joins none
        return fact.computed(tables, lookups)

    def _check(self, fact: Fact, parts: Sequence[_FactPart], lookups: Tables) -> None:
        """Compare kept parts, combined, with a computation over all that they were computed from."""
        if not parts:
            return
        kept = fact.combined(self._combine_files(fact, parts))
        computed = fact.combined(self._computed(fact, parts, lookups))
        if _digest(kept) != _digest(computed):
            raise AuditError(
                f"Fact {fact.name}: kept rows of {len(parts)} parts differ from those computed now. "
                "`headgate run --full` computes all facts again; report the difference."
            )

    def _combine_files(self, fact: Fact, parts: Sequence[_FactPart]) -> ibis.Table:
        return self.read_files(fact.name, [part.path for part in parts])

    def read(self, dataset: str, parts: Sequence[PartFile]) -> ibis.Table:
        """Return some parts of a dataset as a table; they are downloaded if they are not there.

        A part that another system of the job has downloaded counts as read, once for each system.
        """
        new = [part for part in parts if part.path not in self._read]
        self._read.update(part.path for part in new)
        self.store.rows_read += sum(part.rows for part in new)
        return self.read_files(dataset, self.files[dataset].download(parts))

    def read_files(self, name: str, paths: Sequence[Path | str], **options: bool) -> ibis.Table:
        """Return local files as a table, with options of DuckDB's `read_parquet`."""
        table_name = f"{name}_{next(self._numbers)}"
        return self.backend.read_parquet([str(path) for path in paths], table_name=table_name, **options)


@contextmanager
def open_part_tables(
    files: Mapping[str, PartFiles],
    contracts: Mapping[str, Contract],
    store: FactStore,
    snapshot_id: str,
    *,
    folder: Path,
    memory_mb: int,
) -> Iterator[PartTables]:
    """Open datasets with kept facts, while the block lasts. Facts that no run uses any more go at its end.

    Args:
        files: the parts of each dataset; every dataset has a record of its parts.
        contracts: of the datasets.
        folder: a local folder with room for kept facts.
        memory_mb: of DuckDB, beyond which it spills.
    """
    schemas = {name: ibis.Schema.from_pyarrow(arrow_schema(contracts[name])) for name in files}
    folder.mkdir(parents=True, exist_ok=True)
    with connected(memory_mb) as backend:
        yield PartTables(files, schemas, store, backend, folder, is_checked(snapshot_id))
    store.finish()
    log.info(
        "facts", extra={"parts_reused": store.counts["reused"], "parts_computed": store.counts["computed"]}
    )


def is_checked(snapshot_id: str) -> bool:
    """Return whether a run over this snapshot compares kept facts; a repeated run does the same."""
    return int(hashlib.sha256(snapshot_id.encode()).hexdigest(), 16) % CHECKED_RUNS == 0


def _pair(parts: Sequence[_FactPart]) -> list[_FactPart]:
    """Return two of the parts; other ones as soon as any part changed."""
    if not parts:
        return []
    addresses = hashlib.sha256("".join(part.address for part in parts).encode())
    first = int(addresses.hexdigest(), 16) % len(parts)
    return [*parts[first:], *parts[:first]][:2]


def has_same_rows(kept_file: Path, computed_file: Path) -> bool:
    """Return whether two files have the same rows. Processors of two kinds round a float differently."""
    try:
        kept, computed = table_of(kept_file), table_of(computed_file)
    except pa.ArrowInvalid:
        return False
    if kept.schema != computed.schema or kept.num_rows != computed.num_rows:
        return False
    pairs = zip(kept.columns, computed.columns, strict=True)
    return all(
        np.allclose(first.to_numpy(), second.to_numpy(), rtol=_LAST_DIGITS, atol=_LAST_DIGITS, equal_nan=True)
        and first.is_null().equals(second.is_null())
        if pa.types.is_floating(first.type)
        else first.equals(second)
        for first, second in pairs
    )


def _digest(table: ibis.Table) -> str:
    rows = table.to_pyarrow()
    return hashlib.sha256(parquet_bytes(by_rows(rows, ()))).hexdigest()
