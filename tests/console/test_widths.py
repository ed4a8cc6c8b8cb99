"""Pages with the long keys, names and ids of real lakes fit a phone, a desktop and a wide screen."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from playwright.sync_api import expect

from headgate.runs.start_or_postpone import Execution
from tests.console.accessibility import flaws
from tests.console.browsers import SYSTEMS, at_rest, follow, pages, resize, visit, with_scrollbars
from tests.console.conftest import Console
from tests.console.lakes import OPERATOR, BrowserLake, Served, served
from tests.unit.api.ended_runs import EndedRuns, write_merge
from tests.unit.api.lakes import PAYMENTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

pytestmark = pytest.mark.e2e

CSS = Path(__file__).resolve().parents[2] / "console" / "src" / "app" / "console.css"
FEED = "partner-feeds/eu-west-1/marketplace_settlements/ingest_date=2026-11-24/hour=03"
KEYS = (
    f"payments/{FEED}/part-00000-8f9a3a6e-5a3f-5f8e-9d6d-0f3c3e1f8a02-c000.settlement_report_final_v2.csv",
    "payments/" + "lieferantenkatalog_gesamtexport_mueller_und_soehne_gmbh_" * 3 + "2026-11-24T031502Z.csv",
)
RUN_UNDER_WAY = "api-3c3e1f8a0211aa22bb33cc44dd55ee66ff778899008f9a3a6e5a3f5f8e9d6d0f"
RUN = "api-8f9a3a6e5a3f5f8e9d6d0f3c3e1f8a0211aa22bb33cc44dd55ee66ff77889900"
REASON = (
    "headgate.curated.payments: "
    + "settlement_batch_reference_number_of_the_marketplace_" * 3
    + ": unique broken by 12 rows"
)


@pytest.fixture(scope="module")
def long_names(bundle: Path, tables: Path, browser: Browser) -> Iterator[Console]:
    """The console over a lake whose keys, runs and reasons are long, while a run works."""
    lake = BrowserLake(tables_folder=tables)
    for at, key in enumerate(KEYS):
        lake.receive(key, PAYMENTS.replace(b"A1", b"W%d" % at))
    began = lake.now()
    write_merge(lake, began, {"payments": REASON})
    lake.runs = EndedRuns(
        ended=[
            Execution(RUN_UNDER_WAY, "RUNNING", lake.now(), None),
            Execution(RUN, "FAILED", began, lake.now()),
        ],
        causes={RUN: f"quality_gate: FAILED: GateError: {REASON}"},
    )
    with served(lake, bundle) as running:
        yield Console(running, browser)


def test_every_page_is_accessible_in_both_schemes_fits_its_window_with_no_text_cut_off_or_over_another(
    long_names: Console,
) -> None:
    page = long_names.page(token=OPERATOR)
    file_id = next(record.file_id for record in long_names.lake.ledger.records() if record.key == KEYS[1])
    addresses = pages(file_id) | {"run": f"/runs/{RUN}"}
    wrong = list(flaws(page, long_names.url, addresses))
    page.context.close()
    assert wrong == []
    assert long_names.errors == []


# Tables with a bar below them although their columns could do without.
WITH_TWO_BARS = """() => [...document.querySelectorAll('.grid')]
  .filter(grid => grid.scrollWidth > grid.clientWidth)
  .map(grid => `${grid.getAttribute('aria-label')}: ${grid.scrollWidth} of ${grid.clientWidth}`)"""
WITH_A_BAR = """() => [...document.querySelectorAll('.grid')]
  .filter(grid => grid.scrollHeight > grid.clientHeight && grid.clientWidth + 2 < grid.offsetWidth).length"""


# The charts, other than maps, whose panel has blank space below its last line.
BLANK_BELOW_CHARTS = """() => [...document.querySelectorAll('.board > div > .panel > [role=img]')]
  .filter(chart => !chart.style.aspectRatio && chart.parentElement.getBoundingClientRect().bottom
    - chart.parentElement.lastElementChild.getBoundingClientRect().bottom > 40)
  .map(chart => chart.ariaLabel)"""


class Board(NamedTuple):
    """A dashboard in a desktop's window with scroll bars.

    Attributes:
        two_bars: the tables with a bar below them although their columns could do without.
        bars: the number of tables with a bar beside their rows.
        blank: the charts with blank space below them.
        charts: the number of charts.
    """

    two_bars: list[str]
    bars: int
    blank: list[str]
    charts: int


@pytest.fixture(scope="module")
def desktop_boards(served_shop: Served, browser: Browser) -> dict[str, Board]:
    """Return the dashboard of each system."""
    shown = {}
    with with_scrollbars(browser) as other:
        console = Console(served_shop, other)
        page = console.opened("/none", OPERATOR)
        for system in SYSTEMS:
            follow(page, console.url, f"/dashboards/{system}")
            blank = at_rest(page, partial(page.evaluate, BLANK_BELOW_CHARTS))
            charts = page.locator(".board > div > .panel > [role=img]").count()
            shown[system] = Board(page.evaluate(WITH_TWO_BARS), page.evaluate(WITH_A_BAR), blank, charts)
    return shown


def test_a_bar_beside_the_rows_of_a_table_hides_no_column(desktop_boards: dict[str, Board]) -> None:
    assert sum(board.bars for board in desktop_boards.values()) > 0
    assert {system: board.two_bars for system, board in desktop_boards.items()} == {
        system: [] for system in SYSTEMS
    }


def test_no_blank_space_is_below_a_chart_beside_a_taller_panel(desktop_boards: dict[str, Board]) -> None:
    assert {system: board.blank for system, board in desktop_boards.items()} == {
        system: [] for system in SYSTEMS
    }
    assert sum(board.charts for board in desktop_boards.values()) > len(SYSTEMS)


ACTION_LINES = """() => [...document.querySelectorAll('.queue-line')].map(line => new Set(
  [...line.querySelectorAll("button:not(.queue-subject)")].map(button =>
    button.getBoundingClientRect().top)).size)"""


def test_the_actions_of_a_call_have_one_line_in_a_narrow_window(
    served_shop: Served, browser: Browser
) -> None:
    """Of five actions "Not now" was alone in a second line of every row."""
    console = Console(served_shop, browser)
    page = console.page(900, 900, token=OPERATOR)
    visit(page, console.url, "/work/customers_to_call")
    page.wait_for_selector(".queue-line")
    lines = page.evaluate(ACTION_LINES)
    page.context.close()
    assert lines
    assert set(lines) == {1}


AMOUNTS = """() => [...document.querySelectorAll('.number')].map(amount =>
  Math.round(amount.getBoundingClientRect().right))"""


def test_an_item_that_was_opened_again_keeps_its_amount_in_the_column(browser: Browser) -> None:
    """The line "opened again, …" took the room of the reason, and moved the amount to the left."""
    actions = "<button>Will buy</button><button>Will not buy</button>"
    opened_again = '<p class="who-and-when">opened again, somebody@example.com, 30 Nov, 17:30</p>'
    rows = "".join(
        '<li class="queue-item"><div class="queue-line"><button class="queue-subject">Ward 1</button>'
        '<div>Nothing for 245 days</div><p class="number">12</p>'
        f'<div style="display: flex; flex-wrap: wrap; gap: 4px">{part}</div></div></li>'
        for part in (actions, actions + opened_again)
    )
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.set_content(f"<style>{CSS.read_text(encoding='utf-8')}</style><ul class='queue'>{rows}</ul>")
    first, second = page.evaluate(AMOUNTS)
    page.close()
    assert first == second


PHONE = (375, 812)
LOW_TARGETS = """() => [...document.querySelectorAll('.queue-list button, .queue-list summary')]
  .filter(target => target.offsetParent && target.getBoundingClientRect().height < 40)
  .map(target => target.innerText)"""


def test_on_a_phone_a_finger_meets_what_decides(served_shop: Served, browser: Browser) -> None:
    """Buttons that decide were 23 px high, five in two lines."""
    console = Console(served_shop, browser)
    page = console.page(*PHONE, token=OPERATOR)
    visit(page, console.url, "/work/customers_to_call")
    page.wait_for_selector(".queue-line")
    assert page.evaluate(LOW_TARGETS) == []
    page.click(".queue-subject")
    page.wait_for_selector(".queue-subject[aria-expanded=true]")
    assert page.evaluate(LOW_TARGETS) == []
    page.context.close()


# Headings of each table that are in view, with the first row's cells. A text that is cut ends with "…".
IN_VIEW = """() => [...document.querySelectorAll('.grid')].map(grid => {
  const edge = grid.getBoundingClientRect().right + 1
  const texts = row => [...row.children].filter(cell => cell.getBoundingClientRect().right <= edge)
    .map(cell => cell.innerText + (cell.scrollWidth > cell.clientWidth + 1 ? '…' : ''))
  const rows = [...grid.querySelectorAll('[role=row]')]
  return {name: grid.getAttribute('aria-label'), heads: texts(rows[0]), cells: rows[1] ? texts(rows[1]) : []}
})"""


@pytest.fixture(scope="module")
def phone_tables(served_shop: Served, browser: Browser) -> dict[str, list[dict[str, list[str]]]]:
    """Texts that tables of each dashboard, and the files of the lake, have in view on a phone."""
    console = Console(served_shop, browser)
    page = console.opened("/none", OPERATOR, *PHONE)
    shown = {}
    for address in (*(f"dashboards/{system}" for system in SYSTEMS), "lake"):
        follow(page, console.url, f"/{address}")
        shown[address] = at_rest(page, lambda: page.evaluate(IN_VIEW))
    page.context.close()
    return shown


@pytest.mark.parametrize(
    "question",
    [
        "When were sales of the last quarter not as expected",
        "Which late customers should be won back first",
        "Who are the largest customers",
        "Which transactions should be looked at first",
        "Which region needs an action",
    ],
)
def test_on_a_phone_a_table_with_amounts_has_its_first_amount_and_its_name_in_view(
    phone_tables: dict[str, list[dict[str, list[str]]]], question: str
) -> None:
    (table,) = (one for tables in phone_tables.values() for one in tables if one["name"].startswith(question))
    is_amount = re.compile("^-?£").match
    assert [text for text in table["cells"] if is_amount(text) and not text.endswith("…")]
    assert [text for text in table["cells"] if not is_amount(text)]


@pytest.mark.parametrize(
    ("question", "headings"),
    [
        ("When were sales of the last quarter not as expected", ["Period", "Difference"]),
        ("Which transactions should be looked at first", ["Expected loss", "Proposed decision"]),
        ("Which region needs an action", ["What to do"]),
        ("Can the team look at as many transactions", ["Proposed decision", "Of 100 were fraud"]),
        ("How far off were past forecasts", ["Nearest in tests"]),
        ("May one plan with the figures of this page", ["Result"]),
        ("May one rely on the scores", ["Result"]),
    ],
)
def test_on_a_phone_bounds_expected_values_and_verdicts_are_in_view(
    phone_tables: dict[str, list[dict[str, list[str]]]], question: str, headings: list[str]
) -> None:
    (table,) = (one for tables in phone_tables.values() for one in tables if one["name"].startswith(question))
    assert [name for name in headings if name not in table["heads"]] == []


def test_on_a_phone_no_heading_of_a_table_is_cut_and_a_file_has_its_counts(
    phone_tables: dict[str, list[dict[str, list[str]]]],
) -> None:
    heads = [head for tables in phone_tables.values() for table in tables for head in table["heads"]]
    assert [head for head in heads if head.endswith("…")] == []
    (files,) = phone_tables["lake"]
    assert files["heads"] == ["File", "State"]
    assert "accepted" in files["cells"][1] or "refused" in files["cells"][1]


def test_an_empty_filter_of_files_offers_to_clear_it(served_shop: Served, browser: Browser) -> None:
    console = Console(served_shop, browser)
    page = console.page(token=OPERATOR)
    visit(page, console.url, "/lake?name=nothing-like-this&state=done")
    assert page.get_by_text("Upload one").count() == 0
    page.get_by_role("button", name="Clear the filter").click()
    page.get_by_test_id("files-shown").wait_for()
    assert page.get_by_label("Name contains").input_value() == ""
    assert "name=" not in page.url
    page.context.close()


# The height of each table of more rows than are in view.
HEIGHTS = """() => [...document.querySelectorAll('.grid')]
  .filter(grid => grid.scrollHeight > grid.clientHeight + 1).map(grid => grid.clientHeight)"""


def test_a_large_window_shows_twice_the_rows_of_a_table(served_shop: Served, browser: Browser) -> None:
    """39 rows were behind an inner scroll of 10 while two thirds of the window were free."""
    page, most = Console(served_shop, browser).opened(f"/dashboards/{SYSTEMS[0]}"), {}
    for size in ((1280, 900), (2560, 1440)):
        resize(page, *size)
        most[size[0]] = max(at_rest(page, partial(page.evaluate, HEIGHTS)))
    page.context.close()
    assert most[2560] > 1.7 * most[1280]


# Texts whose lines have more than 100 characters on average.
LINES = """() => [...document.querySelectorAll('main :is(p, li, summary, h1, h2)')]
  .filter(text => text.checkVisibility() && !text.closest('td, th, .grid'))
  .filter(text => !text.querySelector('p, li, div'))
  .map(text => [text, Math.round(text.clientHeight / parseFloat(getComputedStyle(text).lineHeight))])
  .map(([text, lines]) => [text.textContent.length / Math.max(1, lines), text.textContent.slice(0, 60)])
  .filter(([characters]) => characters > 100)"""


@pytest.mark.parametrize(
    "path", ["/", f"/dashboards/{SYSTEMS[0]}", "/tables/market-intelligence-hub/sales_forecast", "/query"]
)
def test_lines_of_text_end_after_90_characters_in_a_wide_window(
    path: str, served_shop: Served, browser: Browser
) -> None:
    page = Console(served_shop, browser).opened(path)
    resize(page, 2560, 1440)
    at_rest(page, partial(page.evaluate, HEIGHTS))
    assert page.evaluate(LINES) == []
    page.context.close()


def test_the_text_that_decides_is_whole_at_1280_pixels(served_shop: Served, browser: Browser) -> None:
    """“unusual amount (2.…” was cut while free width stood in the columns beside it."""
    console = Console(served_shop, browser)
    page = console.page(1280, 900, token=OPERATOR)
    visit(page, console.url, "/dashboards/compliance-guardian")
    reasons = page.get_by_role("region", name=re.compile("^Which transactions should be looked at")).locator(
        ".grid-line .grid-cell", has_text=re.compile("unusual amount|earlier fraud")
    )
    expect(reasons.first).to_be_visible()
    fits = "cell => cell.scrollWidth <= cell.clientWidth + 1 && cell.scrollHeight <= cell.clientHeight + 1"
    inner = reasons.first.locator(".grid-text")
    assert [inner.evaluate(fits) if inner.count() else reasons.first.evaluate(fits)] == [True]
    page.context.close()
