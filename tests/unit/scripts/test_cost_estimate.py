"""The estimate that a person sees before a deployment."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from headgate.costs.measured import Line, Measured
from scripts.cost_planning.cost_settings import CostSettings
from scripts.deployment import cost_estimate

pytestmark = pytest.mark.unit


def test_without_variables_the_defaults_of_the_root_are_estimated() -> None:
    assert cost_estimate.settings_of({"name": "headgate", "job_worker_type": "null"}) == CostSettings()


def test_variables_change_the_estimate() -> None:
    network = json.dumps({"vpc_id": "vpc-1", "subnet_ids": ["a", "b"]})
    stated = {
        "run_interval_s": "86400",
        "job_execution_class": "STANDARD",
        "systems": "[]",
        "endpoint_network": network,
    }
    found = cost_estimate.settings_of({**stated, "job_worker_types": '{"merge_curated": "G.2X"}'})
    assert found.worker_type_of("merge_curated") == "G.2X"
    assert (found.run_interval_s, found.job_execution_class, found.systems, found.endpoints) == (
        86400,
        "STANDARD",
        (),
        12,
    )


def test_the_text_names_price_date_workloads_and_limits() -> None:
    text = cost_estimate.text({})
    assert "recorded on 20" in text
    assert text.count("runs a day") == 6  # three workloads, and the cheapest settings of each
    no_fit = (
        r"no fit  100 GB of CSV a day, in one nightly export of 200 files, 30 days kept: \w+ needs "
        r"[\d,]+ GB of \w+ .*, and \d+ more"
    )
    assert re.search(no_fit, text)


def test_the_text_names_the_cheapest_settings_of_a_stated_workload() -> None:
    workload = cost_estimate.stated_workload({"GB_PER_DAY": "0.033", "FILES_PER_DAY": "33"})
    lines = cost_estimate.text({}, workload).splitlines()
    assert len(lines) == 3
    assert 'cheapest: run_interval_s=86400 monitoring="minimal" (1.0 runs a day)' in lines[2]
    assert float(lines[2].split()[0]) <= 6


def test_a_workload_is_stated_completely_or_not_at_all() -> None:
    assert cost_estimate.stated_workload({"GB_PER_DAY": "1"}) is None
    aged = cost_estimate.stated_workload({"GB_PER_DAY": "1", "FILES_PER_DAY": "720", "TABLES_AGE_H": "1"})
    assert aged
    assert aged.tables_age_s == 3600


def test_settings_that_are_the_cheapest_already_are_not_repeated() -> None:
    workload = cost_estimate.stated_workload({"GB_PER_DAY": "0.033", "FILES_PER_DAY": "33"})
    text = cost_estimate.text({"run_interval_s": "86400", "monitoring": "minimal"}, workload)
    assert "cheapest: these settings" in text


def test_the_text_names_the_worker_of_the_one_job_and_of_a_job_for_each_system(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept, system = Measured.load(), "demand-insights-engine"
    larger = replace(
        kept.systems[system], memory_mb=Line(0, 2_000)
    )  # 15 GB for 1 GB of CSV a day, more than a G.1X worker has free
    monkeypatch.setattr(Measured, "load", lambda: replace(kept, systems={**kept.systems, system: larger}))
    one, each = cost_estimate.text({}), cost_estimate.text({"systems_in_one_job": "false"})
    assert 'needs job_worker_types={"build_systems": "G.2X"}' in one
    assert 'needs job_worker_types={"build_demand_insights_engine": "G.2X"}' in each
    assert not [line for line in each.splitlines() if "build_systems" in line and "cheapest" not in line]


def test_the_text_names_the_timeout_that_a_long_job_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Measured.load()
    slow = {
        system: replace(one, seconds=Line(0, 600), day_seconds=None) for system, one in kept.systems.items()
    }  # 75 minutes for 1 GB of CSV a day
    monkeypatch.setattr(Measured, "load", lambda: replace(kept, systems=slow))
    assert 'needs job_timeouts={"build_' in cost_estimate.text({"systems_in_one_job": "false"})
