"""Links and names of pages lead somewhere: in every page, and in the code and messages that name a page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[3]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/*/*.md")])
FOLDERS = (
    "headgate",
    "console/src",
    "lambdas",
    "glue_jobs",
    "crawlers",
    "scripts",
    "terraform",
    "benchmarks",
    "tests",
)
ENDS = {".py", ".tf", ".sh", ".yaml", ".toml", ".ts", ".tsx"}
SOURCES = [
    path
    for folder in FOLDERS
    for path in (ROOT / folder).rglob("*")
    if path.suffix in ENDS and ".terraform" not in path.parts
]
LINK = re.compile(r'(?:\]\(|src="|href=")(?!\w+:)([^)\s"#]+)')
PAGE = re.compile(r"docs/[\w/-]+\.(?:md|json|tsv)\b")
DECISION = re.compile(r"(?:\bADR |docs/adr/)(\d+)\b")


def dead_links(page: Path) -> list[str]:
    """Return the links of a page to files that do not exist."""
    return sorted(
        link
        for link in set(LINK.findall(page.read_text(encoding="utf-8")))
        if not (page.parent / link).exists()
    )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_to_a_file(page: Path) -> None:
    assert dead_links(page) == []


def test_every_page_that_code_a_message_or_another_page_names_exists() -> None:
    texts = {path: path.read_text(encoding="utf-8") for path in (*SOURCES, *PAGES, *ROOT.glob("*.toml"))}
    named = {
        (str(path.relative_to(ROOT)), name) for path, text in texts.items() for name in PAGE.findall(text)
    }
    assert sorted((path, name) for path, name in named if not (ROOT / name).exists()) == []


def test_every_decision_that_is_named_by_its_number_exists() -> None:
    """A record that is folded into another one leaves no number behind."""
    numbers = {int(path.name[:4]) for path in (ROOT / "docs" / "adr").glob("*.md")}
    named = {
        (str(path.relative_to(ROOT)), int(number))
        for path in (*SOURCES, *PAGES)
        for number in DECISION.findall(path.read_text(encoding="utf-8"))
    }
    assert sorted((path, number) for path, number in named if number not in numbers) == []


def test_a_link_that_leads_nowhere_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("[one](page.md) [two](gone.md#part) [three](https://example.com)", encoding="utf-8")
    assert dead_links(page) == ["gone.md"]
