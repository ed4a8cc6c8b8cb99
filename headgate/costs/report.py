"""Report the cost of recorded files and runs for `headgate cost` and the API.

Dollars are texts with their decimals.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from headgate.costs.computed_price import by_part, by_service, priced, rounded, total_usd
from headgate.costs.recorded import JOB_START_S, EndedJobRun, of_files, of_runs

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from headgate.costs.price_list import Prices
    from headgate.lake.ports import FileRecord
    from headgate.runs.start_or_postpone import Execution

GROWTHS = (1, 10, 1000)


def cost_report(
    records: Sequence[FileRecord],
    runs: Sequence[EndedJobRun],
    executions: Iterable[Execution],
    prices: Prices,
) -> dict[str, object]:
    """Return the cost of recorded files and runs in US dollars."""
    used = {
        growth: [*(use.times(growth) for use in of_files(records)), *of_runs(runs, growth, JOB_START_S)]
        for growth in GROWTHS
    }
    files = priced(of_files(records), prices)
    jobs = priced(of_runs(runs), prices)
    return {
        "prices": {"region": prices.region, "recorded_on": prices.recorded_on.isoformat()},
        "files": len(records),
        "job_runs": len(runs),
        "total_usd": _text(total_usd([*files, *jobs])),
        "by_service": _texts(by_service([*files, *jobs])),
        "by_dataset": _texts(by_part(files)),
        "by_job": _texts(by_part(jobs)),
        "runs": [_of_execution(execution, runs, prices) for execution in executions],
        "forecast": [
            {"times": growth, "usd": _text(total_usd(priced(used[growth], prices)))} for growth in GROWTHS
        ],
    }


def jobs_of(execution: Execution, runs: Iterable[EndedJobRun]) -> list[EndedJobRun]:
    """Return the job runs that started during a run of the pipeline, by start."""
    until = execution.ended_at
    job_runs = (
        run
        for run in runs
        if run.started_at >= execution.started_at and (not until or run.started_at <= until)
    )
    return sorted(job_runs, key=lambda run: (run.started_at, run.job))


def usd_of(runs: Iterable[EndedJobRun], prices: Prices) -> Decimal:
    """Return the cost of job runs in US dollars, not rounded."""
    return sum((cost.usd for cost in priced(of_runs(runs), prices)), Decimal(0))


def _of_execution(execution: Execution, runs: Iterable[EndedJobRun], prices: Prices) -> dict[str, object]:
    """Return one run of the pipeline with the jobs that started during it."""
    job_runs = jobs_of(execution, runs)
    usd = priced(of_runs(job_runs), prices)
    return {
        "run": execution.name,
        "started_at": execution.started_at.isoformat(),
        "jobs": len(job_runs),
        "usd": _text(total_usd(usd)),
    }


def _texts(sums: Mapping[str, Decimal]) -> dict[str, str]:
    return {name: f"{usd:.4f}" for name, usd in sums.items()}


def _text(usd: Decimal) -> str:
    return str(rounded(usd))
