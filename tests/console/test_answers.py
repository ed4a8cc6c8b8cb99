"""Answers of the page Query in Chromium: the first rows before the whole answer is computed, the others when
somebody scrolls, draws or downloads; readable numbers.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.console.browsers import visit
from tests.console.lakes import VIEWER

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

    from tests.console.conftest import Console

pytestmark = pytest.mark.e2e

ROWS, PAGE = 12_345, 999
# A sequence ends at 10,000.
NUMBERS = f"unnest(sequence(0, {ROWS // 5 - 1})) as t(i) cross join unnest(sequence(1, 5)) as u(j)"
MANY = f"select 5 * i %2B j as n, 'row' as name from {NUMBERS} order by 1"  # noqa: S608 numbers
LATER_PAGES = re.compile(r"/v1/queries/[^/]+/rows\?.*cursor=.")
FILE = re.compile(r"/results/[^/]+\.csv\?")
SCROLL_TO_END = "document.querySelector('[role=table]').scrollTop = 1e9"


def ask(page: Page, url: str, sql: str) -> None:
    """Run a statement on the page Query."""
    visit(page, url, f"/query?sql={sql}")
    page.get_by_role("button", name=re.compile("Run")).click()


def later_pages(page: Page) -> list[str]:
    """The requests for further pages of an answer, as they are sent from now on."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if LATER_PAGES.search(request.url) else None)
    return asked


def hold_later_pages(page: Page) -> list[Route]:
    """Let no further page of an answer come."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(LATER_PAGES, hold)
    return held


def test_the_first_rows_of_a_long_answer_are_shown_before_the_others_are_read(console: Console) -> None:
    page = console.page(token=VIEWER)
    held = hold_later_pages(page)
    ask(page, console.url, MANY)
    expect(page.get_by_role("table", name="Answer").get_by_role("cell", name="1", exact=True)).to_be_visible()
    expect(page.get_by_test_id("query-summary")).to_contain_text(f"The first {PAGE} of {ROWS:,} rows in")
    expect(page.get_by_text("The answer has more rows. Scroll to read more.")).to_be_visible()
    assert page.get_by_role("table", name="Answer").get_attribute("aria-rowcount") == "-1"  # not known yet
    assert held == []  # nobody has asked for more


def hold_whole_answers(page: Page) -> list[Route]:
    """Let no statement be asked for its whole answer."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        if "first_rows" in (route.request.post_data or ""):
            route.continue_()
        else:
            held.append(route)

    page.route("**/v1/queries", hold)
    return held


def test_first_rows_are_shown_before_the_whole_answer_follows_them_in_the_same_place(
    console: Console,
) -> None:
    page = console.page(token=VIEWER)
    held = hold_whole_answers(page)
    ask(page, console.url, MANY)
    expect(page.get_by_role("table", name="Answer").get_by_role("cell", name="1", exact=True)).to_be_visible()
    expect(page.get_by_text("The whole answer is being computed.")).to_be_visible()
    expect(page.get_by_role("button", name="Download", exact=True)).to_be_disabled()
    page.evaluate("document.querySelector('[role=table]').scrollTop = 3000")
    expect(page.get_by_role("table", name="Answer").get_by_role("cell", name="1", exact=True)).to_be_hidden()
    before = page.evaluate("document.querySelector('[role=table] [role=rowgroup]').innerText")
    expect(page.get_by_test_id("query-summary")).to_contain_text("13 MB scanned")
    held[0].continue_()
    expect(page.get_by_text("The answer has more rows. Scroll to read more.")).to_be_visible()
    expect(page.get_by_test_id("query-summary")).to_contain_text("25 MB scanned")  # both statements
    assert page.evaluate("document.querySelector('[role=table] [role=rowgroup]').innerText") == before
    expect(page.get_by_role("button", name="Download", exact=True)).to_be_enabled()


def test_first_rows_stay_when_the_whole_answer_is_stopped_and_a_short_answer_is_asked_once(
    console: Console,
) -> None:
    page = console.page(token=VIEWER)
    held = hold_whole_answers(page)
    ask(page, console.url, MANY)
    expect(page.get_by_text("The whole answer is being computed.")).to_be_visible()
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_text("The whole answer was stopped")).to_be_visible()
    expect(page.get_by_test_id("query-summary")).to_contain_text("The first 999 rows")
    assert len(held) == 1
    ask(page, console.url, "select i as n from unnest(sequence(1, 50)) as t(i)")
    expect(page.get_by_test_id("query-summary")).to_contain_text("50 rows in")
    assert len(held) == 1


def test_scrolling_to_the_end_reads_the_next_page(console: Console) -> None:
    page = console.page(token=VIEWER)
    ask(page, console.url, MANY)
    expect(page.get_by_test_id("query-summary")).to_contain_text("The first 999 of 12,345 rows")
    asked = later_pages(page)
    page.evaluate(SCROLL_TO_END)
    expect(page.get_by_test_id("query-summary")).to_contain_text("The first 1,998 of 12,345 rows")
    assert len(asked) == 1


