"""The version of a system's source follows every module that it is built with."""

from __future__ import annotations

import ast
import importlib
import importlib.resources
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from headgate.systems.source_code import _imported, source_version

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.unit


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "source_code_shop"
    for path, text in {
        "__init__.py": "",
        "money.py": "from source_code_shop import cents\n",
        "cents.py": "CENTS = 100\n",
        "rates.py": "RATE = 2\n",
        "questions.py": "",
        "sales/__init__.py": "from source_code_shop.money import cents\n",
        "sales/weeks.py": "import source_code_shop.rates\n",
    }.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    importlib.invalidate_caches()
    yield folder
    for name in [name for name in sys.modules if name.partition(".")[0] == folder.name]:
        del sys.modules[name]


@pytest.mark.parametrize("file", ["sales/weeks.py", "money.py", "cents.py", "rates.py"])
def test_a_change_of_a_module_that_the_package_is_built_with_is_another_version(
    shop: Path, file: str
) -> None:
    before = source_version("source_code_shop.sales")
    (shop / file).write_text((shop / file).read_text() + "CHANGED = True\n")
    assert source_version("source_code_shop.sales") != before


def test_a_module_beside_the_package_that_it_does_not_import_is_no_part_of_its_version(shop: Path) -> None:
    before = source_version("source_code_shop.sales")
    (shop / "questions.py").write_text("QUESTIONS = 1\n")
    assert source_version("source_code_shop.sales") == before


def _imported_by_parser(source: bytes, parent: str) -> set[str]:
    nodes = list(ast.walk(ast.parse(source)))
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    for node in nodes:
        if isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name.split(".")[parent.count(".") + 1] for name in names if name.startswith(f"{parent}.")}


@pytest.mark.parametrize("package", ["headgate.analytics", "headgate.systems"])
@pytest.mark.parametrize("parent", ["headgate", "headgate.systems"])
def test_imports_are_those_of_pythons_parser(package: str, parent: str) -> None:
    folder = Path(str(importlib.resources.files(package)))
    sources = [path.read_bytes() for path in sorted(folder.rglob("*.py"))]
    assert sources
    assert [_imported(source, parent) for source in sources] == [
        _imported_by_parser(source, parent) for source in sources
    ]


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("from shop import a, b as c\n", {"a", "b"}),
        ("from shop import (\n    a,  # (the first)\n    b,\n)\n", {"a", "b"}),
        ("from shop import a, \\\n    b\n", {"a", "b"}),
        ("from shop import(a)\n", {"a"}),
        ("import os, shop.a.deep as deep\n", {"a"}),
        ("def build():\n    from shop.a import x  # noqa\n", {"a"}),
        ("from shop_of_others import a\nfrom . import b\nimport shop\n", set()),
    ],
)
def test_each_form_of_import_counts(source: str, names: set[str]) -> None:
    assert _imported(source.encode(), "shop") == names == _imported_by_parser(source.encode(), "shop")
