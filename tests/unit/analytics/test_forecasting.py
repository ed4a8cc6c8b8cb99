from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from benchmarks.models.panel_forecast import forecast
from headgate.analytics.conformal import offsets
from headgate.analytics.forecasting import SeriesHistories, Task, backtest, bounded

pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
def panel() -> pd.DataFrame:
    rng = np.random.default_rng(11)
    walks = {f"s{number:02d}": 50 + rng.normal(0, 1, 60).cumsum() for number in range(12)} | {
        "short": np.array([1.0, 2]),
        "none": np.zeros(30),
    }
    return pd.concat(
        [pd.DataFrame({"unique_id": name, "ds": np.arange(y.size), "y": y}) for name, y in walks.items()]
    )


def test_every_series_gets_every_step_in_order(panel: pd.DataFrame) -> None:
    found = forecast(panel, Task(5))
    assert found["unique_id"].tolist() == [name for name in sorted(set(panel["unique_id"])) for _ in range(5)]
    assert found["step"].tolist() == [1, 2, 3, 4, 5] * 14
    assert found.notna().all(axis=None)


def test_intervals_are_nested_around_the_mean(panel: pd.DataFrame) -> None:
    found = forecast(panel, Task(5))
    bounds = found[["lower_95", "lower_80", "mean", "upper_80", "upper_95"]].to_numpy()
    assert (np.diff(bounds, axis=1) >= 0).all()
    assert (found["lower_95"] >= 0).all()


def test_the_order_of_rows_does_not_matter_and_the_input_stays(panel: pd.DataFrame) -> None:
    shuffled = panel.sample(frac=1, random_state=1)
    kept = shuffled.copy()
    pd.testing.assert_frame_equal(forecast(panel, Task(3)), forecast(shuffled, Task(3)))
    pd.testing.assert_frame_equal(shuffled, kept)


def test_an_origin_sees_nothing_of_what_came_after() -> None:
    history = np.arange(40.0) + np.random.default_rng(2).normal(size=40)
    other = np.concatenate([history[:-7], np.full(7, 1e6)])
    first, second = (
        backtest(SeriesHistories((y,)), Task(4), cuts=(4, 7))[1].origins for y in (history, other)
    )
    assert first[1].means == pytest.approx(second[1].means)


def test_actuals_are_the_values_right_after_each_origin() -> None:
    _, found = backtest(SeriesHistories((np.arange(30.0), np.array([7.0, 8.0]))), Task(4), cuts=(4, 7))
    assert found.actuals[:, 0].tolist() == [[26, 27, 28, 29], [23, 24, 25, 26]]
    assert found.actuals[:, 1].tolist() == [[0, 0, 7, 8], [0, 0, 0, 0]]
    assert np.isnan(found.past.errors[:, 1]).all()


def test_origins_without_any_history_are_left_out() -> None:
    assert backtest(SeriesHistories((np.arange(12.0),)), Task(4), cuts=(4, 7, 10, 13))[1].origins == ()


def test_an_empty_panel_has_an_empty_forecast() -> None:
    nothing = pd.DataFrame({"unique_id": [], "ds": [], "y": []})
    assert forecast(nothing, Task(3)).empty
    assert backtest(SeriesHistories(()), Task(3), cuts=(3, 4))[0].means.shape == (0, 3)


def test_a_promotion_that_is_known_to_come_is_forecast_with_what_earlier_ones_did() -> None:
    rng = np.random.default_rng(23)
    under = (rng.random((12, 70)) < 0.2).astype(float)
    sold = (100 + rng.normal(0, 3, (12, 70))) * (1 + 0.8 * under)
    histories, ahead = tuple(sold[:, :60]), sold[:, 60:]
    blind, heeding = (
        backtest(panel, Task(10), cuts=())[0]
        for panel in (SeriesHistories(histories), SeriesHistories(histories, under[:, :, None]))
    )
    blind_error, error = (np.abs(origin.means - ahead).mean() for origin in (blind, heeding))
    assert error < 0.25 * blind_error
    assert error < 5


def test_an_origin_knows_the_events_that_were_to_come_then() -> None:
    exposure = np.arange(24.0).reshape(2, 12, 1) / 24
    cut = SeriesHistories((np.arange(10.0), np.arange(3.0)), exposure).before(4)
    assert [history.tolist() for history in cut.histories] == [[0, 1, 2, 3, 4, 5], []]
    assert cut.exposure is not None
    assert cut.exposure.tolist() == exposure[:, :8].tolist()


def test_a_calendar_without_events_changes_nothing() -> None:
    histories = tuple(50 + np.random.default_rng(4).normal(0, 1, (3, 40)))
    plain, empty = (
        backtest(panel, Task(5), cuts=())[0]
        for panel in (SeriesHistories(histories), SeriesHistories(histories, np.zeros((3, 45, 2))))
    )
    assert plain.means.tolist() == empty.means.tolist()


SERIES = st.lists(
    st.one_of(st.just(0.0), st.floats(-1e6, 1e6), st.sampled_from([np.nan, 1e-9, 7.0])),
    min_size=1,
    max_size=30,
)


@settings(max_examples=25, deadline=None)
@example(
    values=[[1e-308] * 28 + [7.0, 1e-308]], horizon=1, is_promoted=True
)  # an uplift over a level that rounds to nothing
@given(st.lists(SERIES, min_size=1, max_size=4), st.integers(1, 6), st.booleans())
def test_short_constant_gappy_and_negative_series_have_finite_nested_intervals(
    values: list[list[float]], horizon: int, is_promoted: bool
) -> None:
    histories = tuple(np.nan_to_num(np.array(y)) for y in values)
    exposure = (
        np.full((len(histories), 30 + horizon, 3), 0.5) * (np.arange(30 + horizon) % 4 == 0)[None, :, None]
    )
    now, past = backtest(
        SeriesHistories(histories, exposure if is_promoted else None),
        Task(horizon, (4,)),
        cuts=(horizon, horizon + 2),
    )
    bounds = bounded(now, offsets(past.past, now.spread, (80, 95)))
    ordered = np.stack([bounds[95][0], bounds[80][0], now.means, bounds[80][1], bounds[95][1]])
    assert np.isfinite(ordered).all()
    assert (np.diff(ordered, axis=0) >= 0).all()
