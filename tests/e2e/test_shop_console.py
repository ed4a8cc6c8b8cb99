"""The deployed console in Chromium: served by CloudFront, signed in to the user pool, over the API and the
gate of the lake.

MB=200 makes the file larger that is uploaded across a reload.
"""

from __future__ import annotations

import hashlib
import os
import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from headgate.uploads.upload import PART_BYTES
from tests.console.browsers import chromium, visit
from tests.e2e.lakes import GATE_TIMEOUT_S
from tests.unit.api.lakes import payments

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from tests.e2e.lakes import Lake

pytestmark = pytest.mark.e2e

MS = 1000
MB = int(os.environ.get("MB", "40"))
PATIENCE_MS = 60 * MS  # a function's cold start on two busy cores
# Columns that a supplier calls by other names, and two broken amounts.
FOREIGN = (
    b"F1,ref,how,pan,card_cvv,card_expiry,amount,currency,paid_at,status,notes,updated_at\n"
    b"9100001,C1,card,4111111111111111,917,2026-01,ten,GBP,2024-01-01 10:00:00,captured,,2024-01-01 "
    b"10:00:00\n"
    b"9100002,C2,card,4111111111111111,917,2026-01,six,GBP,2024-01-01 10:00:00,captured,,2024-01-01 "
    b"10:00:00\n"
    b"9100003,C3,card,4111111111111111,917,2026-01,7.25,GBP,2024-01-01 10:00:00,captured,,2024-01-01 "
    b"10:00:00\n"
)
MEANING = {"F1": "payment_id", "ref": "order_id", "how": "method", "pan": "card_number"}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium."""
    with chromium() as started:
        yield started


def sign_in(browser: Browser, lake: Lake, group: str, errors: list[str]) -> Page:
    """A page of a new user, who signed in on the user pool's own page."""
    user = lake.headgate("users", "add", f"console-{group}@example.com", "--group", group, "--permanent")
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.on(
        "console",
        lambda said: (
            errors.append(f"{said.text} {said.location}") if is_error(said.type, said.text) else None
        ),
    )
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(user["console"])
    page.locator("#username").fill(user["email"])
    page.locator("#password").fill(user["password"])
    page.locator("button[type=submit]").click()
    expect(page.get_by_role("heading", name=re.compile("^Good "), level=1)).to_be_visible(timeout=PATIENCE_MS)
    return page


def is_error(kind: str, text: str) -> bool:
    """Whether a browser reports an error.

    The 404 of a file that the gate has not begun yet is asked again.
    """
    return kind == "error" and "404" not in text


def drop(page: Page, name: str, body: bytes) -> None:
    page.get_by_label("Files to upload").set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": body}
    )


def choose_fields(page: Page) -> None:
    """Map the foreign columns in the import grid."""
    for column, field in MEANING.items():
        page.get_by_role("combobox", name=f"Field for {column}", exact=True).select_option(field)


def expect_stages(page: Page, stages: int = 6) -> None:
    """Wait until the newest file on the page has passed every stage.

    The check of one that lost many rows is a warning.
    """
    done = page.get_by_role("list", name="Stages").last.locator("[data-state=done], [data-state=warning]")
    expect(done).to_have_count(stages, timeout=GATE_TIMEOUT_S * MS)


# Fetch an address, and return the directive of the page's policy that blocks it.
FETCH = """
url => new Promise(resolve => {
  document.addEventListener('securitypolicyviolation', event => resolve(event.effectiveDirective));
  fetch(url).then(() => resolve('answered'), () => setTimeout(() => resolve('failed'), 1000));
})
"""


def test_the_page_connects_to_its_own_api_and_to_no_other(shop_lake: Lake, browser: Browser) -> None:
    """A script in the page must not send what it read to an API of somebody else, which has another id in the
    same domain.
    """
    page = sign_in(browser, shop_lake, "viewer", [])  # the page shows the answers of its own API
    own, own_id = shop_lake.outputs["api"]["url"], shop_lake.outputs["api"]["id"]
    assert own_id in own
    assert page.evaluate(FETCH, f"{own}/v1/lake") != "connect-src"
    assert page.evaluate(FETCH, f"{own.replace(own_id, '0ther1')}/v1/lake") == "connect-src"


def test_an_address_without_its_number_sign_opens_the_page(shop_lake: Lake, browser: Browser) -> None:
    page = sign_in(browser, shop_lake, "uploader", [])
    url = page.url.partition("#")[0].rstrip("/")
    page.goto(f"{url}/datasets/payments?x=1")
    expect(page).to_have_url(f"{url}/#/datasets/payments?x=1")
    expect(page.get_by_role("heading", name="Payments", level=1)).to_be_visible()


