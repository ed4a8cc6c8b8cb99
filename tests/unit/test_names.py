"""Names and docstrings are those of the field: a docstring starts with a verb or a noun, and a variable is
named after its thing.
"""

from __future__ import annotations

import ast
import gc
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
MAY_START = re.compile(rf'"""\s*(?:{"|".join(STARTS)})')
NAMES = {"found", "one", "known", "stated", "told", "held"}
# A docstring of a function is an imperative. A property is described by a noun, a route by the title that
# people see, and a command by the first paragraph of its help.
NO_VERBS = re.compile(
    r"A|About|All|An|As|At|By|Each|Every|For|From|Half|How|In|It|Its|Key|Neither|Nobody|None|Nothing|Null|Of|One"
    r"|Rows|So|The|There|These|They|To|Up|When|Where|Whether|Which|While|Who|Whoever|Whole|Why|Without"
)
NOT_FOR_READERS_OF_CODE = re.compile(r"property|\.(?:command|group|get|post|put|delete)\(")


@pytest.fixture(scope="module")
def trees() -> dict[str, dict[str, ast.Module]]:
    """The modules of each folder, which are parsed once for all tests of this file.

    Garbage is not collected meanwhile: each collection would read a million nodes that stay.
    """
    gc.disable()
    try:
        return {folder: trees_of(ROOT / folder) for folder in FOLDERS}
    finally:
        gc.enable()


@pytest.fixture(scope="module")
def nodes_by_folder(trees: dict[str, dict[str, ast.Module]]) -> dict[str, dict[str, list[ast.AST]]]:
    """All nodes of each module of each folder."""
    return {folder: nodes_of(of_folder) for folder, of_folder in trees.items()}


@pytest.fixture(scope="module")
def package_trees(trees: dict[str, dict[str, ast.Module]]) -> dict[str, ast.Module]:
    return trees[PACKAGE.name]


@pytest.fixture(scope="module")
def package_nodes(nodes_by_folder: dict[str, dict[str, list[ast.AST]]]) -> dict[str, list[ast.AST]]:
    return nodes_by_folder[PACKAGE.name]


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


def test_no_docstring_of_a_test_begins_so() -> None:
    """Only a file with such a text in triple quotes is parsed, as docstrings have (D300)."""
    texts = {path: path.read_text("utf-8") for path in (ROOT / "tests").rglob("*.py")}
    files = [path for path, text in texts.items() if MAY_START.search(text)]
    assert [path for path in files if counts(ast.walk(ast.parse(texts[path])))[0]] == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_room_has_them(folder: str, nodes_by_folder: dict[str, dict[str, list[ast.AST]]]) -> None:
    """The numbers are docstrings with such a start, and variables and parameters of such a name."""
    assert by_room(nodes_by_folder[folder]) == {}


def test_such_a_docstring_and_such_a_name_are_counted() -> None:
    source = (
        '"""What it is."""\nfound = 1\nfor one in (): pass\n[known for known in ()]\nclass A:\n    '
        '"""Those that."""\ndef f(stated): ...\n'
    )
    nodes = list(ast.walk(ast.parse(source)))
    assert counts(nodes) == (2, 4)
    assert len(MAY_START.findall(source)) == 2
    assert by_room({"headgate.room.module": nodes, "headgate.room": nodes}) == {"headgate.room": (4, 8)}


def functions_without_verbs(nodes: Iterable[ast.AST]) -> list[str]:
    """Return the functions whose docstring begins with a word that is no verb."""
    return [
        node.name
        for node in nodes
        if isinstance(node, ast.FunctionDef)
        and not NOT_FOR_READERS_OF_CODE.search(" ".join(map(ast.unparse, node.decorator_list)))
        and NO_VERBS.fullmatch((ast.get_docstring(node) or "Return").split()[0].strip(",:;."))
    ]


def test_docstrings_of_functions_begin_with_a_verb(package_nodes: dict[str, list[ast.AST]]) -> None:
    found_in = {module: functions_without_verbs(nodes) for module, nodes in package_nodes.items()}
    assert {module: names for module, names in found_in.items() if names} == {}


def test_a_docstring_without_a_verb_is_reported() -> None:
    source = (
        'def f():\n    """The rows."""\ndef g():\n    """Return the rows."""\n'
        'class A:\n    @property\n    def h(self):\n        """The rows."""\n'
        '@routes.get("/v1/rows")\ndef i():\n    """A page of rows."""\n'
    )
    assert functions_without_verbs(ast.walk(ast.parse(source))) == ["f"]


def unknown_arguments(nodes: Iterable[ast.AST]) -> list[str]:
    """Return the names below `Args:` that are no parameter of the function, and no field of the class."""
    return [
        f"{node.name}: {name}"
        for node in nodes
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        for name in described_arguments(ast.get_docstring(node) or "")
        if name not in parameters_of(node)
    ]


def described_arguments(docstring: str) -> list[str]:
    """Return the names that the section `Args:` or `Attributes:` of a docstring describes."""
    sections = re.findall(r"^(?:Args|Attributes):\n((?:[ ].*\n?|\n)*)", docstring, re.MULTILINE)
    lines = [
        line
        for section in sections
        for line in re.findall(r"^ {4}(\S[^:\n]*):(?=\s|$)", section, re.MULTILINE)
    ]
    return [name.strip("*` ") for line in lines for name in line.split(",")]


def parameters_of(node: ast.FunctionDef | ast.ClassDef) -> set[str]:
    """Return the parameters of a function, or the fields, properties and parameters that a class has."""
    if isinstance(node, ast.FunctionDef):
        return {argument.arg for argument in ast.walk(node.args) if isinstance(argument, ast.arg)}
    names = {
        each.id if isinstance(each, ast.Name) else each.attr
        for each in ast.walk(node)
        if isinstance(each, ast.Name | ast.Attribute) and isinstance(each.ctx, ast.Store)
    }
    functions = [each for each in node.body if isinstance(each, ast.FunctionDef)]
    return names.union(*({each.name, *parameters_of(each)} for each in functions))


@pytest.mark.parametrize("folder", FOLDERS)
def test_docstrings_describe_parameters_that_exist(
    folder: str, nodes_by_folder: dict[str, dict[str, list[ast.AST]]]
) -> None:
    nodes = nodes_by_folder[folder]
    assert {module: names for module, of in nodes.items() if (names := unknown_arguments(of))} == {}


def test_an_argument_that_a_function_lacks_is_reported() -> None:
    source = (
        'def f(rows, size):\n    """Read.\n\n    Args:\n        rows, count: some.\n'
        '        size: a\n            b: c\n    """\n'
        'class A:\n    """A.\n\n    Attributes:\n        x: one.\n        y: two.\n    """\n    x: int = 1\n'
    )
    assert unknown_arguments(ast.walk(ast.parse(source))) == ["f: count", "A: y"]


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
