"""Saved questions of the shop, from the SQL files in `questions`."""

from collections.abc import Mapping
from importlib.resources import files

from headgate.domains.shared_sql import SHARED_SQL, shared_statements, with_shared_sql
from headgate.query.questions import SavedQuestion, questions_in_sql

_FOLDER = files(__package__) / "questions"
_SHARED = shared_statements(files(__package__) / SHARED_SQL)


def _by_system(file: str) -> Mapping[str, SavedQuestion]:
    return {saved.system: saved for saved in _in_file(file).values()}


def _in_file(file: str) -> Mapping[str, SavedQuestion]:
    return questions_in_sql(with_shared_sql((_FOLDER / file).read_text(encoding="utf-8"), _SHARED))


QUESTIONS = _in_file("questions.sql")
# For one screen: of each system, how good it says it is, and one answer. A line or two each.
QUALITY, ANSWERS = _by_system("quality.sql"), _by_system("answers.sql")
