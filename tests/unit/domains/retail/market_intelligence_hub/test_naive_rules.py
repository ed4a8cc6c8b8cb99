"""The naive rules: the season borrowed from last year, and the choice between rules and models."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.domains.retail.market_intelligence_hub import naive_rules
from headgate.domains.retail.market_intelligence_hub.forecasting import Panel, Task, backtest
from headgate.domains.retail.market_intelligence_hub.naive_rules import (
    LAST_VALUE,
    LAST_YEAR,
    Candidates,
    candidates,
    chosen,
    last_year,
    published,
)

pytestmark = pytest.mark.unit

SEASON = 100 + 60 * np.sin(2 * np.pi * np.arange(52) / 52)


def test_without_a_second_year_the_same_weeks_return() -> None:
    assert last_year(SEASON, 13, 52).tolist() == SEASON[:13].tolist()


def test_growth_is_known_from_the_overlap_and_damped() -> None:
    grown = np.concatenate([SEASON, 1.5 * SEASON[:26]])
    ratio = last_year(grown, 13, 52) / SEASON[26:39]
    assert ratio == pytest.approx(np.full(13, 1.5 ** (26 / 39)))


def test_a_history_that_lacks_a_few_weeks_of_a_year_is_filled_and_a_shorter_one_is_not() -> None:
    assert last_year(SEASON[2:], 5, 52).tolist() == [SEASON[2], SEASON[2], *SEASON[2:5]]
    assert np.isnan(last_year(SEASON[10:], 5, 52)).all()


@given(st.lists(st.floats(0, 1e6), min_size=0, max_size=120), st.integers(1, 30))
def test_every_history_has_a_forecast_of_the_right_length(values: list[float], horizon: int) -> None:
    found = last_year(np.array(values), horizon, 52)
    assert found.shape == (horizon,)
    assert np.isfinite(found).all() == (len(values) >= 48)


def origins_of(history: np.ndarray) -> tuple[object, ...]:
    panel, task = Panel((history,)), Task(13, (52,))
    now, past = backtest(panel, task, windows=4, step=4)
    tried = tuple(candidates(one, panel.before(history.size - one.histories[0].size), task, 52) for one in past.origins)
    return now, past, tried, candidates(now, panel, task, 52)


def test_one_year_of_history_is_forecast_by_last_year_because_no_origin_could_compare() -> None:
    _now, past, tried, offered = origins_of(SEASON)
    assert chosen(past, tried, offered, np.array(["total"], dtype=object)) == [LAST_YEAR]


def test_the_rule_that_wins_its_backtest_is_published_under_its_name() -> None:
    """A year that repeats exactly: no model of 18 months can know it, the same weeks of last year do."""
    now, past, tried, offered = origins_of(np.tile(SEASON, 2)[:78])
    methods = chosen(past, tried, offered, np.array(["total"], dtype=object))
    found = published(now, offered, methods, lambda means, _: means)
    assert (methods, found.models) == ([LAST_YEAR], (LAST_YEAR,))
    assert found.means[0] == pytest.approx(SEASON[26:39])


def test_the_models_are_published_where_last_year_misleads() -> None:
    """A level that doubled without a season."""
    history = np.concatenate([np.tile([100.0, 20, 180, 60], 13), np.full(40, 400.0)]) + np.random.default_rng(1).normal(0, 3, 92)
    _, past, tried, offered = origins_of(history)
    assert chosen(past, tried, offered, np.array(["total"], dtype=object)) != [LAST_YEAR]


def test_the_last_value_is_published_where_it_wins_although_no_year_is_known() -> None:
    """40 weeks of a steady series: the models' error at past origins is ten times that of the last value."""
    history = 100 + np.random.default_rng(3).normal(0, 3, 40)
    _, past, tried, offered = origins_of(history)
    assert chosen(past, worse(tried), offered, np.array(["total"], dtype=object)) == [LAST_VALUE]


def test_the_models_stay_where_no_year_is_known_and_they_win() -> None:
    _, past, tried, offered = origins_of(np.arange(40.0) * 10 + np.random.default_rng(4).normal(0, 1, 40))
    better = tuple(Candidates({**one.means, "": actual}) for one, actual in zip(tried, past.actuals, strict=True))
    assert chosen(past, better, offered, np.array(["total"], dtype=object)) == [""]


def worse(tried: tuple[Candidates, ...]) -> tuple[Candidates, ...]:
    """The candidates with ten times the models' forecast."""
    return tuple(Candidates({**one.means, "": one.means[""] * 10}) for one in tried)


def test_a_method_that_cannot_forecast_leaves_the_models_in_place() -> None:
    now, _, _, offered = origins_of(SEASON[:40])
    lacking = Candidates({**offered.means, LAST_YEAR: np.full((1, 13), np.nan)})
    assert published(now, lacking, [LAST_YEAR], lambda means, _: means).models == now.models


def test_doubt_grows_with_the_noise_of_the_history() -> None:
    noise = np.random.default_rng(2).normal(0, 1, 52)
    calm, rough = (naive_rules.untested_scale(np.maximum(SEASON + size * noise, 0), SEASON[:13]) for size in (2.0, 30.0))
    assert (rough > calm).all()
    assert (calm >= 0.2 * SEASON[:13]).all()
