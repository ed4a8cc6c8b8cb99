"""The engine knows no domain: no word of a domain is in it, and no currency that a lake would have."""

from __future__ import annotations

import re
from itertools import chain
from pathlib import Path

import pytest

from headgate.domains.discovery import package_domains

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[2]
DOMAINS = (
    ROOT / "headgate" / "domains"
)  # its packages are domains; its modules, which list them, are part of the engine
CURRENCY = re.compile(r"\b(?:GBP|EUR|CHF|JPY)\b|[£€]")  # AWS states its prices in dollars
REFERENCE_DATA = "headgate/contracts/currency.py"  # the list of ISO 4217


def lines_with_words(files: list[Path], words: tuple[str, ...]) -> dict[str, int]:
    """Return how many lines of each file have one of the words, in any case and with - or _."""
    forms = "|".join(re.escape(word).replace(r"\-", "[-_]") for word in words)
    pattern = re.compile(rf"(?<![a-z])(?:{forms})(?![a-z])", re.IGNORECASE)
    counts = {
        path: sum(bool(pattern.search(line)) for line in path.read_text(encoding="utf-8").splitlines())
        for path in files
    }
    return {
        path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.name: count
        for path, count in counts.items()
        if count
    }


def engine_files() -> list[Path]:
    package = [
        path
        for path in (ROOT / "headgate").rglob("*")
        if not path.is_relative_to(DOMAINS) or path.parent == DOMAINS
    ]
    entry_points = chain(
        (ROOT / "lambdas").rglob("*"), (ROOT / "glue_jobs").rglob("*"), (ROOT / "terraform").glob("*.tf")
    )
    console = [
        path
        for path in (ROOT / "console" / "src").rglob("*")
        if ".test." not in path.name and path.name != "schema.d.ts"
    ]
    suffixes = {".py", ".toml", ".tf", ".ts", ".tsx", ".yaml"}
    return sorted(path for path in (*package, *entry_points, *console) if path.suffix in suffixes)


def test_no_word_of_a_domain_comes_into_the_engine() -> None:
    words = tuple(word for domain in package_domains().values() for word in domain.words)
    assert len(words) > 10
    assert lines_with_words(engine_files(), words) == {}


def test_the_engine_assumes_no_currency() -> None:
    """Amounts have the currency of their column, table or lake; headgate.toml and contracts state it."""
    texts = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in engine_files()}
    assert [path for path, text in texts.items() if CURRENCY.search(text)] == [REFERENCE_DATA]


def test_a_word_is_found_in_any_case_and_in_names(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(
        "CHURN_DAYS = 90\nshowable = 1\nsystem = 'market_intelligence_hub'\nchurned = 2\n", encoding="utf-8"
    )
    assert lines_with_words([tmp_path / "a.py"], ("churn", "owa", "market-intelligence-hub")) == {"a.py": 2}
