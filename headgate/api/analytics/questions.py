from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from headgate.api.shapes.tables import Question, QuestionParameter

if TYPE_CHECKING:
    from headgate.api.lake_ports import LakePorts


def saved_questions_of(lake: LakePorts) -> tuple[Question, ...]:
    """Return the saved questions of the deployed systems and of the lake, with its database names."""
    from headgate.query.declared_parameters import declared_parameters
    from headgate.query.saved_questions import saved_questions

    return tuple(
        Question(
            name=question.name,
            system=question.system,
            description=question.description,
            sql=lake.databases.rename_in(question.sql).strip(),
            found_by=question.found_by,
            parameters=tuple(QuestionParameter(**asdict(each)) for each in declared_parameters(question.sql)),
        )
        for question in saved_questions(lake.systems).values()
    )
