"""The saved questions of a lake: those of every lake, and those of its domains."""

from __future__ import annotations

import importlib
import importlib.util
from typing import TYPE_CHECKING

from headgate.query.questions import LAKE_QUESTIONS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from headgate.query.questions import Question


def saved_questions(domains: Iterable[str]) -> dict[str, Question]:
    """Return the saved questions of a lake with these domains, by name."""
    found: dict[str, Question] = {}
    for domain in domains:
        module = f"headgate.domains.{domain}.saved_questions"
        if importlib.util.find_spec(module):
            found.update(importlib.import_module(module).QUESTIONS)
    return {**found, **LAKE_QUESTIONS}
