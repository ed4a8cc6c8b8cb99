"""query_trends: the searches of each week, by search and by what the searches are looking for."""

from datetime import date, timedelta

import pandas as pd
import pytest

from headgate.domains.retail.retail_copilot import query_trends

pytestmark = pytest.mark.unit

MONDAY = date(2024, 1, 1)
INTENTS = pd.Series({"candle": "candle", "scented diffuser": "candle", "red candle": "candle", "mug": "mug"})


def trends() -> pd.DataFrame:
    """Thirty searches for candles and 25 for mugs; the two rare templates have five and four."""
    counts = [
        ("candle", 0, 10, 0),
        ("candle", 1, 20, 1),
        ("scented diffuser", 0, 3, 3),
        ("scented diffuser", 1, 2, 2),
        ("red candle", 1, 4, 0),
        ("mug", 0, 25, 0),
    ]
    weekly = pd.DataFrame(counts, columns=["template", "week_on", "searches", "without_results"])
    weekly["week_on"] = [MONDAY + timedelta(weeks=week) for week in weekly.week_on]
    return query_trends.table(weekly, INTENTS, MONDAY, MONDAY + timedelta(days=13))


def test_the_weeks_of_each_intent_add_up_to_its_searches() -> None:
    """A page that was filtered by candles had 746 of their 1,468 searches."""
    sums = trends().groupby("intent")[["searches", "without_results"]].sum()
    assert sums.T.to_dict("list") == {"candle": [39, 6], "mug": [25, 0]}


def test_the_rarer_searches_of_an_intent_are_one_row_per_week() -> None:
    rarer = trends().query("template == '(other)'")
    assert rarer.intent.tolist() == ["candle"] * 2
    assert rarer.searches.tolist() == [3, 6]
    assert rarer.without_results.tolist() == [3, 2]
    assert rarer.searches_before.tolist() == [pd.NA, 3]


def test_a_week_without_a_search_is_a_row_of_its_intent() -> None:
    mug = trends().query("intent == 'mug'")
    assert mug.template.tolist() == ["mug"] * 2
    assert mug.searches.tolist() == [25, 0]
