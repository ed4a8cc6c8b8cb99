"""Tables whose rows are reused by the next run: only keys in changed parts are computed again.

docs/adr/0119-facts-by-part.md has the reasons.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import pyarrow as pa

from headgate.engines.frames import by_rows
from headgate.errors import AuditError
from headgate.facts.fact_store import used_facts
from headgate.facts.kept_files import address_of
from headgate.facts.part_tables import PartTables
from headgate.lake import keys
from headgate.snapshots.publishing import parquet_bytes, write_parquet
from headgate.values.parquet_tables import table_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    import ibis

    from headgate.facts.fact import Tables
    from headgate.facts.part_files import PartFile

    Compute: TypeAlias = Callable[[Tables], pa.Table]
    """Computes the table's rows from its datasets."""

EDITION = "1"
"""Increment it if equal inputs would give other bytes."""


@dataclass(frozen=True)
class RowsByKey:
    """A table in which the rows of a key depend on the inputs' rows of the same key.

    Attributes:
        order: the first sort columns of the rows.
        by_key: datasets that matter only by rows of the same key, with their key columns.
        as_whole: datasets of which all rows may matter to all keys.
        version: all other inputs: statement, contract, engine.
    """

    name: str
    key: tuple[str, ...]
    order: tuple[str, ...]
    by_key: Mapping[str, tuple[str, ...]]
    as_whole: tuple[str, ...]
    version: str


def write_rows_by_key(of: RowsByKey, tables: Tables, compute: Compute, path: Path) -> None:
    """Write the table's rows to `path`, and compute only rows of changed keys if possible.

    With tables that store no files (Spark, Athena, local files) all rows are computed. The bytes are the
    same.
    """
    if isinstance(tables, PartTables):
        _Increment(of, tables, compute).write(path)
    else:
        _write(by_rows(compute(tables), of.order), path)


