import numpy as np
import pytest
from scipy.signal import fftconvolve

from headgate.domains.retail.demand_insights_engine.spend_quantiles import (
    ENDS,
    SpendQuantiles,
    _convolved,
    levels_of_buyers,
    purchases_at,
)

pytestmark = pytest.mark.unit

DRAWS = 100_000


def drawn(p: float, q: float, purchases: float, mean: float) -> np.ndarray:
    """Money of one who buys, in units of gamma + x z̄: the model of the module's first lines, drawn."""
    rng = np.random.default_rng(5)
    made = rng.geometric(1 / mean, DRAWS)
    return rng.standard_gamma(p * made) / rng.standard_gamma(q + p * purchases, DRAWS)


@pytest.mark.parametrize(("p", "q"), [(6.25, 3.74), (1.1, 1.2), (40.0, 60.0)])
@pytest.mark.parametrize(("purchases", "mean"), [(0.0, 1.0), (1.0, 1.3), (5.0, 2.7), (30.0, 9.0)])
def test_a_quantile_is_that_of_many_draws(p: float, q: float, purchases: float, mean: float) -> None:
    levels = np.array([0.1, 0.5, 0.9])
    at = SpendQuantiles.of(p, q).at(levels, np.full(3, purchases), np.full(3, mean))
    assert at == pytest.approx(np.quantile(drawn(p, q, purchases, mean), levels), rel=0.03)


def test_very_many_purchases_cost_in_proportion() -> None:
    quantiles, level = SpendQuantiles.of(6.25, 3.74), np.array([0.9])
    some, more = (quantiles.at(level, np.ones(1), np.array([mean])) for mean in (100.0, 200.0))
    assert more == pytest.approx(2 * some)


def test_ends_of_who_buys_seldom_are_no_money() -> None:
    low, high = levels_of_buyers(np.array([0.0, 0.05, 0.5, 0.95, 1.0]))
    assert (low > 0).tolist() == [True, True, False, False, False]
    assert (high > 0).tolist() == [True, True, True, False, False]
    assert (low[0], high[0]) == ENDS


def test_the_number_of_purchases_is_the_quantile_of_the_geometric_distribution() -> None:
    for mean in (1.0, 1.5, 12.0):
        made = np.random.default_rng(3).geometric(1 / mean, DRAWS)
        expected = np.quantile(made, (0.3, 0.85), method="inverted_cdf")
        assert purchases_at(np.array([0.3, 0.85]), np.full(2, mean)) == pytest.approx(expected, abs=1)
    assert purchases_at(np.array([0.9]), np.ones(1)) == 1


def test_customers_do_not_change_each_other() -> None:
    rng = np.random.default_rng(9)
    customers = rng.uniform(0.05, 0.9, 200), rng.integers(0, 40, 200).astype(float), rng.uniform(1, 60, 200)
    quantiles = SpendQuantiles.of(6.25, 3.74)
    together = quantiles.at(*customers)
    alone = [quantiles.at(*(figures[place : place + 1] for figures in customers))[0] for place in range(200)]
    assert together.tolist() == alone


@pytest.mark.parametrize("count", [2, 8, 243])
def test_a_convolution_has_the_bits_of_scipys(count: int) -> None:
    rng = np.random.default_rng(4)
    rows, weights = rng.random((26, 700)), rng.random(count)
    expected = fftconvolve(rows, weights[None, :], mode="valid", axes=1)
    assert _convolved(rows, weights).tobytes() == np.ascontiguousarray(expected).tobytes()
