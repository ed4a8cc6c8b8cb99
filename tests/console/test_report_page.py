"""The report page in Chromium: a table is as wide as its words, and scrolls where that is wider than the
page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from headgate.reports.html_page import report_html
from headgate.reports.report_answers import PanelAnswer
from headgate.systems.panels import DeclaredPanel, PanelKind
from tests.unit.reports.test_report_page import report

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.e2e

COLUMNS = (
    "transaction_id",
    "transacted_at",
    "terminal_id",
    "amount",
    "score",
    "decision",
    "reason_1",
    "reason_2",
    "reason_3",
)
ROW = (
    611,
    "2023-04-11T08:40:01",
    3,
    "449.20",
    "0.991",
    "review",
    "terminal_known_fraud",
    "amount_unusual",
    "customer_burst",
)
# Words that stand on more than one line: a word in one piece has one rectangle.
BROKEN = """() => [...document.querySelectorAll('td, th')].flatMap(cell => {
  const found = []
  for (const node of cell.childNodes) for (const word of (node.textContent ?? '').matchAll(/\\S+/g)) {
    const range = document.createRange()
    range.setStart(node, word.index); range.setEnd(node, word.index + word[0].length)
    if (new Set([...range.getClientRects()].map(one => one.top)).size > 1) found.push(word[0])
  }
  return found
})"""


@pytest.mark.parametrize("width", [375, 1440])
def test_no_word_of_a_table_is_broken_and_the_page_does_not_scroll_sideways(
    browser: Browser, width: int
) -> None:
    panel = DeclaredPanel(
        "queue", "Which transactions should be looked at first?", PanelKind.TABLE, "fraud_scores", "SELECT 1"
    )
    made = report(PanelAnswer(panel, COLUMNS, (ROW,) * 3))
    page = browser.new_context(viewport={"width": width, "height": 900}).new_page()
    page.set_content(report_html(made, (), ""))
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    assert page.evaluate(BROKEN) == []
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    page.context.close()