def test_a_foreign_file_is_mapped_fixed_committed_skipped_the_second_time_and_found_in_sql_and_a_dashboard(
    built: Path,  # noqa: ARG001 the five systems stand
    shop_lake: Lake,
    browser: Browser,
) -> None:
    errors: list[str] = []
    page = sign_in(browser, shop_lake, "operator", errors)
    url = page.url.partition("#")[0].rstrip("/")
    visit(page, url, "/upload")
    drop(page, "payments-supplier.csv", FOREIGN)
    expect(page.get_by_role("grid")).to_be_visible(timeout=GATE_TIMEOUT_S * MS)
    choose_fields(page)
    commit = page.get_by_role("button", name=re.compile("^Commit: 1 in, 2 wait"))
    expect(commit).to_be_enabled(timeout=GATE_TIMEOUT_S * MS)
    commit.click()
    expect(page.get_by_text("The mapping is remembered.")).to_be_visible(timeout=GATE_TIMEOUT_S * MS)
    expect(page.get_by_test_id("count-refused").last).to_have_text("2", timeout=GATE_TIMEOUT_S * MS)
    expect_stages(page)

    page.get_by_role("link", name=re.compile("payments-supplier")).last.click()
    # The other cells, the card number among them, are those of the masked form in raw.
    page.get_by_label("Corrected amount of row 1").fill("10.00")
    page.get_by_label("Corrected amount of row 2").fill("6.00")
    page.get_by_role("button", name="Send 2 corrected rows").click()
    accepted = page.get_by_role("link", name="corrected and accepted")
    expect(accepted).to_have_count(2, timeout=GATE_TIMEOUT_S * MS)

    visit(page, url, "/upload")
    drop(page, "payments-supplier-again.csv", FOREIGN)
    expect(page.get_by_text("Duplicate File Skipped")).to_be_visible(timeout=GATE_TIMEOUT_S * MS)

    shop_lake.headgate("run")
    visit(
        page,
        url,
        (
            "/query?sql=select sum(amount) as total from ecommerce_curated.payments where order_id in "
            "('C1', 'C2', 'C3')"
        ),
    )
    page.get_by_role("button", name=re.compile("Run")).click()
    expect(page.get_by_role("table").get_by_text("23.25")).to_be_visible(timeout=GATE_TIMEOUT_S * MS)

    visit(page, url, "/dashboards/market-intelligence-hub")
    forecast = page.get_by_role("region", name="What did the shop sell, and what will it sell?")
    expect(forecast.locator("svg").first).to_be_visible(timeout=GATE_TIMEOUT_S * MS)
    expect(forecast.locator("svg path")).not_to_have_count(
        0
    )  # the first is a grid line, which has no area and counts as hidden
    assert errors == []


def test_a_large_upload_continues_after_a_reload_and_arrives_as_it_was(
    shop_lake: Lake, browser: Browser, tmp_path: Path
) -> None:
    path = tmp_path / "payments-large.csv"
    path.write_bytes(payments(range(100_000, 100_000 + MB * 10_000)))
    parts = -(-path.stat().st_size // PART_BYTES)
    page = sign_in(browser, shop_lake, "uploader", [])
    reloaded: list[bool] = []
    last = re.compile(rf"partNumber={parts}(&|$)")
    page.route(last, lambda route: route.continue_() if reloaded else route.abort())
    visit(page, page.url.partition("#")[0].rstrip("/"), "/upload")
    page.get_by_label("Files to upload").set_input_files(path)
    expect(page.get_by_text(re.compile(r"Sending, [1-9]"))).to_be_visible(timeout=PATIENCE_MS)
    reloaded.append(True)
    page.reload()
    expect(page.get_by_role("button", name=re.compile("Commit"))).to_be_visible(timeout=(60 + 3 * MB) * MS)
    (staged,) = (body for body in staged_bodies(shop_lake) if len(body) == path.stat().st_size)
    assert hashlib.sha256(staged).digest() == hashlib.sha256(path.read_bytes()).digest()


def staged_bodies(lake: Lake) -> Iterator[bytes]:
    """The files that are uploaded and not yet committed."""
    for key in lake.objects("HEADGATE_STAGING_BUCKET", "uploads/"):
        yield (
            lake.client("s3")
            .get_object(Bucket=lake.environment["HEADGATE_STAGING_BUCKET"], Key=key)["Body"]
            .read()
        )


def test_a_viewer_cannot_upload_and_no_other_page_calls_the_api(shop_lake: Lake, browser: Browser) -> None:
    page = sign_in(browser, shop_lake, "viewer", [])
    visit(page, page.url.partition("#")[0].rstrip("/"), "/upload")
    expect(page.get_by_text("Ask an operator for the group uploader")).to_be_visible()
    expect(page.get_by_role("button", name="Choose files")).to_have_count(0)
    answer = page.reload()
    assert answer
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    stranger = browser.new_page()
    stranger.goto(shop_lake.environment["AWS_ENDPOINT_URL"] + "/_localstack/health")
    refused = stranger.evaluate(
        "url => fetch(url).then(() => 'answered', () => 'refused')",
        shop_lake.outputs["api"]["url"] + "/v1/health",
    )
    assert refused == "refused"
