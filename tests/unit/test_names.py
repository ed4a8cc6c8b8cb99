"""Names and docstrings are those of the field: a docstring starts with a verb or a noun, and a variable is
named after its thing.
"""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit

PACKAGE = Path(__file__).parents[2] / "headgate"
STARTS = ("What ", "That ", "Those ", "One that ", "Some ", "Whom ", "Whose ")
NAMES = {"found", "one", "known", "stated", "told", "held"}


def counts(source: str) -> tuple[int, int]:
    """Return how many docstrings start so, and how often a variable of such a name gets a value."""
    tree = ast.parse(source)
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    texts = [ast.get_docstring(node) or "" for node in ast.walk(tree) if isinstance(node, documented)]
    assigned = [
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    ]
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


def test_no_room_has_them() -> None:
    """The numbers are docstrings with such a start, and places where such a variable gets a value."""
    assert by_room(PACKAGE) == {}


def test_such_a_docstring_and_such_a_name_are_counted() -> None:
    assert counts(
        '"""What it is."""\nfound = 1\nfor one in (): pass\n[known for known in ()]\nclass A:\n    '
        '"""Those that."""\n'
    ) == (2, 3)
