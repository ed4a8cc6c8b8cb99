"""Each kind of rule has words in the console and a place in JSON Schema."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from headgate.contracts.rule_kinds import RULE_KINDS
from headgate.exchange import json_schema

pytestmark = pytest.mark.unit

CONSOLE = Path(__file__).parents[3] / "console" / "src" / "formats" / "rules.ts"


def words_of_console(source: str) -> dict[str, str]:
    """Return the words of rules about values in the console, by rule."""
    (table,) = re.findall(r"const WORDS[^{]*\{(.*?)\n\}", source, re.DOTALL)
    return dict(re.findall(r"^\s*(\w+): '([^']*)'", table, re.MULTILINE))


def other_words(source: str) -> set[tuple[str, str]]:
    """Return the kinds of rules whose words are missing or different in the console, with their words."""
    return {name: kind.fault_of_value for name, kind in RULE_KINDS.items()}.items() - words_of_console(
        source
    ).items()


def test_the_console_has_the_words_of_each_kind_of_rule() -> None:
    missing = other_words(CONSOLE.read_text("utf-8"))
    assert not missing, f"write into WORDS of console/src/formats/rules.ts: {sorted(missing)}"


@pytest.mark.parametrize(("old", "new"), [("  pattern: ", "  form: "), ("required form", "form")])
def test_a_kind_without_its_words_is_missed(old: str, new: str) -> None:
    source = CONSOLE.read_text("utf-8").replace(old, new)
    assert ("pattern", RULE_KINDS["pattern"].fault_of_value) in other_words(source)


def test_a_kind_with_a_bound_a_length_or_a_pattern_has_a_keyword_of_json_schema() -> None:
    unknown = {*json_schema._KEYWORDS.values()} - {*Draft202012Validator.VALIDATORS}
    assert not unknown, (
        f"JSON Schema has no keyword {unknown}: leave it out of {json_schema.__name__}._KEYWORDS"
    )
