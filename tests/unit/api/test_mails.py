"""Answers by mail: a person schedules them for their own address, and the report sends those of the day."""

from __future__ import annotations

import json
import logging
import re
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

import pytest
import yaml

from headgate.api.analytics.contracts import catalog
from headgate.api.http.access import CallerIdentity
from headgate.api.shapes.dashboards import Panel
from headgate.api.shapes.tables import QueryRows, ResultColumn
from headgate.aws.athena.queries import AnswerColumn, QueryPage, QueryStatus
from headgate.domains.retail import SYSTEMS
from headgate.query.mail_schedules import MailSchedule, schedules_of_text
from headgate.reports.agreed_columns import answer_words
from headgate.reports.answer_words import ColumnWords
from headgate.reports.mail_answers import MAX_ROWS, mailed_records, panel_lines, table_lines
from headgate.reports.mail_limits import limit_check
from headgate.reports.mails import MAX_BYTES, MAX_READ_ROWS, MailSender, MailShower, SentMails, cut
from headgate.reports.numbers import amount_in_full
from headgate.reports.statement_words import StatementWords
from headgate.systems.panels import DeclaredPanel, PanelKind
from tests.unit.api.lakes import Caller, MemoryLake, MemoryQueries, query

if TYPE_CHECKING:
    from collections.abc import Callable

    from headgate.api.lake_ports import LakePorts

pytestmark = pytest.mark.unit

PATH = "/v1/mails"
MONDAY = datetime(2026, 1, 5, 6, 0)
SQL = "select n from lake_prod.churn_risk"
BY_MONTH = "select date_trunc('month', paid_at) as month, 1 as paid, 2 as net_gbp from payments group by 1"
PERSONAL = "select email from ecommerce_curated.customers"


def mail(title: str = "Sales", **changed: object) -> dict[str, Any]:
    return {"title": title, "sql": "select 1 as n", "every": "week", "on": 1, **changed}


def sender(lake: MemoryLake, left_s: Callable[[], float] = lambda: 600.0) -> MailSender:
    """Return the sender of a new run of the report."""
    assert lake.mails
    return MailSender(lake, lake.mails, "https://console.example", left_s, lambda _: None)


def sent(lake: MemoryLake, day: datetime = MONDAY) -> list[tuple[str, str, str]]:
    """Send the mails of a day, and return them."""
    lake.moment = day
    assert lake.mails
    lake.mails.sent.clear()
    sender(lake).send_due()
    return lake.mails.sent


@pytest.fixture
def two_readers() -> MemoryLake:
    """Return a lake on a Monday, on which ana and ben get the same answer."""
    lake = MemoryLake()
    lake.people.readers["ben"] = "ben@example.com"
    for name in ("ana", "ben"):
        assert Caller(lake, ("viewer",), name).call("PUT", PATH, mail()).status == 200
    lake.moment = MONDAY
    return lake


def test_a_person_schedules_mails_for_their_own_address_and_sees_no_others() -> None:
    lake = MemoryLake()
    lake.people.readers["ben"] = "ben@example.com"
    ana, ben = Caller(lake, ("viewer",), "ana"), Caller(lake, ("viewer",), "ben")
    answer = ana.call("PUT", PATH, mail()).json
    assert [each["title"] for each in answer["mails"]] == ["Sales"]
    assert answer["address"] == "ana@example.com"
    assert lake.mails
    assert lake.mails.agreed == ["ana@example.com"]
    assert ben.call("GET", PATH).json == {"mails": [], "address": "ben@example.com"}


def test_a_mail_replaces_the_persons_own_of_the_same_title_and_is_stopped_safely_twice() -> None:
    ana = Caller(MemoryLake(), ("viewer",), "ana")
    for on in (1, 2):
        kept = ana.call("PUT", PATH, mail(on=on)).json["mails"]
    assert [each["on"] for each in kept] == [2]
    for _ in range(2):
        assert ana.call("DELETE", PATH + query(title="Sales")).json["mails"] == []


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"sql": ""}, 422),
        ({"dashboard": SYSTEMS[0]}, 422),
        ({"sql": "", "dashboard": "absent"}, 404),
        ({"on": 0}, 422),
        ({"on": 8}, 422),
        ({"every": "day", "on": 1}, 422),
        ({"every": "month", "on": 29}, 422),
        ({"every": "hour"}, 422),
        ({"hour": 24}, 422),
        ({"time_zone": "Mars/Olympus"}, 422),
        ({"time_zone": "../etc"}, 422),
        ({"title": "4111 1111 1111 1111"}, 422),
        ({"sql": "select 4111111111111111"}, 422),
        ({"sql": "drop table orders"}, 422),
        ({"sql": PERSONAL}, 422),
    ],
)
def test_a_mail_that_cannot_be_answered_is_not_scheduled(changed: dict[str, object], status: int) -> None:
    lake = MemoryLake()
    operator = Caller(lake, ("operator",), "ana")  # who may see personal data, and gets none by mail
    assert operator.call("PUT", PATH, mail(**changed)).status == status
    assert operator.call("GET", PATH).json["mails"] == []
    assert lake.mails
    assert lake.mails.agreed == []


@pytest.mark.parametrize("has_mails", [True, False])
def test_without_an_address_or_a_topic_nothing_is_scheduled(has_mails: bool) -> None:
    lake = MemoryLake() if has_mails else MemoryLake(mails=None)
    nobody = Caller(lake, ("operator",), "machine" if has_mails else "ana")
    assert nobody.call("PUT", PATH, mail()).status == 409


def test_a_person_has_at_most_twenty_mails() -> None:
    ana = Caller(MemoryLake(), ("viewer",), "ana")
    statuses = [ana.call("PUT", PATH, mail(f"mail {at}")).status for at in range(21)]
    assert statuses == [200] * 20 + [422]


def test_an_answer_is_sent_on_its_day_with_the_way_to_open_and_to_stop_it() -> None:
    lake = MemoryLake()
    Caller(lake, ("viewer",), "ana").call("PUT", PATH, mail())
    ((address, subject, text),) = sent(lake)
    assert (address, subject) == ("ana@example.com", "Sales, 05 Jan 2026")
    assert text.splitlines()[:3] == ["Sales", "N", str(2**60)]
    assert "https://console.example/#/query?sql=select+1+as+n" in text
    assert "https://console.example/#/dashboards/mine" in text
    assert sent(lake, datetime(2026, 1, 6, 6)) == []


class SixtyNumbers(MemoryQueries):
    """Queries that answer 60 rows."""

    def page(self, query_id: str, limit: int, after: str = "") -> QueryPage:
        del query_id, limit, after
        return QueryPage((AnswerColumn("n", "bigint"),), tuple((at,) for at in range(60)))


def test_a_mail_of_many_rows_has_as_many_as_its_person_chose_and_links_to_a_file_of_all() -> None:
    lake = MemoryLake(queries=SixtyNumbers())
    ana = Caller(lake, ("viewer",), "ana")
    assert ana.call("PUT", PATH, mail(rows=50)).status == 200
    assert ana.call("GET", PATH).json["mails"][0]["rows"] == 50
    ((_, _, text),) = sent(lake)
    assert "The first 50 of 60 rows." in text
    link = next(line for line in text.splitlines() if line.startswith("Download all rows as CSV: "))
    assert "/#/query?sql=select+1+as+n&run=" in link
    assert link.endswith("&file=csv")
    ana.call("PUT", PATH, mail(rows=100))
    ((_, _, complete),) = sent(lake, datetime(2026, 1, 12, 6))
    assert "Download" not in complete
    assert ana.call("PUT", PATH, mail(rows=1_000)).status == 422


def test_a_mail_of_a_dashboard_has_the_chosen_rows_and_links_to_a_file_of_each_answer() -> None:
    lake = MemoryLake(queries=SixtyNumbers())
    ana = Caller(lake, ("viewer",), "ana")
    own = {"name": "Numbers", "kind": "table", "sql": "select 1 as n", "is_pinned": True}
    assert ana.call("PUT", "/v1/kept-questions", own).status == 200
    board = mail("Mine", sql="", dashboard="mine")
    assert ana.call("PUT", PATH, board).status == 200
    ((_, _, usual),) = sent(lake)
    assert "The first 20 of 60 rows." in usual
    assert "All rows as CSV: https://console.example/#/query?run=" in usual
    assert ana.call("PUT", PATH, {**board, "rows": 50, "file": "xlsx"}).status == 200
    assert [ana.call("GET", PATH).json["mails"][0][name] for name in ("rows", "file")] == [50, "xlsx"]
    ((_, _, chosen),) = sent(lake, datetime(2026, 1, 12, 6))
    assert "The first 50 of 60 rows." in chosen
    link = next(line for line in chosen.splitlines() if line.startswith("All rows as Excel: "))
    assert link.endswith("&file=xlsx")
    ana.call("PUT", PATH, {**board, "rows": 100})
    ((_, _, complete),) = sent(lake, datetime(2026, 1, 19, 6))
    assert "All rows" not in complete


