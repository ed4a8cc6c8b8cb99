"""The screens of files and quarantine name rules in words, and fit a narrow terminal."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from headgate.cli.commands.files.files import _all_facts, _listed
from headgate.cli.commands.files.quarantine import _lines_table
from headgate.intake.quarantine.list_quarantine import count_quarantined
from tests.unit.api.lakes import PAYMENTS, MemoryLake

pytestmark = pytest.mark.unit


@pytest.fixture
def lake() -> MemoryLake:
    lake = MemoryLake()
    lake.receive("payments/today.csv", PAYMENTS)
    lake.receive("payments/_manifest.json", b"{}")
    return lake


def printed(screen: object, width: int = 80) -> str:
    console = Console(file=io.StringIO(), width=width)
    console.print(screen)
    text: str = console.file.getvalue()  # type: ignore[attr-defined]  # a StringIO
    return text


def test_quarantine_names_each_rule_in_words_and_by_its_name(lake: MemoryLake) -> None:
    lines = count_quarantined([*lake.ledger.records()], {}, by_file=False, closed=False)
    shown = " ".join(printed(_lines_table(lines, by_file=False), 120).replace("│", " ").split())
    assert "A value does not have the type of its column (type)" in shown
    assert "rejected files" not in shown, "a column of zeros"


def test_a_file_shows_what_decides_first_and_no_empty_fact(lake: MemoryLake) -> None:
    (record,) = (record for record in lake.ledger.records() if record.key == "payments/today.csv")
    first, *facts = printed(_all_facts(record)).splitlines()
    assert first == "payments/today.csv"
    assert [fact.partition(":")[0].strip() for fact in facts][:2] == ["state", "dataset"]
    assert any(fact.startswith("  reasons type (a value does not have the type") for fact in facts)
    assert not [fact for fact in facts if fact.rstrip().endswith(":")]


def test_files_without_data_are_counted_and_listed_by_their_state(lake: MemoryLake) -> None:
    records = [*lake.ledger.records()]
    shown = printed(_listed(records, 0.2, None))
    assert "_manifest.json" not in shown
    assert "Not listed: 1 without data" in shown
    assert "_manifest.json" in printed(_listed(records, 0.2, "ignored"))
