"""Saved questions are statements of an SQL file, with their name, system and description above."""

from __future__ import annotations

import pytest

from headgate.query.questions import SavedQuestion, questions_in_sql

pytestmark = pytest.mark.unit

FILE = """
-- name: busy_days
-- system: visit-counts
-- Which days were busy,
-- and how much?
SELECT day, visits -- of all places
FROM visits_by_day

-- name: places
-- system: lake
-- found_by: where to go, addresses
-- Where are the places?
SELECT * FROM places
"""


def test_each_statement_has_the_comments_above_it() -> None:
    assert questions_in_sql(FILE) == {
        "busy_days": SavedQuestion(
            "busy_days",
            "visit-counts",
            "Which days were busy, and how much?",
            "SELECT day, visits -- of all places\nFROM visits_by_day",
        ),
        "places": SavedQuestion(
            "places",
            "lake",
            "Where are the places?",
            "SELECT * FROM places",
            ("where to go", "addresses"),
        ),
    }


def test_a_question_of_a_file_declares_its_parameters_below_its_description() -> None:
    text = "-- name: busy\n-- system: lake\n-- Which days are busy?\n-- :least number = 5\nselect :least\n"
    question = questions_in_sql(text)["busy"]
    assert question.description == "Which days are busy?"
    assert question.sql == "-- :least number = 5\nselect :least"
