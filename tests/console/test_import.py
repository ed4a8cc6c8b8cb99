"""A supplier's file from drop to the lake and back, in Chromium."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.console.lakes import UPLOADER
from tests.console.supplier_file import BAD_ROWS, CHOSEN, supplier_file
from tests.console.test_flows import choose_field, commits, drop, type_cell

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from tests.console.conftest import Console

pytestmark = pytest.mark.e2e

MOST_CLICKS = 5
PRODUCTS = "select * from ecommerce_curated.products order by product_id"


def upload_page(console: Console) -> Page:
    return console.opened("/upload", UPLOADER)


def decide(page: Page) -> int:
    """Decide everything about the supplier's file; return the clicks, two for a choice from a list."""
    page.get_by_label("Dataset of the file").select_option("products")
    page.get_by_role("button", name="Use the 6 suggestions").click()
    for column, field in CHOSEN.items():
        expect(page.get_by_label(f"Field for {column}")).to_have_value(field)
    return 2 + 1


def test_a_suppliers_file_is_in_the_lake_after_five_clicks_and_an_undo_takes_every_byte_back(
    console: Console,
) -> None:
    before = repr(console.lake.queries.ask(PRODUCTS))
    page = upload_page(console)
    drop(page, "lieferant-mueller.csv", supplier_file())
    expect(page.get_by_role("gridcell", name="13,50", exact=True)).to_be_visible()  # as it is in the file
    expect(page.get_by_text("Windows-1252 · separated by semicolons")).to_be_visible()
    expect(page.get_by_role("button", name="These rows are products")).to_be_visible()
    clicks = 1 + decide(page) + 1  # the drop, and the commit
    assert clicks <= MOST_CLICKS
    expect(page.get_by_role("gridcell", name=re.compile("auf Anfrage.*not a number")).first).to_be_visible()
    page.get_by_role("button", name="3 with errors").click()
    expect(page.get_by_role("gridcell", name=re.compile("auf Anfrage.*not a number"))).to_have_count(3)
    page.get_by_role("button", name="2 duplicates", exact=True).click()
    expect(page.get_by_role("grid")).to_have_attribute("aria-rowcount", "3")
    commits(page, "57 in, 3 wait, 2 duplicates")
    receipt = page.get_by_test_id("receipt")
    expect(receipt).to_contain_text("57 rows are in, 3 rows wait for a person, 2 duplicates.")
    expect(receipt).to_contain_text("The mapping is remembered.")
    accepted = console.lake.queries.ask(PRODUCTS)
    mine = [row for row in accepted if str(row["product_name"]).startswith("Citybike Größe")]
    assert len(mine) == 57
    assert {str(mine[0]["list_price"]), str(mine[0]["updated_at"])} == {"13.5000", "2025-12-31 00:00:00"}
    page.get_by_role("button", name="Undo this upload").click()
    page.get_by_role("dialog").get_by_role("button", name="Undo", exact=True).click()
    expect(page.get_by_text("The upload is undone")).to_be_visible()
    assert repr(console.lake.queries.ask(PRODUCTS)) == before
    page.get_by_role("button", name="Take the undo back").click()
    expect(receipt).to_contain_text("57 rows are in")


def test_the_next_file_with_the_header_needs_no_decision(console: Console) -> None:
    page = upload_page(console)
    drop(page, "mueller-november.csv", supplier_file(6001))
    decide(page)
    commits(page, "57 in, 3 wait, 2 duplicates")
    expect(page.get_by_test_id("receipt")).to_be_visible()
    page = upload_page(console)
    drop(page, "mueller-dezember.csv", supplier_file(7001))
    expect(page.get_by_text("as remembered for files with this header")).to_be_visible()
    commits(page, "57 in, 3 wait, 2 duplicates")
    expect(page.get_by_test_id("receipt")).to_contain_text("57 rows are in")


def test_typed_work_survives_a_reload(console: Console) -> None:
    page = upload_page(console)
    drop(page, "mueller-reload.csv", supplier_file(8001))
    decide(page)
    type_cell(page, BAD_ROWS[0], "Listenpreis", "19,90")
    expect(page.get_by_role("button", name="Commit: 58 in, 2 wait, 2 duplicates")).to_be_enabled()
    page.reload()
    expect(page.get_by_role("gridcell", name="19,90", exact=True)).to_be_visible()
    commits(page, "58 in, 2 wait, 2 duplicates")
    expect(page.get_by_test_id("receipt")).to_contain_text("58 rows are in")


def test_a_copied_column_is_pasted_and_undone(console: Console) -> None:
    page = upload_page(console)
    drop(page, "mueller-paste.csv", supplier_file(9001))
    decide(page)
    expect(page.get_by_role("button", name="Commit: 57 in, 3 wait, 2 duplicates")).to_be_enabled()
    page.get_by_role("button", name="Change the column Listenpreis").click()
    page.get_by_role("menuitem", name="Paste a column …").click()
    page.get_by_role("textbox", name="The column, one line for each row").fill("\n".join(["7,25"] * 60))
    page.get_by_role("button", name="Paste 60 rows").click()
    # The two repeated rows differ from their originals in the price now: the later key wins no tie by time.
    expect(page.get_by_role("button", name=re.compile("^Commit: 60 in, 2 duplicates"))).to_be_enabled()
    page.get_by_role("button", name="Undo change").click()
    expect(page.get_by_role("button", name="Commit: 57 in, 3 wait, 2 duplicates")).to_be_enabled()


def test_cells_of_a_duplicate_stand_under_their_headers_and_its_reason_is_read_in_full(
    console: Console,
) -> None:
    page = upload_page(console)
    drop(page, "mueller-columns.csv", supplier_file(10001))
    decide(page)
    choose_field(page, "Warengruppe", "product_id")  # every row has the same value
    choose_field(page, "Artikelnummer", "category")
    row = page.get_by_role("row").filter(has_text="has the key of row")
    expect(row.first).to_be_visible()
    assert left_edges(row.first, "[role=gridcell], [role=cell]") == left_edges(
        page.locator(".import-head"), "[role=columnheader]:not(.import-number)"
    )
    reason = row.first.get_by_role("cell")
    expect(reason).to_have_text(re.compile(r"^has the key of row \d+, which was kept$"))
    grid, note = page.get_by_role("grid").bounding_box(), reason.bounding_box()
    assert grid
    assert note
    assert note["x"] + note["width"] <= grid["x"] + grid["width"]
    assert reason.evaluate("note => note.scrollWidth <= note.clientWidth && note.clientHeight <= 28")


def left_edges(line: Locator, parts: str) -> list[int]:
    """Return where the parts of a line of the grid begin."""
    return [
        round(part.evaluate("part => part.getBoundingClientRect().left"))
        for part in line.locator(parts).all()
    ]
