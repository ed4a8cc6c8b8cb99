"""The filters of dashboards in mails, by the cases that the console's filters follow as well."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from headgate.api.analytics.board_filters import board_filters, narrowed_panel
from headgate.api.shapes.dashboards import Dashboard, DashboardFilter
from headgate.api.shapes.lake import CatalogTable, ContractColumn
from headgate.systems.dashboards import DeclaredDashboard
from headgate.systems.panels import DeclaredPanel, PanelKind

pytestmark = pytest.mark.unit

CASES = json.loads((Path(__file__).parent / "filter_cases.json").read_text(encoding="utf-8"))
_COLUMN = {"label": "", "description": "", "required": False, "primary_key": False, "sensitive": ""}


def table(stated: dict[str, Any]) -> CatalogTable:
    columns = tuple(ContractColumn.model_validate({**_COLUMN, **each}) for each in stated["columns"])
    return CatalogTable.model_validate({**stated, "columns": columns})


def declared(stated: dict[str, Any]) -> DashboardFilter:
    usual = {"values": "", "whole": "", "is_from": False, "is_until": False, "panels": ()}
    return DashboardFilter.model_validate({**usual, **stated})


def board(filters: list[dict[str, Any]], panel: str = "", sql: str = "", **more: Any) -> Dashboard:  # noqa: ANN401
    panels = [asdict(DeclaredPanel(panel, panel, PanelKind.TABLE, "", sql))] if sql else []
    empty = DeclaredDashboard(system="own", title="Own", panels=())
    return Dashboard.model_validate(
        {**asdict(empty), "panels": panels, "filters": [declared(each) for each in filters], **more}
    )


@pytest.mark.parametrize("case", CASES["cases"], ids=lambda case: case["rule"])
def test_a_panel_is_narrowed_as_in_the_console(case: dict[str, Any]) -> None:
    tables = [table(each) for each in CASES["tables"]]
    of_tables = case.get("filters_of_tables", False)
    own = board(case.get("filters", []), case["panel"], case["sql"], filters_of_tables=of_tables)
    filters = board_filters(own, [board(CASES["filters_of_the_lake"]), own], tables)
    sql, ignored = narrowed_panel(own.panels[0], filters, case["chosen"], tables)
    assert sql == case["narrowed"]
    assert ignored == case["ignored"]