def test_a_mail_has_the_defaults_of_the_parameters_of_its_question_and_dashboard() -> None:
    lake = MemoryLake()
    ana = Caller(lake, ("viewer",), "ana")
    sql = "select count(*) as n from orders where region_name = :region\n-- :region text = Norway"
    assert ana.call("PUT", PATH, mail(sql=sql)).status == 200
    assert ana.call("PUT", PATH, mail(sql="select :region as n")).status == 422
    own = {"name": "Numbers", "kind": "table", "sql": sql, "is_pinned": True}
    ana.call("PUT", "/v1/kept-questions", own)
    ana.call("PUT", PATH, mail("Board", sql="", dashboard="mine", filters={"from": ["2025-12-01"]}))
    texts = [text for _, _, text in sent(lake)]
    assert len(texts) == 2
    assert not [text for text in texts if "No answer" in text]
    assert all("region_name = 'Norway'" in asked for asked in lake.queries.asked.values())


ASKED_BY_REGION = """select count(*) as n from orders where region_name = :region and ordered_at >= :since
-- :region text = Norway
-- :since date = 2026-01-01"""


def of_own_board(lake: MemoryLake) -> tuple[Caller, dict[str, Any]]:
    """Return a person with a question with parameters on their dashboard, and a mail of the dashboard."""
    ana = Caller(lake, ("viewer",), "ana")
    own = {"name": "Numbers", "kind": "table", "sql": ASKED_BY_REGION, "is_pinned": True}
    assert ana.call("PUT", "/v1/kept-questions", own).status == 200
    return ana, mail("Board", sql="", dashboard="mine")


def test_a_mail_of_a_dashboard_is_computed_with_its_values_and_prints_them() -> None:
    lake = MemoryLake()
    ana, board = of_own_board(lake)
    values = {"p.region": "Côte d'Or", "p.since": "2026-07-01"}
    assert ana.call("PUT", PATH, {**board, "filters": values}).status == 200
    ((_, _, text),) = sent(lake)
    assert "Region: Côte d'Or · Since: 1 Jul 2026" in text.splitlines()
    assert text.splitlines()[0] == "Board, Region: Côte d'Or, Since: 1 Jul 2026"
    assert "#/dashboards/mine?p.region=C%C3%B4te+d%27Or&p.since=2026-07-01" in text
    (sql,) = lake.queries.asked.values()
    assert "region_name = 'Côte d''Or' AND ordered_at >= CAST('2026-07-01' AS DATE)" in sql


def test_the_subject_of_a_mail_names_the_values_that_its_title_lacks() -> None:
    lake = MemoryLake()
    ana, board = of_own_board(lake)
    ana.call("PUT", PATH, mail("Orders, Since: 1 Jan 2026", sql=ASKED_BY_REGION))
    ana.call("PUT", PATH, {**board, "filters": {"p.since": "2026-07-01"}})
    subjects = [(subject, text.splitlines()[0]) for _, subject, text in sent(lake)]
    assert subjects == [
        ("Board, Since: 1 Jul 2026, 05 Jan 2026", "Board, Since: 1 Jul 2026"),
        (
            "Orders, Since: 1 Jan 2026, Region: Norway, 05 Jan 2026",
            "Orders, Since: 1 Jan 2026, Region: Norway",
        ),
    ]


@pytest.mark.parametrize(
    ("values", "refusal"),
    [
        ({"p.country": "Peru"}, "has this parameter"),
        ({"p.region": ["Norway", "Peru"]}, "takes one value"),
        ({"p.since": "2026-02-31"}, "The value of :since is no date"),
        ({"from": "2026-02-31"}, "is no day"),
    ],
)
def test_a_value_that_no_question_of_the_dashboard_takes_is_refused(
    values: dict[str, Any], refusal: str
) -> None:
    lake = MemoryLake()
    ana, board = of_own_board(lake)
    answer = ana.call("PUT", PATH, {**board, "filters": values})
    assert answer.status == 422
    assert refusal in json.dumps(answer.json)


def test_rows_that_nobody_chose_for_a_dashboard_stay_the_usual_ones() -> None:
    """Earlier versions stored 20 for every mail, also of a dashboard with three rows of each panel."""
    stored = asdict(MailSchedule("Board", "", "compliance-guardian", "week", 1, "ana", "", rows=20))
    (kept,) = schedules_of_text(json.dumps([stored]).encode())
    assert kept.rows == 20
    del stored["file"]
    (earlier,) = schedules_of_text(json.dumps([stored]).encode())
    assert earlier.rows == 0


def test_a_mail_is_shown_as_it_is_sent_and_sent_now_on_demand() -> None:
    lake = MemoryLake()
    ana = Caller(lake, ("viewer",), "ana")
    ana.call("PUT", PATH, mail())
    ((address, subject, text),) = sent(lake)
    assert lake.mails
    lake.mails.sent.clear()
    shown = ana.call("POST", PATH + "/preview", mail(), Idempotency_Key="k").json
    assert (shown["is_ready"], shown["address"], shown["subject"]) == (True, address, subject)
    texts = [re.sub("run=.*", "run=", each) for each in (shown["text"], text)]
    assert texts[0].splitlines()[:-1] == texts[1].splitlines()[:-1]
    assert text.splitlines()[-1].startswith("You scheduled this mail on ")
    assert shown["text"].splitlines()[-1].startswith("You asked for this mail on ")
    assert lake.mails.sent == []
    assert ana.call("POST", PATH + "/send", mail("Now"), Idempotency_Key="k").status == 200
    assert [(to, about) for to, about, _ in lake.mails.sent] == [(address, "Now, 05 Jan 2026")]
    assert [each["title"] for each in ana.call("GET", PATH).json["mails"]] == ["Sales"]
    nobody = Caller(lake, ("operator",), "machine")
    assert nobody.call("POST", PATH + "/preview", mail()).status == 409
    assert ana.call("POST", PATH + "/send", mail(sql=PERSONAL)).status == 422


def test_a_subject_is_shown_as_it_arrives() -> None:
    lake = MemoryLake()
    shown = Caller(lake, ("viewer",), "ana").call("POST", PATH + "/preview", mail("Größe " + "x" * 110)).json
    assert shown["subject"] == "Gr??e " + "x" * 94


def test_a_mail_whose_answers_take_long_is_not_ready_and_its_queries_go_on() -> None:
    lake = MemoryLake(queries=MemoryQueries(state="RUNNING"))
    seconds = iter(range(0, 1000, 5))
    lake.write_mail = MailShower("", monotonic_s=lambda: next(seconds), pause=lambda _: None)
    ana = Caller(lake, ("viewer",), "ana")
    for path in ("/preview", "/send"):
        shown = ana.call("POST", PATH + path, mail(), Idempotency_Key="k").json
        assert (shown["is_ready"], shown["text"]) == (False, "")
        assert (shown["answers"], shown["ready_answers"]) == (1, 0)
    assert len(lake.queries.asked) == 1  # the key asks once, and nothing was stopped
    assert lake.mails
    assert lake.mails.sent == []


class SlowForecasts(MemoryQueries):
    """Queries of which those about the forecast take long."""

    def status(self, query_id: str) -> QueryStatus:
        answered = super().status(query_id)
        return replace(answered, state="RUNNING") if "forecast" in answered.sql else answered


def test_a_mail_that_is_not_ready_says_how_many_of_its_answers_are() -> None:
    lake = MemoryLake(queries=SlowForecasts())
    lake.write_mail = MailShower("", pause=lambda _: None)
    late = ONE_FIGURE.partition("panels:\n")[2].replace("loans", "late").replace("41", "forecast")
    text = ONE_FIGURE + late.replace("lent next?", "lent late?")
    lake.pushed_dashboards = {"own": json.dumps(yaml.safe_load(text))}
    asked = mail(sql="", dashboard="own")
    shown = Caller(lake, ("viewer",), "ana").call("POST", PATH + "/preview", asked, Idempotency_Key="k").json
    assert (shown["is_ready"], shown["answers"], shown["ready_answers"]) == (False, 2, 1)
    assert shown["waits_for"] == "What will be lent late?"


def test_a_mail_of_a_question_that_is_not_ready_waits_for_its_title() -> None:
    lake = MemoryLake(queries=MemoryQueries(state="RUNNING"))
    lake.write_mail = MailShower("", pause=lambda _: None)
    shown = Caller(lake, ("viewer",), "ana").call("POST", PATH + "/preview", mail(), Idempotency_Key="k").json
    assert (shown["is_ready"], shown["waits_for"]) == (False, "Sales")
    lake.queries.state = "SUCCEEDED"
    shown = Caller(lake, ("viewer",), "ana").call("POST", PATH + "/preview", mail(), Idempotency_Key="k").json
    assert (shown["is_ready"], shown["waits_for"]) == (True, "")


