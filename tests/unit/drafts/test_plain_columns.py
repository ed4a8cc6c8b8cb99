"""Columns of a draft in the console under names that SQL takes without quotes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from headgate.contracts import odcs_reader
from headgate.lake.states import FileState
from headgate.local_files.draft_file import draft_of_upload
from tests.unit.api.lakes import MemoryLake

pytestmark = pytest.mark.unit

PRICES = "Artikel-Nr;EK-Preis €;Größe;;2. Wahl\r\n" + "".join(
    f"A-{number};{number},50;{number % 7};rot {number % 3};{number}\r\n" for number in range(1, 61)
)


def drafted() -> dict[str, object]:
    draft = draft_of_upload("ek-preise.csv", PRICES.encode("cp1252"))
    assert draft is not None
    return dict(draft)


def test_names_with_special_characters_get_plain_ones_and_those_of_the_file_become_aliases() -> None:
    contract = odcs_reader.parse(drafted()["document"], "source")  # type: ignore[arg-type]  # JSON
    assert contract.names == ("artikel_nr", "ek_preis", "grosse", "column_4", "column_2_wahl")
    assert contract.key == ("artikel_nr",)
    assert contract.properties["headgate.aliases"] == {
        "artikel_nr": ["artikel-nr"],
        "ek_preis": ["ek-preis €"],
        "grosse": ["grösse"],
        "column_2_wahl": ["2. wahl"],
    }
    assert not [note for note in drafted()["notes"] if "quotes" in note["message"]]  # type: ignore[attr-defined]  # JSON


def test_the_gate_reads_the_file_by_the_plain_names() -> None:
    contract = odcs_reader.parse(drafted()["document"], "source")  # type: ignore[arg-type]  # JSON
    lake = MemoryLake()
    lake.contracts = replace(lake.contracts, source={**lake.contracts.source, "ek_preise": contract})
    record = lake.receive("ek_preise/november.csv", PRICES.encode("cp1252"))
    assert (record.state, record.accepted) == (FileState.DONE, 60)


def test_a_reserved_word_of_sql_gets_an_underscore_and_needs_no_quotes() -> None:
    rows = "".join(f"R-{number};{number % 3};{number}\r\n" for number in range(1, 61))
    draft = draft_of_upload("readings.csv", f"Reading;Group;Order\r\n{rows}".encode())
    assert draft is not None
    contract = odcs_reader.parse(draft["document"], "source")
    assert contract.names == ("reading", "group_", "order_")
    assert contract.properties["headgate.aliases"] == {"group_": ["group"], "order_": ["order"]}
    assert not [note for note in draft["notes"] if "quotes" in note["message"]]
    assert (draft["received"], draft["rows"], draft["duplicates"]) == (60, 60, 0)
