"""Export tables of a database server to raw: one snapshot, exact types, certified, resumable.

A run reads its tables in slices from one snapshot. The server and Headgate both compute the digest of each
slice, Headgate from the written file. After all slices of all tables agree, the files are uploaded to raw,
then the manifests of all tables; the watermarks advance last. If the run is killed or the connection is lost,
the next attempt opens a new snapshot and asks the server for the digests of the finished slices. It keeps
slices whose digest is unchanged and reads the others again, so all rows of the run come from one snapshot.
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
from headgate.export.certifying.deleted_rows import DELETED
from headgate.export.planning.contract_tables import describe_dataset, source_name
from headgate.export.planning.watermark import Reached, mode_of
from headgate.export.requests import ExportReport, ExportRequest, Mode, Phase, Progress, Verification
from headgate.export.run_folder import TableFolder
from headgate.export.run_store import RunStore
from headgate.export.server.source import ExportSource, Session, SourceLostError, TableLockedError
from headgate.export.table_run import TableRun
from headgate.lake.keys import RUN_MANIFEST, ExportKey

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from headgate.contracts.model import Contract
    from headgate.export.certifying.certificate import Certificate
    from headgate.export.reading.masking_at_source import Masking
    from headgate.export.server.source_tables import SourceTable
    from headgate.export.table_run import Job
    from headgate.lake.ports import ObjectStore

    Listener = Callable[[Progress], None]

_FIRST_PAUSE_S = 1.0
# A schema change takes longer than a restart. The run holds no lock between attempts, so the change can end.
_FIRST_LOCK_PAUSE_S = 10.0
REQUEST = "request.json"


def _silent(_: Progress) -> None:
    """Ignore the event."""


@dataclass(frozen=True)
class Exporting:
    """The export of one source.

    Attributes:
        contracts: by dataset; a table without a contract is exported only if the request names it.
        state_bucket: has the watermarks; not raw, because the gate reads every object there.
        workspace: a folder that survives the process, so that a killed run can be resumed.
        mirrored: the workspace does not survive (a Glue job's disk), so finished slices are also copied to
            the state bucket.
        masking: masks the rows of requests with `mask_at_source`.
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
        """The store of this source's runs and watermarks."""
        return RunStore(self.objects, self.raw_bucket, self.state_bucket)

    def run(self, request: ExportRequest, listener: Listener = _silent) -> ExportReport:
        """Export all tables of the run to raw, certified and from one snapshot, or none.

        The same request resumes an unfinished run, and changes nothing if the run is published.

        Raises:
            ConflictError: another run is exporting one of the tables, or the run's name belongs to another
                request.
            CertificateError: the written rows differ from the source's.
            SchemaChangedError: the source's columns differ from a contract, and its policy is to stop.
            SourceLostError: the connection was lost in every attempt.
        """
        request = replace(
            request,
            tables=tuple(dict.fromkeys(map(self._dataset, request.tables)))
            or tuple(sorted(self._required_tables())),
        )
        request.check()
        if (landed := self._landed_certificates(request)) and not self._has_working_files(request):
            return ExportReport(request.run, landed, changed=False)
        self._require_same(request)
        report = _serialized(listener)
        for attempt in range(request.attempts):
            try:
                return self._attempt(request, report)
            except SourceLostError as error:
                if attempt + 1 == request.attempts:
                    raise
                report(Progress(Phase.RETRIED, "", why=str(error)))
                pause_s = _FIRST_LOCK_PAUSE_S if isinstance(error, TableLockedError) else _FIRST_PAUSE_S
                self.pause(pause_s * 2**attempt)
        raise AssertionError("the last attempt returns or raises")

    def _required_tables(self) -> list[str]:
        """Return the tables of a request that names none: all tables except optional ones."""
        return [
            table
            for table, contract in self.contracts.items()
            if not contract.properties.get("headgate.optional")
        ]

    def _dataset(self, table: str) -> str:
        """Return the dataset of a table at the source."""
        datasets = (name for name, contract in self.contracts.items() if source_name(name, contract) == table)
        return next(datasets, table)

    def unfinished(self) -> list[ExportRequest]:
        """Return the requests of killed and failed runs in the workspace; running one resumes it."""
        return [
            ExportRequest.from_json(path.read_text(encoding="utf-8"))
            for path in sorted(self.workspace.glob(f"*/*/{REQUEST}"))
        ]

    def runs(self, table: str) -> list[ExportKey]:
        """Return the manifest keys of a table's published runs, oldest first."""
        return self.run_store.runs(table)

    def verify(self, manifest: ExportKey) -> Verification:
        """Compare a published run with its manifest; raise NotFoundError if there is no manifest."""
        self.workspace.mkdir(parents=True, exist_ok=True)
        return self.run_store.verify(manifest, self.workspace)

    def _landed_certificates(self, request: ExportRequest) -> tuple[Certificate, ...]:
        certificates = [
            self.run_store.certificate(request.key(table, RUN_MANIFEST)) for table in request.tables
        ]
        return tuple(item for item in certificates if item) if all(certificates) else ()

    def _has_working_files(self, request: ExportRequest) -> bool:
        """Return whether the workspace or the state bucket has files of an attempt of the run."""
        mirrors = (self.run_store.unfinished(request.source, table, request.run) for table in request.tables)
        return self._folder(request).exists() or (
            self.mirrored and not all(mirror.is_empty() for mirror in mirrors)
        )

    def _folder(self, request: ExportRequest) -> Path:
        return self.workspace / request.source / request.run

    def _table_folder(self, request: ExportRequest, table: str) -> TableFolder:
        mirror = self.run_store.unfinished(request.source, table, request.run) if self.mirrored else None
        return TableFolder(self._folder(request) / table, mirror, request.file_format)

    def _request_path(self, request: ExportRequest) -> Path:
        return self._folder(request) / REQUEST

    def _require_same(self, request: ExportRequest) -> None:
        try:
            stored = ExportRequest.from_json(self._request_path(request).read_text(encoding="utf-8"))
        except FileNotFoundError:  # the run has not begun, or the same run has just been published
            return
        if stored != request:
            raise ConflictError(
                f"run {request.run} belongs to another request. Finish that request, or give this run "
                "another name"
            )

    def _attempt(self, request: ExportRequest, listener: Listener) -> ExportReport:
        with self.source.lock_tables(request.tables) as still_exclusive:
            # Another process, or an attempt that was then killed, may have published the run in the meantime.
            landed = self._landed_certificates(request)
            certificates = landed or self._finished_certificates(request) or self._read(request, listener)
            if not landed:
                still_exclusive()
                self._land(request, certificates)
            for certificate in certificates:
                listener(Progress(Phase.LANDED, certificate.table, certificate.digest.rows))
            self._advance_watermarks(request, certificates)
        return ExportReport(request.run, certificates, changed=not landed)

    def _advance_watermarks(self, request: ExportRequest, certificates: Sequence[Certificate]) -> None:
        """Store where the next run starts, then delete this run's working files."""
        if not self._has_working_files(request):
            return
        for certificate in certificates:
            self._store_watermark(request, certificate)
        for table in request.tables:
            self._table_folder(request, table).end()
        shutil.rmtree(self._folder(request))

    def _finished_certificates(self, request: ExportRequest) -> tuple[Certificate, ...]:
        """Return an earlier attempt's certificates if it read all tables from one snapshot; else none."""
        if not (self.mirrored or self._request_path(request).exists()):
            return ()
        folders = (self._table_folder(request, table) for table in request.tables)
        certificates = tuple(item for item in (folder.certificate() for folder in folders) if item)
        is_complete = len(certificates) == len(request.tables)
        return certificates if is_complete and len({item.moment for item in certificates}) == 1 else ()

    def _read(self, request: ExportRequest, listener: Listener) -> tuple[Certificate, ...]:
        runs = self._table_runs(request, listener)
        try:
            certificates = self._read_all(request, runs)
        # The next attempt reads the columns again, and applies the contract's policy to them.
        except NotFoundError as error:
            raise SourceLostError(
                f"a table or column was removed while the export started: {error}"
            ) from error
        for run, certificate in zip(runs, certificates, strict=True):
            run.folder.certify(certificate)
            listener(Progress(Phase.CERTIFIED, certificate.table, certificate.digest.rows))
        return tuple(certificates)

    def _read_all(self, request: ExportRequest, runs: Sequence[TableRun]) -> list[Certificate]:
        """Read all slices from one snapshot, in which the tables must be declared as before."""
        with self.source.open_snapshot([run.table for run in runs], request.workers) as snapshot:
            session = snapshot.sessions[0]
            for run in runs:
                table = describe_dataset(self.source, session, run.dataset, run.contract, request.sql)
                if table.declared != run.table.declared:
                    raise SourceLostError(f"{run.dataset} was altered while the snapshot was opened")
            planned = [(run, run.plan(session)) for run in runs]
            run_jobs(snapshot.sessions, [job for run, plan in planned for job in run.jobs(plan)])
            run_jobs(snapshot.sessions, [job for run, plan in planned for job in run.late_jobs(plan)])
            return [run.certificate(plan, snapshot) for run, plan in planned]

    def _table_runs(self, request: ExportRequest, listener: Listener) -> list[TableRun]:
        """Return the request's tables with their current columns."""
        maskings = [self._masking(request, dataset) for dataset in request.tables]
        with closing(self.source.connect()) as session:
            tables = [
                describe_dataset(self.source, session, dataset, self.contracts.get(dataset), request.sql)
                for dataset in request.tables
            ]
        self._require_same(request)
        path = self._request_path(request)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(request.to_json(), encoding="utf-8")
        runs = [
            self._table_run(request, table, source, masking, listener)
            for table, source, masking in zip(request.tables, tables, maskings, strict=True)
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
                f"{table} cannot be masked at the source without a contract and a masking key. Add a "
                "contract, or leave out --mask-at-source"
            )
        return self.masking if request.mask_at_source else None

    def _land(self, request: ExportRequest, certificates: Sequence[Certificate]) -> None:
        """Upload all files, then all manifests, so that a killed run publishes no table early."""
        for certificate in certificates:
            self.run_store.upload_files(certificate, self._files(request, certificate))
        for certificate in certificates:
            self.run_store.publish(certificate)

    def _files(self, request: ExportRequest, certificate: Certificate) -> dict[str, Path]:
        folder = self._table_folder(request, certificate.table)
        files = {file.name: folder.rows(file.slice_number) for file in certificate.files}
        return {**files, DELETED: folder.deleted} if certificate.deleted else files

    def _store_watermark(self, request: ExportRequest, certificate: Certificate) -> None:
        """Store the run's keys and watermark, unless they are stored or a later run was published."""
        folder = self._table_folder(request, certificate.table)
        columns = {name: up_to or after for name, (after, up_to) in certificate.watermark.items()}
        reached = Reached(request.run, columns, certificate.moment.taken_at)
        if (
            request.is_selection
            or folder.certificate() is None
            or self.run_store.has_later_run(request.source, certificate.table, reached)
        ):
            return
        if folder.keys.exists():
            self.run_store.keep_keys(request.source, certificate.table, request.run, folder.keys)
        self.run_store.advance(request.source, certificate.table, reached)


def _serialized(listener: Listener) -> Listener:
    lock = threading.Lock()

    def report(event: Progress) -> None:
        with lock:
            listener(event)

    return report


def run_jobs(sessions: Sequence[Session], jobs: Sequence[Job]) -> None:
    """Run the jobs in parallel, one per session at a time; close all sessions at the first failure."""
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
