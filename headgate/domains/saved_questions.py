"""The saved questions of a lake: those of every lake, and those of its deployed systems and their domains."""

from __future__ import annotations

import importlib
import importlib.util
from typing import TYPE_CHECKING

from headgate.project import all_domains, deployed_systems, systems_of
from headgate.query.questions import LAKE, LAKE_QUESTIONS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from headgate.query.questions import Question


def saved_questions(systems: Collection[str]) -> dict[str, Question]:
    """Return the saved questions of a lake with these deployed systems, by name.

    A domain's questions about the whole lake read the domain's datasets, so a lake without its systems has none of them.
    """
    found: dict[str, Question] = {}
    for domain in all_domains():
        module = f"headgate.domains.{domain}.saved_questions"
        if not set(systems_of(domain)).isdisjoint(systems) and importlib.util.find_spec(module):
            found.update(importlib.import_module(module).QUESTIONS)
    return {**{name: one for name, one in found.items() if one.system in {*systems, LAKE}}, **LAKE_QUESTIONS}


def deployed_questions(env: Mapping[str, str]) -> dict[str, Question]:
    """Return the saved questions of the deployed lake that these variables name."""
    return saved_questions(deployed_systems(env))
