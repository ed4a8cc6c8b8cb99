"""CONTRIBUTING.md names the tests of every folder."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[3]
ROWS = re.findall(r"^\| (`[\w/`, ]+) \| (`.*) \|$", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"), re.MULTILINE)
PATH = re.compile(r"`((?:unit|integration|faults|e2e|console|domains)[\w/.]*)`")


def test_every_folder_has_a_row_with_its_tests() -> None:
    rooms = {f"headgate/{path.name}" for path in (ROOT / "headgate").iterdir() if (path / "__init__.py").is_file()}
    named = [name for folders, _ in ROWS for name in re.findall(r"`([^`]+)`", folders)]
    assert len(named) == len(set(named))
    assert rooms <= set(named)
    assert [name for name in named if not (ROOT / name).is_dir()] == []


def test_the_tests_of_every_row_exist() -> None:
    paths = [PATH.findall(tests) for _, tests in ROWS]
    assert all(paths)
    assert [path for names in paths for path in names if not (ROOT / "tests" / path).exists()] == []
