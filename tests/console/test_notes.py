"""Notes on days in Chromium: written once, marked on every chart over time, withdrawn by who wrote them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from headgate.values.parquet_tables import table_of
from tests.console.browsers import visit
from tests.console.lakes import UPLOADER, VIEWER

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.console.conftest import Console

pytestmark = pytest.mark.e2e

SALES, SEARCHES = "/dashboards/market-intelligence-hub", "/dashboards/retail-copilot"
FORECAST = "What did the shop sell, and what will it sell?"
WEEKS = "How many searches were there in each complete week?"
FLOOD = "flood in the warehouse"


def day_of_history(console: Console) -> str:
    """Return a day that the charts over time of two dashboards have."""
    (row,) = console.lake.queries.ask(  # type: ignore[attr-defined]  # of the lake of these tests
        "SELECT CAST(max(week_on) AS varchar) AS day FROM query_trends WHERE is_complete"
    )
    return str(row["day"])


def write(page: Page, day: str, text: str, *, is_open: bool = False) -> None:
    if not is_open:
        page.get_by_role("button", name="Note on a day").click()
    page.get_by_role("textbox", name="Day", exact=True).fill(day)
    page.get_by_role("textbox", name="What happened").fill(text)
    page.get_by_role("button", name="Write the note").click()


def test_a_note_on_a_day_is_marked_on_every_chart_that_has_the_day(console: Console) -> None:
    page = console.opened(SALES, UPLOADER)
    page.get_by_role("button", name="Note on a day").click()
    page.get_by_label("Marked by").select_option(label="every chart of the lake")
    write(page, day_of_history(console), FLOOD, is_open=True)
    chart = page.get_by_role("region", name=FORECAST)
    expect(chart.get_by_role("list", name="Notes")).to_contain_text(FLOOD)
    expect(chart.get_by_role("list", name="Notes")).to_contain_text("uma")
    expect(chart.get_by_role("img").locator("text", has_text=FLOOD)).to_be_visible()
    visit(page, console.url, SEARCHES)
    notes = page.get_by_role("region", name=WEEKS).get_by_role("list", name="Notes")
    expect(notes).to_contain_text(FLOOD)
    reader = console.opened(SEARCHES, VIEWER)
    expect(reader.get_by_role("region", name=WEEKS).get_by_role("list", name="Notes")).to_contain_text(FLOOD)
    expect(reader.get_by_role("button", name="Note on a day")).to_have_count(0)
    expect(reader.get_by_role("button", name=f"Remove the note {FLOOD}")).to_have_count(0)
    notes.get_by_role("button", name=f"Remove the note {FLOOD}").click()
    asked = page.get_by_role("dialog", name="Remove this note for everybody?")
    asked.get_by_role("button", name="Delete").click()
    expect(notes).to_have_count(0)
    (body,) = console.lake.objects.contents("curated", "annotations/").values()
    (row,) = table_of(body).to_pylist()
    assert (row["note"], row["written_by"], row["withdrawn_by"]) == (FLOOD, "uma", "uma")


def test_a_note_of_one_dashboard_is_on_no_other(console: Console) -> None:
    page = console.opened(SALES, UPLOADER)
    write(page, day_of_history(console), FLOOD)
    notes = page.get_by_role("region", name=FORECAST).get_by_role("list", name="Notes")
    expect(notes).to_contain_text(FLOOD)
    if folder := os.environ.get("SHOTS"):
        page.get_by_role("region", name=FORECAST).screenshot(path=Path(folder) / "note.png")
    visit(page, console.url, SEARCHES)
    expect(page.get_by_role("region", name=WEEKS).locator("svg").first).to_be_visible()
    expect(page.get_by_role("list", name="Notes")).to_have_count(0)
    visit(page, console.url, SALES)
    notes.get_by_role("button", name=f"Remove the note {FLOOD}").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(notes).to_have_count(0)


def test_a_note_needs_a_day_and_a_text(console: Console) -> None:
    page = console.opened(SALES, UPLOADER, width=375, height=812)
    page.get_by_role("button", name="Note on a day").click()
    button = page.get_by_role("button", name="Write the note")
    expect(button).to_be_disabled()
    page.get_by_role("textbox", name="What happened").fill(FLOOD)
    expect(button).to_be_disabled()
    page.get_by_role("textbox", name="Day", exact=True).fill("2026-03-14")
    expect(button).to_be_enabled()
