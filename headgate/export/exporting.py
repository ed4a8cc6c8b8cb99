"""Export tables of a database server to raw: one moment, exact types, certified, resumable.

A run reads its tables in slices from one snapshot. Every slice is fingerprinted by the server and again from
the file that was written; only when all slices of all tables agree does anything land in raw, all tables'
manifests last, and only then do the watermarks advance. When the run is killed or the source is lost, the
next attempt opens a new snapshot and asks the server for the fingerprints of the finished slices: those that
still hold are kept, the others are read again, so the run shows one moment whatever happened on the way.
"""

from __future__ import annotations

import shutil
import threading
import time
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from headgate.errors import ConflictError, ContractError, NotFoundError
from headgate.export.certifying.certificate import MANIFEST
from headgate.export.certifying.deleted_rows import DELETED
from headgate.export.planning.contract_tables import named_as_contract, source_name
from headgate.export.planning.watermark import Reached, mode_of
from headgate.export.requests import ExportReport, ExportRequest, Mode, Phase, Progress
from headgate.export.run_folder import TableFolder
from headgate.export.run_store import RunStore
from headgate.export.server.source import SourceLostError, TableLockedError
from headgate.export.table_run import TableRun

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from headgate.contracts.model import Contract
    from headgate.export.certifying.certificate import Certificate
    from headgate.export.reading.masking_at_source import Masking
    from headgate.export.requests import Verification
    from headgate.export.server.source import ExportSource, Session
    from headgate.export.server.source_tables import SourceTable
    from headgate.export.table_run import Job
    from headgate.lake.keys import ExportKey
    from headgate.lake.ports import ObjectStore

    Listener = Callable[[Progress], None]

_FIRST_PAUSE_S = 1.0
# A schema change takes longer than a restart; between attempts the run holds no lock, so the change can end.
_FIRST_LOCK_PAUSE_S = 10.0
REQUEST = "request.json"


def _silent(_: Progress) -> None:
    """Ignore the event, for a caller that does not listen."""


