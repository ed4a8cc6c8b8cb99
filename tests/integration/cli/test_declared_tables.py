"""Tables that the bike share declares: a contract without columns, or a dashboard, is enough."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

import pytest

from benchmarks.systems.example_lines import EXAMPLES
from headgate.cli.local_lake import run_system_locally
from headgate.project import MODELS_SYSTEM

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.integration

BIKES = EXAMPLES / "bike-share"


def test_declared_tables_are_audited_and_no_forecast_is_worse_than_the_naive_rule(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEADGATE_PROJECT", str(BIKES))
    rentals = tmp_path / "rentals.csv"
    subprocess.run(
        [sys.executable, str(BIKES / "generate.py"), str(rentals)], check=True, capture_output=True
    )
    tables = run_system_locally(MODELS_SYSTEM, tmp_path).tables
    rows = tables["daily_rentals"].to_pylist()
    assert [row["period_on"] for row in rows] == [
        rows[0]["as_of"] + timedelta(days=step) for step in range(1, 15)
    ]
    assert {row["status"] for row in rows} == {"tested"}
    assert rows[0]["past_error"] < rows[0]["past_error_naive"]
    assert all(
        row["lower_95"] <= row["lower_80"] < row["mean"] < row["upper_80"] <= row["upper_95"] for row in rows
    )
    hours = tables["declared_demand"].to_pylist()
    first = datetime.combine(hours[0]["as_of"], time(0)) + timedelta(days=1)
    assert [row["period_at"] for row in hours] == [first + timedelta(hours=step) for step in range(48)]
    assert hours[0]["past_error"] < 0.95 * hours[0]["past_error_naive"]
    days = tables["unusual_days"].to_pylist()
    assert {row["status"] for row in days} == {"judged"}
    assert all((row["direction"] is not None) == (abs(row["score"]) > 3.5) for row in days)
