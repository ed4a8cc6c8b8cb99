"""Decisions about a file in Chromium: nothing is green that lost its rows, and an undo says what goes and
takes the corrections along.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.console.accessibility import violations
from tests.console.browsers import SCHEMES, WIDTHS, visit
from tests.console.lakes import OPERATOR, UPLOADER, VIEWER
from tests.console.test_flows import FOREIGN, TWO_BROKEN, choose_field, commits, drop
from tests.unit.api.lakes import PAYMENTS

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.console.conftest import Console

pytestmark = pytest.mark.e2e

FIELDS = (
    ("F1", "payment_id"),
    ("ref", "order_id"),
    ("how", "method"),
    ("pan", "card_number"),
    ("amount", "amount"),
)
GERMAN = FOREIGN.replace(b"10.50", b'"10,50"').replace(b"A1", b"G1").replace(b"oops", b'"13,50"')


def uploaded(console: Console, name: str, body: bytes, token: str = UPLOADER, width: int = 1440) -> Page:
    page = console.opened("/upload", token, width=width)
    drop(page, name, body)
    return page


def decide_fields(page: Page) -> None:
    """Decide the columns of the import grid; a phone shows one column at a time."""
    width = (page.viewport_size or {"width": 0})["width"]
    of_a_phone = page.get_by_label("Column", exact=True)
    is_phone = width == WIDTHS["phone"][0]
    expect(of_a_phone if is_phone else page.get_by_role("grid")).to_be_visible()
    for column, field in FIELDS:
        if is_phone:
            of_a_phone.select_option(column)
        choose_field(page, column, field)


def test_a_mapping_with_which_no_row_is_accepted_is_not_committed(console: Console) -> None:
    page = uploaded(console, "payments-nothing.csv", FOREIGN.replace(b"10.50", b"ten").replace(b"A1", b"N1"))
    decide_fields(page)
    expect(page.get_by_text("Every row is refused because of amount: in ⋯ above it, choose")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^Commit"))).to_have_count(0)
    page.get_by_role("button", name="Show the 4 rows with errors").click()
    expect(page.get_by_role("button", name="4 with errors")).to_have_attribute("aria-pressed", "true")
    choose_field(page, "how", "leave out")
    expect(page.get_by_text("No column for Method yet.")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^Commit"))).to_have_count(0)


def test_a_file_in_raw_is_edited_in_the_same_grid_before_it_is_committed(console: Console) -> None:
    """The page of a file is as strict as an upload: a file of which no row is accepted was mapped and shown
    as done.
    """
    body = (
        FOREIGN.replace(b"1112,917,2026-01,10.50", b"1112,917,2026-01,open")  # no format fits two odd values
        .replace(b"10.50", b'"10,50"')
        .replace(b"A1", b"R1")
        .replace(b"A3", b"R3")
    )
    file_id = console.lake.receive("payments/german-in-raw.csv", body).file_id
    page = console.opened(f"/files/{file_id}", UPLOADER)
    decide_fields(page)
    expect(page.get_by_text("Every row is refused")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^Commit"))).to_have_count(0)
    assert console.lake.objects.contents("artifacts", "mappings/payments/") == {}
    assert violations(page) == []
    page.set_viewport_size({"width": WIDTHS["phone"][0], "height": 812})
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("button", name="Change the column amount").click()
    page.get_by_role("menuitem", name=re.compile("decimal comma")).first.click()
    expect(page.get_by_role("button", name=re.compile("^Commit: [1-9] in"))).to_be_enabled()
    page.get_by_role("button", name=re.compile("^Commit: [1-9] in")).click()
    expect(page.get_by_test_id("receipt")).to_contain_text("The mapping is remembered.")


def test_a_rejected_file_shows_its_rows_to_uploaders_only(console: Console) -> None:
    body = b"\n".join(line.partition(b",")[2] for line in PAYMENTS.splitlines())
    record = console.lake.receive("payments/no-key.csv", body)
    assert record.accepted == 0
    page = console.opened(f"/files/{record.file_id}", VIEWER)
    expect(page.get_by_text("Only uploaders can edit a file that is not in the lake.")).to_be_visible()
    page = console.opened(f"/files/{record.file_id}", UPLOADER)
    expect(page.get_by_role("grid")).to_be_visible()
    expect(page.get_by_text("No column for Payment id yet.")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^Commit"))).to_have_count(0)


def test_a_file_in_raw_is_taken_in_with_the_counts_of_its_check(console: Console) -> None:
    header, *rows = FOREIGN.replace(b"A1", b"R5").replace(b"\n1", b"\n51").splitlines()
    body = b"\n".join(
        [header + b",Menge", *(row + b",7" for row in rows)]
    )  # the header of no other test: it is remembered
    file_id = console.lake.receive("payments/foreign-in-raw.csv", body).file_id
    page = console.opened(f"/files/{file_id}", UPLOADER)
    decide_fields(page)
    choose_field(page, "Menge", "leave out")
    commits(page, "1 in, 2 wait, 1 duplicate; Menge stays out")
    expect(page.get_by_text("The mapping is remembered.")).to_be_visible()
    region = page.get_by_role("region", name="Rows of the file")
    expect(region.get_by_test_id("count-accepted")).to_have_text("1")
    expect(region.locator("[data-stage=validation]")).to_have_attribute(
        "data-state", "warning"
    )  # most of its rows are refused


def test_a_file_of_no_contract_offers_a_dataset_and_names_no_command(console: Console) -> None:
    file_id = console.lake.receive("farben.csv", b"artikel,farbe\nhose,rot\nhemd,blau\n").file_id
    page = console.opened(f"/files/{file_id}", OPERATOR)
    reason = page.get_by_role("region", name=re.compile("^Reason"))
    expect(reason).to_contain_text("No contract describes this file")
    expect(reason).not_to_contain_text("headgate")
    page.get_by_role("button", name="Create a dataset from it").click()
    expect(page.get_by_label("Name of the dataset")).to_have_value("farben")


def test_samples_are_the_texts_of_the_file(console: Console) -> None:
    page = uploaded(console, "payments-german.csv", GERMAN)
    expect(page.get_by_role("gridcell", name="10,50").first).to_be_visible()


def test_a_file_that_lost_many_rows_is_a_warning_on_every_page(console: Console) -> None:
    file_id = console.lake.receive(
        "payments/lost.csv", TWO_BROKEN.replace(b",B", b",LOST").replace(b"\n2", b"\n7")
    ).file_id
    page = console.opened(f"/files/{file_id}", OPERATOR)
    expect(page.get_by_role("alert")).to_contain_text("2 of 3 rows are refused")
    expect(page.get_by_text("many refused", exact=True)).to_be_visible()
    expect(page.locator("[data-stage=validation]")).to_have_attribute("data-state", "warning")
    visit(page, console.url, "/lake")
    row = page.get_by_role("row").filter(has_text="payments/lost.csv")
    expect(row).to_contain_text("many refused")


def test_an_undo_names_the_file_and_its_corrections_and_its_uploader_takes_it_back(console: Console) -> None:
    body = TWO_BROKEN.replace(b",B", b",UNDO").replace(b"\n2", b"\n8")
    page = uploaded(console, "payments-undo.csv", body)
    commits(page, "1 in, 2 wait")
    page.get_by_role("link", name="Correct the 2 rows that wait").click()
    expect(page.get_by_role("heading", level=1, name=re.compile("payments-undo.csv$"))).to_be_visible()
    page.get_by_label("Corrected amount of row 1").fill("10.00")
    page.get_by_label("Corrected amount of row 2").fill("6.00")
    page.get_by_role("button", name="Send 2 corrected rows").click()
    expect(page.get_by_role("link", name="corrected and accepted")).to_have_count(2)
    page.reload()
    page.get_by_role("button", name="Undo this upload").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(
        "3 accepted rows of this file and of its correction leave the lake; no table has them yet."
    )
    goes = dialog.get_by_role("list", name="What goes").get_by_role("listitem")
    expect(goes).to_have_count(2)
    expect(goes.nth(1)).to_contain_text(re.compile("^Correction .*: 2 accepted rows"))
    dialog.get_by_role("button", name="Undo", exact=True).click()
    expect(page.get_by_text("undone", exact=True).first).to_be_visible()
    page.get_by_role("button", name="Take the undo back").click()
    expect(page.get_by_role("button", name="Undo this upload")).to_be_visible()


def test_only_the_uploader_and_an_operator_may_undo(console: Console) -> None:
    file_id = console.lake.receive("payments/not-mine.csv", PAYMENTS.replace(b"A1", b"NM1")).file_id
    for token, offered in ((OPERATOR, 1), (UPLOADER, 0), (VIEWER, 0)):
        page = console.opened(f"/files/{file_id}", token)
        expect(page.get_by_role("region", name="Rows")).to_be_visible()
        expect(page.get_by_role("button", name="Undo this upload")).to_have_count(offered)


@pytest.mark.parametrize("width", WIDTHS)
def test_a_checked_mapping_is_accessible_and_fits_its_window(console: Console, width: str) -> None:
    page = uploaded(
        console,
        f"payments-{width}.csv",
        FOREIGN.replace(b"A1", b"W" + width.encode()),
        width=WIDTHS[width][0],
    )
    decide_fields(page)
    # Another test's payment of this number may be in the lake.
    commit = re.compile(r"Commit: 1 in( \(1 replaces a row\))?, 2 wait, 1 duplicate")
    expect(page.get_by_role("button", name=commit)).to_be_enabled()
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        assert violations(page) == []
        if shots := os.environ.get("SHOTS"):
            page.screenshot(path=f"{shots}/checked-{width}-{scheme}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Throw them away").click()
