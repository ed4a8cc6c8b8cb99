"""What axe-core finds on the console's pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from scripts import console
from tests.console.browsers import SCHEMES, pages, settle, visit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

AXE = console.SOURCE / "node_modules" / "axe-core" / "axe.min.js"
FOUND = (
    "axe.run(document).then(found => found.violations.map(one => [one.id, ...one.nodes.map(node => "
    "node.target.join(' '))]))"
)


class Seen(NamedTuple):
    """A page in a colour scheme: axe's findings, and how many pixels it is wider than its window."""

    name: str
    scheme: str
    violations: list[Any]
    sideways: int


def violations(page: Page) -> list[Any]:
    """What axe finds on a page as it stands."""
    settle(page)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[Any] = page.evaluate(FOUND)
    return found


def seen_pages(page: Page, url: str, file_id: str) -> Iterator[Seen]:
    """Visit every page in both schemes, at the page's present size."""
    axe = AXE.read_text(encoding="utf-8")
    for name, address in pages(file_id).items():
        visit(page, url, address)
        page.evaluate(axe)
        sideways = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        for scheme in SCHEMES:
            page.emulate_media(
                color_scheme=scheme
            )  # the page follows, as it does when a system changes in the evening
            settle(page)
            yield Seen(name, scheme, page.evaluate(FOUND), sideways)
