"""The naive rules: the season borrowed from last year, and the choice between rules and models."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.analytics import naive_rules
from headgate.analytics.forecasting import Backtest, Origin, Panel, Task, backtest
from headgate.analytics.naive_rules import (
    LAST_VALUE,
    LAST_YEAR,
    WEIGHTED,
    Candidates,
    Season,
    candidates,
    chosen,
    damped_growth,
    is_better_unmoved,
    last_year,
    published,
    year_shares,
)
from headgate.analytics.periods import WEEK

pytestmark = pytest.mark.unit

WEEK_CUTS = WEEK.cuts(13, 4, 52)
FOUR_LEVELS = np.array(["total", "category", "category", "category"], dtype=object)
SEASON = 100 + 60 * np.sin(2 * np.pi * np.arange(52) / 52)


def test_without_a_second_year_the_same_weeks_return() -> None:
    assert last_year(SEASON, 13, 52).tolist() == SEASON[:13].tolist()


def test_growth_is_known_from_the_overlap_and_damped() -> None:
    grown = np.concatenate([SEASON, 1.5 * SEASON[:26]])
    assert damped_growth(grown, 52) == pytest.approx(1.5 ** (26 / 39))
    assert last_year(grown, 13, 52, 1.2) == pytest.approx(1.2 * SEASON[26:39])


def test_all_series_grow_as_the_panel_does() -> None:
    """The growth of one series alone would mostly be noise."""
    panel, task = Panel((np.concatenate([SEASON, 1.5 * SEASON[:26]]), np.concatenate([SEASON, SEASON[:26]]))), Task(13, (52,))
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
    panel, task = Panel((history,)), Task(13, (52,))
    now, past = backtest(panel, task, cuts=WEEK_CUTS)
    tried = tuple(candidates(one, panel.before(history.size - one.histories[0].size), task, 52) for one in past.origins)
    return now, past, tried, candidates(now, panel, task, 52)


def test_one_year_of_history_is_forecast_by_last_year_because_nothing_contradicts_it() -> None:
    now, past, tried, offered = origins_of(SEASON)
    methods = chosen(past, tried, offered, np.array(["total"], dtype=object))
    assert methods == [WEIGHTED]
    assert published(now, offered, methods).means[0] == pytest.approx(SEASON[:13])


def test_a_season_that_returns_is_forecast_as_it_was() -> None:
    """A year that repeats exactly: no model of 18 months can know it, the same weeks of last year do."""
    now, past, tried, offered = origins_of(np.tile(SEASON, 2)[:78])
    methods = chosen(past, tried, offered, np.array(["total"], dtype=object))
    assert published(now, offered, methods).means[0] == pytest.approx(SEASON[26:39], rel=0.02)


def test_a_year_that_did_not_return_has_no_share() -> None:
    """A shop that sold little a year ago and sells evenly now: last year's weeks do not come again."""
    history = np.concatenate([np.full(30, 100.0), np.full(34, 1000.0)])
    by_year, models = np.full((1, 13), 100.0), np.full((1, 13), 1000.0)
    assert year_shares((history,), by_year, models, Season(52, 1))[0] < 0.1


def test_a_peak_that_no_known_week_could_contradict_is_repeated_and_ordinary_noise_is_not() -> None:
    """94 weeks of a flat shop whose weeks differ by chance; ahead is last year's Christmas, or an ordinary quarter."""
    rng = np.random.default_rng(8)
    history = 1000 * np.exp(rng.normal(0, 0.1, 94))
    peak = np.where(np.arange(13) < 5, 3000.0, 1000.0)[None, :]
    noise, models = 1000 * np.exp(rng.normal(0, 0.1, (1, 13))), np.full((1, 13), 1000.0)
    assert year_shares((history,), peak, models, Season(52, 1))[0] > 0.95
    assert year_shares((history,), noise, models, Season(52, 1))[0] < 0.6


def test_small_series_share_the_evidence_of_the_large_ones() -> None:
    season = np.tile(SEASON, 2)[:90]
    small = np.random.default_rng(2).normal(10, 3, 90).clip(0)
    by_year, models = np.stack([SEASON[38:51], small[38:51]]), np.array([[100.0] * 13, [10.0] * 13])
    together, alone = (
        year_shares(panel, by_year[-len(panel) :], models[-len(panel) :], Season(52, 1))[-1] for panel in ((season, small), (small,))
    )
    assert together > alone


