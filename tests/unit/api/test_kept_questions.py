"""Questions that people keep in the lake, and a person's dashboard as a file of a lake project."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from headgate.query.kept_questions import dashboard_document, kept_questions, questions_of_text
from headgate.systems import dashboards
from headgate.systems.dashboards import dashboard_of
from tests.unit.api.lakes import Caller, MemoryLake, query

pytestmark = pytest.mark.unit

PATH = "/v1/kept-questions"


def question(name: str = "Sales by day", **changed: object) -> dict[str, Any]:
    usual = {
        "name": name,
        "sql": "select day, sold from lake_prod.sales",
        "kind": "line",
        "is_pinned": True,
    }
    return {**usual, "x": "day", "y": ["sold"], **changed}


def names(caller: Caller) -> list[tuple[str, str]]:
    return [(each["by"], each["name"]) for each in caller.call("GET", PATH).json["questions"]]


def test_a_question_is_kept_with_its_person_and_time_and_shown_to_everybody() -> None:
    lake = MemoryLake()
    ana, ben = Caller(lake, ("viewer",), "ana"), Caller(lake, ("viewer",), "ben")
    kept = ana.call("PUT", PATH, question()).json["questions"]
    assert [(each["by"], each["at"][:16], each["y"]) for each in kept] == [
        ("ana", "2026-01-02T03:04", ["sold"])
    ]
    ben.call("PUT", PATH, question("Other"))
    assert names(ben) == names(ana) == [("ana", "Sales by day"), ("ben", "Other")]


def test_a_question_replaces_the_persons_own_of_the_same_name_only() -> None:
    lake = MemoryLake()
    ana, ben = Caller(lake, ("viewer",), "ana"), Caller(lake, ("viewer",), "ben")
    for caller, sql in ((ana, "select 1"), (ben, "select 2"), (ana, "select 3")):
        caller.call("PUT", PATH, question(sql=sql))
    kept = ana.call("GET", PATH).json["questions"]
    assert [(each["by"], each["sql"]) for each in kept] == [("ana", "select 3"), ("ben", "select 2")]
    ben.call("DELETE", PATH + query(name="Sales by day"))
    assert ben.call("DELETE", PATH + query(name="Sales by day")).status == 200
    assert names(ana) == [("ana", "Sales by day")]


@pytest.mark.parametrize(
    "changed",
    [{"sql": "select 4111111111111111"}, {"name": "4111 1111 1111 1111"}, {"kind": "pie"}, {"name": ""}],
)
def test_a_question_with_a_card_number_or_an_unknown_chart_is_not_kept(changed: dict[str, object]) -> None:
    caller = Caller(MemoryLake(), ("viewer",), "ana")
    assert caller.call("PUT", PATH, question(**changed)).status == 422
    assert names(caller) == []


def test_a_persons_dashboard_is_a_file_that_a_push_takes() -> None:
    lake = MemoryLake()
    ana = Caller(lake, ("viewer",), "ana@example.com")
    ana.call("PUT", PATH, question())
    ana.call("PUT", PATH, question("Plain", kind="table", x="", y=[]))
    ana.call("PUT", PATH, question("Unpinned", is_pinned=False))
    document = dashboard_document("ana@example.com", kept_questions(lake.objects, "artifacts"))
    text = yaml.safe_dump(document)
    board = dashboards.dashboards({"mine": json.dumps(yaml.safe_load(text))})["questions-of-ana"]
    assert [(panel.name, panel.kind, panel.table, panel.y) for panel in board.panels] == [
        ("sales_by_day", "line", "sales", ("sold",)),
        ("plain", "table", "sales", ()),
    ]


FORECAST = {
    "kind": "fan",
    "y": ["sold", "mean"],
    "bounds": [["lower_80", "upper_80"]],
    "answer": "{mean} from {day}",
    "nothing": "Nothing is ahead.",
    "units": {"mean": "GBP"},
}


def test_a_pinned_panel_keeps_its_band_its_answer_and_its_sentence_for_no_rows() -> None:
    lake = MemoryLake()
    ana = Caller(lake, ("viewer",), "ana")
    (kept,) = ana.call("PUT", PATH, question(**FORECAST)).json["questions"]
    assert {name: kept[name] for name in FORECAST} == FORECAST
    document = dashboard_document("ana", kept_questions(lake.objects, "artifacts"))
    (panel,) = dashboards.dashboards({"mine": json.dumps(document)})["questions-of-ana"].panels
    assert (panel.kind, panel.bounds, panel.nothing) == (
        "fan",
        (("lower_80", "upper_80"),),
        "Nothing is ahead.",
    )
    assert (panel.answer, panel.units) == ("{mean} from {day}", {"mean": "GBP"})


DRAWINGS = [
    {"form": "area", "series": "zone", "is_stacked": False},
    {"form": "points", "scale": "log"},
    {"scale": "linear"},
    {"kind": "bar", "series": "zone", "is_stacked": False, "scale": "log"},
]


@pytest.mark.parametrize("drawing", DRAWINGS)
def test_a_question_keeps_how_its_chart_is_drawn_in_its_file_too(drawing: dict[str, object]) -> None:
    lake = MemoryLake()
    ana = Caller(lake, ("viewer",), "ana")
    (kept,) = ana.call("PUT", PATH, question(**drawing)).json["questions"]
    assert {name: kept[name] for name in drawing} == drawing
    document = dashboard_document("ana", kept_questions(lake.objects, "artifacts"))
    (panel,) = dashboard_of("ana", json.dumps(document)).panels
    assert {name: getattr(panel, name) for name in drawing} == drawing


@pytest.mark.parametrize(
    "drawing",
    [
        {"form": "pie"},
        {"kind": "bar", "form": "points"},
        {"kind": "bar", "series": "zone", "scale": "log"},
        {"is_stacked": True},
    ],
)
def test_a_chart_that_cannot_be_drawn_is_not_kept(drawing: dict[str, object]) -> None:
    caller = Caller(MemoryLake(), ("viewer",), "ana")
    assert caller.call("PUT", PATH, question(**drawing)).status == 422
    assert names(caller) == []


def order(caller: Caller) -> list[tuple[str, str]]:
    return [(each["name"], each["width"]) for each in caller.call("GET", PATH).json["questions"]]


def test_a_person_orders_and_widens_the_panels_of_their_dashboard_at_once() -> None:
    lake = MemoryLake()
    ana, ben = Caller(lake, ("viewer",), "ana"), Caller(lake, ("viewer",), "ben")
    for name in ("c", "a", "b"):
        ana.call("PUT", PATH, question(name))
    ben.call("PUT", PATH, question("other"))
    assert order(ana)[:3] == [("c", ""), ("a", ""), ("b", "")]  # as they were pinned
    panels = [{"name": "b", "width": "full"}, {"name": "c"}, {"name": "nothing"}]
    assert ana.call("PUT", PATH + "/dashboard", {"panels": panels}).status == 200
    assert order(ana) == [("b", "full"), ("c", ""), ("a", ""), ("other", "")]
    ana.call("PUT", PATH, question("b", is_pinned=False))
    ana.call("PUT", PATH, question("b"))  # back again
    assert order(ana)[0] == ("b", "full")
    document = dashboard_document("ana", kept_questions(lake.objects, "artifacts"))
    assert [panel["question"] for panel in document["panels"]] == ["b", "c", "a"]
    file = dashboard_of("ana", json.dumps(document))
    assert ([panel.width for panel in file.panels], file.filters_of_tables) == (["full", "", ""], True)
    assert ana.call("PUT", PATH + "/dashboard", {"panels": [{"name": "b", "width": "huge"}]}).status == 422


def test_a_renamed_question_keeps_where_it_is() -> None:
    ana = Caller(MemoryLake(), ("viewer",), "ana")
    for name in ("a", "b"):
        ana.call("PUT", PATH, question(name))

    def renamed(name: str, to: str) -> int:
        return ana.call("PUT", PATH + "/name", {"name": name, "to": to}).status

    assert (renamed("a", "z"), order(ana)) == (200, [("z", ""), ("b", "")])
    assert [renamed("a", "y"), renamed("z", "b"), renamed("z", "4111 1111 1111 1111")] == [404, 409, 422]


def test_the_limit_of_a_mail_follows_a_question_that_gets_another_name() -> None:
    ana = Caller(MemoryLake(), ("viewer",), "ana")
    ana.call("PUT", PATH, {**question("What was sold?"), "is_pinned": True})
    limit = {"only_if": "above", "limit_panel": "what_was_sold", "limit_column": "n", "limit": 5}
    mail = {"title": "Mine", "sql": "", "dashboard": "mine", "every": "week", "on": 1}
    for title, part in (("Mine", limit), ("Always", {})):
        assert ana.call("PUT", "/v1/mails", {**mail, "title": title, **part}).status == 200
    ana.call("PUT", PATH + "/name", {"name": "What was sold?", "to": "Sold in 2026"})
    mails = ana.call("GET", "/v1/mails").json["mails"]
    assert [each["limit_panel"] for each in mails] == ["", "sold_in_2026"]


def test_a_question_that_was_kept_before_panels_had_answers_is_still_read() -> None:
    usual = {**question(), "series": "", "by": "ana", "at": ""}
    (kept,) = questions_of_text(json.dumps([usual]).encode())
    assert (kept.bounds, kept.answer, kept.units) == ((), "", {})


def test_no_sentence_of_a_pinned_panel_has_a_card_number() -> None:
    caller = Caller(MemoryLake(), ("viewer",), "ana")
    assert caller.call("PUT", PATH, question(answer="4111 1111 1111 1111")).status == 422


def test_a_panels_scale_and_action_are_kept_and_are_in_the_dashboard_file() -> None:
    lake = MemoryLake()
    ana = Caller(lake, ("viewer",), "ana")
    ana.call("PUT", PATH, question("Plain"))
    (kept,) = ana.call("PUT", PATH, question(series="zone", scale="each", action="Order more.")).json[
        "questions"
    ][1:]
    assert (kept["scale"], kept["action"]) == ("each", "Order more.")
    plain, pinned = dashboard_document("ana", kept_questions(lake.objects, lake.bucket("artifacts")))[
        "panels"
    ]
    assert (pinned["scale"], pinned["action"]) == ("each", "Order more.")
    assert not {"scale", "action", "width"} & set(plain)
    assert ana.call("PUT", PATH, question(action="Block 4111 1111 1111 1111")).status == 422
