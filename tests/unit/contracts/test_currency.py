"""Amounts have the currency of their column, else of their table, else of the lake.

Screens write them in it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from headgate.contracts.registry import Registry
from headgate.errors import ContractError, SettingsError
from headgate.project import project, read_project
from headgate.reports.numbers import figure
from headgate.systems.dashboards import dashboards
from tests import clinic

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.unit

BOARD = """system: visit-counts
title: Visits
panels:
- {name: revenue, question: Revenue, kind: kpi, table: visits_by_day, sql: SELECT 1 AS value, unit: currency}
- {name: imports, question: Revenue, kind: kpi, table: visits_by_day, sql: SELECT 1 AS value, unit: USD}
alerts:
- {name: dear, sql: SELECT 1 AS value, above: 5, message: "{value}", remedy: Wait., unit: currency}
"""


def with_units(contract: str, units: dict[str, str], **of_table: str) -> str:
    """Return a contract with a unit for some of its columns, and properties of its table."""
    document: dict[str, Any] = json.loads(contract)
    table = document["schema"][0]
    for column in table["properties"]:
        if column["name"] in units:
            column["customProperties"] = [{"property": "headgate.unit", "value": units[column["name"]]}]
    own = [{"property": f"headgate.{name}", "value": value} for name, value in of_table.items()]
    table["customProperties"] = [*table.get("customProperties", ()), *own]
    return json.dumps(document)


FEES = clinic.contract(
    "fees",
    ("fee_id", "string", "TEXT"),
    ("amount", "integer", "BIGINT"),
    ("daily", "integer", "BIGINT"),
    ("imported", "integer", "BIGINT"),
)
UNITS = {"amount": "currency", "daily": "currency per day", "imported": "USD"}


@pytest.fixture
def lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A lake in euros, with one column in dollars."""
    monkeypatch.setenv("HEADGATE_PROJECT", str(tmp_path))
    clinic.write(
        clinic.lake(tmp_path),
        {"contracts/source/fees.yaml": with_units(FEES, UNITS), "dashboards/visit-counts.yaml": BOARD},
    )
    with (tmp_path / "headgate.toml").open("a", encoding="utf-8") as settings:
        settings.write('currency = "EUR"\n')
    return tmp_path


def units(zone: str = "source") -> list[str]:
    return [column.unit for column in getattr(Registry.load(), zone)["fees"].columns if column.unit]


def test_a_column_has_its_own_currency_or_that_of_the_lake(lake: Path) -> None:
    assert project(lake).currency == "EUR"
    assert units() == units("curated") == ["EUR", "EUR per day", "USD"]


def test_a_tables_currency_comes_before_the_lakes(lake: Path) -> None:
    clinic.write(lake, {"contracts/source/fees.yaml": with_units(FEES, UNITS, currency="CHF")})
    assert units() == ["CHF", "CHF per day", "USD"]


def test_dashboards_alerts_and_the_report_write_amounts_in_the_lakes_currency(lake: Path) -> None:
    assert project(lake).dashboards
    board = dashboards()["visit-counts"]
    assert [figure(1234, panel.unit) for panel in board.panels] == ["€1,234", "$1,234"]
    assert figure(6, board.alerts[0].unit) == "€6"


def test_a_currency_that_is_no_code_is_refused(lake: Path) -> None:
    clinic.write(lake, {"contracts/source/fees.yaml": with_units(FEES, UNITS, currency="euro")})
    with pytest.raises(ContractError, match=r"headgate\.currency is 'euro'"):
        Registry.load()
    clinic.write(lake, {"headgate.toml": 'name = "clinic"\ncurrency = "euro"\n'})
    with pytest.raises(
        SettingsError, match=r"currency is 'euro'\. It must be a code of three capital letters"
    ):
        read_project(lake / "headgate.toml")