def test_a_mail_of_a_filtered_dashboard_names_the_filter_and_has_its_rows() -> None:
    lake = MemoryLake()
    ana = Caller(lake, ("viewer",), "ana")
    boards = ana.call("GET", "/v1/dashboards").json["dashboards"]
    board = next(each for each in boards if each["system"] == "compliance-guardian")
    chosen = {"decision": "block's", "from": "2026-01-02"}
    asked = mail("Fraud", sql="", dashboard=board["system"], filters=chosen)
    shown = ana.call("POST", PATH + "/preview", asked, Idempotency_Key="k").json
    assert shown["subject"] == "Fraud, Paid from: 2 Jan 2026, Proposed decision: block's, 02 Jan 2026"
    first = shown["text"].splitlines()[0]
    assert first == "Fraud, Paid from: 2 Jan 2026, Proposed decision: block's"
    assert "?decision=block%27s&from=2026-01-02" in shown["text"]
    assert "You asked for this mail on 2 Jan 2026." in shown["text"]
    condition = "WHERE CAST(transacted_at AS DATE) >= CAST('2026-01-02' AS DATE) AND decision = 'block''s')"
    narrowed = [sql for sql in lake.queries.asked.values() if condition in sql]
    scored = [panel for panel in board["panels"] if "fraud_scores" in panel["sql"]]
    dated = next(each["panels"] for each in board["filters"] if each["name"] == "from")
    reading = [panel for panel in scored if panel["name"] in dated]
    assert len(narrowed) == len({panel["sql"] for panel in reading}) > 0
    assert shown["text"].count("Not filtered by Paid from and Proposed decision.") == len(
        [panel for panel in board["panels"] if panel not in scored]
    )
    assert shown["text"].count("Not filtered by Paid from.") == len(scored) - len(reading) == 1
    assert ana.call("PUT", PATH, asked).status == 200
    assert ana.call("PUT", PATH, {**asked, "filters": {"nothing": "x"}}).status == 422
    assert ana.call("PUT", PATH, {**asked, "filters": {"from": ["2026-01-02", "2026-01-03"]}}).status == 422
    assert ana.call("PUT", PATH, {**asked, "filters": {"decision": "4111 1111 1111 1111"}}).status == 422


@pytest.mark.parametrize("is_published", [False, True])
def test_a_mail_of_a_persons_dashboard_keeps_the_filters_of_its_page_and_links_to_it(
    is_published: bool,
) -> None:
    lake = MemoryLake()
    lake.moment = MONDAY
    ana = Caller(lake, ("operator",), "ana")
    panel = {"name": "Orders", "sql": "select count(*) as n from orders", "kind": "table"}
    if is_published:
        ana.call("PUT", "/v1/dashboards/towns", {"title": "Towns", "panels": [panel]})
    else:
        ana.call("PUT", "/v1/kept-questions", {**panel, "is_pinned": True})
    chosen = {"from": ["2025-12-01"], "until": "2025-12-24", "region_name": ["Ireland"]}
    name = "towns" if is_published else "mine"
    asked = mail("Towns", sql="", dashboard=name, filters=chosen)
    assert ana.call("PUT", PATH, {**asked, "filters": {"nothing": "x"}}).status == 422
    answer = ana.call("PUT", PATH, asked)
    assert answer.status == 200
    assert answer.json["mails"][0]["filters"] == {**chosen, "until": ["2025-12-24"]}
    ((_, subject, text),) = sent(lake)
    first = "Towns, From: 1 Dec 2025, Until: 24 Dec 2025, Region: Ireland"
    assert (subject, text.splitlines()[0]) == (f"{first}, 05 Jan 2026", first)
    address = f"#/dashboards/{name}?from=2025-12-01&until=2025-12-24&region_name=Ireland"
    assert f"Open it: https://console.example/{address}" in text
    (sql,) = lake.queries.asked.values()
    assert "ordered_at AS DATE) >= CAST('2025-12-01' AS DATE)" in sql
    assert "region_name = 'Ireland'" in sql


def test_a_mail_has_the_rows_of_several_values_of_a_filter() -> None:
    lake = MemoryLake()
    lake.moment = MONDAY
    ana = Caller(lake, ("viewer",), "ana")
    chosen = {"decision": ["block", "review"]}
    asked = mail("Fraud", sql="", dashboard="compliance-guardian", filters=chosen)
    assert ana.call("PUT", PATH, asked).status == 200
    ((_, _, text),) = sent(lake)
    assert text.splitlines()[0] == "Fraud, Proposed decision: block or review"
    assert "?decision=block&decision=review" in text
    assert any("decision IN ('block', 'review')" in sql for sql in lake.queries.asked.values())


def test_a_dashboard_is_sent_with_the_questions_of_its_panels() -> None:
    lake = MemoryLake()
    Caller(lake, ("viewer",), "ana").call("PUT", PATH, mail(sql="", dashboard=SYSTEMS[0], every="day", on=0))
    ((_, _, text),) = sent(lake)
    boards = Caller(lake, ("viewer",), "ana").call("GET", "/v1/dashboards").json["dashboards"]
    panels = next(board["panels"] for board in boards if board["system"] == SYSTEMS[0])
    assert all(panel["question"] in text for panel in panels)


def test_a_person_gets_their_own_dashboard_by_mail() -> None:
    lake = MemoryLake()
    lake.people.readers["ben"] = "ben@example.com"
    ana, ben = Caller(lake, ("viewer",), "ana"), Caller(lake, ("viewer",), "ben")
    own = mail("My dashboard", sql="", dashboard="mine")
    assert ana.call("PUT", PATH, own).status == 422  # nothing is on it
    asked = {"kind": "line", "sql": "select 1 as n", "x": "day", "y": ["n"], "is_pinned": True}
    for caller, name in ((ana, "Second"), (ana, "First"), (ben, "Of ben"), (ana, "Unpinned")):
        pinned = {**asked, "name": name, "is_pinned": name != "Unpinned"}
        assert caller.call("PUT", "/v1/kept-questions", pinned).status == 200
    order = {"panels": [{"name": "First"}, {"name": "Second"}]}
    ana.call("PUT", "/v1/kept-questions/dashboard", order)
    assert ana.call("PUT", PATH, own).status == 200
    ((address, subject, text),) = sent(lake)
    assert (address, subject) == ("ana@example.com", "My dashboard, 05 Jan 2026")
    assert [line for line in text.splitlines() if line in {"First", "Second", "Of ben", "Unpinned"}] == [
        "First",
        "Second",
    ]
    assert "Open it: https://console.example/#/dashboards/mine" in text
    shown = ana.call("POST", PATH + "/preview", own, Idempotency_Key="k").json
    assert (shown["is_ready"], "First" in shown["text"]) == (True, True)
    for name in ("First", "Second"):
        ana.call("DELETE", "/v1/kept-questions" + query(name=name))
    ((_, _, text),) = sent(lake, datetime(2026, 1, 12, 6, 0))
    assert "Nothing is on your dashboard." in text


def declared(kind: PanelKind, **changed: Any) -> Panel:  # noqa: ANN401 fields of a panel
    panel = DeclaredPanel("sold", "What was sold?", kind, "sales", "SELECT 1", unit="GBP")
    return Panel.model_validate(asdict(replace(panel, **changed)))


def page_of(columns: dict[str, str], *rows: tuple[object, ...]) -> QueryRows:
    named = tuple(ResultColumn(name=name, type=kind) for name, kind in columns.items())
    return QueryRows(columns=named, rows=rows, next_cursor="")


def test_a_figure_of_a_mail_follows_its_question_and_its_sentence_comes_after_it() -> None:
    panel = declared(
        PanelKind.KPI, answer="{value} was sold", before_label="a year before", action="Order more."
    )
    figures = {"value": "bigint", "before": "bigint", "title_action": "varchar"}
    assert panel_lines(panel, page_of(figures, (12000, 9000, None)), ColumnWords({"value": "GBP"})) == [
        "\nWhat was sold? £12,000",
        "£9,000 a year before",
        "£12,000 was sold",
        "To do: Order more.",
    ]
    assert (
        panel_lines(panel, page_of(figures, (12000, None, "Order less.")), ColumnWords())[-1]
        == "To do: Order less."
    )
    advised = page_of(figures, (12000, None, "Order less."))
    assert panel_lines(panel, advised, ColumnWords(), has_action=False)[-1] == "12,000 was sold"
    without = panel_lines(panel, page_of(figures, (None, None, None)), ColumnWords())
    assert without == ["\nWhat was sold? \N{EN DASH}"]


def test_a_figure_of_a_person_is_the_only_row_whatever_its_columns_are_called() -> None:
    panel = declared(PanelKind.KPI, unit="")
    words = StatementWords({"revenue": "GBP", "at_stake": "GBP"})
    one = panel_lines(panel, page_of({"revenue": "double"}, (9642327.58,)), words)
    assert one == ["\nWhat was sold? £9,642,327.58"]
    several = page_of({"customers": "bigint", "at_stake": "double"}, (359, 80915.71))
    assert panel_lines(panel, several, words) == [
        "\nWhat was sold?",
        "Customers: 359",
        "At stake: £80,915.71",
    ]
    assert panel_lines(panel, page_of({"revenue": "double"}, (None,)), words) == [
        "\nWhat was sold? \N{EN DASH}"
    ]
    # An answer that is no row of numbers is a table, and nothing of it is left out.
    rows = page_of({"revenue": "double"}, (1.5,), (2.5,))
    assert panel_lines(panel, rows, words)[2:] == ["  £1.50", "  £2.50"]


def test_a_forecast_of_a_mail_begins_with_the_periods_ahead_and_has_no_empty_or_title_column() -> None:
    panel = declared(PanelKind.FAN, x="on", y=("revenue", "mean"), answer="{mean} from {on}")
    columns = {"on": "date", "revenue": "bigint", "mean": "bigint", "upper": "bigint", "title_held": "bigint"}
    past = [(f"2026-01-{day:02}", 5, None, None, 70) for day in range(1, 29)]
    page = page_of(columns, *past, ("2026-02-01", None, 7, None, 70), ("2026-02-02", None, 8, None, 70))
    lines = panel_lines(panel, page, ColumnWords({"mean": "GBP"}, {"mean": "Expected"}))
    assert lines[:2] == ["\nWhat was sold?", "£7 from 1 Feb 2026"]
    assert [line.split() for line in lines[2:]] == [
        ["On", "Expected"],
        ["1", "Feb", "2026", "£7"],
        ["2", "Feb", "2026", "£8"],
    ]


