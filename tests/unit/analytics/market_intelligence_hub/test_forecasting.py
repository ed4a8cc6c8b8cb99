from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from headgate.analytics.market_intelligence_hub.forecasting import backtest, forecast, look_ahead

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def panel() -> pd.DataFrame:
    rng = np.random.default_rng(11)
    walks = {f"s{number:02d}": 50 + rng.normal(0, 1, 60).cumsum() for number in range(12)} | {
        "short": np.array([1.0, 2]),
        "none": np.zeros(30),
    }
    return pd.concat([pd.DataFrame({"unique_id": name, "ds": np.arange(y.size), "y": y}) for name, y in walks.items()])


def test_every_series_gets_every_step_in_order(panel: pd.DataFrame) -> None:
    found = forecast(panel, 5)
    assert found["unique_id"].tolist() == [name for name in sorted(set(panel["unique_id"])) for _ in range(5)]
    assert found["step"].tolist() == [1, 2, 3, 4, 5] * 14
    assert found.notna().all(axis=None)


def test_intervals_are_nested_around_the_mean(panel: pd.DataFrame) -> None:
    found = forecast(panel, 5)
    bounds = found[["lower_95", "lower_80", "mean", "upper_80", "upper_95"]].to_numpy()
    assert (np.diff(bounds, axis=1) >= 0).all()
    assert (found["lower_95"] >= 0).all()


def test_the_order_of_rows_does_not_matter_and_the_input_stays(panel: pd.DataFrame) -> None:
    shuffled = panel.sample(frac=1, random_state=1)
    kept = shuffled.copy()
    pd.testing.assert_frame_equal(forecast(panel, 3), forecast(shuffled, 3))
    pd.testing.assert_frame_equal(shuffled, kept)


def test_an_origin_sees_nothing_of_what_came_after() -> None:
    history = np.arange(40.0) + np.random.default_rng(2).normal(size=40)
    other = np.concatenate([history[:-7], np.full(7, 1e6)])
    first, second = (backtest((y,), 4, (), windows=2, step=3).origins for y in (history, other))
    assert first[1].means == pytest.approx(second[1].means)


def test_actuals_are_the_values_right_after_each_origin() -> None:
    found = backtest((np.arange(30.0), np.array([7.0, 8.0])), 4, (), windows=2, step=3)
    assert found.actuals[:, 0].tolist() == [[26, 27, 28, 29], [23, 24, 25, 26]]
    assert found.actuals[:, 1].tolist() == [[0, 0, 7, 8], [0, 0, 0, 0]]
    assert np.isnan(found.past.errors[:, 1]).all()


def test_origins_without_any_history_are_left_out() -> None:
    assert backtest((np.arange(12.0),), 4, (), windows=4, step=3).origins == ()


def test_an_empty_panel_has_an_empty_forecast() -> None:
    nothing = pd.DataFrame({"unique_id": [], "ds": [], "y": []})
    assert forecast(nothing, 3).empty
    assert look_ahead((), 3, ()).means.shape == (0, 3)
