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
    """Fader, Hardie & Lee (2005), p. 281: x = 2, t_x = 30.43, T = 38.86 weeks makes 1.226 purchases in 39 weeks."""
    expected = bg_nbd.expected_purchases(CDNOW, histories((2, 30.43, 38.86)), 39)
    assert expected == pytest.approx([1.226], abs=0.0005)


def test_silence_of_a_frequent_buyer_is_worse_news_than_that_of_a_rare_one() -> None:
    rare, frequent = bg_nbd.alive_probability(CDNOW, histories((2, 10, 40), (20, 10, 40)))
    assert frequent < rare


@pytest.mark.parametrize(("x", "last", "age"), [(5, 20, 30), (12, 20, 30), (9, 0.1, 0.2), (98, 0.0, 0.0), (1_500, 700, 800)])
def test_expectation_is_the_mean_of_what_can_happen(x: float, last: float, age: float) -> None:
    """Against an integral over the drop-out probability that shares nothing with the formula."""
    horizon, known = 26.0, histories((x, last, age))
    leaving = beta(CDNOW.a, CDNOW.b + x)

    def purchases(p: float) -> float:
        return float((1 - (1 + p * horizon / (CDNOW.alpha + age)) ** -(CDNOW.r + x)) / p)

    mean = leaving.expect(purchases, lb=1e-12, ub=1, limit=500)
    alive = bg_nbd.alive_probability(CDNOW, known)[0]
    assert bg_nbd.expected_purchases(CDNOW, known, horizon) == pytest.approx([mean * alive], rel=1e-5)


def test_simulated_purchases_have_the_expected_mean() -> None:
    known = histories((0, 0, 38), (3, 30, 38), (12, 37, 38))
    drawn = bg_nbd.simulated_purchases(CDNOW, known, 39, 200_000, np.random.default_rng(1)).mean(axis=1)
    assert drawn == pytest.approx(bg_nbd.expected_purchases(CDNOW, known, 39), rel=0.03)


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
    expected = bg_nbd.expected_purchases(BgNbd(r, alpha, a, b), histories((x, age * share if x else 0, age)), horizon)
    assert np.isfinite(expected).all()
    assert (expected >= 0).all()


def test_the_gradient_is_the_slope_of_the_likelihood() -> None:
    rng = np.random.default_rng(3)
    frequency = rng.poisson(2, 50).astype(float)
    age = rng.uniform(1, 3, 50)
    counted = bg_nbd._Counted.of(Histories(frequency, age * rng.random(50) * (frequency > 0), age))
    at = np.log([0.4, 1.3, 0.8, 2.5])
    _, slope = counted.loss(at)
    assert slope == pytest.approx(approx_fprime(at, lambda point: counted.loss(point)[0], 1e-7), rel=1e-4, abs=1e-6)


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
    assert [by_day.r, by_day.alpha / 7, by_day.a, by_day.b] == pytest.approx([by_week.r, by_week.alpha, by_week.a, by_week.b], rel=1e-3)


def _drawn(truth: BgNbd, customers: int, age: float, rng: np.random.Generator) -> Histories:
    """Histories drawn purchase by purchase, as the model tells the story."""
    rate, leaving = rng.gamma(truth.r, 1 / truth.alpha, customers), rng.beta(truth.a, truth.b, customers)
    clock, last, count, active = np.zeros(customers), np.zeros(customers), np.zeros(customers), np.ones(customers, dtype=bool)
    while active.any():
        clock = clock + rng.exponential(1 / rate)
        active &= clock <= age
        last, count = np.where(active, clock, last), count + active
        active &= rng.random(customers) >= leaving
    return Histories(count, last, np.full(customers, age))
