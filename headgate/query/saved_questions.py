"""The saved questions of a lake: those of every lake, and those of its deployed systems and their domains."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from headgate.project import all_domains, deployed_systems
from headgate.query.questions import LAKE, LAKE_QUESTIONS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from types import ModuleType

    from headgate.query.questions import Question


def saved_questions(systems: Collection[str]) -> dict[str, Question]:
    """Return the saved questions of a lake with these deployed systems, by name.

    A domain's questions about the whole lake read the domain's datasets, so a lake without its systems has none of them.
    """
    listed = [question for module in _modules(systems) for question in module.QUESTIONS.values()]
    return {**{question.name: question for question in listed if question.system in {*systems, LAKE}}, **LAKE_QUESTIONS}


def quality_and_answer(system: str) -> tuple[Question | None, Question | None]:
    """Return the questions how good a system's models are, and for one answer of its tables; None where its domain has none."""
    modules = _modules([system])
    return (modules[0].QUALITY.get(system), modules[0].ANSWERS.get(system)) if modules else (None, None)


def _modules(systems: Collection[str]) -> list[ModuleType]:
    """Return the modules of questions of the domains that bring one of the systems."""
    domains = [domain for domain in all_domains() if not {system.name for system in domain.systems}.isdisjoint(systems)]
    return [import_module(domain.questions) for domain in domains if domain.questions]


def deployed_questions(env: Mapping[str, str]) -> dict[str, Question]:
    """Return the saved questions of the deployed lake that these variables name."""
    return saved_questions(deployed_systems(env))
