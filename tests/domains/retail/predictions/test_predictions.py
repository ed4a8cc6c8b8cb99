"""Predictions are those of the newest exported model, and what it cannot predict is a clear problem."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest

from headgate.contracts.types import arrow_schema
from headgate.domains.retail.predictions.customers import CustomerScorer
from headgate.domains.retail.predictions.fraud import FraudScorer, Transaction
from headgate.domains.retail.predictions.searches import IntentScorer
from headgate.lake import keys
from headgate.learning.store import ModelInputs, ModelStore
from headgate.scoring.scorer import Scorer, with_prefix
from headgate.snapshots.publishing import Publisher
from tests.unit.api.lakes import REGISTRY, Caller, MemoryLake

pytestmark = pytest.mark.unit

SIGNALS = ["silence", "purchases", "purchase_value", "frequency", "rhythm", "age", "revenue"]
TREE = {
    "roots": np.array([0]),
    "feature": np.array([0, 0, 0]),
    "threshold": np.array([100.0, 0.0, 0.0]),
    "left": np.array([1, 1, 2]),
    "right": np.array([2, 1, 2]),
    "missing_left": np.array([True, True, True]),
    "value": np.array([0.0, -4.0, 3.0]),
    "baseline": np.array([0.0]),
    "depth": np.array([1]),
}
FRAUD = Scorer(
    {
        "model": "gradient_boosting",
        "columns": ["amount_gbp", "account_age_days"],
        "honest_share": 1.0,
        "actions": ["approve", "review", "block"],
        "costs": {"review": 3.0, "margin_share": 0.3, "block_call": 5.0},
        "groups": [["unusual_amount", ["amount_gbp"]], ["new_customer", ["account_age_days"]]],
        "conditions": {
            "unusual_amount": {"feature": "amount_gbp", "least": 100},
            "new_customer": {"feature": "account_age_days", "least": 0, "below": 30},
        },
        "combination": "combination",
        "reasons": 3,
        "least_reason": 0.01,
        "windows_days": [1, 7, 30],
        "memory_days": 90,
        "delay_days": 7,
        "compromise_days": 28,
        "ordinary_below": 2.0,
        "least_amount": 0.5,
    },
    {
        "reference": np.array([20.0, 100.0]),
        **with_prefix("trees", TREE),
        **with_prefix(
            "past",
            {
                name: np.array([], dtype=np.int64)
                for name in ("number", "at_s", "customer_id", "terminal_id", "pence")
            },
        ),
        **with_prefix(
            "past",
            {"fraud": np.array([], dtype=np.bool_), "amount_to_usual": np.array([]), "to_mean": np.array([])},
        ),
        **with_prefix("accounts", {"customer_id": np.array([7]), "signed_up_s": np.array([1_700_000_000])}),
    },
)
CUSTOMERS = Scorer(
    {
        "signals": SIGNALS,
        "horizons": [[90, 1.0], [365, 3.0]],
        "churn": {
            "model": "recency_share",
            "columns": ["silence"],
            "parts": [],
            "even_odds_days": 90,
            "drivers_by_silence": [0.3, "long silence", "usual"],
        },
        "method": "pooled_rate",
        "factor": 2.0,
        "year_method": "pooled_rate",
        "year_factor": 2.0,
        "purchases": None,
        "spend": None,
        "daily_rate": 0.01,
        "mean_spend": 30.0,
        "prior_purchases": 1.0,
        "trading_days": 60.0,
    },
    {
        "customer_id": np.array([7, 9]),
        "points": np.array([[30.0, 4, 25, 3, 50, 80, 100], [90.0, 1, 10, 0, 0, 90, 10]]),
        "intervals": np.array([[1.0, 2, 3, 4], [5, 6, 7, 8]]),
    },
)
INTENTS = Scorer(
    {
        "templates": ["red mug", "garden gnome"],
        "labels": ["gnomes", "mugs"],
        "sub_labels": ["garden", "red"],
        "texts_meant": {},
        "corrections": {},
        "language": [],
        "accents": "x^",
        "not_words": [],
        "genitive": "x^",
        "between_words": r"[\W_]+",
        "singulars": [[r"^(\w{2,}[^s\Wui])s$", r"\1"]],
        "longest": 255,
        "blank": "(blank)",
    },
    {"intents": np.array([1, 0]), "sub_intents": np.array([1, 0])},
)
EXPORTED = (
    ("compliance-guardian", "fraud", FRAUD),
    ("demand-insights-engine", "customers", CUSTOMERS),
    ("retail-copilot", "intents", INTENTS),
)
ASKED = {"customer_id": 7, "terminal_id": 3, "amount": "250.00", "transacted_at": "2026-01-02T03:04:05"}


def export(lake: MemoryLake, system: str, name: str, scorer: Scorer | None, day: int = 1) -> None:
    origin = ModelInputs(system, f"{day:016}", date(2026, 1, day), "c0de")
    ModelStore(lake.objects, "artifacts").export(system, name, scorer, origin)


@pytest.fixture
def caller() -> Caller:
    lake = MemoryLake()
    for one in EXPORTED:
        export(lake, *one)
    return Caller(lake, ("viewer",))


def test_a_fraud_score_is_the_exported_models_with_decision_and_reasons(caller: Caller) -> None:
    answer = caller.call("POST", "/v1/predictions/fraud", ASKED)
    expected = FraudScorer(FRAUD).score(
        Transaction(7, 3, 250_00, caller.lake.moment.replace(day=2, hour=3, minute=4, second=5))
    )
    assert answer.status == 200
    assert (answer.json["score"], answer.json["decision"]) == (
        pytest.approx(expected.score, rel=1e-12),
        "review",
    )
    assert answer.json["reasons"] == ["unusual_amount"]
    assert (answer.json["as_of"], answer.json["snapshot_id"], answer.json["model"]) == (
        "2026-01-01",
        "1".zfill(16),
        "gradient_boosting",
    )


def test_a_small_amount_is_approved_without_reasons(caller: Caller) -> None:
    answer = caller.call("POST", "/v1/predictions/fraud", {**ASKED, "amount": "5.00"})
    assert (answer.json["decision"], answer.json["reasons"]) == ("approve", [])


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": "5"},
        {"amount": "-5.00"},
        {"transacted_at": "2026-02-30T00:00:00"},
        {"card_number": "4111111111111111"},
    ],
)
def test_a_transaction_that_is_none_is_a_422(caller: Caller, wrong: dict[str, str]) -> None:
    answer = caller.call("POST", "/v1/predictions/fraud", {**ASKED, **wrong})
    assert answer.status == 422
    assert "4111" not in answer.text


def test_a_known_customer_is_predicted_from_stored_signals_with_the_stored_interval(caller: Caller) -> None:
    answer = caller.call("POST", "/v1/predictions/customer", {"customer_id": 7}).json
    assert answer["churn_probability"] == 30 / 120
    assert answer["values"][1] == {
        "horizon_days": 365,
        "purchases": pytest.approx(1.8),
        "value": "93.60",
        "low": "3.00",
        "high": "4.00",
    }


def test_changed_signals_answer_what_if_without_an_interval(caller: Caller) -> None:
    answer = caller.call(
        "POST", "/v1/predictions/customer", {"customer_id": 7, "signals": {"silence": 90}}
    ).json
    assert answer["churn_probability"] == 0.5
    assert answer["values"][0]["low"] is None


def test_a_new_customer_needs_all_signals(caller: Caller) -> None:
    signals = dict(zip(SIGNALS, [30.0, 4, 25, 3, 50, 80, 100], strict=True))
    stored = CustomerScorer(CUSTOMERS).stored(7)
    assert stored == signals
    answer = caller.call("POST", "/v1/predictions/customer", {"signals": signals})
    assert (answer.status, answer.json["churn_probability"]) == (200, 0.25)
    del signals["age"]
    assert caller.call("POST", "/v1/predictions/customer", {"signals": signals}).status == 422
    assert caller.call("POST", "/v1/predictions/customer", {"signals": {"height": 2.0}}).status == 422
    assert caller.call("POST", "/v1/predictions/customer", {"customer_id": 8}).status == 404


def test_a_model_without_customers_predicts_from_signals_and_says_where_known_customers_are(
    caller: Caller,
) -> None:
    """A run over more customers than the function can hold exports the model alone."""
    without = {name: array[:0] for name, array in CUSTOMERS.arrays.items()}
    export(
        caller.lake,
        "demand-insights-engine",
        "customers",
        Scorer({**CUSTOMERS.facts, "has_customers": False}, without),
        day=2,
    )
    answer = caller.call("POST", "/v1/predictions/customer", {"customer_id": 7})
    assert answer.status == 404
    assert "customer_lifetime_value" in answer.json["detail"]
    signals = dict(zip(SIGNALS, [30.0, 4, 25, 3, 50, 80, 100], strict=True))
    assert caller.call("POST", "/v1/predictions/customer", {"signals": signals}).status == 200


def test_an_intent_is_the_exported_models(caller: Caller) -> None:
    answer = caller.call("POST", "/v1/predictions/intent", {"text": "Red Mugs"}).json
    assert (answer["intent"], answer["template"], answer["similarity"]) == ("mugs", "red mug", 1.0)
    assert answer["sub_intent"] == "red"
    assert answer["intent"] == IntentScorer(INTENTS).find("red mugs").intent


def test_a_later_export_replaces_the_model_and_a_model_that_cannot_be_exported_is_409(caller: Caller) -> None:
    later = replace(INTENTS, facts={**INTENTS.facts, "labels": ["gnomes", "cups"]})
    export(caller.lake, "retail-copilot", "intents", later, day=2)
    answer = caller.call("POST", "/v1/predictions/intent", {"text": "red mug"}).json
    assert (answer["intent"], answer["as_of"]) == ("cups", "2026-01-02")
    export(caller.lake, "retail-copilot", "intents", None, day=3)
    assert caller.call("POST", "/v1/predictions/intent", {"text": "red mug"}).status == 409


def test_before_the_first_run_there_is_no_prediction() -> None:
    assert Caller(MemoryLake()).call("POST", "/v1/predictions/fraud", ASKED).status == 409
    assert Caller(MemoryLake()).call("POST", "/v1/predictions/forecast", {}).status == 404


def test_a_forecast_is_the_published_one_cell_by_cell(caller: Caller) -> None:
    contract = REGISTRY.prod["sales_forecast"]
    amounts = ("mean", "lower_80", "upper_80", "lower_95", "upper_95")
    money = {name: Decimal("1.25") for name in amounts} | {f"sum_{name}": Decimal("2.50") for name in amounts}
    texts = {
        "level": "total",
        "region_id": "(all)",
        "category": "(all)",
        "grain": "week",
        "model": "ensemble",
        "unit": "GBP net",
        "snapshot_id": "1" * 16,
    }
    rows = [
        {
            "series_id": name,
            "period_on": date(2026, 1, 5 + 7 * n),
            "horizon": n + 1,
            "history_too_short": False,
            "sum_windows": 4,
            "sum_inside_80": 3,
            "sum_coverage_80": 0.79,
            "as_of": date(2026, 1, 1),
        }
        | money
        | texts
        for name in ("total", "region=GB")
        for n in range(3)
    ]
    table = pa.Table.from_pylist(rows, schema=arrow_schema(contract))
    bucket = caller.lake.bucket("market-intelligence-hub")
    caller.lake.catalog.create(
        caller.lake.databases.prod, "sales_forecast", f"s3://{bucket}/tables/sales_forecast/none/"
    )
    publisher = Publisher(
        caller.lake.objects, caller.lake.catalog, caller.lake.databases.prod, bucket, lambda *_: None
    )
    publisher.publish(
        contract,
        table,
        keys.table_prefix("sales_forecast", "v1"),
        parameters={"headgate.as_of": "2026-01-01"},
    )
    answer = caller.call("POST", "/v1/predictions/forecast", {"series_id": "region=GB", "periods": 2}).json
    assert [(period["period_on"], period["horizon"], period["mean"]) for period in answer["periods"]] == [
        ("2026-01-05", 1, "1.25"),
        ("2026-01-12", 2, "1.25"),
    ]
    last = answer["periods"][-1]
    sums = [
        last[name] for name in ("sum_mean", "sum_lower_80", "sum_windows", "sum_inside_80", "sum_coverage_80")
    ]
    assert sums == ["2.50", "2.50", 4, 3, 0.79]
    assert (answer["model"], answer["as_of"]) == ("ensemble", "2026-01-01")
    assert caller.call("POST", "/v1/predictions/forecast", {"series_id": "region=XX"}).status == 404


@pytest.mark.parametrize(
    ("what", "asked", "system"),
    [
        ("fraud", ASKED, "compliance-guardian"),
        ("customer", {"customer_id": 7}, "demand-insights-engine"),
        ("intent", {"text": "mug"}, "retail-copilot"),
        ("forecast", {"series_id": "total"}, "market-intelligence-hub"),
    ],
)
def test_a_lake_without_systems_says_so_and_what_to_do(
    what: str, asked: dict[str, object], system: str
) -> None:
    answer = Caller(MemoryLake(systems=()), ("viewer",)).call("POST", f"/v1/predictions/{what}", asked)
    assert answer.status == 409
    assert f"needs the system {system}" in answer.json["detail"]
    assert "the lake builds no system" in answer.json["detail"]
    assert "headgate.toml" in answer.json["detail"]
