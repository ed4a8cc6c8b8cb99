"""Next steps after `headgate upload` for files of no contract: card numbers, and the dataset to map to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from headgate.cli.commands.files.files import _if_of_a_dataset, _profiled_table, _with_card_numbers
from headgate.contracts.registry import Registry
from headgate.lake.ports import FileRecord
from headgate.lake.states import FileState
from headgate.uploads.select_files import Selection

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.unit


def profiled(key: str, **profile: str) -> FileRecord:
    return FileRecord("1", "raw", key, "v", "", FileState.PROFILED, profile=profile)


def test_a_file_with_card_numbers_is_named_with_how_many() -> None:
    cards = profiled("uploads/betalingen.csv", hidden_numbers="30")
    (line,) = _with_card_numbers([cards, profiled("uploads/plain.csv")])
    assert line.startswith("uploads/betalingen.csv has 30 values with a card or social security number.")


def test_files_of_no_contract_have_no_score_because_no_rule_judges_them() -> None:
    console = Console(width=200, record=True)
    console.print(_profiled_table([profiled("uploads/a.csv", rows="40", columns="3", score="1.0000")]))
    shown = console.export_text()
    assert "40" in shown
    assert not {"score", "1.0000"} & set(shown.split())


def test_the_dataset_of_a_price_list_is_proposed_and_other_files_get_the_general_way(tmp_path: Path) -> None:
    prices, visits = tmp_path / "preise.csv", tmp_path / "besuche.csv"
    prices.write_text("Artikelnr.;Bezeichnung;Preis\nA1;Helm;3\nA2;Rad;4\n")
    visits.write_text("Filiale;Datum;Besucher\nF1;2026-01-01;3\nF2;2026-01-02;4\n")
    sent = Selection((("uploads/preise.csv", prices), ("uploads/besuche.csv", visits)))
    records = [profiled("uploads/preise.csv"), profiled("uploads/besuche.csv")]
    first, second = _if_of_a_dataset(records, sent, Registry.load().source)
    assert first.startswith("uploads/preise.csv is probably products, by the names of its columns:")
    assert "headgate mapping accept uploads/preise.csv --dataset products" in first
    assert "headgate mapping accept uploads/besuche.csv --dataset NAME" in second
