"""Sums of doubles: the same in any order, as exact as Python's own exact sum."""

from __future__ import annotations

import math
import random

import ibis
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.analytics.exact_sums import ExactSums
from headgate.engines import local
from tests.examples import examples

pytestmark = pytest.mark.unit

_AMOUNTS = st.lists(st.floats(-1e9, 1e9, allow_nan=False).map(lambda each: round(each, 4)), min_size=1)


def summed(values: list[float | None], *, threads: int = 2) -> float | None:
    """Return the sum that DuckDB gives."""
    rows = ibis.memtable(pd.DataFrame({"value": pd.Series(values, dtype="float64")}))
    with local.connected() as backend:
        backend.raw_sql(f"SET threads = {threads}")
        stored = backend.create_table("stored", rows)
        total = ExactSums.of(stored, ["value"]).sum(stored["value"])
        return stored.aggregate(total=total).to_pandas()["total"].iloc[0]


@examples(25)
@given(_AMOUNTS, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_change_a_sum(amounts: list[float], drawn: random.Random) -> None:
    other = drawn.sample(amounts, len(amounts))
    assert summed(amounts) == summed(other)


@examples(25)
@given(_AMOUNTS)
def test_a_sum_is_the_exact_one(amounts: list[float]) -> None:
    largest = max(abs(each) for each in amounts)
    assert summed(amounts) == pytest.approx(math.fsum(amounts), rel=1e-15, abs=largest * 1e-15)


def test_a_float_s_own_sum_depends_on_the_order() -> None:
    assert sum([0.1, 0.2, 0.3]) != sum([0.3, 0.2, 0.1])
    assert summed([0.1, 0.2, 0.3]) == summed([0.3, 0.2, 0.1])


@pytest.mark.parametrize("scale", [1e-300, 1e-12, 1.0, 1e12, 1e300])
def test_measures_of_any_size_are_summed(scale: float) -> None:
    assert summed([scale, scale, -0.5 * scale]) == pytest.approx(1.5 * scale, rel=1e-12)


def test_missing_values_add_nothing() -> None:
    assert summed([1.5, None, 2.0]) == 3.5


def test_no_value_at_all_has_no_sum() -> None:
    assert pd.isna(summed([None, None]))


@pytest.mark.parametrize("odd", [math.inf, -math.inf])
def test_a_sum_with_an_infinite_value_is_no_number(odd: float) -> None:
    assert math.isnan(summed([1.0, odd]) or 0.0)


def test_zeros_sum_to_zero() -> None:
    assert summed([0.0, 0.0]) == 0.0


def test_sums_of_many_rows_by_several_threads_are_those_of_one() -> None:
    drawn = random.Random(5)  # noqa: S311 any rows will do
    amounts: list[float | None] = [round(drawn.uniform(-100, 100), 2) for _ in range(300_000)]
    assert summed(amounts, threads=4) == summed(amounts, threads=1)
