"""Plan the jobs of a run: their duration, workers and frequency, and the limits that they exceed."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from headgate.systems.side_by_side import fit_together
from scripts.cost_planning.cost_settings import DAY_S, CostSettings
from scripts.cost_planning.workers import (
    LONGEST_MINUTES,
    MERGE_JOB,
    ONE_JOB_S,
    OWN_MEMORY_GB,
    QUALITY_JOB,
    SYSTEM_TOGETHER_S,
    SYSTEMS_JOB,
    WORKERS,
    smallest_worker,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from headgate.costs.computed_price import Used
    from headgate.costs.measured import Measured
    from scripts.cost_planning.workload import Workload

# Source: AWS Glue pricing, $0.29 and $0.44 a DPU-hour. It only decides which workers the estimate takes.
FLEX_PRICE_SHARE = 0.29 / 0.44
COPIES_ON_DISK = 2  # the merge holds what changes in one dataset, and what the sort of it spills
LARGEST_DATASET_SHARE = (
    0.37  # measured on the sample data: of the bytes of a snapshot, those of its largest dataset
)
# Assumed: a part of 262,144 rows (`snapshot_part_rows`) with 50 bytes a row; the sample data's datasets
# have 20 to 50.
PART_GB = 0.013
LEAST_SYSTEMS_TOGETHER = 2
CHANGED_DATASETS = 8  # those of the sample data: in each, arriving keys lie in the newest part and after it
# Measured on the sample data: of the bytes of a snapshot, those of columns that references name. Their check
# holds them on disk.
REFERENCES_SHARE = 0.12
AGE_ROUNDING = 1.001  # an interval has whole seconds
TIMEOUT_RESERVE = 2  # times the expected seconds of a job


class PlannedJobRun(NamedTuple):
    """A run of a job that builds systems; `seconds` excludes its start."""

    job: str
    seconds: float


def job_of(system: str) -> str:
    """Return the job that builds one system."""
    return f"build_{system.replace('-', '_')}"


@dataclass(frozen=True)
class PlannedRuns:
    """The runs of a deployment with these settings for a workload."""

    workload: Workload
    settings: CostSettings
    measured: Measured

    @cached_property
    def systems(self) -> tuple[str, ...]:
        """The systems that are built."""
        return tuple(self.measured.systems) if self.settings.systems is None else self.settings.systems

    @property
    def held_gb(self) -> float:
        """The size of one snapshot of the lake, in GB of Parquet."""
        return self.workload.gb_per_day * self.workload.held_days * self.measured.curated_share

    @property
    def changed_gb(self) -> float:
        """The size of the parts that a run writes and checks, in GB of Parquet.

        Assumed: keys ascend, so new keys lie in the newest part of each dataset and after it.
        """
        return self._changed_gb(self.days_per_run)

    @cached_property
    def days_per_run(self) -> float:
        """Return the days of data that a run merges: between two arrivals, or between two runs."""
        one_day_s = self._run_s(self._changed_gb(1), self._jobs_of(self._seconds(1)))
        return max(1 / self.workload.arrivals_per_day, self._between_s(one_day_s) / DAY_S)

    @property
    def merge_s(self) -> float:
        """The seconds of the merge."""
        return self.measured.merge_s.of(self.changed_gb)

    @property
    def checks_s(self) -> float:
        """The seconds of the quality gate."""
        return self.measured.checks_s.of(self.changed_gb)

    @property
    def merge_disk_gb(self) -> float:
        """The disk that a merge into the previous snapshot needs."""
        return COPIES_ON_DISK * LARGEST_DATASET_SHARE * self.changed_gb + REFERENCES_SHARE * self.held_gb

    @cached_property
    def system_seconds(self) -> Mapping[str, float]:
        """The seconds of each system's build, by system."""
        return self._seconds(self.days_per_run)

    def _seconds(self, days: float) -> Mapping[str, float]:
        return {system: self.measured.seconds_of(system, self.held_gb, days) for system in self.systems}

    @cached_property
    def system_jobs(self) -> tuple[tuple[PlannedJobRun, ...], ...]:
        """The jobs that build the systems.

        Jobs of a group run at the same time, and groups one after the other.
        """
        return self._jobs_of(self.system_seconds)

    def _jobs_of(self, seconds_by_system: Mapping[str, float]) -> tuple[tuple[PlannedJobRun, ...], ...]:
        own = tuple(
            PlannedJobRun(job_of(system), seconds)
            for system, seconds in seconds_by_system.items()
            if system not in self.together
        )
        if not self.together:
            return (own,) if own else ()
        if not self.systems_at_once:
            every = tuple(
                PlannedJobRun(job_of(system), seconds) for system, seconds in seconds_by_system.items()
            )
            return (PlannedJobRun(SYSTEMS_JOB, 0),), every
        seconds = [seconds_by_system[system] for system in self.together]
        joint = PlannedJobRun(SYSTEMS_JOB, max(*seconds, sum(seconds) / self.systems_at_once))
        return ((joint,), own) if own else ((joint,),)

    @cached_property
    def together(self) -> tuple[str, ...]:
        """The systems that one job builds in parallel; none if each has its own job."""
        shared = tuple(
            system for system in self.systems if job_of(system) not in self.settings.job_worker_types
        )
        return shared if self.settings.systems_in_one_job and len(shared) >= LEAST_SYSTEMS_TOGETHER else ()

    @property
    def systems_at_once(self) -> int:
        """How many systems the job for several systems builds in parallel; 0 if it builds none."""
        worker = WORKERS[self.settings.worker_type_of(SYSTEMS_JOB)]
        memory_gb = [self.measured.memory_gb_of(system, self.held_gb) for system in self.together]
        disk_gb = [self.measured.disk_gb_of(system, self.held_gb) for system in self.together]
        return min(
            worker.cores,
            fit_together(memory_gb, worker.memory_gb - OWN_MEMORY_GB),
            fit_together(disk_gb, worker.disk_gb),
        )

    def needs_of(self, job: str) -> tuple[float, float]:
        """Return the GB of memory and disk that a worker needs for a job: those of its largest system."""
        systems = (
            self.together
            if job == SYSTEMS_JOB
            else [system for system in self.systems if job_of(system) == job]
        )
        memory_gb = max(self.measured.memory_gb_of(system, self.held_gb) for system in systems)
        return memory_gb + OWN_MEMORY_GB, max(
            self.measured.disk_gb_of(system, self.held_gb) for system in systems
        )

    @cached_property
    def in_one_job(self) -> bool:
        """Whether one job does a complete run: merge, quality gate and all systems.

        As in `headgate.wiring.system_jobs`: a run over all data fits the worker and the time.
        """
        own = self.settings.job_worker_types
        is_asked_for = self.settings.run_in_one_job and MERGE_JOB not in own and QUALITY_JOB not in own
        if not is_asked_for or not self.together or {*self.together} != {*self.systems}:
            return False
        seconds = [self.measured.seconds_of(system, self.held_gb) for system in self.systems]
        merge_s = self.measured.merge_s.of(self.held_gb)
        longest_s = max(merge_s, *seconds)
        systems_s = max(longest_s, sum(seconds) / max(1, self.systems_at_once))
        run_s = merge_s + self.measured.checks_s.of(self.held_gb) + systems_s
        return self.systems_at_once > 0 and longest_s <= SYSTEM_TOGETHER_S and run_s <= ONE_JOB_S

    @property
    def run_s(self) -> float:
        """The seconds of one run: merge and gate one after the other, then the systems."""
        return self._run_s(self.changed_gb, self.system_jobs)

    @property
    def first_run_s(self) -> float:
        """The seconds of the first run of a day, which is the longest."""
        return self._run_s(self.changed_gb, self._jobs_of(self._seconds(max(1, self.days_per_run))))

    @property
    def per_day(self) -> float:
        """The runs per day: one per arrival, unless the settings require more time between runs."""
        return min(float(self.workload.arrivals_per_day), DAY_S / self._between_s(self.run_s))

    def jobs_used(self, count: float) -> list[Used]:
        """Return the DPU-hours of `runs` runs, by part."""
        settings, start_s = self.settings, self.settings.job_start_s
        if self.in_one_job:
            return [settings.runs_of("runs in one job", SYSTEMS_JOB, self.run_s, count)]
        building = [build for group in self.system_jobs for build in group]
        return [
            settings.runs_of("merge", MERGE_JOB, start_s + self.merge_s, count),
            settings.runs_of("quality gate", QUALITY_JOB, start_s + self.checks_s, count),
            *(settings.runs_of("systems", build.job, start_s + build.seconds, count) for build in building),
        ]

    @property
    def run_dpu_s(self) -> float:
        """The billed DPU-seconds of one run, with those of spare capacity weighted by their lower price."""
        shares = [
            use.quantity * (FLEX_PRICE_SHARE if "flex" in use.meter else 1) for use in self.jobs_used(1)
        ]
        return sum(shares) * 3600

    @property
    def job_seconds(self) -> Mapping[str, float]:
        """The seconds of each job of a run, including its start."""
        if self.in_one_job:
            return {SYSTEMS_JOB: self.run_s}
        start_s = self.settings.job_start_s
        seconds = {MERGE_JOB: start_s + self.merge_s, QUALITY_JOB: start_s + self.checks_s}
        return seconds | {build.job: start_s + build.seconds for group in self.system_jobs for build in group}

    def limits(self) -> tuple[str, ...]:
        """Return the exceeded limits: of workers, of timeouts, and of the age of tables."""
        return (*self._too_large(), *self._too_long(), *self._too_old())

    def limits_in_short(self) -> str:
        """Return the first exceeded limit and the number of others; empty if there is none."""
        first, *others = self.limits() or ("",)
        return f"{first}, and {len(others)} more limits are exceeded" if others else first

    def _too_large(self) -> Iterator[str]:
        worker_type = self.settings.worker_type_of(MERGE_JOB)
        free_gb = WORKERS[worker_type].disk_gb
        if self.merge_disk_gb > free_gb:
            yield (
                f"the merge needs {self.merge_disk_gb:,.0f} GB of disk and a {worker_type} worker has "
                f"{free_gb} GB"
            )
        # Where the job of several systems holds none of them, the last group is that of their own jobs.
        for build in (self.system_jobs or ((),))[-1]:
            worker = WORKERS[self.settings.worker_type_of(build.job)]
            memory_gb, disk_gb = self.needs_of(build.job)
            if memory_gb > worker.memory_gb:
                yield (
                    f"{build.job} needs {memory_gb:,.0f} GB of memory and its worker has "
                    f"{worker.memory_gb} GB"
                )
            if disk_gb > worker.disk_gb:
                yield f"{build.job} needs {disk_gb:,.0f} GB of disk and its worker has {worker.disk_gb} GB"

    def _too_long(self) -> Iterator[str]:
        for job, seconds in self.job_seconds.items():
            minutes = self.settings.timeout_minutes_of(job)
            if seconds > minutes * 60:
                yield f"{job} takes {seconds / 60:,.0f} minutes and is stopped after {minutes}"
        for system in self.together:
            seconds = self.system_seconds[system]
            if seconds > SYSTEM_TOGETHER_S:
                yield (
                    f"{system} takes {seconds / 60:,.0f} minutes, and {SYSTEMS_JOB} stops it after "
                    f"{SYSTEM_TOGETHER_S // 60}"
                )

    def _too_old(self) -> Iterator[str]:
        oldest_s, age_s = self.workload.tables_age_s, DAY_S / self.per_day + self.first_run_s
        if oldest_s is not None and age_s > oldest_s * AGE_ROUNDING:
            yield f"tables are {age_s / 3600:,.1f} hours old, and {oldest_s / 3600:g} are asked for"

    def _changed_gb(self, days: float) -> float:
        return min(
            self.held_gb,
            days * self.workload.gb_per_day * self.measured.curated_share + CHANGED_DATASETS * PART_GB,
        )

    def _run_s(self, changed_gb: float, system_jobs: Iterable[Iterable[PlannedJobRun]]) -> float:
        before_s = self.measured.merge_s.of(changed_gb) + self.measured.checks_s.of(changed_gb)
        longest_s = [max(build.seconds for build in group) for group in system_jobs]
        starts = 1 if self.in_one_job else 2 + len(longest_s)
        return starts * self.settings.job_start_s + before_s + sum(longest_s)

    def _between_s(self, run_s: float) -> float:
        """The minimum seconds between two starts of runs of this duration, because runs do not overlap."""
        pause_s = min(run_s / self.settings.run_share, self.settings.run_share_wait_s)
        return max(self.settings.run_interval_s, pause_s, run_s)


