"""A console over a lake, and a browser."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from scripts import console as bundles
from tests.console.browsers import chromium, settle, visit
from tests.console.lakes import OPERATOR, BrowserLake, Served, served
from tests.console.shop_tables import kept_tables
from tests.unit.api.lakes import PAYMENTS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, ConsoleMessage, Page

# As console/src/app/session.tsx remembers a token; an empty page has no storage.
REMEMBER = "if (location.protocol === 'http:') sessionStorage.setItem('headgate.token', %s)"
PATIENCE_MS = 30_000  # two busy cores
expect.set_options(timeout=PATIENCE_MS)


@dataclass
class Console:
    """A running console, and what its pages report as errors."""

    running: Served
    browser: Browser
    errors: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return self.running.url

    @property
    def lake(self) -> BrowserLake:
        return self.running.lake

    def page(self, width: int = 1440, height: int = 900, scheme: str = "light", *, token: str = "") -> Page:
        """Return an empty page of a new browser; with a token, of somebody who signed in before."""
        context = self.browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)  # type: ignore[arg-type]  # light or dark
        if token:
            context.add_init_script(REMEMBER % json.dumps(token))
        page = context.new_page()
        page.on(
            "console",
            lambda said: (
                self.errors.append(f"{said.text} {said.location}")
                if said.type == "error" and not _is_expected(said)
                else None
            ),
        )
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        return page

    def signed_in(
        self, token: str = OPERATOR, width: int = 1440, height: int = 900, scheme: str = "light"
    ) -> Page:
        """A page of somebody with a token."""
        page = self.page(width, height, scheme)
        page.goto(self.running.sign_in(token))
        settle(page)
        return page

    def opened(
        self, address: str, token: str = OPERATOR, width: int = 1440, height: int = 900, scheme: str = "light"
    ) -> Page:
        """Open an address as somebody who signed in before, without the load of the first page."""
        page = self.page(width, height, scheme, token=token)
        visit(page, self.url, address)
        return page


def _is_expected(said: ConsoleMessage) -> bool:
    """Whether a browser reports the 404 of a file that was committed and that the gate has not begun yet: the
    console asks again.
    """
    return "404" in said.text and "/v1/files/" in str(said.location.get("url", ""))


@pytest.fixture(scope="session")
def bundle() -> Path:
    """The built console."""
    bundles.build()
    return bundles.OUT


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, closed with its module: while Playwright runs, no other one and no event loop can start."""
    with chromium() as started:
        yield started


def without_errors(console: Console) -> Iterator[Console]:
    """Yield a console, close its windows, and fail if a page reported an error."""
    yield console
    for context in console.browser.contexts:
        context.close()
    assert console.errors == []


@pytest.fixture(scope="session")
def tables() -> Path:
    """Return the tables that five systems publish over a small generated shop."""
    return kept_tables()


@pytest.fixture(scope="module")
def served_shop(tables: Path, bundle: Path) -> Iterator[Served]:
    """A console over a lake with five systems, and a file with rejected rows."""
    lake = BrowserLake(tables_folder=tables)
    lake.receive("payments/today.csv", PAYMENTS.replace(b"A1", b"S1"))
    with served(lake, bundle) as running:
        yield running


@pytest.fixture
def console(served_shop: Served, browser: Browser) -> Iterator[Console]:
    """The console; a test fails when a page reports an error."""
    yield from without_errors(Console(served_shop, browser))
