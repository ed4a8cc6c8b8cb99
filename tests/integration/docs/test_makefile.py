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


def beyond(marker: str, files: list[Path]) -> list[Path]:
    """Return the files that are below no folder of the line of `make test` with a marker."""
    lines = re.findall(rf"^\tpython -m pytest (.*) -m {marker}", MAKEFILE, re.MULTILINE)
    folders = [ROOT / folder for folder in lines[0].split()]
    return [path for path in files if not any(path.is_relative_to(folder) for folder in folders)]


def test_every_file_is_below_a_folder_that_make_test_names_for_its_tier() -> None:
    """Fitted models of tests/unit are of the second tier; some tests of tests/integration are unit tests."""
    tests = list((ROOT / "tests").rglob("test_*.py"))
    unit = [path for path in tests if "mark.unit" in path.read_text(encoding="utf-8")]
    later = [path for path in tests if "pytest.mark.unit" not in path.read_text(encoding="utf-8")]
    assert (len(unit) > 50, len(later) > 50) == (True, True)
    assert beyond("unit", unit) == []
    assert beyond('"not unit and not weekly"', later) == []
