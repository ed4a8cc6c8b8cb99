"""Price recorded work: files by dataset, and runs of Glue jobs.

Only requests, which no record counts, are estimated.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from headgate.costs.computed_price import STANDARD, Used, function, glue_job, stored
from headgate.lake.states import FileState

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from headgate.lake.ports import FileRecord

REQUESTS_PER_FILE = (
    ("sqs.request", 6),
    ("s3.write", 8),
    ("s3.read", 10),
    ("dynamodb.write", 12),
    ("dynamodb.read", 6),
)
# As in terraform/variables.tf; records of earlier releases do not state the function's memory.
GATE_MEMORY_MB = 3008
# Assumed: billed seconds before a job's own work begins, which are Spark's start and the installation of its
# wheels.
JOB_START_S = 45
_UNKNOWN = "(no dataset)"


@dataclass(frozen=True)
class EndedJobRun:
    """A finished run of a Glue job.

    Attributes:
        job: its name without the lake's.
        dpus: the maximum; with auto scaling, `dpu_s` is less than `dpus` times `seconds`.
        dpu_s: DPU-seconds that Glue reports, or 0.
        run_id: Glue's id of the run, which is the name of its log streams.
    """

    job: str
    started_at: datetime
    seconds: float
    dpus: float
    dpu_s: float = 0
    execution_class: str = STANDARD
    run_id: str = ""

    def used(self, growth: float = 1, start_s: float = 0) -> Used:
        """Return the billed DPU-hours, or those for `growth` times the data.

        Args:
            start_s: seconds of the run that do not depend on the data.
        """
        fixed_s = min(start_s, self.seconds)
        seconds = fixed_s + (self.seconds - fixed_s) * growth
        dpus = self.dpu_s / self.seconds if self.dpu_s and self.seconds else self.dpus
        return glue_job(self.job, seconds, dpus, self.execution_class)


def of_files(records: Iterable[FileRecord]) -> Iterator[Used]:
    """Yield the usage of files by dataset: the function's time, requests, and a month of original storage.

    The time of a file in the job for large files is not included: it is part of the job's run.
    """
    by_dataset: defaultdict[str, list[FileRecord]] = defaultdict(list)
    for record in records:
        by_dataset[record.dataset or _UNKNOWN].append(record)
    for dataset, its_records in sorted(by_dataset.items()):
        seconds: defaultdict[int, list[float]] = defaultdict(list)
        for record in its_records:
            seconds[gate_memory_mb(record)].append(0.0 if dpus_of(record) else gate_s(record))
        for memory_mb, took in sorted(seconds.items()):
            yield from function(dataset, sum(took) / len(took), memory_mb, len(took))
        for meter, each in REQUESTS_PER_FILE:
            yield Used(dataset, meter, each * len(its_records))
        yield stored(dataset, sum(record.size_bytes for record in its_records))


def of_job_for_large_files(record: FileRecord) -> Iterator[Used]:
    """Yield the usage of the job for large files by a file, without its start; none for the function's."""
    if dpus := dpus_of(record):
        yield glue_job(record.dataset or _UNKNOWN, gate_s(record), dpus)


def gate_memory_mb(record: FileRecord) -> int:
    """Return the memory of the worker that processed a file."""
    return int(record.worker.get("memory_mb", GATE_MEMORY_MB))


def dpus_of(record: FileRecord) -> float:
    """Return the DPUs of the job that processed a file; 0 for the function."""
    return float(record.worker.get("dpus", 0))


def of_runs(runs: Iterable[EndedJobRun], growth: float = 1, start_s: float = 0) -> Iterator[Used]:
    """Yield the usage of job runs, or that of as many runs with `growth` times the data."""
    return (run.used(growth, start_s) for run in runs)


def gate_s(record: FileRecord) -> float:
    """Return the seconds that the gate worked on a file; 0 if its record has no times."""
    began = record.stage_times.get("trigger", "")
    if not (began and record.finished_at):
        return 0.0
    # `finished_at` has whole seconds, stages have milliseconds; a revert finished a reverted file again.
    ended = max(
        [*record.stage_times.values(), *([] if record.state is FileState.REVERTED else [record.finished_at])]
    )
    return (datetime.fromisoformat(ended) - datetime.fromisoformat(began)).total_seconds()
