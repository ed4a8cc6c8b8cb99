"""Estimate a month of a workload: files in, runs, storage, and a deployment without any data.

docs/operate/cost.md explains each part and names the assumptions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.costs.computed_price import GB, Cost, Used, function, priced, stored
from headgate.snapshots.delete_old_versions import KEPT_VERSIONS
from scripts.cost_planning.cost_settings import ALARMS, DASHBOARDS
from scripts.cost_planning.planned_runs import PART_GB

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headgate.costs.price_list import Prices
    from scripts.cost_planning.cost_settings import CostSettings
    from scripts.cost_planning.planned_runs import PlannedRuns

TB = 10**12
MONTH_DAYS = 30
TABLES_SHARE, FACTS_SHARE = 0.21, 1.03
"""Measured over 1,000,000 lines: bytes of the systems' tables, and of their facts, over the snapshot's."""
OPENED_SHARE = 0.1  # measured over 1,000,000 lines: a merge opens 16 of 175 parts to check references
MONTH_HOURS = 730
CRAWLER_LEAST_S = 600  # Source: AWS Glue pricing, crawlers: "10-minute minimum duration for each crawl"
CRAWLER_DPUS = 2  # Glue publishes no number; two are what its pricing examples use
ATHENA_LEAST_BYTES = 10 * 10**6  # Source: Athena pricing, "10 MB minimum per query"


def monthly(runs: PlannedRuns, prices: Prices) -> tuple[Cost, ...]:
    """Return the cost of one month by part and service, most expensive first."""
    return priced([*_gate(runs), *_runs(runs), *_storage(runs), *_deployed(runs.settings)], prices)


def _gate(runs: PlannedRuns) -> Iterator[Used]:
    workload, settings = runs.workload, runs.settings
    files = workload.files_per_day * MONTH_DAYS
    raw_gb = workload.gb_per_day * MONTH_DAYS
    seconds = 0.5 * files + runs.measured.gate_s_per_gb * raw_gb
    yield from function("gate", seconds / files, settings.gate_memory_mb, files)
    yield from function("start_pipeline", 0.5, 512, files)
    idle_polls = (
        settings.functions / 2 * 5 * 3 * 60 * 24 * MONTH_DAYS
    )  # two queues, five pollers each, a request every 20 s
    yield Used("gate", "sqs.request", 6 * files + idle_polls)
    yield Used("gate", "s3.write", 8 * files)
    yield Used("gate", "s3.read", 10 * files)
    yield Used("gate", "dynamodb.write", 12 * files)  # about four writes of 3 KB
    yield Used("gate", "dynamodb.read", 6 * files)
    yield Used("gate", "kms.request", 4 * files)
    yield Used("gate", "secrets.request", files / 5)
    yield Used("gate", "cloudwatch.log_gb", files * 20_000 / GB)


def _runs(runs: PlannedRuns) -> Iterator[Used]:
    count = runs.per_day * MONTH_DAYS
    yield from runs.jobs_used(count)
    copies = count * (runs.held_gb - runs.changed_gb) / PART_GB
    yield Used("merge", "s3.write", copies)
    # A look before each copy and before the deletion of a replaced one, and the footer and the columns that
    # references name of some parents' parts.
    yield Used("merge", "s3.read", (2 + 5 * OPENED_SHARE) * copies)
    building = [] if runs.in_one_job else [build for group in runs.system_jobs for build in group]
    jobs = 2 + len(runs.systems)
    yield crawler("crawlers", 60, crawls=1)  # a crawl follows a change of columns: one a month
    looks = runs.run_s / 30
    yield Used(
        "runs", "stepfunctions.transition", count * (10 + 3 * jobs + 3 * looks * max(1, len(building)))
    )
    yield Used("runs", "s3.write", count * 40 * jobs)
    yield Used("runs", "s3.read", count * (60 * jobs + runs.workload.files_per_day * runs.days_per_run))
    records = runs.workload.files_per_day * runs.workload.held_days
    # Two scans of all records: by the merge and by the card-data audit. The merge needs the newest ones, and
    # they cost twice as much.
    yield Used("runs", "dynamodb.read", count * 3 * records * 3_000 / 8_192)
    yield Used("runs", "cloudwatch.log_gb", count * jobs * 100_000 / GB)
    yield athena_query(
        "queries", runs.held_gb * GB / 20, queries=20 * MONTH_DAYS
    )  # assumed: twenty questions a day


def _storage(runs: PlannedRuns) -> Iterator[Used]:
    workload, settings, held_bytes = runs.workload, runs.settings, runs.held_gb * GB
    raw_days = min(workload.held_days, settings.raw_expiry_days)
    yield stored("raw", workload.gb_per_day * GB * raw_days)
    yield stored("increments", held_bytes)
    # Replaced snapshots leave no old versions. If the five kept snapshots are of one day, one of the day
    # before is kept, too. From five runs a day on it is counted for the whole day, which is an upper bound.
    snapshots = KEPT_VERSIONS + (1 if runs.per_day >= KEPT_VERSIONS else 0)
    yield stored("snapshots", held_bytes * snapshots)
    yield stored("prod", held_bytes * (TABLES_SHARE * KEPT_VERSIONS + FACTS_SHARE))
    records_gb = workload.files_per_day * workload.held_days * 3_000 / GB
    yield Used("file records", "dynamodb.gb_month", records_gb)
    yield Used("file records", "dynamodb.backup_gb_month", records_gb)


def _deployed(settings: CostSettings) -> Iterator[Used]:
    yield Used("deployment", "kms.key_month", 2)  # the lake's, and that of originals
    yield Used("deployment", "secrets.secret_month", 2)
    yield Used("deployment", "cloudwatch.alarm_month", ALARMS[settings.monitoring])
    yield Used("deployment", "cloudwatch.dashboard_month", DASHBOARDS[settings.monitoring])
    yield Used("deployment", "scheduler.invocation", 60)
    yield Used("deployment", "sns.request", 100)
    yield Used("endpoints", "vpc.endpoint_hour", settings.endpoints * MONTH_HOURS)


def crawler(part: str, seconds: float, crawls: float = 1) -> Used:
    """Return the DPU-hours of crawls; each is billed for at least ten minutes."""
    return Used(part, "glue.crawler_dpu_hour", crawls * max(seconds, CRAWLER_LEAST_S) * CRAWLER_DPUS / 3600)


def athena_query(part: str, scanned_bytes: float, queries: float = 1) -> Used:
    """Return the terabytes of queries; each is billed for at least 10 MB."""
    return Used(part, "athena.tb_scanned", queries * max(scanned_bytes, ATHENA_LEAST_BYTES) / TB)
