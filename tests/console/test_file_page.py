"""The page of a file says first what a person does next."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.console.accessibility import flaws, violations
from tests.console.browsers import WIDTHS
from tests.console.lakes import OPERATOR, UPLOADER, VIEWER
from tests.console.test_flows import TWO_BROKEN, drop
from tests.unit.api.files.test_edited_uploads import workbook_with
from tests.unit.api.files.test_rows_as_sent import HEADER, RIGHT, sent
from tests.unit.api.lakes import PAYMENTS, Caller

if TYPE_CHECKING:
    from tests.console.conftest import Console

pytestmark = pytest.mark.e2e
PRIMARY = "main button.mantine-Button-root:is([data-variant=filled], :not([data-variant]))"


def file_with_waiting_rows(console: Console, name: str) -> str:
    """Return the id of a file of which two rows wait for a correction."""
    body = PAYMENTS.replace(b"A1", name.encode())
    return console.lake.receive(f"payments/{name}.csv", body).file_id


@pytest.mark.parametrize("width", WIDTHS)
def test_waiting_rows_are_opened_by_the_only_primary_button(console: Console, width: str) -> None:
    file_id = file_with_waiting_rows(console, f"WAIT{width}")
    across, down = WIDTHS[width]
    page = console.opened(f"/files/{file_id}", UPLOADER, across, down)
    expect(page.get_by_role("button", name="Open the waiting rows")).to_be_in_viewport()
    expect(page.locator(PRIMARY)).to_have_text(["Open the waiting rows"])
    page.get_by_role("button", name="Open the waiting rows").click()
    first = page.get_by_label("Corrected").first
    expect(first).to_be_focused()
    expect(first).to_be_in_viewport()


def test_suggested_columns_are_taken_by_the_only_primary_button(console: Console) -> None:
    body = PAYMENTS.replace(b"payment_id,order_id,method", b"payment_id,order_id,how").replace(
        b"A1", b"SUGGEST"
    )
    file_id = console.lake.receive("payments/suggested-columns.csv", body).file_id
    page = console.opened(f"/files/{file_id}", UPLOADER)
    enabled = page.locator(f"{PRIMARY}:not([disabled])")
    expect(enabled).to_have_text(["Use the suggestion"])
    enabled.click()
    expect(page.locator(PRIMARY)).to_have_text([re.compile("^Commit")])


def test_who_may_not_correct_rows_gets_no_button_for_it(console: Console) -> None:
    page = console.opened(f"/files/{file_with_waiting_rows(console, 'VIEW')}", VIEWER)
    expect(page.get_by_text("Only uploaders can correct rows.")).to_be_visible()
    expect(page.get_by_role("button", name="Open the waiting rows")).to_have_count(0)


def test_memory_and_price_of_the_check_are_folded_away(console: Console) -> None:
    page = console.opened(f"/files/{file_with_waiting_rows(console, 'COST')}", UPLOADER)
    cost = page.get_by_text("MB of memory")
    expect(cost).to_be_hidden()
    page.get_by_text("How the file was checked").click()
    expect(cost).to_be_visible()


def test_an_empty_file_has_one_message_and_nothing_to_try_again(console: Console) -> None:
    file_id = console.lake.receive("payments/empty.csv", b"").file_id
    page = console.opened(f"/files/{file_id}", UPLOADER)
    expect(page.get_by_role("heading", name="The file is empty")).to_be_visible()
    expect(page.get_by_text("Rows of the file")).to_have_count(0)
    expect(page.get_by_role("button", name="Try again")).to_have_count(0)
    page = console.opened("/upload", UPLOADER)
    drop(page, "empty.csv", b"")
    expect(page.get_by_text("The file is empty (0 bytes)")).to_be_visible()
    expect(page.get_by_role("button", name="Try again")).to_have_count(0)
    console.errors.clear()  # the refused request


def test_rows_of_one_reason_are_ignored_with_a_note_and_wait_again(console: Console) -> None:
    body = TWO_BROKEN.replace(b",B", b",IGNORE").replace(b"\n2", b"\n8")
    file_id = console.lake.receive("payments/ignored.csv", body).file_id
    page = console.opened(f"/files/{file_id}", UPLOADER)
    page.get_by_role("button", name="Ignore these 2 rows …").click()
    page.get_by_label("Why these 2 rows need no correction").fill("test orders")
    assert violations(page) == []
    page.get_by_role("button", name="Ignore these 2 rows", exact=True).click()
    expect(page.get_by_role("heading", name="2 refused: 2 ignored")).to_be_visible()
    page.get_by_text("2 ignored rows").click()
    expect(page.get_by_text("by uma: test orders.")).to_be_visible()
    expect(page.get_by_label("Corrected amount of row 1")).to_have_count(0)
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_role("heading", name="2 rows wait for a correction")).to_be_visible()


def test_no_text_of_a_workbooks_refused_rows_lies_over_another(console: Console) -> None:
    """A row of a workbook has the name of its sheet below its number."""
    header: list[object] = ["product_id", "product_name", "category", "list_price", "is_active", "updated_at"]
    rows: list[list[object]] = [
        [f"W{row}", "Trailer", "garden", "on request", "true", "2026-01-02T10:00:00Z"] for row in range(12)
    ]
    body = workbook_with(("Vehicles, trailers of the south", [header, *rows]))
    file_id = console.lake.receive("products/vehicles.xlsx", body).file_id
    page = console.opened(f"/files/{file_id}", UPLOADER)
    expect(page.get_by_text("sheet Vehicles, trailers of the south").first).to_be_visible()
    reported = list(flaws(page, console.url, {"workbook": f"/files/{file_id}"}))
    assert [(flaw.width, flaw.overlaps, flaw.sideways) for flaw in reported] == []


def test_rows_for_their_sender_come_back_corrected(console: Console) -> None:
    record = sent(Caller(console.lake, ("uploader",), name="ursula"), [2])
    page = console.opened(f"/files/{record.file_id}", OPERATOR)
    expect(page.get_by_text("line 22", exact=True)).to_be_visible()
    with page.expect_download() as waited:
        page.get_by_role("button", name="Download all waiting rows for their sender").click()
    text = waited.value.path().read_text(encoding="utf-8-sig")
    header, first, *_ = text.splitlines()
    assert header == f"{HEADER};row;reason;reference"
    assert first.startswith("4799;Brotkasten;Küche;auf Anfrage;ja;04.02.2026;4006000001665;Auslauf, Rest")
    assert ";line 22;Listenpreis has a word, which is no number." in first
    for before, after in RIGHT.items():
        assert before in text
        text = text.replace(before, after)
    page = console.opened("/upload", UPLOADER)
    drop(page, "preise-rejected-rows.csv", text.encode())
    expect(page.get_by_text("sent back: they take the place of its rows 21, 22 and 23.")).to_be_visible()
    page.get_by_role("button", name="Commit: 3 in").click()
    expect(page.get_by_text("3 rows are in")).to_be_visible()
    page = console.opened(f"/files/{record.file_id}", OPERATOR)
    expect(page.get_by_role("heading", name="19 of 22 rows accepted, 3 more by a correction")).to_be_visible()
    expect(page.get_by_text("auf Anfrage → 49,90")).to_be_visible()
