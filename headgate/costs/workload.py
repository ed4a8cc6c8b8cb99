"""What a month of a workload costs: files in, runs, storage, and what a deployment costs without any data.

docs/operate/cost.md explains each part and names the assumptions.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, replace
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

from headgate.costs.billing import (
    FLEX,
    GB,
    MONTH_DAYS,
    MONTH_HOURS,
    STANDARD,
    Cost,
    Used,
    athena_query,
    crawler,
    function,
    glue_job,
    priced,
    stored,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from headgate.costs.prices import Prices

DAY_S = 86_400
JOB_TIMEOUT_S = 3600  # terraform/platform.tf
SYSTEMS_TIMEOUT_S = 3 * 3600  # terraform/platform.tf


class Worker(NamedTuple):
    """One worker of a Glue job."""

    dpus: int
    disk_gb: int
    memory_gb: int

    @property
    def cores(self) -> int:
        """Cores that do the work of a core that measured."""
        return self.dpus * VCPUS_PER_DPU // VCPUS_PER_CORE


# Source: AWS Glue developer guide, "AWS Glue worker types": DPUs, the free part of the disk in GB, and memory in GB of one worker.
WORKERS = {"G.1X": Worker(1, 44, 16), "G.2X": Worker(2, 78, 32), "G.4X": Worker(4, 230, 64), "G.8X": Worker(8, 485, 128)}
FLEX_WORKERS = {"G.1X", "G.2X"}  # Source: AWS Glue developer guide, "Configuring job properties", execution class
LEAST_WORKERS = 2  # a Spark job has a driver and an executor
WORKER_OWN_MEMORY_GB = 2  # the operating system and Spark's driver, whose heap stays small while Spark has no work
MERGE_JOB = "merge_curated"
SYSTEMS_JOB = "build_systems"  # terraform/analytics.tf: builds several systems side by side
VCPUS_PER_DPU = 4  # Source: AWS Glue pricing, "a DPU provides 4 vCPU and 16 GB of memory"
# Assumed: a vCPU is a hyperthread, and two of them do the work of one core that measured. Not measured on AWS.
VCPUS_PER_CORE = 2
# Source: AWS Glue pricing, $0.29 and $0.44 a DPU-hour. It only decides which workers the estimate takes.
FLEX_PRICE_SHARE = 0.29 / 0.44
COPIES_ON_DISK = 2  # the merge holds what changes, and what the sort of it spills
# Assumed: a part of 2,000,000 rows (`snapshot_part_rows`) with 50 bytes a row; the sample shop's datasets have 20 to 50.
PART_GB = 0.1
LEAST_SYSTEMS_TOGETHER = 2
CHANGED_DATASETS = 8  # those of the sample shop: in each, arriving keys lie in the newest part and after it
# Measured on the sample shop: of the bytes of a snapshot, those of columns that references name. Their check holds them on disk.
REFERENCES_SHARE = 0.12


@dataclass(frozen=True)
class Workload:
    """What arrives, and how much history the lake holds.

    Attributes:
        gb_per_day: of CSV text.
        arrivals_per_day: separate moments at which files arrive; one for a nightly export.
        held_days: days of data in the lake in the month that is estimated.
    """

    described: str
    gb_per_day: float
    files_per_day: int
    arrivals_per_day: int
    held_days: int = 30


SMALL = Workload("1 GB of CSV a day, in one nightly export of 10 files", 1, 10, 1)
TRICKLE = Workload("1 GB of CSV a day, in files that arrive every 2 minutes", 1, 720, 720)
LARGE = Workload("100 GB of CSV a day, in one nightly export of 200 files", 100, 200, 1)


@dataclass(frozen=True)
class Measured:
    """What the work takes: processor seconds on one core, and bytes.

    Attributes:
        gate_s_per_gb: per GB of CSV text.
        curated_share: bytes of curated Parquet per byte of CSV text.
        merge_s: of the merge of all datasets, however little data there is.
        merge_s_per_gb: of the merge, per GB of Parquet that is read and written.
        checks_s: of the quality gate's suites, however little data there is.
        checks_s_per_gb: of the suites, per GB of Parquet that they are asked about.
        systems_s: of all five systems together, however little data there is.
        systems_s_per_gb: of all five systems together, per GB of Parquet in the snapshot.
        longest_share: of the seconds of all systems, those of the system that takes longest, 0..1.
        largest_system: the system that holds the most memory.
        largest_share: of the seconds of all systems, those of the largest, 0..1.
        memory_mb: most memory of one system's process, however little data there is.
        memory_mb_per_gb: of it, per GB of Parquet in the snapshot.
    """

    measured_on: date
    gate_s_per_gb: float
    curated_share: float
    merge_s: float
    merge_s_per_gb: float
    checks_s: float
    checks_s_per_gb: float
    systems_s: float
    systems_s_per_gb: float
    longest_share: float
    largest_system: str
    largest_share: float
    memory_mb: float
    memory_mb_per_gb: float

    @property
    def largest_job(self) -> str:
        """The job that builds the largest system."""
        return f"build_{self.largest_system.replace('-', '_')}"

    def merge_of(self, changed_gb: float) -> float:
        """Return the seconds of a merge that reads and writes so many GB of Parquet."""
        return self.merge_s + self.merge_s_per_gb * changed_gb

    def checks_of(self, changed_gb: float) -> float:
        """Return the seconds of the quality gate over so many GB of Parquet."""
        return self.checks_s + self.checks_s_per_gb * changed_gb

    def systems_of(self, held_gb: float) -> float:
        """Return the seconds of all systems over so many GB of Parquet."""
        return self.systems_s + self.systems_s_per_gb * held_gb

    def longest_job_of(self, held_gb: float, changed_gb: float) -> float:
        """Return the seconds of the longest job of a run over so many GB of Parquet, of which some changed."""
        return max(self.merge_of(changed_gb), self.checks_of(changed_gb), self.longest_share * self.systems_of(held_gb))

    def memory_gb_of(self, held_gb: float) -> float:
        """Return the memory of the largest system's process over so many GB of Parquet."""
        return (self.memory_mb + self.memory_mb_per_gb * held_gb) / 1000

    @classmethod
    def load(cls) -> Measured:
        """Return the measurements that are kept with the code."""
        return cls(**tomllib.loads(files("headgate.costs").joinpath("measured.toml").read_text(encoding="utf-8")))


