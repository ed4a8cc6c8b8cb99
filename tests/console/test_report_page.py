"""The report page in Chromium: a table is as wide as its words, and scrolls where that is wider than the
page.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from headgate.costs.price_list import Prices
from headgate.reports.alerts import raised
from headgate.reports.html_page import report_html
from headgate.reports.report_answers import CostBasis, PanelAnswer, collect_answers
from headgate.systems.panels import DeclaredPanel, PanelKind
from tests.console.browsers import SIDEWAYS, WIDTHS, at_rest, visit
from tests.console.conftest import Console
from tests.console.lakes import OPERATOR
from tests.unit.reports.test_report_page import report

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from tests.console.lakes import BrowserLake, Served

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
    "earlier_fraud_at_terminal",
    "unusual_amount",
    "many_payments_of_customer",
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


# Pairs of a figure's own lines of which one covers a part of another one.
OVERLAPS = """() => [...document.querySelectorAll('.figure')].flatMap(figure => {
  const lines = [...figure.children].filter(line => line.textContent.trim()).map(line => {
    const range = document.createRange()
    range.selectNodeContents(line)
    return [line.textContent, range.getBoundingClientRect()]
  })
  return lines.flatMap(([text, box], at) => lines.slice(at + 1)
    .filter(([, other]) => box.left < other.right - 1 && other.left < box.right - 1
      && box.top < other.bottom - 1 && other.top < box.bottom - 1)
    .map(([other]) => [text, other]))
})"""


@pytest.mark.parametrize("width", [320, 375, 600, 1440])
def test_no_figure_of_up_to_eleven_digits_covers_its_question(browser: Browser, width: int) -> None:
    answers = [
        PanelAnswer(
            DeclaredPanel(
                f"revenue_{place}",
                "What will be sold in the next twelve periods, if nothing else changes?",
                PanelKind.KPI,
                "sales_forecast",
                "SELECT 1",
                unit="GBP",
            ),
            ("value", "before"),
            ((value, value),),
            trust=("as of 9 Dec 2011", "96 series", "mean error 12.3 %"),
        )
        for place, value in enumerate((12, 2_459_191, -2_977_588, 10**10))
    ]
    page = browser.new_context(viewport={"width": width, "height": 900}).new_page()
    page.set_content(report_html(report(*answers), (), ""))
    assert page.locator(".figure").count() == len(answers)
    assert page.evaluate(OVERLAPS) == []
    assert page.evaluate(SIDEWAYS) <= 0
    page.context.close()


def test_what_to_do_about_a_first_figure_is_in_view_and_of_others_on_a_phone_one_fold_away(
    browser: Browser,
) -> None:
    first, second = (
        PanelAnswer(
            DeclaredPanel(name, "How much?", PanelKind.KPI, "t", "SELECT 1", action=action),
            ("value", "before"),
            ((1, None),),
        )
        for name, action in (("k", "Buy more."), ("m", "Sell more."))
    )
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.set_content(report_html(report(first, second), (), ""))
    page.wait_for_timeout(50)
    assert [one.is_visible() for one in page.locator(".figure .action").all()] == [True, True]
    across, down = WIDTHS["phone"]
    page.set_viewport_size({"width": across, "height": down})
    assert page.get_by_text("Buy more.").locator("visible=true").count() == 1
    assert not page.get_by_text("Sell more.").locator("visible=true").count()
    page.get_by_text("each with what to do").click()
    assert page.get_by_text("Buy more.").locator("visible=true").count() == 2
    assert page.get_by_text("Sell more.").locator("visible=true").count() == 1
    page.context.close()


def test_a_phone_has_each_sentence_of_the_summary_and_of_a_trust_line(browser: Browser) -> None:
    """An action without its condition is another action, and a limit without its end says nothing."""
    panel = DeclaredPanel(
        "k", "How much?", PanelKind.KPI, "t", "SELECT 1", action="Buy it. Order more only in May.", unit="GBP"
    )
    trust = ("as of 9 Dec 2011", "one of four periods was further off than 38 % in tests of the past", "off")
    across, down = WIDTHS["phone"]
    page = browser.new_context(viewport={"width": across, "height": down}).new_page()
    page.set_content(report_html(report(PanelAnswer(panel, ("value", "before"), ((7, 5),), trust=trust)), ()))
    short = page.locator(".short")
    for words in ("Order more only in May.", "£5 in the period before"):
        assert short.get_by_text(words).is_visible()
    assert page.locator(".trust > summary").evaluate("one => one.scrollWidth <= one.clientWidth")
    assert page.locator(".trust > summary").inner_text() == "as of 9 Dec 2011 · more"
    page.locator(".trust > summary").click()
    assert page.locator(".trust").get_by_text(trust[1]).locator("visible=true").count() == 1
    assert page.evaluate(SIDEWAYS) <= 0
    page.context.close()


SCREENS_OF_A_PHONE = 3


def report_of(lake: BrowserLake) -> str:
    """Return the report page of a lake."""
    costs = CostBasis(lake.now() - timedelta(days=30), [], Prices.load())
    collected = collect_answers(lake, lake.queries, costs)
    alerts = raised(lake.queries, [board for board, _ in collected.systems], collected.health)
    return report_html(collected, alerts, "https://console.example.com")


@pytest.fixture
def phone(served_shop: Served, browser: Browser) -> Iterator[Page]:
    """The report of the shop on a phone."""
    across, down = WIDTHS["phone"]
    page = browser.new_context(viewport={"width": across, "height": down}).new_page()
    page.set_content(report_of(served_shop.lake))
    yield page
    page.context.close()


def test_the_report_of_a_shop_has_at_most_three_screens_of_a_phone(phone: Page) -> None:
    _, down = WIDTHS["phone"]
    height = phone.evaluate("document.documentElement.scrollHeight")
    assert height <= SCREENS_OF_A_PHONE * down
    assert phone.evaluate(SIDEWAYS) <= 0


def test_the_report_in_the_console_has_at_most_three_screens_of_a_phone(
    served_shop: Served, browser: Browser
) -> None:
    across, down = WIDTHS["phone"]
    console = Console(served_shop, browser)
    page = console.page(across, down, token=OPERATOR)
    visit(page, console.url, "/report")
    height = at_rest(page, lambda: page.evaluate("document.documentElement.scrollHeight"))
    page.context.close()
    assert height <= SCREENS_OF_A_PHONE * down


def test_every_figure_of_the_report_has_a_trust_line_with_a_day(phone: Page) -> None:
    figures = phone.locator(".figure")
    trust = figures.locator(".trust")
    assert figures.count() == trust.count() > 10
    assert all("as of " in text and " · " in text for text in trust.all_inner_texts())


def test_the_report_of_a_shop_has_no_rule_codes_and_no_commands(phone: Page) -> None:
    phone.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    words = phone.evaluate(
        "[...document.querySelectorAll('h1, h2, h3, p, li, summary, #files td, #health td')]"
        ".map(one => one.textContent).join(' ')"
    )
    assert re.findall(r"\b[a-z]+_[a-z_]+\b|degraded|headgate \w+", words) == []


# Codes, days of ISO 8601 and countries' codes of cells, headings, titles and charts.
RAW = r"\b[a-z]+_[a-z_]+\b|\(other\)|\b\d{4}-\d{2}-\d{2}|^(auc|brier|ece|[A-Z]{2})$|\bgbp\b"


def test_opened_panels_of_a_shop_have_no_raw_words(phone: Page) -> None:
    phone.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    words = phone.evaluate(
        "[...document.querySelectorAll('.panels th, .panels td, .panels h3, .panels svg text')]"
        ".map(one => one.textContent)"
    )
    assert len(words) > 100
    assert sorted({text for text in words if re.search(RAW, text)}) == []
