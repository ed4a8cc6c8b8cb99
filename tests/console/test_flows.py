"""A person's work in the console, in Chromium: bring a file, decide, and find its rows.

MB=200 makes the file larger that is uploaded across a reload; 1 MB takes seconds.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import expect

from headgate.aws.stepfunctions import PipelineRun
from headgate.costs.recorded import EndedJobRun
from headgate.lake.states import Originals
from headgate.query.kept_questions import kept_questions
from tests.console.accessibility import violations
from tests.console.browsers import SIDEWAYS, WIDTHS, resize, visit
from tests.console.conftest import PATIENCE_MS
from tests.console.lakes import OPERATOR, UPLOADER, VIEWER
from tests.unit.api.lakes import PAYMENTS, payments

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

    from tests.console.conftest import Console

pytestmark = pytest.mark.e2e

FOREIGN = (
    PAYMENTS.replace(b"payment_id,order_id,method,card_number", b"F1,ref,how,pan")
    .replace(b"\n1,A1", b"\n11,A11")
    .replace(b"\n2,A2", b"\n12,A12")
)
TWO_BROKEN = (
    PAYMENTS.splitlines(keepends=True)[0]
    + b"21,B1,card,4111111111111111,917,2026-01,ten,GBP,2024-01-01 10:00:00,captured,,2024-01-01 10:00:00\n"
    + b"22,B2,card,4111111111111111,917,2026-01,six,GBP,2024-01-01 10:00:00,captured,,2024-01-01 10:00:00\n"
    + b"23,B3,card,4111111111111111,917,2026-01,7.25,GBP,2024-01-01 10:00:00,captured,,2024-01-01 10:00:00\n"
)


MB = int(os.environ.get("MB", "1"))
POLL_MS = 3000  # as console/src/api/queries.ts


def drop(page: Page, name: str, body: bytes) -> None:
    page.get_by_label("Files to upload").set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": body}
    )


def expect_six_stages_done(page: Page) -> None:
    """Wait until a file has passed its stages; the check of one that lost many rows is a warning."""
    stages = page.get_by_role("list", name="Stages").last.get_by_role("listitem")
    expect(stages).to_have_count(6)
    for at in range(6):
        expect(stages.nth(at)).to_contain_text(re.compile("✓|Check !"))


def answer_of(page: Page, url: str, sql: str) -> str:
    """Return the query page's text for a statement."""
    visit(page, url, f"/query?sql={sql}")
    page.get_by_role("button", name=re.compile("Run")).click()
    rows = page.get_by_role("table").get_by_role("rowgroup")
    expect(rows).to_be_visible()
    return rows.inner_text()


def choose_field(page: Page, column: str, field: str) -> None:
    """Decide a column of the import grid."""
    page.get_by_label(f"Field for {column}", exact=True).select_option(
        "\nleft out" if field == "leave out" else field
    )


def type_cell(page: Page, row: int, column: str, text: str) -> None:
    """Type into a cell of the import grid, which shows all rows."""
    headers = page.get_by_role("grid").get_by_role("columnheader").all_inner_texts()
    place = next(at for at, header in enumerate(headers) if header.split("\n")[0] == column)
    cell = page.get_by_role("grid").locator(f"[aria-rowindex='{row + 1}'] > *").nth(place)
    cell.dblclick()
    box = page.get_by_label(f"Value of {column}", exact=True)
    box.fill(text)
    box.press("Enter")


def commits(page: Page, outcome: str) -> None:
    """Commit a file when the gate has checked what is shown, with this outcome."""
    button = page.get_by_role("button", name=f"Commit: {outcome}", exact=True)
    expect(button).to_be_enabled()
    button.click()


FIELDS = {
    "F1": "payment_id",
    "ref": "order_id",
    "how": "method",
    "pan": "card_number",
    "amount": "amount",
}


def test_a_file_with_broken_rows_is_fixed_committed_and_found_with_sql(console: Console) -> None:
    page = console.opened("/upload", OPERATOR)
    drop(page, "payments-broken.csv", TWO_BROKEN)
    expect(page.get_by_role("button", name="Commit: 1 in, 2 wait")).to_be_enabled()
    expect(page.get_by_role("gridcell", name="ten not a number")).to_be_visible()
    type_cell(page, 1, "amount", "10.00")
    type_cell(page, 2, "amount", "6.00")
    commits(page, "3 in")
    expect(page.get_by_test_id("receipt")).to_contain_text("3 rows are in.")
    expect_six_stages_done(page)
    next_step = "Its rows are in the lake. The next run brings them into the tables."
    expect(page.get_by_text(next_step).first).to_be_visible()
    page.get_by_role("button", name="Start a run").first.click()
    expect(page.get_by_role("link", name="Follow the run")).to_be_visible()
    sql = "select sum(amount) as total from ecommerce_curated.payments where order_id in ('B1', 'B2', 'B3')"
    assert "23.25" in answer_of(page, console.url, sql)


def test_a_foreign_header_is_mapped_and_its_rows_are_in_the_lake(console: Console) -> None:
    page = console.opened("/upload", UPLOADER)
    drop(page, "payments-foreign.csv", FOREIGN)
    commit = page.get_by_role("button", name=re.compile("^Commit"))
    expect(page.get_by_text(re.compile("No column for .* yet."))).to_be_visible()
    expect(commit).to_have_count(0)  # nothing is committed that is not decided
    expect(page.get_by_role("gridcell", name="A11", exact=True).first).to_be_visible()
    expect(page.get_by_role("gridcell", name="4111111111111111")).to_have_count(0)  # card numbers are hidden
    choose_field(page, "ref", "amount")
    expect(page.get_by_label("Field for amount", exact=True)).not_to_have_value(
        "amount"
    )  # a field has one column
    for column, field in FIELDS.items():
        choose_field(page, column, field)
    commits(page, "1 in, 2 wait, 1 duplicate")
    expect(page.get_by_text("The mapping is remembered.")).to_be_visible()
    expect(page.get_by_test_id("count-accepted")).to_have_text("1")
    shown = page.get_by_role("main").inner_text()
    assert "✗" not in shown  # a correct mapping is no failure
    assert "headgate " not in shown  # nor a reason for a terminal
    expect_six_stages_done(page)
    assert "A11" in answer_of(
        page, console.url, "select order_id from ecommerce_curated.payments where order_id = 'A11'"
    )


