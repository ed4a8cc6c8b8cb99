from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import approx_fprime
from scipy.stats import beta

from headgate.domains.retail.demand_insights_engine import bg_nbd
from headgate.domains.retail.demand_insights_engine.bg_nbd import BgNbd, Histories

pytestmark = pytest.mark.unit

CDNOW = BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)


def histories(*rows: tuple[float, float, float]) -> Histories:
    return Histories(*np.array(rows, dtype=float).T)


def test_a_customer_without_repeat_purchases_cannot_have_left() -> None:
    assert bg_nbd.alive_probability(CDNOW, histories((0, 0, 30))) == pytest.approx([1.0])


def test_the_published_customer_is_expected_to_buy_as_published() -> None:
    """Fader, Hardie & Lee (2005), p. 281: x = 2, t_x = 30.43, T = 38.86 weeks makes 1.226 purchases in 39
    weeks.
    """
    expected = bg_nbd.expected_purchases(CDNOW, histories((2, 30.43, 38.86)), 39)
    assert expected == pytest.approx([1.226], abs=0.0005)


def test_silence_of_a_frequent_buyer_is_worse_news_than_that_of_a_rare_one() -> None:
    rare, frequent = bg_nbd.alive_probability(CDNOW, histories((2, 10, 40), (20, 10, 40)))
    assert frequent < rare


@pytest.mark.parametrize(
    ("x", "last", "age"), [(5, 20, 30), (12, 20, 30), (9, 0.1, 0.2), (98, 0.0, 0.0), (1_500, 700, 800)]
)
def test_expectation_is_the_mean_of_what_can_happen(x: float, last: float, age: float) -> None:
    """Against an integral over the drop-out probability that shares nothing with the formula."""
    horizon, known = 26.0, histories((x, last, age))
    leaving = beta(CDNOW.a, CDNOW.b + x)

    def purchases(p: float) -> float:
        return float((1 - (1 + p * horizon / (CDNOW.alpha + age)) ** -(CDNOW.r + x)) / p)

    mean = leaving.expect(purchases, lb=1e-12, ub=1, limit=500)
    alive = bg_nbd.alive_probability(CDNOW, known)[0]
    assert bg_nbd.expected_purchases(CDNOW, known, horizon) == pytest.approx([mean * alive], rel=1e-5)


@pytest.mark.parametrize("modified", [False, True])
def test_expected_purchases_and_silence_are_those_of_simulated_customers(modified: bool) -> None:
    """The model simulated forwards: an active customer buys until the horizon ends or until the purchase
    after which they leave.
    """
    model, draws, horizon = replace(CDNOW, modified=modified), 200_000, 39
    known = histories((0, 0, 38), (3, 30, 38), (12, 37, 38))
    rng = np.random.default_rng(1)
    alive = rng.random((draws, 3)) < bg_nbd.alive_probability(model, known)
    made = rng.poisson(
        horizon * rng.gamma(model.r + known.frequency, 1 / (model.alpha + known.age), (draws, 3))
    )
    leaves = rng.geometric(
        np.clip(rng.beta(model.a, model.b + model.occasions(known.frequency), (draws, 3)), 1e-12, 1)
    )
    made = np.where(alive, np.minimum(made, leaves), 0)
    assert made.mean(axis=0) == pytest.approx(bg_nbd.expected_purchases(model, known, horizon), rel=0.03)
    assert (made == 0).mean(axis=0) == pytest.approx(
        bg_nbd.no_purchase_probability(model, known, horizon), abs=0.01
    )


def test_mbg_nbd_recovers_the_parameters_that_made_the_customers() -> None:
    rng = np.random.default_rng(5)
    size, span = 6_000, 52.0
    rates, leaving = rng.gamma(0.8, 1 / 6.0, size), rng.beta(0.9, 3.0, size)
    rows = []
    for rate, gone in zip(rates, leaving, strict=True):
        now, last, count = 0.0, 0.0, 0
        while rng.random() >= gone and (now := now + rng.exponential(1 / rate)) < span:
            last, count = now, count + 1
        rows.append((count, last, span))
    fitted = bg_nbd.fit(histories(*rows), modified=True)
    mean_dropout = fitted.a / (fitted.a + fitted.b)
    assert (fitted.r / fitted.alpha, mean_dropout) == pytest.approx((0.8 / 6.0, 0.9 / 3.9), rel=0.15)
    assert not fitted.is_degenerate


def test_one_time_buyers_may_have_left_in_mbg_nbd_only() -> None:
    known = histories((0, 0, 200))
    plain, modified = (
        bg_nbd.alive_probability(replace(CDNOW, modified=kind), known)[0] for kind in (False, True)
    )
    assert plain == 1.0
    assert modified < 0.8