def test_a_line_of_a_mail_has_its_newest_rows_and_an_empty_answer_its_sentence() -> None:
    panel = declared(PanelKind.LINE, x="day", y=("sold",), nothing="Nothing was sold.")
    columns = {"day": "bigint", "sold": "bigint"}
    lines = panel_lines(panel, page_of(columns, *((day, 1) for day in range(MAX_ROWS + 5))), ColumnWords())
    assert [lines[2].split()[0], lines[-1]] == ["5", f"The last {MAX_ROWS} of {MAX_ROWS + 5} rows."]
    assert panel_lines(panel, page_of(columns), ColumnWords()) == ["\nWhat was sold?", "Nothing was sold."]


def test_a_table_of_a_mail_counts_the_rows_that_need_no_action_and_lists_the_others() -> None:
    panel = declared(PanelKind.TABLE)
    columns = {"place": "varchar", "title_folded": "varchar"}
    page = page_of(columns, ("north", None), ("east", "may be chance"), ("west", "may be chance"))
    assert panel_lines(panel, page, ColumnWords())[1:] == [
        "Place",
        "north",
        "Left out: 2 rows, may be chance.",
    ]
    page = page_of(columns, ("east", "may be chance"))
    assert panel_lines(panel, page, ColumnWords())[1:] == ["Left out: 1 row, may be chance."]


class PagedQueries(MemoryQueries):
    """Queries that all answer so many days, page by page; the last three have a value."""

    rows = 0

    def page(self, query_id: str, limit: int, after: str = "") -> QueryPage:
        del query_id
        begin = int(after or 0)
        end = min(begin + limit, self.rows)
        columns = (AnswerColumn("day", "bigint"), AnswerColumn("sold", "bigint"))
        rows = tuple((day, 1 if day >= self.rows - 3 else None) for day in range(begin, end))
        return QueryPage(columns, rows, str(end) if end < self.rows else "")


@pytest.mark.parametrize(("kind", "days"), [(PanelKind.LINE, [1181, 1200]), (PanelKind.FAN, [1197, 1199])])
def test_a_long_chart_over_time_is_read_to_its_end_for_a_mail(kind: PanelKind, days: list[int]) -> None:
    lake = MemoryLake(queries=PagedQueries())
    PagedQueries.rows = 1200 if kind is PanelKind.FAN else 1201
    lines = [*sender(lake)._panel(declared(kind, x="day", y=("sold",)))]
    shown = [int(line.split()[0].replace(",", "")) for line in lines if line[:1].isdigit()]
    assert [shown[0], shown[-1]] == days


def test_a_chart_with_too_many_rows_for_a_mail_says_so() -> None:
    lake = MemoryLake(queries=PagedQueries())
    PagedQueries.rows = MAX_READ_ROWS + 1
    *_, reason = sender(lake)._panel(declared(PanelKind.LINE, x="day", y=("sold",)))
    assert reason == "No answer: it has more than 20,000 rows; open it in the console."


def test_a_panel_of_a_mail_without_an_answer_has_its_question_and_the_reason() -> None:
    made, panel = sender(MemoryLake()), declared(PanelKind.KPI, answer="{value} was sold")
    made.pages[panel.sql] = "The table is gone."
    assert list(made._panel(panel)) == ["\nWhat was sold?", "No answer: The table is gone."]


ONE_FIGURE = """
system: own
title: Loans
panels:
  - name: loans
    question: What will be lent next?
    answer: "Loans of the {grain} of {period_on}"
    kind: kpi
    table: loans
    unit: loans
    sql: select 41 as value, 'week' as grain, date '2026-01-05' as period_on
"""


def test_a_mail_names_the_answer_of_a_panel_in_words_as_the_console_does() -> None:
    """A shop of weeks once read about "the next week (or day, or month)"."""
    board = json.dumps(yaml.safe_load(ONE_FIGURE))
    lake = MemoryLake(pushed_dashboards={"own": board})
    mailing = sender(lake)
    columns = [("value", "bigint"), ("grain", "varchar"), ("period_on", "date")]
    mailing.pages["select 41 as value, 'week' as grain, date '2026-01-05' as period_on"] = QueryRows(
        columns=tuple(ResultColumn(name=name, type=kind) for name, kind in columns),
        rows=((41, "week", "2026-01-05"),),
    )
    Caller(lake, ("viewer",), "ana").call("PUT", PATH, mail(sql="", dashboard="own", every="day", on=0))
    lake.moment = MONDAY
    assert mailing.send_due() == SentMails(1)
    assert lake.mails
    ((_, _, text),) = lake.mails.sent
    assert "\nWhat will be lent next? 41\nLoans of the week of 5 Jan 2026\n" in text


def test_a_mail_of_a_dashboard_that_is_gone_says_so_and_how_to_stop_it() -> None:
    lake = MemoryLake()
    Caller(lake, ("viewer",), "ana").call("PUT", PATH, mail(sql="", dashboard=SYSTEMS[0], every="day", on=0))
    lake.systems = ()
    ((_, _, text),) = sent(lake)
    assert "This dashboard is no longer there." in text
    assert "#/dashboards/mine" in text


def test_who_may_no_longer_read_the_lake_gets_no_mail() -> None:
    lake = MemoryLake()
    Caller(lake, ("viewer",), "ana").call("PUT", PATH, mail())
    lake.people.groups = lambda _: frozenset()  # type: ignore[method-assign]  # the person left all groups
    assert sent(lake) == []


def test_a_mail_that_fails_is_counted_and_logged_and_the_others_are_sent(
    two_readers: MemoryLake, caplog: pytest.LogCaptureFixture
) -> None:
    assert two_readers.mails
    two_readers.mails.unreachable = "ana@example.com"
    with caplog.at_level(logging.ERROR):
        assert sender(two_readers).send_due() == SentMails(sent=1, failed=1)
    assert [address for address, _, _ in two_readers.mails.sent] == ["ben@example.com"]
    (line,) = caplog.records
    assert line.__dict__["error"] == "ServiceError"
    assert "ana" not in str(line.__dict__["mail"]) + line.__dict__["why"]


def test_a_retry_sends_the_failed_mails_only_and_the_next_week_all(two_readers: MemoryLake) -> None:
    assert two_readers.mails
    two_readers.mails.unreachable = "ana@example.com"
    sender(two_readers).send_due()
    two_readers.mails.unreachable = ""
    assert sender(two_readers).send_due() == SentMails(sent=1)
    assert [address for address, _, _ in two_readers.mails.sent] == ["ben@example.com", "ana@example.com"]
    assert sender(two_readers).send_due() == SentMails()
    two_readers.moment = datetime(2026, 1, 12, 6)
    assert sender(two_readers).send_due() == SentMails(sent=2)


def test_people_who_get_the_same_answer_share_one_query(two_readers: MemoryLake) -> None:
    assert sender(two_readers).send_due() == SentMails(sent=2)
    assert len(two_readers.queries.asked) == 1


def test_mails_that_do_not_fit_into_the_time_are_counted_and_sent_by_a_retry(
    two_readers: MemoryLake, caplog: pytest.LogCaptureFixture
) -> None:
    left_s = iter((600.0, 59.0))  # before the first mail and the second one
    with caplog.at_level(logging.ERROR):
        assert sender(two_readers, lambda: next(left_s)).send_due() == SentMails(sent=1, not_tried=1)
    assert caplog.records[0].__dict__["mails"] == 1
    assert sender(two_readers).send_due() == SentMails(sent=1)


def test_a_query_that_outlasts_the_function_is_stopped_and_its_mail_failed(two_readers: MemoryLake) -> None:
    two_readers.queries.state = "RUNNING"
    left_s = iter((600.0, 300.0, 59.0, 58.0))  # before the mail, twice its query, the second mail
    sent_mails = sender(two_readers, lambda: next(left_s)).send_due()
    assert sent_mails == SentMails(failed=1, not_tried=1)
    assert two_readers.queries.asked == {}


def test_a_text_is_cut_by_bytes_and_says_so() -> None:
    assert cut("é" * 100, 200) == "é" * 100
    shorter = cut("é" * 200_000, MAX_BYTES)
    assert len(shorter.encode()) <= MAX_BYTES
    assert shorter.endswith("é\nThe mail is cut here, because it is too long.")


def test_a_lake_with_as_many_addresses_as_it_may_have_says_what_to_do() -> None:
    lake = MemoryLake()
    assert lake.mails
    lake.mails.quota = 0
    ana = Caller(lake, ("viewer",), "ana")
    answer = ana.call("PUT", PATH, mail())
    assert answer.status == 409
    assert "request a higher quota" in answer.json["detail"]
    assert ana.call("GET", PATH).json["mails"] == []


def test_a_statement_that_became_personal_is_answered_with_the_reason() -> None:
    lake = MemoryLake()
    Caller(lake, ("viewer",), "ana").call("PUT", PATH, mail())
    ref = next(item.ref for item in lake.objects.list("artifacts", "mails/"))
    lake.objects.write(ref, lake.objects.read(ref).replace(b"select 1 as n", PERSONAL.encode()))
    ((_, _, text),) = sent(lake)
    assert "No answer: " in text
    assert lake.queries.asked == {}


