"""Files of an unfinished run on disk, so that a killed run can resume.

    <workspace>/<source>/<run>/<table>/plan.json              the columns, slices and bounds to read
                                      slice-00000.parquet     a slice's rows (or .csv.gz); complete if it has a record
                                      slice-00000.json        the slice's record
                                      keys.parquet            keys of all rows, if the contract follows deletions
                                      keys-before.parquet     keys of the previous run
                                      deleted.parquet         keys of deleted rows
                                      certificate.json        the complete table, which is not read again

Records are written to a temporary file and renamed, so they are complete or absent. Where the disk does not
survive the process (a Glue job), a mirror in a bucket has the same files, and the next machine starts from them.
"""  # noqa: E501 a listing

from __future__ import annotations

import json
import os
import shutil
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from headgate.export.certifying.certificate import Certificate
from headgate.export.certifying.digest import Digest
from headgate.export.planning.slicing import Slice
from headgate.export.planning.watermark import Bound
from headgate.export.reading.file_batches import FileFormat
from headgate.export.server.key_columns import KeyColumn
from headgate.export.server.sql_dialect import SqlDialect

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from headgate.export.run_store import UnfinishedRun


@dataclass(frozen=True)
class TablePlan:
    """The columns, slices and bounds of one table in a run, the same in all attempts."""

    table: str
    columns: tuple[str, ...]
    schema_hash: str
    key: tuple[KeyColumn, ...]
    slices: tuple[Slice, ...]
    bounds: tuple[Bound, ...] = ()
    rows_expected: int = 0
    drift: tuple[str, ...] = ()

    @classmethod
    def from_dict(cls, read: Mapping[str, Any]) -> TablePlan:
        """Return the plan from the result of `asdict`."""
        return cls(
            **{
                **read,
                "columns": tuple(read["columns"]),
                "key": tuple(
                    KeyColumn(**{**item, "dialect": SqlDialect(item.get("dialect", SqlDialect.MYSQL))})
                    for item in read["key"]
                ),
                "slices": tuple(
                    Slice(item["number"], _key(item["lower"]), _key(item["upper"])) for item in read["slices"]
                ),
                "bounds": tuple(
                    Bound(**{**item, "dialect": SqlDialect(item.get("dialect", SqlDialect.MYSQL))})
                    for item in read["bounds"]
                ),
                "drift": tuple(read["drift"]),
            }
        )


def _key(read: list[str] | None) -> tuple[str, ...] | None:
    return tuple(read) if read is not None else None


@dataclass(frozen=True)
class SliceRecord:
    """A finished slice; an empty slice has no file.

    Attributes:
        digest: of the unmasked columns, equal at the source and in the file.
        witness: of all columns at the source; if it is unchanged, a later attempt keeps the slice.
        withheld: number of rows that lost a number in a column which declares none.
    """

    number: int
    digest: Digest
    witness: Digest
    size_bytes: int
    sha256: str
    impossible_dates: Mapping[str, int] = field(default_factory=dict)
    withheld: int = 0


class TableFolder:
    """The folder of one table in an unfinished run."""

    def __init__(
        self, path: Path, mirror: UnfinishedRun | None = None, file_format: FileFormat = FileFormat.PARQUET
    ) -> None:
        self.path = path
        self._format = file_format
        self._mirror = mirror
        if not path.exists():
            path.mkdir(parents=True)
            if mirror:
                mirror.restore(path)

    def plan(self) -> TablePlan | None:
        """Return the plan; None before it is written."""
        read = _read(self.path / "plan.json")
        return TablePlan.from_dict(read) if read else None

    def begin(self, plan: TablePlan) -> None:
        """Empty the folder, then write the plan."""
        shutil.rmtree(self.path)
        self.path.mkdir()
        if self._mirror:
            self._mirror.clear()
        self._write(self.path / "plan.json", json.dumps(asdict(plan)))

    def end(self) -> None:
        """Delete the folder and its mirror."""
        if self._mirror:
            self._mirror.clear()
        shutil.rmtree(self.path)

    def _write(self, path: Path, text: str) -> None:
        _write(path, text)
        if self._mirror:
            self._mirror.keep(path)

    def rows(self, number: int) -> Path:
        """Return the path of a slice's rows."""
        return self.path / f"slice-{number:05d}.{self._format}"

    def record(self, number: int) -> SliceRecord | None:
        """Return a slice's record; None if the slice is not finished."""
        read = _read(self.path / f"slice-{number:05d}.json")
        if not read:
            return None
        digests = {name: Digest.from_dict(read[name]) for name in ("digest", "witness")}
        return SliceRecord(**{**read, **digests})

    def finish(self, record: SliceRecord) -> None:
        """Write the record of a slice whose file is complete."""
        if self._mirror and self.rows(record.number).exists():
            self._mirror.keep(self.rows(record.number))
        self._write(self.path / f"slice-{record.number:05d}.json", json.dumps(asdict(record)))

    def forget(self, number: int) -> None:
        """Delete the slice's record and file."""
        for path in (self.path / f"slice-{number:05d}.json", self.rows(number)):
            path.unlink(missing_ok=True)
            if self._mirror:
                self._mirror.forget(path.name)

    @property
    def keys(self) -> Path:
        """The path of the keys of all rows."""
        return self.path / "keys.parquet"

    @property
    def keys_before(self) -> Path:
        """The path of the previous run's keys."""
        return self.path / "keys-before.parquet"

    @property
    def deleted(self) -> Path:
        """The path of the keys of deleted rows."""
        return self.path / "deleted.parquet"

    def certificate(self) -> Certificate | None:
        """Return the certificate; None before it is written."""
        path = self.path / "certificate.json"
        return Certificate.from_json(path.read_text(encoding="utf-8")) if path.exists() else None

    def certify(self, certificate: Certificate) -> None:
        """Write the certificate of the completely read table."""
        for path in (self.keys, self.deleted):
            if self._mirror and path.exists():
                self._mirror.keep(path)
        self._write(self.path / "certificate.json", certificate.to_json())


def _read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def _write(path: Path, text: str) -> None:
    temporary = path.with_suffix(".tmp")
    with temporary.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
