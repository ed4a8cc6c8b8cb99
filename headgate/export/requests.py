"""The request for an export, its progress events and its result."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from headgate.errors import SettingsError
from headgate.export.reading.file_batches import FileFormat
from headgate.lake.keys import ExportKey

if TYPE_CHECKING:
    from headgate.export.certifying.certificate import Certificate

TARGET_FILE_BYTES = 128 << 20
_NO_FOLDERS = {".", ".."}


class Mode(StrEnum):
    """The rows to export: all of them, or those changed since the previous run.

    With `headgate.export: full` in its contract, a table is exported in full by incremental runs too.
    """

    FULL = "full"
    INCREMENTAL = "incremental"


class ImpossibleDates(StrEnum):
    """The treatment of invalid dates (`0000-00-00`, `2023-00-01`)."""

    NULL = "null"  # they become null and are counted in the certificate
    STOP = "stop"


@dataclass(frozen=True)
class ExportRequest:
    """The request for one run; an equal request resumes the run.

    Attributes:
        source: a name for the server and schema, such as `ecommerce`, that identifies watermarks.
        run, exported_on: the name and day of the run, which form its folder in raw.
        tables: names at the source; empty for all tables with a contract.
        workers: number of connections that read in parallel.
        overlap_s: how far an incremental run reaches back before the last watermark.
        attempts: number of attempts when the connection is lost.
        slice_rows: rows per slice; 0 for files of about `target_file_bytes`.
        sampled_from_rows: tables with at least this many rows are sliced by the server's row estimates,
            because walking their index would take a twentieth of the export's time.
        mask_at_source: mask sensitive columns before anything is written.
        file_format: format of the files with rows; files with keys are always Parquet.
        where: an SQL condition that selects rows of the tables.
        sql: a SELECT whose rows are exported under the only name in `tables`.
    """

    source: str
    run: str
    exported_on: date
    tables: tuple[str, ...] = ()
    mode: Mode = Mode.FULL
    workers: int = 2
    overlap_s: int = 300
    attempts: int = 5
    target_file_bytes: int = TARGET_FILE_BYTES
    slice_rows: int = 0
    sampled_from_rows: int = 1_000_000
    impossible_dates: ImpossibleDates = ImpossibleDates.NULL
    mask_at_source: bool = False
    file_format: FileFormat = FileFormat.PARQUET
    where: str = ""
    sql: str = ""

    @property
    def is_selection(self) -> bool:
        """The run exports a selection of rows, so it sets no watermark."""
        return bool(self.where or self.sql)

    def check(self) -> None:
        """Raise a SettingsError if options of the request contradict each other."""
        if not self.tables or self.attempts < 1:
            raise SettingsError("an export needs at least one table and one attempt")
        if self.mask_at_source and self.file_format is not FileFormat.PARQUET:
            raise SettingsError(
                "rows masked at the source need Parquet, because CSV cannot mark them as masked. Leave "
                "out --format csv"
            )
        if self.is_selection and self.mode is Mode.INCREMENTAL:
            raise SettingsError(
                "A filter or a query cannot be incremental, because later runs would miss the rows "
                "outside it. Export it in full"
            )
        if self.sql and (self.where or len(self.tables) != 1):
            raise SettingsError(
                "--sql takes neither --tables nor --where. Give --name, and put the filter into the query"
            )

    def key(self, table: str, name: str) -> ExportKey:
        """Return the key of one of the run's objects in raw.

        Raises:
            SettingsError: the run's or the table's name is not valid in keys or as a folder name.
        """
        key = ExportKey(table, self.exported_on, self.run, name)
        if ExportKey.parse(key.path()) != key or {table, self.run} & _NO_FOLDERS:
            raise SettingsError(
                f"run {self.run!r} of {table!r} has no valid key in raw. Give the run another name, or set "
                "another dataset name with headgate.table in the table's contract"
            )
        return key

    def to_json(self) -> str:
        """Return the request as JSON; equal requests give equal text."""
        return json.dumps({**asdict(self), "exported_on": self.exported_on.isoformat()}, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> ExportRequest:
        """Return the request from its JSON."""
        read = json.loads(text)
        typed = {
            "tables": tuple(read["tables"]),
            "exported_on": date.fromisoformat(read["exported_on"]),
            "mode": Mode(read["mode"]),
            "impossible_dates": ImpossibleDates(read["impossible_dates"]),
            "file_format": FileFormat(read.get("file_format", FileFormat.PARQUET)),
        }
        return cls(**{**read, **typed})


class Phase(StrEnum):
    """The kind of a progress event."""

    PLANNED = "planned"  # `rows` are expected
    READ = "read"  # `rows` more were read
    KEPT = "kept"  # a slice of an earlier attempt is unchanged, so its `rows` are not read again
    FINISHED = "finished"  # a slice was read, written and certified
    CERTIFIED = "certified"  # all slices of the table were
    LANDED = "landed"  # the table's files and manifest are in raw
    RETRIED = "retried"  # the connection was lost; the run continues with a new snapshot


@dataclass(frozen=True)
class Progress:
    """A progress event, sent from any thread, one at a time; `why` is the error of a retried attempt."""

    phase: Phase
    table: str
    rows: int = 0
    slice_number: int = -1
    why: str = ""


@dataclass(frozen=True)
class ExportReport:
    """The certificates of a run's tables; `changed` is False if the run was already published."""

    run: str
    certificates: tuple[Certificate, ...]
    changed: bool = True

    @property
    def rows(self) -> int:
        """Total rows of the tables."""
        return sum(certificate.digest.rows for certificate in self.certificates)


@dataclass(frozen=True)
class Verification:
    """The result of comparing a published run with its certificate."""

    table: str
    run: str
    files: int
    rows: int
    findings: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """The run's files equal its certificate."""
        return not self.findings
