"""docs/operate/emulator.md lists the behaviours of AWS that a fake has, and each has a test."""

from __future__ import annotations

import re

import pytest

from tests.unit.docs.test_links import ROOT

pytestmark = pytest.mark.unit

PAGE = ROOT / "docs" / "operate" / "emulator.md"
MARK = re.compile(r'^@pytest\.mark\.behaviour\("(.+)"\)', re.MULTILINE)
LEAST_BEHAVIOURS = 20


def behaviours_of_the_page() -> list[str]:
    """Return the names of the behaviours in the page's table, in order."""
    return re.findall(r"^\| `([a-z0-9-]+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)


def behaviours_of_tests() -> set[str]:
    """Return the names of the behaviours that tests are marked with."""
    texts = (path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    return {name for text in texts for name in MARK.findall(text)}


def test_every_behaviour_of_the_page_has_a_test_and_every_test_a_line() -> None:
    assert sorted(behaviours_of_the_page()) == sorted(behaviours_of_tests())
    assert len(behaviours_of_the_page()) >= LEAST_BEHAVIOURS


def test_the_readme_names_the_emulator_and_links_its_page() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "[MiniStack](docs/operate/emulator.md)" in readme
