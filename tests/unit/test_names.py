"""Names and docstrings are those of the field: a docstring starts with a verb or a noun, and a variable is
named after its thing.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "headgate"
FOLDERS = ("headgate", "lambdas", "glue_jobs", "crawlers", "scripts", "benchmarks", "examples")
STARTS = ("What ", "That ", "Those ", "One that ", "Some ", "Whom ", "Whose ")
NAMES = {"found", "one", "known", "stated", "told", "held"}


def counts(source: str) -> tuple[int, int]:
    """Return how many docstrings start so, and how often a variable or a parameter has such a name."""
    tree = ast.parse(source)
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    texts = [ast.get_docstring(node) or "" for node in ast.walk(tree) if isinstance(node, documented)]
    assigned = [
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    ]
    assigned += [node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)]
    return sum(text.startswith(STARTS) for text in texts), sum(name in NAMES for name in assigned)


def by_room(folder: Path) -> dict[str, tuple[int, int]]:
    starts, names = Counter[str](), Counter[str]()
    for path in folder.rglob("*.py"):
        room = path.relative_to(folder).parts[0].removesuffix(".py")
        starts[room], names[room] = (
            old + new
            for old, new in zip((starts[room], names[room]), counts(path.read_text("utf-8")), strict=True)
        )
    return {room: (starts[room], names[room]) for room in sorted(starts) if starts[room] or names[room]}


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_room_has_them(folder: str) -> None:
    """The numbers are docstrings with such a start, and variables and parameters of such a name."""
    assert by_room(ROOT / folder) == {}


def test_such_a_docstring_and_such_a_name_are_counted() -> None:
    assert counts(
        '"""What it is."""\nfound = 1\nfor one in (): pass\n[known for known in ()]\nclass A:\n    '
        '"""Those that."""\ndef f(stated): ...\n'
    ) == (2, 4)


def public_functions(tree: ast.Module) -> set[str]:
    """Return the functions that another module may import. The name of a command is for people."""
    return {
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and not is_command(node)
    }


def is_command(node: ast.FunctionDef) -> bool:
    decorators = " ".join(map(ast.unparse, node.decorator_list))
    return bool(re.search(r"\.(command|group)\(", decorators))


def package_trees() -> dict[str, ast.Module]:
    return {module_of(path): ast.parse(path.read_text("utf-8")) for path in PACKAGE.rglob("*.py")}


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")


def repeated(places: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Return the names that stand in several places, each with its places."""
    by_name: dict[str, list[str]] = {}
    for name, place in places:
        by_name.setdefault(name, []).append(place)
    return {name: sorted(where) for name, where in sorted(by_name.items()) if len(where) > 1}


def test_no_class_has_the_name_of_another_one() -> None:
    assert (
        repeated(
            (node.name, module)
            for module, tree in package_trees().items()
            for node in ast.walk(tree)
            if isinstance(node, ast.ClassDef)
        )
        == {}
    )


def imported_namesakes(trees: Mapping[str, ast.Module]) -> dict[str, list[str]]:
    """Return the functions that a module imports by name and that another module has, too.

    Functions that are used through their module (`segments.table`, `runs.detail`) may share a name: the
    module says which one is meant. A function of `headgate.wiring` is called like the function that it
    wires.
    """
    imported = {
        (node.module, alias.name)
        for tree in trees.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    named = repeated(
        (name, module)
        for module, tree in trees.items()
        if not module.startswith("headgate.wiring.")
        for name in public_functions(tree)
    )
    return {
        name: modules
        for name, modules in named.items()
        if any((module, name) in imported for module in modules)
    }


def test_a_function_that_is_imported_by_name_has_a_name_of_its_own() -> None:
    assert imported_namesakes(package_trees()) == {}


def test_an_imported_namesake_is_reported() -> None:
    modules = {
        "a": "def read(): ...",
        "b": "def read(): ...",
        "c": "from a import read",
        "headgate.wiring.d": "def run(): ...",
    }
    trees = {name: ast.parse(source) for name, source in modules.items()}
    assert imported_namesakes(trees) == {"read": ["a", "b"]}
    assert imported_namesakes({name: tree for name, tree in trees.items() if name != "c"}) == {}


# Modules of these folders are named after the thing that they serve: a command, a resource of the API, the
# room that they wire.
NAMED_AFTER_THEIR_SUBJECT = ("headgate.cli.commands.", "headgate.api.", "headgate.wiring.")
# Modules that each system of a domain has for its models, and those in which a domain extends a room.
OF_EQUAL_SHAPE = {"exported_model", "features", "model_quality"}
EXTENDED_BY_A_DOMAIN = {"commands", "onboarding", "routes", "saved_questions", "shapes"}
OF_ONE_SERVICE = {"athena", "lake"}  # the service with the engine on it, the lake with its client
ALLOWED = OF_EQUAL_SHAPE | EXTENDED_BY_A_DOMAIN | OF_ONE_SERVICE


def test_no_module_has_the_name_of_another_one() -> None:
    named = repeated((module.rpartition(".")[2], module) for module in package_trees())
    assert {
        name: modules
        for name, modules in named.items()
        if len([module for module in modules if not module.startswith(NAMED_AFTER_THEIR_SUBJECT)]) > 1
        and name not in ALLOWED
    } == {}
