"""Price recorded work: files by dataset, and runs of Glue jobs.

Only requests, which no record counts, are estimated.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from headgate.costs.billing import STANDARD, Used, function, glue_job, stored
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
GATE_MEMORY_MB = 3008  # terraform/variables.tf
# Assumed: billed seconds until a job's own work begins, which are Spark's start and the installation of its
# wheels.
JOB_START_S = 45
_UNKNOWN = "(no dataset)"


@dataclass(frozen=True)
class EndedJobRun:
    """One run of a Glue job that has ended.

    Attributes:
        job: its name without the lake's.
        dpus: the most that it may use; with auto scaling `dpu_s` is less than `dpus` times `seconds`.
        dpu_s: DPU-seconds that Glue states; 0 where it states none.
    """

    job: str
    started_at: datetime
    seconds: float
    dpus: float
    dpu_s: float = 0
    execution_class: str = STANDARD

    def used(self, growth: float = 1, start_s: float = 0) -> Used:
        """Return the DPU-hours that are billed, or would be with `growth` times the data: all but the start
        of a run grows with them.

        Args:
            start_s: seconds of the run that do not depend on the data.
        """
        fixed_s = min(start_s, self.seconds)
        seconds = fixed_s + (self.seconds - fixed_s) * growth
        dpus = self.dpu_s / self.seconds if self.dpu_s and self.seconds else self.dpus
        return glue_job(self.job, seconds, dpus, self.execution_class)


def of_files(records: Iterable[FileRecord]) -> Iterator[Used]:
    """Yield what the files used, by dataset: the gate's time, its requests, and a month of the original's
    storage.
    """
    seconds: defaultdict[str, list[float]] = defaultdict(list)
    bytes_in: defaultdict[str, int] = defaultdict(int)
    for record in records:
        dataset = record.dataset or _UNKNOWN
        seconds[dataset].append(gate_s(record))
        bytes_in[dataset] += record.size_bytes
    for dataset, took in sorted(seconds.items()):
        yield from function(dataset, sum(took) / len(took), GATE_MEMORY_MB, len(took))
        for meter, each in REQUESTS_PER_FILE:
            yield Used(dataset, meter, each * len(took))
        yield stored(dataset, bytes_in[dataset])


def of_runs(runs: Iterable[EndedJobRun], growth: float = 1, start_s: float = 0) -> Iterator[Used]:
    """Yield what the runs of jobs used, or would use with `growth` times the data in as many runs."""
    return (run.used(growth, start_s) for run in runs)


def gate_s(record: FileRecord) -> float:
    """Return the seconds that the gate worked on a file; 0 where its record has no times."""
    began = record.stage_times.get("trigger", "")
    if not (began and record.finished_at):
        return 0.0
    # `finished_at` has whole seconds, the stages milliseconds; a reverted file was finished again by the
    # revert.
    ended = max(
        [*record.stage_times.values(), *([] if record.state is FileState.REVERTED else [record.finished_at])]
    )
    return (datetime.fromisoformat(ended) - datetime.fromisoformat(began)).total_seconds()