def test_a_column_that_is_no_field_is_left_out_of_the_mapping(console: Console) -> None:
    header, *rows = FOREIGN.replace(b"A1", b"L1").replace(b"\n1", b"\n9").splitlines()
    page = console.opened("/upload", UPLOADER)
    drop(
        page,
        "payments-left-out.csv",
        b"\n".join([header + b",Menge,Farbe", *(row + b",7,rot" for row in rows)]),
    )
    expect(page.get_by_role("grid")).to_be_visible()
    for column, field in FIELDS.items():
        choose_field(page, column, field)
    choose_field(page, "Menge", "leave out")
    expect(page.get_by_label("Field for Farbe").locator("option:checked")).to_have_text("which field?")
    expect(page.get_by_role("note")).to_contain_text("Without a field: Farbe. It stays out of the lake")
    commits(page, "1 in, 2 wait, 1 duplicate; 2 columns stay out")
    expect(page.get_by_text("The mapping is remembered.")).to_be_visible()
    expect_six_stages_done(page)
    page.get_by_role("link", name="payments-left-out.csv").last.click()
    expect(page.get_by_text("Left out by the mapping: Menge, Farbe.")).to_be_visible()


def test_an_answer_is_drawn_as_a_chart_that_a_link_leads_to(console: Console) -> None:
    page = console.page(token=VIEWER)
    days = (
        "select date '2026-01-01' as day, 'Mitte' as branch, 3 as sold union all select date "
        "'2026-01-02', 'Mitte', 5"
    )
    visit(page, console.url, f"/query?sql={days} union all select date '2026-01-01', 'Nord', 4")
    page.get_by_role("button", name=re.compile("Run")).click()
    page.get_by_role("radiogroup", name="View of the answer").get_by_text("chart").click()
    chart = page.get_by_role("img", name="sold by day and branch")
    expect(chart.locator("svg")).to_contain_text("Nord")
    expect(chart.locator("svg")).to_contain_text("2 Jan 2026")
    assert violations(page) == []
    page.get_by_role("combobox", name="Over").click()
    page.get_by_role("option", name="branch").click()
    expect(page.get_by_role("img", name="sold by branch")).to_be_visible()
    expect(page.get_by_text("Of these 3 rows, those with the same Branch are added up.")).to_be_visible()
    assert "view=chart" in page.url
    page.reload()  # the address has the statement, the query that ran and what the chart shows
    expect(page.get_by_role("img", name="sold by branch")).to_be_visible()


def test_a_question_that_is_saved_is_on_the_persons_own_dashboard(console: Console) -> None:
    page = console.page(token=VIEWER)
    visit(page, console.url, "/query?sql=select 'Mitte' as branch, 3 as sold&view=chart")
    page.get_by_role("button", name=re.compile("Run")).click()
    page.get_by_role("button", name="Save this question").click()
    page.get_by_label("Name of the question").fill("Sold by branch")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("link", name="Open my dashboard").click()
    board = page.get_by_role("region", name="Sold by branch")
    expect(board.get_by_role("img", name="sold by branch")).to_be_visible()
    assert violations(page) == []
    other = console.opened("/dashboards/mine?by=vera", UPLOADER)  # the link that the button copies
    expect(other.get_by_role("heading", level=1, name="Dashboard of vera")).to_be_visible()
    expect(other.get_by_role("region", name="Sold by branch")).to_be_visible()
    expect(other.get_by_role("button", name=re.compile("^Take"))).to_have_count(0)
    page = console.opened("/dashboards/mine", VIEWER)  # in a browser that has kept nothing
    page.get_by_role("button", name="More about: Sold by branch").click()
    page.get_by_role("menuitem", name="Take off my dashboard").click()
    expect(page.get_by_text("Nothing is on your dashboard yet.")).to_be_visible()


def test_a_saved_question_and_its_mail_are_drawn_as_the_person_chose(console: Console) -> None:
    page = console.page(token=OPERATOR)
    sql = "select 'Mitte' as branch, 3 as sold union all select 'Nord', 4000"
    visit(page, console.url, f"/query?sql={sql}&view=chart")
    page.get_by_role("button", name=re.compile("Run")).click()
    chart = page.get_by_role("img", name="sold by branch")
    expect(chart.locator("svg")).to_contain_text("Nord")
    page.get_by_role("combobox", name="Scale").click()
    page.get_by_role("option", name="log", exact=True).click()
    expect(chart.locator("svg")).to_contain_text("log scale")
    page.get_by_role("button", name="Send me this by mail").click()
    page.get_by_label("Send it").select_option("Only if a figure is above a limit")
    page.get_by_label("Limit", exact=True).fill("1,000,000")
    page.get_by_role("button", name="Preview").click()
    sold = page.get_by_label("Text of the mail")
    expect(sold).to_contain_text("now. Sold, Nord: 4,000, not above the limit of 1,000,000.")
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Save this question").click()
    page.get_by_label("Name of the question").fill("Sold on a log scale")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("link", name="Open my dashboard").click()
    board = page.get_by_role("region", name="Sold on a log scale")
    expect(board.get_by_role("img").locator("svg")).to_contain_text("log scale")
    page.get_by_role("button", name="Send me this by mail").click()
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_label("Text of the mail")).to_contain_text("Sold on a log scale")
    page.keyboard.press("Escape")
    board.get_by_role("link", name="Open").click()
    expect(chart.locator("svg")).to_contain_text("log scale")
    page.get_by_role("combobox", name="Drawn as").click()
    page.get_by_role("option", name="points").click()
    page.get_by_role("button", name="Saved: change it").click()
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("link", name="Open my dashboard").click()
    page.get_by_role("button", name="More about: Sold on a log scale").click()
    page.get_by_role("menuitem", name="Take off my dashboard").click()
    kept = kept_questions(console.lake.objects, "artifacts")
    (drawn,) = [(each.kind, each.form, each.scale) for each in kept if each.name == "Sold on a log scale"]
    assert drawn == ("line", "points", "log")


