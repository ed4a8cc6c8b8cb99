import numpy as np
import pytest
from scipy.optimize import approx_fprime

from headgate.domains.retail.demand_insights_engine import gamma_gamma
from headgate.domains.retail.demand_insights_engine.gamma_gamma import GammaGamma

pytestmark = pytest.mark.unit

CDNOW = GammaGamma(p=6.25, q=3.74, gamma=15.44)


def test_a_customer_without_repeat_purchases_is_expected_to_spend_like_everybody() -> None:
    expected = gamma_gamma.expected_spend(CDNOW, np.zeros(1), np.array([np.nan]))
    assert expected == pytest.approx([CDNOW.p * CDNOW.gamma / (CDNOW.q - 1)])


def test_the_published_customer_is_drawn_from_own_mean_towards_the_mean_of_all() -> None:
    """By hand: 6.25 (15.44 + 2 · 50) / (6.25 · 2 + 3.74 - 1) = 721.5 / 15.24."""
    assert gamma_gamma.expected_spend(CDNOW, np.array([2.0]), np.array([50.0])) == pytest.approx(
        [47.342], abs=0.001
    )


def test_many_purchases_outweigh_the_mean_of_all() -> None:
    assert gamma_gamma.expected_spend(CDNOW, np.array([10_000.0]), np.array([50.0])) == pytest.approx(
        [50.0], rel=1e-3
    )


def test_the_gradient_is_the_slope_of_the_likelihood() -> None:
    rng = np.random.default_rng(3)
    frequency, monetary = rng.integers(1, 9, 60).astype(float), rng.gamma(4, 0.3, 60)
    at = np.log([2.0, 3.0, 1.5])
    spends = gamma_gamma._Spends.of(frequency, monetary)
    _, slope = spends.loss(at)
    assert slope == pytest.approx(approx_fprime(at, lambda point: spends.loss(point)[0], 1e-7), rel=1e-4)


def test_a_fit_finds_the_parameters_that_made_the_data() -> None:
    fitted = gamma_gamma.fit(*_drawn(CDNOW, 30_000))
    assert [fitted.p, fitted.q, fitted.gamma] == pytest.approx([CDNOW.p, CDNOW.q, CDNOW.gamma], rel=0.1)


def test_spend_without_a_mean_is_an_error() -> None:
    fitted = gamma_gamma.fit(*_drawn(GammaGamma(p=3.0, q=0.7, gamma=10.0), 5_000))
    assert not fitted.has_mean


def _drawn(truth: GammaGamma, customers: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(11)
    frequency = rng.integers(1, 12, customers).astype(float)
    scale = rng.gamma(truth.q, 1 / truth.gamma, customers)
    return frequency, rng.gamma(truth.p * frequency) / scale / frequency
