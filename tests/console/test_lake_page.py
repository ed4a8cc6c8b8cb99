"""The page Lake says what needs a person, in words, and cuts no name on a phone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.console.browsers import WIDTHS
from tests.console.lakes import OPERATOR
from tests.unit.api.lakes import PAYMENTS

if TYPE_CHECKING:
    from tests.console.conftest import Console

pytestmark = pytest.mark.e2e

# Elements whose text is wider or higher than their box, which cuts it.
CUT = """(selector) => [...document.querySelectorAll(selector)]
  .filter(one => one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1)
  .map(one => one.textContent)"""


@pytest.mark.parametrize("width", WIDTHS)
def test_the_most_urgent_check_has_the_one_primary_button(console: Console, width: str) -> None:
    across, down = WIDTHS[width]
    page = console.opened("/lake", OPERATOR, across, down)
    health = page.get_by_role("region", name="Health")
    expect(health).to_contain_text("needs a look")
    expect(health).not_to_contain_text("degraded")
    expect(health.get_by_role("link", name="Open what waits")).to_be_visible()
    expect(page.locator("main .mantine-Button-root:not([data-variant=default])")).to_have_count(1)


def test_no_name_of_a_file_and_no_state_is_cut_on_a_phone(console: Console) -> None:
    for name in ("2024-01-03-again.csv", "marketing-consents-of-november.csv"):
        console.lake.receive(f"payments/{name}", b"F1,ref\n1,2\n")
    across, down = WIDTHS["phone"]
    page = console.opened("/lake", OPERATOR, across, down)
    expect(page.get_by_role("link", name="payments/marketing-consents-of-november.csv")).to_be_visible()
    assert page.evaluate(CUT, ".grid-line .file-parts, .grid-line [role=cell]") == []


def test_notes_below_the_numbers_of_a_file_are_not_cut(console: Console) -> None:
    twice = PAYMENTS.replace(b"A1", b"TWICE")
    header, first, *_ = twice.splitlines()
    other = first.replace(b"10.50", b"11.50")
    assert other != first
    console.lake.receive("payments/same-key.csv", b"\n".join([header, first, first, other, b""]))
    page = console.opened("/lake", OPERATOR, 1440, 900)
    expect(page.get_by_text("(+ 2 same key)")).to_be_visible()
    assert page.evaluate(CUT, ".grid-line [role=cell]:has(.file-counts), .grid-line .file-counts") == []


def test_the_columns_of_a_contract_are_read_on_a_phone_without_scrolling_sideways(console: Console) -> None:
    page = console.opened("/datasets/payments", OPERATOR, *WIDTHS["phone"])
    contract = page.get_by_role("region", name="Contract")
    expect(contract).to_contain_text("Payment number")
    widths = contract.locator(".scroll").evaluate("one => [one.scrollWidth, one.clientWidth]")
    assert widths[0] <= widths[1]


def test_every_page_of_the_navigation_is_in_view_on_a_phone(console: Console) -> None:
    across, down = WIDTHS["phone"]
    page = console.opened("/lake", OPERATOR, across, down)
    for link in page.get_by_role("navigation").first.get_by_role("link").all():
        expect(link).to_be_in_viewport(ratio=1)
