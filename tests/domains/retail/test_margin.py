"""The margin of the shop is a setting of the lake; decisions, texts and model cards follow it."""

from __future__ import annotations

from importlib import import_module

import duckdb
import ibis
import numpy as np
import pyarrow as pa
import pytest

from headgate.domains.retail import margin
from headgate.domains.retail.compliance_guardian import decisions, fraud_scores
from headgate.domains.retail.demand_insights_engine import churn
from headgate.errors import SettingsError
from headgate.reports.answer_words import action_words
from headgate.systems.dashboards import dashboards
from headgate.values.parquet_tables import table_of
from tests.domains.retail.test_dashboards import answer_of, filled_tables

pytestmark = pytest.mark.unit


def test_the_margin_is_that_of_the_setting_or_thirty_percent() -> None:
    assert margin.margin_share({}) == margin.margin_share({"margin_share": ""}) == 0.30
    assert margin.margin_share({"margin_share": "0.35"}) == 0.35
    assert margin.margin_share({"margin_share": "1"}) == 1


@pytest.mark.parametrize("text", ["0", "-0.1", "1.01", "35", "35 %", "nan", "inf", "0,35"])
def test_a_margin_that_is_no_share_is_an_error_with_an_example(text: str) -> None:
    with pytest.raises(
        SettingsError, match=r"margin_share is '.*'\. It must be .* 0\.35 for a margin of 35 %"
    ):
        margin.margin_share({"margin_share": text})


@pytest.mark.parametrize("system", ["compliance_guardian", "demand_insights_engine", "retail_copilot"])
def test_the_systems_that_decide_by_the_margin_take_the_setting(system: str) -> None:
    assert margin.OPTION in import_module(f"headgate.domains.retail.{system}").OPTIONS


def test_a_larger_margin_blocks_less_and_pays_more_offers() -> None:
    probability, amount = np.array([0.93]), np.array([20.0])
    assert decisions.cheapest(probability, amount, margin=0.3).tolist() == ["block"]
    assert decisions.cheapest(probability, amount, 1.7, margin=1.0).tolist() == ["review"]
    left, value = np.array([True]), np.array([30.0])
    assert churn.earned(left, value, 0.3)[0] < 0 < churn.earned(left, value, 0.4)[0]


def test_the_cost_of_a_wrong_block_follows_the_margin_and_the_expected_loss_does_not() -> None:
    row = {"transaction_id": 1, "pence": 10_000, "score": 0.5, "model": "gradient_boosting"}
    row |= dict.fromkeys(("transacted_at", "customer_id", "terminal_id", "is_fraud"), None)
    row |= {"decision": "block"} | dict.fromkeys(("reason_1", "reason_2", "reason_3", "reason_words"), "")
    scored = ibis.memtable([row, {**row, "transaction_id": 2, "model": "isolation_forest"}])
    reviewed = ibis.memtable(
        pa.table({"transaction_id": pa.array([], "int64"), "reviewed_as": pa.array([], "string")})
    )
    costs = fraud_scores.table(scored, reviewed, margin=0.35)
    assert [str(loss) for loss in table_of(costs.path)["expected_loss"].to_pylist()] == ["50.00", "50.00"]
    assert [str(cost) for cost in table_of(costs.path)["cost_of_blocking"].to_pylist()] == ["20.00", "None"]


def test_the_page_of_customers_names_the_margin_and_what_calls_may_cost() -> None:
    panel = dashboards()["demand-insights-engine"].panel("at_stake")
    with duckdb.connect() as engine:
        filled_tables(
            engine,
            churn_risk=[
                {"customer_id": number, "win_back": number < 3, "value_at_stake_gbp": 50}
                | {"corrected_probability": 0.5}
                for number in (1, 2, 3)
            ],
            customer_segments=[{"customer_id": number} for number in (1, 2, 3)],
            customer_model_quality=[{"model": "churn_risk", "metric": "margin_share", "value": 0.35}],
        )
        rows = answer_of(engine, panel.sql)
    assert action_words(panel.action, rows, panel.units) == (
        "Call them from the top of the queue, in all for less than £4, £2 a customer, as 1 offer in 10 is "
        "assumed to keep a customer, with your margin of 35 %."
    )
