from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.domains.retail.global_market_pulse.shrinkage import (
    rate_weight,
    share_weight,
    shrunk_rate,
    shrunk_share,
)

pytestmark = pytest.mark.unit

COUNTS = st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 1000)), min_size=1, max_size=20)


def test_a_share_is_drawn_to_the_usual_one_by_the_weight() -> None:
    assert shrunk_share(np.array([1.0]), np.array([1.0]), np.array([0.5]), 9.0).tolist() == [0.55]
    assert shrunk_rate(np.array([4.0]), np.array([1.0]), 2.0).tolist() == [2.0]


@given(COUNTS)
def test_shrunk_shares_lie_between_the_seen_and_the_usual(pairs: list[tuple[int, int]]) -> None:
    counts = np.array([min(pair) for pair in pairs], dtype=float)
    totals = np.array([max(pair) for pair in pairs], dtype=float)
    usual = np.full(len(pairs), 0.3)
    shrunk = shrunk_share(counts, totals, usual, share_weight(counts, totals, usual))
    seen = np.divide(counts, totals, out=usual.copy(), where=totals > 0)
    assert (shrunk >= np.minimum(seen, usual) - 1e-12).all()
    assert (shrunk <= np.maximum(seen, usual) + 1e-12).all()


def test_shares_that_differ_by_chance_alone_are_drawn_more_than_ones_that_really_differ() -> None:
    rng = np.random.default_rng(3)
    totals, usual = np.full(200, 50.0), np.full(200, 0.4)
    same = rng.binomial(50, 0.4, 200).astype(float)
    different = rng.binomial(50, rng.beta(4, 6, 200)).astype(float)
    assert share_weight(different, totals, usual) == pytest.approx(10, rel=0.3)
    assert share_weight(same, totals, usual) > 100


def test_a_group_that_is_most_of_its_yardstick_hides_no_difference() -> None:
    """Source: Olist, whose largest state has four in ten orders and grows faster than the others."""
    rng = np.random.default_rng(5)
    totals = np.tile([400.0, 60, 60, 60, 60], 70)
    truth = np.tile([0.56, 0.5, 0.5, 0.5, 0.5], 70)
    counts = rng.binomial(totals.astype(int), truth).astype(float)
    groups = totals.reshape(-1, 5)
    usual = np.repeat(counts.reshape(-1, 5).sum(axis=1) / groups.sum(axis=1), 5)
    inside = totals / np.repeat(groups.sum(axis=1), 5)
    assert share_weight(counts, totals, usual) > 2 * share_weight(counts, totals, usual, inside)
    same = rng.binomial(totals.astype(int), 0.5).astype(float)
    usual_of_same = np.repeat(same.reshape(-1, 5).sum(axis=1) / groups.sum(axis=1), 5)
    assert share_weight(same, totals, usual_of_same, inside) > 500


def test_rates_that_really_differ_show_how_much() -> None:
    rng = np.random.default_rng(4)
    expected = np.full(2000, 20.0)
    counts = rng.poisson(expected * rng.gamma(5, 1 / 5, 2000)).astype(float)
    assert rate_weight(counts, expected) == pytest.approx(5, rel=0.2)
    assert rate_weight(rng.poisson(expected).astype(float), expected) > 50


def test_one_group_alone_is_believed_to_be_usual() -> None:
    assert share_weight(np.array([9.0]), np.array([10.0]), np.array([0.1])) == 1e6
    assert rate_weight(np.array([9.0]), np.array([1.0])) == 1e6
