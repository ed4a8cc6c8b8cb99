from __future__ import annotations

import pandas as pd
import pytest

from headgate.domains.retail.global_market_pulse.opportunity_quality import (
    BETTER,
    NOT_TAKEN,
    NOT_TESTED,
    WORSE,
    OpportunityTest,
    market_opportunity_quality,
)

pytestmark = pytest.mark.unit

EARLIER = pd.DataFrame(
    {
        "region_id": ["AA", "BB"],
        "category": "Toys",
        "region_orders": 1000,
        "low_orders": [50.0, 0.0],
        "order_share": [0.1, 0.5],
        "expected_share": [0.1, 0.5],
        "peer_share": [0.3, 0.5],
        "worth": 10.0,
    }
)


def _figure(later_share: float, metric: str = "gap_closed_share") -> pd.Series:
    later = EARLIER.assign(order_share=[later_share, 0.5])
    quality = market_opportunity_quality(
        EARLIER, OpportunityTest("2010-06-01/2010-11-30", EARLIER, later), ("POST",)
    )
    return quality.set_index("metric").loc[metric]


def test_a_gap_that_half_closed_sold_half_of_its_potential() -> None:
    row = _figure(0.2)
    assert row["value"] == pytest.approx(0.5)
    assert (row["baseline"], row["rows_used"], row["note"]) == (0.0, 1, None)
    assert _figure(0.2, "rose_share")["value"] == 1.0


def test_gaps_that_grew_are_named_as_no_demand() -> None:
    row = _figure(0.05)
    assert row["value"] < 0
    assert row["note"] == NOT_TAKEN


def test_articles_that_are_left_out_are_named() -> None:
    row = _figure(0.2, "service_articles")
    assert (row["value"], row["note"]) == (1.0, "excluded: POST")


def test_without_history_the_opportunities_are_untested_and_say_so() -> None:
    quality = market_opportunity_quality(EARLIER, None, ()).set_index("metric")
    assert "does not reach back" in quality.loc["gap_closed_share", "note"]
    assert quality.loc["listed", "value"] == 1.0


def test_nothing_listed_earlier_has_no_figure() -> None:
    none = EARLIER.assign(low_orders=0.0)
    quality = market_opportunity_quality(none, OpportunityTest("2010-06-01/2010-11-30", none, none), ())
    row = quality.set_index("metric").loc["gap_closed_share"]
    assert pd.isna(row["value"])
    assert row["note"] == "nothing was listed on the earlier day"


@pytest.mark.parametrize(
    ("listed_later", "other_later", "result"), [(0.2, 0.5, BETTER), (0.05, 0.6, WORSE), (0.2, 0.6, BETTER)]
)
def test_a_list_did_worse_if_fewer_of_its_gaps_became_smaller_than_of_the_others(
    listed_later: float, other_later: float, result: str
) -> None:
    later = EARLIER.assign(order_share=[listed_later, other_later])
    assert OpportunityTest("2010-06-01/2010-11-30", EARLIER, later).result == result


def test_a_list_without_others_to_compare_with_is_not_tested() -> None:
    listed = EARLIER.iloc[:1]
    assert OpportunityTest("2010-06-01/2010-11-30", listed, listed).result == NOT_TESTED