@pytest.mark.parametrize(
    ("every", "on", "is_due"),
    [("day", 0, True), ("week", 2, True), ("week", 1, False), ("month", 6, True), ("month", 28, False)],
)
def test_a_mail_is_due_on_its_day(every: Any, on: int, is_due: bool) -> None:  # noqa: ANN401 parameters
    schedule = MailSchedule("Sales", "select 1", "", every, on, "ana", "")
    assert schedule.is_due(datetime(2026, 1, 6, 6)) is is_due


@pytest.mark.parametrize(
    ("hour", "zone", "moments"),
    [
        (6, "UTC", [datetime(2026, 1, 5, 6)]),
        (8, "Europe/Berlin", [datetime(2026, 1, 5, 7)]),
        (0, "Pacific/Auckland", [datetime(2026, 1, 4, 11)]),  # Monday there, Sunday in UTC
        (8, "Asia/Kolkata", [datetime(2026, 1, 5, 3)]),  # at 08:30: it is asked for at full hours of UTC
    ],
)
def test_a_mail_is_due_once_on_its_day_at_its_hour_in_its_time_zone(
    hour: int, zone: str, moments: list[datetime]
) -> None:
    schedule = MailSchedule("Sales", "select 1", "", "week", 1, "ana", "", hour=hour, time_zone=zone)
    hours = [datetime(2026, 1, 3) + timedelta(hours=at) for at in range(7 * 24)]
    assert [at for at in hours if schedule.is_due(at)] == moments


@pytest.mark.parametrize("month", [3, 10])
def test_a_mail_is_due_once_on_the_days_when_the_clocks_change(month: int) -> None:
    schedule = MailSchedule("Sales", "select 1", "", "day", 0, "ana", "", hour=2, time_zone="Europe/Berlin")
    hours = [datetime(2026, month, 20) + timedelta(hours=at) for at in range(10 * 24)]
    assert sum(map(schedule.is_due, hours)) == 10


def test_a_mail_is_sent_at_its_hour_and_has_the_day_of_its_time_zone() -> None:
    lake = MemoryLake()
    asked = mail(every="day", on=0, hour=8, time_zone="Pacific/Auckland")
    (kept,) = Caller(lake, ("viewer",), "ana").call("PUT", PATH, asked).json["mails"]
    assert (kept["hour"], kept["time_zone"]) == (8, "Pacific/Auckland")
    assert sent(lake, MONDAY) == []
    ((_, subject, _),) = sent(lake, datetime(2026, 1, 4, 19))
    assert subject == "Sales, 05 Jan 2026"


def test_mails_of_an_earlier_hour_are_sent_by_a_call_that_comes_late() -> None:
    lake = MemoryLake()
    Caller(lake, ("viewer",), "ana").call("PUT", PATH, mail())
    lake.moment = MONDAY + timedelta(hours=2)
    assert sender(lake).send_due() == SentMails()
    assert sender(lake).send_due(MONDAY) == SentMails(sent=1)


def test_a_mail_is_changed_under_its_title_or_another_one_and_none_is_lost() -> None:
    ana = Caller(MemoryLake(), ("viewer",), "ana")
    for title in ("Sales", "Returns"):
        assert ana.call("PUT", PATH, mail(title)).status == 200
    changed = mail("Sales of the week", sql="select 2 as n", every="day", on=0, hour=17, replaces="Sales")
    answer = ana.call("PUT", PATH, changed).json["mails"]
    assert [(each["title"], each["sql"], each["hour"]) for each in answer] == [
        ("Returns", "select 1 as n", 6),
        ("Sales of the week", "select 2 as n", 17),
    ]
    refused = ana.call("PUT", PATH, mail("Returns", replaces="Sales of the week"))
    assert refused.status == 409
    assert len(ana.call("GET", PATH).json["mails"]) == 2


def test_a_mail_that_was_stopped_meanwhile_cannot_be_changed() -> None:
    ana = Caller(MemoryLake(), ("viewer",), "ana")
    assert ana.call("PUT", PATH, mail(replaces="Sales")).status == 404
    assert ana.call("GET", PATH).json["mails"] == []


def test_a_table_has_the_first_rows_and_says_so_and_ids_stay_as_they_are() -> None:
    columns = (
        ResultColumn(name="article_id", type="varchar"),
        ResultColumn(name="sold", type="decimal(9,2)"),
    )
    rows = tuple((f"0{at}", str(Decimal(at) * 1000)) for at in range(MAX_ROWS + 1))
    lines = table_lines(QueryRows(columns=columns, rows=rows, next_cursor=""), ColumnWords())
    assert [lines[0].split(), lines[2].split()] == [["Article", "Sold"], ["01", "1,000"]]
    assert lines[-1] == f"The first {MAX_ROWS} of {MAX_ROWS + 1} rows."
    assert len(lines) == MAX_ROWS + 2
    unfinished = table_lines(QueryRows(columns=columns, rows=rows, next_cursor="next"), ColumnWords())
    assert unfinished[-1] == f"The first {MAX_ROWS} of more than {MAX_ROWS + 1} rows."


def test_a_table_in_the_order_of_time_has_the_newest_rows() -> None:
    columns = (ResultColumn(name="month", type="date"), ResultColumn(name="sold", type="bigint"))
    months = [f"20{year:02}-{month:02}-01" for year in (24, 25) for month in range(1, 13)]
    rows = tuple((month, at) for at, month in enumerate(months))
    page = QueryRows(columns=columns, rows=rows, next_cursor="")
    lines = table_lines(page, ColumnWords())
    assert lines[-1] == f"The last {MAX_ROWS} of {len(rows)} rows."
    assert lines[1].endswith(" 4")
    assert lines[-2].endswith("23")
    assert [row["month"] for row in mailed_records(page)] == months[-MAX_ROWS:]
    # Of an answer whose end is not at hand the preview says so.
    unfinished = table_lines(QueryRows(columns=columns, rows=rows, next_cursor="next"), ColumnWords())
    assert unfinished[1].endswith(" 0")
    assert unfinished[-1].startswith(f"The first {MAX_ROWS} of more than {len(rows)} rows, the oldest first.")
    newest_first = QueryRows(columns=columns, rows=rows[::-1], next_cursor="")
    assert table_lines(newest_first, ColumnWords())[-1] == f"The first {MAX_ROWS} of {len(rows)} rows."


def test_a_question_that_is_drawn_as_a_line_has_the_newest_rows_in_any_order() -> None:
    months = [f"20{year:02}-{month:02}-01" for month in range(1, 13) for year in (24, 25, 26)]
    page = page_of({"month": "date", "sold": "bigint"}, *((month, 1) for month in months))
    assert {row["month"] for row in mailed_records(page, line_x="month")} == {*sorted(months)[-MAX_ROWS:]}
    lines = table_lines(page, ColumnWords(), line_x="month")
    assert lines[-1] == "20 of 36 rows: the newest 20 whole periods of 36."
    assert table_lines(page, ColumnWords())[-1] == "The first 20 of 36 rows."


@pytest.mark.parametrize("kind", [PanelKind.TABLE, PanelKind.BAR, PanelKind.LINE])
@pytest.mark.parametrize("is_short", [False, True])
def test_a_panel_over_weeks_has_the_newest_of_each_series_and_says_that_it_is_cut(
    kind: PanelKind, *, is_short: bool
) -> None:
    """Charts sort the weeks themselves, so statements often have one series after the other."""
    weeks = [(date(2026, 1, 5) + timedelta(weeks=at)).isoformat() for at in range(30)]
    panel = declared(kind, x="week", series="city", y=("sold",))
    columns = {"city": "varchar", "week": "date", "sold": "bigint"}
    page = page_of(columns, *((city, week, 2) for city in ("Bath", "York") for week in weeks))
    lines = panel_lines(panel, page, ColumnWords(), is_short=is_short)
    text = "\n".join(lines)
    assert "Bath" in text
    assert "York" in text
    assert "27 Jul 2026" in text
    assert "Jan 2026" not in text
    many = "2 of 60 rows; the link below opens all." if is_short else "20 of 60 rows: the newest 10 whole "
    assert lines[-1].startswith(many)


def test_prices_have_their_minor_unit_and_large_amounts_none() -> None:
    columns = {"price": "decimal(18,2)", "sold": "decimal(18,2)"}
    rows = (("3.67", "7005995.40"), ("8.18", "403859.81"), ("4.00", "1530.00"))
    panel = declared(PanelKind.TABLE, sql="SELECT price, sold FROM sales")
    lines = panel_lines(panel, page_of(columns, *rows), ColumnWords({"price": "GBP", "sold": "GBP"}))
    assert [line.split() for line in lines[2:]] == [
        ["£3.67", "£7,005,995"],
        ["£8.18", "£403,860"],
        ["£4.00", "£1,530"],
    ]


def test_the_catalog_has_the_time_that_a_contract_declares() -> None:
    tables = {table.name: table for table in catalog(cast("LakePorts", MemoryLake())).tables}
    assert tables["orders"].event_time == "ordered_at"
    assert (tables["customers"].event_time, tables["order_items"].event_time) == ("", "")


