"""A file of no contract stays one: names, and not values alone, say to which dataset a file belongs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from headgate.aws.in_memory_ports import MemoryObjects
from headgate.contracts.registry import Registry
from headgate.drafts.draft_contract import draft_from_sample
from headgate.formats.read_table import sample_table
from headgate.matching.dataset_evidence import (
    dataset_of_inner_list,
    dataset_of_named_list,
    is_known_by_names,
    likely_dataset,
)
from headgate.matching.mappings import Mappings
from headgate.matching.suggest_mapping import ALIAS, EXACT, FUZZY, VALUE, Match, Pair, likeness, match_dataset

if TYPE_CHECKING:
    from headgate.contracts.model import Contract

pytestmark = pytest.mark.unit

STOCK = "\n".join(
    ["artikelnummer;bezeichnung;lagerort;bestand;preis;gezaehlt_am"]
    + [
        f"{1000 + at};Teil {at};Halle {at % 4};{at * 3};{at},50;{at % 28 + 1:02}.03.2026"
        for at in range(1, 61)
    ]
).encode()
TICKETS = "\n".join(
    ["ticket;betreff;kunde;minuten;kosten;eroeffnet"]
    + [
        f"{7000 + at};Frage {at};Kunde {at % 9};{at * 2};{at},25;{at % 28 + 1:02}.05.2026"
        for at in range(1, 61)
    ]
).encode()
METERS = "\n".join(
    ["zähler;ort;raum;stand_kwh;preis_kwh;abgelesen"]
    + [f"{500 + at};Ulm {at};R{at % 5};{at * 7};0,{at};{at % 28 + 1:02}.04.2026" for at in range(1, 61)]
).encode()
LAGER = draft_from_sample(STOCK, "lager", strict=False).contract


def dataset_of(body: bytes, *contracts: Contract) -> str:
    known = {contract.dataset: contract for contract in contracts}
    return Mappings(MemoryObjects(), "artifacts", known, sample_table).dataset("uploads/a.csv", body)


def renamed(**names: str) -> bytes:
    header, rows = STOCK.decode().split("\n", 1)
    return (";".join(names.get(name, name) for name in header.split(";")) + "\n" + rows).encode()


@pytest.mark.parametrize("body", [TICKETS, METERS], ids=["tickets", "meters"])
def test_a_file_whose_values_alone_fit_a_contract_is_of_no_dataset(body: bytes) -> None:
    headed = sample_table(body)
    assert headed is not None
    match = match_dataset(headed.names, headed.samples, {"lager": LAGER})
    assert match is not None
    assert len(match.pairs) >= 3
    assert dataset_of(body, LAGER) == ""


def test_a_file_with_the_contracts_names_or_names_like_them_is_of_its_dataset() -> None:
    assert dataset_of(STOCK, LAGER) == "lager"
    assert dataset_of(renamed(artikelnummer="Artikel-Nr", bestand="Bestand", preis="X1"), LAGER) == "lager"


def test_an_alias_counts_as_a_name() -> None:
    words = {"artikelnummer": "sku", "bezeichnung": "label", "bestand": "units", "preis": "price"}
    assert dataset_of(renamed(**words), LAGER) == ""
    aliased = replace(
        LAGER,
        properties={**LAGER.properties, "headgate.aliases": {field: [word] for field, word in words.items()}},
    )
    assert dataset_of(renamed(**words), aliased) == "lager"


def test_the_word_at_the_end_of_another_is_another_word() -> None:
    assert likeness("stand_kwh", "bestand") < 0.5
    assert likeness("bestnad", "bestand") > 0.75


def test_half_of_all_pairs_need_a_name() -> None:
    names = ["artikelnummer", "bezeichnung", "Lagerort", "x", "y", "z"]
    by_name = [
        Pair(place, name, 1.0, EXACT, 1.0)
        for place, name in enumerate(("artikelnummer", "bezeichnung", "lagerort"))
    ]
    by_value = [
        Pair(3 + place, name, 0.5, VALUE, 0.5)
        for place, name in enumerate(("bestand", "preis", "gezaehlt_am"))
    ]
    assert is_known_by_names(names, Match("lager", (*by_name, *by_value), (), ()))
    assert not is_known_by_names(names, Match("lager", (*by_name[:2], *by_value), (), ()))


def test_a_name_that_shares_one_word_with_a_field_is_no_evidence() -> None:
    pair = Pair(0, "artikelnummer", 0.99, FUZZY, 0.9)
    assert is_known_by_names(["Artikel-Nr"], Match("lager", (pair,), (), ()))
    assert not is_known_by_names(["nummer_zwei"], Match("lager", (pair,), (), ()))


def test_an_id_and_a_name_are_columns_of_any_table() -> None:
    names, fields = ["id", "name", "price"], ("region_id", "region_name", "gdp")
    pairs = [Pair(place, field, 1.0, ALIAS, 1.0) for place, field in enumerate(fields[:2])]
    pairs.append(Pair(2, fields[2], 0.5, VALUE, 0.5))
    assert not is_known_by_names(names, Match("regions", tuple(pairs), (), ()))
    assert is_known_by_names(["region id", "Name", "price"], Match("regions", tuple(pairs[:1]), (), ()))


SHOP = Registry.load().source


@pytest.mark.parametrize(
    ("names", "dataset"),
    [
        (("Artikelnummer", "Bezeichnung", "Warengruppe", "Preis", "Gültig bis"), "products"),
        (("Bestellnummer", "Kundennummer", "Bestelldatum", "Filiale"), "orders"),
        (("Bezeichnung", "Warengruppe", "Listenpreis", "Farbe"), ""),  # the key is missing
        (("Artikelnummer", "Bezeichnung", "Lagerort", "Bestand"), ""),  # two names have many tables
        (("Artikelnr.", "Bezeichnung", "Preis"), "products"),  # but two of three are most of this one
        (("Artikelnummer", "Preis", "Menge"), ""),
    ],
)
def test_a_dataset_is_proposed_by_three_names_and_its_key(names: tuple[str, ...], dataset: str) -> None:
    assert likely_dataset(names, SHOP) == dataset


@pytest.mark.parametrize(
    ("own", "around", "dataset"),
    [
        (("sku", "qty", "price"), ("orderId", "placedAt", "status"), "order_items"),
        (("Artikelnummer", "Menge"), ("Bestellnummer",), "order_items"),
        (("sku", "colour"), ("orderId",), ""),  # one name has many tables
        (("sku", "title", "price"), ("warehouse", "city"), ""),  # refers to no dataset
    ],
)
def test_a_list_in_records_is_proposed_by_its_own_columns_and_what_it_refers_to(
    own: tuple[str, ...], around: tuple[str, ...], dataset: str
) -> None:
    assert dataset_of_inner_list(own, around, SHOP) == dataset


def test_the_name_of_a_list_proposes_its_dataset_beside_two_names_of_columns() -> None:
    contracts = {"lager": LAGER}
    assert dataset_of_named_list("export.Lager", ["id", "bestand", "preis"], contracts) == "lager"
    assert dataset_of_named_list("export.Lager", ["id", "bestand"], contracts) == ""
    assert dataset_of_named_list("export.teile", ["id", "bestand", "preis"], contracts) == ""
    assert dataset_of_named_list("", ["id", "bestand", "preis"], contracts) == ""