@dataclass(frozen=True)
class Settings:
    """What a deployment states of what it costs; the names are those of Terraform's variables where there is one.

    Attributes:
        run_share: the most of the time that runs may take, 0..1; a long run makes the next one start later.
        job_worker_types: worker types by job, such as build_compliance_guardian; other jobs have `job_worker_type`.
        systems_in_one_job: whether one job builds the systems side by side, except those that `job_worker_types` names.
        job_start_s: billed seconds until a job's own work begins: Spark's start and the installation of its wheels. Assumed.
        endpoints: interface endpoints times availability zones.
    """

    run_interval_s: int = 3600
    run_share: float = 0.04
    job_worker_type: str = "G.1X"
    job_worker_types: Mapping[str, str] = field(default_factory=dict)
    job_execution_class: str = FLEX
    gate_memory_mb: int = 3008
    raw_expiry_days: int = 90
    snapshot_version_days: int = 1
    systems: int = 5
    systems_in_one_job: bool = True
    endpoints: int = 0
    alarms: int = 18
    functions: int = 4
    job_start_s: float = 45

    def worker_type_of(self, job: str) -> str:
        """Return the worker type of a job."""
        return self.job_worker_types.get(job, self.job_worker_type)

    def runs_of(self, part: str, job: str, seconds: float, runs: float) -> Used:
        """Return the DPU-hours of runs of a job without Spark, at the worker type and execution class of the job."""
        worker_type = self.worker_type_of(job)
        has_flex = self.job_execution_class == FLEX and worker_type in FLEX_WORKERS
        return glue_job(part, seconds, LEAST_WORKERS * WORKERS[worker_type].dpus, FLEX if has_flex else STANDARD, runs)


def monthly(workload: Workload, settings: Settings, measured: Measured, prices: Prices) -> tuple[Cost, ...]:
    """Return the cost of one month by part and service, most expensive first."""
    runs = runs_per_day(workload, settings, measured) * MONTH_DAYS
    used = [
        *_gate(workload, settings, measured),
        *_runs(workload, settings, measured, runs),
        *_storage(workload, settings, measured, runs),
        *_deployed(settings),
    ]
    return priced(used, prices)


