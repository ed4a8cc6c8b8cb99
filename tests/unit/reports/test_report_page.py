"""The report page: its numbers are the answers of the dashboards' SQL, it loads nothing, and texts of files
are text.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from math import nan
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from headgate.api.shapes.lake import Health, HealthCheck
from headgate.aws.athena.queries import Answer, AnswerColumn
from headgate.contracts.model import Column, ColumnType, Kind
from headgate.errors import QueryError
from headgate.reports.alerts import Alert, raised
from headgate.reports.answer_words import MEASURES, ColumnWords, cell_words, heading
from headgate.reports.html_page import report_html
from headgate.reports.numbers import axis_label, cell_text, figure
from headgate.reports.report_answers import PanelAnswer, Report, ask_dashboards
from headgate.reports.rule_words import rule_words, state_words
from headgate.reports.run_words import ReportedRun
from headgate.reports.summary import DatasetSummary, by_dataset
from headgate.reports.svg_charts import draw
from headgate.systems.dashboards import DeclaredDashboard
from headgate.systems.panels import AlertRule, DeclaredPanel, DeclaredTrust, PanelKind, PanelScale
from tests.unit.api.lakes import PAYMENTS, MemoryLake

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.unit

HOSTILE = "<script>alert(1)</script>"
ORDERS = DatasetSummary(
    "orders", files=2, received=10, accepted=7, quarantined=2, duplicates=1, reasons=Counter(not_a_date=2)
)
HEALTHY = Health(
    state="healthy",
    checks=(HealthCheck(name="run", state="healthy", message="Run 7 succeeded."),),
    as_of="2026-11-20",
)
KPI = DeclaredPanel("money", "How much?", PanelKind.KPI, "sales", "SELECT 1", unit="GBP")
BARS = DeclaredPanel("bars", "Which?", PanelKind.BAR, "sales", "SELECT 2", x="name", y=("value",))


class Queries:
    """Answers by SQL; any other statement fails."""

    def __init__(self, **answers: list[dict[str, Any]]) -> None:
        self.answers = {f"SELECT {sql.removeprefix('q')}": rows for sql, rows in answers.items()}

    def run(self, sql: str) -> Answer:
        if sql not in self.answers:
            raise QueryError("TABLE_NOT_FOUND: no such table")
        rows = self.answers[sql]
        return Answer(
            "q",
            tuple(AnswerColumn(name, "varchar") for name in rows[0]),
            tuple(tuple(row.values()) for row in rows),
        )


def report(*answers: PanelAnswer, **changed: Any) -> Report:  # noqa: ANN401 parts of a report
    stated = {
        "lake": "ecommerce",
        "made_at": datetime(2026, 11, 21, 6, 0),
        "health": HEALTHY,
        "datasets": (ORDERS,),
        "systems": ((DeclaredDashboard("hub", "Sales"), answers),),
        "cost_usd": {"Glue": Decimal("1.234")},
        "cost_since": datetime(2026, 10, 22, tzinfo=UTC),
    }
    return Report(**{**stated, **changed})


def test_the_summary_has_the_last_run_and_the_one_that_works() -> None:
    at = datetime(2026, 11, 21, 5, 0)
    ended = ReportedRun("SUCCEEDED", at, 58.2, "not merged: order_items")
    page = report_html(report(runs=(ended,)), (), "https://console.example.com")
    assert (
        "The last run, of 21 Nov 2026, 05:00 UTC, succeeded after 58 s (not merged: order items). "
        '<a href="https://console.example.com/#/runs">All runs</a>'
    ) in page
    working = ReportedRun("RUNNING", at + timedelta(minutes=50), None)
    page = report_html(report(runs=(working, ReportedRun("TIMED_OUT", at, 1800))), ())
    assert (
        "A run works since 21 Nov 2026, 05:50 UTC. "
        "The run before it, of 21 Nov 2026, 05:00 UTC, timed out after 30 min."
    ) in page
    assert "run" not in report_html(report(), ()).split("In short")[1].split("came in")[0]


def test_figures_are_the_answers_of_their_sql_in_the_consoles_form() -> None:
    (board,) = ask_dashboards(
        Queries(q1=[{"value": Decimal("41200.50"), "before": Decimal(40000)}]),
        [DeclaredDashboard("hub", "Sales", (KPI,))],
    )
    page = report_html(report(systems=(board,)), ())
    assert '<div class="value" data-figure="money">£41,201</div>' in page
    assert "against £40,000 in the period before" in page


@pytest.mark.parametrize(
    ("value", "is_own", "is_in_short"), [(7, False, True), (7, True, False), (nan, False, False)]
)
def test_the_short_part_has_no_dashboard_of_a_person_and_no_figure_without_a_number(
    value: float, *, is_own: bool, is_in_short: bool
) -> None:
    board = DeclaredDashboard("hub", "Sales", (KPI,), filters_of_tables=is_own)
    answers = ask_dashboards(Queries(q1=[{"value": value, "before": None}]), [board])
    short = report_html(report(systems=answers), ()).split("In short")[1].split("</table>")[0]
    assert ("Sales" in short.split("came in")[0]) is is_in_short


@pytest.mark.parametrize("panel", [KPI, BARS], ids=["figure", "chart"])
def test_a_panel_shows_its_action_and_no_line_where_it_states_none(panel: DeclaredPanel) -> None:
    def page(action: str) -> str:
        board = DeclaredDashboard("hub", "Sales", (replace(panel, action=action),))
        queries = Queries(q1=[{"value": 7, "before": None}], q2=[{"name": "a", "value": 7}])
        return report_html(report(systems=ask_dashboards(queries, [board])), ())

    assert re.search('<div class="muted action[a-z ]*">Buy &lt;more&gt;.</div>', page("Buy <more>."))
    assert "action" not in page("")


def test_a_figure_has_its_answer_as_title_and_without_a_value_no_action() -> None:
    panel = replace(KPI, action="Spend it.", answer="{value} was sold")
    shown = report_html(report(PanelAnswer(panel, ("value",), ((Decimal(12000),),))), [])
    assert "<h3>£12,000 was sold</h3>" in shown
    assert "Spend it." in shown
    empty = report_html(report(PanelAnswer(panel, ("value",), ((None,),))), [])
    assert "<h3>How much?</h3>" in empty
    assert "Spend it." not in empty


def test_a_figure_without_a_value_states_the_reason_of_the_answer() -> None:
    rows = [{"value": None, "before": None, "reason": "Not tested <yet>."}]
    (board,) = ask_dashboards(Queries(q1=rows), [DeclaredDashboard("hub", "Sales", (KPI,))])
    assert "Not tested &lt;yet&gt;." in report_html(report(systems=(board,)), ())


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (Decimal("0.1234"), "share", "12.3 %"),
        (12.0, "percent", "12.0 %"),
        (9.42, "percent", "9.4 %"),
        (Decimal("1e30"), "percent", "1.000E+30 %"),
        (Decimal("-1234.5"), "GBP", "-£1,235"),
        (3, "series", "3"),
        (None, "GBP", "\N{EN DASH}"),
        (float("nan"), "points", "\N{EN DASH}"),
        (True, "", "yes"),
        (date(2026, 1, 2), "", "2026-01-02"),
    ],
)
def test_a_figure_is_written_as_people_read_it(value: Any, unit: str, shown: str) -> None:  # noqa: ANN401 a cell
    assert figure(value, unit) == shown


def test_the_page_shows_what_came_in_was_refused_and_what_it_cost() -> None:
    page = report_html(report(), ())
    for shown in (
        "Orders",
        "not a date (2)",
        "2 files came in: 7 of 10 rows accepted, 2 refused, 1 duplicate.",
        "Run 7 succeeded.",
        "$1.23",
        "data up to 20 Nov 2026",
        "Made 21 Nov 2026, 06:00 UTC",
        "None. No figure is above its limit",
    ):
        assert shown in page


def test_a_row_with_the_key_of_another_row_is_no_duplicate() -> None:
    """The page Morning counted 166 of the same 7,225 rows apart."""
    keyed = replace(ORDERS, quarantined=0, duplicates=3, reasons=Counter(duplicate_key=2))
    page = report_html(replace(report(), datasets=(keyed,)), ())
    assert "0 refused, 1 duplicate, 2 with the key of another row." in page
    cells = re.findall(r"<t[dh][^>]*>([^<]*)</t[dh]>", page)
    at = cells.index("Duplicates")
    width = cells.index("Most frequent reasons") + 1
    assert cells[at : at + 2] == ["Duplicates", "With the key of another row"]
    assert cells[at + width : at + width + 2] == ["1", "2"], "the table counts as the sentence above it"


def test_the_summary_and_the_contents_come_before_the_figures() -> None:
    kpi = PanelAnswer(KPI, ("value", "before"), ((1, None),))
    page = report_html(report(kpi), ())
    places = [page.index(mark) for mark in ('id="summary"', 'aria-label="Contents"', 'data-figure="money"')]
    assert places == sorted(places)
    short, contents = page.split('aria-label="Contents"')
    assert re.findall(r'href="#([^"]+)"', short) == ["hub"]
    linked = re.findall(r'href="#([^"]+)"', contents)
    assert linked == ["hub", "files", "health", "cost"]
    assert all(f'id="{name}"' in page for name in linked)


def test_a_figure_says_as_of_when_it_is_and_how_far_it_may_be_trusted() -> None:
    tested = DeclaredTrust(("sales",), ("off by {error}", "not tested: {cause}"), "SELECT 5", "quality")
    board = DeclaredDashboard(
        "hub", "Sales", (KPI, replace(KPI, name="other", table="rest")), trust=(tested,)
    )
    queries = Queries(q1=[{"value": 7, "before": None}], q5=[{"error": 0.124, "cause": None}])
    columns = {"quality": (Column("error", ColumnType(Kind.DOUBLE), unit="share"),)}
    asked = ask_dashboards(queries, [board], columns, {"sales": "2026-11-20"})
    page = report_html(report(systems=asked), (), "https://console")
    assert '<p class="trust muted">as of 20 Nov 2026 · off by 12.4 % · <a href=' in page
    assert 'href="https://console/#/tables/hub/sales">where it comes from</a>' in page
    assert "no method and no test is stated for its figures" in page
    assert "not tested" not in page


def test_a_long_trust_line_is_two_parts_and_the_others_behind_a_click() -> None:
    noted = DeclaredTrust(("sales",), ("off by a tenth", "method: last year", "bands are narrow"))
    board = DeclaredDashboard("hub", "Sales", (KPI,), trust=(noted,))
    asked = ask_dashboards(Queries(q1=[{"value": 7, "before": 5}]), [board], {}, {"sales": "2026-11-20"})
    page = report_html(report(systems=asked), ())
    assert (
        '<summary>as of 20 Nov 2026<span class="desk"> · off by a tenth</span> · more</summary><ul>'
        '<li class="phone">off by a tenth</li><li>method: last year</li><li>bands' in page
    ), "a phone has the second part in the list, so that no line is cut"


def test_the_summary_has_the_first_figure_of_each_system_in_a_line() -> None:
    page = report_html(report(PanelAnswer(KPI, ("value", "before"), ((7, 5),))), ())
    summary = page[page.index('id="summary"') : page.index('aria-label="Contents"')]
    assert "<b>£7</b>" in summary
    assert "£5 in the period before" in summary
    empty = report_html(report(PanelAnswer(KPI, ("value", "before"), ((None, None),))), ())
    assert 'class="short"' not in empty


def test_an_alert_of_the_lake_is_its_first_sentence_without_commands() -> None:
    alert = Alert(
        "lake", "files", "2 of 6 files score below 0.8. The newest is a.csv; `headgate files` lists all."
    )
    page = report_html(report(), (alert,), "https://console")
    assert (
        '<b>Lake</b>: 2 of 6 files score below 0.8. <a href="https://console/#/lake">Open the lake</a>'
        in page
    )


def test_every_alert_has_a_link_also_in_a_lake_without_a_console() -> None:
    alerts = (Alert("lake", "run", "Run 7 failed."), Alert("hub", "high", "20 % are high.", "Look."))
    page = report_html(report(), alerts, "https://console")
    assert 'Look. <a href="https://console/#/dashboards/hub">Open Sales</a></li>' in page
    alone = report_html(report(), alerts)
    assert 'Run 7 failed. <a href="#health">Open the lake</a></li>' in alone
    assert 'Look. <a href="#hub">Open Sales</a></li>' in alone


def test_a_currency_is_the_sign_of_each_amount_and_no_word_of_a_heading() -> None:
    assert heading("value_gbp", {}, "GBP") == "Value"
    assert axis_label(-20_000, "GBP per period") == "-£20k"
    assert cell_words("slope", Decimal(12), "GBP per period") == "£12"
    assert cell_words("metric", "offers_earned_gbp", "") == "offers earned GBP"


def test_measures_of_models_have_the_words_of_the_console() -> None:
    source = (Path(__file__).parents[3] / "console/src/formats/words.ts").read_text("utf-8")
    listed = source.partition("const MEASURES")[2].partition("}")[0]
    assert dict(re.findall(r"^  (\w+): '([^']+)',$", listed, re.MULTILINE)) == MEASURES


@pytest.mark.parametrize("kind", [PanelKind.LINE, PanelKind.FAN, PanelKind.BAR, PanelKind.SCATTER])
def test_a_chart_has_units_on_its_axis_and_words_for_codes_and_columns(kind: PanelKind) -> None:
    panel = DeclaredPanel(
        "p", "What?", kind, "t", "SELECT 1", unit="GBP",
        x="age" if kind is PanelKind.SCATTER else "at", y=("value_gbp",),
        series="" if kind is PanelKind.FAN else "region",
    )  # fmt: skip
    rows = [
        {"at": f"2026-11-0{day}", "age": day, "value_gbp": Decimal(12_000 * day), "region": region}
        for day in (1, 2)
        for region in ("FR", "(other)")
    ]
    drawn = draw(panel, rows, ColumnWords({"value_gbp": "GBP"}, {"age": "Age in days"}))
    shown = set(re.findall(r">([^<]+)</text>", drawn))
    assert any(re.fullmatch(r"£\d+k", text) for text in shown)
    assert not {"FR", "2026-11-01", "value_gbp", "20k"} & shown
    if panel.series:
        assert {"France", "other regions"} <= shown
    if kind is PanelKind.SCATTER:
        assert "Age in days (across), Value (up)" in shown
    else:
        assert "1 Nov 2026" in shown


def test_a_column_of_a_join_has_the_heading_and_unit_on_which_all_contracts_agree() -> None:
    panel = replace(BARS, kind=PanelKind.TABLE)
    worth = Column("worth", ColumnType(Kind.DOUBLE), unit="GBP", label="Worth today")
    columns = {
        "sales": (Column("name", ColumnType(Kind.STRING)),),
        "one": (worth, Column("rate", ColumnType(Kind.DOUBLE), unit="GBP")),
        "two": (worth, Column("rate", ColumnType(Kind.DOUBLE), unit="share")),
    }
    queries = Queries(q2=[{"name": "a", "worth": 1500.0, "rate": 0.5}])
    (board,) = ask_dashboards(queries, [DeclaredDashboard("hub", "Sales", (panel,))], columns)
    page = report_html(report(systems=(board,)), ())
    assert "Worth today</th>" in page
    assert "£1,500</td>" in page
    assert ">0.5</td>" in page


@pytest.mark.parametrize(("file", "words"), [("rules.ts", rule_words), ("states.ts", state_words)])
def test_rules_and_states_have_the_words_of_the_console(file: str, words: Callable[[str], str]) -> None:
    source = (Path(__file__).parents[3] / "console/src/formats" / file).read_text("utf-8")
    lists = re.findall(r"^const (\w+): .*?= \{\n(.*?)^\}", source, re.MULTILINE | re.DOTALL)
    ruled = "".join(body for name, body in lists if name != "OF_TYPE")  # the report knows no type of a column
    in_console = dict(re.findall(r"^  (\w+): '([^']+)',$", ruled, re.MULTILINE))
    checks = {"degraded", "healthy", "unknown"}
    compared = checks if file == "states.ts" else set(in_console)
    assert {name: words(name).removeprefix("a value ").removeprefix("a row ") for name in compared} == {
        name: in_console[name] for name in compared
    }


def test_a_system_that_was_never_built_says_what_to_do() -> None:
    (board,) = ask_dashboards(Queries(), [DeclaredDashboard("hub", "Sales", (KPI, BARS))])
    assert "No tables yet. Start a run" in report_html(report(systems=(board,)), ())


def test_a_lake_with_a_console_is_sent_to_its_pages_and_to_no_terminal() -> None:
    (board,) = ask_dashboards(Queries(), [DeclaredDashboard("hub", "Sales", (KPI, BARS))])
    check = HealthCheck(name="files", state="degraded", message="`headgate files show a.csv` says why.")
    health = Health(state="degraded", checks=(check,), as_of="")
    made = report(systems=(board,), datasets=(), health=health)
    page = report_html(made, (), "https://console")
    assert "headgate files" in report_html(made, ())
    assert "headgate files" not in page
    assert "the console says why." in page
    assert "<code>headgate" not in page
    assert 'href="https://console/#/lake"' in page
    assert 'href="https://console/#/upload"' in page


def test_a_table_has_the_headings_and_units_of_its_contract_and_its_answer_as_title() -> None:
    panel = replace(
        BARS,
        kind=PanelKind.TABLE,
        answer="{reason_1} costs most: {lost}",
        table="scores",
    )
    columns = {
        "scores": (
            Column("reason_1", ColumnType(Kind.STRING), label="Main reason"),
            Column("lost", ColumnType(Kind.DOUBLE), unit="GBP"),
        )
    }
    rows = [{"reason_1": "new_customer", "lost": 1234.0, "row_count": 7}]
    (board,) = ask_dashboards(Queries(q2=rows), [DeclaredDashboard("hub", "Sales", (panel,))], columns)
    page = report_html(report(systems=(board,)), ())
    assert "<h3>New customer costs most: £1,234</h3>" in page
    assert "Main reason</th>" in page
    assert "£1,234</td>" in page
    assert "Row count" not in page


def test_a_table_counts_the_rows_that_need_no_action_and_lists_the_others() -> None:
    table, columns = replace(BARS, kind=PanelKind.TABLE), ("name", "title_folded")
    rows = (("north", None), ("east", "may be chance"))
    page = report_html(report(PanelAnswer(table, columns, rows)), ())
    assert "north</td>" in page
    assert "east" not in page
    assert '<div class="muted">Left out: 1 row, may be chance.</div>' in page
    folded = report_html(report(PanelAnswer(table, columns, rows[1:])), ())
    assert "Left out: 1 row, may be chance." in folded
    assert "Name</th>" not in folded


def test_texts_of_files_are_text_and_the_page_loads_nothing() -> None:
    bars = PanelAnswer(BARS, ("name", "value"), ((HOSTILE, 3), ("b", -1)))
    page = report_html(
        report(bars, datasets=(DatasetSummary(HOSTILE),)),
        (Alert("hub", "high", HOSTILE),),
        "https://console.example.com",
    )
    assert HOSTILE not in page
    assert "<script" not in page
    assert "default-src 'none'" in page
    assert [part for part in page.split('"') if part.startswith("http")] == [
        "https://console.example.com/#/dashboards/hub"
    ] * 2  # of the alert and of the section


def test_the_same_report_gives_the_same_bytes() -> None:
    bars = PanelAnswer(BARS, ("name", "value"), (("a", 3), ("b", -1)))
    assert report_html(report(bars), ()) == report_html(report(bars), ())


@given(
    kind=st.sampled_from([PanelKind.LINE, PanelKind.FAN, PanelKind.BAR, PanelKind.SCATTER, PanelKind.MAP]),
    rows=st.lists(
        st.tuples(
            st.one_of(st.text(max_size=40), st.integers(-5, 5), st.dates()),
            st.one_of(
                st.none(),
                st.floats(),
                st.decimals(allow_nan=False, allow_infinity=False, places=2),
                st.integers(-(10**12), 10**12),
            ),
        ),
        min_size=1,
        max_size=30,
    ),
)
@example(PanelKind.LINE, [("", 5e-324)])
def test_every_answer_can_be_drawn(kind: PanelKind, rows: list[tuple[object, object]]) -> None:
    panel = DeclaredPanel(
        "p",
        "What?",
        kind,
        "t",
        "SELECT 1",
        x="x",
        y=("y",),
        bounds=(("y", "y"),) if kind is PanelKind.FAN else (),
    )
    drawn = draw(panel, [{"x": x, "y": y} for x, y in rows])
    assert "nan" not in drawn.replace(
        "nan", "nan" if "nan" in "".join(cell_text(x) for x, _ in rows) else "NAN"
    )
    if all(sign.isprintable() for x, _ in rows for sign in cell_text(x)):
        ET.fromstring(drawn)  # noqa: S314 our own


def test_a_declared_scale_shows_small_series_beside_a_large_one() -> None:
    panel = DeclaredPanel(
        "growth",
        "Which?",
        PanelKind.LINE,
        "t",
        "SELECT 1",
        x="x",
        y=("y",),
        series="who",
        scale=PanelScale.EACH,
    )
    rows = [{"x": month, "who": who, "y": y} for month in (1, 2) for who, y in (("UK", 20_000), ("FR", 90))]

    def height_of_france(scale: PanelScale) -> float:
        (_, france) = re.findall(r'<path d="M[\d.]+ ([\d.]+)', draw(replace(panel, scale=scale), rows))
        return float(france)

    assert "log scale" in draw(panel, rows)
    assert "log scale" not in draw(replace(panel, scale=PanelScale.LINEAR), rows)
    lowest = height_of_france(PanelScale.LINEAR)
    assert lowest - height_of_france(PanelScale.EACH) > 40  # of 204 pixels


def test_an_alert_is_raised_above_its_limit_only() -> None:
    rules = tuple(
        AlertRule(f"a{above}", "SELECT 1", above, "{value} are high.", "Look.", unit="share")
        for above in (0.1, 0.2, 0.3)
    )
    boards = [
        DeclaredDashboard("hub", "Sales", alerts=(*rules, AlertRule("missing", "SELECT 9", 0, "{value}", "")))
    ]
    degraded = Health(
        state="failed", checks=(HealthCheck(name="run", state="failed", message="Run 7 failed."),)
    )
    found = raised(Queries(q1=[{"value": Decimal("0.2")}]), boards, degraded)
    assert [(one.source, one.name, one.message) for one in found] == [
        ("lake", "run", "Run 7 failed."),
        ("hub", "a0.1", "20 % are high."),
    ]


def test_rows_are_summed_by_dataset() -> None:
    lake = MemoryLake()
    lake.receive("payments/one.csv", PAYMENTS)
    (sums,) = by_dataset(lake.ledger.records())
    assert (sums.dataset, sums.received, sums.accepted + sums.quarantined + sums.duplicates) == (
        "payments",
        sums.received,
        sums.received,
    )
    assert sum(sums.reasons.values()) >= 1


def test_a_report_of_an_empty_lake_says_so() -> None:
    page = report_html(report(datasets=(), systems=()), ())
    assert "No file was received yet." in page
    assert page.endswith("</html>\n")


def test_the_table_of_a_chart_over_time_begins_with_the_newest_rows_and_sql_is_folded_once_per_system() -> (
    None
):
    weeks = DeclaredPanel("weeks", "How many?", PanelKind.LINE, "sales", "SELECT 3", x="week", y=("value",))
    answer = PanelAnswer(weeks, ("week", "value"), tuple((f"2026-{week:02}", week) for week in range(1, 21)))
    page = report_html(report(answer, PanelAnswer(BARS, ("name", "value"), (("a", 1), ("b", 2)))), (), "")
    table = page[page.index("<details><summary>Table</summary>") :]
    assert table.index("2026-20") < table.index("2026-19") < table.index("2026-09")
    assert "2026-08" not in table[: table.index("</table>")]
    bars = table[table.index("<summary>Table</summary>", 50) :]
    assert bars.index(">a<") < bars.index(">b<")
    assert page.count("<pre>") == 2
    statements = page[page.index("For analysts: the SQL") :]
    assert statements.count("<pre>") == 2
    assert page.count("For analysts: the SQL") == 1


def test_no_action_follows_from_a_table_without_rows() -> None:
    listed = DeclaredPanel("calls", "Whom to call?", PanelKind.TABLE, "t", "SELECT 1", action="Call them.")
    shown = report_html(report(PanelAnswer(listed, ("who",), (("Ana",),))), ())
    assert "Call them." in shown
    assert "Call them." not in report_html(report(PanelAnswer(listed, ("who",), ())), ())


def test_a_column_of_the_page_has_one_number_of_decimals() -> None:
    rows = [
        {"name": "a", "value": 0.54, "worth": Decimal("0.3"), "order_id": 7},
        {"name": "b", "value": 0.662, "worth": Decimal("2837.4"), "order_id": 12},
    ]
    worth = Column("worth", ColumnType(Kind.DOUBLE), unit="GBP")
    columns = {"sales": (Column("value", ColumnType(Kind.DOUBLE), unit="share"), worth)}
    panel = replace(BARS, kind=PanelKind.TABLE)
    (board,) = ask_dashboards(Queries(q2=rows), [DeclaredDashboard("hub", "Sales", (panel,))], columns)
    page = report_html(report(systems=(board,)), ())
    cells = [cell for cell in re.findall(r"<td[^>]*>([^<]*)</td>", page) if cell]
    assert [cell for cell in cells if "%" in cell or "£" in cell] == [
        "54.0 %",
        "£0.30",
        "66.2 %",
        "£2,837.40",
    ]
