"""Guesses of a draft that the next file or a person may contradict: people by name, decimals."""

from __future__ import annotations

from typing import Any

import pytest

from headgate.contracts import odcs_reader
from headgate.contracts.creation import deployment_reasons
from headgate.contracts.sensitive_names import is_personal_name
from headgate.local_files.draft_file import draft_of_upload
from headgate.plain_names import column_name

pytestmark = pytest.mark.unit


def draft(heading: str, values: list[str]) -> dict[str, Any]:
    rows = [f"S-{at},{value}" for at, value in enumerate(values)]
    drafted = draft_of_upload("sites.csv", "\n".join([f"site,{heading}", *rows]).encode())
    assert drafted is not None
    return drafted


def properties(drafted: dict[str, Any]) -> list[dict[str, Any]]:
    (table,) = drafted["document"]["schema"]
    return list(table["properties"])


@pytest.mark.parametrize("name", ["Zähler", "Za\u0308hler", "ZÄHLER", "Zählernummer", "zaehler"])
def test_a_meter_in_german_is_no_payer(name: str) -> None:
    assert not is_personal_name(name)


@pytest.mark.parametrize("name", ["Zahler", "Einzahler", "Empfänger", "EMPFÄNGER", "Begünstigter", "Prénom"])
def test_people_are_known_with_their_umlauts(name: str) -> None:
    assert is_personal_name(name)


def test_a_column_of_meters_is_created_at_once() -> None:
    drafted = draft("Zähler", ["Z-101", "Z-102", "Z-207"] * 20)
    assert drafted["needs_deployment"] == ()


def test_a_guess_by_the_name_alone_can_be_denied() -> None:
    drafted = draft("Zahler", ["Z-101", "Z-102", "Z-207"] * 20)
    (column,) = drafted["for_deployment"]["columns"]
    assert [each["way"] for each in column["ways"]] == ["not_people", "leave_out"]
    (site, _), document = properties(drafted), drafted["document"]
    denied = {**document["schema"][0], "properties": [site, column["ways"][0]["property"]]}
    contract = odcs_reader.parse({**document, "schema": [denied]}, zone="source")
    assert contract.names == ("site", "zahler")
    assert deployment_reasons(contract) == ()


@pytest.mark.parametrize(
    ("heading", "value"),
    [
        ("contact", "ada{}@example.org"),
        ("Zahler", "ada{}@example.org"),
        ("payer", "DE89370400440532013000"),
        ("payer", "4111111111111111"),
        ("payer", "219-09-99{:02}"),
        ("phone", "+49 731 5550{}"),
    ],
)
def test_what_the_values_are_cannot_be_denied(heading: str, value: str) -> None:
    drafted = draft(heading, [value.format(at) for at in range(60)])
    (column,) = drafted["for_deployment"]["columns"]
    assert [each["way"] for each in column["ways"]] == ["leave_out"]


@pytest.mark.parametrize(
    ("values", "next_value"),
    [
        (["24.7", "31.4", "28.1"], "24.755"),
        (["24.75", "31.4", "28.15"], "1234567890.1234"),
        (["4,91", "5,1", "12,35"], "4,9112"),
    ],
)
def test_a_drafted_number_takes_more_decimals_than_the_first_file_has(
    values: list[str], next_value: str
) -> None:
    drafted = draft("strength", [f'"{value}"' for value in values * 20])
    precision, scale = drafted_number(drafted)
    whole, _, fraction = next_value.replace(",", ".").partition(".")
    assert scale >= len(fraction)
    assert precision - scale >= len(whole)


@pytest.mark.parametrize("values", [["749.00", "19.90", "5.25"], ["1.299,00", "4,90", "5,10"]])
def test_amounts_whose_decimals_are_filled_up_with_zeros_keep_theirs(values: list[str]) -> None:
    """An answer shows 749.00, not 749.0000; there is room for larger amounts all the same."""
    assert drafted_number(draft("strength", [f'"{value}"' for value in values * 20])) == (18, 2)


def drafted_number(drafted: dict[str, Any]) -> tuple[int, int]:
    """Return precision and scale of the second column."""
    strength = properties(drafted)[1]["physicalType"]
    precision, scale = map(int, strength.removeprefix("DECIMAL(").removesuffix(")").split(","))
    return precision, scale


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("Strength [MPa]", "strength_mpa"),
        ("Verbrauch kWh", "verbrauch_kwh"),
        ("SpitzekW", "spitzek_w"),
        ("Spitze kW", "spitze_kw"),
        ("orderID", "order_id"),
    ],
)
def test_a_unit_is_one_word_of_a_name(heading: str, name: str) -> None:
    assert column_name(heading) == name


@pytest.mark.parametrize(
    ("values", "is_of_people"), [(["14", "30", "21"], False), (["12345678Z"], True), (["30.123.456"], True)]
)
def test_a_name_that_means_two_things_needs_values_that_agree(values: list[str], is_of_people: bool) -> None:
    """`dni` are days in Polish, and numbers of identity cards in Spanish."""
    assert bool(draft("dni", values * 20)["needs_deployment"]) == is_of_people