def held_gb(workload: Workload, measured: Measured) -> float:
    """Return the size of one snapshot of the lake, in GB of Parquet."""
    return workload.gb_per_day * workload.held_days * measured.curated_share


def changed_gb(workload: Workload, measured: Measured) -> float:
    """Return the size of the parts that a run writes and checks, in GB of Parquet.

    Assumed: keys ascend, so new keys lie in the newest part of each dataset and after it, and a run brings the data of one day.
    """
    arriving = workload.gb_per_day * measured.curated_share
    return min(held_gb(workload, measured), arriving + CHANGED_DATASETS * PART_GB)


def merge_disk_gb(workload: Workload, measured: Measured) -> float:
    """Return the disk that a merge upon the snapshot before needs, in GB."""
    return COPIES_ON_DISK * changed_gb(workload, measured) + REFERENCES_SHARE * held_gb(workload, measured)


class JobRuns(NamedTuple):
    """Runs of jobs that build systems, in one run of the lake; `seconds` of each, without its start."""

    job: str
    seconds: float
    runs: int = 1


def systems_at_once(workload: Workload, settings: Settings, measured: Measured) -> int:
    """Return how many systems the job that builds several holds in memory: each may take as much as the largest. 0: it builds none."""
    memory_gb = WORKERS[settings.worker_type_of(SYSTEMS_JOB)].memory_gb - WORKER_OWN_MEMORY_GB
    return int(memory_gb / measured.memory_gb_of(held_gb(workload, measured)))


def system_jobs(workload: Workload, settings: Settings, measured: Measured) -> tuple[tuple[JobRuns, ...], ...]:
    """Return the jobs that build the systems; those of a group run at the same time, the groups one after the other."""
    if not settings.systems:
        return ()
    all_s, others = measured.systems_of(held_gb(workload, measured)), settings.systems - 1
    largest_s = all_s * (measured.largest_share if others else 1)
    has_own_job = measured.largest_job in settings.job_worker_types
    together = others if has_own_job else settings.systems
    own = [JobRuns(measured.largest_job, largest_s)]
    separate = (*own, JobRuns("", (all_s - largest_s) / others, others)) if others else tuple(own)
    if not settings.systems_in_one_job or together < LEAST_SYSTEMS_TOGETHER:
        return (separate,)
    at_once = min(systems_at_once(workload, settings, measured), WORKERS[settings.worker_type_of(SYSTEMS_JOB)].cores)
    if not at_once:
        return (JobRuns(SYSTEMS_JOB, 0),), separate
    work_s = all_s - (largest_s if has_own_job else 0)
    joint_s = max(min(work_s, measured.longest_share * all_s), work_s / at_once)
    return ((JobRuns(SYSTEMS_JOB, joint_s),), *([tuple(own)] if has_own_job else []))


def systems_s(workload: Workload, settings: Settings, measured: Measured) -> float:
    """Return the seconds until all systems are built, with the starts of their jobs."""
    longest_s = measured.longest_share * measured.systems_of(held_gb(workload, measured))
    return sum(
        settings.job_start_s + max(one.seconds if one.job == SYSTEMS_JOB else longest_s for one in group)
        for group in system_jobs(workload, settings, measured)
    )


def run_s(workload: Workload, settings: Settings, measured: Measured) -> float:
    """Return the seconds of one run: merge and gate one after the other, then the systems."""
    changed = changed_gb(workload, measured)
    before_s = 2 * settings.job_start_s + measured.merge_of(changed) + measured.checks_of(changed)
    return before_s + systems_s(workload, settings, measured)


def runs_per_day(workload: Workload, settings: Settings, measured: Measured) -> float:
    """Return how many runs start a day: one for each arrival, unless the interval or the share of time is used up."""
    least_s = max(settings.run_interval_s, run_s(workload, settings, measured) / settings.run_share, 1)
    return min(float(workload.arrivals_per_day), DAY_S / least_s)


def systems_dpu_s(workload: Workload, settings: Settings, measured: Measured) -> float:
    """Return the DPU-seconds that the systems of one run are billed, those of spare capacity by their lower price."""
    used = [
        settings.runs_of("systems", one.job, settings.job_start_s + one.seconds, one.runs)
        for group in system_jobs(workload, settings, measured)
        for one in group
    ]
    return sum(one.quantity * 3600 * (FLEX_PRICE_SHARE if "flex" in one.meter else 1) for one in used)


