"""Chromium, and the pages of the console that every check visits."""

from __future__ import annotations

import re
import shutil
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page

Shown = TypeVar("Shown")

WIDTHS = {"phone": (375, 812), "desktop": (1440, 900)}
SCHEMES = ("light", "dark")
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
ROUTES = Path(__file__).resolve().parents[2] / "console" / "src" / "app" / "routes.tsx"
SYSTEMS = (
    "market-intelligence-hub",
    "demand-insights-engine",
    "compliance-guardian",
    "global-market-pulse",
    "retail-copilot",
)


def pages(file_id: str) -> dict[str, str]:
    """Return the address of each page by its name."""
    return {
        "morning": "/",
        "report": "/report",
        "work": "/work",
        "lake": "/lake",
        "runs": "/runs",
        "upload": "/upload",
        "file": f"/files/{file_id}",
        "run": "/runs/scheduled-0312",
        "dataset": "/datasets/payments",
        "row": "/rows/payments/1",
        **{f"dashboard-{system}": f"/dashboards/{system}" for system in SYSTEMS},
        "table": "/tables/market-intelligence-hub/sales_forecast",
        "model-card": "/models/churn",
        "catalog": "/catalog",
        "query": "/query",
        "nowhere": "/nowhere",
    }


def routes() -> set[str]:
    """Return the paths of the console's router, such as `files/:fileId`."""
    return set(re.findall(r"\bpath: '([^'/*][^'*]*)'", ROUTES.read_text(encoding="utf-8")))


BUSY = "document.querySelector('[aria-busy=true]') || /Loading .* …/.test(document.body.innerText)"
# A colour that is on its way to another has a contrast of its own.
MOVES = "document.getAnimations().some(one => one instanceof CSSTransition && one.playState === 'running')"


@contextmanager
def chromium(*arguments: str) -> Iterator[Browser]:
    """The Chromium of the system, with further arguments of its command line.

    The headless shell, which has no windows to draw, takes less time than the whole browser.
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_path(), args=["--no-sandbox", *arguments])
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def with_scrollbars(browser: Browser) -> Iterator[Browser]:
    """Another Chromium whose scroll bars take room from what they scroll, as on Windows and Linux."""
    other = browser.browser_type.launch(
        executable_path=_path(), args=["--no-sandbox"], ignore_default_args=["--hide-scrollbars"]
    )
    try:
        yield other
    finally:
        other.close()


def _path() -> str:
    names = ("chromium-headless-shell", "chromium", "google-chrome")
    path = next(filter(None, map(shutil.which, names)), None)
    if path is None:
        raise RuntimeError("Chromium is not installed. On Debian: apt-get install chromium-headless-shell")
    return path


def at_rest(page: Page, read: Callable[[], Shown]) -> Shown:
    """Return what `read` reads when it changes no more: units and trust lines come after the page."""
    before: object = None
    now = read()
    while before != now:
        page.wait_for_timeout(1000)
        before, now = now, read()
    return now


def visit(page: Page, url: str, address: str) -> None:
    """Open a page of the console as a new document, and wait until it has loaded what it shows."""
    page.goto("about:blank")
    page.goto(f"{url}/#{address}")
    settle(page)


def follow(page: Page, url: str, address: str) -> None:
    """Open a page in the console that is open, as a link does, and wait until it has loaded what it shows."""
    page.goto(f"{url}/#{address}")
    settle(page)


def resize(page: Page, across: int, down: int) -> None:
    """Give the window another size, and wait until the page follows. To load a page again takes a second."""
    page.set_viewport_size({"width": across, "height": down})
    settle(page)


def settle(page: Page) -> None:
    """Wait until the page has loaded what it shows."""
    page.wait_for_selector("main h1", timeout=20_000)
    page.wait_for_timeout(100)  # a page that was open before is replaced in between
    until = time.monotonic() + 30
    # wait_for_function evaluates text in the page, which the console's content security policy forbids.
    while page.evaluate(f"Boolean({BUSY} || {MOVES})"):
        assert time.monotonic() < until, f"{page.url} still loads"
        page.wait_for_timeout(100)