def test_a_persons_own_statement_keeps_all_of_its_columns() -> None:
    columns = {"row_count": "bigint", "title_a": "bigint", "b": "bigint"}
    lines = table_lines(page_of(columns, (3, 4, None)), ColumnWords())
    assert [line.split() for line in lines] == [
        ["Row", "count", "Title", "a", "B"],
        ["3", "4", "\N{EN DASH}"],
    ]


def test_columns_that_would_be_headed_alike_keep_their_names_in_a_mail() -> None:
    lines = table_lines(page_of({"guest": "varchar", "guest_id": "varchar"}, ("Ann", "7")), ColumnWords())
    assert lines[0].split("  ") == ["Guest", "Guest id"]


def test_numbers_of_a_mail_end_below_each_other_with_one_number_of_places() -> None:
    columns = (
        ResultColumn(name="sold_as", type="varchar"),
        ResultColumn(name="part", type="double", unit="share"),
        ResultColumn(name="weight", type="decimal(9,3)"),
        ResultColumn(name="paid", type="double", unit="GBP"),
        ResultColumn(name="guest_id", type="bigint"),
    )
    rows = (("a box", 0.54, "12.5", 1234.5, 7), ("a bag", 0.662, "1003.125", None, 12))
    page = QueryRows(columns=columns, rows=rows, next_cursor="")
    words = ColumnWords({column.name: column.unit for column in columns if column.unit}, {})
    assert table_lines(page, words) == [
        "Sold as    Part     Weight       Paid  Guest",
        "a box    54.0 %     12.500  £1,234.50  7",
        "a bag    66.2 %  1,003.125          \N{EN DASH}  12",
    ]


def by_month(*months: str) -> QueryRows:
    columns = {"month": "timestamp", "paid": "decimal(12,3)", "net_gbp": "double"}
    return page_of(columns, *((f"{month}-01T00:00:00", "796648.5", -2.505) for month in months))


def test_a_computed_column_of_a_mail_has_no_unit_of_another_tables_column() -> None:
    columns = (
        ResultColumn(name="mean", type="double"),
        ResultColumn(name="total", type="double", unit="GBP"),
        ResultColumn(name="price", type="double", unit="GBP", label="Unit price"),
    )
    lake = MemoryLake()
    words = answer_words(catalog(cast("LakePorts", lake)).tables, columns)
    lines = table_lines(QueryRows(columns=columns, rows=((10.5, 3.0, 2.0),), next_cursor=""), words)
    assert [re.split(" {2,}", line) for line in lines] == [
        ["Mean", "Total", "Unit price"],
        ["10.5", "£3.00", "£2.00"],
    ]


def test_a_question_of_a_mail_reads_like_its_page() -> None:
    """Days, amounts of the lake's currency, its tables, its day, and the month that is not over."""
    lake = MemoryLake()
    Caller(lake, ("viewer",), "ana").call("PUT", PATH, mail(sql=BY_MONTH))
    mailing = sender(lake)
    mailing.__dict__["as_of"] = date(2010, 12, 9)
    mailing.pages[BY_MONTH] = by_month("2010-11", "2010-12")
    lake.moment = MONDAY
    assert mailing.send_due() == SentMails(1)
    assert lake.mails
    ((_, _, text),) = lake.mails.sent
    assert text.splitlines()[:6] == [
        "Sales",
        "From Payments as of 9 Dec 2010",
        "Month          Paid     Net",
        "Nov 2010  796,648.5  -£2.51",
        "Dec 2010  796,648.5  -£2.51",
        "The period from 1 Dec 2010 is not over: its data end on 9 Dec 2010.",
    ]


@pytest.mark.parametrize(
    ("part", "values", "texts"),
    [
        ("day_of_week", [1, 7, 0, None], ["Monday", "Sunday", "Sunday", "\N{EN DASH}"]),
        ("month", [11], ["Nov"]),
        ("quarter", [3], ["Q3"]),
        ("week", [52], ["Week 52"]),
        ("hour", [8], ["08:00"]),
        ("year", [2010], ["2010"]),
    ],
)
def test_a_part_of_a_date_has_the_words_of_its_page_in_a_mail(
    part: str, values: list[int | None], texts: list[str]
) -> None:
    column = ResultColumn(name="at", type="bigint", kind="name", period=part)
    assert answer_words([], [column]).texts("at", values) == texts


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (Decimal("796648.505"), "GBP", "£796,648.51"),
        (-2.5, "USD per day", "-$2.50"),
        (0, "GBP", "£0.00"),
        (None, "GBP", "\N{EN DASH}"),
        (float("nan"), "GBP", "\N{EN DASH}"),
        (0.5, "share", "50 %"),
        (Decimal("1250.4"), "JPY", "JPY 1,250"),
    ],
)
def test_an_amount_in_full_has_the_decimals_of_its_currency(value: Any, unit: str, text: str) -> None:  # noqa: ANN401 a cell
    assert amount_in_full(value, unit) == text


def test_columns_about_people_are_left_out_of_a_mail_and_named() -> None:
    """An operator, who was shown them, once read that the mail failed for lack of a right."""
    lake = MemoryLake()
    operator = Caller(lake, ("operator",), "ana")
    asked = mail(sql="select customer_id, full_name, email from ecommerce_curated.customers")
    shown = operator.call("POST", PATH + "/preview", asked, Idempotency_Key="k").json
    line = "Left out, because they are about people: Full name, Email."
    assert line in shown["text"].splitlines()
    (sql,) = lake.queries.asked.values()
    assert sql.startswith("SELECT customer_id FROM (SELECT ")
    assert operator.call("PUT", PATH, asked).status == 200
    ((_, _, text),) = sent(lake)
    assert line in text.splitlines()
    refused = operator.call("POST", PATH + "/preview", mail(sql=PERSONAL))
    assert refused.status == 422
    assert refused.json["detail"].startswith(
        "The column email of customers is about people, so no mail has it"
    )


def by_year_and_month(*months: str, regions: int = 2) -> QueryRows:
    columns = {"year": "bigint", "month": "bigint", "zone": "varchar", "orders": "bigint"}
    parts = [[int(part) for part in month.split("-")] for month in months]
    return page_of(columns, *((*part, f"Z{at}", 5) for part in parts for at in range(regions)))


def test_a_mail_of_years_and_months_in_numbers_names_the_month_that_is_not_over() -> None:
    mailing = sender(MemoryLake())
    months = ["2009-12", *(f"2010-{month:02}" for month in range(1, 13))]
    mailing.pages[BY_MONTH] = by_year_and_month(*months)
    mailing.__dict__["as_of"] = date(2010, 12, 9)
    schedule = MailSchedule("Sales", BY_MONTH, "", "week", 1, "ana", "", x="year", y=("orders",))
    lines = [*mailing._answer(schedule)]
    assert lines[2].split() == ["2010", "3", "Z0", "5"]
    assert lines[-2:] == [
        "The last 20 of 26 rows: the newest 9 whole periods of 12, and that from 1 Dec 2010 so far.",
        "The period from 1 Dec 2010 is not over: its data end on 9 Dec 2010.",
    ]


class PagedMonths(MemoryQueries):
    """Queries that answer 1,200 days from the oldest, page by page."""

    def page(self, query_id: str, limit: int, after: str = "") -> QueryPage:
        del query_id
        begin = int(after or 0)
        days = [(date(2007, 1, 1) + timedelta(days=at)).isoformat() for at in range(1200)]
        rows = tuple((day, 1) for day in days[begin : begin + limit])
        columns = (AnswerColumn("day", "date"), AnswerColumn("sold", "bigint"))
        return QueryPage(columns, rows, str(begin + limit) if begin + limit < len(days) else "")


def test_a_long_answer_over_time_is_read_to_its_newest_rows_for_a_mail() -> None:
    lake = MemoryLake(queries=PagedMonths())
    mailing = sender(lake)
    lines = [*mailing._answer(MailSchedule("Sales", BY_MONTH, "", "week", 1, "ana", ""))]
    assert lines[-1] == "The last 20 of 1,200 rows."
    assert lines[-2].startswith("14 Apr 2010")
    assert len(lake.queries.asked) == 1, "one query has its first and all rows"
    panel = declared(PanelKind.TABLE, sql=BY_MONTH)
    assert [*mailing._panel(panel, is_of_person=True)][-1] == "The last 20 of 1,200 rows."


def limited(only_if: str, limit: float, **changed: object) -> dict[str, Any]:
    return mail(sql=BY_MONTH, only_if=only_if, limit_column="paid", limit=limit, **changed)


@pytest.mark.parametrize(
    ("only_if", "limit", "line"),
    [
        ("above", 796_000, "Paid, Nov 2010: 796,648.5, above the limit of 796,000."),
        ("above", 796_649, ""),
        ("below", 796_649, "Paid, Nov 2010: 796,648.5, below the limit of 796,649."),
        ("below", 796_000, ""),
    ],
)
def test_a_mail_with_a_limit_is_sent_while_the_newest_period_that_is_over_is_beyond_it(
    only_if: str, limit: float, line: str
) -> None:
    lake = MemoryLake()
    ana = Caller(lake, ("viewer",), "ana")
    kept = ana.call("PUT", PATH, limited(only_if, limit)).json["mails"][0]
    assert (kept["only_if"], kept["limit_column"], kept["limit"]) == (only_if, "paid", limit)
    mailing = sender(lake)
    mailing.__dict__["as_of"] = date(2010, 12, 9)
    page = by_month("2010-10", "2010-11", "2010-12")
    first, second, third = page.rows
    mailing.pages[BY_MONTH] = page.model_copy(
        update={"rows": ((first[0], "9e9", 1.0), second, (third[0], "1", 1.0))}
    )
    lake.moment = MONDAY
    assert mailing.send_due() == SentMails(sent=int(bool(line)))
    assert lake.mails
    assert [line in text.splitlines() for _, _, text in lake.mails.sent] == [True] * bool(line)


