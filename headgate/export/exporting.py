"""Export tables of a MySQL server to raw: one moment, exact types, certified, resumable.

A run reads its tables in slices from one snapshot. Every slice is fingerprinted by the server and again from the file that
was written; only when all slices of all tables agree does anything land in raw, each table's manifest last, and only then
do the watermarks advance. When the run is killed or the source is lost, the next attempt opens a new snapshot and asks the
server for the fingerprints of the finished slices: those that still hold are kept, the others are read again, so the
run shows one moment whatever happened on the way.
"""

from __future__ import annotations

import shutil
import threading
import time
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from functools import partial
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from headgate.errors import ConflictError, ContractError, SettingsError
from headgate.export.certificate import MANIFEST
from headgate.export.deletions import DELETED
from headgate.export.exclusion import exclusive
from headgate.export.landing import Landing
from headgate.export.requests import ExportReport, ExportRequest, Mode, Phase, Progress
from headgate.export.run_folder import TableFolder
from headgate.export.session import SourceLostError
from headgate.export.snapshot import Method, open_snapshot
from headgate.export.source import describe
from headgate.export.table_run import TableRun, part_name
from headgate.export.watermark import Reached

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    import pyarrow as pa

    from headgate.contracts.model import Contract
    from headgate.export.certificate import Certificate
    from headgate.export.requests import Verification
    from headgate.export.session import Session
    from headgate.export.table_run import Job
    from headgate.lake.keys import ExportKey
    from headgate.lake.ports import ObjectStore

    Listener = Callable[[Progress], None]
    Masking = Callable[[Contract, pa.RecordBatch], pa.RecordBatch]

_FIRST_PAUSE_S = 1.0
REQUEST = "request.json"


def _silent(_: Progress) -> None:
    """The listener of a caller that does not listen."""


