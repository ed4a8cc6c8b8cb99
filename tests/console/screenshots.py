"""Take the screenshots of the README, or of every page of the console to look at, over the lake of the
console's tests.

Examples:
    python -m tests.console.screenshots                    # docs/images/*.png: `make screenshots`
    python -m tests.console.screenshots --all /tmp/pages   # every page on a phone and a desktop, light and
    dark
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from scripts import console
from tests.console.browsers import SCHEMES, WIDTHS, chromium, pages, settle, visit
from tests.console.lakes import BrowserLake, served
from tests.console.shop_tables import kept_tables
from tests.console.supplier_file import supplier_file
from tests.console.test_import import decide
from tests.unit.api.lakes import PAYMENTS, payments

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.console.lakes import Served

ROOT = Path(__file__).resolve().parents[2]
IMAGES = ROOT / "docs" / "images"
SIZE = {"width": 1280, "height": 800}
FOREIGN = PAYMENTS.replace(b"payment_id,order_id,method,card_number", b"F1,ref,how,pan")


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--all", type=Path, metavar="FOLDER", help="write every page into this folder instead"
    )
    every = parser.parse_args().all
    console.build()
    lake = BrowserLake(tables_folder=kept_tables())
    receive_some_files(lake)
    with served(lake, console.OUT) as running, chromium() as browser:
        if every:
            take_all(running, browser, every)
        else:
            take_shown(running, browser)
    return 0


def receive_some_files(lake: BrowserLake) -> None:
    """Files that the gate accepts, skips and leaves for a mapping, and one with rejected rows."""
    days = [payments(range(1000 * day, 1000 * day + 400 + 37 * day)) for day in (1, 2, 3)]
    files = {f"2024-01-0{day}.csv": body for day, body in enumerate(days, 1)}
    files |= {
        "2024-01-03-again.csv": days[-1],
        "supplier.csv": FOREIGN.replace(b"A1", b"S1"),
        "today.csv": PAYMENTS,
    }
    for name, body in files.items():
        lake.receive(f"payments/{name}", body)
        time.sleep(1)  # the page Lake sorts files by the second in which they came


def take_all(running: Served, browser: Browser, folder: Path) -> None:
    """Write every page at both widths in both schemes."""
    folder.mkdir(parents=True, exist_ok=True)
    file_id = next(
        record.file_id for record in running.lake.ledger.records() if record.key == "payments/today.csv"
    )
    for width, (across, down) in WIDTHS.items():
        page = _signed_in(running, browser, across, down)
        for name, address in pages(file_id).items():
            visit(page, running.url, address)
            for scheme in SCHEMES:
                page.emulate_media(color_scheme=scheme)
                settle(page)
                page.screenshot(path=folder / f"{name}-{width}-{scheme}.png", full_page=True)


def take_shown(running: Served, browser: Browser) -> None:
    """Write the images of the README."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    page = _signed_in(running, browser, SIZE["width"], SIZE["height"])
    visit(page, running.url, "/dashboards/market-intelligence-hub")
    page.screenshot(path=IMAGES / "console-dashboard.png")
    visit(page, running.url, "/upload")
    file = {"name": "lieferant-mueller.csv", "mimeType": "text/csv", "buffer": supplier_file()}
    page.get_by_label("Files to upload").set_input_files(file)
    decide(page)
    page.get_by_role("button", name="Commit: 57 in, 3 wait, 2 duplicates").wait_for(timeout=60_000)
    page.screenshot(path=IMAGES / "console-mapping.png")
    page.emulate_media(color_scheme="dark")
    visit(page, running.url, "/lake")
    page.screenshot(path=IMAGES / "console-lake-dark.png")


def _signed_in(running: Served, browser: Browser, width: int, height: int) -> Page:
    page = browser.new_context(viewport={"width": width, "height": height}).new_page()
    page.goto(running.sign_in())
    settle(page)
    return page


if __name__ == "__main__":
    sys.exit(main())
