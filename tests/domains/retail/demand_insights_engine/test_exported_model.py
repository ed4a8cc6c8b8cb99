"""Predictions of customers are the batch's, with every recipe of churn and every method of value."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import ibis
import numpy as np
import pandas as pd
import pytest

from headgate.domains.retail.demand_insights_engine import (
    churn,
    churn_risk,
    customer_value,
    exported_model,
    features,
    lifetime_value,
    origins,
)
from headgate.domains.retail.demand_insights_engine.customer_value import Method
from headgate.domains.retail.demand_insights_engine.trading_clock import TradingClock
from headgate.domains.retail.predictions.customers import CustomerScorer
from headgate.engines.stored_rows import StoredRows, store_frames
from headgate.scoring.scorer import Scorer
from tests.domains.retail.demand_insights_engine.made_models import models_of

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.system

AS_OF = date(2024, 12, 31)
YEARLY = 3.7


@dataclass(frozen=True)
class Shop:
    """The data that the models are fitted on, and the value model of the shop."""

    folder: Path
    customers: StoredRows
    described: StoredRows
    points: pd.DataFrame
    past: origins.Origins
    value: customer_value.ValueModel


@pytest.fixture(scope="module")
def shop(drawn_shop: dict[str, ibis.Table], tmp_path_factory: pytest.TempPathFactory) -> Shop:
    folder = tmp_path_factory.mktemp("customers")
    days = ibis.memtable(features.purchase_days(drawn_shop, AS_OF).to_pyarrow())
    accounts = features.balances(
        features.ordered_days(drawn_shop, AS_OF), features.returned_lines(drawn_shop, AS_OF)
    )
    histories = features.known_histories(days, drawn_shop["customers"], accounts, AS_OF).to_pandas()
    customers = store_frames([histories], folder / "customers.parquet")
    daily = features.daily_purchases(days).set_index("purchased_on").purchases
    clock = TradingClock.of(daily, pd.Timestamp(daily.index.min()).date(), AS_OF)
    ahead = origins.coming(days, clock, AS_OF)
    past, described = (
        origins.origins(days, clock, AS_OF, ahead, folder),
        origins.describe_histories([histories], clock, AS_OF, folder / "points"),
    )
    points = origins.points_of([described])
    value = customer_value.learnt(points, past.newest, lambda some: np.full(len(some), 0.5), ahead)
    return Shop(folder, customers, described, points, past, value)


def exported(
    shop: Shop,
    leaving: churn.ChurnModel | None,
    value: customer_value.ValueModel,
    *,
    has_customers: bool = True,
) -> tuple[CustomerScorer, pd.DataFrame]:
    """The scorer after a trip through its bytes, and the batch's table of values."""
    models = models_of(value, leaving)
    expected = customer_value.stored_outlook(
        value, shop.described, stored_leaving(shop, leaving), YEARLY, shop.folder / "expected"
    )
    table = lifetime_value.table(models, shop.customers, shop.described, expected, is_year_tested=False)
    customers = exported_model.ExportedCustomers.of(shop.described, StoredRows([table.path]))
    scorer = exported_model.scorer(models, customers, expected.scale, has_customers=has_customers)
    assert scorer
    return CustomerScorer(Scorer.from_bytes(scorer.to_bytes())), table.frame()


def stored_leaving(shop: Shop, leaving: churn.ChurnModel | None) -> StoredRows:
    probability = (
        leaving.probability(shop.points)
        if leaving
        else churn_risk.share_of_silence(shop.points.silence.to_numpy())
    )
    return store_frames([pd.DataFrame({churn_risk.LEAVING: probability})], shop.folder / "leaving")


def learnt(shop: Shop, recipe: str = churn.FIRST) -> churn.ChurnModel:
    points, gone, _ = origins.together(shop.past.newest, churn_risk.SIGNALS)
    return churn.fit(churn.training_set(points, gone), recipe)


@pytest.mark.parametrize("recipe", [*churn.RECIPES, None])
def test_every_recipe_gives_the_probabilities_and_drivers_of_the_batch(
    shop: Shop, recipe: str | None
) -> None:
    leaving = learnt(shop, recipe).shifted(0.3) if recipe else None
    scorer, _ = exported(shop, leaving, shop.value)
    expected = churn_risk.table(
        shop.customers,
        shop.described,
        models_of(shop.value, leaving).churn_in_charge,
        stored_leaving(shop, leaving),
        at_stake=np.zeros(len(shop.points)),
    ).frame()
    np.testing.assert_allclose(
        scorer.churn_probability(shop.points.to_numpy()),
        expected.churn_probability.to_numpy(),
        rtol=1e-9,
        atol=1e-12,
    )
    for row in expected.iloc[::40].itertuples():
        stored = scorer.stored(row.customer_id)
        assert stored
        found = scorer.predict(stored, row.customer_id)
        assert found.churn_probability == pytest.approx(row.churn_probability, rel=1e-9)
        assert list(found.drivers) == [
            word for word in (row.driver_1, row.driver_2, row.driver_3) if word is not None
        ]


@pytest.mark.parametrize("method", [method for method in Method if method is not Method.POOLED_RATE])
def test_every_method_gives_the_values_of_the_batch(shop: Shop, method: Method) -> None:
    value = replace(shop.value, method=method)
    scorer, table = exported(shop, None, value)
    for row in table.iloc[::20].itertuples():
        stored = scorer.stored(row.customer_id)
        assert stored
        found = scorer.predict(stored, row.customer_id)
        assert found.purchases[365] == pytest.approx(row.expected_purchases_365d, rel=1e-9)
        assert f"{found.values_gbp[90]:.2f}" == str(row.expected_value_90d)
        assert f"{found.values_gbp[365]:.2f}" == str(row.expected_value_365d)
        assert f"{found.spend_per_purchase:.2f}" == str(row.expected_purchase_gbp)
        assert found.intervals[365] == (float(row.value_365d_low), float(row.value_365d_high))


def test_the_model_alone_is_exported(shop: Shop) -> None:
    with_customers, table = exported(shop, learnt(shop), shop.value)
    alone, _ = exported(shop, learnt(shop), shop.value, has_customers=False)
    number = int(table.customer_id.iloc[0])
    signals = with_customers.stored(number)
    assert signals
    assert (alone.facts["has_customers"], with_customers.facts["has_customers"]) == (False, True)
    assert alone.stored(number) is None
    assert alone.predict(signals) == with_customers.predict(signals)


def test_a_shop_whose_customers_do_not_come_back_has_the_pooled_rate(shop: Shop) -> None:
    value = replace(
        shop.value, purchases=None, spend=None, regression=None, typical=None, method=Method.POOLED_RATE
    )
    scorer, table = exported(shop, None, value)
    stored = scorer.stored(int(table.customer_id.iloc[0]))
    assert stored
    assert f"{scorer.predict(stored).values_gbp[90]:.2f}" == str(table.expected_value_90d.iloc[0])


def test_changed_signals_change_the_prediction_and_have_no_stored_interval(shop: Shop) -> None:
    scorer, _ = exported(shop, learnt(shop), shop.value)
    stored = scorer.stored(int(shop.customers.column("customer_id")[0]))
    assert stored
    silent = scorer.predict({**stored, "silence": stored["silence"] + 200})
    assert silent.churn_probability != scorer.predict(stored).churn_probability
    assert not silent.intervals
    assert scorer.stored(-1) is None
