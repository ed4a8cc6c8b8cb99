from collections import ChainMap
from collections.abc import Collection, Mapping
from types import ModuleType

from headgate.project import OWN_DOMAIN, all_domains, deployed_systems, load_module, project
from headgate.query.questions import LAKE, LAKE_QUESTIONS, SavedQuestion


def saved_questions(systems: Collection[str]) -> dict[str, SavedQuestion]:
    """Return the saved questions of a lake with these deployed systems, by name.

    A domain's questions about the lake read the domain's datasets, so a lake without its systems has none of
    them. A lake always has the questions of its project.
    """
    listed = [question for module in _modules(systems) for question in module.QUESTIONS.values()]
    return {
        **{question.name: question for question in listed if question.system in {*systems, LAKE}},
        **LAKE_QUESTIONS,
    }


def own_questions() -> list[SavedQuestion]:
    """Return every saved question of the lake project."""
    module = project().own_domain.questions
    if not module:
        return []
    parts = (getattr(load_module(module), name, {}) for name in ("QUESTIONS", "QUALITY", "ANSWERS"))
    return [question for part in parts for question in part.values()]


def quality_and_answer(system: str) -> tuple[SavedQuestion | None, SavedQuestion | None]:
    """Return the questions about the quality of a system's models and for a sample answer of its tables.

    Each is None if the domain has none.
    """
    quality, answers = (
        [getattr(module, name, {}) for module in _modules([system])] for name in ("QUALITY", "ANSWERS")
    )
    return ChainMap(*quality).get(system), ChainMap(*answers).get(system)


def _modules(systems: Collection[str]) -> list[ModuleType]:
    """Return the question modules of the domains that bring one of the systems, and the project's."""
    domains = [
        domain
        for domain in all_domains()
        if domain.name == OWN_DOMAIN or not {system.name for system in domain.systems}.isdisjoint(systems)
    ]
    return [load_module(domain.questions) for domain in domains if domain.questions]


def deployed_questions(env: Mapping[str, str]) -> dict[str, SavedQuestion]:
    """Return the saved questions of the lake deployed in this environment."""
    return saved_questions(deployed_systems(env))
