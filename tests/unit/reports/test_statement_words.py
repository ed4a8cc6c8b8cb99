"""The numbers of a mail are those of the page Query."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from headgate.api.shapes.lake import CatalogTable, ContractColumn
from headgate.reports.names_of_codes import code_references
from headgate.reports.numbers import NOTHING
from headgate.reports.statement_words import StatementWords

pytestmark = pytest.mark.unit

CASES = json.loads(
    (Path(__file__).parents[3] / "console/src/features/query/statement-numbers.json").read_text("utf-8")
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_a_mail_has_the_numbers_of_the_page(case: dict[str, Any]) -> None:
    is_decimal = case["type"].startswith("decimal")
    values = [Decimal(each) if is_decimal and each is not None else each for each in case["values"]]
    assert StatementWords({"sum": case["unit"]}).texts("sum", values) == case["texts"]


def test_the_decimals_of_a_column_follow_from_all_of_its_rows() -> None:
    assert StatementWords().texts("sum", [1.5], [1.5, 2.25]) == ["1.50"]


def test_names_codes_days_and_times_are_as_on_the_page() -> None:
    words = StatementWords(names=frozenset({"y"}))
    assert words.texts("y", [2009]) == ["2009"]
    assert words.texts("region_id", ["GB", "north", None]) == ["United Kingdom (GB)", "north", "\N{EN DASH}"]
    assert words.texts("ordered_on", ["2010-12-01"]) == ["1 Dec 2010"]
    assert words.texts("month", ["2010-12-01T00:00:00"]) == ["Dec 2010"]
    assert words.texts("ordered_at", ["2010-12-01T00:00:00", "2010-12-01T12:30:00"]) == [
        "2010-12-01 00:00:00",
        "2010-12-01 12:30:00",
    ]
    assert words.texts("status", ["not_found"]) == ["not_found"]


def test_a_code_has_the_name_of_the_lakes_own_table() -> None:
    words = StatementWords(codes={"zone_id": {"X-CHI": "Channel Islands"}})
    assert words.texts("zone_id", ["X-CHI", "X-NONE"]) == ["Channel Islands (X-CHI)", "X-NONE"]
    assert words.cell("zone_id", "X-CHI") == "Channel Islands"


def test_a_heading_has_the_unit_that_the_values_do_not_say() -> None:
    words = StatementWords({"sum": "GBP", "part": "share", "waited": "days", "rate": "GBP per order"})
    assert [words.heading(name) for name in ("sum", "part", "waited", "rate")] == [
        "Sum",
        "Part",
        "Waited (days)",
        "Rate (per order)",
    ]


def test_codes_are_named_by_a_dataset_that_others_reference() -> None:
    zones = _table("zones", _column("zone_id", primary_key=True), _column("zone_name"))
    trips = _table("trips", _column("trip_id", primary_key=True), _column("home", references="zones.zone_id"))
    references = [*code_references([zones, trips], ["home"])]
    assert references == [
        (("zone_id", "zone", "home"), "SELECT zone_id, zone_name FROM lake.zones LIMIT 501")
    ]
    assert [*code_references([zones, trips], ["trip_id"])] == []


def _column(name: str, *, primary_key: bool = False, references: str = "") -> ContractColumn:
    return ContractColumn(
        name=name, type="varchar(8)", required=False, primary_key=primary_key, references=references
    )


def _table(name: str, *columns: ContractColumn) -> CatalogTable:
    return CatalogTable(database="lake", name=name, columns=columns)


def test_the_first_day_of_a_period_is_the_period() -> None:
    words = StatementWords(periods={"q": "quarter", "y": "year", "m": "month"})
    days = ["2009-10-01T00:00:00", None, "2010-01-01"]
    assert words.texts("q", days) == ["Q4 2009", NOTHING, "Q1 2010"]
    assert words.texts("quarter", days) == words.texts("q", days)
    assert words.texts("y", ["2010-01-01"]) == ["2010"]
    assert words.texts("m", days[:1]) == ["Oct 2009"]
    assert words.texts("at", days[:1]) == ["1 Oct 2009"]