def test_all_rows_are_read_with_a_count_and_the_download_has_them(console: Console) -> None:
    page = console.page(token=VIEWER)
    ask(page, console.url, MANY)
    pages = later_pages(page)
    page.get_by_role("button", name="Read all rows").click()
    expect(page.get_by_test_id("query-summary")).to_contain_text(f"{ROWS:,} rows in")
    assert pages == []  # all rows are read from the one file of the answer
    expect(page.get_by_test_id("query-summary")).not_to_contain_text("The first")
    assert page.get_by_role("table", name="Answer").get_attribute("aria-rowcount") == str(ROWS + 1)
    with page.expect_download() as saving:
        page.get_by_role("button", name="Download", exact=True).click()
        page.get_by_role("menuitem", name=f"CSV, all rows ({ROWS:,})").click()
    assert len(Path(saving.value.path()).read_text(encoding="utf-8-sig").splitlines()) == ROWS + 1


def test_a_download_of_an_answer_of_which_one_page_is_shown_has_all_rows(console: Console) -> None:
    page = console.page(token=VIEWER)
    ask(page, console.url, MANY)
    with page.expect_download() as saving:
        page.get_by_role("button", name="Download", exact=True).click()
        page.get_by_role("menuitem", name="CSV, all rows").click()
    assert Path(saving.value.path()).read_text(encoding="utf-8-sig").splitlines()[-1] == f"{ROWS},row"


def test_all_rows_are_read_page_by_page_where_the_file_cannot_be_read(console: Console) -> None:
    page = console.page(token=VIEWER)
    page.route(FILE, lambda route: route.abort())
    ask(page, console.url, MANY)
    pages = later_pages(page)
    page.get_by_role("button", name="Read all rows").click()
    expect(page.get_by_test_id("query-summary")).to_contain_text(f"{ROWS:,} rows in")
    expect(page.get_by_test_id("query-summary")).not_to_contain_text("The first")
    assert len(pages) == ROWS // PAGE
    console.errors.clear()  # the browser reports the file that was held back


def test_columns_that_the_lake_adds_are_folded_and_downloaded_where_they_stand(console: Console) -> None:
    page = console.page(token=VIEWER)
    ask(page, console.url, "select f.*, 7 as price from sales_forecast f limit 3")
    headings = page.get_by_role("table", name="Answer").get_by_role("columnheader")
    expect(headings.last).to_have_text("Price")
    page.get_by_role("checkbox", name="Show 2 technical columns of the lake").check()
    expect(headings.last).to_have_text("Snapshot")
    with page.expect_download() as saving:
        page.get_by_role("button", name="Download", exact=True).click()
        page.get_by_role("menuitem", name="CSV, all rows").click()
    heading = Path(saving.value.path()).read_text(encoding="utf-8-sig").splitlines()[0]
    assert heading.endswith(",as_of,snapshot_id,price")


def test_reading_is_stopped_and_what_was_read_stays(console: Console) -> None:
    page = console.page(token=VIEWER)
    ask(page, console.url, MANY)
    expect(page.get_by_test_id("query-summary")).to_contain_text("The first 999 of 12,345 rows")
    page.route(FILE, lambda _: None)
    page.get_by_role("button", name="Read all rows").click()
    page.get_by_role("button", name="Stop reading").click()
    expect(page.get_by_role("button", name="Read all rows")).to_be_visible()
    expect(page.get_by_test_id("query-summary")).to_contain_text("The first 999 of 12,345 rows")


def test_a_chart_reads_what_it_adds_up(console: Console) -> None:
    page = console.page(token=VIEWER)
    sql = f"select 'all' as part, 1 as one from {NUMBERS}"  # noqa: S608 numbers
    ask(page, console.url, f"{sql}&view=chart")
    chart = page.get_by_role("img", name="one by part")
    expect(chart).to_be_visible()
    expect(page.get_by_test_id("query-summary")).to_contain_text(f"{ROWS:,} rows in")
    added = f"Of these {ROWS:,} rows, those with the same Part are added up."
    expect(page.get_by_text(added)).to_be_visible()
    expect(chart.locator("svg")).to_contain_text("14k")  # the axis of 12,345


def test_numbers_of_a_column_have_one_number_of_places_and_their_title_all_digits(console: Console) -> None:
    page = console.page(token=VIEWER)
    sql = "select 'a' as name, 0.00027494494678170116e0 as part union all select 'b', 0.0004e0"
    ask(page, console.url, sql)
    table = page.get_by_role("table", name="Answer")
    expect(table.get_by_text("0.00027", exact=True)).to_be_visible()
    expect(table.get_by_text("0.00040", exact=True)).to_be_visible()
    expect(table.get_by_title("0.00027494494678170116")).to_be_visible()
    page.get_by_role("radiogroup", name="View of the answer").get_by_text("chart").click()
    chart = page.get_by_role("img", name="part by name")
    box = chart.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 3, box["y"] + box["height"] / 4)
    expect(chart).to_contain_text("Part: 0.0002749")
    assert "0.000274944" not in chart.inner_text()
