"""Fitted models as arrays that numpy alone scores."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from headgate.learning import export_models, preprocessing
from headgate.scoring.splines import Products, Splines

pytestmark = pytest.mark.unit


def test_exported_products_give_the_log_odds_of_the_fitted_chain() -> None:
    """Columns of either sign, one of them constant, and values beyond those that the model learnt from."""
    rng = np.random.default_rng(3)
    points = pd.DataFrame(
        {"spend": rng.lognormal(3, 2, 400), "change": rng.normal(0, 50, 400), "constant": 7.0}
    )
    standard = [preprocessing.scale(preprocessing.Scale.STANDARD, seed=1) for _ in range(2)]
    terms = preprocessing.chain(
        preprocessing.logarithms(), standard[0], preprocessing.column_products(), standard[1]
    )
    left = points.spend * points.change + rng.normal(0, 500, 400) > 0
    fitted = preprocessing.chain(preprocessing.columns(list(points), terms), LogisticRegression()).fit(
        points, left
    )
    unseen = points * 100
    np.testing.assert_allclose(
        Products(**export_models.exported_products(fitted)).log_odds(unseen.to_numpy()),
        fitted.decision_function(unseen),
        rtol=1e-12,
        atol=1e-9,
    )


def test_exported_splines_give_the_log_odds_of_the_fitted_chain_with_a_column_that_never_varies() -> None:
    """A shop whose orders all have one line: the share of lines per order is the same for each customer."""
    rng = np.random.default_rng(5)
    points = pd.DataFrame(
        {"spend": rng.lognormal(3, 2, 400), "constant": 1.0, "change": rng.normal(0, 50, 400)}
    )
    smooth = preprocessing.chain(preprocessing.scale(preprocessing.Scale.RANK, seed=1), preprocessing.bend())
    left = points.spend * points.change + rng.normal(0, 500, 400) > 0
    fitted = preprocessing.chain(preprocessing.columns(list(points), smooth), LogisticRegression()).fit(
        points, left
    )
    unseen = pd.concat([points, points.assign(constant=2.0), points * 100 - 7], ignore_index=True)
    np.testing.assert_allclose(
        Splines(**export_models.exported_splines(fitted, 3)).log_odds(unseen.to_numpy()),
        fitted.decision_function(unseen),
        rtol=1e-12,
        atol=1e-9,
    )
