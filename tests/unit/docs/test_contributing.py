"""CONTRIBUTING.md names the tests of every folder, and its recipes name files and tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[3]
ROWS = re.findall(
    r"^\| (`[\w/`, ]+) \| (`.*) \|$", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"), re.MULTILINE
)
PATH = re.compile(r"`((?:unit|integration|faults|e2e|console|domains)[\w/.]*)`")


def test_every_folder_has_a_row_with_its_tests() -> None:
    rooms = {
        f"headgate/{path.name}" for path in (ROOT / "headgate").iterdir() if (path / "__init__.py").is_file()
    }
    named = [name for folders, _ in ROWS for name in re.findall(r"`([^`]+)`", folders)]
    assert len(named) == len(set(named))
    assert rooms <= set(named)
    assert [name for name in named if not (ROOT / name).is_dir()] == []


def test_the_tests_of_every_row_exist() -> None:
    paths = [PATH.findall(tests) for _, tests in ROWS]
    assert all(paths)
    assert [path for names in paths for path in names if not (ROOT / "tests" / path).exists()] == []


RECIPES = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("## Adding things")[2]
PATHS = sorted(
    set(re.findall(r"`((?:headgate|tests|docs|scripts|console|terraform)/[\w./-]*\w/?)`", RECIPES))
)


@pytest.mark.parametrize("path", PATHS)
def test_every_path_of_a_recipe_exists(path: str) -> None:
    assert len(PATHS) > 15
    assert (ROOT / path).exists()


@pytest.mark.parametrize(("path", "name"), re.findall(r"`([\w/]+\.py)` \(`(\w+)`", RECIPES))
def test_a_recipe_names_the_table_or_function_of_a_module(path: str, name: str) -> None:
    """As in `headgate/values/rules.py` (`_HOLDS`, ...)."""
    assert re.search(rf"\b{name}\b", (ROOT / path).read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "tests", sorted(set(re.findall(r"^Run (?:`make docs`, then )?`(.*)`", RECIPES, re.MULTILINE)))
)
def test_a_recipe_ends_with_tests_that_exist(tests: str) -> None:
    assert [path for path in tests.split() if not (ROOT / "tests" / path).exists()] == []
