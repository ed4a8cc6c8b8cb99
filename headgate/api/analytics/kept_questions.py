"""The questions that people keep in the lake, as the API shows them."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from headgate.api.analytics.personal_lists import PersonalList
from headgate.api.http.problems import invalid
from headgate.api.shapes.tables import KeptQuestionList, KeptQuestionShown
from headgate.masking.redaction import redact_text
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

_MOST = 500  # of one person


def every_kept(lake: LakePorts) -> KeptQuestionList:
    """Return the questions of all people: a link to one can be given to anybody."""
    listed = kept_questions(lake.objects, lake.bucket("artifacts"))
    return KeptQuestionList(questions=tuple(KeptQuestionShown(**asdict(question)) for question in listed))


def keep(lake: LakePorts, caller: CallerIdentity, asked: KeptQuestionAsked) -> KeptQuestionList:
    """Keep a question of the caller; it replaces the caller's question of the same name.

    Raises:
        ProblemError: 409, another request of the caller was faster; 422, a text has a card number or SSN, or
            the caller keeps too many questions.
    """
    if any(redact_text(text) != text for text in (asked.name, asked.sql)):
        raise invalid(
            "body.sql", "card_number", "The question has a card number or SSN, which is not kept. Remove it."
        )
    question = KeptQuestion(**asked.model_dump(), by=caller.name, at=lake.now().isoformat(timespec="seconds"))

    def with_question(before: list[KeptQuestion]) -> list[KeptQuestion]:
        others = [each for each in before if each.name != question.name]
        if len(others) >= _MOST:
            raise invalid("body.name", "too_many", f"You keep {_MOST} questions. Delete one first.")
        same = next((each for each in before if replace(each, at=question.at) == question), None)
        return [*others, same or question]

    _questions_of(caller.key).change(lake, with_question)
    return every_kept(lake)


def forget(lake: LakePorts, caller: CallerIdentity, name: str) -> KeptQuestionList:
    """Forget a question of the caller; one that is not kept is fine."""
    _questions_of(caller.key).change(lake, lambda before: [each for each in before if each.name != name])
    return every_kept(lake)


def _questions_of(person: str) -> PersonalList[KeptQuestion]:
    return PersonalList(questions_key(person), questions_of_text, text_of_questions)
