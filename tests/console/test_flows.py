"""What people do in the console, in Chromium: bring a file, decide, and find its rows."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.console.browsers import visit
from tests.console.lakes import OPERATOR, UPLOADER, VIEWER
from tests.unit.api.lakes import PAYMENTS

if TYPE_CHECKING:
    from playwright.sync_api import Page

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


def drop(page: Page, name: str, body: bytes) -> None:
    page.get_by_label("Files to upload").set_input_files({"name": name, "mimeType": "text/csv", "buffer": body})


def expect_six_stages_done(page: Page) -> None:
    stages = page.get_by_role("list", name="Stages").last.get_by_role("listitem")
    expect(stages).to_have_count(6)
    for at in range(6):
        expect(stages.nth(at)).to_contain_text("✓")


def answer_of(page: Page, url: str, sql: str) -> str:
    """What the query page shows for a statement."""
    visit(page, url, f"/query?sql={sql}")
    page.get_by_role("button", name=re.compile("Run")).click()
    rows = page.get_by_role("table").get_by_role("rowgroup")
    expect(rows).to_be_visible()
    return rows.inner_text()


def test_a_file_with_broken_rows_is_fixed_committed_and_found_with_sql(console: Console) -> None:
    page = console.signed_in(OPERATOR)
    visit(page, console.url, "/upload")
    drop(page, "payments-broken.csv", TWO_BROKEN)
    expect(page.get_by_test_id("count-quarantined")).to_have_text("2")
    page.get_by_label("Corrected amount of row 1").fill("10.00")
    page.get_by_label("Corrected amount of row 2").fill("6.00")
    page.get_by_role("button", name="Commit 1 rows and 2 corrected").click()
    expect(page.get_by_text("2 corrected rows were sent:")).to_be_visible()
    expect(page.get_by_test_id("count-accepted").last).to_have_text("2")
    expect_six_stages_done(page)
    sql = "select sum(amount) as total from ecommerce_curated.payments where order_id in ('B1', 'B2', 'B3')"
    assert "23.25" in answer_of(page, console.url, sql)


def test_a_foreign_header_is_mapped_and_its_rows_are_in_the_lake(console: Console) -> None:
    page = console.signed_in(UPLOADER)
    visit(page, console.url, "/upload")
    drop(page, "payments-foreign.csv", FOREIGN)
    commit = page.get_by_role("button", name="Commit with this mapping")
    expect(commit).to_be_visible()
    for column, field in (("F1", "payment_id"), ("ref", "order_id"), ("how", "method"), ("pan", "card_number")):
        chosen = page.get_by_role("combobox", name=f"Field for {column}", exact=True)
        chosen.fill(field)
        chosen.press("ArrowDown")
        chosen.press("Enter")
        expect(chosen).to_have_value(re.compile(f"^{field}"))
    commit.click()
    expect(page.get_by_text("The mapping is remembered.")).to_be_visible()
    expect(page.get_by_test_id("count-accepted").last).not_to_have_text("0")
    expect_six_stages_done(page)
    assert "A11" in answer_of(page, console.url, "select order_id from ecommerce_curated.payments where order_id = 'A11'")


def test_the_same_file_again_is_skipped(console: Console) -> None:
    console.lake.receive("payments/first.csv", PAYMENTS)
    page = console.signed_in(UPLOADER)
    visit(page, console.url, "/upload")
    drop(page, "payments-again.csv", PAYMENTS)
    expect(page.get_by_text("Duplicate File Skipped")).to_be_visible()


def test_a_viewer_cannot_upload(console: Console) -> None:
    page = console.signed_in(VIEWER)
    visit(page, console.url, "/upload")
    expect(page.get_by_role("button", name="Choose files")).to_be_disabled()
    expect(page.get_by_text("Ask an operator for the group uploader")).to_be_visible()
    ask = "headers => fetch('/v1/uploads', {method: 'POST', body: '{}', headers}).then(answer => answer.status)"
    refused = page.evaluate(ask, {"authorization": f"Bearer {VIEWER}", "content-type": "application/json"})
    assert refused == 403
    console.errors.clear()  # the refusal is what was asked for


def test_without_a_token_the_console_asks_for_one(console: Console) -> None:
    page = console.page()
    page.goto(console.url)
    page.get_by_role("textbox", name="Token").fill(OPERATOR)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Lake", level=1)).to_be_visible()


def test_a_large_upload_continues_after_a_reload(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("headgate.uploads.upload", "headgate.api.uploads"):
        monkeypatch.setattr(f"{module}.PART_BYTES", 64 << 10)
    line = PAYMENTS.splitlines(keepends=True)
    body = line[0] + b"".join(line[1].replace(b"1,A1", b"%d,R%d" % (n, n)) for n in range(1000, 9000))
    page = console.signed_in(UPLOADER)
    visit(page, console.url, "/upload")
    sent = console.lake.uploads.sent
    sent.clear()
    page.route("**/*number=9*", lambda route: route.abort() if not reloaded else route.continue_())
    reloaded: list[bool] = []
    drop(page, "payments-large.csv", body)
    expect(page.get_by_text(re.compile(r"Sending [1-9]"))).to_be_visible()
    while not sent:
        page.wait_for_timeout(50)
    before = len(sent)
    reloaded.append(True)
    page.reload()
    expect(page.get_by_role("button", name=re.compile("Commit"))).to_be_visible(timeout=60_000)
    assert before >= 1
    assert len(sent) == len(set(sent)) == 13
    console.errors.clear()  # the aborted part


@pytest.mark.parametrize("name", ["<img src=x onerror=alert(1)>.csv", "payments-'\"`${alert(1)}.csv", "=HYPERLINK(1).csv"])
def test_hostile_names_headers_and_cells_are_text(console: Console, name: str) -> None:
    hostile = (
        b"<script>alert(1)</script>,=cmd|' /C calc'!A0,<img src=x onerror=alert(2)>\n<svg/onload=alert(3)>,@SUM(1+1),\xe2\x80\xaegpj.exe\n"
    )
    page = console.signed_in(OPERATOR)
    page.on("dialog", lambda _: pytest.fail("a text of a file ran as a script"))
    visit(page, console.url, "/upload")
    drop(page, name, hostile)
    card = page.get_by_role("region", name=re.compile(r"\.csv \("))
    expect(card).to_be_visible()
    expect(card).not_to_contain_text(re.compile("SHA-256|Sending|Loading"))
    assert page.locator("main img, main svg[onload], main script").count() == 0
    console.lake.receive("payments/hostile.csv", PAYMENTS.replace(b"oops", b"<img src=x onerror=alert(4)>"))
    record = next(one for one in console.lake.ledger.records() if one.key == "payments/hostile.csv")
    visit(page, console.url, f"/files/{record.file_id}")
    expect(page.get_by_text("<img src=x onerror=alert(4)>")).to_be_visible()
    assert page.locator("main img").count() == 0


def test_a_downloaded_answer_holds_no_formula(console: Console) -> None:
    page = console.signed_in(OPERATOR)
    visit(page, console.url, "/query?sql=select '=1%2B1' as a, '@x' as b")
    page.get_by_role("button", name=re.compile("Run")).click()
    expect(page.get_by_role("table").get_by_text("=1+1")).to_be_visible()
    with page.expect_download() as saving:
        page.get_by_role("button", name=re.compile("CSV")).click()
    text = Path(saving.value.path()).read_text(encoding="utf-8-sig")
    assert all(not cell.strip('"').startswith(("=", "@")) for cell in text.splitlines()[1].split(","))
