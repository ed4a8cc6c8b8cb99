"""Pages in Chromium: nothing that a screen reader stumbles over, no error, no sideways scrolling, and the
numbers of the SQL.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from headgate.domains.retail import SYSTEMS
from headgate.systems.dashboards import dashboards
from headgate.systems.panels import PanelKind
from tests.console.accessibility import flaws
from tests.console.browsers import pages
from tests.console.lakes import OPERATOR

if TYPE_CHECKING:
    from tests.console.conftest import Console

pytestmark = pytest.mark.e2e

CHECKED_FOR_COLUMNS = {"market-intelligence-hub", "demand-insights-engine", "global-market-pulse"}


def test_pages_of_a_lake_without_problems_are_accessible_in_both_schemes_and_fit_every_window(
    console: Console,
) -> None:
    """Every page of a lake with problems and long names is checked in test_widths.py."""
    addresses = pages(next(record.file_id for record in console.lake.ledger.records()))
    without_problems = {name: addresses[name] for name in ("morning", "lake", "run")}
    assert list(flaws(console.page(token=OPERATOR), console.url, without_problems)) == []


def test_colours_follow_the_scheme(console: Console) -> None:
    """A build for older browsers once dropped every colour that differs between light and dark."""
    page = console.opened("/upload")
    border = "getComputedStyle(document.querySelector('.drop')).border"
    light = page.evaluate(border)
    assert "dashed" in light
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(f"light => {border} !== light", arg=light)  # the page follows a moment later


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_dashboard_shows_the_answers_of_its_sql_and_no_name_of_a_column(
    console: Console, system: str
) -> None:
    page = console.opened(f"/dashboards/{system}")
    explained = set()  # tables and queues of which a figure says already why they have no rows
    for panel in dashboards()[system].panels:
        rows = console.lake.queries.ask(panel.sql)  # type: ignore[attr-defined]  # DuckDB's own
        if panel.kind is PanelKind.KPI:
            expected = None if rows[0]["value"] is None else as_shown(rows[0]["value"], panel.unit)
            explained |= {panel.table, panel.queue or panel.table} if expected is None else set()
            if expected is None and (reason := rows[0].get("reason")):
                expect(page.get_by_role("main")).to_contain_text(reason)
            else:
                shown = page.get_by_test_id(f"figure-{panel.name}").inner_text()
                assert as_number(shown) == expected, (panel.name, shown, rows)
            continue
        region = page.get_by_role("region", name=panel.question, exact=True)
        if not rows and {panel.table, panel.queue} & explained:
            assert region.count() == 0, panel.name
            continue
        acted = [row for row in rows if row.get("title_folded") is None]  # the others are folded
        if len(acted) < len(rows):
            more = f"Show {len(rows) - len(acted)} "
            expect(region.get_by_role("button", name=re.compile(f"^{more}"))).to_be_visible()
        if panel.kind is PanelKind.TABLE and acted:
            assert region.get_by_role("table").get_attribute("aria-rowcount") == str(len(acted) + 1), (
                panel.name
            )
        elif rows and panel.kind is not PanelKind.TABLE:
            assert region.locator("svg path").count() > 0, panel.name
        assert "cannot be shown" not in region.inner_text()
    if system in CHECKED_FOR_COLUMNS:
        texts = page.locator("main h1, main h2, main [role=columnheader], main svg text").all_text_contents()
        assert [text for text in texts if re.search(r"\w_\w|\w=\w", text)] == []  # names of columns


def as_number(text: str) -> Decimal | None:
    """A figure as a number; a dash is shown when the SQL answers null."""
    if text == "\N{EN DASH}":
        return None
    size = {"k": 1_000, "m": 1_000_000}.get(text[-1], 1)
    return Decimal(text.replace(",", "").replace("£", "").replace(" %", "").rstrip("km")) * size


def as_shown(value: Any, unit: str) -> Decimal:  # noqa: ANN401 whatever the SQL answers
    """A value as its figure rounds it: money by its size, shares to a tenth of a percent, others to four
    significant digits.
    """
    exact = Decimal(str(value)) * (100 if unit == "share" else 1)
    if unit in {"share", "percent"}:
        exact = exact.quantize(Decimal("0.1"), "ROUND_HALF_UP")
    if unit == "GBP" and 100 <= abs(exact) < 10_000:
        return exact.quantize(Decimal(1), "ROUND_HALF_UP").normalize() + 0
    return (
        exact
        if exact == int(exact)
        else significant(exact, 3 if unit == "GBP" and abs(exact) >= 10_000 else 4)
    )


def significant(exact: Decimal, digits: int) -> Decimal:
    """Round to significant digits."""
    return exact.quantize(Decimal(1).scaleb(exact.adjusted() - digits + 1), "ROUND_HALF_UP").normalize() + 0
