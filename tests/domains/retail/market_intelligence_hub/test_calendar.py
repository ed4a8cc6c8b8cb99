from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from headgate.analytics.periods import MONTH, WEEK
from headgate.domains.retail.market_intelligence_hub.calendar import KINDS, events_of, exposure

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import ibis

    Line = tuple[str, str, datetime, str, int, str, str]
    Shop = Callable[[Sequence[Line]], dict[str, ibis.Table]]
    Calendar = Callable[..., ibis.Table]

pytestmark = pytest.mark.unit

LEAVES = pd.DataFrame(
    [("GB", "Home"), ("GB", "Toys"), ("FR", "Home"), ("(other)", "Home")], columns=["region_id", "category"]
)
STARTS = WEEK.starts(date(2010, 1, 4), date(2010, 1, 18))
PROMOTION, HOLIDAY, CLOSURE = range(len(KINDS))


def test_an_event_covers_its_days_in_its_region_and_category(calendar: Calendar) -> None:
    events = events_of(
        {"calendar": calendar(("promotion", "GB", "Home", date(2010, 1, 9), date(2010, 1, 13)))}
    )
    found = exposure(events, LEAVES, STARTS, WEEK)
    assert found[0, :, PROMOTION].tolist() == pytest.approx([2 / 7, 3 / 7, 0])
    assert not found[1:].any()
    assert not found[:, :, [HOLIDAY, CLOSURE]].any()


def test_what_names_no_region_holds_for_all_and_no_period_is_more_than_wholly_under(
    calendar: Calendar,
) -> None:
    whole = (date(2010, 1, 1), date(2010, 1, 31))
    events = events_of(
        {"calendar": calendar(("holiday", None, None, *whole), ("holiday", "FR", None, *whole))}
    )
    assert (exposure(events, LEAVES, STARTS, WEEK)[:, :, HOLIDAY] == 1).all()


def test_months_are_as_long_as_they_are(calendar: Calendar) -> None:
    events = events_of({"calendar": calendar(("closure", None, "Home", date(2010, 2, 1), date(2010, 2, 7)))})
    found = exposure(events, LEAVES, MONTH.starts(date(2010, 1, 1), date(2010, 3, 1)), MONTH)
    assert found[0, :, CLOSURE].tolist() == pytest.approx([0, 7 / 28, 0])


def test_a_lake_without_a_calendar_has_no_events() -> None:
    assert events_of({}).empty
    assert not exposure(events_of({}), LEAVES, STARTS, WEEK).any()
