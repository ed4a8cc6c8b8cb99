"""Violations that axe-core reports on the console's pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from scripts import console
from tests.console.browsers import SCHEMES, SIDEWAYS, WIDTHS, follow, resize, settle, visit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from playwright.sync_api import Page

AXE = console.SOURCE / "node_modules" / "axe-core" / "axe.min.js"
# Results of other types would take a fifth of the time: axe names each of their elements.
FOUND = """options => axe.run(document, {...options, resultTypes: ['violations']}).then(({violations}) =>
  violations.map(({id, nodes}) => [id, ...nodes.map(({target}) => target.join(' '))]))"""
# The rules of axe that read colours. All others answer the same in every colour scheme.
OF_COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
# Widths at which axe has nothing new to say, between a phone and a desktop and beyond.
FURTHER = {
    "large phone": (480, 900),
    "small tablet": (768, 1024),
    "tablet": (900, 1200),
    "laptop": (1100, 800),
    "wide": (2560, 1000),
}
# What is cut off: a box of a page, not one that scrolls by itself, whose contents are wider than it is.
CUT_OFF = """() => [...document.querySelectorAll('main .panel, main .panel p, main h1, main h2')]
  .filter(one => !one.closest('.scroll') && one.scrollWidth > one.clientWidth + 1)
  .map(one => `${one.tagName} ${one.className}: ${one.innerText.slice(0, 60)}`)"""

# Texts and buttons of a page over each other, a text with a letter or two in each line, and pages of the
# header that are out of view. A part of a box that scrolls counts where it is in view.
OVER_EACH_OTHER = r"""() => {
  const isSeen = one => one.checkVisibility({opacityProperty: true, visibilityProperty: true})
  const named = one => `${one.tagName.toLowerCase()} ${(one.textContent || one.ariaLabel || '').slice(0, 40)}`
  const floats = one => {
    for (let up = one; up; up = up.parentElement)
      if (['sticky', 'fixed'].includes(getComputedStyle(up).position)) return !up.matches('header')
    return false
  }
  const inView = (box, from) => {
    let {left, top, right, bottom} = box
    for (let up = from; up && up !== document.body; up = up.parentElement) {
      if (getComputedStyle(up).overflow === 'visible') continue
      const edge = up.getBoundingClientRect()
      left = Math.max(left, edge.left); right = Math.min(right, edge.right)
      top = Math.max(top, edge.top); bottom = Math.min(bottom, edge.bottom)
    }
    return {left, top, right, bottom}
  }
  const [parts, narrow] = [[], []]
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (texts.nextNode()) {
    const one = texts.currentNode.parentElement
    if (!texts.currentNode.data.trim() || !one.closest('main, header') || one.closest('.skip-link')) continue
    if (!isSeen(one) || floats(one)) continue
    const range = document.createRange()
    range.selectNodeContents(texts.currentNode)
    const lines = [...range.getClientRects()]
    const across = Math.max(...lines.map(line => line.right)) - Math.min(...lines.map(line => line.left))
    if (lines.length > 3 && across < 40) narrow.push(`${named(one)}: one letter in a line`)
    for (const line of lines) {
      const box = inView(line, one.closest('svg') ? one.parentElement : one)
      const space = (box.bottom - box.top) * 0.15  // above and below the letters
      if (box.right - box.left > 2 && space > 0)
        parts.push({one, ...box, top: box.top + space, bottom: box.bottom - space})
    }
  }
  for (const one of document.querySelectorAll('main :is(button, a[class*=Button-root]), header button'))
    if (isSeen(one) && !floats(one) && !one.closest('[data-position]'))
      parts.push({one, ...inView(one.getBoundingClientRect(), one.parentElement)})
  parts.sort((part, other) => part.top - other.top)
  const over = parts.flatMap((part, at) => parts.slice(at + 1)
    .filter(other => Math.min(part.bottom, other.bottom) - Math.max(part.top, other.top) > 1
      && Math.min(part.right, other.right) - Math.max(part.left, other.left) > 1
      && !(part.one === other.one && part.one.tagName !== 'text')
      && !(part.one !== other.one && (part.one.contains(other.one) || other.one.contains(part.one))))
    .map(other => `${named(part.one)} and ${named(other.one)}: over each other`))
  const hidden = [...document.querySelectorAll('header nav a')]
    .filter(link => inView(link.getBoundingClientRect(), link).right + 1 < link.getBoundingClientRect().right)
    .map(link => `${named(link)}: out of view`)
  return [...narrow, ...over, ...hidden]
}"""


class Flaws(NamedTuple):
    """The flaws of a page at a width in a colour scheme.

    Attributes:
        violations: what axe reports.
        sideways: the pixels that the page is too wide.
        cut_off: the boxes whose contents are wider than they are.
        overlaps: the texts and buttons that are over each other or have no room.
    """

    name: str
    width: str
    scheme: str
    violations: list[Any]
    sideways: int
    cut_off: list[str]
    overlaps: list[str]


def violations(page: Page) -> list[Any]:
    """Return the violations that axe reports on a page as it stands."""
    settle(page)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    reported: list[Any] = page.evaluate(FOUND, {})
    return reported


def flaws(page: Page, url: str, addresses: Mapping[str, str]) -> Iterator[Flaws]:
    """Open every page once, and yield its flaws at every width in both schemes; further widths in one.

    Each page begins at the width and each width in the scheme that the one before ended with: a page is drawn
    again for another.
    """
    visit(page, url, "/none")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    widths, schemes = [*(WIDTHS | FURTHER).items()], [*SCHEMES]
    for name, address in addresses.items():
        follow(page, url, address)
        for width, (across, down) in widths:
            resize(page, across, down)
            sideways, cut_off = max(page.evaluate(SIDEWAYS), 0), page.evaluate(CUT_OFF)
            overlaps = page.evaluate(OVER_EACH_OTHER)
            for scheme in schemes if width in WIDTHS else ():
                # the page follows, as it does when a system changes in the evening
                page.emulate_media(color_scheme=scheme)
                settle(page)
                if reported := page.evaluate(FOUND, {} if scheme == SCHEMES[0] else OF_COLOURS):
                    yield Flaws(name, width, scheme, reported, sideways, cut_off, overlaps)
            if width in WIDTHS:
                schemes.reverse()
            if sideways or cut_off or overlaps:
                yield Flaws(name, width, "", [], sideways, cut_off, overlaps)
        widths.reverse()