def fitted(workload: Workload, settings: CostSettings, measured: Measured) -> PlannedRuns:
    """Return the runs with the smallest sufficient worker types and long enough timeouts.

    The cheapest of one job for a run, one job for the systems and one job per system is chosen, unless the
    settings exclude it. A job that no worker type can run keeps its own.
    """
    runs = PlannedRuns(workload, _with_merge_that_fits(PlannedRuns(workload, settings, measured)), measured)
    ways = [_with_jobs_that_fit(_separate(runs))]
    if settings.systems_in_one_job:
        ways.insert(0, _with_jobs_that_fit(_without_long_systems(runs)))
    first, *others = ways
    separate_stages = replace(first, settings=replace(first.settings, run_in_one_job=False))
    ways = [first, separate_stages, *others]
    possible = [_with_timeouts_that_fit(way) for way in ways]
    return min(
        (way for way in possible if not way.limits()), key=lambda way: way.run_dpu_s, default=possible[-1]
    )


def _separate(runs: PlannedRuns) -> PlannedRuns:
    return replace(runs, settings=replace(runs.settings, systems_in_one_job=False))


def _without_long_systems(runs: PlannedRuns) -> PlannedRuns:
    """The runs with a separate job for each system that the job for several systems would stop.

    A job with a stated worker type is separate.
    """
    long = [job_of(system) for system in runs.together if runs.system_seconds[system] > SYSTEM_TOGETHER_S]
    own = {job: runs.settings.worker_type_of(job) for job in long}
    return replace(
        runs, settings=replace(runs.settings, job_worker_types={**own, **runs.settings.job_worker_types})
    )