def pin(console: Console, name: str, sql: str) -> None:
    """Put a question on the dashboard of the viewer."""
    body = {"name": name, "sql": sql, "kind": "table", "is_pinned": True}
    headers = {"authorization": f"Bearer {VIEWER}", "content-type": "application/json"}
    url = f"{console.url}/v1/kept-questions"
    asked = Request(url, json.dumps(body).encode(), headers, method="PUT")  # noqa: S310 a server of this machine
    with urlopen(asked) as answer:  # noqa: S310 as above
        assert answer.status == 200


def test_the_panels_of_an_own_dashboard_are_filtered_moved_widened_renamed_and_put_back(
    console: Console,
) -> None:
    pin(console, "Scores by decision", "select decision, count(*) as n from fraud_scores group by decision")
    pin(console, "Just a number", "select 1 as n")
    page = console.opened("/dashboards/mine", VIEWER)
    panels = page.locator("main .board section")
    expect(panels).to_have_count(2)
    page.get_by_role("textbox", name="From").fill("2011-06-01")
    expect(page.get_by_text("The period reads Fraud scores by Transacted.")).to_be_visible()
    ignored = page.get_by_role("region", name="Just a number").get_by_test_id("ignored-filters")
    expect(ignored).to_have_text("The filter “From” does not apply here.")
    assert "from=2011-06-01" in page.url
    assert violations(page) == []
    page.get_by_role("button", name="Show all").click()
    expect(ignored).to_have_count(0)

    def choose(item: str) -> None:
        """Choose an item of the menu of the first question with the keyboard."""
        page.get_by_role("button", name=re.compile("More about: Scores")).press("Enter")
        page.get_by_role("menuitem", name=item).press("Enter")

    choose("Move down")
    expect(panels.last).to_have_accessible_name("Scores by decision")
    expect(page.get_by_role("button", name="More about: Scores by decision")).to_be_focused()
    choose("Full width")
    expect(page.locator("main .board .board-wide section")).to_have_accessible_name("Scores by decision")
    choose("Rename")
    page.get_by_role("textbox", name="Title").fill("Scores of today")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(panels.last).to_have_accessible_name("Scores of today")
    choose("Take off my dashboard")
    expect(panels).to_have_count(1)
    page.get_by_role("button", name="Undo").press("Enter")
    expect(panels.last).to_have_accessible_name("Scores of today")
    page.reload()
    expect(panels.last).to_have_accessible_name("Scores of today")
    for name in ("Scores of today", "Just a number"):
        page.get_by_role("button", name=f"More about: {name}").click()
        page.get_by_role("menuitem", name="Take off my dashboard").click()
    expect(page.get_by_text("Nothing is on your dashboard yet.")).to_be_visible()


def without_runs(mail: str) -> str:
    """Return the text of a mail without the ids of the answers that its links download."""
    return re.sub(r"\brun=[^&\s]+", "run=", mail)


@pytest.mark.parametrize("name", WIDTHS)
def test_a_mail_of_a_filtered_dashboard_is_shown_and_sent_now(console: Console, name: str) -> None:
    page = console.opened("/dashboards/compliance-guardian?decision=block", OPERATOR)
    resize(page, *WIDTHS[name])
    page.get_by_role("button", name="Send me this by mail").click()
    expect(page.get_by_label("Title of the mail")).to_have_value(re.compile("Proposed decision: block$"))
    page.get_by_role("button", name="Preview").click()
    text = page.get_by_label("Text of the mail")
    expect(text).to_contain_text(re.compile(r"^[^\n]*, Proposed decision: block\n"))
    expect(text).to_contain_text("Not filtered by Proposed decision.")
    assert violations(page) == []
    assert page.evaluate(SIDEWAYS) == 0
    assert console.lake.mails
    assert console.lake.mails.sent == []
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=Path(folder) / f"mail-{name}.png")
    page.get_by_role("button", name="Send one now").click()
    expect(page.get_by_text("Sent to operator@example.com.")).to_be_visible()
    ((address, subject, body),) = console.lake.mails.sent
    assert address == "operator@example.com"
    shown = text.text_content() or ""
    assert subject.count("Proposed decision: block") == 1
    assert without_runs(body) == without_runs(shown), "a link names the answers of its own mail"
    console.lake.mails.sent.clear()


