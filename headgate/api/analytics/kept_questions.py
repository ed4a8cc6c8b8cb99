"""Questions that people save in the lake."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from headgate.api.analytics.personal_lists import PersonalList
from headgate.api.http.problems import expect_no_numbers
from headgate.api.shapes.tables import KeptQuestionList, KeptQuestionShown
from headgate.query.kept_questions import (
    KeptQuestion,
    kept_questions,
    questions_key,
    questions_of_text,
    text_of_questions,
)

if TYPE_CHECKING:
    from headgate.api.http.access import CallerIdentity
    from headgate.api.lake_ports import LakePorts
    from headgate.api.shapes.tables import KeptQuestionAsked

_MAX_QUESTIONS = 500  # of one person


def every_kept(lake: LakePorts) -> KeptQuestionList:
    """Return the questions of all people, because links to questions are shared."""
    listed = kept_questions(lake.objects, lake.bucket("artifacts"))
    return KeptQuestionList(questions=tuple(KeptQuestionShown(**asdict(question)) for question in listed))


def keep(lake: LakePorts, caller: CallerIdentity, asked: KeptQuestionAsked) -> KeptQuestionList:
    """Save a question of the caller, replacing the caller's question of the same name.

    Raises:
        ProblemError: 409, another request of the caller was faster; 422, a text has a card number or SSN, or
            the caller has too many questions.
    """
    expect_no_numbers("body.sql", "question", asked.name, asked.sql, asked.answer, asked.nothing)
    question = KeptQuestion(**asked.model_dump(), by=caller.name, at=lake.now().isoformat(timespec="seconds"))
    _questions_of(caller).put(lake, question)
    return every_kept(lake)


def forget(lake: LakePorts, caller: CallerIdentity, name: str) -> KeptQuestionList:
    """Delete a question of the caller; do nothing if it is absent."""
    _questions_of(caller).remove(lake, name)
    return every_kept(lake)


def _questions_of(caller: CallerIdentity) -> PersonalList[KeptQuestion]:
    return PersonalList(
        questions_key(caller.key), questions_of_text, text_of_questions, "name", _MAX_QUESTIONS
    )
