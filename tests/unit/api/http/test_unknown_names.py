"""An address with a misspelt name answers with the nearest names and the request that lists all."""

from __future__ import annotations

import pytest

from tests.unit.api.lakes import Caller, MemoryLake

pytestmark = pytest.mark.unit

FORECAST = "/v1/systems/market-intelligence-hub/tables/sales_forecast"


@pytest.mark.parametrize(
    ("path", "near", "lists"),
    [
        ("/v1/datasets/ordes/profile", "orders or order_items", "GET /v1/contracts"),
        ("/v1/datasets/ordes/quality", "orders or order_items", "GET /v1/contracts"),
        ("/v1/contracts/source/ordes", "orders or order_items", "GET /v1/contracts"),
        (
            FORECAST.replace("forecast", "forcast"),
            "market-intelligence-hub/sales_forecast",
            "GET /v1/systems",
        ),
        (FORECAST.replace("intelligence-", ""), "market-intelligence-hub/sales_forecast", "GET /v1/systems"),
        ("/v1/lineage/sales_forcast", "sales_forecast", "GET /v1/catalog"),
        ("/v1/model-cards/churn_rsk", "churn", "GET /v1/model-cards"),
    ],
)
def test_a_misspelt_name_gets_the_nearest_names_and_the_list(path: str, near: str, lists: str) -> None:
    answer = Caller(MemoryLake(), ("viewer",), "ana").call("GET", path)
    assert answer.status == 404
    assert f"Did you mean {near}" in answer.json["detail"]
    assert lists in answer.json["detail"]


def test_a_name_that_is_near_to_none_gets_the_list_only() -> None:
    answer = Caller(MemoryLake(), ("viewer",), "ana").call("GET", "/v1/contracts/source/zzz")
    assert answer.json["detail"] == (
        "There is no contract of that name in source. GET /v1/contracts lists all contracts."
    )