@dataclass(frozen=True)
class Exporting:
    """The export of one source.

    Attributes:
        source: the database.
        contracts: by table; tables without one are exported by name only.
        state_bucket: keeps the watermarks; not raw, whose every object the gate reads.
        workspace: a folder that outlives the process, so that a killed run can go on.
        mirrored: the workspace does not (a Glue job's disk): finished slices are kept in the state bucket as
            well.
        masking: what `mask_at_source` does to the rows of a contract's table.
    """

    source: ExportSource[Any]
    objects: ObjectStore
    contracts: Mapping[str, Contract]
    raw_bucket: str
    state_bucket: str
    workspace: Path
    mirrored: bool = False
    masking: Masking | None = None
    pause: Callable[[float], None] = field(default=time.sleep)

    @property
    def run_store(self) -> RunStore:
        """The store of this source's runs and watermarks in the buckets."""
        return RunStore(self.objects, self.raw_bucket, self.state_bucket)

    def run(self, request: ExportRequest, listener: Listener = _silent) -> ExportReport:
        """Export the run's tables to raw, certified, all of them as of one moment, or none of them.

        Running the same request again resumes an unfinished attempt, or changes nothing when the run is
        published.

        Raises:
            ConflictError: another run is exporting one of the tables, or the run's name belongs to another
                request.
            CertificateError: what was written is not what the source holds.
            SchemaChangedError: the source's columns differ from a contract whose policy stops.
            SourceLostError: the source was lost in every attempt.
        """
        asked = replace(
            request,
            tables=tuple(dict.fromkeys(map(self._dataset, request.tables))) or tuple(sorted(self._always())),
        )
        asked.check()
        if (landed := self._landed(asked)) and not self._left(asked):
            return ExportReport(asked.run, landed, changed=False)
        self._require_same(asked)
        report = _one_at_a_time(listener)
        for attempt in range(asked.attempts):
            try:
                return self._attempt(asked, report)
            except SourceLostError as error:
                if attempt + 1 == asked.attempts:
                    raise
                report(Progress(Phase.RETRIED, "", why=str(error)))
                self.pause(
                    (_FIRST_LOCK_PAUSE_S if isinstance(error, TableLockedError) else _FIRST_PAUSE_S)
                    * 2**attempt
                )
        raise AssertionError("the last attempt returns or raises")

    def _always(self) -> list[str]:
        """Return the tables to export when none is named: a source need not have those that are optional."""
        return [
            table
            for table, contract in self.contracts.items()
            if not contract.properties.get("headgate.optional")
        ]

    def _dataset(self, table: str) -> str:
        """Return the dataset of a table, which its contract may name otherwise than the source does."""
        named = (
            dataset for dataset, contract in self.contracts.items() if source_name(dataset, contract) == table
        )
        return next(named, table)

    def unfinished(self) -> list[ExportRequest]:
        """Return the requests of a killed or failed run in the workspace; running one resumes it."""
        return [
            ExportRequest.from_json(path.read_text(encoding="utf-8"))
            for path in sorted(self.workspace.glob(f"*/*/{REQUEST}"))
        ]

    def runs(self, table: str) -> list[ExportKey]:
        """Return the manifests of every landed run of a table, oldest first."""
        return self.run_store.runs(table)

    def verify(self, manifest: ExportKey) -> Verification:
        """Return whether a landed run is still what its manifest says.

        NotFoundError when there is no such manifest.
        """
        self.workspace.mkdir(parents=True, exist_ok=True)
        return self.run_store.verify(manifest, self.workspace)

    def _landed(self, request: ExportRequest) -> tuple[Certificate, ...]:
        certificates = [self.run_store.certificate(request.key(table, MANIFEST)) for table in request.tables]
        return tuple(item for item in certificates if item) if all(certificates) else ()

    def _left(self, request: ExportRequest) -> bool:
        """Return whether an attempt of the run has ended before everything of it was put away."""
        mirrors = (self.run_store.unfinished(request.source, table, request.run) for table in request.tables)
        return self._folder(request).exists() or (
            self.mirrored and not all(mirror.is_empty() for mirror in mirrors)
        )

    def _folder(self, request: ExportRequest) -> Path:
        return self.workspace / request.source / request.run

    def _table_folder(self, request: ExportRequest, table: str) -> TableFolder:
        mirror = self.run_store.unfinished(request.source, table, request.run) if self.mirrored else None
        return TableFolder(self._folder(request) / table, mirror, request.file_format)

    def _begun(self, request: ExportRequest) -> Path:
        return self._folder(request) / REQUEST

    def _require_same(self, request: ExportRequest) -> None:
        try:
            begun = ExportRequest.from_json(self._begun(request).read_text(encoding="utf-8"))
        except FileNotFoundError:  # nothing has begun, or the same run has just landed
            return
        if begun != request:
            raise ConflictError(
                f"run {request.run} belongs to another request. Finish that request, or give this run "
                "another name"
            )

    def _begin(self, request: ExportRequest) -> None:
        """Keep the request, so that the run can be continued; refuse one that can never run."""
        self._require_same(request)
        self._begun(request).parent.mkdir(parents=True, exist_ok=True)
        self._begun(request).write_text(request.to_json(), encoding="utf-8")

    def _attempt(self, request: ExportRequest, listener: Listener) -> ExportReport:
        with self.source.lock_tables(request.tables) as still_exclusive:
            # The same run may have landed elsewhere while this one waited, or in an attempt that was killed
            # right after.
            landed = self._landed(request)
            certificates = landed or self._certified(request) or self._read(request, listener)
            if not landed:
                still_exclusive()
                self._land(request, certificates)
            for certificate in certificates:
                listener(Progress(Phase.LANDED, certificate.table, certificate.digest.rows))
            self._advance_watermarks(request, certificates)
        return ExportReport(request.run, certificates, changed=not landed)

    def _advance_watermarks(self, request: ExportRequest, certificates: Sequence[Certificate]) -> None:
        """Record where the next run starts, and delete this run's working files."""
        if not self._left(request):
            return
        for certificate in certificates:
            self._remember(request, certificate)
        for table in request.tables:
            self._table_folder(request, table).end()
        shutil.rmtree(self._folder(request))

    def _certified(self, request: ExportRequest) -> tuple[Certificate, ...]:
        """Return the certificates of a complete attempt; none unless all tables show one moment."""
        if not (self.mirrored or self._begun(request).exists()):
            return ()
        certificates_or_none = [self._table_folder(request, table).certificate() for table in request.tables]
        certificates = tuple(item for item in certificates_or_none if item)
        whole = len(certificates) == len(request.tables) and len({item.moment for item in certificates}) == 1
        return certificates if whole else ()

    def _read(self, request: ExportRequest, listener: Listener) -> tuple[Certificate, ...]:
        runs = self._table_runs(request, listener)
        try:
            certificates = self._read_all(request, runs)
        # The next attempt begins with what the source declares then, and the contract's policy for it.
        except NotFoundError as error:
            raise SourceLostError(
                f"a table or column was removed while the export started: {error}"
            ) from error
        for run, certificate in zip(runs, certificates, strict=True):
            run.folder.certify(certificate)
            listener(Progress(Phase.CERTIFIED, certificate.table, certificate.digest.rows))
        return tuple(certificates)

    def _read_all(self, request: ExportRequest, runs: Sequence[TableRun]) -> list[Certificate]:
        """Read every slice, in one snapshot of the tables as they were looked up."""
        with self.source.open_snapshot([run.table for run in runs], request.workers) as snapshot:
            for run in runs:
                if (
                    named_as_contract(
                        self.source, snapshot.sessions[0], run.dataset, run.contract, request.sql
                    ).declared
                    != run.table.declared
                ):
                    raise SourceLostError(f"{run.dataset} was altered while the snapshot was opened")
            plans = [run.plan(snapshot.sessions[0]) for run in runs]
            jobs = [job for run, plan in zip(runs, plans, strict=True) for job in run.jobs(plan)]
            work(snapshot.sessions, jobs)
            work(
                snapshot.sessions,
                [job for run, plan in zip(runs, plans, strict=True) for job in run.late_jobs(plan)],
            )
            return [run.certificate(plan, snapshot) for run, plan in zip(runs, plans, strict=True)]

    def _table_runs(self, request: ExportRequest, listener: Listener) -> list[TableRun]:
        """Return the request's tables as the source declares them now.

        Every difference from a contract is seen before anything is read.
        """
        maskings = [self._masking(request, table) for table in request.tables]
        with closing(self.source.connect()) as session:
            sources = [
                named_as_contract(self.source, session, table, self.contracts.get(table), request.sql)
                for table in request.tables
            ]
        self._begin(request)
        named = zip(request.tables, sources, maskings, strict=True)
        runs = [
            self._table_run(request, table, source, masking, listener) for table, source, masking in named
        ]
        for run in runs:
            run.check_columns()
        return runs

    def _table_run(
        self,
        request: ExportRequest,
        table: str,
        source: SourceTable,
        masking: Masking | None,
        listener: Listener,
    ) -> TableRun:
        contract = self.contracts.get(table)
        incremental = mode_of(contract, request.mode) is Mode.INCREMENTAL
        since = self.run_store.reached_before(request.source, table, request.run) if incremental else None
        folder = self._table_folder(request, table)
        find_keys_before = partial(self.run_store.keys_before, request.source, table, request.run)
        return TableRun(
            self.source, request, table, source, contract, folder, since, listener, find_keys_before, masking
        )

    def _masking(self, request: ExportRequest, table: str) -> Masking | None:
        if request.mask_at_source and (self.masking is None or table not in self.contracts):
            raise ContractError(
                f"{table} cannot be masked at the source: that takes a contract and a masking key"
            )
        return self.masking if request.mask_at_source else None

    def _land(self, request: ExportRequest, certificates: Sequence[Certificate]) -> None:
        """Put all files into raw, then all manifests, so that no table of a killed run is ahead."""
        for certificate in certificates:
            self.run_store.bring(certificate, self._files(request, certificate))
        for certificate in certificates:
            self.run_store.state(certificate)

    def _files(self, request: ExportRequest, certificate: Certificate) -> dict[str, Path]:
        folder = self._table_folder(request, certificate.table)
        files = {file.name: folder.rows(file.slice_number) for file in certificate.files}
        return {**files, DELETED: folder.deleted} if certificate.deleted else files

    def _remember(self, request: ExportRequest, certificate: Certificate) -> None:
        """Store the run's keys and watermark, unless they are stored or a later run is further."""
        folder = self._table_folder(request, certificate.table)
        columns = {name: up_to or after for name, (after, up_to) in certificate.watermark.items()}
        reached = Reached(request.run, columns, certificate.moment.taken_at)
        if (
            request.is_selection
            or folder.certificate() is None
            or self.run_store.passed(request.source, certificate.table, reached)
        ):
            return
        if folder.keys.exists():
            self.run_store.keep_keys(request.source, certificate.table, request.run, folder.keys)
        self.run_store.advance(request.source, certificate.table, reached)


def _one_at_a_time(listener: Listener) -> Listener:
    lock = threading.Lock()

    def report(event: Progress) -> None:
        with lock:
            listener(event)

    return report


def work(sessions: Sequence[Session], jobs: Sequence[Job]) -> None:
    """Do every job, each session one at a time; the first failure ends all."""
    waiting: SimpleQueue[Job] = SimpleQueue()
    for job in jobs:
        waiting.put(job)
    with ThreadPoolExecutor(len(sessions)) as pool:
        futures = [pool.submit(_drain, session, waiting) for session in sessions]
        try:
            done, _ = wait(futures, return_when=FIRST_EXCEPTION)
            for future in done:
                future.result()
        except BaseException:
            for session in sessions:
                session.close()
            raise


def _drain(session: Session, waiting: SimpleQueue[Job]) -> None:
    while True:
        try:
            job = waiting.get_nowait()
        except Empty:
            return
        job(session)