def test_a_dashboard_written_in_the_console_is_for_everybody_and_has_a_way_back(console: Console) -> None:
    page = console.page(token=OPERATOR)
    chunks: list[Route] = []
    # Playwright marks its handlers, and a built-in method takes no mark.
    page.route(re.compile(r"/assets/chart-(?!note)[^/]*\.js"), lambda route: chunks.append(route))  # noqa: PLW0108
    visit(page, console.url, "/query?sql=select 'Mitte' as branch, 3 as sold&view=chart")
    page.get_by_role("button", name=re.compile("Run")).click()
    page.get_by_role("button", name="Save this question").click()
    name = page.get_by_label("Name of the question")
    expect(name).to_be_visible()
    page.wait_for_function("() => document.querySelector('[data-answer-chart] [role=status]')")
    for route in chunks:
        route.continue_()
    expect(page.get_by_role("img", name="sold by branch")).to_be_visible()  # it pushes the form down
    name.fill("Sold by branch")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("link", name="Open my dashboard").click()
    page.get_by_role("button", name="Publish for everybody").click()
    editor = page.get_by_role("region", name="Dashboard editor")
    editor.get_by_label("Title").fill("Branches of the year")
    assert violations(page) == []
    editor.get_by_role("button", name="Publish for everybody").click()
    expect(page.get_by_role("heading", level=1, name="Branches of the year")).to_be_visible()
    page.get_by_role("button", name="Edit").click()
    editor.get_by_role("textbox", name="Question").fill("Which branch sold most?")
    editor.get_by_role("button", name="Save for everybody").click()
    expect(editor).to_have_count(0)
    reader = console.opened("/dashboards/branches-of-the-year", VIEWER)
    panel = reader.get_by_role("region", name="Which branch sold most?")
    expect(panel.get_by_role("img", name="Which branch sold most?")).to_be_visible()
    expect(reader.get_by_text("Written by operator")).to_be_visible()
    expect(reader.get_by_role("button", name="Edit")).to_have_count(0)
    page.get_by_text("Versions of the dashboards").click()
    page.get_by_role("button", name="Use again").click()
    expect(page.get_by_role("region", name="Sold by branch")).to_be_visible()
    delete_board(page)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", level=1, name="Branches of the year")).to_be_visible()
    delete_board(page)
    page.get_by_role("link", name="My dashboard").click()
    page.get_by_role("button", name="More about: Sold by branch").click()
    page.get_by_role("menuitem", name="Take off my dashboard").click()


def delete_board(page: Page) -> None:
    """Delete the dashboard of a page, of which nobody gets a mail."""
    page.get_by_role("button", name="Delete").click()
    asked = page.get_by_role("dialog", name="Delete “Branches of the year” for everybody?")
    expect(asked.get_by_text("Nobody gets it by mail.")).to_be_visible()
    asked.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Deleted “Branches of the year”.")).to_be_visible()


