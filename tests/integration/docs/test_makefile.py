"""`make help` shows every target, in groups, and `make test` runs every test."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[3]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def shown() -> str:
    done = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    return re.sub(r"\x1b\[\d*m", "", done.stdout)


def test_help_shows_every_target_once() -> None:
    names = re.findall(r"^([a-z][\w -]*):(?!=)(?! export)", MAKEFILE, re.MULTILINE)
    targets = sorted(target for line in names for target in line.split())
    listed = sorted(re.findall(r"^  ([a-z][\w-]*) +\S", shown(), re.MULTILINE))
    assert len(targets) > 25
    assert listed == targets


def test_every_target_is_phony_and_every_phony_name_is_a_target() -> None:
    phony = [name for line in re.findall(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE) for name in line.split()]
    assert sorted(phony) == sorted(re.findall(r"^  ([a-z][\w-]*) +\S", shown(), re.MULTILINE))


def test_help_has_groups() -> None:
    assert len(re.findall(r"^\S.*$", shown(), re.MULTILINE)) >= 4


def test_every_file_of_the_second_tier_is_below_a_folder_that_make_test_names() -> None:
    """A file of tests/unit whose models are fitted is of the second tier, which does not name tests/unit."""
    (line,) = re.findall(r'^\tpython -m pytest (.*) -m "not unit and not weekly"', MAKEFILE, re.MULTILINE)
    folders = [ROOT / folder for folder in line.split()]
    tests = list((ROOT / "tests").rglob("test_*.py"))
    later = [path for path in tests if "pytest.mark.unit" not in path.read_text(encoding="utf-8")]
    assert len(later) > 50
    assert [path for path in later if not any(path.is_relative_to(folder) for folder in folders)] == []
