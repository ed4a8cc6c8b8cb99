"""How long the jobs of a run take, on which workers, and how often runs start."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from headgate.costs.measured import Line, Measured, MeasuredSystem
from scripts.cost_planning.cost_settings import DAY_S, CostSettings
from scripts.cost_planning.measured_text import text_of
from scripts.cost_planning.planned_runs import PlannedRuns, fitted, job_of
from scripts.cost_planning.workload import LARGE, SMALL, TRICKLE

pytestmark = pytest.mark.unit

SETTINGS = CostSettings()
SEPARATE = CostSettings(systems_in_one_job=False)
BY_STAGE = CostSettings(run_in_one_job=False)
SHARES = {
    "market-intelligence-hub": 0.1,
    "demand-insights-engine": 0.3,
    "compliance-guardian": 0.4,
    "retail-copilot": 0.1,
    "global-market-pulse": 0.1,
}
LONGEST = job_of("compliance-guardian")


def measured(
    s_per_gb: float = 20, memory_mb_per_gb: float = 700, disk_mb_per_gb: float = 100, s: float = 50
) -> Measured:
    """Systems that share these seconds, and take up to so much memory and disk."""
    systems = {
        system: MeasuredSystem(
            Line(share * s, share * s_per_gb),
            Line(500, share / 0.4 * memory_mb_per_gb),
            Line(0, share / 0.4 * disk_mb_per_gb),
        )
        for system, share in SHARES.items()
    }
    return Measured(
        date(2026, 1, 2), 60, 0.2, Line(2, 20), Line(5, 20), systems
    )  # 6 GB of Parquet for 1 GB of CSV a day


MEASURED = measured()
ALL_S = 50 + 20 * 6


def jobs_of(runs: PlannedRuns) -> list[dict[str, float]]:
    """The seconds of each job, in groups that run one after the other."""
    return [{job: round(seconds, 6) for job, seconds in group} for group in runs.system_jobs]


def test_measurements_are_read_as_they_were_written() -> None:
    assert Measured.parse(text_of(Measured.load())) == Measured.load()


def test_a_system_that_was_not_measured_takes_as_much_as_the_largest() -> None:
    assert MEASURED.seconds_of("weather", 6) == pytest.approx(0.4 * ALL_S)
    assert MEASURED.memory_gb_of("weather", 6) == MEASURED.memory_gb_of("compliance-guardian", 6)
    assert MEASURED.disk_gb_of("weather", 6) == MEASURED.disk_gb_of("compliance-guardian", 6)


def test_duckdb_needs_more_memory_for_larger_snapshots() -> None:
    beside_tables_gb = 0.5 + 0.7 * 20 - 1
    assert MEASURED.memory_gb_of("compliance-guardian", 2) == pytest.approx(0.5 + 0.7 * 2)
    assert MEASURED.memory_gb_of("compliance-guardian", 20) == pytest.approx(beside_tables_gb + 0.45 * 20)


def test_a_nightly_export_is_one_run_a_day() -> None:
    assert PlannedRuns(SMALL, SETTINGS, MEASURED).per_day == 1


def test_files_that_trickle_in_start_a_run_an_hour_at_most() -> None:
    quick = replace(measured(s_per_gb=0, s=0), merge_s=Line(0, 0), checks_s=Line(0, 0))
    assert PlannedRuns(TRICKLE, replace(SETTINGS, job_start_s=10), quick).per_day == 24


def test_long_runs_start_less_often() -> None:
    slow = measured(s_per_gb=10_000)
    limited, unlimited = (
        PlannedRuns(TRICKLE, replace(SETTINGS, run_share=share), slow).per_day for share in (0.04, 1)
    )
    assert limited < unlimited
    assert limited < 1


def test_the_share_of_time_makes_new_data_wait_a_week_at_most() -> None:
    slow = measured(s_per_gb=10_000)  # a run of eight hours
    assert 7 * 3600 < PlannedRuns(SMALL, SETTINGS, slow).run_s < 9 * 3600
    assert PlannedRuns(SMALL, SETTINGS, slow).per_day == pytest.approx(1 / 7)
    assert PlannedRuns(SMALL, replace(SETTINGS, run_share_wait_s=3 * DAY_S), slow).per_day == pytest.approx(
        1 / 3
    )
    assert PlannedRuns(SMALL, replace(SETTINGS, run_share_wait_s=30 * DAY_S), slow).per_day < 1 / 7


def test_runs_that_take_longer_than_the_wait_follow_each_other() -> None:
    endless = PlannedRuns(SMALL, SETTINGS, measured(s_per_gb=300_000))
    assert endless.per_day == pytest.approx(DAY_S / endless.run_s)


def test_a_run_merges_all_days_since_the_run_before() -> None:
    one, three = (
        PlannedRuns(SMALL, replace(SETTINGS, run_interval_s=days * DAY_S), MEASURED) for days in (1, 3)
    )
    assert (one.days_per_run, three.days_per_run) == (1, 3)
    assert three.changed_gb == pytest.approx(one.changed_gb + 2 * 0.2)


def planned_daily_and_hourly(use: MeasuredSystem) -> tuple[PlannedRuns, PlannedRuns]:
    """Return runs once a day and once an hour of one system."""
    of = replace(MEASURED, systems={"weather": use})
    daily, hourly = (
        PlannedRuns(TRICKLE, replace(SETTINGS, run_share=1, run_interval_s=s), of) for s in (DAY_S, 3600)
    )
    return daily, hourly


def test_a_run_within_the_day_merges_what_arrived() -> None:
    use = MeasuredSystem(Line(0, 100), Line(500, 0), Line(0, 0), day_seconds=Line(0, 10))
    daily, hourly = planned_daily_and_hourly(use)
    assert hourly.days_per_run == pytest.approx(1 / 24)
    assert daily.changed_gb - hourly.changed_gb == pytest.approx(0.2 * 23 / 24)
    assert hourly.system_seconds == daily.system_seconds  # without a measurement of a further run


def test_of_the_runs_of_a_day_the_first_takes_as_long_as_one_a_day_and_the_others_their_own_time() -> None:
    use = MeasuredSystem(
        Line(0, 100), Line(500, 0), Line(0, 0), day_seconds=Line(0, 10), hour_seconds=Line(0, 4)
    )
    daily, hourly = planned_daily_and_hourly(use)
    (day_s,) = daily.system_seconds.values()
    (mean_s,) = hourly.system_seconds.values()
    assert day_s == pytest.approx(10 * daily.held_gb)
    assert mean_s == pytest.approx((1 * 10 + 23 * 4) / 24 * hourly.held_gb)
    assert hourly.first_run_s - hourly.run_s == pytest.approx(day_s - mean_s)


def test_a_further_run_of_a_day_never_takes_longer_than_the_first() -> None:
    use = MeasuredSystem(
        Line(0, 100), Line(500, 0), Line(0, 0), day_seconds=Line(0, 10), hour_seconds=Line(0, 20)
    )
    daily, hourly = planned_daily_and_hourly(use)
    assert hourly.system_seconds == pytest.approx(daily.system_seconds)


def test_the_age_of_tables_is_that_of_the_first_run_of_a_day() -> None:
    use = MeasuredSystem(
        Line(0, 900), Line(500, 0), Line(0, 0), day_seconds=Line(0, 200), hour_seconds=Line(0, 1)
    )
    _, hourly = planned_daily_and_hourly(use)
    aged = replace(hourly, workload=replace(TRICKLE, tables_age_s=int(3600 + hourly.run_s + 1)))
    assert any("hours old" in limit for limit in aged.limits())
    older = replace(aged, workload=replace(TRICKLE, tables_age_s=int(3600 + hourly.first_run_s + 1)))
    assert not any("hours old" in limit for limit in older.limits())


def test_never_more_than_all_is_changed() -> None:
    few = PlannedRuns(replace(SMALL, gb_per_day=0.001), SETTINGS, MEASURED)
    assert few.changed_gb == few.held_gb
    assert (
        few.held_gb
        < PlannedRuns(SMALL, SETTINGS, MEASURED).changed_gb
        < PlannedRuns(SMALL, SETTINGS, MEASURED).held_gb
    )


def test_large_workers_are_not_billed_as_spare_capacity() -> None:
    billed = replace(SETTINGS, job_worker_types={"merge_curated": "G.4X"}).runs_of(
        "merge", "merge_curated", 3600, 1
    )
    assert (billed.meter, billed.quantity) == ("glue.dpu_hour", 8)
    assert SETTINGS.runs_of("merge", "merge_curated", 3600, 1).meter == "glue.flex_dpu_hour"


def test_a_merge_that_exceeds_the_disk_of_its_worker_gets_the_smallest_that_holds_it() -> None:
    large = replace(LARGE, gb_per_day=50, held_days=60)
    assert any("the merge needs" in limit for limit in PlannedRuns(large, SETTINGS, MEASURED).limits())
    fitting = fitted(large, SETTINGS, MEASURED)
    assert fitting.settings.job_worker_types["merge_curated"] == "G.4X"
    assert not any("the merge needs" in limit for limit in fitting.limits())


@pytest.mark.parametrize(
    ("hungry", "worker"),
    [
        pytest.param(measured(memory_mb_per_gb=4000), "G.2X", id="26 GB of memory"),
        pytest.param(measured(disk_mb_per_gb=8000), "G.2X", id="54 GB of disk"),
        pytest.param(measured(disk_mb_per_gb=20_000), "G.4X", id="126 GB of disk"),
    ],
)
def test_a_system_that_exceeds_its_worker_gets_the_smallest_that_holds_it(
    hungry: Measured, worker: str
) -> None:
    assert PlannedRuns(SMALL, SEPARATE, hungry).limits()
    fitting = fitted(SMALL, SEPARATE, hungry)
    assert fitting.settings.job_worker_types[LONGEST] == worker
    assert fitting.limits() == ()


def test_the_job_of_several_systems_gets_the_smallest_worker_that_holds_the_largest() -> None:
    fitting = fitted(SMALL, SETTINGS, measured(memory_mb_per_gb=2000))
    assert fitting.settings.job_worker_types == {"build_systems": "G.2X"}
    assert fitting.limits() == ()
    assert fitting.systems_at_once == 2


def test_one_job_takes_as_long_as_its_longest_system_and_at_least_as_long_as_its_cores_need_for_all() -> None:
    assert jobs_of(PlannedRuns(SMALL, SETTINGS, MEASURED)) == [
        {"build_systems": ALL_S / 2}
    ]  # four vCPU of two cores
    larger = PlannedRuns(SMALL, replace(SETTINGS, job_worker_types={"build_systems": "G.2X"}), MEASURED)
    assert jobs_of(larger) == [{"build_systems": 0.4 * ALL_S}]


@pytest.mark.parametrize(
    "hungry",
    [
        pytest.param(measured(memory_mb_per_gb=1700), id="12.4 of 14 GB of memory"),
        pytest.param(measured(disk_mb_per_gb=4000), id="30 of 44 GB of disk"),
    ],
)
def test_fewer_systems_at_once_take_longer(hungry: Measured) -> None:
    runs = PlannedRuns(SMALL, SETTINGS, hungry)
    assert runs.systems_at_once == 1
    assert jobs_of(runs) == [{"build_systems": ALL_S}]


def test_systems_that_do_not_fit_into_one_job_have_a_job_each_after_it() -> None:
    hungry = measured(memory_mb_per_gb=4000)
    assert jobs_of(PlannedRuns(SMALL, SETTINGS, hungry)) == [
        {"build_systems": 0},
        *jobs_of(PlannedRuns(SMALL, SEPARATE, hungry)),
    ]


def test_a_system_that_has_a_worker_type_of_its_own_has_its_own_job() -> None:
    runs = PlannedRuns(SMALL, replace(SETTINGS, job_worker_types={LONGEST: "G.2X"}), MEASURED)
    assert jobs_of(runs) == [{"build_systems": pytest.approx(0.3 * ALL_S)}, {LONGEST: 0.4 * ALL_S}]


def test_one_system_has_its_own_job() -> None:
    one, none = (replace(SETTINGS, systems=systems) for systems in (("compliance-guardian",), ()))
    assert jobs_of(PlannedRuns(SMALL, one, MEASURED)) == [{LONGEST: 0.4 * ALL_S}]
    assert jobs_of(PlannedRuns(SMALL, none, MEASURED)) == []


def test_one_job_for_the_systems_does_not_make_a_run_shorter() -> None:
    assert PlannedRuns(SMALL, BY_STAGE, MEASURED).run_s > PlannedRuns(SMALL, SEPARATE, MEASURED).run_s


def test_a_run_in_one_job_is_billed_once_and_starts_once() -> None:
    whole, by_stage = (PlannedRuns(SMALL, settings, MEASURED) for settings in (SETTINGS, BY_STAGE))
    assert (whole.in_one_job, by_stage.in_one_job) == (True, False)
    assert by_stage.run_s - whole.run_s == pytest.approx(2 * SETTINGS.job_start_s)
    (billed,) = whole.jobs_used(1)
    assert billed.quantity == pytest.approx(2 * whole.run_s / 3600)
    assert billed.quantity < sum(use.quantity for use in by_stage.jobs_used(1))
    assert whole.job_seconds == {"build_systems": whole.run_s}


@pytest.mark.parametrize(
    ("settings", "of"),
    [
        pytest.param(SETTINGS, measured(memory_mb_per_gb=4000), id="26 GB of memory"),
        pytest.param(SETTINGS, measured(s_per_gb=2000), id="a system of 80 minutes"),
        pytest.param(SETTINGS, replace(MEASURED, merge_s=Line(0, 1000)), id="a rebuild of 100 minutes"),
        pytest.param(
            replace(SETTINGS, job_worker_types={"merge_curated": "G.2X"}), MEASURED, id="own worker"
        ),
        pytest.param(SEPARATE, MEASURED, id="a job for each system"),
    ],
)
def test_a_lake_that_is_too_large_or_has_jobs_of_its_own_has_a_job_for_each_stage(
    settings: CostSettings, of: Measured
) -> None:
    assert not PlannedRuns(SMALL, settings, of).in_one_job


def test_the_cheaper_way_is_taken_unless_a_job_for_each_system_is_stated() -> None:
    fitting = fitted(SMALL, SETTINGS, measured(memory_mb_per_gb=4000, s_per_gb=500))
    assert not fitting.together
    assert fitting.settings.job_worker_types == {LONGEST: "G.2X", job_of("demand-insights-engine"): "G.2X"}
    assert not fitted(SMALL, SEPARATE, MEASURED).together


def test_a_run_lasts_until_its_longest_system_is_built() -> None:
    longer = replace(
        MEASURED,
        systems={
            **MEASURED.systems,
            "compliance-guardian": MeasuredSystem(Line(1000, 0), Line(500, 0), Line(0, 0)),
        },
    )
    gained_s = PlannedRuns(SMALL, SEPARATE, longer).run_s - PlannedRuns(SMALL, SEPARATE, MEASURED).run_s
    assert gained_s == pytest.approx(1000 - 0.4 * ALL_S)


def test_a_system_that_no_worker_holds_is_named() -> None:
    hungry = measured(memory_mb_per_gb=40_000)
    limits = fitted(SMALL, SETTINGS, hungry).limits()
    assert f"{LONGEST} needs 244 GB of memory and its worker has 16 GB" in limits
    shown = fitted(SMALL, SETTINGS, hungry).limits_in_short()
    assert shown == f"{limits[0]}, and {len(limits) - 1} more limits are exceeded"


def test_a_system_that_fits_keeps_its_worker() -> None:
    assert fitted(SMALL, SETTINGS, MEASURED).settings == SETTINGS
    assert PlannedRuns(SMALL, SETTINGS, MEASURED).limits() == ()


def test_a_job_that_exceeds_its_timeout_is_named_and_gets_a_longer_one() -> None:
    slow = measured(s_per_gb=2000)  # 80 minutes for the longest system
    assert (
        f"{LONGEST} takes 81 minutes and is stopped after 60" in PlannedRuns(SMALL, SEPARATE, slow).limits()
    )
    fitting = fitted(SMALL, SEPARATE, slow)
    assert fitting.settings.job_timeouts[LONGEST] == 180
    assert fitting.limits() == ()


def test_a_system_that_the_one_job_would_stop_has_its_own_job() -> None:
    slow = measured(s_per_gb=2000)
    assert any(
        "compliance-guardian takes 80 minutes, and build_systems stops it" in limit
        for limit in PlannedRuns(SMALL, SETTINGS, slow).limits()
    )
    fitting = fitted(SMALL, SETTINGS, slow)
    assert "compliance-guardian" not in fitting.together
    assert fitting.limits() == ()
