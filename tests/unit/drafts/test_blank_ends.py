"""Values that differ only in blanks at their ends are one value in a draft."""

from __future__ import annotations

import pytest

from headgate.contracts.source_format import SourceFormat
from headgate.drafts.draft_contract import draft_from_sample

pytestmark = pytest.mark.unit

ROWS = [("V01", "a"), ("V02", "b"), ("V02 ", "c"), ("\u00a0V02", "d"), ("V03", "e ")]


def _body(rows: list[tuple[str, str]]) -> bytes:
    return "".join(f"{first},{second}\n" for first, second in [("hive", "note"), *rows]).encode()


def test_a_value_that_is_another_one_with_a_blank_behind_it_is_read_without_it_and_named() -> None:
    draft = draft_from_sample(_body(ROWS), "checks")
    hive, note = draft.contract.columns
    assert hive.format == SourceFormat(trim=True)
    assert note.format is None, "no other value is 'e': its blank changes nothing"
    assert [
        finding.message
        for finding in draft.findings
        if finding.column == "hive" and "blanks" in finding.message
    ] == ["2 values differ from another one only in blanks at the ends, which are removed"]


def test_a_blank_is_no_second_key() -> None:
    """Two rows of one key with other values are a conflict of keys, not two keys."""
    draft = draft_from_sample(_body([("V01", "a"), ("V02", "b"), ("V02 ", "c")]), "checks")
    assert "hive" not in draft.contract.key
