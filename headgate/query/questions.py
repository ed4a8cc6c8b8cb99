"""Saved questions: statements in Athena's SQL with a name.

Every lake has these; a domain adds its own in `saved_questions`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

LAKE = "lake"
_QUESTION = re.compile(
    r"^-- name: (?P<name>\w+)\n-- system: (?P<system>\S+)\n(?:-- found_by: (?P<found_by>.+)\n)?"
    r"(?P<description>(?:-- (?!:).*\n)+)"
    r"(?P<sql>(?:(?!-- name: ).*\n?)+)",
    re.MULTILINE,
)


@dataclass(frozen=True)
class SavedQuestion:
    """A saved question.

    Attributes:
        system: the system whose tables it reads, or `lake`.
        found_by: further words by which people search for it.
    """

    name: str
    system: str
    description: str
    sql: str
    found_by: tuple[str, ...] = ()


def questions_in_sql(text: str) -> dict[str, SavedQuestion]:
    """Return the questions of an SQL file by name.

    Comments above each statement state it: `-- name: busy_days`, `-- system: visit-counts`, optionally
    `-- found_by: full days, rush`, and `-- ` before the lines of its description. `-- :least number = 5`
    declares a parameter of the statement.
    """
    return {
        part["name"]: SavedQuestion(
            part["name"],
            part["system"],
            " ".join(line.removeprefix("-- ") for line in part["description"].splitlines()),
            part["sql"].strip(),
            tuple(words.strip() for words in (part["found_by"] or "").split(",") if words.strip()),
        )
        for part in _QUESTION.finditer(text)
    }


_OF_EVERY_LAKE = (
    SavedQuestion(
        "why_refused",
        LAKE,
        "Which rows were quarantined, and why?",
        """
SELECT dataset, disposition, rule, column_name, count(*) AS quarantined
FROM ecommerce_curated.quarantine
GROUP BY dataset, disposition, rule, column_name
ORDER BY quarantined DESC, dataset, rule, column_name
""",
    ),
)

LAKE_QUESTIONS: Mapping[str, SavedQuestion] = {saved.name: saved for saved in _OF_EVERY_LAKE}
