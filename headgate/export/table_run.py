"""One table in a run: its plan, slices and certificate."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from headgate.contracts.followed_deletions import follows_deletions
from headgate.errors import AuditError, ContractError
from headgate.export.certifying.certificate import (
    Certificate,
    CertificateError,
    CertifiedColumn,
    CertifiedFile,
    Moment,
    certified_columns,
    require_equal,
    schema_hash,
)
from headgate.export.certifying.deleted_rows import key_conditions, late_keys, write_deleted, write_keys
from headgate.export.certifying.digest import Digest, digest_from, digest_of_file, digest_sql
from headgate.export.planning.schema_drift import Difference, columns_to_export, schema_differences
from headgate.export.planning.slicing import EVERYTHING, slices_between
from headgate.export.planning.watermark import (
    Bound,
    Reached,
    bounds,
    changed_rows_sql,
    mode_of,
    watermark_columns,
)
from headgate.export.reading.file_batches import FileFormat
from headgate.export.reading.masking_at_source import MaskedSlice, Masking
from headgate.export.reading.slice_files import write_slice
from headgate.export.requests import ExportRequest, ImpossibleDates, Mode, Phase, Progress
from headgate.export.run_folder import SliceRecord, TableFolder, TablePlan
from headgate.export.server.source import ExportSource, Session, Snapshot, map_table
from headgate.lake import keys
from headgate.lake.content_hash import sha256_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from headgate.contracts.model import Contract
    from headgate.export.planning.mapping import ExportColumn
    from headgate.export.server.source_tables import SourceTable

    Listener = Callable[[Progress], None]
    Job = Callable[[Session], None]


class ImpossibleDateError(AuditError):
    """The source has invalid dates, and the request is to stop at them."""


@dataclass(frozen=True)
class TableRun:
    """One table in one attempt of a run.

    Attributes:
        dataset: the table's name in the lake; `table.name` is its name at the source.
        since: the position that earlier runs reached; None to start from the beginning.
        find_keys_before: writes the previous run's keys to a file; returns False if there are none.
    """

    source: ExportSource[Any]
    request: ExportRequest
    dataset: str
    table: SourceTable
    contract: Contract | None
    folder: TableFolder
    since: Reached | None
    listener: Listener
    find_keys_before: Callable[[Path], bool]
    masking: Masking | None = None
    counted: list[int] = field(default_factory=list)
    late: list[str] = field(default_factory=list)

    @cached_property
    def _differences(self) -> tuple[Difference, ...]:
        return schema_differences(self.table, self.contract, self.source.arrow_type) if self.contract else ()

    @cached_property
    def columns(self) -> tuple[ExportColumn, ...]:
        """The columns to export; raises SchemaChangedError if the contract's policy is to stop."""
        names = columns_to_export(self.table, self.contract, self._differences)
        return map_table(self.source, self.table, names, self.contract)

    def check_columns(self) -> None:
        """Raise as `columns` does, before any table of the run is read."""
        _ = self.columns

    @cached_property
    def mode(self) -> Mode:
        """The mode of the table in this run."""
        return mode_of(self.contract, self.request.mode)

    @cached_property
    def certified(self) -> tuple[CertifiedColumn, ...]:
        """The columns for the certificate."""
        return certified_columns(self.columns, self._sensitive)

    @cached_property
    def _sensitive(self) -> frozenset[str]:
        """Columns that are masked at the source, so their values are not stored."""
        columns = self.contract.columns if self.masking and self.contract else ()
        return frozenset(column.name for column in columns if column.mask)

    @property
    def _follows_deletions(self) -> bool:
        return follows_deletions(self.contract) and not self.request.is_selection

    def plan(self, session: Session) -> TablePlan:
        """Return an earlier attempt's plan if the columns are unchanged, else a new plan."""
        plan = self.folder.plan()
        if plan is None or plan.schema_hash != schema_hash(self.certified):
            with self.source.errors_of_table(self.table.name):
                plan = self._new_plan(session)
            self.folder.begin(plan)
        self._report(Phase.PLANNED, plan.rows_expected)
        return plan

    def _new_plan(self, session: Session) -> TablePlan:
        limits = self._bounds(session)
        key, edges = self.source.edges(
            session, self.table, self.request, self._within(limits), self._sensitive
        )
        return TablePlan(
            self.dataset,
            tuple(column.name for column in self.columns),
            schema_hash(self.certified),
            key,
            slices_between(edges),
            limits,
            self.table.row_estimate,
            tuple(f"{item.change}: {item.description}" for item in self._differences),
        )

    def _bounds(self, session: Session) -> tuple[Bound, ...]:
        """Return the table's bounds; in a full run only their ends matter, to the next incremental run."""
        incremental = self.mode is Mode.INCREMENTAL
        columns = () if self.request.is_selection else watermark_columns(self.table, self.contract)
        if not columns and incremental:
            raise ContractError(
                f"{self.table.name} has no watermark column. Add headgate.orderBy or headgate.export: full "
                "to its contract"
            )
        return bounds(
            session, self.table.name, columns, self.since if incremental else None, self.request.overlap_s
        )

    def _within(self, limits: Sequence[Bound]) -> str:
        if self.request.where:
            return f"({self.request.where}\n)"
        return changed_rows_sql(limits) if self.mode is Mode.INCREMENTAL else EVERYTHING

    def jobs(self, plan: TablePlan) -> list[Job]:
        """Return the table's independent jobs, each for any session of the snapshot."""
        within = self._within(plan.bounds)
        slices: list[Job] = [
            partial(self._export_slice, number=item.number, where=f"{within} AND {item.where(plan.key)}")
            for item in plan.slices
        ]
        keys: list[Job] = [partial(self._read_keys, plan=plan)] if self._follows_deletions else []
        count: Job = partial(self._count, plan=plan)
        return [self._with_table_errors(job) for job in [*slices, count, *keys]]

    def _with_table_errors(self, job: Job) -> Job:
        """Return the job with the table's name in its errors."""

        def run(session: Session) -> None:
            with self.source.errors_of_table(self.table.name):
                job(session)

        return run

    def _read_keys(self, session: Session, plan: TablePlan) -> None:
        key = self.contract.key if self.contract else ()
        self.folder.keys.unlink(missing_ok=True)
        write_keys(
            session,
            self.table,
            map_table(self.source, self.table, key, self.contract),
            self._within(plan.bounds),
            self.folder.keys,
        )

    def late_jobs(self, plan: TablePlan) -> list[Job]:
        """Return the jobs that follow `jobs`, for new rows that the watermark misses."""
        if not self.folder.keys.exists() or not self.find_keys_before(self.folder.keys_before):
            return []
        self.late[:] = key_conditions(late_keys(self.folder.keys_before, self.folder.keys), self.table)
        outside = f"NOT {self._within(plan.bounds)}"
        first = len(plan.slices)
        jobs = (
            partial(self._export_slice, number=first + place, where=f"{outside} AND {condition}")
            for place, condition in enumerate(self.late)
        )
        return [self._with_table_errors(job) for job in jobs]

    def _write_deleted_keys(self) -> tuple[int | None, str]:
        """Return the number of deleted rows, and the SHA-256 of the file of their keys."""
        self.folder.deleted.unlink(missing_ok=True)
        if not self._follows_deletions or not self.find_keys_before(self.folder.keys_before):
            return None, ""
        count = write_deleted(self.folder.keys_before, self.folder.keys, self.folder.deleted)
        return count, sha256_of(self.folder.deleted) if count else ""

    def _count(self, session: Session, plan: TablePlan) -> None:
        """Count the rows independently of slices, to verify that the slices cover all rows."""
        query = f"SELECT COUNT(*) FROM {self.table.from_sql} WHERE {self._within(plan.bounds)}"  # noqa: S608 quoted name, own literals
        self.counted.append(int(session.value(query)))

    def _export_slice(self, session: Session, number: int, where: str) -> None:
        """Read a slice, unless an earlier attempt did and the digest of all its columns is unchanged."""
        record, witness = self.folder.record(number), self._digest(session, where, self.columns)
        if record and record.witness == witness:
            self._report(Phase.KEPT, witness.rows, number)
            return
        self.folder.forget(number)
        self.folder.finish(self._read(session, number, where, witness))
        self._report(Phase.FINISHED, 0, number)

    def _read(self, session: Session, number: int, where: str, witness: Digest) -> SliceRecord:
        path = self.folder.rows(number)
        expressions = ", ".join(column.read_sql for column in self.columns)
        query = f"SELECT {expressions} FROM {self.table.from_sql} WHERE {where}"  # noqa: S608 quoted names, own literals
        masked = (
            MaskedSlice(self.masking, self.contract, self.columns, self._digested)
            if self.masking and self.contract
            else None
        )
        report = partial(self._report, Phase.READ, number=number)
        written = write_slice(session, query, self.columns, path, mask=masked, seen=report)
        self._accept_dates(written.impossible_dates)
        if not written.rows:
            require_equal(self.table.name, number, witness, Digest.of_nothing(len(self.columns)))
            return SliceRecord(number, Digest.of_nothing(len(self._digested)), witness, 0, "")
        # The witness is the source's digest, unless masking or invalid dates make the file differ from the
        # source.
        differs = masked is not None or bool(written.impossible_dates)
        source = self._digest(session, where, self._digested, impossible_as_null=True) if differs else witness
        digest = digest_of_file(path, self._digested, self.source.dialect)
        withheld = masked.before.rows if masked else 0
        require_equal(
            self.table.name,
            number,
            source + masked.after if masked else source,
            digest + masked.before if masked else digest,
        )
        return SliceRecord(
            number,
            digest,
            witness,
            path.stat().st_size,
            sha256_of(path),
            dict(written.impossible_dates),
            withheld,
        )

    @cached_property
    def _digested(self) -> tuple[ExportColumn, ...]:
        names = {column.name for column in self.certified if column.digested}
        return tuple(column for column in self.columns if column.name in names)

    def _digest(
        self,
        session: Session,
        where: str,
        columns: Sequence[ExportColumn],
        *,
        impossible_as_null: bool = False,
    ) -> Digest:
        query = digest_sql(self.table.from_sql, columns, where, impossible_as_null=impossible_as_null)
        return digest_from(session.rows(query)[0])

    def _accept_dates(self, counts: Mapping[str, int]) -> None:
        if counts and self.request.impossible_dates is ImpossibleDates.STOP:
            dates = ", ".join(f"{name}: {count}" for name, count in counts.items())
            raise ImpossibleDateError(
                f"{self.table.name} has invalid dates ({dates}), and the request is to stop at them. Correct "
                "them at the source, or export them as null"
            )

    def certificate(self, plan: TablePlan, snapshot: Snapshot) -> Certificate:
        """Return the certificate of the table after all its slices are finished."""
        late_numbers = range(len(plan.slices), len(plan.slices) + len(self.late))
        numbers = (*(piece.number for piece in plan.slices), *late_numbers)
        records = [self.folder.record(number) for number in numbers]
        finished = [record for record in records if record is not None]
        total = sum((record.digest for record in finished), Digest.of_nothing(len(self._digested)))
        late = sum(record.digest.rows for record in finished if record.number in late_numbers)
        if len(finished) != len(records) or self.counted != [total.rows - late]:
            raise CertificateError(
                f"{self.table.name}: the slices have {total.rows} rows, the table {self.counted}; "
                "nothing was published"
            )
        deleted, deleted_sha256 = self._write_deleted_keys()
        return Certificate(
            source=self.request.source,
            table=self.dataset,
            run=self.request.run,
            exported_on=self.request.exported_on.isoformat(),
            mode=self.mode,
            moment=Moment(snapshot.method, snapshot.position, snapshot.gtid, snapshot.taken_at),
            schema_hash=plan.schema_hash,
            columns=self.certified,
            digest=total,
            files=tuple(self._file(record) for record in finished if record.digest.rows),
            watermark={bound.column: (bound.after, bound.reached) for bound in plan.bounds},
            impossible_dates=_sums(record.impossible_dates for record in finished),
            deleted=deleted,
            deleted_sha256=deleted_sha256,
            drift=plan.drift,
            selection=self.request.sql or self.request.where,
            dialect=self.source.dialect,
            withheld=sum(record.withheld for record in finished),
        )

    def _file(self, record: SliceRecord) -> CertifiedFile:
        seal = self.masking.seal(record.sha256) if self.masking else ""
        return CertifiedFile(
            keys.part("", record.number).removesuffix(FileFormat.PARQUET) + self.request.file_format,
            record.size_bytes,
            record.sha256,
            record.digest,
            record.number,
            seal,
        )

    def _report(self, phase: Phase, rows: int = 0, number: int = -1) -> None:
        self.listener(Progress(phase, self.dataset, rows, number))


def _sums(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for count in counts:
        total.update(count)
    return dict(sorted(total.items()))
