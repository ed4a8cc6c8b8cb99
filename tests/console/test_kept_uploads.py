"""Files of the page Upload go on while their sender looks at other pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from tests.console.browsers import settle
from tests.console.test_flows import UPLOADER, drop

if TYPE_CHECKING:
    from tests.console.conftest import Console

pytestmark = pytest.mark.e2e

STATIONS = "Station ID,Opened,Power\n" + "".join(f"ST-{n:04},2010-01-{n:02},{11 * n}\n" for n in range(1, 21))
GAUGES = STATIONS.replace("Station ID,Opened,Power", "Gauge,Read,Level")


def go_to(page: Page, title: str) -> None:
    """Open a page by the navigation, without loading the document again."""
    page.get_by_role("navigation", name="Pages").get_by_role("link", name=title, exact=True).click()
    settle(page)


def titles(page: Page) -> list[str]:
    """The files of the page, in their order."""
    return [text for text in page.get_by_role("heading", level=2).all_inner_texts() if ".csv" in text]


def test_the_rows_of_a_created_dataset_come_in_while_their_sender_is_on_another_page(
    console: Console,
) -> None:
    page = console.opened("/upload", UPLOADER)
    drop(page, "stations.csv", STATIONS.encode())
    page.get_by_role("button", name="Create a dataset from it").click()
    page.get_by_label("Station ID identifies a row").or_(
        page.get_by_label("station_id identifies a row")
    ).check()
    page.get_by_role("button", name="Create stations and commit 20 rows").click()
    expect(page.get_by_text("The rows are committed to stations")).to_be_visible()
    go_to(page, "Catalog")
    go_to(page, "Upload")
    expect(page.get_by_text("20 rows are in.")).to_be_visible()


def test_files_keep_their_order_and_their_state_and_are_sent_once(console: Console) -> None:
    page = console.opened("/upload", UPLOADER)
    begun: list[str] = []
    page.on(
        "request",
        lambda sent: (
            begun.append(sent.url) if sent.method == "POST" and sent.url.endswith("/uploads") else None
        ),
    )
    for place, name in enumerate(("one.csv", "two.csv", "three.csv"), 1):
        drop(page, name, GAUGES.replace("ST-", f"G{place}-").encode())
    expect(page.get_by_role("button", name="Create a dataset from it")).to_have_count(3)
    listed = titles(page)
    assert [title.split(" ")[0] for title in listed] == ["three.csv", "two.csv", "one.csv"]
    go_to(page, "Lake")
    expect(page.get_by_role("button", name="Create a dataset from it")).to_have_count(0)
    go_to(page, "Upload")
    expect(page.get_by_role("button", name="Create a dataset from it")).to_have_count(3)
    assert titles(page) == listed
    assert len(begun) == 3
    page.reload()
    expect(page.get_by_role("button", name="Create a dataset from it")).to_have_count(3)
    assert titles(page) == listed
    drop(page, "header-only.csv", b"station,place\n")
    expect(page.get_by_text("The file has a header and no rows")).to_be_visible()
    for _ in range(4):
        page.get_by_role("button", name="Cancel").first.click()
    expect(page.get_by_text("No upload is under way.")).to_be_visible()
