"""The table, the dashboard and the model card have the same limits by which sums of sales are planned."""

from __future__ import annotations

import re
from fractions import Fraction
from importlib.resources import files

import pytest

from headgate.domains.retail.market_intelligence_hub.planned_sums import CHANCE, MAX_OFF_BY
from headgate.systems.model_cards import descriptions

pytestmark = pytest.mark.unit

DASHBOARD = files("headgate.domains.retail") / "dashboards" / "market-intelligence-hub.yaml"


def test_the_model_card_calls_errors_alike_up_to_the_limit_of_chance() -> None:
    alike = descriptions()["sales-forecast"].alike
    assert (alike.high, 1 / alike.low) == (CHANCE, pytest.approx(CHANCE))


def test_the_dashboard_calls_errors_alike_up_to_the_limit_of_chance() -> None:
    ratios = re.findall(r"smape\w* \* (\d+) / (\d+)", DASHBOARD.read_text("utf-8"))
    assert ratios
    larger = {
        max(Fraction(int(above), int(below)), Fraction(int(below), int(above))) for above, below in ratios
    }
    assert {*map(float, larger)} == {CHANCE}


def test_the_dashboard_has_one_limit_of_forecasts_that_are_too_far_off() -> None:
    limits = re.findall(
        r"nearest > (\d+)|off_by\w* <= (\d+)|off by more than (\d+) %", DASHBOARD.read_text("utf-8")
    )
    assert limits
    assert {float(next(filter(None, limit))) for limit in limits} == {MAX_OFF_BY}
