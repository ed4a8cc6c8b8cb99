"""The day of an answer is that of the rows that it reads, whatever other datasets of the lake have."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from headgate.api.analytics.data_days import data_day, past_day
from headgate.api.shapes.lake import CatalogTable, ContractColumn

pytestmark = pytest.mark.unit

LAKE, HIVES = date(2010, 12, 9), date(2026, 8, 3)


def _table(name: str, system: str = "", **columns: str) -> CatalogTable:
    usual: dict[str, Any] = {
        "label": "",
        "description": "",
        "required": False,
        "primary_key": False,
        "sensitive": "",
    }
    shown = tuple(ContractColumn(name=column, type=kind, **usual) for column, kind in columns.items())
    return CatalogTable(database="lake", name=name, system=system, columns=shown)


TABLES = [
    _table("hives", measured_at="timestamp", flights="int"),
    _table("sales", "shop", week_on="date"),
    _table("regions", region="varchar"),
]


@pytest.mark.parametrize(
    ("sql", "day"),
    [
        ("select measured_at, flights from hives", HIVES),
        ("select week_on from sales", LAKE),
        ("select region from regions", LAKE),
        ("select 1 from hives, regions", HIVES),
    ],
)
def test_the_day_is_that_of_the_tables_that_a_statement_reads(sql: str, day: date) -> None:
    assert data_day(sql, TABLES, {"hives": HIVES, "regions": date(2001, 1, 1)}, LAKE) == day


def test_a_day_to_come_is_no_age() -> None:
    assert past_day("2026-12-01", date(2026, 11, 30)) == "2026-11-30"
    assert past_day("2026-11-02", date(2026, 11, 30)) == "2026-11-02"
    assert past_day("", date(2026, 11, 30)) == ""
