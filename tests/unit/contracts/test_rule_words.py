"""Each kind of rule has words in the console and a place in JSON Schema."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from headgate.contracts.rule_kinds import RULE_KINDS
from headgate.exchange import json_schema

pytestmark = pytest.mark.unit

CONSOLE = Path(__file__).parents[3] / "console" / "src" / "formats" / "rules.ts"
WITHOUT_KEYWORD = {"required", "valid_values"}  # `required` and `enum`, which are not a column's keywords


def words_of_console(source: str) -> set[str]:
    """Return the rules that have words of their own in the console."""
    (table,) = re.findall(r"const WORDS[^{]*\{(.*?)\n\}", source, re.DOTALL)
    return set(re.findall(r"^\s*(\w+): '", table, re.MULTILINE))


def test_the_console_has_words_for_each_kind_of_rule() -> None:
    assert set(RULE_KINDS) - words_of_console(CONSOLE.read_text("utf-8")) == set()


def test_a_kind_without_words_is_missed() -> None:
    source = CONSOLE.read_text("utf-8").replace("  pattern: ", "  form: ")
    assert set(RULE_KINDS) - words_of_console(source) == {"pattern"}


def test_each_kind_of_rule_has_a_keyword_of_json_schema_or_is_known_to_have_none() -> None:
    assert set(RULE_KINDS) == {*json_schema._KEYWORDS, *WITHOUT_KEYWORD}