def test_a_pushed_dashboard_appears_without_a_deployment(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = console.opened("/dashboards/market-intelligence-hub", VIEWER)
    boards = page.get_by_role("navigation", name="Dashboards")
    expect(boards.get_by_role("link").first).to_be_visible()
    expect(boards.get_by_role("link", name="Branches at a glance")).to_have_count(0)
    panel = {
        "name": "sold",
        "question": "Which branch sold most?",
        "kind": "bar",
        "table": "sales_forecast",
        "sql": "SELECT 'Mitte' AS branch, 3 AS sold",
        "x": "branch",
        "y": ["sold"],
    }
    board = {"system": "market-intelligence-hub", "title": "Branches at a glance", "panels": [panel]}
    monkeypatch.setattr(console.lake, "pushed_dashboards", {"branches": json.dumps(board)})
    page.reload()
    boards.get_by_role("link", name="Branches at a glance").click()
    expect(page.get_by_role("img", name="Which branch sold most?").first).to_be_visible()
    assert violations(page) == []


def test_an_answer_without_a_number_says_what_a_chart_needs(console: Console) -> None:
    page = console.opened("/query?sql=select 'A-1' as sku&view=chart", VIEWER)
    page.get_by_role("button", name=re.compile("Run")).click()
    expect(page.get_by_text("No column of the answer is a number to draw.")).to_be_visible()


def test_a_dataset_is_created_from_a_file_of_no_contract_and_its_rows_are_committed(console: Console) -> None:
    page = console.opened("/upload", UPLOADER)
    rows = b"".join(b"%05d;%d,50;%02d.12.2026;ja\r\n" % (n, n, n) for n in range(1, 31))
    drop(page, "Lieferung.csv", "Artikel;Preis;Lieferung;geprüft\r\n".encode("cp1252") + rows)
    expect(page.get_by_role("gridcell", name="01.12.2026")).to_be_visible()
    page.get_by_role("button", name="Create a dataset from it").click()
    expect(page.get_by_label("Type of Lieferung")).to_have_value("DATE")
    page.get_by_label("Artikel identifies a row").check()
    expect(page.get_by_label("Name of column 4")).to_have_value("gepruft")
    page.get_by_label("Name of column 4").fill("is checked")
    assert violations(page) == []
    page.get_by_role("button", name="Create lieferung and commit 30 rows").click()
    expect(page.get_by_text("30 rows are in.")).to_be_visible()
    contract = console.lake.contracts.source["lieferung"]
    assert (contract.dataset, contract.key) == ("lieferung", ("artikel",))
    assert contract.names == ("artikel", "preis", "lieferung", "is_checked")
    expect(page.get_by_role("link", name="The dataset Lieferung")).to_be_visible()
    expect(page.get_by_text("headgate contract")).to_have_count(0)
    visit(page, console.url, "/datasets/lieferung")
    expect(page.get_by_role("heading", level=1)).to_have_text("Lieferung")
    expect(page.get_by_text("Created by uma on")).to_be_visible()
    expect(page.get_by_text("No dataset is named")).to_have_count(0)


def test_the_total_at_the_foot_of_a_report_stays_out_of_its_dataset(
    console: Console,
) -> None:
    page = console.opened("/upload", UPLOADER)
    rows = "".join(f"{n:02}.10.2026;Filiale {n % 4};{n};{n},50\n" for n in range(1, 21))
    drop(page, "umsatz.csv", f"Tag;Filiale;Menge;Umsatz\n{rows}Summe;;210;220,00\n".encode())
    page.get_by_role("button", name="Create a dataset from it").click()
    expect(page.get_by_label("Type of tag")).to_have_value("DATE")
    page.get_by_role("button", name="Create umsatz and commit 20 rows").click()
    expect(page.get_by_text("20 rows are in.")).to_be_visible()
    page = console.opened("/upload", UPLOADER)
    rows = rows.replace("Filiale", "Laden")
    drop(page, "umsatz-laden.csv", f"Tag;Filiale;Menge;Umsatz\n{rows}Summe;;210;220,00\n".encode())
    expect(page.get_by_text("Row 21 is a line of totals and stays out.")).to_be_visible()
    expect(page.get_by_role("button", name="Commit: 20 in")).to_be_enabled()
    page.get_by_role("button", name="Keep it as a row").click()
    expect(page.get_by_role("button", name="Commit: 20 in (20 replace rows), 1 waits")).to_be_enabled()
    assert violations(page) == []


def test_rows_without_a_value_and_a_total_that_is_no_sum_stay_out_of_a_dataset_and_are_named(
    console: Console,
) -> None:
    page = console.opened("/upload", UPLOADER)
    rows = [f"{n:02}.10.2026;Filiale {n % 4};{n};{n},50\n" for n in range(1, 21)]
    lines = "".join([*rows[:4], ";;;\n", *rows[4:], ";;;\n", "Totaal 20 regels;;;18.123,45\n"])
    drop(page, "lijst.csv", f"Dag;Filiaal;Aantal;Omzet\n{lines}".encode())
    page.get_by_role("button", name="Create a dataset from it").click()
    expect(page.get_by_label("Type of dag")).to_have_value("DATE")
    left_out = "Of 23 rows in the file 1 is a line of totals (row 23) and stays out and 2 have"
    expect(page.get_by_text(left_out)).to_be_visible()
    page.get_by_role("button", name="Create lijst and commit 20 rows").click()
    expect(page.get_by_text("20 rows are in.")).to_be_visible()
    expect(page.get_by_text("1 line of totals (row 23) is left out.")).to_be_visible()
    expect(page.get_by_text("2 rows (5, 22) have no value in any cell and are no data.")).to_be_visible()
    page = console.opened("/upload", UPLOADER)
    drop(
        page, "lijst-filiaal.csv", f"Dag;Filiaal;Aantal;Omzet\n{lines.replace('Filiale', 'Winkel')}".encode()
    )
    expect(page.get_by_text("Row 23 is a line of totals and stays out.")).to_be_visible()
    expect(page.get_by_text("Rows 5, 22 have no value in any cell and stay out.")).to_be_visible()
    expect(page.get_by_role("button", name="Commit: 20 in")).to_be_enabled()
    assert violations(page) == []


def test_subtotals_and_the_footer_of_a_report_stay_out_of_its_draft_and_of_the_next_file(
    console: Console,
) -> None:
    """A mill's campaign: subtotals of deliveries, the total, and the name of the program that wrote it."""
    page = console.opened("/upload", UPLOADER)
    lines = []
    for n in range(40):
        docket = f"{7001 + n // 3};{n % 3 + 1};Monte {n // 3 % 5}"
        lines.append(f"{docket};{n // 3 + 8:02}-10-2026;{n % 17 + 12};{90 + n},50\n")
        lines += [";;Subtotal;;345;\n", ";;;;;\n"] if n % 20 == 19 else []
    body = "".join([*lines, "TOTAL;;;;1286;4360,00\n", "\n", "Documento processado;;;;;\n"])
    drop(page, "entregas.csv", f"Talao_no;Linha;Produtor;Data;Sacos;Valor\n{body}".encode())
    page.get_by_role("button", name="Create a dataset from it").click()
    expect(page.get_by_text("3 rows are lines of totals")).to_contain_text("45 (TOTAL, 1286, 4360,00)")
    expect(page.get_by_text("Data row 46 is a note below the totals: Documento processado.")).to_be_visible()
    left_out = "Of 46 rows in the file 3 are lines of totals (rows 21, 43, 45) and stay out, 1 is"
    expect(page.get_by_text(left_out)).to_be_visible()
    page.get_by_role("button", name="Create entregas and commit 40 rows").click()
    expect(page.get_by_text("40 rows are in.")).to_be_visible()
    expect(page.get_by_text("3 lines of totals (rows 21, 43, 45) are left out.")).to_be_visible()
    assert console.lake.contracts.source["entregas"].key == ("talao_no", "linha")
    page = console.opened("/upload", UPLOADER)
    following = body.replace("Monte", "Quinta")
    drop(page, "entregas-2.csv", f"Talao_no;Linha;Produtor;Data;Sacos;Valor\n{following}".encode())
    expect(page.get_by_text("Rows 21, 43, 45 are lines of totals and stay out.")).to_be_visible()
    expect(page.get_by_text("Row 46 is a note below the rows and stays out.")).to_be_visible()
    expect(page.get_by_role("button", name="Commit: 40 in")).to_be_enabled()
    assert violations(page) == []


def test_a_dataset_with_data_about_a_person_is_handed_in_for_a_deployment(console: Console) -> None:
    page = console.opened("/upload", UPLOADER)
    rows = "".join(f"{n};ann{n}@example.com\n" for n in range(1, 31))
    drop(page, "kunden-mail.csv", f"Nr;E-Mail\n{rows}".encode())
    page.get_by_role("button", name="Create a dataset from it").click()
    expect(page.get_by_text("Decide about E-Mail to create the dataset now")).to_be_visible()
    expect(page.get_by_text("has data about people, and a deployment decides")).to_be_visible()
    expect(page.get_by_label("Leave this column out")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Hand in kunden_mail for the next deployment").click()
    expect(page.get_by_text("kunden_mail waits for a deployment")).to_be_visible()
    assert "kunden_mail" not in console.lake.contracts.source
    page.get_by_role("button", name="Keep the file and its profile").click()
    expect(page.get_by_text("No contract describes this file, so none of its rows").last).to_be_visible()
    visit(page, console.url, "/datasets/kunden_mail")
    expect(page.get_by_text("This dataset waits for a deployment")).to_be_visible()
    assert [error for error in console.errors if "404" not in error] == []
    console.errors.clear()  # the page asks for the contract and the lineage of a dataset, and there is none


def test_the_same_file_again_is_skipped(console: Console) -> None:
    console.lake.receive("payments/first.csv", PAYMENTS)
    page = console.opened("/upload", UPLOADER)
    drop(page, "payments-again.csv", PAYMENTS)
    expect(page.get_by_text("Duplicate File Skipped")).to_be_visible()


def test_a_file_without_rows_that_is_sent_again_is_called_that_and_no_duplicate(console: Console) -> None:
    header = PAYMENTS.splitlines(keepends=True)[0]
    console.lake.receive("payments/header.csv", header)
    copy = console.lake.receive("payments/header-again.csv", header)
    page = console.opened("/upload", UPLOADER)
    drop(page, "payments-header.csv", header)
    expect(page.get_by_role("alert")).to_contain_text("The same file was sent before")
    expect(page.get_by_role("alert")).to_contain_text(
        "It has a header and no rows. Send a file with rows below the header"
    )
    visit(page, console.url, f"/files/{copy.file_id}")
    expect(page.get_by_role("heading", name="The same file was sent before")).to_be_visible()
    expect(page.get_by_text("Duplicate File Skipped")).to_have_count(0)


def test_one_value_corrects_all_cells_of_a_column_that_have_it(console: Console) -> None:
    page = console.opened("/upload", OPERATOR)
    drop(page, "payments-bulk.csv", TWO_BROKEN.replace(b",B", b",BULK").replace(b"\n2", b"\n4"))
    page.get_by_role("button", name="Change the column amount").click()
    page.get_by_role("menuitem", name="Map values …").click()
    for value in ("ten", "six"):
        page.get_by_role("combobox", name=f"{value} becomes").fill("5.50")
    page.get_by_role("button", name="Change the column", exact=True).click()
    commits(page, "3 in")
    expect_six_stages_done(page)
    sql = (
        "select sum(amount) as total from ecommerce_curated.payments where order_id in ('BULK1', 'BULK2', "
        "'BULK3')"
    )
    assert "18.25" in answer_of(page, console.url, sql)


def test_a_corrected_row_shows_its_outcome_after_a_reload_and_a_viewer_only_reads(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The original is kept masked, as usual, and one cell is sent."""
    masking = replace(console.lake.gate_rules, originals=Originals.MASK)
    monkeypatch.setattr(console.lake, "gate_rules", masking)
    file_id = console.lake.receive(
        "payments/shown.csv", TWO_BROKEN.replace(b",B", b",SHOWN").replace(b"\n2", b"\n6")
    ).file_id
    page = console.opened(f"/files/{file_id}", UPLOADER)
    page.get_by_role("button", name="All cells of row 1").click()
    expect(page.get_by_label("Order id of row 1")).to_have_value("SHOWN1")
    page.get_by_label("Corrected amount of row 1").fill("10.00")
    page.get_by_role("button", name="Send 1 corrected row").click()
    expect(page.get_by_text("1 row is in.")).to_be_in_viewport()
    expect(page.get_by_role("button", name="Undo this correction")).to_be_in_viewport()
    expect(page.get_by_role("button", name=re.compile("corrected row"))).to_have_count(0)
    expect(page.get_by_role("link", name="corrected and accepted")).to_be_visible()
    expect(page.get_by_label("Corrected amount of row 1")).to_have_count(0)
    page.reload()
    expect(page.get_by_role("link", name="corrected and accepted")).to_be_visible()
    expect(page.get_by_label("Corrected amount of row 2")).to_be_visible()
    kept = [key for key in console.lake.objects.contents("raw") if "payments/shown.csv" in key]
    assert kept == [f"_masked/payments/shown.csv/{file_id}.zip"]
    reader = console.opened(f"/files/{file_id}", VIEWER)
    expect(reader.get_by_text("Only uploaders can correct rows.")).to_be_visible()
    expect(reader.get_by_label(re.compile("Corrected"))).to_have_count(0)
    expect(reader.get_by_role("button", name=re.compile("Send"))).to_have_count(0)


def test_no_value_for_all_rows_is_offered_for_a_key(console: Console) -> None:
    body = (
        TWO_BROKEN.replace(b"ten", b"8")
        .replace(b"six", b"9")
        .replace(b",B", b",KEYLESS")
        .replace(b"\n21,", b"\n,")
        .replace(b"\n22,", b"\n,")
    )
    file_id = console.lake.receive("payments/without-keys.csv", body).file_id
    page = console.opened(f"/files/{file_id}", UPLOADER)
    expect(page.get_by_label("Corrected payment id of row 2")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("Set all"))).to_have_count(0)


def test_updates_of_a_file_are_paused_asked_for_and_started_again(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger, may_finish = console.lake.ledger, threading.Event()
    finish = ledger.finish
    monkeypatch.setattr(
        ledger, "finish", lambda record: may_finish.wait(PATIENCE_MS / 1000) and finish(record)
    )
    page = console.opened("/upload", UPLOADER)
    drop(page, "payments-slow.csv", PAYMENTS.replace(b"A1", b"SLOW1"))
    page.get_by_role("button", name=re.compile("^Commit")).click()
    page.get_by_role("button", name="Pause updates").click()
    page.wait_for_load_state("networkidle")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/v1/files/" in request.url else None)
    page.wait_for_timeout(POLL_MS + 500)
    assert asked == []
    page.get_by_role("button", name="Check now").click()
    page.wait_for_timeout(POLL_MS + 500)
    assert len(asked) == 1
    may_finish.set()
    page.get_by_role("button", name="Start updates").click()
    expect_six_stages_done(page)
    expect(page.get_by_role("button", name="Pause updates")).to_have_count(0)
    asked.clear()
    page.wait_for_timeout(POLL_MS + 500)
    assert asked == []  # polling stops by itself


def test_the_activity_log_has_each_stage_with_its_time(console: Console) -> None:
    page = console.opened("/upload", UPLOADER)
    drop(page, "payments-log.csv", PAYMENTS.replace(b"A1", b"LOG1"))
    page.get_by_role("button", name=re.compile("^Commit")).click()
    expect_six_stages_done(page)
    page.get_by_text("Activity", exact=True).click()
    lines = page.get_by_role("group").filter(has_text="Activity").get_by_role("listitem").all_inner_texts()
    stages = ("Upload", "Wait", "Read", "Check", "Store", "End")
    assert [re.sub(r"^\d\d:\d\d:\d\d ", "TIME ", line) for line in lines] == [
        *(
            f"TIME {stage}: {'warning' if stage == 'Check' else 'done'}" for stage in stages
        ),  # two of four rows are refused
        "now: done",
    ]


def test_a_run_shows_its_glue_jobs_with_duration_dpu_seconds_memory_and_cost(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = console.lake.runs.newest()[0]
    monkeypatch.setattr(
        console.lake,
        "ended_jobs",
        (EndedJobRun("merge_curated", run.started_at + timedelta(seconds=20), 90.0, 2.0, 180.0),),
    )
    page = console.opened(f"/runs/{run.name}", VIEWER)
    page.locator("summary", has_text="Cost of each job").click()
    table = page.locator("details", has_text="Cost of each job").get_by_role("table")
    expect(table).to_be_visible()
    assert table.get_by_role("columnheader").all_inner_texts() == [
        "Job",
        "Began",
        "Duration",
        "DPU-seconds",
        "Memory",
        "Cost",
    ]
    began = f"{run.started_at + timedelta(seconds=20):%Y-%m-%dT%H:%M:%S}"
    assert began in str(table.locator("time").get_attribute("datetime"))
    cells = table.get_by_role("cell").all_inner_texts()
    assert [cells[0], *cells[2:]] == [
        "merge_curated",
        "1 min 30 s",
        "180",
        "32 GB",
        "$0.022",
    ]


def test_a_third_run_names_the_run_that_does_its_work(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = "arn:aws:states:eu-west-1:000000000000:execution:curated_to_prod:scheduled-0311"
    entered = {"Left to the pending run": console.lake.now()}
    third = PipelineRun("arn:third", "SUCCEEDED", output={"left_to": second}, entered_at=entered)
    monkeypatch.setattr(console.lake.runs, "describe", lambda _: third)
    page = console.opened("/runs/third", VIEWER)
    expect(page.get_by_role("main")).to_contain_text(
        "This run did nothing: its work was left to a run that was pending, which does the same."
    )
    expect(page.get_by_role("link", name="a run that was pending")).to_have_attribute(
        "href", "#/runs/scheduled-0311"
    )
    expect(page.get_by_text("not asked for")).to_have_count(0)


def test_a_viewer_cannot_upload(console: Console) -> None:
    page = console.opened("/upload", VIEWER)
    expect(page.get_by_text("Ask an operator for the group uploader")).to_be_visible()
    expect(page.get_by_role("button", name="Choose files")).to_have_count(0)
    ask = (
        "headers => fetch('/v1/uploads', {method: 'POST', body: '{}', headers}).then(answer => answer.status)"
    )
    refused = page.evaluate(ask, {"authorization": f"Bearer {VIEWER}", "content-type": "application/json"})
    assert refused == 403
    console.errors.clear()  # the refusal is what was asked for


@pytest.mark.parametrize(("token", "count"), [(VIEWER, 1), (OPERATOR, 0)])
def test_the_query_page_says_to_a_viewer_that_answers_leave_out_columns_about_people(
    token: str, count: int, console: Console
) -> None:
    page = console.opened("/query", token)
    expect(page.get_by_role("button", name="Run")).to_be_visible()
    expect(page.get_by_text("Columns about people are left out")).to_have_count(count)


def test_without_a_token_the_console_asks_for_one(console: Console) -> None:
    page = console.page()
    page.goto(console.url)
    page.get_by_role("textbox", name="Token").fill(OPERATOR)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name=re.compile("^Good "), level=1)).to_be_visible()


def test_the_printed_address_opens_the_lake_in_a_new_tab_and_in_one_with_the_console(
    console: Console,
) -> None:
    page = console.page()
    page.goto(console.running.sign_in(OPERATOR))
    expect(page.get_by_role("heading", name=re.compile("^Good "), level=1)).to_be_visible()
    expect(page.get_by_role("banner")).to_contain_text("operator")
    page.goto(console.running.sign_in(VIEWER))
    expect(page.get_by_role("banner")).to_contain_text("viewer")
    expect(page.get_by_role("heading", name=re.compile("^Good "), level=1)).to_be_visible()
    assert "token" not in page.url


def test_what_a_file_holds_and_its_path_have_a_line_each_on_a_small_desktop(console: Console) -> None:
    page = console.opened("/lake", OPERATOR, width=1280)
    name = page.get_by_role("link", name="payments/today.csv", exact=True).first
    expect(name).to_have_attribute("title", "payments/today.csv")
    box = name.bounding_box()
    assert box is not None
    assert box["height"] < 40
    assert box["width"] >= 150
    assert page.evaluate(SIDEWAYS) <= 0


def test_a_large_upload_continues_after_a_reload(
    console: Console, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "payments-large.csv"
    path.write_bytes(payments(range(100_000, 100_000 + MB * 10_000)))
    part_bytes = path.stat().st_size // 12  # about 16 MB of 200, as in a deployment
    for module in ("headgate.uploads.upload", "headgate.api.files.uploads"):
        monkeypatch.setattr(f"{module}.PART_BYTES", part_bytes)
    page = console.opened("/upload", UPLOADER)
    sent = console.lake.uploads.sent
    sent.clear()
    page.route("**/*number=9*", lambda route: route.abort() if not reloaded else route.continue_())
    reloaded: list[bool] = []
    page.get_by_label("Files to upload").set_input_files(path)
    expect(page.get_by_text(re.compile(r"Sending, [1-9]"))).to_be_visible()
    while not sent:
        page.wait_for_timeout(50)
    before = list(sent)
    reloaded.append(True)
    page.reload()
    expect(page.get_by_role("button", name=re.compile("Commit"))).to_be_visible(timeout=60_000 + MB * 2_000)
    assert len(set(sent)) == 13
    assert [part for part in before if sent.count(part) > 1] == []  # what had arrived is not sent again
    assert len(sent) - 13 <= 3  # parts that were on their way at the reload
    (staged,) = (
        body
        for key, body in console.lake.objects.contents("staging").items()
        if key.endswith("/content") and len(body) == path.stat().st_size
    )
    assert hashlib.sha256(staged).digest() == hashlib.sha256(path.read_bytes()).digest()
    console.errors.clear()  # the aborted part


LONG = "n" * 300
HOSTILE_NAMES = [
    "<img src=x onerror=alert(1)>.csv",
    "payments-'\"`${alert(1)}.csv",
    '=HYPERLINK("https://example.com").csv',
    "\N{RIGHT-TO-LEFT OVERRIDE}vsc.exe.csv",
    f"{LONG}.csv",
]


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_hostile_names_headers_and_cells_are_text(console: Console, name: str) -> None:
    hostile = (
        b"<script>alert(1)</script>,=cmd|' /C calc'!A0,<img src=x onerror=alert(2)>,\xe2\x80\xaegpj.exe,"
        + LONG.encode()
        + b"\n"
        b"<svg/onload=alert(3)>,@SUM(1+1),\xe2\x80\xaegpj.exe,=HYPERLINK(1)," + LONG.encode() + b"\n"
    )
    page = console.page(375, token=OPERATOR)
    page.on("dialog", lambda _: pytest.fail("a text of a file ran as a script"))
    visit(page, console.url, "/upload")
    drop(page, name, hostile)
    card = page.get_by_role("region", name=re.compile(r"\.csv \("))
    expect(card).to_be_visible()
    expect(card).not_to_contain_text(re.compile("SHA-256|Sending|Loading"))
    if "/" in name or len(name) > 200 or "\N{RIGHT-TO-LEFT OVERRIDE}" in name:
        expect(card).to_contain_text(
            re.compile(
                "The file name (contains a slash|has more than 200|contains a control).* Rename the file"
            )
        )
        console.errors.clear()  # the refusal of the name
    assert page.locator("main img, main svg[onload], main script").count() == 0
    assert page.evaluate(SIDEWAYS) <= 0


def test_a_hostile_cell_of_a_file_page_is_text(console: Console) -> None:
    record = console.lake.receive(
        "payments/hostile.csv", PAYMENTS.replace(b"oops", b"<img src=x onerror=alert(4)>")
    )
    page = console.page(375, token=OPERATOR)
    page.on("dialog", lambda _: pytest.fail("a text of a file ran as a script"))
    visit(page, console.url, f"/files/{record.file_id}")
    expect(page.get_by_text("<img src=x onerror=alert(4)>")).to_be_visible()
    assert page.locator("main img").count() == 0
    assert page.evaluate(SIDEWAYS) <= 0


def test_a_template_has_the_columns_of_its_contract(console: Console) -> None:
    page = console.opened("/upload", UPLOADER)
    page.get_by_role("combobox", name="Dataset").fill("payments")
    page.get_by_role("option", name="payments").click()
    with page.expect_download() as saving:
        page.get_by_role("button", name="Download template").click()
    assert saving.value.suggested_filename == "payments.csv"
    assert (
        Path(saving.value.path()).read_bytes().removeprefix(b"\xef\xbb\xbf").rstrip()
        == PAYMENTS.splitlines()[0]
    )


def test_a_downloaded_answer_holds_no_formula(console: Console) -> None:
    page = console.opened("/query?sql=select '=1%2B1' as a, '@x' as b", OPERATOR)
    page.get_by_role("button", name=re.compile("Run")).click()
    expect(page.get_by_role("table").get_by_text("=1+1")).to_be_visible()
    with page.expect_download() as saving:
        page.get_by_role("button", name="Download", exact=True).click()
        page.get_by_role("menuitem", name="CSV, all rows").click()
    text = Path(saving.value.path()).read_text(encoding="utf-8-sig")
    assert all(not cell.strip('"').startswith(("=", "@")) for cell in text.splitlines()[1].split(","))
