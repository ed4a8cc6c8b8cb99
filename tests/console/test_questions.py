"""Analysts and operators find their answers in Chromium, in few clicks and without a terminal."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from playwright.sync_api import expect

from headgate.contracts.types import arrow_schema
from headgate.lake.ports import ObjectRef
from tests.console.browsers import SIDEWAYS, settle, visit
from tests.console.lakes import OPERATOR, UPLOADER, VIEWER
from tests.unit.api.lakes import REGISTRY

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.console.conftest import Console

pytestmark = pytest.mark.e2e

MOST_CLICKS = 3


def opened(console: Console, *links: str, token: str = VIEWER) -> Page:
    """Follow links from the landing page, as somebody who has just signed in."""
    assert len(links) <= MOST_CLICKS
    page = console.signed_in(token)
    for link in links:
        # A queue says beside its name how much waits in it.
        page.get_by_role("link", name=re.compile(rf"^{re.escape(link)}( \([\d,]+\))?$")).first.click()
        settle(page)
    return page


def test_an_analyst_learns_what_the_next_period_sells_and_whether_it_may_be_trusted(console: Console) -> None:
    page = opened(console, "Sales forecast and trends")
    forecast = page.get_by_role("region", name="What did the shop sell, and what will it sell?")
    title = forecast.get_by_role("heading")
    expect(title).to_have_text(re.compile(r"^The week from .*: £[\d.,]+k?, between £.* and £[\d.,]+k?$"))
    expect(forecast.get_by_text(re.compile(r"^£[\d.,]+k? of it is sold until "))).to_be_visible()
    trust = forecast.get_by_test_id("trust-sales_forecast")
    expect(trust).to_contain_text(re.compile(r"as of \d+ \w+ \d{4}"))
    expect(trust).to_contain_text("method: level and season")
    expect(trust).to_contain_text(
        re.compile(r"tested at \d+ moments of the past: single weeks, on average over all ahead, were off by")
    )
    expect(trust).to_contain_text(re.compile(r"80 % and 95 %: [\d.]+\s% and [\d.]+\s% of single periods"))
    expect(trust.get_by_role("link", name="where it comes from")).to_be_hidden()
    trust.get_by_text(re.compile("more$")).click()
    expect(trust.get_by_role("link", name="where it comes from")).to_be_visible()


def test_an_analyst_learns_whom_to_call_and_says_who_was_called(console: Console) -> None:
    page = opened(console, "Work", "Customers to call", token=UPLOADER)
    first = page.get_by_role("list", name="Items").get_by_role("listitem").first
    expect(first).to_contain_text(
        re.compile(
            r"(Bought nothing|Sent back £[\d.,]+k? on \d+ \w+ \d{4}; nothing kept) for \d+ days, "
            r"(bought on \d+ days, usually every \d+ days|bought twice, \d+ days apart), late after \d+ days"
            r".*; at stake [\d.]+\s% of £[\d.,]+k?, spent in 90 days if they buy"
        )
    )
    expect(first).to_contain_text("£")
    name = first.get_by_role("button").first.inner_text()
    counts = page.get_by_test_id("queue-counts")
    expect(counts).to_contain_text("0 done")
    first.get_by_role("button").first.focus()
    page.keyboard.press("w")
    expect(page.get_by_text(f"{name}: Will buy.")).to_be_visible()
    expect(counts).to_contain_text("1 done")
    decided = console.lake.objects.contents("curated", "decisions/customers_to_call/")
    assert len(decided) == 1
    page.keyboard.press("z")
    expect(counts).to_contain_text("0 done")


def test_a_terminal_in_the_list_of_payments_leads_to_all_of_its_payments(console: Console) -> None:
    page = console.opened("/dashboards/compliance-guardian", VIEWER)
    listed = page.get_by_role("region", name="Which transactions should be looked at first, by the loss")
    terminal = listed.locator("a[href*='filter=terminal_id']").first
    number = terminal.inner_text()
    terminal.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Fraud scores")
    expect(page).to_have_url(re.compile(rf"fraud_scores\?filter=terminal_id(:|%3A)eq(:|%3A){number}$"))


def test_a_panel_about_transactions_leads_to_their_queue_with_one_primary_button(console: Console) -> None:
    page = opened(console, "Fraud and card data", token=UPLOADER)
    waiting = page.get_by_test_id("figure-to_investigate").inner_text()
    page.get_by_role("link", name="Open the queue “Transactions to review”").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Transactions to review")
    counts = page.get_by_test_id("queue-counts")
    expect(counts).to_have_text(re.compile(rf"^{waiting} open \(\d+ to (review|block)"))
    first = page.get_by_role("list", name="Items").get_by_role("listitem").first
    expect(first).to_contain_text(
        re.compile(
            r"(Review, then decide: (ring|check name and address of) customer \d+"
            r"|Block: the card of customer \d+).*: "
            r"£[\d.,]+ on \d+ \w+ \d{4}, [\d.]+\s% probable, \w+"
        )
    )
    assert page.locator(".queue button[data-variant=filled]").count() <= 1


def test_an_analyst_learns_what_to_block_and_leaves_a_note(console: Console) -> None:
    page = opened(console, "Work", "Transactions to review", token=UPLOADER)
    first = page.get_by_role("list", name="Items").get_by_role("listitem").first
    expect(first.get_by_role("button", name=re.compile("^Block"))).to_be_visible()
    first.get_by_role("button").first.click()
    first.get_by_label("Note").fill("asked the bank")
    first.get_by_role("button", name="Add note").click()
    expect(first.get_by_role("list", name="History")).to_contain_text("note: asked the bank")
    expect(first.get_by_role("list", name="History")).to_contain_text("uma")


def test_a_viewer_reads_a_queue_and_decides_nothing(console: Console) -> None:
    page = opened(console, "Work", "Customers to call")
    expect(page.get_by_role("list", name="Items")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^Will buy"))).to_have_count(0)


def test_an_analyst_learns_what_is_searched_in_vain_and_opens_its_rows(console: Console) -> None:
    page = opened(console, "Searches")
    gaps = page.get_by_role("region", name="What do people search for in vain, and what does it cost?")
    expect(gaps.get_by_role("heading")).to_have_text(
        re.compile(r"^'.*' costs most: £[\d.]+ in \d+ searches$")
    )
    expect(gaps.get_by_text(re.compile(r"^\d+ \w+ \d+ to \d+ \w+ \d+$"))).to_be_visible()
    gaps.get_by_role("button", name=re.compile("^More about")).click()
    with page.expect_download() as saving:
        page.get_by_role("menuitem", name="Download Excel").click()
    assert saving.value.suggested_filename == "what-do-people-search-for-in-vain-and-what-does-it-cost.xlsx"
    with ZipFile(saving.value.path()) as workbook:
        names = re.findall(r'<sheet [^>]*name="([^"]*)"', workbook.read("xl/workbook.xml").decode())
    assert names == ["What do people search for in", "About"]


@pytest.mark.parametrize(
    ("system", "question", "file"),
    [
        (
            "retail-copilot",
            "What do people search for in vain, and what does it cost?",
            "what-do-people-search-for-in-vain-and-what-does-it-cost.png",
        ),
        (
            "compliance-guardian",
            "Which transactions should be looked at first",
            "which-transactions-should-be-looked-at-first-by-the-loss.png",
        ),
    ],
)
def test_the_chart_and_the_table_of_a_panel_are_saved_as_a_picture(
    console: Console, system: str, question: str, file: str
) -> None:
    page = console.opened(f"/dashboards/{system}", VIEWER)
    panel = page.get_by_role("region", name=re.compile(f"^{re.escape(question)}"))
    panel.get_by_role("button", name=re.compile("^More about")).click()
    with page.expect_download() as saving:
        page.get_by_role("menuitem", name="Download picture (PNG)").click()
    assert saving.value.suggested_filename == file
    header = saving.value.path().read_bytes()[:24]
    assert header[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = (int.from_bytes(header[at : at + 4]) for at in (16, 20))
    assert width > 1_000
    assert height > 400


def test_a_filter_narrows_a_dashboard_and_is_in_its_address(console: Console) -> None:
    page = opened(console, "Sales forecast and trends")
    total = page.get_by_test_id("figure-next_quarter").inner_text()
    forecast = page.get_by_role("region", name="What did the shop sell, and what will it sell?")
    trust = forecast.get_by_test_id("trust-sales_forecast")
    trust.get_by_text(re.compile("more$")).click()
    tested = trust.inner_text()
    choice = page.get_by_role("combobox", name="Region and category")
    choice.click()
    headings = page.get_by_role("listbox").get_by_role("group")
    assert [
        heading.get_attribute("aria-label") or heading.inner_text().splitlines()[0]
        for heading in headings.all()
    ] == [
        "Regions",
        "Categories",
        "Region · category",
    ]
    choice.fill("kingd unit")
    page.get_by_role("option", name="United Kingdom", exact=True).click()
    expect(page.get_by_test_id("figure-next_quarter")).not_to_have_text(total)
    assert "series=region%3DGB" in page.url
    expect(trust, "how far the figures of the region may be trusted").not_to_have_text(tested)
    settle(page)
    narrowed = page.get_by_test_id("figure-next_quarter").inner_text()
    again = console.opened(page.url.partition("#")[2], VIEWER)
    expect(again.get_by_test_id("figure-next_quarter")).to_have_text(narrowed)


def test_panels_that_no_filter_narrows_follow_one_line_and_a_bar_opens_its_filtered_rows(
    console: Console,
) -> None:
    page = console.opened("/dashboards/compliance-guardian?decision=review&from=2024-01-01", VIEWER)
    quality = page.get_by_role("region", name="May one rely on the scores?")
    notes = page.get_by_test_id("ignored-filters")
    expect(notes).to_have_text(
        [
            "The filter “Paid from” does not apply here.",  # decisions are tested over all days
            "The filters “Paid from” and “Proposed decision” do not apply to the panels below.",
        ]
    )
    note = notes.last
    expect(quality).not_to_contain_text("do not apply")
    reasons = page.get_by_role("region", name="Why do transactions wait for a decision?")
    expect(reasons).not_to_contain_text("do not apply")
    settle(page)
    tops = [place["y"] for part in (reasons, note, quality) if (place := part.bounding_box())]
    assert tops == sorted(tops)
    reasons.locator("svg path[fill='#0b7285']").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Fraud scores")
    shown = page.get_by_role("button", name=re.compile("^Remove: "))
    expect(shown).to_have_count(4)
    for condition in (
        "Main reason is earlier fraud at terminal",
        "Paid from 1 Jan 2024 (UTC)",
        "Proposed decision is review",
        "To decide is true",
    ):
        expect(page.get_by_role("button", name=f"Remove: {condition}", exact=True)).to_be_visible()


def test_an_operator_learns_from_the_morning_page_alone(console: Console) -> None:
    page = console.signed_in(OPERATOR)
    run = page.get_by_test_id("last-run")
    expect(run).to_contain_text("succeeded")
    expect(run).to_contain_text(re.compile(r"\d+ min|\d+(\.\d)? s"))
    expect(run).to_contain_text(re.compile(r"no cost recorded|\$"))
    expect(run).to_contain_text("Nothing failed.")
    expect(page.get_by_role("region", name="Last run")).to_contain_text("The last run succeeded, ")
    expect(page.get_by_role("region", name="Figures").get_by_text("where it comes from")).to_have_count(5)
    expect(page.get_by_test_id("came-in")).to_contain_text(re.compile(r"\d+ files? in 24 hours"))
    tasks = page.get_by_role("region", name="Needs you")
    expect(tasks.get_by_role("listitem").filter(has_text="Payments, today.csv")).to_contain_text(
        "wait for a correction"
    )
    expect(tasks.get_by_role("listitem").filter(has_text="Customers to call")).to_contain_text("at stake")
    tasks.get_by_role("link", name="Open the rows: payments/today.csv").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("today.csv")
    expect(page.get_by_text("payments/today.csv", exact=True)).to_be_visible()  # its name in the lake


def test_the_search_finds_a_page_by_its_words(console: Console) -> None:
    page = console.signed_in(VIEWER)
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name=re.compile("^Search")).fill("today")
    expect(page.get_by_role("option", name="payments/today.csv")).to_be_visible()
    page.get_by_role("combobox", name=re.compile("^Search")).fill("sales history table")
    expect(page.get_by_role("option").first).to_contain_text("Sales history")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("ales")
    assert page.title().endswith("· Headgate")


def test_the_search_finds_a_region_and_opens_its_dashboard_with_that_filter(console: Console) -> None:
    page = console.signed_in(VIEWER)
    page.keyboard.press("Control+k")
    settle(page)
    started: list[str] = []
    page.on("request", lambda asked: started.append(asked.url) if asked.method == "POST" else None)
    page.get_by_role("combobox", name=re.compile("^Search")).fill("germany region regions")
    in_rows = page.get_by_role("option", name=re.compile("^Look for it in rows"))
    in_rows.wait_for()
    assert started == []  # no statement is run for what is only typed
    in_rows.click()
    page.get_by_role("option", name=re.compile("^Germany")).first.click()
    expect(page.get_by_role("group", name="Filters")).to_contain_text("Germany")


def test_a_question_of_the_lake_runs_when_it_is_chosen(console: Console) -> None:
    page = console.opened("/query", VIEWER)
    page.get_by_role("button", name="Which regions and categories are rising").click()
    answer = page.get_by_role("region", name="Answer").or_(page.get_by_label("Answer", exact=True)).first
    expect(answer.get_by_role("columnheader", name="Recent revenue")).to_be_visible()
    expect(page.get_by_test_id("query-summary")).to_contain_text("rows in")


def test_another_link_to_the_page_of_questions_replaces_the_statement_and_its_answer(
    console: Console,
) -> None:
    page = console.opened("/query?sql=SELECT%20count(*)%20FROM%20sales_forecast", VIEWER)
    page.get_by_role("button", name=re.compile("^Run")).click()
    expect(page.get_by_test_id("query-summary")).to_contain_text("1 row in")
    page.evaluate("window.location.hash = '#/query?sql=SELECT%20*%20FROM%20churn_risk'")
    editor = page.get_by_label("SQL statement")
    expect(editor).to_contain_text("churn_risk")
    expect(editor).not_to_contain_text("sales_forecast")
    answer = page.get_by_role("table")
    expect(answer.get_by_role("columnheader", name="Priority of winning back")).to_be_visible()


def test_the_statement_of_a_link_inside_the_console_runs_and_that_of_an_opened_address_waits(
    console: Console,
) -> None:
    asked: list[str] = []
    page = console.page(token=VIEWER)
    page.on("request", lambda each: asked.append(each.url) if each.method == "POST" else None)
    visit(page, console.url, "/query?sql=SELECT%20count(*)%20FROM%20sales_forecast")
    expect(page.get_by_text("Run the statement to see its rows.")).to_be_visible()
    assert not [url for url in asked if "/v1/queries" in url]
    page.evaluate("window.location.hash = '#/query?sql=SELECT%20count(*)%20FROM%20churn_risk'")
    expect(page.get_by_test_id("query-summary")).to_contain_text("1 row in")


def test_the_rows_of_a_table_are_a_workbook_whose_orders_open_their_page(console: Console) -> None:
    page = console.opened("/tables/demand-insights-engine/churn_risk", VIEWER)
    page.get_by_role("button", name="Download", exact=True).click()
    with page.expect_download() as saving:
        page.get_by_role("menuitem", name="Excel", exact=True).click()
    assert saving.value.suggested_filename == "churn_risk.xlsx"
    with ZipFile(saving.value.path()) as workbook:
        parts = {name: workbook.read(name).decode() for name in workbook.namelist() if "sheet" in name}
        texts = workbook.read("xl/sharedStrings.xml").decode()
    sheet = parts["xl/worksheets/sheet1.xml"]
    assert 'state="frozen"' in sheet
    assert "/#/rows/customers/" in parts["xl/worksheets/_rels/sheet1.xml.rels"]
    assert "At stake in 90 days" in texts
    assert "Days since the last" in texts, "what a column is, on the second sheet"


def test_a_table_that_does_not_exist_is_replaced_by_one_that_is_like_it(console: Console) -> None:
    page = console.opened("/query?sql=SELECT%20*%20FROM%20sales_forcast", VIEWER)
    page.get_by_role("button", name=re.compile("^Run")).click()
    page.get_by_role("button", name="Run it with ecommerce_prod.sales_forecast").click()
    expect(page.get_by_test_id("query-summary")).to_contain_text("rows in")
    console.errors.clear()  # the statement that was refused


def test_a_table_without_rows_is_explained_once_on_a_dashboard(console: Console) -> None:
    page = console.opened("/dashboards/compliance-guardian", VIEWER)
    expect(page.get_by_text("PCI audit was built")).to_have_count(1)
    expect(page.get_by_role("region", name="Where are card numbers that must not be there?")).to_have_count(0)


def with_an_order(console: Console) -> tuple[int, str]:
    """Put an order of two lines, one of which came back, into the lake; return its customer and its id."""
    (shop,) = console.lake.queries.ask("SELECT max(customer_id) AS customer FROM churn_risk")
    day = datetime(2024, 3, 1, 9, tzinfo=UTC).replace(tzinfo=None)
    customer, order = shop["customer"], "A-77001"
    rows: dict[str, list[dict[str, object]]] = {
        "customers": [{"customer_id": customer, "region_id": "GB", "signed_up_at": day}],
        "orders": [
            {
                "order_id": order,
                "customer_id": customer,
                "region_id": "GB",
                "ordered_at": day,
                "status": "completed",
            }
        ],
        "order_items": [
            {
                "order_item_id": "1",
                "order_id": order,
                "description": "MUG",
                "quantity": 3,
                "unit_price": Decimal(4),
            },
            {
                "order_item_id": "2",
                "order_id": order,
                "description": "BAG",
                "quantity": -1,
                "unit_price": Decimal(5),
            },
        ],
    }
    for dataset, of_dataset in rows.items():
        complete = [
            {"order_id": order} | row | {"updated_at": day, "_content_sha256": "0" * 64, "_source_row": place}
            for place, row in enumerate(of_dataset, 1)
        ]
        schema = pa.schema(
            [field.with_nullable(nullable=True) for field in arrow_schema(REGISTRY.curated[dataset])]
        )
        body = BytesIO()
        pq.write_table(pa.Table.from_pylist(complete, schema=schema), body)
        ref = ObjectRef("curated", f"increments/{dataset}/of-a-test.parquet")
        console.lake.objects.write(ref, body.getvalue())
    return customer, order


def test_a_link_to_a_row_opens_it_with_all_rows_that_belong_to_it(console: Console) -> None:
    """An order has its customer and its lines with their sum; its customer has all orders with their sums."""
    customer, order = with_an_order(console)
    page = console.opened(f"/rows/orders/{order}", VIEWER)
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Order {order}")
    items = page.get_by_role("region", name="Order items")
    expect(items.get_by_role("heading")).to_have_text(
        "Order items: 2, £7.00 in all, of which 1 below zero (-£5.00)"
    )
    expect(items).to_contain_text("£12.00")
    page.get_by_role("link", name=str(customer), exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Customer {customer}")
    expect(page.get_by_role("region", name="Orders", exact=True).get_by_role("heading")).to_have_text(
        "Orders: 1, £7.00 in all"
    )
    risk = page.get_by_role("region", name="Churn risk")
    # Who is not late has nothing at stake, and is led by the rhythm.
    expect(risk).to_contain_text("Silent days")
    expect(risk).not_to_contain_text("At stake")
    first = page.locator("main [role=region], main section[aria-label]").first
    expect(
        page.get_by_text(re.compile("^Nothing to do: it is not among “Customers to call”"))
        .or_(page.get_by_role("region", name="What to do"))
        .first,
        "value, risk and the next step are above the orders",
    ).to_be_visible()
    assert first.inner_text() != page.get_by_role("region", name="Orders", exact=True).inner_text()
    page.set_viewport_size({"width": 375, "height": 812})
    settle(page)
    assert page.evaluate(SIDEWAYS) <= 0


@pytest.mark.parametrize("address", ["/rows/orders/no-such-order", "/rows/customers/7%20OR%201%20%3D%201"])
def test_of_a_row_that_is_not_in_the_lake_the_page_says_so(console: Console, address: str) -> None:
    page = console.opened(address, VIEWER)
    expect(page.get_by_text("has no row with this id")).to_be_visible()
