"""docs/how-it-works/architecture.md describes the packages that exist."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/how-it-works/architecture.md").read_text()
ROWS = re.findall(r"^\| `(headgate\.\w+)` \|", PAGE, re.MULTILINE)
NAMES = sorted(set(re.findall(r"`(headgate(?:\.\w+)+)`", PAGE)) - {"headgate.toml"})


def exists(dotted: str) -> bool:
    """Whether there is a package, a module, or a name in a module."""
    try:
        import_module(dotted)
    except ModuleNotFoundError:
        parent, _, name = dotted.rpartition(".")
        return parent != "headgate" and hasattr(import_module(parent), name)
    return True


def test_every_package_has_its_row_once() -> None:
    packages = {f"headgate.{path.parent.name}" for path in (ROOT / "headgate").glob("*/__init__.py")}
    assert sorted(set(ROWS)) == sorted(ROWS)
    assert packages <= set(ROWS)


@pytest.mark.parametrize("name", NAMES)
def test_every_name_on_the_page_exists(name: str) -> None:
    assert exists(name)