def memory_needed_gb(workload: Workload, measured: Measured) -> float:
    """Return the memory that a worker needs for the largest system."""
    return measured.memory_gb_of(held_gb(workload, measured)) + WORKER_OWN_MEMORY_GB


def with_workers_that_fit(workload: Workload, settings: Settings, measured: Measured) -> Settings:
    """Return the settings with the smallest worker types that hold the largest system in memory and the merge on disk.

    A job that no worker type holds keeps its own. Of one job for the systems and a job for each, the cheaper one is taken, unless the
    settings state a job for each.
    """
    merging = _with_worker_that_fits(settings, MERGE_JOB, "disk_gb", merge_disk_gb(workload, measured))
    memory = memory_needed_gb(workload, measured)
    separate = _with_worker_that_fits(replace(merging, systems_in_one_job=False), measured.largest_job, "memory_gb", memory)
    largest_apart = measured.largest_job in settings.job_worker_types
    together = merging if largest_apart else _with_worker_that_fits(merging, SYSTEMS_JOB, "memory_gb", memory)
    allowed = [together, separate] if settings.systems_in_one_job else [separate]
    possible = [one for one in allowed if settings.systems and not _too_large(workload, one, measured)]
    return min(possible, key=lambda one: systems_dpu_s(workload, one, measured), default=merging)


def _with_worker_that_fits(settings: Settings, job: str, limit: str, needed_gb: float) -> Settings:
    stated = settings.worker_type_of(job)
    worker = _smallest_worker(stated, limit, needed_gb)
    return settings if worker == stated else replace(settings, job_worker_types={**settings.job_worker_types, job: worker})


def _smallest_worker(stated: str, limit: str, needed_gb: float) -> str:
    """Return the smallest worker type from the stated one on that has so much; the stated one where none has."""
    least = max(needed_gb, getattr(WORKERS[stated], limit))
    fits = needed_gb <= getattr(WORKERS[stated], limit)
    return stated if fits else next((name for name, worker in WORKERS.items() if getattr(worker, limit) >= least), stated)


def unfit(workload: Workload, settings: Settings, measured: Measured) -> tuple[str, ...]:
    """Return which limits of the design the workload exceeds."""
    disk_gb = WORKERS[settings.worker_type_of(MERGE_JOB)].disk_gb
    needed = merge_disk_gb(workload, measured)
    took = run_s(workload, settings, measured)
    found = []
    if needed > disk_gb:
        found.append(f"the merge needs {needed:,.0f} GB of disk and a {settings.worker_type_of(MERGE_JOB)} worker has {disk_gb} GB")
    if too_large := _too_large(workload, settings, measured):
        found.append(too_large)
    longest_s = settings.job_start_s + measured.longest_job_of(held_gb(workload, measured), changed_gb(workload, measured))
    if longest_s > JOB_TIMEOUT_S:
        found.append(f"the longest job takes {longest_s / 60:,.0f} minutes and is stopped after {JOB_TIMEOUT_S // 60}")
    together_s = sum(one.seconds for group in system_jobs(workload, settings, measured) for one in group if one.job == SYSTEMS_JOB)
    if together_s > SYSTEMS_TIMEOUT_S:
        found.append(f"{SYSTEMS_JOB} takes {together_s / 60:,.0f} minutes and is stopped after {SYSTEMS_TIMEOUT_S // 60}")
    if took > DAY_S:
        found.append(f"a run takes {took / 3600:,.0f} hours, more than a day")
    return tuple(found)


def _too_large(workload: Workload, settings: Settings, measured: Measured) -> str:
    """Return that no job holds the largest system in memory; empty if one does."""
    jobs = {one.job for group in system_jobs(workload, settings, measured) for one in group}
    job = measured.largest_job if measured.largest_job in jobs else SYSTEMS_JOB
    memory_gb, needed_gb = WORKERS[settings.worker_type_of(job)].memory_gb, memory_needed_gb(workload, measured)
    if not settings.systems or needed_gb <= memory_gb:
        return ""
    return f"{measured.largest_job} needs {needed_gb:,.0f} GB of memory and its worker has {memory_gb} GB"


