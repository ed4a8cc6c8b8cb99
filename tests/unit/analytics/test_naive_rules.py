"""The naive rules: the season borrowed from last year, and the choice between rules and models."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.analytics.forecasting import Backtest, Origin, SeriesHistories, Task, backtest
from headgate.analytics.naive_rules import (
    CLEARLY_NEARER,
    LAST_VALUE,
    LAST_YEAR,
    LEVEL,
    MEAN_OF_8,
    MODELS,
    RULES,
    Candidates,
    Mixture,
    candidates,
    chosen,
    damped_growth,
    is_better_unmoved,
    last_year,
    published,
)
from headgate.analytics.periods import WEEK

pytestmark = pytest.mark.unit

WEEK_CUTS = WEEK.cuts(13, 4, 52)
SEASON = 100 + 60 * np.sin(2 * np.pi * np.arange(52) / 52)


def test_without_a_second_year_the_same_weeks_return() -> None:
    assert last_year(SEASON, 13, 52).tolist() == SEASON[:13].tolist()


def test_growth_is_known_from_the_overlap_and_damped() -> None:
    grown = np.concatenate([SEASON, 1.5 * SEASON[:26]])
    assert damped_growth(grown, 52) == pytest.approx(1.5 ** (26 / 39))
    assert last_year(grown, 13, 52, 1.2) == pytest.approx(1.2 * SEASON[26:39])


def test_all_series_grow_as_the_panel_does() -> None:
    """The growth of one series alone would mostly be noise."""
    panel, task = (
        SeriesHistories((np.concatenate([SEASON, 1.5 * SEASON[:26]]), np.concatenate([SEASON, SEASON[:26]]))),
        Task(13, (52,)),
    )
    now, _ = backtest(panel, task, cuts=())
    found = candidates(now, panel, task, 52).means[LAST_YEAR]
    assert found[0] == pytest.approx(found[1])
    assert found[0] == pytest.approx(SEASON[26:39] * 1.25 ** (26 / 39))


def test_a_history_that_lacks_a_few_weeks_of_a_year_is_filled_and_a_shorter_one_is_not() -> None:
    assert last_year(SEASON[2:], 5, 52).tolist() == [SEASON[2], SEASON[2], *SEASON[2:5]]
    assert np.isnan(last_year(SEASON[10:], 5, 52)).all()


@given(st.lists(st.floats(0, 1e6), min_size=0, max_size=120), st.integers(1, 30))
def test_every_history_has_a_forecast_of_the_right_length(values: list[float], horizon: int) -> None:
    found = last_year(np.array(values), horizon, 52)
    assert found.shape == (horizon,)
    assert np.isfinite(found).all() == (len(values) >= 48)


def origins_of(history: np.ndarray) -> tuple[object, ...]:
    panel, task = SeriesHistories((history,)), Task(13, (52,))
    now, past = backtest(panel, task, cuts=WEEK_CUTS)
    tried = tuple(
        candidates(origin, panel.before(history.size - origin.histories[0].size), task, 52)
        for origin in past.origins
    )
    return now, past, tried, candidates(now, panel, task, 52)


def test_a_season_that_returns_is_forecast_as_it_was() -> None:
    """A year that repeats exactly: no model of 18 months can know it, the same weeks of last year do."""
    now, past, tried, offered = origins_of(np.tile(SEASON, 2)[:78])
    methods = chosen(past, tried, offered)
    assert published(now, offered, methods).means[0] == pytest.approx(SEASON[26:39], rel=0.02)


def test_a_method_that_cannot_forecast_leaves_the_models_in_place() -> None:
    now, _, _, offered = origins_of(SEASON[:40])
    lacking = replace(offered, means={**offered.means, LAST_YEAR: np.full((1, 13), np.nan)})
    assert published(now, lacking, [Mixture(LAST_YEAR, 1.0)]).models == now.models


METHODS = (MODELS, LEVEL, *RULES)


def method_tested_by(factors: dict[str, float], now: dict[str, float] | None = None) -> Mixture:
    """The method of a series whose methods forecast a past origin, and the coming weeks, with these factors.

    Others are absent.
    """
    actual = np.full((1, 13), 100.0)
    past = Backtest((Origin((np.full(80, 100.0),), actual, ("ensemble",), np.ones(1)),), actual[None])

    def offered(said: dict[str, float]) -> Candidates:
        return Candidates({name: actual * said.get(name, np.nan) for name in METHODS}, np.ones((1, 13)))

    (method,) = chosen(past, (offered(factors),), offered(factors if now is None else now))
    return method


def test_level_and_season_is_published_where_no_naive_rule_was_clearly_nearer() -> None:
    assert method_tested_by({LEVEL: 1.2, "": 1.1, LAST_YEAR: 1.3, LAST_VALUE: 1.3}) == Mixture()
    assert method_tested_by({LEVEL: 1.2, "": 1.1}) == Mixture()
    assert method_tested_by({LEVEL: 1.2, "": 1.2, LAST_VALUE: 1.18}) == Mixture()


def test_a_rule_gets_the_smallest_share_with_which_it_is_not_clearly_nearer() -> None:
    """The two miss on different sides, so that a mean is nearer than either."""
    method = method_tested_by({LEVEL: 1.2, "": 1.3, LAST_YEAR: 0.88, LAST_VALUE: 2.0})
    assert (method, method.name) == (Mixture(LAST_YEAR, 0.25), "with_last_year")
    assert method_tested_by({LEVEL: 1.2, "": 1.2, MEAN_OF_8: 0.9}).name == "with_mean_of_8"


def test_a_rule_that_beat_everything_is_published() -> None:
    method = method_tested_by({LEVEL: 1.2, "": 1.3, LAST_YEAR: 1.02, LAST_VALUE: 2.0})
    assert (method, method.name) == (Mixture(LAST_YEAR, 1.0), LAST_YEAR)


def test_a_forecast_of_nothing_is_never_published() -> None:
    """The last value is zero: for a series that sells seldom it has the smallest error, and says nothing."""
    method = method_tested_by({"": 5.0, LAST_VALUE: 1.0}, now={"": 5.0, LAST_VALUE: 0.0})
    assert method == Mixture(MODELS, 1.0)


@given(st.dictionaries(st.sampled_from(METHODS), st.floats(0.1, 3), min_size=1))
def test_no_method_is_published_that_clearly_lost_to_a_naive_rule(factors: dict[str, float]) -> None:
    method = method_tested_by(factors)
    if method.other not in factors and method.share:
        return  # nothing can forecast
    level = factors.get(LEVEL, 0.0)
    factor = (1 - method.share) * level + method.share * factors.get(method.other, 0.0)
    error, *rules = (
        abs(each - 1) / (each + 1) for each in (factor, *(factors[name] for name in RULES if name in factors))
    )
    assert not rules or error <= (1 + CLEARLY_NEARER) * min(rules) + 1e-6


def test_a_series_that_sells_seldom_has_no_level() -> None:
    _, _, _, offered = origins_of(np.where(np.arange(60) % 3 == 0, 100.0, 0.0))
    assert np.isnan(offered.means[LEVEL]).all()


def origin_saying(mean: float, model: str, weeks: int = 30) -> Origin:
    return Origin((np.full(weeks, 100.0),), np.full((1, 4), mean), (model,), np.ones(1))


def judged_unmoved(said: Origin, *, moved_to: float, actual: float = 100.0) -> bool:
    """Whether a rule that would say 100 again stays, if at one past origin it was moved from what
    was said.
    """
    past = Backtest((said,), np.full((1, 1, 4), actual))
    return is_better_unmoved(
        0, origin_saying(100, LAST_VALUE), past, (replace(said, means=np.full((1, 4), moved_to)),)
    )


def test_a_rule_stays_unmoved_where_adding_up_made_past_forecasts_worse() -> None:
    assert judged_unmoved(origin_saying(100, LAST_VALUE), moved_to=70)
    assert not judged_unmoved(origin_saying(70, LAST_VALUE), moved_to=100)
    assert not judged_unmoved(origin_saying(70, LAST_VALUE), moved_to=70)


def test_a_rule_is_moved_where_no_past_origin_shows_that_it_should_not() -> None:
    """The model was published there, or the history was not worth modelling."""
    assert not judged_unmoved(origin_saying(100, "ensemble"), moved_to=70)
    assert not judged_unmoved(origin_saying(100, LAST_VALUE, weeks=5), moved_to=70)
    assert not is_better_unmoved(0, origin_saying(100, LAST_VALUE), Backtest((), np.empty((0, 1, 4))), ())


def test_models_and_a_rule_that_forecasts_no_sales_are_always_moved() -> None:
    """After a closed week the last value would set every part to zero."""
    said, moved = origin_saying(100, LAST_VALUE), origin_saying(70, LAST_VALUE)
    past = Backtest((said,), np.full((1, 1, 4), 100.0))
    assert not is_better_unmoved(0, origin_saying(100, "ensemble"), past, (moved,))
    assert not is_better_unmoved(0, origin_saying(0, LAST_VALUE), past, (moved,))


def sold_with_noise(noise: float, weeks: int = 40) -> np.ndarray:
    return 100 * np.exp(noise * np.random.default_rng(5).standard_normal(weeks))


def level_beside(history: np.ndarray, models: float, shapes: np.ndarray | None = None) -> np.ndarray:
    """Return the mean of level and season where the models forecast so many times the last value."""
    panel, task = SeriesHistories((history,), shapes=shapes), Task(13, (52,))
    origin = Origin(panel.histories, np.full((1, 13), models * history[-1]), ("ensemble",), np.ones(1))
    return candidates(origin, panel, task, 52).means[LEVEL][0]


def test_the_models_lead_only_where_a_series_is_smooth() -> None:
    noisy = sold_with_noise(0.1, 80)
    assert level_beside(noisy, 1.5) == pytest.approx(level_beside(noisy, 0.7))
    smooth = 100 * np.exp(np.cumsum(0.005 * np.random.default_rng(5).standard_normal(80)))
    assert (level_beside(smooth, 1.5) > 1.005 * level_beside(smooth, 0.7)).all()


def test_the_models_may_leave_level_and_season_by_its_doubt_alone() -> None:
    smooth = 100 * np.exp(np.cumsum(0.005 * np.random.default_rng(5).standard_normal(80)))
    assert level_beside(smooth, 1e6) == pytest.approx(level_beside(smooth, 1e9))
    assert (level_beside(smooth, 1e9) < 1.3 * smooth[-1]).all()


def test_the_models_do_not_lead_where_a_smooth_series_has_the_season_of_others() -> None:
    """They would flatten a season that they have seen once."""
    season = np.clip(np.arange(91) % 52 - 40, 0, 4)[:, None] / 4
    smooth = 100 * np.exp(0.5 * season[:78, 0] + 0.005 * np.random.default_rng(5).standard_normal(78))
    high, low = (level_beside(smooth, models, season) for models in (1.5, 0.7))
    assert high == pytest.approx(low, rel=0.002)
