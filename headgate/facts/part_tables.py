"""A snapshot's datasets as DuckDB tables, with facts stored by part."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

import ibis
import numpy as np
import pyarrow as pa

from headgate.contracts.types import arrow_schema
from headgate.engines.frames import by_rows
from headgate.engines.local import DuckDbTables, connected
from headgate.engines.write_rows import row_batches
from headgate.errors import AuditError
from headgate.facts.fact_parts import FactPart, PartGroup, group_name, part_groups
from headgate.snapshots.publishing import parquet_bytes, write_parquet
from headgate.values.parquet_tables import table_of

if TYPE_CHECKING:
    from pathlib import Path

    from headgate.contracts.model import Contract
    from headgate.facts.fact import Fact, Tables
    from headgate.facts.fact_store import FactStore
    from headgate.facts.kept_files import WriteFiles
    from headgate.facts.part_files import PartFile, PartFiles

log = logging.getLogger(__name__)

CHECKED_RUNS = 10
"""For one in this many snapshots, two stored parts of each fact are compared with a new computation."""
# A fact is computed without parts if they would read more than this many times the bytes of the datasets.
_MAX_READ_RATIO = 4.0
_REQUESTS = 8
_TOLERANCE = 1e-9  # of a score; logarithms on two processors differ by about 1e-16 of their value


@dataclass
class PartTables(Mapping[str, ibis.Table]):
    """Datasets of a snapshot as tables, each downloaded at its first use.

    Attributes:
        folder: a local folder for stored facts.
        is_checked: compare some stored facts with a new computation.
    """

    files: Mapping[str, PartFiles]
    schemas: Mapping[str, ibis.Schema]
    store: FactStore
    backend: DuckDbTables
    folder: Path
    is_checked: bool = False
    _tables: dict[str, ibis.Table] = field(default_factory=dict)
    _facts: dict[str, ibis.Table] = field(default_factory=dict)
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
        """Return the fact's rows of all parts; only changed parts are computed.

        A fact without lookups is prepared once for all that ask for it.
        """
        if lookups:
            return self._prepared(fact, lookups)
        if fact.name not in self._facts:
            self._facts[fact.name] = self._prepared(fact, lookups)
        return self._facts[fact.name]

    def _prepared(self, fact: Fact, lookups: Tables) -> ibis.Table:
        parts = self._parts_of(fact, lookups)
        kept = self.store.kept(fact.name)
        missing = [part for part in parts if part.address not in kept and not part.path.exists()]
        size_bytes = sum(part.size_bytes for name in fact.reads for part in self.files[name].parts)
        if self._input_bytes(missing) > _MAX_READ_RATIO * size_bytes:
            log.info("fact not stored: too many parts are joined", extra={"fact": fact.name})
            return fact.combined(fact.computed(self, lookups))
        computed = {part.address for part in missing}
        reused = [part for part in parts if part.address not in computed]
        from_before = sum(not self.store.is_used(fact.name, part.address) for part in reused)
        groups = part_groups(fact.name, parts, self.folder) if fact.is_grouped else []
        stored = self._stored_groups(fact, groups, computed)
        self._fetch_parts(fact, reused, stored)
        if self.is_checked:
            self._check(fact, _pair(reused), lookups)
            self._check_groups(fact, stored)
        self._write(fact, missing, lookups)
        for part in missing:
            self.store.upload(fact.name, part.address, part.path)
        self.store.counts.update(reused=from_before, computed=len(missing))
        self._write_groups(fact, [group for group in groups if group not in stored])
        in_groups = {part.address for group in groups for part in group.parts}
        others = [part.path for part in parts if part.address not in in_groups]
        return fact.combined(self.read_files(fact.name, [*(group.path for group in groups), *others]))

    def _stored_groups(
        self, fact: Fact, groups: Sequence[PartGroup], computed: Collection[str]
    ) -> list[PartGroup]:
        """Return the groups that an earlier run combined, and download them.

        Args:
            computed: the addresses of the parts that are computed in this run.
        """
        kept = self.store.kept(group_name(fact.name)) if groups else frozenset()
        stored = [
            group
            for group in groups
            if (group.address in kept or group.path.exists())
            and not any(part.address in computed for part in group.parts)
        ]
        self._download(group_name(fact.name), stored)
        return stored

    def _fetch_parts(self, fact: Fact, parts: Sequence[FactPart], stored: Sequence[PartGroup]) -> None:
        """Download stored parts; those of stored groups only if they are compared with them."""
        in_stored = set() if self.is_checked else {part.address for group in stored for part in group.parts}
        for part in parts:
            self.store.use(fact.name, part.address)
        self._download(fact.name, [part for part in parts if part.address not in in_stored])

    def _download(self, name: str, stored: Sequence[FactPart | PartGroup]) -> None:
        with ThreadPoolExecutor(_REQUESTS) as pool:
            list(pool.map(lambda file: self.store.download(name, file.address, file.path), stored))

    def _write_groups(self, fact: Fact, groups: Sequence[PartGroup]) -> None:
        """Combine and store groups one by one; they share a view, so one statement combines all of them."""
        rows: ibis.Table | None = None
        for group in groups:
            parts = self._combine_files(fact, group.parts, view=f"group_of_{fact.name}")
            rows = fact.ordered(fact.combined(parts)) if rows is None else rows
            _write_rows(rows, group.path)
            self.store.upload(group_name(fact.name), group.address, group.path)

    def kept_files(
        self, name: str, addresses: Sequence[str], write: WriteFiles, *, is_fitted: bool = False
    ) -> list[Path]:
        """Return the local file of each address: stored by an earlier run, or written and stored now."""
        stored = self.store.kept(name)
        paths = [self.folder / f"{name}-{address}.parquet" for address in addresses]
        missing = [
            place
            for place, (address, path) in enumerate(zip(addresses, paths, strict=True))
            if address not in stored and not path.exists()
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

    def first_stored(self, name: str, candidates: Sequence[Sequence[str]]) -> tuple[int, list[Path]] | None:
        """Return the place of the first candidate of which all files are stored, and their local files."""
        stored = frozenset() if self.is_checked else self.store.kept(name)
        for place, addresses in enumerate(candidates):
            if stored.issuperset(addresses):
                paths = [self.folder / f"{name}-{address}.parquet" for address in addresses]
                for address, path in zip(addresses, paths, strict=True):
                    self.store.fetch(name, address, path)
                return place, paths
        return None

    def _check_file(self, name: str, place: int, paths: Sequence[Path], write: WriteFiles) -> None:
        """Compare a stored file with one written now."""
        computed = self.folder / f"{name}-checked.parquet"
        write([place], [computed])
        if not has_same_rows(paths[place], computed):
            raise AuditError(
                f"{name}: a stored file differs from the one computed now. Run `headgate run --full`, which "
                "computes all files again, and report the difference."
            )
        computed.unlink()

    def _parts_of(self, fact: Fact, lookups: Tables) -> list[FactPart]:
        """Return the parts of a fact; equal inputs, expressions and lookups give equal addresses."""
        schemas = {name: self.schemas[name] for name in fact.reads}
        schemas |= {name: lookup.schema() for name, lookup in lookups.items()}
        about = [fact.version(schemas), *(f"{name} {_digest(lookups[name])}" for name in sorted(lookups))]
        parts = []
        for number, own in enumerate(self.files[fact.of].parts):
            inputs: dict[str, tuple[PartFile, ...]] = {fact.of: (own,)}
            read = [f"{fact.of} {own.sha256}"]
            for name, column in fact.joined.items():
                joined = self.files[name].overlapping(column, self.files[fact.of].ranges(column)[number])
                inputs[name] = tuple(joined)
                read += [f"{name} {sha256}" for hashes in joined.values() for sha256 in hashes]
            address = hashlib.sha256("\n".join([*about, *read]).encode()).hexdigest()[:32]
            parts.append(FactPart(inputs, address, self.folder / f"{fact.name}-{address}.parquet"))
        return parts

    def _input_bytes(self, parts: Sequence[FactPart]) -> int:
        return sum(file.size_bytes for part in parts for files in part.inputs.values() for file in files)

    def _write(self, fact: Fact, parts: Sequence[FactPart], lookups: Tables) -> None:
        """Compute and write parts one by one; they share the views, so one statement computes all of them."""
        rows: ibis.Table | None = None
        for part in parts:
            tables = self._inputs(fact, [part], view=f"part_of_{fact.name}")
            rows = fact.computed(tables, lookups) if rows is None else rows
            _write_rows(rows, part.path)

    def _inputs(self, fact: Fact, parts: Sequence[FactPart], view: str = "") -> dict[str, ibis.Table]:
        """Return the datasets of some parts together."""
        tables = {}
        for name in fact.reads:
            files = dict.fromkeys(file for part in parts for file in part.inputs[name])
            some = tuple(files) or self.files[name].parts[:1]  # a part that joins no row
            tables[name] = self.read(name, some, view and f"{view}_{name}")
        return tables

    def _check(self, fact: Fact, parts: Sequence[FactPart], lookups: Tables) -> None:
        """Compare stored parts, combined, with a new computation from their inputs."""
        if parts:
            kept = fact.combined(self._combine_files(fact, parts))
            computed = fact.combined(fact.computed(self._inputs(fact, parts), lookups))
            _require_equal(fact, kept, computed, len(parts))

    def _check_groups(self, fact: Fact, groups: Sequence[PartGroup]) -> None:
        """Compare one stored group, chosen by an address, with its combined parts."""
        if groups:
            group = groups[int(groups[-1].address, 16) % len(groups)]
            kept = self.read_files(fact.name, [group.path])
            combined = fact.combined(self._combine_files(fact, group.parts))
            _require_equal(fact, kept, combined, len(group.parts))

    def _combine_files(self, fact: Fact, parts: Sequence[FactPart], view: str = "") -> ibis.Table:
        return self.read_files(fact.name, [part.path for part in parts], view)

    def read(self, dataset: str, parts: Sequence[PartFile], view: str = "") -> ibis.Table:
        """Return some parts of a dataset as a table, and download missing ones.

        A view of this name is replaced; by default there is a new one. Each system of a job counts a part as
        read once, even if another system has downloaded it.
        """
        new = [part for part in parts if part.path not in self._read]
        self._read.update(part.path for part in new)
        self.store.rows_read += sum(part.rows for part in new)
        return self.read_files(dataset, self.files[dataset].download(parts), view)

    def read_files(
        self, name: str, paths: Sequence[Path | str], view: str = "", **options: bool
    ) -> ibis.Table:
        """Return local files as a table; `options` are those of DuckDB's `read_parquet`."""
        table_name = view or f"{name}_{next(self._numbers)}"
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
    """Open datasets with stored facts for the block, and delete unused facts at its end.

    Args:
        files: the parts of each dataset, which need a record of their parts.
        folder: a local folder for stored facts.
        memory_mb: DuckDB's memory limit, above which it spills.
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
    """Return whether runs over this snapshot compare stored facts."""
    return int(hashlib.sha256(snapshot_id.encode()).hexdigest(), 16) % CHECKED_RUNS == 0


def _pair(parts: Sequence[FactPart]) -> list[FactPart]:
    """Return two of the parts, chosen by the addresses of all parts."""
    if not parts:
        return []
    addresses = hashlib.sha256("".join(part.address for part in parts).encode())
    first = int(addresses.hexdigest(), 16) % len(parts)
    return [*parts[first:], *parts[:first]][:2]


def has_same_rows(kept_file: Path, computed_file: Path) -> bool:
    """Return whether two files have the same rows, with a tolerance for floats of different processors."""
    try:
        kept, computed = table_of(kept_file), table_of(computed_file)
    except pa.ArrowInvalid:
        return False
    if kept.schema != computed.schema or kept.num_rows != computed.num_rows:
        return False
    pairs = zip(kept.columns, computed.columns, strict=True)
    return all(
        np.allclose(first.to_numpy(), second.to_numpy(), rtol=_TOLERANCE, atol=_TOLERANCE, equal_nan=True)
        and first.is_null().equals(second.is_null())
        if pa.types.is_floating(first.type)
        else first.equals(second)
        for first, second in pairs
    )


def _write_rows(rows: ibis.Table, path: Path) -> None:
    batches = (batch for table in row_batches(rows) for batch in table.to_batches())
    write_parquet(path, rows.schema().to_pyarrow(), batches)


def _require_equal(fact: Fact, kept: ibis.Table, computed: ibis.Table, parts: int) -> None:
    if _digest(kept) != _digest(computed):
        raise AuditError(
            f"Fact {fact.name}: stored rows of {parts} parts differ from those computed now. Run "
            "`headgate run --full`, which computes all facts again, and report the difference."
        )


def _digest(table: ibis.Table) -> str:
    rows = table.to_pyarrow()
    return hashlib.sha256(parquet_bytes(by_rows(rows, ()))).hexdigest()
