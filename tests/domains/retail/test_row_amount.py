"""The amount of a row: the product of the columns that its contract names."""

from __future__ import annotations

import copy

import pytest
import yaml

from headgate.contracts.first_view import amount_columns
from headgate.contracts.odcs_reader import parse
from headgate.contracts.registry import folders
from headgate.errors import ContractError
from tests.unit.api.lakes import REGISTRY

pytestmark = pytest.mark.unit


def test_the_lines_of_an_order_have_an_amount_of_two_columns() -> None:
    assert amount_columns(REGISTRY.source["order_items"]) == ("quantity", "unit_price")
    assert amount_columns(REGISTRY.curated["order_items"]) == ("quantity", "unit_price")
    assert amount_columns(REGISTRY.source["orders"]) == ()


@pytest.mark.parametrize(
    ("named", "cause"),
    [
        (["description"], "holds no numbers"),
        (["quantity", "price"], "does not declare: price"),
        ("quantity", "is not a list"),
    ],
)
def test_an_amount_of_no_numbers_is_an_error_of_the_contract(named: object, cause: str) -> None:
    (path,) = (
        folder / "order_items.yaml" for folder in folders("source") if (folder / "order_items.yaml").is_file()
    )
    text = path.read_text("utf-8")
    document = copy.deepcopy(yaml.safe_load(text))
    for entry in document["schema"][0]["customProperties"]:
        if entry["property"] == "headgate.amount":
            entry["value"] = named
    with pytest.raises(ContractError, match=cause):
        parse(document, "source")
