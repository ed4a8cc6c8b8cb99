from __future__ import annotations

import numpy as np
import pytest

from headgate.analytics.effects import MAX_UPLIFT, Effects, effects_of, without_events

pytestmark = pytest.mark.unit


def _under(periods: int, every: int, count: int = 1) -> np.ndarray:
    return np.repeat((np.arange(periods) % every == 0).astype(float)[None, :, None], count, axis=0)


def test_the_uplift_of_a_kind_is_what_its_periods_sold_over_those_around() -> None:
    under = _under(200, 5, count=10)
    histories = tuple(np.full(200, level) * (1 + 0.5 * under[0, :, 0]) for level in range(1, 11))
    found = effects_of(histories, under, 1)
    assert found.uplift == pytest.approx(np.full((10, 1), 0.5), abs=0.01)
    for level, plain in enumerate(without_events(histories, under, found, 1), 1):
        assert plain == pytest.approx(np.full(200, float(level)), rel=0.01)


def test_one_period_under_an_event_proves_little_and_none_proves_nothing() -> None:
    once = np.zeros((1, 40, 2))
    once[0, 20, 0] = 1
    history = np.full(40, 10.0)
    history[20] = 20
    few, none = effects_of((history,), once, 1).uplift[0]
    assert 0 < few < 0.5
    assert none == 0


def test_days_are_compared_with_the_same_days_of_other_weeks() -> None:
    week = np.array([10.0, 10, 10, 10, 20, 40, 0])
    history = np.tile(week, 30)
    under = np.zeros((1, 210, 1))
    under[0, 5::35] = 1  # some Saturdays
    assert effects_of((history,), under, 7).uplift == pytest.approx(np.zeros((1, 1)))
    assert effects_of((history,), under, 1).uplift[0, 0] > 1


def test_series_that_sell_nothing_or_are_negative_or_short_have_finite_effects() -> None:
    under = _under(30, 3, count=4)
    histories = (np.zeros(30), -np.arange(30.0), np.array([5.0]), np.empty(0))
    found = effects_of(histories, under, 1)
    assert np.isfinite(found.uplift).all()
    assert [plain.size for plain in without_events(histories, under, found, 1)] == [30, 30, 1, 0]


def test_an_accident_is_not_taken_for_an_effect_and_no_event_sells_less_than_nothing() -> None:
    history = np.ones(60)
    history[::4] = 1e6
    assert effects_of((history,), _under(60, 4), 1).uplift.max() <= MAX_UPLIFT
    assert Effects(np.array([[-3.0]])).factors(np.ones((1, 2, 1))).tolist() == [[0.0, 0.0]]


def test_a_closed_period_is_replaced_by_the_usual_sales_around_it_and_a_coming_one_sells_nothing() -> None:
    """Dividing no sales by a small factor would leave no sales, and last year would forecast the closure
    again.
    """
    closed = np.zeros((1, 60, 1))
    closed[0, 20:30] = 1
    history = np.full(60, 50.0)
    history[20:30] = 0
    effects = effects_of((history,), closed, 1, np.array([-1.0]))
    assert effects.uplift.tolist() == [[pytest.approx(-1.0)]]
    assert without_events((history,), closed, effects, 1)[0].tolist() == [50.0] * 60
    assert effects.factors(np.ones((1, 2, 1))) == pytest.approx(np.zeros((1, 2)), abs=1e-9)


def test_an_event_of_a_kind_that_never_was_has_the_expected_effect() -> None:
    never = np.zeros((1, 40, 2))
    assert effects_of((np.full(40, 10.0),), never, 1, np.array([0.0, -1.0])).uplift == pytest.approx(
        np.array([[0.0, -1.0]])
    )


def test_the_usual_sales_of_a_long_closure_are_those_of_the_nearest_open_periods() -> None:
    closed = np.zeros((1, 60, 1))
    closed[0, 15:45] = 1
    history = np.where(closed[0, :, 0] > 0, 0.0, np.where(np.arange(60) < 30, 40.0, 60.0))
    plain = without_events((history,), closed, effects_of((history,), closed, 1, np.array([-1.0])), 1)[0]
    assert plain.min() == 40.0