def test_a_fit_in_which_nobody_leaves_is_degenerate() -> None:
    assert BgNbd(0.8, 60, 1e-6, 10).is_degenerate


def test_the_formula_has_no_hole_where_a_is_one() -> None:
    known = histories((3, 30, 38))
    at, beside = (bg_nbd.expected_purchases(BgNbd(0.5, 5, a, 2), known, 39) for a in (1.0, 1.001))
    assert at == pytest.approx(beside, rel=1e-2)


@given(
    x=st.integers(0, 2_000),
    age=st.floats(0, 3_000),
    share=st.floats(0, 1),
    horizon=st.floats(0, 1_000),
    parameters=st.tuples(*[st.floats(0.05, 20)] * 4),
)
@settings(max_examples=200, deadline=None)
def test_expected_purchases_are_finite_and_never_negative(
    x: int, age: float, share: float, horizon: float, parameters: tuple[float, float, float, float]
) -> None:
    r, alpha, a, b = parameters
    expected = bg_nbd.expected_purchases(
        BgNbd(r, alpha, a, b), histories((x, age * share if x else 0, age)), horizon
    )
    assert np.isfinite(expected).all()
    assert (expected >= 0).all()


@pytest.mark.parametrize("modified", [False, True])
def test_the_gradient_is_the_slope_of_the_likelihood(modified: bool) -> None:
    rng = np.random.default_rng(3)
    frequency = rng.poisson(2, 50).astype(float)
    age = rng.uniform(1, 3, 50)
    counted = bg_nbd._Counted.of(Histories(frequency, age * rng.random(50) * (frequency > 0), age), modified)
    at = np.log([0.4, 1.3, 0.8, 2.5])
    _, slope = counted.loss(at)
    assert slope == pytest.approx(
        approx_fprime(at, lambda point: counted.loss(point)[0], 1e-7), rel=1e-4, abs=1e-6
    )


def test_a_fit_finds_the_parameters_that_made_the_data() -> None:
    rng = np.random.default_rng(5)
    truth = BgNbd(r=0.8, alpha=10.0, a=0.9, b=3.0)
    fitted = bg_nbd.fit(_drawn(truth, 20_000, 60.0, rng))
    assert fitted.converged
    assert [fitted.r, fitted.alpha] == pytest.approx([truth.r, truth.alpha], rel=0.08)
    assert fitted.a / (fitted.a + fitted.b) == pytest.approx(truth.a / (truth.a + truth.b), rel=0.08)


def test_the_unit_of_time_changes_alpha_and_nothing_else() -> None:
    rng = np.random.default_rng(7)
    weeks = _drawn(CDNOW, 3_000, 39.0, rng)
    days = Histories(weeks.frequency, weeks.recency * 7, weeks.age * 7)
    by_week, by_day = bg_nbd.fit(weeks), bg_nbd.fit(days)
    assert [by_day.r, by_day.alpha / 7, by_day.a, by_day.b] == pytest.approx(
        [by_week.r, by_week.alpha, by_week.a, by_week.b], rel=1e-3
    )


def _drawn(truth: BgNbd, customers: int, age: float, rng: np.random.Generator) -> Histories:
    """Histories drawn purchase by purchase, as the model describes them."""
    rate, leaving = rng.gamma(truth.r, 1 / truth.alpha, customers), rng.beta(truth.a, truth.b, customers)
    clock, last, count, active = (
        np.zeros(customers),
        np.zeros(customers),
        np.zeros(customers),
        np.ones(customers, dtype=bool),
    )
    while active.any():
        clock = clock + rng.exponential(1 / rate)
        active &= clock <= age
        last, count = np.where(active, clock, last), count + active
        active &= rng.random(customers) >= leaving
    return Histories(count, last, np.full(customers, age))


@pytest.mark.parametrize(
    "model",
    [BgNbd(0.8, 60, 1e5, 1.6e5, modified=True), BgNbd(0.8, 60, 1e-5, 1.6e5), BgNbd(1e-5, 0.1, 1.6e5, 1.6e5)],
)
def test_a_degenerate_fit_gives_finite_purchases_and_no_more_than_without_leaving(model: BgNbd) -> None:
    """A small shop's fit at the bounds overflowed the hypergeometric function and stopped the run."""
    known = histories((0, 0, 300), (3, 100, 300), (40, 290, 300))
    found = bg_nbd.expected_purchases(model, known, 400)
    assert np.isfinite(found).all()
    assert (found >= 0).all()
    assert (found <= (model.r + known.frequency) / (model.alpha + known.age) * 400 * 1.001).all()