@pytest.mark.parametrize("as_of", [date(2010, 11, 30), date(2010, 12, 9), date(2010, 12, 30)])
def test_a_period_to_come_is_not_over_for_a_limit(as_of: date) -> None:
    """Bookings have days to come, of which few are booked yet."""
    page = by_month("2010-11", "2010-12", "2011-01")
    schedule = MailSchedule(
        "Bookings", BY_MONTH, "", "week", 1, "ana", "", only_if="below", limit_column="paid", limit=5
    )
    assert limit_check(schedule, page, ColumnWords(), as_of).words.startswith("Paid, Nov 2010: ")


def test_a_mail_names_the_day_of_the_dataset_that_it_asks_and_not_of_others() -> None:
    lake = MemoryLake()
    ana = Caller(lake, ("viewer",), "ana")
    ana.call("PUT", PATH, limited("below", 700_000))
    mailing = sender(lake)
    mailing.__dict__["as_of"], mailing.__dict__["days"] = date(2026, 8, 3), {"payments": date(2010, 12, 9)}
    page = by_month("2010-10", "2010-11", "2010-12")
    first, second, third = page.rows
    mailing.pages[BY_MONTH] = page.model_copy(
        update={"rows": (first, (second[0], "800000", 1.0), (third[0], "1", 1.0))}
    )
    lake.moment = MONDAY
    assert mailing.send_due() == SentMails(sent=0)
    assert [*mailing._origin(BY_MONTH)] == ["From Payments as of 9 Dec 2010"]


def test_a_preview_says_whether_the_limit_sends_the_mail_now() -> None:
    lake = MemoryLake()
    asked = mail(only_if="below", limit_column="n", limit=5)
    shown = Caller(lake, ("viewer",), "ana").call("POST", PATH + "/preview", asked, Idempotency_Key="k").json
    line = f"Not sent by its schedule now. N: {2**60:,}, not below the limit of 5."
    assert line in shown["text"].splitlines()


def test_a_limit_names_the_row_that_broke_it_and_rounds_as_the_table_does() -> None:
    """A mail of months and regions once did not say which region was above, and wrote 18 digits."""
    mailing = sender(MemoryLake())
    mailing.__dict__["as_of"] = date(2010, 12, 9)
    columns = (
        ResultColumn(name="month", type="date"),
        ResultColumn(name="region_name", type="varchar"),
        ResultColumn(name="revenue", type="decimal(12,2)", unit="GBP"),
        ResultColumn(name="per_unit", type="double"),
    )
    rows = (
        ("2010-10-01", "France", "90000.00", 1.5),
        ("2010-11-01", "France", "14000.00", 0.5),
        ("2010-11-01", "Germany", "29626.91", 0.023969913532518615),
        ("2010-12-01", "Germany", "1.00", 0.25),
    )
    mailing.pages[BY_MONTH] = QueryRows(columns=columns, rows=rows, next_cursor="")
    asked = MailSchedule("Sales", BY_MONTH, "", "week", 1, "ana", "", only_if="above")
    by_amount = replace(asked, limit_column="revenue", limit=25_000.0)
    line = "Revenue, Germany, Nov 2010: £29,626.91, above the limit of £25,000.00."
    assert line in [*mailing._answer(by_amount)]
    by_quotient = replace(asked, limit_column="per_unit", only_if="below", limit=1.0)
    line = "Per unit below the limit of 1 in 2 rows: Germany, Nov 2010: 0.0240; France, Nov 2010: 0.5000."
    assert line in [*mailing._answer(by_quotient)]


def test_a_limit_names_each_row_that_is_beyond_it_the_farthest_first_and_counts_those_after_five() -> None:
    mailing = sender(MemoryLake())
    page = page_of({"place": "varchar", "n": "bigint"}, *((f"P{at}", at) for at in range(9)))
    mailing.pages[BY_MONTH] = page
    asked = MailSchedule("Sales", BY_MONTH, "", "week", 1, "ana", "", only_if="above", limit_column="n")
    line = "N above the limit of 1 in 7 rows: P8: 8; P7: 7; P6: 6; P5: 5; P4: 4; and 2 more."
    assert line in [*mailing._answer(replace(asked, limit=1.0))]
    assert "N, P8: 8, above the limit of 7." in [*mailing._answer(replace(asked, limit=7.0))]


def test_a_mail_has_the_unit_that_a_person_gave_a_panel() -> None:
    """A published panel of shares read 85.8 % on its page, and 0.8579 in its mail."""
    mailing, panel = sender(MemoryLake()), declared(PanelKind.BAR, x="place", y=("part",), unit="share")
    mailing.pages[panel.sql] = page_of(
        {"place": "varchar", "part": "double"}, ("north", 0.8579), ("east", 0.0371)
    )
    lines = [line.split() for line in mailing._panel(panel, is_of_person=True)]
    assert lines[-2:] == [["north", "85.79", "%"], ["east", "3.71", "%"]]


def test_a_table_of_a_mail_has_no_names_twice_and_months_as_months() -> None:
    """A list of regions once began "United Kingdom, United Kingdom", and its month was "1 Sep 2010"."""
    words = ColumnWords(codes={"region_id": {"GB": "United Kingdom", "DE": "Germany"}})
    page = page_of(
        {"region_id": "varchar", "region_name": "varchar", "month_on": "date", "paid_on": "date"},
        ("GB", "United Kingdom", "2010-09-01", "2010-09-01"),
        ("DE", "Germany", "2010-10-01", "2010-09-01"),
    )
    lines = panel_lines(declared(PanelKind.TABLE), page, words)
    assert [re.split(" {2,}", line) for line in lines[1:]] == [
        ["Region", "Month", "Paid"],
        ["United Kingdom", "Sep 2010", "1 Sep 2010"],
        ["Germany", "Oct 2010", "1 Sep 2010"],
    ]


def test_a_mail_of_many_panels_has_few_rows_and_columns_of_each() -> None:
    """The mail of a forecast once had about 200 lines with up to ten figures each."""
    names = ["note", "place", "sold", *(f"more_{at}" for at in range(4))]
    rows = [("x", f"P{at}", at, 1, 2, 3, 4) for at in range(5)]
    page = page_of(dict.fromkeys(names, "bigint"), *rows)
    panel = declared(PanelKind.BAR, x="place", y=("sold",), answer="{place} sold most")
    lines = panel_lines(panel, page, ColumnWords(), is_short=True)
    assert lines[1] == "P0 sold most"
    assert [line.split() for line in lines[2:-1]] == [
        ["Place", "Sold", "Note", "More", "0"],
        *([f"P{at}", f"{at}", "x", "1"] for at in range(3)),
    ]
    assert lines[-1] == "3 of 5 rows and 4 of 7 columns; the link below opens all."
    panel = declared(PanelKind.LINE, x="day", y=("sold",))
    page = page_of({"day": "date", "sold": "bigint"}, *((f"2026-01-{day:02}", day) for day in range(1, 9)))
    lines = panel_lines(panel, page, ColumnWords(), is_short=True)
    assert [line.split()[-1] for line in lines[2:-1]] == ["6", "7", "8"]
    assert lines[-1] == "3 of 8 rows; the link below opens all."


def test_a_mail_whose_limit_cannot_be_checked_is_sent_with_the_reason() -> None:
    lake = MemoryLake()
    Caller(lake, ("viewer",), "ana").call("PUT", PATH, mail(only_if="above", limit_column="gone", limit=5))
    ((_, _, text),) = sent(lake)
    assert "The limit was not checked: the answer has no numbers in a column gone." in text.splitlines()


OWN_LIMIT = {"sql": "", "dashboard": "own", "limit_panel": "loans", "limit_column": "n"}


@pytest.mark.parametrize(("only_if", "is_sent"), [("above", True), ("below", False)])
def test_a_mail_of_a_dashboard_is_sent_while_the_figure_of_one_of_its_questions_is_beyond_a_limit(
    only_if: str, is_sent: bool
) -> None:
    lake = MemoryLake(pushed_dashboards={"own": json.dumps(yaml.safe_load(ONE_FIGURE))})
    ana = Caller(lake, ("viewer",), "ana")
    asked = mail(only_if=only_if, limit=5, **OWN_LIMIT)
    kept = ana.call("PUT", PATH, asked).json["mails"][0]
    assert (kept["only_if"], kept["limit_panel"]) == (only_if, "loans")
    assert len(sent(lake)) == int(is_sent)
    words = f"What will be lent next? 1.153E+18, {'' if is_sent else 'not '}{only_if} the limit of 5."
    line = words if is_sent else f"Not sent by its schedule now. {words}"
    shown = ana.call("POST", PATH + "/preview", asked, Idempotency_Key="k").json
    assert line in shown["text"].splitlines()
    lake.pushed_dashboards = {"own": json.dumps(yaml.safe_load(ONE_FIGURE.replace("name: loans", "name: x")))}
    ((_, _, text),) = sent(lake, datetime(2026, 1, 12, 6))
    assert "The limit was not checked: its question is no longer on the dashboard." in text.splitlines()


