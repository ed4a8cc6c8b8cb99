"""Models are learnt when a period begins, or when customers have moved; tables are those of a full run."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from headgate.domains.retail import demand_insights_engine as system
from headgate.domains.retail.demand_insights_engine import churn
from headgate.learning.store import Shelf
from tests.kept_runs import KeptRuns, assert_equal

if TYPE_CHECKING:
    from collections import Counter
    from pathlib import Path

    import ibis

pytestmark = pytest.mark.system

LEARNT_ON = date(2024, 12, 23)
"""The last day before the newest period of the drawn shop, which ends on 2024-12-31."""


@pytest.fixture(autouse=True)
def _quick_recipes(monkeypatch: pytest.MonkeyPatch) -> None:
    quick = {name: churn.RECIPES[name] for name in ("calibrated_splines", churn.NAIVE)}
    monkeypatch.setattr(churn, "RECIPES", quick)


@pytest.fixture
def shop(drawn_shop: dict[str, ibis.Table], tmp_path: Path) -> KeptRuns:
    datasets = {name: table.to_pyarrow() for name, table in drawn_shop.items()}
    return KeptRuns(lambda _: {}, datasets, tmp_path)


def build(
    shop: KeptRuns, as_of: date, *, is_full: bool = False
) -> tuple[dict[str, pd.DataFrame], Counter[str]]:
    shop.system = lambda tables: system.build(tables, as_of, Shelf())
    return shop.build(is_full=is_full)


def learnt_on(built: dict[str, pd.DataFrame]) -> date:
    """The one day that all rows of all tables name."""
    days = [built[name].learnt_on for name in ("churn_risk", "customer_segments", "customer_lifetime_value")]
    (day,) = pd.concat(days).unique()
    return pd.Timestamp(day).date()


def _with_order(rows: dict[str, pa.Table], number: int, at: datetime, customer: int, price: str) -> None:
    """Add an order of one line."""
    order = {"order_id": f"N{number}", "customer_id": customer, "ordered_at": at, "status": "completed"}
    line = {"order_id": f"N{number}", "product_id": "P1", "quantity": 1, "unit_price": Decimal(price)}
    for name, row in (("orders", order), ("order_items", line)):
        new = pa.Table.from_pylist([row], schema=rows[name].schema)
        rows[name] = pa.concat_tables([rows[name], new])


def test_after_each_step_of_a_history_the_tables_are_those_of_a_full_run(shop: KeptRuns) -> None:
    """A new day, a late order before the period, its revert, an erased customer; each with its trainings."""
    began = shop.datasets
    late = dict(began)
    _with_order(late, 1, datetime(2024, 12, 1), 7, "12.0000")
    mine = pc.equal(began["orders"]["customer_id"], 7)
    erased = {
        **began,
        "customers": began["customers"].filter(pc.not_equal(began["customers"]["customer_id"], 7)),
        "orders": began["orders"].filter(pc.invert(mine)),
    }
    day, after = date(2024, 12, 28), date(2024, 12, 29)
    trainings = []
    for rows, as_of in ((began, day), (began, after), (late, after), (began, after), (erased, after)):
        shop.replace(**rows)
        built, counts = build(shop, as_of)
        assert learnt_on(built) == LEARNT_ON
        assert_equal(built, build(shop, as_of, is_full=True)[0])
        trainings.append(counts["computed"])
    assert trainings == [1, 0, 1, 0, 1]


def test_models_that_are_due_are_learnt_again(shop: KeptRuns) -> None:
    before, _ = build(shop, LEARNT_ON)
    built, counts = build(shop, LEARNT_ON + timedelta(days=1))
    assert learnt_on(before) == LEARNT_ON - timedelta(days=28)
    assert (learnt_on(built), counts["computed"]) == (LEARNT_ON, 1)


def test_customers_who_have_moved_are_scored_by_models_of_the_day(shop: KeptRuns) -> None:
    """300 new customers buy once, for much money: a model that does not know them is not kept."""
    as_of = date(2024, 12, 30)
    build(shop, as_of)
    rows = dict(shop.datasets)
    for number in range(300):
        _with_order(rows, number, datetime(2024, 12, 29), 1_000 + number, "900.0000")
    shop.replace(**rows)
    built, counts = build(shop, as_of)
    assert (learnt_on(built), counts["reused"], counts["computed"]) == (as_of, 1, 1)
    quality = built["customer_model_quality"].set_index(["model", "metric"]).value
    assert quality["customer_models", "age_days"] == quality["customer_models", "most_drift"] == 0
    assert_equal(built, build(shop, as_of, is_full=True)[0])
