"""Write tables in the layout of an export run in raw, all of them or none."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

import pyarrow as pa
import pyarrow.parquet as pq

from headgate.errors import SettingsError
from headgate.lake.keys import RUN_MANIFEST, ExportKey
from headgate.snapshots.publishing import conform, parquet_bytes
from scripts.generated_shop.csv_text import as_csv_text, compressed, csv_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import date
    from pathlib import Path
    from types import TracebackType

    from headgate.contracts.model import Contract
    from scripts.generated_shop.bad_files import BadFile
    from scripts.generated_shop.defects import Spoiler

    Progress = Callable[[str, int, int], None]  # dataset, rows written, rows expected (0 when not known)

CSV, PARQUET = "csv.gz", "parquet"
TRUTH, TRUTH_FILES = "truth.parquet", "truth_files.json"
# Parents first, so that loading in this order never finds a child before its parent.
DATASETS = (
    "regions",
    "customers",
    "products",
    "orders",
    "order_items",
    "payments",
    "card_transactions",
    "search_queries",
)


@dataclass(frozen=True)
class WrittenPart:
    """A written object: `rows` are the data rows of the file, `defects` those that the gate must refuse."""

    dataset: str
    key: str
    rows: int
    defects: int
    size_bytes: int


@dataclass
class PartWriter:
    """Writes parts into a folder that appears, complete, if the `with` block ends without an error.

    Attributes:
        file_format: of clean parts.
        spoiler: adds defective rows to the parts of its datasets, which are CSV because a typed format cannot
            represent most defects.
    """

    folder: Path
    contracts: Mapping[str, Contract]
    exported_on: date
    run: str
    file_format: str = PARQUET
    rows_per_file: int = 250_000
    spoiler: Spoiler | None = None
    progress: Progress | None = None
    parts: list[WrittenPart] = field(default_factory=list)
    _truth: list[pa.Table] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.file_format not in {CSV, PARQUET}:
            raise SettingsError(f"file format {self.file_format!r}: choose {CSV} or {PARQUET}")

    def __enter__(self) -> Self:
        if self.folder.exists() and any(self.folder.iterdir()):
            raise SettingsError(
                f"folder {self.folder.name} is not empty; a sample is written into a folder of its own"
            )
        shutil.rmtree(self._partial, ignore_errors=True)
        self._partial.mkdir(parents=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            shutil.rmtree(self._partial, ignore_errors=True)
            return
        self._write_manifests()
        if self.spoiler:
            pq.write_table(pa.concat_tables(self._truth), self._partial / TRUTH)
        if self.folder.exists():
            self.folder.rmdir()
        os.replace(self._partial, self.folder)  # noqa: PTH105 the atomic one is the point here

    @property
    def _partial(self) -> Path:
        return self.folder.with_name(f".{self.folder.name}.partial")

    def write(self, dataset: str, rows: pa.Table, *, expected: int = 0) -> None:
        """Write the rows in as many parts as `rows_per_file` requires; at least one, even without rows."""
        for begin in range(0, max(1, rows.num_rows), self.rows_per_file):
            self.write_part(dataset, rows.slice(begin, self.rows_per_file), expected=expected)

    def write_part(self, dataset: str, rows: pa.Table, *, expected: int = 0) -> None:
        """Write the rows to the next part of their dataset, all in one file."""
        number = sum(part.dataset == dataset for part in self.parts)
        spoiler = self.spoiler if self.spoiler and dataset in self.spoiler.datasets else None
        key = ExportKey(
            dataset, self.exported_on, self.run, f"part-{number:05d}.{CSV if spoiler else self.file_format}"
        ).path()
        exact = conform(self.contracts[dataset], rows)
        body, defects = self._spoiled(spoiler, dataset, exact, key) if spoiler else (self._clean(exact), 0)
        self._put(key, body)
        self.parts.append(WrittenPart(dataset, key, exact.num_rows + defects, defects, len(body)))
        if self.progress:
            self.progress(dataset, rows_by_dataset(self.parts)[dataset], expected)

    def write_bad_files(self, files: Sequence[BadFile]) -> None:
        """Add files that the gate must reject; `truth_files.json` says why each is rejected."""
        keys = [ExportKey(file.dataset, self.exported_on, self.run, file.name).path() for file in files]
        for key, file in zip(keys, files, strict=True):
            self._put(key, file.body)
        truth = [
            {"object_key": key, "rule": file.rule, "column_name": file.column}
            for key, file in zip(keys, files, strict=True)
        ]
        (self._partial / TRUTH_FILES).write_text(json.dumps(truth, indent=1), encoding="utf-8")

    def _write_manifests(self) -> None:
        """Write a manifest of its parts for each dataset's run, so that the gate accepts it as complete."""
        for folder in sorted({path.parent for path in self._partial.rglob("run=*/*")}):
            files = [
                {"name": path.name, "size_bytes": path.stat().st_size} for path in sorted(folder.iterdir())
            ]
            (folder / RUN_MANIFEST).write_text(json.dumps({"files": files}, indent=1), encoding="utf-8")

    def _clean(self, rows: pa.Table) -> bytes:
        return (
            parquet_bytes(rows) if self.file_format == PARQUET else compressed(csv_bytes(as_csv_text(rows)))
        )

    def _spoiled(self, spoiler: Spoiler, dataset: str, rows: pa.Table, key: str) -> tuple[bytes, int]:
        spoiled = spoiler.spoil(self.contracts[dataset], as_csv_text(rows), key)
        self._truth.append(spoiled.truth)
        return compressed(csv_bytes(spoiled.rows, spoiled.surplus_cells)), int(spoiled.truth.num_rows)

    def _put(self, key: str, body: bytes) -> None:
        path = self._partial / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)


def rows_by_dataset(parts: Sequence[WrittenPart]) -> dict[str, int]:
    """Return the number of rows of each dataset, including defective ones, in the order of writing."""
    rows: dict[str, int] = {}
    for part in parts:
        rows[part.dataset] = rows.get(part.dataset, 0) + part.rows
    return rows


def iter_objects(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield key and file of every data object of a sample folder, parents first, then by key.

    Truth files are not objects.
    """
    keys = [
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and path.name != RUN_MANIFEST
    ]
    ranks = {dataset: rank for rank, dataset in enumerate(DATASETS)}
    parsed = [
        (ranks.get(export_key.dataset, len(ranks)), key)
        for key in keys
        if (export_key := ExportKey.parse(key))
    ]
    for _, key in sorted(parsed):
        yield key, folder / key
