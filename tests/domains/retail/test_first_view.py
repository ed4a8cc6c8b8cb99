"""A contract states which columns and rows of its table a person sees first."""

from __future__ import annotations

from dataclasses import replace

import pytest

from headgate.contracts.first_view import (
    COLUMNS,
    ROWS,
    check_first_view,
    first_columns,
    first_rows,
    value_order,
)
from headgate.contracts.registry import Registry
from headgate.errors import ContractError

pytestmark = pytest.mark.unit

PROD = Registry.load().prod
FORECAST = PROD["sales_forecast"]
INTERNALS = {"as_of", "snapshot_id", "unit"}


@pytest.mark.parametrize("name", sorted(PROD))
def test_every_prod_table_leads_with_its_key_and_folds_what_is_internal(name: str) -> None:
    contract = PROD[name]
    columns = first_columns(contract)
    assert columns
    assert set(contract.key) - {"template"} <= set(columns)
    assert not INTERNALS & set(columns)
    assert len(columns) <= 13
    assert first_rows(contract)


@pytest.mark.parametrize("name", sorted(name for name in PROD if "is_complete" in PROD[name].names))
def test_a_table_opens_at_the_newest_period_that_is_over(name: str) -> None:
    """The rows of a month that has begun have no growth, so a page of them had two empty columns."""
    assert first_rows(PROD[name])[0] == "-is_complete"


@pytest.mark.parametrize("name", sorted(PROD))
def test_a_probability_or_share_of_a_prod_table_has_its_unit_so_that_pages_show_percent(name: str) -> None:
    shares = [c for c in PROD[name].columns if c.name.endswith(("probability", "share", "_rate"))]
    assert [c.name for c in shares if not c.unit] == []


def test_the_valid_values_of_a_column_have_the_order_of_the_contract() -> None:
    assert value_order(FORECAST, "level") == ("total", "region", "category", "region_category")
    assert value_order(FORECAST, "mean") == ()


@pytest.mark.parametrize("name", [COLUMNS, ROWS])
def test_a_contract_that_names_a_column_it_lacks_is_refused(name: str) -> None:
    contract = replace(FORECAST, properties={name: ["series_id", "region"]})
    with pytest.raises(ContractError, match="does not declare: region"):
        check_first_view(contract)


def test_a_text_instead_of_a_list_is_refused() -> None:
    with pytest.raises(ContractError, match="is not a list"):
        check_first_view(replace(FORECAST, properties={ROWS: "mean"}))