def test_a_limit_of_a_figure_is_that_of_its_only_column_whatever_it_is_called() -> None:
    mailing, panel = sender(MemoryLake()), declared(PanelKind.KPI, unit="GBP")
    mailing.pages[panel.sql] = page_of({"sum_of_sales": "double"}, (30_000.0,))
    board = next(each for each in mailing.boards if each.panels).model_copy(update={"panels": (panel,)})
    schedule = MailSchedule("Sales", "", "own", "week", 1, "ana", "", only_if="above", limit=25_000.0)
    limit = replace(schedule, limit_panel=panel.name, limit_column="value")
    assert mailing._limit_of_board(board.model_copy(update={"written_by": "ana"}), limit).line == (
        "What was sold? £30,000.00, above the limit of £25,000.00."
    )


def test_a_limit_of_a_dashboard_names_one_of_its_questions() -> None:
    lake = MemoryLake(pushed_dashboards={"own": json.dumps(yaml.safe_load(ONE_FIGURE))})
    for panel in ("", "gone"):
        asked = mail(only_if="above", limit=5, **{**OWN_LIMIT, "limit_panel": panel})
        assert Caller(lake, ("viewer",), "ana").call("PUT", PATH, asked).status == 422


@pytest.mark.parametrize(
    "changed",
    [
        {"only_if": "above"},
        {"only_if": "above", "limit_column": "n", "limit": 5, "limit_panel": "loans"},
        {"only_if": "above", "limit_column": "n"},
        {"only_if": "above", "limit": 5},
        {"limit_column": "n", "limit": 5},
        {"only_if": "above", "limit_column": "n", "limit": 5, "sql": "", "dashboard": SYSTEMS[0]},
        {"only_if": "above", "limit_column": "n", "limit": 4111111111111111},
        {"only_if": "near", "limit_column": "n", "limit": 5},
    ],
)
def test_an_incomplete_limit_is_refused(changed: dict[str, object]) -> None:
    assert Caller(MemoryLake(), ("viewer",), "ana").call("PUT", PATH, mail(**changed)).status == 422


def test_a_short_unit_of_a_contract_is_in_the_heading_of_a_mail() -> None:
    units = {"weight": "kg", "net": "GBP", "late": "share", "waited": "days", "sold": "transactions"}
    rows = QueryRows(
        columns=tuple(ResultColumn(name=name, type="double") for name in units),
        rows=((1.5, 2.5, 0.5, 3.0, 4.0),),
        next_cursor="",
    )
    heads = "\n".join(table_lines(rows, ColumnWords(units=units)))
    assert "Weight (kg)" in heads
    assert "Waited (days)" in heads
    assert heads.count("(") == 2


def test_times_of_the_day_are_headed_with_utc_and_months_are_not() -> None:
    columns = {"seen_at": "timestamp", "month": "timestamp"}
    page = page_of(columns, ("2010-12-09T08:12:00", "2010-12-01T00:00:00"))
    assert table_lines(page, ColumnWords())[0].split("  ")[0] == "Seen (UTC)"
    assert table_lines(page, ColumnWords())[0].split()[-1] == "Month"


def test_a_period_that_is_over_has_no_note_in_a_mail() -> None:
    mailing = sender(MemoryLake())
    mailing.pages[BY_MONTH] = by_month("2010-10", "2010-11")
    schedule = MailSchedule("Sales", BY_MONTH, "", "week", 1, "ana", "")
    for as_of in (None, date(2010, 12, 9), date(2010, 11, 30)):
        mailing.__dict__["as_of"] = as_of
        assert not [line for line in mailing._answer(schedule) if "not over" in line]
    mailing.__dict__["as_of"] = date(2010, 11, 29)
    assert [line for line in mailing._answer(schedule) if "not over" in line]


def test_a_period_that_the_statement_cuts_is_not_over_in_a_mail() -> None:
    mailing = sender(MemoryLake())
    sql = (
        "select date_trunc('month', paid_at) as month, 1 as paid, 2 as net_gbp from payments "
        "where paid_at < date '2010-11-20' group by 1"
    )
    mailing.pages[sql] = by_month("2010-10", "2010-11")
    mailing.__dict__["as_of"] = date(2010, 12, 9)
    lines = [*mailing._answer(MailSchedule("Sales", sql, "", "week", 1, "ana", ""))]
    assert lines[-1] == "The period from 1 Nov 2010 is not over: its data end on 19 Nov 2010."
    assert any("as of 9 dec 2010" in line.lower() for line in lines)


def test_the_link_of_a_mail_opens_the_chart_that_was_scheduled() -> None:
    lake = MemoryLake()
    chart = {"kind": "line", "x": "month", "y": ["paid", "net_gbp"]}
    Caller(lake, ("viewer",), "ana").call("PUT", PATH, mail(**chart))
    ((_, _, text),) = sent(lake)
    assert "/#/query?sql=select+1+as+n&view=chart&x=month&y=paid&y=net_gbp&kind=line&run=" in text
    shown = Caller(lake, ("viewer",), "ana").call("GET", PATH).json["mails"]
    assert {name: shown[0][name] for name in chart} == chart


def test_the_link_of_a_mail_draws_the_chart_as_it_was_drawn() -> None:
    lake = MemoryLake()
    columns = {"kind": "line", "x": "month", "y": ["paid"], "series": "zone"}
    area = {**columns, "form": "area", "is_stacked": False}
    points = {**columns, "form": "points", "scale": "log", "title": "Points"}
    for chart in (area, points):
        assert Caller(lake, ("viewer",), "ana").call("PUT", PATH, mail(**chart)).status == 200
    links = [line for _, _, text in sent(lake) for line in text.splitlines() if "Open it" in line]
    assert [line.partition("series=zone&")[2].partition("&run=")[0] for line in links] == [
        "kind=points&scale=log",
        "kind=area&stacked=no",
    ]
    bars = {**columns, "kind": "bar", "scale": "log"}
    assert Caller(lake, ("viewer",), "ana").call("PUT", PATH, mail(**bars)).status == 422


def test_a_mail_that_an_earlier_version_scheduled_opens_its_table() -> None:
    earlier = {"title": "Sales", "sql": "select 1", "dashboard": "", "every": "week", "on": 1}
    (schedule,) = schedules_of_text(json.dumps([{**earlier, "by": "ana", "at": ""}]).encode())
    assert (schedule.kind, schedule.y) == ("table", ())


def test_a_panel_that_a_person_wrote_says_in_a_mail_that_its_last_period_is_not_over() -> None:
    mailing, panel = sender(MemoryLake()), declared(PanelKind.LINE, x="month", y=("paid",))
    mailing.__dict__["as_of"] = date(2010, 12, 9)
    mailing.complete[panel.sql] = by_month("2010-11", "2010-12")
    *_, note = mailing._panel(panel, is_of_person=True, has_action=False)
    assert note == "The period from 1 Dec 2010 is not over: its data end on 9 Dec 2010."
    assert note not in mailing._panel(panel)


def test_the_actor_is_the_address_of_an_id_that_the_user_pool_made() -> None:
    """On AWS the user name in an access token is such an id where people sign in by address."""
    person = "248289dc-1d5e-4f0e-9b5d-0123456789ab"
    lake = MemoryLake()
    lake.people.ids[person] = "eva@example.com"
    note = {"noted_on": "2026-01-02", "note": "flood"}
    written = Caller(lake, ("uploader",), person).call("POST", "/v1/annotations", note).json
    assert written["written_by"] == "eva@example.com"
    assert Caller(lake, ("viewer",), person).call("GET", "/v1/me").json["name"] == "eva@example.com"
    unknown = person.replace("2", "3")
    assert Caller(lake, ("viewer",), unknown).call("GET", "/v1/me").json["name"] == unknown


def test_what_a_person_made_before_the_address_was_read_stays_the_persons() -> None:
    person, other = (f"248289dc-1d5e-4f0e-9b5d-01234567890{at}" for at in (1, 2))
    lake, note = MemoryLake(), {"noted_on": "2026-01-02", "note": "flood"}
    eva, ben = Caller(lake, ("uploader",), person), Caller(lake, ("uploader",), other)
    made = eva.call("POST", "/v1/annotations", note).json
    assert made["written_by"] == person
    lake.people.ids |= {person: "eva@example.com", other: "ben@example.com"}
    eva.call("PUT", PATH, mail())
    lake.people.ids[person] = "eve@example.com"
    assert [each["title"] for each in eva.call("GET", PATH).json["mails"]] == ["Sales"]
    path = f"/v1/annotations/{made['annotation_id']}"
    assert ben.call("DELETE", path).status == 403
    assert eva.call("DELETE", path).status == 200


def test_rights_follow_the_id_or_the_verified_address_and_never_the_absence_of_a_name() -> None:
    eva = CallerIdentity("eva@example.com", frozenset(), "an-id")
    assert [eva.is_named(name) for name in ("eva@example.com", "an-id", "ben@example.com", "")] == [
        True,
        True,
        False,
        False,
    ]
    assert not CallerIdentity("", frozenset()).is_named("")