def _with_jobs_that_fit(runs: PlannedRuns) -> PlannedRuns:
    settings = runs.settings
    own = [job_of(system) for system in runs.systems if system not in runs.together]
    for job in [SYSTEMS_JOB, *own] if runs.together else own:
        settings = _with_worker(settings, job, *runs.needs_of(job))
    return replace(runs, settings=settings)


def _with_merge_that_fits(runs: PlannedRuns) -> CostSettings:
    return _with_worker(runs.settings, MERGE_JOB, 0, runs.merge_disk_gb)


def _with_worker(settings: CostSettings, job: str, memory_gb: float, disk_gb: float) -> CostSettings:
    current = settings.worker_type_of(job)
    worker = smallest_worker(current, memory_gb, disk_gb) or current
    return (
        settings
        if worker == current
        else replace(settings, job_worker_types={**settings.job_worker_types, job: worker})
    )


def _with_timeouts_that_fit(runs: PlannedRuns) -> PlannedRuns:
    needed = {
        job: min(LONGEST_MINUTES, math.ceil(TIMEOUT_RESERVE * seconds / 3600) * 60)
        for job, seconds in runs.job_seconds.items()
        if seconds > runs.settings.timeout_minutes_of(job) * 60
    }
    return replace(
        runs, settings=replace(runs.settings, job_timeouts={**runs.settings.job_timeouts, **needed})
    )
