"""Every statement of a project's dashboards and questions is asked before a person opens the console."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from headgate.local_files.check_statements import check_project, statement_problems
from tests import clinic

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.unit

PANEL = """
system: visit-counts
title: Visits
panels:
  - name: days
    question: How many visits has each day?
    kind: {kind}
    table: {table}
    x: {x}
    y: [{y}]
    sql: {sql}
{more}
"""
THROUGH = (
    "filters: [{{name: f, label: l, column: ward, tables: [visits_by_day], values: SELECT 1, through: {}}}]"
)
GOOD = {"kind": "line", "table": "visits_by_day", "x": "day", "y": "visits", "more": ""}
ASKED = "SELECT day, visits FROM visits_by_day"
QUEUE = """
queues:
  - name: days_to_explain
    title: Days to explain
    table: visits_by_day
    sql: SELECT day AS item_id, 'day' AS subject, 'many' AS reason, {value} AS value FROM visits_by_day
    actions:
      - {{name: {action}, label: A holiday, key: h, returns_after_days: {days}}}
      - {{name: fault, label: A fault, key: {key}}}
    labels: {{dataset: {dataset}, positive: [{label}], negative: [fault]}}
"""
SOUND = {"value": "visits", "action": "holiday", "key": "f", "dataset": "visits", "label": "holiday"}
SOUND |= {"days": "7"}


@pytest.fixture
def lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HEADGATE_PROJECT", str(tmp_path))
    return clinic.lake(tmp_path)


def problems(lake: Path, **differs: str) -> str:
    text = PANEL.format(**{**GOOD, "sql": ASKED, **differs})
    clinic.write(lake, {"dashboards/visit-counts.yaml": text})
    return " ".join(statement_problems())


def test_a_panel_that_can_be_drawn_has_no_problem(lake: Path) -> None:
    assert problems(lake) == ""


@pytest.mark.parametrize(
    ("differs", "why"),
    [
        ({"sql": "SELECT day, visit AS visits FROM visits_by_day"}, "Column 'visit' .* Did you mean visits?"),
        ({"sql": "SELECT v.day, v.visit FROM visits_by_day v"}, "visits_by_day has day, visits"),
        ({"sql": "SELECT day, visits FROM visits_by_days"}, "Did you mean clinic_prod.visits_by_day"),
        ({"sql": "DELETE FROM visits_by_day"}, "a query only reads"),
        ({"sql": "SHOW TABLES"}, "fill no chart"),
        ({"y": "visit"}, "no column visit. Did you mean visits?"),
        ({"y": "day"}, "day is drawn as a number and is date32"),
        ({"x": "''"}, "draws x and y"),
        ({"kind": "kpi"}, "no column value"),
        ({"table": "visits_by_dy"}, "no table visits_by_dy. Did you mean visits_by_day"),
        ({"more": '    answer: "{day} had {visit} visits"'}, "no column visit"),
        ({"more": "    rows: ['dy:eq:2026-01-01']"}, "has no column dy. Did you mean day"),
        (
            {"more": "alerts: [{name: a, sql: SELECT 1 AS v, above: 1, message: m, remedy: r}]"},
            "column value",
        ),
        (
            {"more": "filters: [{name: f, label: l, column: dy, tables: [visits_by_day], values: SELECT 1}]"},
            "visits_by_day has no column dy",
        ),
        (
            {"more": THROUGH.format("visits.dy")},
            "visits_by_day has no column dy.*visits has no column dy",
        ),
        ({"more": THROUGH.format("visit.day")}, "no table visit. Did you mean"),
        ({"more": "trust: [{tables: [nonesuch], words: ['{n}']}]"}, "no table nonesuch.* no column n"),
        ({"more": QUEUE.format(**{**SOUND, "value": "'x'"})}, "value is drawn as a number"),
        ({"more": QUEUE.format(**{**SOUND, "action": "note"})}, "has the action note already"),
        ({"more": QUEUE.format(**{**SOUND, "key": "h"})}, "Two of its actions have h"),
        ({"more": QUEUE.format(**{**SOUND, "key": "z"})}, "The key z moves, undoes"),
        ({"more": QUEUE.format(**{**SOUND, "days": "-1"})}, "holiday has returns_after_days: -1"),
        ({"more": QUEUE.format(**{**SOUND, "label": "holidy"})}, "holidy, .* Did you mean holiday"),
        ({"more": QUEUE.format(**{**SOUND, "dataset": "visit"})}, "the dataset visit, which the lake"),
    ],
)
def test_what_the_console_could_not_show_is_a_problem_with_what_to_do(
    lake: Path, differs: dict[str, str], why: str
) -> None:
    assert re.search(why, problems(lake, **differs))


def test_a_sound_queue_has_no_problem_and_its_items_need_ids_of_their_own(lake: Path) -> None:
    assert problems(lake, more=QUEUE.format(**SOUND)) == ""
    rows = pa.table({"day": [date(2026, 3, 1)] * 2, "visits": [1, 2]})
    (queue,) = [of for of in check_project({"visits_by_day": rows}) if of.kind == "queue"]
    assert "the same item_id" in " ".join(queue.problems)


def test_statements_run_on_the_rows_that_were_built_here(lake: Path) -> None:
    problems(lake)
    rows = pa.table({"day": [date(2026, 3, 1)], "visits": [2]})
    (panel, *questions) = check_project({"visits_by_day": rows})
    assert panel.answer is not None
    assert panel.answer.to_pylist() == [{"day": date(2026, 3, 1), "visits": 2}]
    assert {question.kind for question in questions} == {"question"}
    assert all(of.answer is None for of in check_project())


def test_a_value_that_a_statement_fails_at_is_not_in_the_message(lake: Path) -> None:
    rows = pa.table({"day": [date(2026, 3, 1)], "visits": [12345]})
    problems(lake, sql="SELECT day, CAST('x' || visits AS integer) AS visits FROM visits_by_day")
    (panel, *_) = check_project({"visits_by_day": rows})
    assert "try_cast" in panel.problems[0]
    assert "12345" not in panel.problems[0]


def test_saved_questions_are_asked_too_and_need_a_system_of_the_lake(lake: Path) -> None:
    text = clinic.QUESTIONS.replace("SELECT count(*) FROM visits_by_day", "SELECT dy FROM visits_by_day")
    clinic.write(lake, {"systems/_questions.py": text.replace('"visit-counts", "Which', '"visits", "Which')})
    asked = statement_problems()
    assert [problem.partition(":")[0] for problem in asked] == ["question busy_days", "question days"]
    assert "Its system visits is none of the lake" in asked[0]


def test_the_problems_of_a_system_are_those_of_its_dashboard_and_its_questions(lake: Path) -> None:
    text = clinic.QUESTIONS.replace("SELECT count(*) FROM visits_by_day", "SELECT dy FROM visits_by_day")
    clinic.write(lake, {"systems/_questions.py": text})
    clinic.write(
        lake, {"dashboards/visit-counts.yaml": PANEL.format(**GOOD, sql="SELECT dy FROM visits_by_day")}
    )
    asked = statement_problems("visit-counts")
    assert [problem.partition(":")[0] for problem in asked] == [
        "dashboard visit-counts, panel days",
        "question days",
    ]
    assert statement_problems("another") == []