def test_a_forecast_of_nothing_never_overrules() -> None:
    """The last value is zero: for a series that sells seldom it has the smallest error, and says nothing."""
    _, past, tried, offered = origins_of(np.where(np.arange(40) % 5 == 0, 100.0, 0.0)[:38])
    nothing = tuple(Candidates({**one.means, LAST_VALUE: np.zeros((1, 13)), "": np.full((1, 13), 500.0)}) for one in tried)
    now = Candidates({**offered.means, LAST_VALUE: np.zeros((1, 13))})
    assert chosen(past, nothing, now, np.array(["total"], dtype=object)) == [""]


def test_a_method_whose_own_error_is_five_times_another_is_never_published() -> None:
    """The panel prefers the mean of last year and models; for the second series it lost by a factor of five."""
    past, tried, offered, season = backtested(shop_with_season(1.6))
    for one, actual in zip(tried, past.actuals, strict=True):
        for name, error in (("", 0.3), (LAST_YEAR, 0.3), (WEIGHTED, 0.1), (LAST_VALUE, 0.3)):
            one.means[name][:] = np.where(np.isfinite(one.means[name]), actual * (1 + error), np.nan)
        one.means[WEIGHTED][1], one.means[""][1] = one.means[WEIGHTED][1] * 1.5 / 1.1, actual[1] * 1.1
    assert chosen(past, tried, offered, FOUR_LEVELS, season) == [WEIGHTED, "", WEIGHTED, WEIGHTED]


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
    assert published(now, lacking, [LAST_YEAR]).models == now.models


def origin_saying(mean: float, model: str, weeks: int = 30) -> Origin:
    return Origin((np.full(weeks, 100.0),), np.full((1, 4), mean), (model,), np.ones(1))


def judged_unmoved(said: Origin, *, moved_to: float, actual: float = 100.0) -> bool:
    """Whether a rule that would say 100 again stays, if at one past origin it was moved from what was said."""
    past = Backtest((said,), np.full((1, 1, 4), actual))
    return is_better_unmoved(0, origin_saying(100, LAST_VALUE), past, (replace(said, means=np.full((1, 4), moved_to)),))


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


def test_doubt_grows_with_the_noise_of_the_history() -> None:
    noise = np.random.default_rng(2).normal(0, 1, 52)
    calm, rough = (naive_rules.untested_scale(np.maximum(SEASON + size * noise, 0), SEASON[:13]) for size in (2.0, 30.0))
    assert (rough > calm).all()
    assert (calm >= 0.2 * SEASON[:13]).all()


def shop_with_season(years: float, seed: int = 1) -> tuple[np.ndarray, ...]:
    """Weekly series of a shop that sells three times as much in the last ten weeks of a year as in the others, with noise."""
    weeks = np.arange(round(years * 52))
    season = np.where(weeks % 52 >= 42, 300.0, 100.0)
    random = np.random.default_rng(seed)
    return tuple(season * size * np.exp(random.normal(0, 0.1, weeks.size)) for size in (1.0, 2.0, 0.5, 3.0))


def backtested(histories: tuple[np.ndarray, ...]) -> tuple[Backtest, tuple[Candidates, ...], Candidates, int | None]:
    """Origins whose models are the last value: they know no season."""
    panel, task, longest = Panel(histories), Task(13, (52,)), len(histories[0])
    cuts = [cut for cut in WEEK_CUTS if longest - cut >= 10]

    def at(cut: int) -> tuple[Origin, Candidates]:
        known = panel.before(cut)
        means = np.stack([np.full(13, history[-4:].mean()) for history in known.histories])
        one = Origin(known.histories, means, ("ensemble",) * len(histories), np.ones(len(histories)))
        return one, candidates(one, known, task, 52)

    found = [at(cut) for cut in cuts]
    actuals = np.stack([np.stack([history[longest - cut :][:13] for history in histories]) for cut in cuts])
    past = Backtest(tuple(one for one, _ in found), actuals)
    return past, tuple(tried for _, tried in found), at(0)[1], cuts.index(52) if 52 in cuts else None


def test_the_origin_of_the_same_season_decides_against_models_that_won_in_quiet_months() -> None:
    """40 weeks into the third year: spring and summer are flat and favour the models, the coming weeks are Christmas."""
    histories = shop_with_season(2 + 40 / 52)
    past, tried, offered, season = backtested(histories)
    quiet = [0, 1]  # windows of 13 weeks that ended in the 40th and the 27th week
    for place in quiet:
        tried[place].means[""][:] = past.actuals[place]
    assert "" not in chosen(past, tried, offered, FOUR_LEVELS, season)


