"""Columns of a draft in the console under names that SQL takes without quotes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from headgate.contracts import odcs_reader
from headgate.contracts.new_column_policy import ALIASES
from headgate.lake.states import FileState
from headgate.local_files.draft_file import draft_of_upload
from headgate.matching.header_names import folded
from tests.unit.api.lakes import MemoryLake

pytestmark = pytest.mark.unit

NAMES = {
    "Дата продажи": "data_prodazhi",
    "СКИДКА": "skidka",
    "Ποσότητα": "posotita",
    "판매 날짜": "pan_mae_nal_jja",
    "تاريخ البيع": "trykh_lby",
    "商品コード": "shang_pinkodo",
    "面積㎡": "mian_jim2",
    "วันที่ขาย": "wanthikhay",
    "رقم ١٢": "rqm_12",
    "Dicke µm": "dicke_um",
    "Łódź": "lodz",
}


@pytest.mark.parametrize("heading", NAMES)
def test_a_heading_of_any_script_gives_a_readable_name_in_the_table(heading: str) -> None:
    """Japanese headings were `column_1` to `column_7`: nobody knew what column_4 was."""
    rows = "".join(f"K-{n};{n % 7}\n" for n in range(20))
    draft = draft_of_upload("werte.csv", f"nr;{heading}\n{rows}".encode())
    assert draft
    (table,) = draft["document"]["schema"]
    assert [column["name"] for column in table["properties"]] == ["nr", NAMES[heading]]
    (aliases,) = [each["value"] for each in table["customProperties"] if each["property"] == ALIASES]
    assert aliases == {NAMES[heading]: [folded(heading)]}


def test_headings_of_one_sound_give_different_names() -> None:
    draft = draft_of_upload("werte.csv", "番号;数量;樹量\nA1;1;2\nA2;2;2\nA3;3;2\n".encode())
    assert draft
    names = [column["name"] for column in draft["document"]["schema"][0]["properties"]]
    assert names == ["fan_hao", "shu_liang", "shu_liang_"]


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
