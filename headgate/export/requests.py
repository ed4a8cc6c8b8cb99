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
    """The selection of rows in a run.

    A contract's `headgate.export` may say `full` for its table in incremental runs.
    """

    FULL = "full"
    INCREMENTAL = "incremental"


class ImpossibleDates(StrEnum):
    """The treatment of dates on no calendar (`0000-00-00`, `2023-00-01`)."""

    NULL = "null"  # they become null and are counted in the certificate
    STOP = "stop"


@dataclass(frozen=True)
class ExportRequest:
    """One run. `run` and `exported_on` name it, and its folder in raw.

    Asking again for the same run resumes it.

    Attributes:
        source: a name for the server and schema, such as `ecommerce`; watermarks are kept by it.
        tables: their names at the source; empty for all that have a contract.
        workers: connections that read at once.
        overlap_s: how far an incremental run reaches back before the last watermark.
        attempts: how often to begin again when the source is lost on the way.
        slice_rows: rows of a slice; 0 finds what gives files of about `target_file_bytes`.
        sampled_from_rows: in tables of so many rows slices are cut by the server's estimates; walking the
            index would cost a twentieth of the export.
        mask_at_source: sensitive columns are masked before anything is written.
        file_format: of the files with rows; keys and deleted keys are always Parquet.
        where: an SQL condition on the tables' rows; the others are left out.
        sql: a SELECT whose rows are exported under the one name in `tables`.
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
        """The run takes other rows than its tables have, so later runs do not start where it ended."""
        return bool(self.where or self.sql)

    def check(self) -> None:
        """Check that the parts of the request fit together.

        Raises:
            SettingsError: they do not; the message names both parts.
        """
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
        """Return the key of one object of this run in raw.

        Raises:
            SettingsError: the names of run and table make no key, or no folder of the workspace.
        """
        key = ExportKey(table, self.exported_on, self.run, name)
        if ExportKey.parse(key.path()) != key or {table, self.run} & _NO_FOLDERS:
            raise SettingsError(
                f"run {self.run!r} of {table!r} has no valid key in raw. Give the run another name; "
                "a table may be called otherwise in the lake by its contract's headgate.table"
            )
        return key

    def to_json(self) -> str:
        """Return the request's text; equal requests give equal text."""
        return json.dumps({**asdict(self), "exported_on": self.exported_on.isoformat()}, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> ExportRequest:
        """Return the request that a text states."""
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
    READ = "read"  # `rows` more have been read
    KEPT = "kept"  # a slice of an earlier attempt still holds; its `rows` are not read again
    FINISHED = "finished"  # a slice is read, written and certified
    CERTIFIED = "certified"  # the table is
    LANDED = "landed"  # the table's files and manifest lie in raw
    RETRIED = "retried"  # the source was lost; the run continues with a new snapshot


@dataclass(frozen=True)
class Progress:
    """One event. Events come from several threads, one at a time.

    `why` is the error that a retried attempt ended with.
    """

    phase: Phase
    table: str
    rows: int = 0
    slice_number: int = -1
    why: str = ""


@dataclass(frozen=True)
class ExportReport:
    """The landed tables of a run: a certificate for each.

    `changed` is False when the whole run lay in raw already.
    """

    run: str
    certificates: tuple[Certificate, ...]
    changed: bool = True

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(certificate.digest.rows for certificate in self.certificates)


@dataclass(frozen=True)
class Verification:
    """The result of checking an old run. It holds when there are no findings."""

    table: str
    run: str
    files: int
    rows: int
    findings: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """The run's files are what its certificate says."""
        return not self.findings