def test_methods_that_no_test_tells_apart_leave_the_weighted_mean() -> None:
    past, tried, offered, season = backtested(shop_with_season(2.5))
    noise = np.random.default_rng(5)
    for one, actual in zip(tried, past.actuals, strict=True):
        for name in ("", LAST_YEAR, WEIGHTED, LAST_VALUE):
            one.means[name][:] = actual * noise.normal(1, 0.2, actual.shape)
    assert chosen(past, tried, offered, FOUR_LEVELS, season) == [WEIGHTED] * 4


def test_last_year_needs_no_margin_while_the_models_know_no_season() -> None:
    """Exactly two years of weeks: the models know as little as those of the origins, so the origins compare what is offered."""
    past, tried, offered, season = backtested(shop_with_season(2))
    for place, (one, actual) in enumerate(zip(tried, past.actuals, strict=True)):
        for name, factor in (("", 1.7), (LAST_YEAR, 1.1), (WEIGHTED, 1.11 + 0.01 * place), (LAST_VALUE, 2.0)):
            one.means[name][:] = actual * factor
    tried[0].means[WEIGHTED][:] = past.actuals[0] * 1.095
    assert chosen(past, tried, offered, FOUR_LEVELS, season, models_know_season=False) == [LAST_YEAR] * 4
    assert chosen(past, tried, offered, FOUR_LEVELS, season, models_know_season=True) == [WEIGHTED] * 4


def test_the_mean_stays_where_it_is_better_although_the_models_know_no_season() -> None:
    past, tried, offered, season = backtested(shop_with_season(2))
    for one, actual in zip(tried, past.actuals, strict=True):
        for name, factor in (("", 0.7), (LAST_YEAR, 1.2), (WEIGHTED, 0.95), (LAST_VALUE, 2.0)):
            one.means[name][:] = actual * factor
    assert chosen(past, tried, offered, FOUR_LEVELS, season, models_know_season=False) == [WEIGHTED] * 4


def test_a_challenger_that_wins_at_two_origins_by_little_does_not_replace_the_weighted_mean() -> None:
    """Two origins show so little that only a gain far beyond their difference counts."""
    past, tried, offered, season = backtested(shop_with_season(1.55))
    for place, (one, actual) in enumerate(zip(tried, past.actuals, strict=True)):
        one.means[""][:] = actual * (1.15 if place else 1.09)
        one.means[LAST_YEAR][:] = np.where(np.isfinite(one.means[LAST_YEAR]), actual * 1.3, np.nan)
        one.means[WEIGHTED][:] = np.where(np.isfinite(one.means[LAST_YEAR]), actual * 1.16, np.nan)
        one.means[LAST_VALUE][:] = actual * 2
    assert np.isfinite([one.means[LAST_YEAR][0, 0] for one in tried]).sum() == 2
    assert chosen(past, tried, offered, FOUR_LEVELS, season) == [WEIGHTED] * 4


def test_a_challenger_that_wins_at_every_origin_beyond_their_noise_is_published() -> None:
    past, tried, offered, season = backtested(tuple(np.random.default_rng(seed).normal(100, 5, 156) for seed in range(4)))
    for one, actual in zip(tried, past.actuals, strict=True):
        for name, factor in (("", 1.01), (LAST_YEAR, 2.0), (WEIGHTED, 1.5), (LAST_VALUE, 1.4)):
            one.means[name][:] = actual * factor
    assert chosen(past, tried, offered, FOUR_LEVELS, season) == [""] * 4


@pytest.mark.parametrize(("error", "method"), [(0.3, WEIGHTED), (0.2, "")])
def test_without_an_origin_of_the_same_season_models_must_halve_the_error(error: float, method: str) -> None:
    """92 weeks of history: models without a season win in spring and summer, and the coming weeks are Christmas."""
    past, tried, offered, season = backtested(tuple(np.random.default_rng(seed).normal(100, 5, 92) for seed in range(4)))
    for one, actual in zip(tried, past.actuals, strict=True):
        for name, factor in (("", 1 + error), (LAST_YEAR, 2.0), (WEIGHTED, 1.5), (LAST_VALUE, 1.8)):
            one.means[name][:] = actual * factor if np.isfinite(one.means[name]).all() else np.nan
    assert not np.isfinite(tried[season].means[LAST_YEAR]).any()
    assert chosen(past, tried, offered, FOUR_LEVELS, season) == [method] * 4