def _gate(workload: Workload, settings: Settings, measured: Measured) -> Iterator[Used]:
    files = workload.files_per_day * MONTH_DAYS
    raw_gb = workload.gb_per_day * MONTH_DAYS
    seconds = 0.5 * files + measured.gate_s_per_gb * raw_gb
    yield from function("gate", seconds / files, settings.gate_memory_mb, files)
    yield from function("start_pipeline", 0.5, 512, files)
    idle_polls = settings.functions / 2 * 5 * 3 * 60 * 24 * MONTH_DAYS  # two queues, five pollers each, a request every 20 s
    yield Used("gate", "sqs.request", 6 * files + idle_polls)
    yield Used("gate", "s3.write", 8 * files)
    yield Used("gate", "s3.read", 10 * files)
    yield Used("gate", "dynamodb.write", 12 * files)  # about four writes of 3 KB
    yield Used("gate", "dynamodb.read", 6 * files)
    yield Used("gate", "kms.request", 4 * files)
    yield Used("gate", "secrets.request", files / 5)
    yield Used("gate", "cloudwatch.log_gb", files * 20_000 / GB)


def _runs(workload: Workload, settings: Settings, measured: Measured, runs: float) -> Iterator[Used]:
    held, start_s = held_gb(workload, measured), settings.job_start_s
    changed = changed_gb(workload, measured)
    yield settings.runs_of("merge", MERGE_JOB, start_s + measured.merge_of(changed), runs)
    yield settings.runs_of("quality gate", "quality_gate", start_s + measured.checks_of(changed), runs)
    copies = runs * (held - changed) / PART_GB
    yield Used("merge", "s3.write", copies)
    yield Used("merge", "s3.read", 6 * copies)  # a look before each copy, and its footer and columns that references name
    building = [one for group in system_jobs(workload, settings, measured) for one in group]
    for one in building:
        yield settings.runs_of("systems", one.job, start_s + one.seconds, runs * one.runs)
    jobs = 2 + settings.systems
    yield crawler("crawlers", 60, crawls=1)  # a crawl follows a change of columns: one a month
    looks = run_s(workload, settings, measured) / 30
    yield Used("runs", "stepfunctions.transition", runs * (10 + 3 * jobs + 3 * looks * max(1, sum(one.runs for one in building))))
    yield Used("runs", "s3.write", runs * 40 * jobs)
    yield Used("runs", "s3.read", runs * (60 * jobs + workload.files_per_day))
    records = workload.files_per_day * workload.held_days
    yield Used("runs", "dynamodb.read", runs * 2 * records * 3_000 / 8_192)  # two scans of all records
    yield Used("runs", "cloudwatch.log_gb", runs * jobs * 100_000 / GB)
    yield athena_query("queries", held * GB / 20, queries=20 * MONTH_DAYS)  # assumed: twenty questions a day


def _storage(workload: Workload, settings: Settings, measured: Measured, runs: float) -> Iterator[Used]:
    held = held_gb(workload, measured) * GB
    raw_days = min(workload.held_days, settings.raw_expiry_days)
    yield stored("raw", workload.gb_per_day * GB * raw_days)
    yield stored("increments", held)
    # Five snapshots are kept; those that a run deleted stay for a few days as old versions.
    yield stored("snapshots", held * (5 + runs / MONTH_DAYS * settings.snapshot_version_days))
    yield stored("prod", 0.5 * held * (5 + runs / MONTH_DAYS * settings.snapshot_version_days))
    records_gb = workload.files_per_day * workload.held_days * 3_000 / GB
    yield Used("file records", "dynamodb.gb_month", records_gb)
    yield Used("file records", "dynamodb.backup_gb_month", records_gb)


def _deployed(settings: Settings) -> Iterator[Used]:
    yield Used("deployment", "kms.key_month", 2)  # the lake's, and that of originals
    yield Used("deployment", "secrets.secret_month", 2)
    yield Used("deployment", "cloudwatch.alarm_month", settings.alarms)
    yield Used("deployment", "cloudwatch.dashboard_month", 1)
    yield Used("deployment", "scheduler.invocation", 60)
    yield Used("deployment", "sns.request", 100)
    yield Used("endpoints", "vpc.endpoint_hour", settings.endpoints * MONTH_HOURS)
