"""Questions that people save in the lake."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from headgate.api.analytics.mails_of_dashboards import rename_limit_panel
from headgate.api.analytics.personal_lists import PersonalList
from headgate.api.http.problems import conflict, expect_no_numbers, invalid, not_found
from headgate.api.shapes.tables import (
    BoardArranged,
    KeptQuestionAsked,
    KeptQuestionList,
    KeptQuestionShown,
    QuestionRenamed,
)
from headgate.query.kept_questions import (
    OWN_DASHBOARD,
    KeptQuestion,
    kept_questions,
    panel_name,
    questions_key,
    questions_of_text,
    text_of_questions,
)
from headgate.systems.panels import StatedChart, drawing_mistake

if TYPE_CHECKING:
    from headgate.api.http.access import CallerIdentity
    from headgate.api.lake_ports import LakePorts

_MAX_QUESTIONS = 500  # of one person


def every_kept(lake: LakePorts) -> KeptQuestionList:
    """Return the questions of all people, because links to questions are shared."""
    listed = kept_questions(lake.objects, lake.bucket("artifacts"))
    return KeptQuestionList(questions=tuple(KeptQuestionShown(**asdict(question)) for question in listed))


def keep(lake: LakePorts, caller: CallerIdentity, asked: KeptQuestionAsked) -> KeptQuestionList:
    """Save a question of the caller, replacing the caller's question of the same name.

    Raises:
        ProblemError: 409, another request of the caller was faster; 422, a text has a card number or SSN, the
            chart cannot be drawn as stated, or the caller has too many questions.
    """
    check_drawing(asked)
    texts = (asked.name, asked.sql, asked.answer, asked.nothing, asked.action)
    expect_no_numbers("body.sql", "question", *texts)

    def placed(before: list[KeptQuestion]) -> KeptQuestion:
        """Put a new question behind those of the dashboard; another one stays where it is."""
        present = next((entry for entry in before if entry.name == asked.name), None)
        last = max((entry.place for entry in before), default=-1) + 1
        return KeptQuestion(
            **asked.model_dump(),
            by=caller.name,
            at=lake.now().isoformat(timespec="seconds"),
            place=present.place if present else last,
            width=present.width if present else "",
        )

    _questions_of(caller).put(lake, placed)
    return every_kept(lake)


def check_drawing(asked: StatedChart) -> None:
    """Refuse a chart that cannot be drawn as it is stated, with 422."""
    if mistake := drawing_mistake(asked):
        raise invalid("body", "chart", f"The chart {mistake}.")


def rename(lake: LakePorts, caller: CallerIdentity, asked: QuestionRenamed) -> KeptQuestionList:
    """Give a question of the caller another name; place, width and limits of mails stay.

    Raises:
        ProblemError: 404, the caller has no such question; 409, another question has the name, or another
            request was faster; 422, the name has a card number or SSN.
    """
    expect_no_numbers("body.to", "name", asked.to)

    def renamed(before: list[KeptQuestion]) -> list[KeptQuestion]:
        names = {entry.name for entry in before}
        if asked.name not in names:
            raise not_found("You have no question of that name. Load the page again.")
        if asked.to in names - {asked.name}:
            raise conflict("You have another question of that name. Choose another name.")
        return [replace(entry, name=asked.to) if entry.name == asked.name else entry for entry in before]

    _questions_of(caller).change(lake, renamed)
    names = panel_name(asked.name), panel_name(asked.to)
    rename_limit_panel(lake, caller.key, OWN_DASHBOARD, *names)
    return every_kept(lake)


def arrange(lake: LakePorts, caller: CallerIdentity, asked: BoardArranged) -> KeptQuestionList:
    """Order the questions of the caller's dashboard; questions that are not named follow these."""
    widths = {panel.name: panel.width for panel in asked.panels}

    def arranged(before: list[KeptQuestion]) -> list[KeptQuestion]:
        others = sorted(before, key=lambda entry: (entry.place, entry.name))
        names = list(dict.fromkeys([*widths, *(entry.name for entry in others)]))
        return [
            replace(entry, place=names.index(entry.name), width=widths.get(entry.name, entry.width))
            for entry in before
        ]

    _questions_of(caller).change(lake, arranged)
    return every_kept(lake)


def forget(lake: LakePorts, caller: CallerIdentity, name: str) -> KeptQuestionList:
    """Delete a question of the caller; do nothing if it is absent."""
    _questions_of(caller).remove(lake, name)
    return every_kept(lake)


def _questions_of(caller: CallerIdentity) -> PersonalList[KeptQuestion]:
    return PersonalList(
        questions_key(caller.key), questions_of_text, text_of_questions, "name", _MAX_QUESTIONS
    )
