"""Each page's text for an empty lake, a failed run, a slow API and no network, with the next step.

Stated for every page of the router. That each page continues after a slow API and comes back after a silent
one is checked in console/src/app/every-page.test.tsx; here for pages with real rows.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from headgate.lake.file_index import FileFilter
from headgate.runs.start_or_postpone import Execution
from tests.console.accessibility import flaws
from tests.console.browsers import at_rest, follow, pages, routes, settle, visit
from tests.console.conftest import Console, without_errors
from tests.console.lakes import OPERATOR, BrowserLake, EndedRuns, served
from tests.unit.api import ended_runs
from tests.unit.api.ended_runs import CAUSE, WHY, write_merge

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page, Route

    from tests.console.lakes import Served

pytestmark = pytest.mark.e2e

PAGES = pages("0" * 32)
API = re.compile(r"/v1/")
NOT_BUILT = "No file has arrived yet, so there is nothing to build the table from. Send a file first"
# What a page says when the lake has nothing: what is so, and what to do.
SAID_OF_NOTHING = {
    "morning": [
        "No run has ended yet. Upload a file, then start a run",
        "No file came in the last 24 hours.",
        "No file waits for a person.",
    ],
    "report": [NOT_BUILT],
    "work": [NOT_BUILT],
    "lake": [
        "No file has arrived yet. Upload one",
        "No run yet. Upload a file, then start a run",
        "No row and no file waits for a person",
    ],
    "runs": ["No run yet. Upload a file, then start a run"],
    "upload": ["No upload is under way."],
    "file": [f"No file is named {'0' * 32}", "All files"],
    "run": ["No run is named scheduled-0312", "All runs"],
    "row": ["The dataset payments has no row with this id", "Open the dataset"],
    "dataset": ["No file has been profiled yet.", "No file of this dataset has arrived. Upload one"],
    "table": [NOT_BUILT, "No run has recorded what this table was built from."],
    "catalog": ["Datasets that the lake accepts"],
    "query": ["Write a statement, or begin with a question"],
    "nowhere": ["No page is named nowhere", "The first page"],
    "model-card": ["It was not tested yet"],
    **{name: [NOT_BUILT] for name in PAGES if "dashboard-" in name},
}
OFFLINE = re.compile(r"Offline since \d\d:\d\d\.")
BY_BUTTON = {"lake"}  # a person need not wait for the next try; the others wait for it
SLOW = "The API takes longer than usual. The page continues by itself"
NO_ANSWER = "The API did not answer. Check the network, then try again."


@pytest.fixture(scope="module")
def served_empty(bundle: Path) -> Iterator[Served]:
    """A lake that was deployed a moment ago."""
    lake = BrowserLake()
    lake.runs = EndedRuns(lambda: lake.moment, lake.systems, statuses=())  # type: ignore[assignment]  # as in tests/console/lakes.py
    with served(lake, bundle) as running:
        yield running


@pytest.fixture(scope="module")
def served_partial(bundle: Path) -> Iterator[Served]:
    """A lake whose newest run failed in a system, after one that could not merge a dataset and a good one."""
    lake = BrowserLake()
    began = lake.now()
    write_merge(lake, began, {"payments": WHY})
    before = began - timedelta(hours=1)
    runs = [
        Execution("system-failed", "FAILED", lake.now(), lake.now()),
        Execution("not-merged", "SUCCEEDED", began, lake.now()),
        Execution("good", "SUCCEEDED", before, before + timedelta(minutes=10)),
    ]
    lake.runs = ended_runs.EndedRuns(ended=runs, causes={"system-failed": CAUSE})
    with served(lake, bundle) as running:
        yield running


@pytest.fixture
def partial_console(served_partial: Served, browser: Browser) -> Iterator[Console]:
    """The console over the lake with runs that failed."""
    yield from without_errors(Console(served_partial, browser))


@pytest.fixture
def new_console(served_empty: Served, browser: Browser) -> Iterator[Console]:
    """The console over the empty lake."""
    yield Console(served_empty, browser)
    for context in browser.contexts:
        context.close()


def test_every_route_is_among_the_visited_pages() -> None:
    patterns = {
        route: re.compile(
            "/" + re.sub(r"/:\w+\?", "(/[^/]+)?", re.sub(r":\w+(?!\?)\b", "[^/]+", route)) + "$"
        )
        for route in routes()
    }
    assert len(patterns) >= 9
    assert [
        route
        for route, pattern in patterns.items()
        if not any(pattern.match(address) for address in PAGES.values())
    ] == []


def test_an_empty_lake_is_described_with_what_to_do_on_every_page(new_console: Console) -> None:
    page = new_console.opened("/none", OPERATOR)
    for name, address in PAGES.items():
        follow(page, new_console.url, address)
        main = page.get_by_role("main")
        for text in SAID_OF_NOTHING[name]:
            expect(main, f"the page {name}").to_contain_text(text)
        shown = main.inner_text()
        assert not re.search(r"\b(undefined|NaN|Invalid Date)\b", shown), (name, shown)
    assert [error for error in new_console.errors if "404" not in error] == []


def test_a_lake_without_dashboards_says_so_and_points_to_the_page_query(
    bundle: Path, browser: Browser
) -> None:
    with served(BrowserLake(systems=()), bundle) as running:
        page = Console(running, browser).signed_in(OPERATOR)
        page.get_by_role("link", name="Dashboards (none)").click()
        expect(page.get_by_role("main")).to_contain_text("This lake has no dashboards.")
        expect(page.get_by_role("navigation", name="Dashboards")).to_have_count(0)
        page.get_by_role("link", name="Ask its tables on the page Query").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Query")
        page.context.close()


def test_the_catalog_leads_to_the_dashboards_that_there_are(bundle: Path, browser: Browser) -> None:
    with served(BrowserLake(systems=("compliance-guardian", "own-models")), bundle) as running:
        page = Console(running, browser).opened("/catalog", OPERATOR)
        expect(page.get_by_role("heading", name="Own models")).to_be_visible()
        expect(page.get_by_role("link", name="dashboard", exact=True)).to_have_count(1)
        page.context.close()


def test_a_slow_page_continues_by_itself(console: Console) -> None:
    page = console.page(token=OPERATOR)
    held: list[Route] = []
    released: list[bool] = []
    page.route(API, lambda route: route.continue_() if released else held.append(route))
    page.goto("about:blank")
    page.goto(f"{console.url}/#{PAGES['table']}")
    expect(page.get_by_text(SLOW).first).to_be_visible()
    released.append(True)
    for route in held:
        route.continue_()
    settle(page)
    expect(page.get_by_text("takes longer than usual")).to_have_count(0)
    expect(page.get_by_text("cannot be shown")).to_have_count(0)


@pytest.mark.parametrize("name", ["morning", "lake", "dashboard-market-intelligence-hub", "table"])
def test_a_page_is_shown_while_the_api_is_slow_then_without_an_answer_and_comes_back(
    console: Console, name: str
) -> None:
    page = console.page(token=OPERATOR)
    held: list[Route] = []
    is_off: list[bool] = []
    page.route(API, lambda route: route.abort() if is_off else held.append(route))
    page.goto("about:blank")
    page.goto(f"{console.url}/#{PAGES[name]}")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_text(re.compile("Loading .* …")).first).to_be_visible()
    expect(page.get_by_text(SLOW).first).to_be_visible()
    is_off.append(True)
    for route in held:
        route.abort()
    require_one_box(page)
    page.unroute(API)
    if name in BY_BUTTON:
        page.get_by_role("button", name="Try now").click()
    expect(page.get_by_role("alert").filter(has_text=OFFLINE)).to_have_count(0)
    settle(page)
    expect(page.get_by_text(re.compile("Not read yet"))).to_have_count(0)
    expect(page.get_by_text("takes longer than usual")).to_have_count(0)
    expect(page.get_by_text("cannot be shown")).to_have_count(0)
    expect(page.get_by_text(NO_ANSWER)).to_have_count(0)
    console.errors.clear()  # the aborted requests


def require_one_box(page: Page) -> None:
    """Fail unless one box of the page says that the API does not answer and what happens next."""
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(1)
    expect(page.get_by_role("main").get_by_role("alert")).to_have_count(1)
    expect(page.get_by_role("alert")).to_contain_text(OFFLINE)
    expect(page.get_by_role("alert")).to_contain_text(
        "Nothing was read yet. The console tries again by itself."
    )
    expect(page.get_by_role("button", name="Try now")).to_have_count(1)
    expect(page.get_by_role("button", name="Try again")).to_have_count(0)
    expect(page.get_by_text(re.compile("Not shown|cannot be shown"))).to_have_count(0)
    expect(page.get_by_text("Not read yet. It comes by itself as soon as the API answers.")).to_have_count(1)


@pytest.mark.parametrize("name", ["morning", "lake", "work"])
def test_what_was_read_before_stays_with_the_time_at_which_it_was_read(console: Console, name: str) -> None:
    page = console.opened(PAGES[name], OPERATOR)
    before = at_rest(page, page.get_by_role("main").inner_text)
    page.route(API, lambda route: route.abort())
    page.get_by_role("link", name="Catalog").click()
    expect(page.get_by_role("alert")).to_contain_text(
        re.compile(r"Offline since \d\d:\d\d\. You see the state of \d\d:\d\d\.")
    )
    page.go_back()
    expect(page.get_by_role("main")).to_contain_text(before.splitlines()[0])
    page.wait_for_timeout(4_000)  # the requests of the page fail after two more tries
    expect(page.get_by_role("alert")).to_have_count(1)
    after = page.get_by_role("main").inner_text()
    assert [line for line in before.splitlines() if line not in after] == []
    assert "Not shown" not in after
    assert "Not read yet" not in after
    console.errors.clear()  # the aborted requests


@pytest.mark.parametrize("name", ["lake", "run"])
def test_a_failed_run_is_named_with_its_cause_and_what_to_do(console: Console, name: str) -> None:
    lake = console.lake
    before, lake.runs = lake.runs, EndedRuns(lambda: lake.moment, lake.systems, statuses=("FAILED",))  # type: ignore[assignment]  # as above
    try:
        page = console.opened(PAGES[name], OPERATOR)
        main = page.get_by_role("main")
        if name == "lake":
            expect(main).to_contain_text(
                re.compile(
                    r"The run of \d+ \w+,? .*03:12 ended as failed\. Its page says why; "
                    "start a run after the cause is fixed"
                )
            )
            page.get_by_role("region", name="Runs").get_by_role("link").first.click()
        for expectation in (
            "Orders: Amount is below the lowest value allowed in 3 rows (keys A1, A2, A3)",
            "Orders: Status is none of the allowed values in 1 row (key A9)",
        ):
            expect(main).to_contain_text(expectation)
        expect(main).not_to_contain_text("s3://")
        expect(main).to_contain_text(
            "Tables that this run did not publish keep their rows. Below is why, and who does what about it; "
            "then run again."
        )
        stages = page.get_by_role("region", name="Stages")
        expect(stages).to_contain_text("Its reason is above.")
        expect(main.get_by_text("Amount is below the lowest value allowed in 3 rows")).to_have_count(1)
        expect(stages).to_contain_text("failed, 20 s")
        expect(stages).to_contain_text("The run stopped at Check of all rows.")
    finally:
        lake.runs = before


def test_the_list_of_runs_marks_a_run_that_succeeded_with_problems_and_names_them(
    partial_console: Console,
) -> None:
    page = partial_console.opened("/lake", OPERATOR)
    rows = page.get_by_role("region", name="Runs").get_by_role("row")
    expect(rows.filter(has_text="succeeded with problems; not merged: Payments")).to_have_count(1)
    expect(rows.filter(has_text="failed: Searches")).to_have_count(1)
    expect(rows.filter(has_text=re.compile("^succeeded(?! with)"))).to_have_count(1)


@pytest.mark.parametrize(
    ("name", "state", "expected"),
    [
        (
            "not-merged",
            "succeeded with problems",
            [
                "Payments was not merged and keeps its previous table.",
                "Payments: Payment id occurs more than once in 1 row",
                "What to do: If the reason",
            ],
        ),
        (
            "system-failed",
            "failed",
            [
                "Searches failed.",
                "search_intents: rows lack a value",
                "What to do: Nothing in your files is wrong",
            ],
        ),
    ],
)
def test_the_page_of_a_run_names_what_it_left_out_why_and_what_to_do(
    partial_console: Console, name: str, state: str, expected: list[str]
) -> None:
    page = partial_console.opened(f"/runs/{name}", OPERATOR)
    expect(page.get_by_text(state, exact=True).first).to_be_visible()
    problem = page.get_by_role("region", name="Problems").get_by_role("listitem")
    expect(problem).to_have_count(1)
    for text in expected:
        expect(problem).to_contain_text(text)


def test_a_failed_system_is_built_again_by_a_button(partial_console: Console) -> None:
    """No remedy needs a terminal. A fault of the system itself is not built again, as it ends alike."""
    own_fault = partial_console.opened("/runs/system-failed", OPERATOR)
    expect(own_fault.get_by_role("region", name="Problems")).to_contain_text("Searches failed.")
    expect(own_fault.get_by_role("button", name=re.compile("again|Retry"))).to_have_count(0)

    def by_chance(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace("AuditError: ", "MemoryError: "))

    page = partial_console.page(token=OPERATOR)
    page.route(re.compile("/v1/runs/system-failed"), by_chance)
    visit(page, partial_console.url, "/runs/system-failed")
    expect(page.get_by_text("What to do: Retry once")).to_be_visible()
    problem = page.get_by_role("region", name="Problems").get_by_role("listitem")
    expect(problem).not_to_contain_text("headgate ")
    page.route(re.compile(r"/v1/runs$"), lambda route: route.fulfill(status=202, json={"name": "again"}))
    with page.expect_request(lambda request: request.method == "POST") as asked:
        problem.get_by_role("button", name="Build Searches again").click()
    assert asked.value.post_data_json == {"only": "retail-copilot"}


def test_a_command_that_shows_a_run_is_a_link_to_its_page(
    partial_console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = partial_console.lake
    monkeypatch.setattr(lake, "runs", ended_runs.EndedRuns(ended=lake.runs.newest()[1:]))
    page = partial_console.opened("/lake", OPERATOR)
    health = page.get_by_role("region", name="Health")
    expect(health).to_contain_text(
        "Datasets not merged, with their previous tables: payments. The page of the run says why."
    )
    expect(health).not_to_contain_text("not-merged")
    health.get_by_role("link", name="The page of the run").first.click()
    expect(page.get_by_role("heading", name=re.compile("^Run started by a person, "))).to_be_visible()


def test_the_page_of_a_run_without_problems_lists_none(partial_console: Console) -> None:
    page = partial_console.opened("/runs/good", OPERATOR)
    expect(page.get_by_role("region", name="Stages")).to_be_visible()
    expect(page.get_by_role("region", name="Problems")).to_have_count(0)
    expect(page.get_by_text("with problems")).to_have_count(0)


@pytest.mark.parametrize("address", ["/lake", "/runs/not-merged", "/runs/system-failed"])
def test_problems_of_runs_are_accessible_in_both_schemes_and_fit_the_window(
    partial_console: Console, address: str
) -> None:
    page = partial_console.page(token=OPERATOR)
    assert list(flaws(page, partial_console.url, {address: address})) == []


NOTHING_AT = [
    ("/files/none", "No file is named none", ("All files", "#/lake")),
    ("/files?key=payments/none.csv", "No file is named payments/none.csv", ("All files", "#/lake")),
    (f"/files/{'f' * 32}", f"No file is named {'f' * 32}", ("All files", "#/lake")),
    ("/runs/none", "No run is named none", ("All runs", "#/runs")),
    ("/datasets/none", "No dataset is named none", ("All datasets and tables", "#/catalog")),
    ("/tables/a/none", "No table is named a/none", ("All datasets and tables", "#/catalog")),
    ("/dashboards/none", "No dashboard is named none", ("All dashboards", "#/dashboards")),
    ("/work/none", "No queue is named none", ("All queues", "#/work")),
    ("/none", "No page is named none", ("The first page", "#/")),
]


def test_every_address_of_nothing_has_one_form_with_the_way_to_its_list(console: Console) -> None:
    page = console.opened("/", OPERATOR)
    for address, title, (words, href) in NOTHING_AT:
        follow(page, console.url, address)
        main = page.get_by_role("main")
        box = main.get_by_role("status").filter(has_text=title)
        expect(box).to_be_visible()
        if address.startswith(("/datasets", "/tables")):
            expect(main.get_by_role("status").or_(main.get_by_role("alert"))).to_have_count(1)
            expect(main).not_to_contain_text("Download")
            expect(main).not_to_contain_text("No row breaks a rule")
        expect(box.get_by_role("link", name=words)).to_have_attribute("href", href)
    console.errors.clear()  # the answers without the thing


def test_a_message_leads_from_the_key_of_a_file_to_its_page(console: Console) -> None:
    record = console.lake.files.newest(1, where=FileFilter()).records[0]
    page = console.opened(f"/files?key={record.key}", OPERATOR)
    expect(page).to_have_url(re.compile(f"#/files/{record.file_id}$"))


def test_a_page_without_its_program_keeps_the_navigation_and_is_loaded_again_by_itself(
    console: Console,
) -> None:
    page = console.signed_in(OPERATOR)
    for address in (re.compile("query-page"), f"{console.url}/"):
        page.route(address, lambda route: route.abort())
    page.get_by_role("link", name="Query").click()
    expect(
        page.get_by_text(
            "This page was not opened before, and could not be loaded now. "
            "It opens by itself as soon as the network is back."
        )
    ).to_be_visible()
    expect(page.get_by_role("navigation", name="Pages")).to_be_visible()
    page.unroute_all()
    expect(page.get_by_role("heading", level=1, name="Query")).to_be_visible()
    console.errors.clear()  # the aborted requests, and React's note of them


def test_a_program_that_stays_missing_is_loaded_again_only_once(console: Console) -> None:
    page = console.signed_in(OPERATOR)
    page.route(re.compile(r"query-page"), lambda route: route.abort())
    page.get_by_role("link", name="Query").click()
    expect(
        page.get_by_text(
            "This page was not opened before, and could not be loaded now. "
            "Check the network, then load the page again."
        )
    ).to_be_visible()
    console.errors.clear()  # the aborted requests, and React's note of them
