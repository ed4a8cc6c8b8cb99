"""A contract that is written reads back as the same contract."""

from __future__ import annotations

import json

import pytest

from headgate.contracts import odcs_reader
from headgate.contracts.model import Column, ColumnType, Comparison, Contract, Kind, Level, Mask, Rule
from headgate.contracts.odcs_writer import to_odcs
from headgate.contracts.registry import Registry

pytestmark = pytest.mark.unit

REGISTRY = Registry.load()
EVERY = [*REGISTRY.source.values(), *REGISTRY.lake.values(), *REGISTRY.prod.values()]


@pytest.mark.parametrize("contract", EVERY, ids=lambda contract: f"{contract.zone}-{contract.dataset}")
def test_every_contract_of_the_lake_reads_back_as_it_was_written(contract: Contract) -> None:
    assert odcs_reader.parse(json.loads(json.dumps(to_odcs(contract))), contract.zone) == contract


def test_levels_keys_masks_and_bounds_survive() -> None:
    contract = Contract(
        id="headgate.source.x",
        dataset="x",
        zone="source",
        version="2.0.0",
        columns=(
            Column("b", ColumnType(Kind.SMALLINT), required=True, rules=(Rule("required"),)),
            Column(
                "a",
                ColumnType(Kind.DECIMAL, precision=12, scale=3),
                required=True,
                rules=(Rule("required"), Rule("minimum", 0)),
            ),
            Column("card_number", ColumnType(Kind.BIGINT), unmasked=True),
            Column(
                "d",
                ColumnType(Kind.DATE),
                rules=(Rule("required", level=Level.WARN), Rule("maximum", "2030-01-01", Level.HALT)),
            ),
            Column(
                "e",
                ColumnType(Kind.STRING, length=4),
                required=True,
                rules=(Rule("required", level=Level.HALT), Rule("max_length", 4, Level.WARN)),
            ),
            Column(
                "c",
                ColumnType(Kind.STRING, length=4),
                mask=Mask.FREE_TEXT,
                references="y.c",
                unit="GBP",
                rules=(
                    Rule("max_length", 4),
                    Rule("min_length", 2),
                    Rule("valid_values", ("p", "q"), Level.HALT),
                ),
            ),
        ),
        key=("a", "b"),
        comparisons=(
            Comparison("a_is_small", "a", "<", value=7, level=Level.WARN),
            Comparison("a_over_b", "a", ">", right="b"),
        ),
    )
    assert odcs_reader.parse(to_odcs(contract), "source") == contract