@dataclass(frozen=True)
class Exporting:
    """The export of one source.

    Attributes:
        connect: opens a new connection to the source.
        contracts: by table; tables without one are exported by name only.
        state_bucket: keeps the watermarks; not raw, whose every object the gate reads.
        workspace: a folder that outlives the process, so that a killed run can go on.
        mirrored: the workspace does not (a Glue job's disk): finished slices are kept in the state bucket as well.
        masking: what `mask_at_source` does to the rows of a contract's table.
        methods: ways to hold the source still that may be tried, in order.
    """

    connect: Callable[[], Session]
    objects: ObjectStore
    contracts: Mapping[str, Contract]
    raw_bucket: str
    state_bucket: str
    workspace: Path
    mirrored: bool = False
    masking: Masking | None = None
    methods: tuple[Method, ...] = tuple(Method)
    pause: Callable[[float], None] = field(default=time.sleep)

    @property
    def landing(self) -> Landing:
        """What this source's exports have in the buckets."""
        return Landing(self.objects, self.raw_bucket, self.state_bucket)

    def run(self, request: ExportRequest, listener: Listener = _silent) -> ExportReport:
        """The run's tables lie in raw, certified, all of them as of one moment; or nothing of them has landed.

        Running the same request again goes on with what an earlier attempt left, or changes nothing when that has landed.

        Raises:
            ConflictError: another run is exporting one of the tables, or the run's name stands for another request.
            CertificateError: what was written is not what the source holds.
            SchemaChangedError: the source's columns differ from a contract whose policy stops.
            SourceLostError: the source was lost in every attempt.
        """
        asked = replace(request, tables=request.tables or tuple(sorted(self.contracts)))
        if not asked.tables or asked.attempts < 1:
            raise SettingsError("an export needs at least one table and one attempt")
        if landed := self._landed(asked):
            return ExportReport(asked.run, landed, changed=False)
        self._begin(asked)
        told = _one_at_a_time(listener)
        for attempt in range(asked.attempts):
            try:
                return self._attempt(asked, told)
            except SourceLostError:
                if attempt + 1 == asked.attempts:
                    raise
                told(Progress(Phase.RETRIED, ""))
                self.pause(_FIRST_PAUSE_S * 2**attempt)
        raise AssertionError("the last attempt returns or raises")

    def unfinished(self) -> list[ExportRequest]:
        """The requests that a killed or failed run left in the workspace; running one again goes on with it."""
        return [ExportRequest.from_json(path.read_text(encoding="utf-8")) for path in sorted(self.workspace.glob(f"*/*/{REQUEST}"))]

    def runs(self, table: str) -> list[ExportKey]:
        """The manifests of every landed run of a table, oldest first."""
        return self.landing.runs(table)

    def verify(self, manifest: ExportKey) -> Verification:
        """Whether a landed run is still what its manifest says. NotFoundError when there is no such manifest."""
        self.workspace.mkdir(parents=True, exist_ok=True)
        return self.landing.verify(manifest, self.workspace)

    def _landed(self, request: ExportRequest) -> tuple[Certificate, ...]:
        found = [self.landing.certificate(request.key(table, MANIFEST)) for table in request.tables]
        return tuple(item for item in found if item) if all(found) else ()

    def _folder(self, request: ExportRequest) -> Path:
        return self.workspace / request.source / request.run

    def _table_folder(self, request: ExportRequest, table: str) -> TableFolder:
        mirror = self.landing.unfinished(request.source, table, request.run) if self.mirrored else None
        return TableFolder(self._folder(request) / table, mirror)

    def _begin(self, request: ExportRequest) -> None:
        path = self._folder(request) / REQUEST
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and ExportRequest.from_json(path.read_text(encoding="utf-8")) != request:
            raise ConflictError(f"run {request.run} was begun with another request; finish that one, or name this run otherwise")
        path.write_text(request.to_json(), encoding="utf-8")

    def _attempt(self, request: ExportRequest, listener: Listener) -> ExportReport:
        with exclusive(self.connect, request.tables) as still_exclusive:
            certificates = self._certified(request) or self._read(request, listener)
            still_exclusive()
            for certificate in certificates:
                self._land(request, certificate)
                listener(Progress(Phase.LANDED, certificate.table, certificate.digest.rows))
        for table in request.tables:
            self._table_folder(request, table).end()
        shutil.rmtree(self._folder(request))
        return ExportReport(request.run, certificates)

    def _certified(self, request: ExportRequest) -> tuple[Certificate, ...]:
        """The certificates of an attempt that had read everything; none unless all tables show one moment."""
        found = [self._table_folder(request, table).certificate() for table in request.tables]
        certificates = tuple(item for item in found if item)
        whole = len(certificates) == len(request.tables) and len({item.moment for item in certificates}) == 1
        return certificates if whole else ()

    def _read(self, request: ExportRequest, listener: Listener) -> tuple[Certificate, ...]:
        runs = self._table_runs(request, listener)
        with open_snapshot(self.connect, [run.table for run in runs], request.workers, self.methods) as snapshot:
            plans = [run.plan(snapshot.sessions[0]) for run in runs]
            jobs = [job for run, plan in zip(runs, plans, strict=True) for job in run.jobs(plan)]
            work(snapshot.sessions, jobs)
            certificates = [run.certificate(plan, snapshot) for run, plan in zip(runs, plans, strict=True)]
        for run, certificate in zip(runs, certificates, strict=True):
            run.folder.certify(certificate)
            listener(Progress(Phase.CERTIFIED, certificate.table, certificate.digest.rows))
        return tuple(certificates)

    def _table_runs(self, request: ExportRequest, listener: Listener) -> list[TableRun]:
        """The request's tables as the source declares them now; every difference from a contract is seen before anything is read."""
        session = self.connect()
        try:
            runs = [self._table_run(session, request, table, listener) for table in request.tables]
        finally:
            session.close()
        for run in runs:
            run.columns  # noqa: B018 raises SchemaChangedError
        return runs

    def _table_run(self, session: Session, request: ExportRequest, table: str, listener: Listener) -> TableRun:
        since = self.landing.reached_before(request.source, table, request.run) if request.mode is Mode.INCREMENTAL else None
        contract = self.contracts.get(table)
        folder = self._table_folder(request, table)
        find_keys_before = partial(self.landing.keys_before, request.source, table, request.run)
        mask = self._mask(request, table)
        return TableRun(request, describe(session, table), contract, folder, since, listener, find_keys_before, mask)

    def _mask(self, request: ExportRequest, table: str) -> Callable[[pa.RecordBatch], pa.RecordBatch] | None:
        if not request.mask_at_source:
            return None
        if self.masking is None or table not in self.contracts:
            raise ContractError(f"{table} cannot be masked at the source: that takes a contract and a masking key")
        contract = self.contracts[table]
        return partial(self.masking, contract) if any(column.mask for column in contract.columns) else None

    def _land(self, request: ExportRequest, certificate: Certificate) -> None:
        folder = self._table_folder(request, certificate.table)
        files = {part_name(file.slice_number): folder.parquet(file.slice_number) for file in certificate.files}
        if certificate.deleted:
            files[DELETED] = folder.deleted
        self.landing.land(certificate, files)
        if folder.keys.exists():
            self.landing.keep_keys(request.source, certificate.table, request.run, folder.keys)
        reached = {name: up_to or after for name, (after, up_to) in certificate.watermark.items()}
        self.landing.advance(request.source, certificate.table, Reached(request.run, reached))


def _one_at_a_time(listener: Listener) -> Listener:
    lock = threading.Lock()

    def told(event: Progress) -> None:
        with lock:
            listener(event)

    return told


def work(sessions: Sequence[Session], jobs: Sequence[Job]) -> None:
    """Every job has been done, each session doing one at a time; the first failure ends all."""
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
