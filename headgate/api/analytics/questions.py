from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.api.shapes.tables import Question

if TYPE_CHECKING:
    from headgate.api.lake_ports import LakePorts


def saved_questions_of(lake: LakePorts) -> tuple[Question, ...]:
    """Return the saved questions of the deployed systems and of the lake, with its database names."""
    from headgate.query.saved_questions import saved_questions

    return tuple(
        Question(
            name=question.name,
            system=question.system,
            description=question.description,
            sql=lake.databases.rename_in(question.sql).strip(),
            found_by=question.found_by,
        )
        for question in saved_questions(lake.systems).values()
    )
