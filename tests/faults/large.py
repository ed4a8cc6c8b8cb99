"""A lake whose function is too small for every file: it hands them over to runs of the larger worker, which
can be stopped as it can.

The machine that starts the job and watches it is as Terraform has it: a job that fails or dies is started
again under its run's name, and when its attempts are used up, the record is `failed` and the file's message
is dead.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from glue_jobs.curate_large import PAUSES_S
from headgate.aws.retry_throttled import retry_throttled
from headgate.errors import HeadgateError
from headgate.intake.workers.larger_worker import LargerWorker, from_address
from headgate.intake.workers.worker_sizing import Worker as Capacity
from tests.faults.lake import Lake, StoppedError, Worker

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from headgate.intake.files.export_runs import ExportRuns
    from headgate.intake.files.process_file import FileProcessor
    from headgate.lake.ports import FileRecord, ObjectRef

RUN_S = 43_200
ATTEMPTS = 3
GIB = 1 << 30
FORETOLD, OUTGROWN, DIED = "foretold", "outgrown", "died"


@dataclass
class LargeLake(Lake):
    """A lake in memory, with the machine that runs the larger worker.

    Attributes:
        sees: `foretold`: the function sees by a file's size that it has too little memory; `outgrown`: it
            takes the file on, and finds that it is more than its disk holds; `died`: it has enough for the
            file, and hands over what comes again after a worker died.
        befalls: what the next attempts of runs meet with, in turn.
    """

    sees: str = FORETOLD
    befalls: list[Worker] = field(default_factory=list)
    started: dict[str, ObjectRef] = field(default_factory=dict)
    attempts: dict[str, int] = field(default_factory=dict)
    jobs: list[Worker] = field(default_factory=list)

    def progress(self) -> tuple[object, ...]:
        """Return what is known beside objects and ledger, of the machine too."""
        return *super().progress(), self.sees, self.befalls, self.started, self.attempts

    def runs(self, worker: Worker) -> ExportRuns:
        """The function's own way, on which it hands files over."""
        capacity = {FORETOLD: Capacity(1, GIB), OUTGROWN: Capacity(GIB, 4), DIED: Capacity(GIB, GIB)}[
            self.sees
        ]
        start = self.starting(worker)
        from_bytes = 1 if self.sees == FORETOLD else GIB
        larger_worker = LargerWorker(
            capacity, lambda: 300.0, start, RUN_S, from_bytes, is_redelivery=lambda: self.sees == DIED
        )

        def small(gate: FileProcessor) -> FileProcessor:
            return replace(
                gate,
                larger_worker=larger_worker,
                measured_from_bytes=1,
                rules=replace(gate.rules, largest_bytes=capacity.largest_bytes),
            )

        return self._changed(super().runs(worker), small)

    def receive_here(self, ref: ObjectRef) -> None:
        """A function that is large enough for the file works on its message; what fails comes again."""
        try:
            retry_throttled(partial(super().runs(Worker()).receive, ref), sleep=super().wait)
        except HeadgateError:
            self.queue.append((ref, 1))

    def job(self, run: str, worker: Worker) -> FileRecord:
        """One attempt of the larger worker at the object of its run."""

        def large(gate: FileProcessor) -> FileProcessor:
            return replace(gate, run=run, measured_from_bytes=1, ports=replace(gate.ports, lease_s=RUN_S))

        runs = self._changed(super().runs(worker), large)
        return retry_throttled(
            partial(runs.receive, self.started[run]), pauses_s=PAUSES_S, sleep=super().wait
        )

    def wait(self, seconds: float) -> None:
        """Time passes, in which every run that was started ends."""
        super().wait(seconds)
        for run in [run for run in self.runs_started() if self.attempts.get(run, 0) < ATTEMPTS]:
            self._watched(run)

    def starting(self, worker: Worker) -> Callable[[str, Mapping[str, str]], object]:
        """Return the function that starts a run of the larger worker."""
        return partial(self._start, worker)

    def runs_started(self) -> Mapping[str, ObjectRef]:
        """Every run's object."""
        return self.started

    def _watched(self, run: str) -> None:
        """The machine lets a run work until an attempt ends well."""
        while self.attempts.get(run, 0) < ATTEMPTS:
            self.attempts[run] = self.attempts.get(run, 0) + 1
            worker = self.befalls.pop(0) if self.befalls else Worker()
            self.jobs.append(worker)
            try:
                self.job(run, worker)
            except (HeadgateError, StoppedError):
                super().wait(60)
            else:
                self.attempts[run] = ATTEMPTS
                return
        self._gave_up(run)

    def _gave_up(self, run: str) -> None:
        """As the machine's last states have it."""
        record = self.ledger.get(run.partition("-")[0])
        if record.state == "handed_over":
            self.ledger.finish(
                replace(record, state="failed", error={"rule": "job_failed", "message": "attempts used up"})
            )
            self.dead.add(self.started[run])

    def _start(self, worker: Worker, run: str, reported: Mapping[str, str]) -> None:
        worker.call("start run", partial(self.started.setdefault, run, from_address(reported["object"])))

    def _changed(self, runs: ExportRuns, change: Callable[[FileProcessor], FileProcessor]) -> ExportRuns:
        """The same way with another gate."""
        curation: FileProcessor = runs.process.__self__  # type: ignore[attr-defined]  # a method of one
        return replace(runs, process=change(curation).process)
