import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.profiling.score import Score, ratio, timeliness

pytestmark = pytest.mark.unit

NOW = dt.datetime(2024, 1, 1)


def test_the_score_is_the_mean_of_the_parts_that_are_known() -> None:
    assert Score(completeness=1.0, validity=0.5).total == 0.75
    assert Score(completeness=1.0, validity=0.5).as_texts() == {
        "score": "0.7500",
        "completeness": "1.0000",
        "validity": "0.5000",
    }
    assert Score().total is None
    assert Score().as_texts() == {}


def test_a_recorded_score_is_read_back_without_its_age() -> None:
    score = Score(completeness=0.75, validity=0.5, timeliness=0.0)
    assert Score.of_texts({**score.as_texts(), "rows": "4", "drift": ""}) == score
    assert score.of_content.total == 0.625
    assert (score.of_content.lowest, Score().lowest) == ("validity", "")


def test_a_ratio_is_one_less_what_is_undesired() -> None:
    assert ratio(1, 4) == 0.75
    assert ratio(0, 0) is None


def test_events_grow_stale() -> None:
    assert timeliness(NOW - dt.timedelta(days=73), NOW) == 0.8
    assert timeliness(NOW - dt.timedelta(days=1), NOW, volatility_days=2) == 0.5
    assert timeliness(NOW - dt.timedelta(days=10_000), NOW) == 0.0
    assert timeliness(NOW + dt.timedelta(days=1), NOW) == 1.0
    assert timeliness(None, NOW) is None


@given(st.integers(0, 10**9), st.integers(1, 10**9))
def test_a_ratio_is_a_share(undesired: int, every: int) -> None:
    reported = ratio(undesired, every)
    assert reported is not None
    assert 0 <= reported <= 1
