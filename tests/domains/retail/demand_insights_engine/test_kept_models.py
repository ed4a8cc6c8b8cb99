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
DAY_FILES = 7
"""Of the customers at the beginning of a day: three tables, points, figures, and two of lines."""


@pytest.fixture(autouse=True)
def _quick_recipes(monkeypatch: pytest.MonkeyPatch) -> None:
    quick = {name: churn.RECIPES[name] for name in ("calibrated_splines", churn.NAIVE)}
    monkeypatch.setattr(churn, "RECIPES", quick)


@pytest.fixture
def shop(drawn_shop: dict[str, ibis.Table], tmp_path: Path) -> KeptRuns:
    datasets = {name: table.to_pyarrow() for name, table in drawn_shop.items()}
    return KeptRuns(lambda _: {}, datasets, tmp_path)


def build(
    shop: KeptRuns, as_of: date, *, is_full: bool = False, margin: str = ""
) -> tuple[dict[str, pd.DataFrame], Counter[str]]:
    shop.system = lambda tables: system.build(tables, as_of, Shelf(), {"margin_share": margin})
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
    written = []
    full: dict[tuple[int, date], dict[str, pd.DataFrame]] = {}
    for rows, as_of in ((began, day), (began, after), (late, after), (began, after), (erased, after)):
        shop.replace(**rows)
        built, counts = build(shop, as_of)
        assert learnt_on(built) == LEARNT_ON
        if (id(rows), as_of) not in full:
            full[id(rows), as_of] = build(shop, as_of, is_full=True)[0]
        assert_equal(built, full[id(rows), as_of])
        written.append(counts["computed"])
    assert written == [1 + DAY_FILES, DAY_FILES, 1 + DAY_FILES, 0, 1 + DAY_FILES]


def test_models_that_are_due_are_learnt_again(shop: KeptRuns) -> None:
    before, _ = build(shop, LEARNT_ON)
    built, counts = build(shop, LEARNT_ON + timedelta(days=1))
    assert learnt_on(before) == LEARNT_ON - timedelta(days=28)
    assert (learnt_on(built), counts["computed"]) == (LEARNT_ON, 1 + DAY_FILES)


def test_models_kept_with_another_margin_are_not_taken(shop: KeptRuns) -> None:
    before, _ = build(shop, LEARNT_ON)
    built, counts = build(shop, LEARNT_ON, margin="1")
    assert counts["computed"] == 1 + DAY_FILES
    quality = [rows["customer_model_quality"].set_index("metric") for rows in (before, built)]
    assert [rows.value["margin_share"] for rows in quality] == [0.3, 1]
    earned = [rows.value["offers_earned_gbp"] for rows in quality]
    assert earned[0] < earned[1]
    assert "margin 100%" in quality[1].note["offers_earned_gbp"]


def test_customers_who_have_moved_are_scored_by_models_of_the_day_before(shop: KeptRuns) -> None:
    """300 new customers buy once, for much money: a model that does not know them is not kept."""
    as_of, before = date(2024, 12, 30), date(2024, 12, 29)
    build(shop, as_of)
    rows = dict(shop.datasets)
    for number in range(300):
        _with_order(rows, number, datetime(2024, 12, 29), 1_000 + number, "900.0000")
    shop.replace(**rows)
    built, counts = build(shop, as_of)
    # The models of the day before are asked for by the figures again, as are those of the period.
    assert (learnt_on(built), counts["reused"], counts["computed"]) == (before, 3, 1 + DAY_FILES)
    quality = built["customer_model_quality"].set_index(["model", "metric"]).value
    assert quality["customer_models", "age_days"] == 0
    assert quality["customer_models", "most_drift"] < 0.001  # signals are a day later than the models
    assert_equal(built, build(shop, as_of, is_full=True)[0])


def test_within_a_day_the_rows_of_customers_who_changed_are_computed_and_the_others_are_kept(
    shop: KeptRuns,
) -> None:
    """An order, a new customer, a returned purchase of long ago, another consent, and a customer who brings
    everything back; each with the rows of a full run.
    """
    as_of, noon = date(2024, 12, 30), datetime(2024, 12, 30, 12)
    rows = dict(shop.datasets)
    _with_order(rows, 1, datetime(2024, 12, 20), 2_001, "40.0000")
    shop.replace(**rows)
    before, _ = build(shop, as_of)
    shop.build(is_checked=True)  # stored rows are those that a run computes again
    for change in (_bought, _consented, _brought_back):
        change(rows, noon)
        shop.replace(**rows)
        built, counts = build(shop, as_of)
        assert counts["computed"] == 0
        assert_equal(built, build(shop, as_of, is_full=True)[0])
    assert {2_000} == set(built["churn_risk"].customer_id) - set(before["churn_risk"].customer_id)
    assert {2_001} == set(before["churn_risk"].customer_id) - set(built["churn_risk"].customer_id)
    for name in ("churn_risk", "customer_segments", "customer_lifetime_value"):
        kept, now = (tables[name].set_index("customer_id") for tables in (before, built))
        others = kept.index.difference([3, 5, 9, 2_000, 2_001])
        pd.testing.assert_frame_equal(now.loc[others], kept.loc[others], check_exact=True)
    segments = built["customer_segments"].set_index("customer_id")
    assert segments.recency_days[[3, 2_000]].tolist() == [0, 0]


def _bought(rows: dict[str, pa.Table], at: datetime) -> None:
    """A customer and a new one order."""
    _with_order(rows, 2, at, 3, "25.0000")
    _with_order(rows, 3, at, 2_000, "25.0000")


def _consented(rows: dict[str, pa.Table], _: datetime) -> None:
    people = rows["customers"].to_pylist()
    for person in people:
        if person["customer_id"] == 5:
            person["marketing_opt_in"] = not person["marketing_opt_in"]
    rows["customers"] = pa.Table.from_pylist(people, schema=rows["customers"].schema)


def _brought_back(rows: dict[str, pa.Table], at: datetime) -> None:
    """A customer brings back the only purchase, another one a purchase of an earlier day."""
    mine = rows["orders"].filter(pc.equal(rows["orders"]["customer_id"], 9)).to_pylist()[0]
    lines = rows["order_items"].filter(pc.equal(rows["order_items"]["order_id"], mine["order_id"]))
    (line,) = lines.to_pylist()
    for number, customer, returned in ((4, 9, line), (5, 2_001, {"product_id": "P1", "unit_price": "40"})):
        order = {"order_id": f"N{number}", "customer_id": customer, "ordered_at": at, "status": "cancelled"}
        back = {
            "order_id": f"N{number}",
            "product_id": returned["product_id"],
            "quantity": -1,
            "unit_price": Decimal(returned["unit_price"]),
        }
        for name, row in (("orders", order), ("order_items", back)):
            new = pa.Table.from_pylist([row], schema=rows[name].schema)
            rows[name] = pa.concat_tables([rows[name], new])