@dataclass(frozen=True)
class _Increment:
    of: RowsByKey
    tables: PartTables
    compute: Compute

    def write(self, path: Path) -> None:
        of, store = self.of, self.tables.store
        key_files = {dataset: self._key_files(dataset) for dataset in of.by_key}
        inputs = self._inputs({dataset: list(files) for dataset, files in key_files.items()})
        address = address_of(json.dumps(inputs))
        record = self.tables.folder / f"{self._inputs_name}.parquet"
        _write(pa.table({"inputs": [json.dumps(inputs)]}), record)
        if address in store.kept(of.name):
            store.download(of.name, address, path)
        else:
            rows = self._updated(inputs, key_files)
            if rows is None:
                rows = self._all_rows()
            elif self.tables.is_checked:
                self._check(rows)
            _write(rows, path)
            store.upload(of.name, address, path)
        store.upload(self._inputs_name, address, record)

    @property
    def _inputs_name(self) -> str:
        return f"{self.of.name}_inputs"

    @property
    def _keys_name(self) -> str:
        return f"{self.of.name}_keys"

    def _inputs(self, key_files: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        """Return the inputs of the rows, as recorded with them."""
        files = self.tables.files
        whole = {name: [part.sha256 for part in files[name].parts] for name in self.of.as_whole}
        schemas = {name: str(self.tables.schemas[name]) for name in (*self.of.by_key, *self.of.as_whole)}
        about = address_of(EDITION, self.of.version, json.dumps([whole, schemas], sort_keys=True))
        return {"about": about, "by_key": key_files}

    def _key_files(self, dataset: str) -> dict[str, Path]:
        """Return the file of keys of each part of a dataset by address, in the parts' order."""
        parts, columns = self.tables.files[dataset].parts, self.of.by_key[dataset]
        about = (EDITION, dataset, *columns, *self.of.key, str(self.tables.schemas[dataset]))
        addresses = [address_of(*about, part.sha256) for part in parts]

        def write(places: Sequence[int], paths: Sequence[Path]) -> None:
            for place, path in zip(places, paths, strict=True):
                rows = self.tables.read(dataset, [parts[place]])
                own = {name: rows[column] for name, column in zip(self.of.key, columns, strict=True)}
                _write(by_rows(rows.select(**own).distinct().to_pyarrow(), ()), path)

        paths = self.tables.kept_files(self._keys_name, addresses, write)
        return dict(zip(addresses, paths, strict=True))

    def _updated(
        self, inputs: Mapping[str, Any], key_files: Mapping[str, Mapping[str, Path]]
    ) -> pa.Table | None:
        """Return the newest run's rows with changed keys replaced; None if all must be computed."""
        if (address := self._address_before()) is None:
            return None
        record, base = (self._fetch(name, address) for name in (self._inputs_name, self.of.name))
        before = json.loads(table_of(record)["inputs"][0].as_py())
        if before["about"] != inputs["about"]:
            return None
        gone = {of for name, files in before["by_key"].items() for of in set(files) - set(key_files[name])}
        if not gone <= self.tables.store.kept(self._keys_name):
            return None
        new = [
            path
            for name, files in key_files.items()
            for of, path in files.items()
            if of not in before["by_key"][name]
        ]
        changed = [*new, *(self._fetch(self._keys_name, of) for of in sorted(gone))]
        kept = self.tables.read_files(self.of.name, [base])
        if not changed:
            return by_rows(kept.to_pyarrow(), self.of.order)
        keyed = self._stored(
            "changed", self.tables.read_files(self._keys_name, changed).distinct().to_pyarrow()
        )
        computed = self.compute(self._tables(keyed, key_files))
        schema, fresh = computed.schema, self._stored("computed", computed)
        pieces = [
            kept.anti_join(keyed, _same_key(kept, keyed, self.of.key)),
            fresh.semi_join(keyed, _same_key(fresh, keyed, self.of.key)),
        ]
        rows = pa.concat_tables([piece.to_pyarrow().select(schema.names).cast(schema) for piece in pieces])
        return by_rows(rows, self.of.order)

    def _stored(self, name: str, rows: pa.Table) -> ibis.Table:
        """Write rows to a local file, and return it as a table of the engine."""
        path = self.tables.folder / f"{self.of.name}-{name}.parquet"
        _write(rows, path)
        return self.tables.read_files(f"{self.of.name}_{name}", [path])

    def _tables(
        self, keyed: ibis.Table, key_files: Mapping[str, Mapping[str, Path]]
    ) -> dict[str, ibis.Table]:
        """Return the datasets, of those in `by_key` only the rows of some keys."""
        given = {name: self.tables[name] for name in self.of.as_whole}
        for name, columns in self.of.by_key.items():
            paths = list(key_files[name].values())
            rows = self.tables.read(name, self._parts_with(keyed, name, paths))
            given[name] = rows.semi_join(keyed, _same_key(rows, keyed, columns))
        return given

    def _parts_with(self, keyed: ibis.Table, dataset: str, paths: Sequence[Path]) -> list[PartFile]:
        """Return the parts of a dataset with rows of some keys, or the first part if there are none."""
        in_parts = self.tables.read_files(self._keys_name, paths, filename=True)
        matching = in_parts.semi_join(keyed, _same_key(in_parts, keyed, self.of.key))
        there = set(matching.select("filename").distinct().to_pyarrow()["filename"].to_pylist())
        parts = self.tables.files[dataset].parts
        return [part for part, path in zip(parts, paths, strict=True) if str(path) in there] or [parts[0]]

    def _address_before(self) -> str | None:
        """Return the address of the newest run's rows; None if there are none, and in a full run."""
        store = self.tables.store
        kept = store.kept(self.of.name) & store.kept(self._inputs_name)
        used = used_facts(store.objects, store.bucket) if kept else frozenset()
        return next((of for of in sorted(kept) if keys.fact_key(self.of.name, of) in used), None)

    def _fetch(self, name: str, address: str) -> Path:
        """Download a file of the previous run without marking it as used."""
        path = self.tables.folder / f"{name}-before-{address}.parquet"
        self.tables.store.fetch(name, address, path)
        return path

    def _all_rows(self) -> pa.Table:
        tables = {name: self.tables[name] for name in (*self.of.by_key, *self.of.as_whole)}
        return by_rows(self.compute(tables), self.of.order)

    def _check(self, rows: pa.Table) -> None:
        """Compare updated rows with a computation of all rows."""
        if parquet_bytes(rows) != parquet_bytes(self._all_rows()):
            raise AuditError(
                f"{self.of.name}: updated rows differ from a computation of all rows. Run `headgate run "
                "--full`, which builds the table again, and report the difference."
            )


def _same_key(rows: ibis.Table, keyed: ibis.Table, columns: Sequence[str]) -> list[Any]:
    """Return the conditions that a row has a key, where two nulls are equal."""
    return [rows[own].identical_to(keyed[key]) for own, key in zip(columns, keyed.columns, strict=True)]


def _write(rows: pa.Table, path: Path) -> None:
    write_parquet(path, rows.schema, iter(rows.combine_chunks().to_batches()))
