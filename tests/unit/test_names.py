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


@pytest.fixture(scope="module")
def package_trees() -> dict[str, ast.Module]:
    """The modules of the package, which are parsed once for all tests of this file."""
    return trees_of(PACKAGE)


@pytest.fixture(scope="module")
def package_nodes(package_trees: dict[str, ast.Module]) -> dict[str, list[ast.AST]]:
    """All nodes of each module of the package."""
    return nodes_of(package_trees)


def trees_of(folder: Path) -> dict[str, ast.Module]:
    return {module_of(path): ast.parse(path.read_text("utf-8")) for path in folder.rglob("*.py")}


def nodes_of(trees: Mapping[str, ast.Module]) -> dict[str, list[ast.AST]]:
    return {module: list(ast.walk(tree)) for module, tree in trees.items()}


def counts(nodes: Iterable[ast.AST]) -> tuple[int, int]:
    """Return how many docstrings start so, and how often a variable or a parameter has such a name."""
    starts = names = 0
    for node in nodes:
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            starts += (ast.get_docstring(node) or "").startswith(STARTS)
        elif isinstance(node, ast.Name):
            names += isinstance(node.ctx, ast.Store) and node.id in NAMES
        elif isinstance(node, ast.arg):
            names += node.arg in NAMES
    return starts, names


def by_room(nodes: Mapping[str, Iterable[ast.AST]]) -> dict[str, tuple[int, int]]:
    starts, names = Counter[str](), Counter[str]()
    for module, of_module in nodes.items():
        room = ".".join(module.split(".")[:2])
        more_starts, more_names = counts(of_module)
        starts[room] += more_starts
        names[room] += more_names
    return {room: (starts[room], names[room]) for room in sorted(starts) if starts[room] or names[room]}


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_room_has_them(folder: str, package_nodes: dict[str, list[ast.AST]]) -> None:
    """The numbers are docstrings with such a start, and variables and parameters of such a name."""
    nodes = package_nodes if folder == PACKAGE.name else nodes_of(trees_of(ROOT / folder))
    assert by_room(nodes) == {}


def test_such_a_docstring_and_such_a_name_are_counted() -> None:
    source = (
        '"""What it is."""\nfound = 1\nfor one in (): pass\n[known for known in ()]\nclass A:\n    '
        '"""Those that."""\ndef f(stated): ...\n'
    )
    nodes = list(ast.walk(ast.parse(source)))
    assert counts(nodes) == (2, 4)
    assert by_room({"headgate.room.module": nodes, "headgate.room": nodes}) == {"headgate.room": (4, 8)}


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


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")


def repeated(places: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Return the names that stand in several places, each with its places."""
    by_name: dict[str, list[str]] = {}
    for name, place in places:
        by_name.setdefault(name, []).append(place)
    return {name: sorted(where) for name, where in sorted(by_name.items()) if len(where) > 1}


def test_no_class_has_the_name_of_another_one(package_nodes: dict[str, list[ast.AST]]) -> None:
    assert (
        repeated(
            (node.name, module)
            for module, nodes in package_nodes.items()
            for node in nodes
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


def test_a_function_that_is_imported_by_name_has_a_name_of_its_own(
    package_trees: dict[str, ast.Module],
) -> None:
    assert imported_namesakes(package_trees) == {}


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
    modules = map(module_of, PACKAGE.rglob("*.py"))
    named = repeated((module.rpartition(".")[2], module) for module in modules)
    assert {
        name: namesakes
        for name, namesakes in named.items()
        if len([module for module in namesakes if not module.startswith(NAMED_AFTER_THEIR_SUBJECT)]) > 1
        and name not in ALLOWED
    } == {}
