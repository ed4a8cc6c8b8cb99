"""Violations that axe-core reports on the console's pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from scripts import console
from tests.console.browsers import SCHEMES, SIDEWAYS, WIDTHS, pages, resize, settle, visit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

AXE = console.SOURCE / "node_modules" / "axe-core" / "axe.min.js"
FOUND = (
    "axe.run(document).then(found => found.violations.map(one => [one.id, ...one.nodes.map(node => "
    "node.target.join(' '))]))"
)


class Seen(NamedTuple):
    """A page at a width in a colour scheme, with axe's findings and the pixels that it is too wide."""

    name: str
    width: str
    scheme: str
    violations: list[Any]
    sideways: int


def violations(page: Page) -> list[Any]:
    """Return the violations that axe reports on a page as it stands."""
    settle(page)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[Any] = page.evaluate(FOUND)
    return found


def seen_pages(page: Page, url: str, file_id: str) -> Iterator[Seen]:
    """Visit every page once, and look at it at every width in both schemes."""
    axe = AXE.read_text(encoding="utf-8")
    for name, address in pages(file_id).items():
        visit(page, url, address)
        page.evaluate(axe)
        for width, (across, down) in WIDTHS.items():
            resize(page, across, down)
            sideways = page.evaluate(SIDEWAYS)
            for scheme in SCHEMES:
                # the page follows, as it does when a system changes in the evening
                page.emulate_media(color_scheme=scheme)
                settle(page)
                yield Seen(name, width, scheme, page.evaluate(FOUND), sideways)
