"""A contract states the levels of a table that has totals beside their parts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.contracts.registry import Registry
from headgate.contracts.table_levels import LEVELS, TableLevels, levels_of
from headgate.errors import ContractError

pytestmark = pytest.mark.unit

TEXT = ColumnType(Kind.STRING)
CONTRACT = Contract(
    "farm.prod.harvest", "harvest", "prod", "1.0.0", (Column("level", TEXT), Column("region_id", TEXT))
)


def test_each_level_has_the_columns_that_tell_its_rows_apart() -> None:
    declared = {"column": "level", "rows": {"total": [], "region": ["region_id"]}}
    assert levels_of(replace(CONTRACT, properties={LEVELS: declared})) == TableLevels(
        "level", {"total": (), "region": ("region_id",)}
    )
    assert levels_of(replace(CONTRACT, properties={})) is None


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        ("level", "does not state column and rows"),
        ({"column": "level"}, "does not state column and rows"),
        ({"column": "level", "rows": {"total": "all"}}, "does not state column and rows"),
        ({"column": "depth", "rows": {"total": []}}, "does not declare: depth"),
        ({"column": "level", "rows": {"region": ["land"]}}, "does not declare: land"),
    ],
)
def test_levels_of_another_form_or_of_other_columns_are_refused(declared: object, message: str) -> None:
    with pytest.raises(ContractError, match=message):
        levels_of(replace(CONTRACT, properties={LEVELS: declared}))


def test_every_level_of_the_contract_is_a_valid_value_of_its_column() -> None:
    for contract in Registry.load().prod.values():
        if levels := levels_of(contract):
            (rule,) = (each for each in contract.column(levels.column).rules if each.name == "valid_values")
            assert set(levels.rows) == set(rule.argument)
