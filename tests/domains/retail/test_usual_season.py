"""Usual seasons: an autumn that ends at Christmas, and weeks about the end of the year that close again."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from headgate.analytics.forecasting import SeriesHistories, Task
from headgate.analytics.level_and_season import level_and_season
from headgate.analytics.periods import MONTH, WEEK, Span
from headgate.domains.retail.usual_season import closed_at_year_end, with_usual_season, year_end_doubt

pytestmark = pytest.mark.unit

STARTS = pd.date_range("2020-11-30", periods=53, freq="7D")
SPAN = Span(STARTS[0].date(), STARTS[-1].date(), WEEK)
DAY = STARTS.dayofyear.to_numpy()
AUTUMN = np.clip((DAY - 260) / 60, 0, 1) * (DAY < 356)


def shop(height: float, *, closed: bool = True, seed: int = 1) -> np.ndarray:
    """Return 53 weeks to 30 November, whose sales grow in autumn; closed from 21 December to 3 January."""
    sold = 1000 * (1 + height * AUTUMN) * np.exp(np.random.default_rng(seed).normal(0, 0.1, 53))
    if closed:
        sold[3], sold[4] = 0.3 * sold[3], 0
    return sold


def ahead(sold: np.ndarray) -> np.ndarray:
    panel = with_usual_season(SeriesHistories((sold,)), SPAN, 13)
    plain, factors = panel.without_events(Task(13, (52,)))
    return (level_and_season(plain, 13, 52, shapes=panel.shapes).means * factors)[0]


@pytest.mark.parametrize("seed", range(4))
def test_a_peak_at_the_end_of_the_first_year_ends_at_christmas(seed: int) -> None:
    means = ahead(shop(1.5, seed=seed))
    assert means[:2].mean() > 1.5 * means[5:].mean()
    assert 800 < means[5:].mean() < 1400


def test_a_shop_without_an_autumn_is_expected_at_its_level() -> None:
    means = ahead(shop(0.0, closed=False))
    assert np.abs(means / 1000 - 1).max() < 0.2


def test_days_that_were_closed_at_the_end_of_last_year_are_closed_again() -> None:
    """About 23 December to 3 January: the week from 20 December has one closed day less than that from 21
    December had, and the week from 3 January has one.
    """
    closed = closed_at_year_end((shop(1.0),), SPAN, 13)
    (places,) = np.nonzero(closed)
    assert places.tolist() == [3, 4, 55, 56, 57]
    assert closed[4] == 1.0
    assert closed[55] == pytest.approx(closed[3] - 1 / 7)
    assert closed[56] == pytest.approx(0.95)
    assert closed[57] == pytest.approx(1 / 7)


def test_no_coming_week_is_closed_for_certain_because_it_was_last_year() -> None:
    assert closed_at_year_end((shop(1.0),), SPAN, 13)[53:].max() == pytest.approx(0.95)


def test_a_single_closed_week_moves_by_a_day() -> None:
    sold = shop(0.0, closed=False)
    sold[4] = 0
    closed = closed_at_year_end((sold,), SPAN, 13)
    assert closed[56:58].tolist() == pytest.approx([6 / 7, 1 / 7])


def test_the_end_of_the_second_year_is_closed_as_well() -> None:
    """A horizon of more than a year has both ends."""
    closed = closed_at_year_end((shop(1.0),), SPAN, 70)
    assert closed[55:58].sum() == pytest.approx(closed[107:110].sum(), abs=0.15)
    assert np.flatnonzero(closed).tolist() == [3, 4, 55, 56, 57, 107, 108, 109]


def test_the_first_weeks_of_a_new_shop_are_not_closed() -> None:
    sold = shop(0.0, closed=False)
    sold[:6] = 10
    assert not closed_at_year_end((sold,), SPAN, 13).any()


def test_months_and_shops_that_stay_open_have_no_closed_periods() -> None:
    months = Span(date(2020, 1, 1), date(2021, 4, 1), MONTH)
    assert not closed_at_year_end((np.ones(16),), months, 12).any()
    assert not closed_at_year_end((shop(0.3, closed=False),), SPAN, 13).any()


def test_november_and_december_are_doubted_until_one_such_trade_has_a_level_before_it() -> None:
    """Of 13 weeks from 7 December four begin in that month; 57 weeks of history show what came before."""
    doubt = year_end_doubt(SPAN, 53, 13)
    assert (doubt > 0).tolist() == [True] * 4 + [False] * 9
    assert not year_end_doubt(SPAN, 57, 13).any()


def test_a_forecast_of_a_summer_has_no_doubt_of_the_year_end() -> None:
    summer = Span(date(2020, 1, 6), date(2020, 6, 1), WEEK)
    assert not year_end_doubt(summer, 22, 13).any()


@pytest.mark.parametrize(("height", "least", "most"), [(0.0, 1.0, 1.18), (0.5, 1.3, 1.4), (1.0, 1.5, 1.72)])
def test_three_weeks_of_december_outweigh_that_of_a_usual_shop(
    height: float, least: float, most: float
) -> None:
    """The week from 20 December has five days before Christmas, and 1.36 times the usual sales."""
    starts = pd.date_range("2021-06-07", periods=28, freq="7D")
    sold = np.where(starts >= "2021-11-29", 1 + height, 1.0)
    panel = with_usual_season(SeriesHistories((sold,)), Span(starts[0].date(), starts[-1].date(), WEEK), 13)
    _, factors = panel.without_events(Task(13, (52,)))
    assert least < factors[0, 0] < most


def next_december(sold: np.ndarray) -> float:
    """Return the uplift before the second Christmas of a shop whose first week begins on 29 November."""
    span = Span(date(2021, 11, 29), WEEK.shifted(date(2021, 11, 29), len(sold) - 1), WEEK)
    panel = with_usual_season(SeriesHistories((sold,)), span, 13)
    return float(panel.without_events(Task(13, (52,)))[1].max())


def test_low_weeks_of_a_launch_in_december_do_not_lower_the_usual_season() -> None:
    """Four weeks of December are the first ones of a shop that grows for half a year."""
    assert next_december(1000 * (1 - np.exp(-np.arange(1, 46) / 8))) == pytest.approx(1.5)


@pytest.mark.parametrize(("height", "least", "most"), [(0.0, 1.0, 1.3), (1.0, 1.6, 2.0)])
def test_first_weeks_in_december_at_the_usual_level_or_above_it_are_evidence(
    height: float, least: float, most: float
) -> None:
    sold = np.full(45, 1000.0)
    sold[:4] *= 1 + height
    assert least < next_december(sold) < most


def test_a_busy_week_of_black_friday_returns_in_the_week_that_has_it_next_year() -> None:
    """27 November 2020 and 26 November 2021 lie 52 weeks apart, 24 November 2023 and 29 November 2024 lie 53
    weeks apart; the other weeks before Christmas are as usual.
    """
    for first, busy, next_busy in (("2020-02-03", 42, 94), ("2023-01-30", 42, 95)):
        sold = 1000 * np.exp(np.random.default_rng(2).normal(0, 0.03, 90))
        sold[busy] *= 1.5
        starts = pd.date_range(first, periods=90, freq="7D")
        span = Span(starts[0].date(), starts[-1].date(), WEEK)
        panel = with_usual_season(SeriesHistories((sold,)), span, 13)
        (means,) = level_and_season(panel.histories, 13, 52, shapes=panel.shapes).means / 1000
        assert means.argmax() == next_busy - 90
        assert means.max() > 1.3
        assert np.sort(means)[-2] < 1.15
