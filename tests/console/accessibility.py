"""Violations that axe-core reports on the console's pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from scripts import console
from tests.console.browsers import SCHEMES, SIDEWAYS, WIDTHS, follow, resize, settle, visit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from playwright.sync_api import Page

AXE = console.SOURCE / "node_modules" / "axe-core" / "axe.min.js"
FOUND = """options => axe.run(document, options).then(({violations}) =>
  violations.map(({id, nodes}) => [id, ...nodes.map(({target}) => target.join(' '))]))"""
# The rules of axe that read colours. All others answer the same in every colour scheme.
OF_COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
WIDE = (2560, 1000)
# What is cut off: a box of a page, not one that scrolls by itself, whose contents are wider than it is.
CUT_OFF = """() => [...document.querySelectorAll('main .panel, main .panel p, main h1, main h2')]
  .filter(one => !one.closest('.scroll') && one.scrollWidth > one.clientWidth + 1)
  .map(one => `${one.tagName} ${one.className}: ${one.innerText.slice(0, 60)}`)"""


class Flaws(NamedTuple):
    """The flaws of a page at a width in a colour scheme.

    Attributes:
        violations: what axe reports.
        sideways: the pixels that the page is too wide.
        cut_off: the boxes whose contents are wider than they are.
    """

    name: str
    width: str
    scheme: str
    violations: list[Any]
    sideways: int
    cut_off: list[str]


def violations(page: Page) -> list[Any]:
    """Return the violations that axe reports on a page as it stands."""
    settle(page)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    reported: list[Any] = page.evaluate(FOUND, {})
    return reported


def flaws(page: Page, url: str, addresses: Mapping[str, str]) -> Iterator[Flaws]:
    """Open every page once, and yield its flaws at every width in both schemes; on a wide screen in one."""
    visit(page, url, "/none")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    for name, address in addresses.items():
        follow(page, url, address)
        for width, (across, down) in {**WIDTHS, "wide": WIDE}.items():
            resize(page, across, down)
            sideways, cut_off = max(page.evaluate(SIDEWAYS), 0), page.evaluate(CUT_OFF)
            for scheme in SCHEMES if width in WIDTHS else ():
                # the page follows, as it does when a system changes in the evening
                page.emulate_media(color_scheme=scheme)
                settle(page)
                if reported := page.evaluate(FOUND, {} if scheme == SCHEMES[0] else OF_COLOURS):
                    yield Flaws(name, width, scheme, reported, sideways, cut_off)
            if sideways or cut_off:
                yield Flaws(name, width, "", [], sideways, cut_off)
