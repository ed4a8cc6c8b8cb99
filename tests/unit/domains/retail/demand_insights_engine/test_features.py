from collections.abc import Callable
from datetime import date
from decimal import Decimal

import ibis
import pandas as pd
import pytest

from headgate.domains.retail.demand_insights_engine import features

pytestmark = pytest.mark.unit

Shop = Callable[..., dict[str, ibis.Table]]
ANNA = [
    (1, "2024-01-01T09:00:00", "10", "completed"),
    (1, "2024-01-01T18:00:00", "5", "completed"),
    (1, "2024-01-11T09:00:00", "20", "completed"),
    (1, "2024-01-31T09:00:00", "40", "completed"),
]


def known(tables: dict[str, ibis.Table], until: date) -> pd.DataFrame:
    days = features.purchase_days(tables["orders"], tables["order_items"], until)
    return features.known_histories(days, tables["customers"], until)


def test_purchases_are_distinct_days(shop: Shop) -> None:
    row = known(shop(ANNA), date(2024, 2, 10)).iloc[0]
    assert (row.purchases, row.frequency, row.recency_days, row.age_days, row.silent_days) == (3, 2, 30, 40, 10)
    assert row.revenue == Decimal(75)
    assert row.monetary == 30.0


def test_guests_cancellations_and_days_without_positive_money_are_left_out(shop: Shop) -> None:
    others = [
        (None, "2024-01-05T09:00:00", "99", "completed"),
        (2, "2024-01-05T09:00:00", "99", "cancelled"),
        (3, "2024-01-05T09:00:00", "0", "completed"),
    ]
    assert list(known(shop(ANNA + others), date(2024, 2, 10)).customer_id) == [1]


def test_nothing_after_the_day_is_known(shop: Shop) -> None:
    row = known(shop(ANNA), date(2024, 1, 11)).iloc[0]
    assert (row.purchases, row.age_days, row.revenue) == (2, 10, Decimal(35))


def test_what_followed_is_told_apart_from_what_was_known(shop: Shop) -> None:
    tables = shop(ANNA)
    days = features.purchase_days(tables["orders"], tables["order_items"], date(2024, 12, 31))
    row = features.observed(days, date(2024, 1, 1)).iloc[0]
    assert (row.purchases, row.bought, row.spent) == (1, 2, 60.0)


def test_purchases_beyond_the_horizon_are_not_what_followed(shop: Shop) -> None:
    tables = shop([*ANNA, (1, "2024-05-01T09:00:00", "7", "completed")])
    days = features.purchase_days(tables["orders"], tables["order_items"], date(2024, 12, 31))
    assert features.observed(days, date(2024, 1, 31)).bought.tolist() == [0]


def test_a_customer_that_the_customers_table_lacks_is_kept(shop: Shop) -> None:
    frame = known(shop(ANNA, {}), date(2024, 2, 10))
    assert len(frame) == 1
    assert pd.isna(frame.marketing_opt_in.iloc[0])
