"""The data dictionary says what the contracts say, and the copy in docs/ is up to date."""

from __future__ import annotations

from pathlib import Path

import pytest

from headgate.contracts.dictionary import dictionary
from headgate.contracts.model import Column, ColumnType, Comparison, Contract, Kind, Level, Mask, Rule
from headgate.contracts.registry import Registry

pytestmark = pytest.mark.unit

DOCS = Path(__file__).parents[3] / "docs" / "data-dictionary.md"
ORDERS = Contract(
    id="headgate.source.orders",
    dataset="orders",
    zone="source",
    version="1.0.0",
    description="Orders",
    grain="One row per order",
    key=("order_id",),
    order_by=("updated_at",),
    columns=(
        Column(
            "order_id",
            ColumnType(Kind.BIGINT),
            "Order",
            required=True,
            rules=(Rule("required"), Rule("minimum", 1)),
        ),
        Column(
            "state",
            ColumnType(Kind.STRING),
            "State",
            rules=(Rule("valid_values", ("open", "NA"), Level.WARN),),
        ),
        Column(
            "code",
            ColumnType(Kind.STRING),
            "Code",
            rules=(Rule("pattern", "^a|b$", Level.HALT),),
            references="codes.code",
        ),
        Column("total", ColumnType(Kind.DECIMAL, precision=12, scale=2), "Total", unit="GBP"),
        Column("card_number", ColumnType(Kind.STRING), "Card", mask=Mask.PAN),
        Column("updated_at", ColumnType(Kind.TIMESTAMP), "Changed", required=True),
    ),
    comparisons=(Comparison("total_is_not_zero", "total", "!=", value=0),),
)


@pytest.fixture(scope="module")
def text() -> str:
    return dictionary(Registry(source={"orders": ORDERS}, curated={}, prod={}, lake={}))


@pytest.mark.parametrize(
    "line",
    [
        "### orders",
        "Orders. One row per order.",
        "Of two rows with one key, the one with the later updated_at is kept.",
        "| **order_id** | bigint |  | ≥ 1 | Order |",
        "| state | string |  | one of open, NA (only warns); may be null | State |",
        "| code | string |  | matches `^a\\|b$` (rejects the file); may be null; in codes.code | Code |",
        "| total | decimal(12,2) | GBP | may be null | Total |",
        (
            "| card_number | string |  | may be null; sensitive: becomes a token, the brand and the last "
            "four digits | Card |"
        ),
        "- total_is_not_zero: `total != 0`",
    ],
)
def test_everything_that_a_contract_states_is_described(text: str, line: str) -> None:
    assert line in text.splitlines()


def test_every_table_of_the_lake_is_in_it() -> None:
    registry, reported = Registry.load(), dictionary(Registry.load()).splitlines()
    for contract in [
        *registry.curated.values(),
        *registry.lake.values(),
        *registry.prod.values(),
        *registry.source.values(),
    ]:
        assert f"### {contract.dataset}" in reported


def test_the_copy_in_docs_is_up_to_date() -> None:
    written = DOCS.read_text(encoding="utf-8")
    assert written == dictionary(Registry.load()), "docs/data-dictionary.md is old: run `make docs`"


def test_a_value_whose_absence_only_warns_or_refuses_the_file_is_described() -> None:
    columns = tuple(
        Column(
            level.value,
            ColumnType(Kind.DATE),
            required=level is not Level.WARN,
            rules=(Rule("required", level=level),),
        )
        for level in Level
    )
    reported = dictionary(
        Registry(source={"x": Contract("x", "x", "source", "1", columns)}, curated={}, prod={}, lake={})
    )
    assert "| warn | date |  | has a value (only warns); may be null |" in reported
    assert "| quarantine | date |  |  |" in reported
    assert "| halt | date |  | has a value (rejects the file) |" in reported


def test_a_lake_of_another_name_has_databases_of_its_own() -> None:
    described = dictionary(Registry(source={}, curated={"orders": ORDERS}, prod={}, lake={}), "library")
    assert "## Curated: database `library_curated`" in described
    assert "ecommerce" not in described


def test_a_table_without_a_description_begins_with_its_grain() -> None:
    bare = Contract("id", "loans", "source", "1", ORDERS.columns, grain="One row per loan")
    assert "\nOne row per loan.\n" in dictionary(
        Registry(source={"loans": bare}, curated={}, prod={}, lake={})
    )
