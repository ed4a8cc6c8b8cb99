"""A few values far from all others are reported and hide no correlation, also in a skewed column."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from headgate.profiling.correlations import correlations
from headgate.profiling.describe import describe_values
from headgate.profiling.values_apart import numbers_together

pytestmark = pytest.mark.unit

SKEWED = np.random.default_rng(7).lognormal(6, 0.7, 400).round(2)


def test_a_mistyped_amount_lies_apart_from_a_long_tail() -> None:
    outliers = describe_values(pa.array([*SKEWED, 9 * SKEWED.max()])).facts["outliers"]
    assert outliers["apart"] == 1
    assert outliers["together"] == {"high": f"{SKEWED.max():.12g}"}


def test_a_code_for_no_value_at_both_ends_is_counted() -> None:
    values = [*range(100, 300), 99999, 99999, -99999]
    outliers = describe_values(pa.array(values)).facts["outliers"]
    assert (outliers["apart"], outliers["together"]) == (3, {"low": "100", "high": "299"})


@pytest.mark.parametrize(
    "values", [SKEWED, [*range(1, 100), 160], [1] * 90 + [500] * 10, [1, 2, 3, 9999], [5] * 60]
)
def test_no_value_lies_apart(values: list[float]) -> None:
    assert "apart" not in describe_values(pa.array(values)).facts["outliers"]


def test_few_of_many_heavy_tails_have_a_value_apart() -> None:
    draws = np.sort(np.random.default_rng(1).pareto(2, (400, 500)), axis=1)
    assert sum(numbers_together(row) != (None, None) for row in draws) <= 0.08 * len(draws)


def test_a_value_apart_does_not_hide_a_correlation() -> None:
    distance = np.arange(1, 401, dtype=float)
    cost = 50 + 0.8 * distance + np.random.default_rng(3).normal(0, 60, 400)
    cost[17] = 99_999
    (pair,) = correlations({"cost": pa.array(cost), "distance": pa.array(distance)})
    assert float(pair["r"]) > 0.7
