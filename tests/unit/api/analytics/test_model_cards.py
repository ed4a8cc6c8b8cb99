"""Model cards over the API: the models of the deployed systems, with the figures of the current tables."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest

from headgate.contracts.types import arrow_schema
from headgate.lake import keys
from headgate.lake.ports import ObjectRef
from headgate.snapshots.publishing import Publisher
from headgate.systems.up_to_date import AS_OF
from tests.unit.api.analytics.test_tables import a_column
from tests.unit.api.lakes import REGISTRY, Caller, MemoryLake
from tests.unit.systems.test_model_cards import KEPT, measure

pytestmark = pytest.mark.unit

PATH = "/v1/model-cards"
SYSTEM = KEPT.system
DAY = KEPT.as_of


def publish(lake: MemoryLake, table: str, version: str, system: str = SYSTEM, **cells: object) -> None:
    """Publish a table of one row, with any values in the columns that are not named and may not be empty."""
    contract = REGISTRY.prod[table]
    schema = arrow_schema(contract)
    columns = [
        pa.array([cells.get(field.name)], field.type)
        if field.name in cells or field.nullable
        else a_column(field, 1)
        for field in schema
    ]
    lake.catalog.create("ecommerce_prod", table, f"s3://{system}/empty/")
    publisher = Publisher(lake.objects, lake.catalog, "ecommerce_prod", system, lambda *_: None)
    publisher.publish(
        contract,
        pa.table(columns, schema=schema),
        keys.table_prefix(table, version),
        parameters={AS_OF: DAY},
    )


def lake_with_a_model(recipe: str = "linear") -> MemoryLake:
    lake = MemoryLake()
    version = recipe.replace("_", "")
    publish(lake, "churn_risk", version, model=recipe)
    quality = measure("auc", 0.8) | {"as_of": date.fromisoformat(DAY)}
    publish(lake, "customer_model_quality", version, **quality)
    ref = ObjectRef("artifacts", keys.model_of_day_key(SYSTEM, "churn", date.fromisoformat(DAY)))
    lake.objects.write(ref, KEPT.to_json().encode())
    return lake


def test_the_models_of_the_deployed_systems_are_listed_with_their_tables() -> None:
    cards = Caller(MemoryLake(), ("viewer",)).call("GET", PATH).json["cards"]
    (churn,) = [card for card in cards if card["name"] == "churn"]
    assert (churn["system"], churn["tables"]) == (SYSTEM, ["churn_risk"])
    assert churn["quality"] == "customer_model_quality"
    assert churn["predicts"].startswith("The probability that a customer buys nothing")
    others = Caller(MemoryLake(systems=("retail-copilot",))).call("GET", PATH).json["cards"]
    assert {card["system"] for card in others} == {"retail-copilot"}


def test_a_card_has_method_data_tests_limits_and_use() -> None:
    card = Caller(lake_with_a_model(), ("viewer",)).call("GET", f"{PATH}/churn").json
    assert (card["methods"], card["recipe"], card["learnt_from"]) == ({"model": ["linear"]}, "linear", 1200)
    (figure,) = card["figures"]
    assert (figure["metric"], figure["value"], figure["baseline_model"]) == ("auc", 0.8, "silence")
    assert card["contest"] == {"linear": 0.5, "constant": 0.6}
    assert (card["as_of"], card["period"], card["shifted"]) == (DAY, "2025-10-01/2025-12-30", ["silence"])
    assert card["is_kept"] is True
    assert all(card[part] for part in ("data", "naive_rule", "limits", "uses"))


def test_a_kept_model_that_the_table_does_not_name_is_not_in_use() -> None:
    card = Caller(lake_with_a_model("recency_share")).call("GET", f"{PATH}/churn").json
    assert (card["recipe"], card["unused"], card["methods"]) == (
        "",
        ["linear", DAY],
        {"model": ["recency_share"]},
    )


def test_a_card_before_the_first_run_has_its_texts_and_no_figures() -> None:
    lake = MemoryLake()
    for table in ("churn_risk", "customer_model_quality"):
        lake.catalog.create("ecommerce_prod", table, f"s3://{SYSTEM}/empty/")
    card = Caller(lake).call("GET", f"{PATH}/churn").json
    assert (card["as_of"], card["figures"], card["recipe"], card["unused"]) == ("", [], "", [])
    assert card["limits"]


def test_a_card_has_figures_of_its_first_table_too() -> None:
    lake, of_total = MemoryLake(), {"series_id": "total", "grain": "week", "model": "level_and_season"}
    tests = {"sum_windows": 3, "sum_off_by": 16.6, "sum_off_by_mean_of_8": 15.4}
    system = "market-intelligence-hub"
    publish(lake, "sales_forecast", "v1", system, horizon=4, **of_total, **tests)
    publish(lake, "forecast_accuracy", "v1", system, windows=3, **of_total)
    card = Caller(lake).call("GET", f"{PATH}/sales-forecast").json
    (sums,) = [figure for figure in card["figures"] if figure["metric"] == "sum_mape"]
    assert (sums["value"], sums["baseline"], sums["verdict"]) == (16.6, 15.4, "as good")
    assert (sums["title"], sums["is_main"]) == ("Error of the total, periods added up", True)


def test_a_model_of_no_deployed_system_is_not_found() -> None:
    assert Caller(MemoryLake()).call("GET", f"{PATH}/weather").status == 404
    assert Caller(MemoryLake(systems=("retail-copilot",))).call("GET", f"{PATH}/churn").status == 404
