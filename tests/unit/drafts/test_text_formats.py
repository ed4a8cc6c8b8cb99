"""A person who gives a text column another type gets it in the format of most of its values."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from headgate.contracts.format_property import declared_keys
from headgate.drafts.text_formats import text_formats
from headgate.local_files.draft_file import draft_of_upload

pytestmark = pytest.mark.unit


def formats(values: list[str]) -> list[tuple[str, dict[str, Any], int]]:
    return [
        (each.kind, dict(declared_keys(each.reading.format)), each.waiting)
        for each in text_formats(pa.array(values))
    ]


def test_days_among_other_texts_have_their_pattern() -> None:
    """One of the first days is none, and a seventh of the rows have words."""
    days = [f"{at:02}.02.2026" for at in (31, *range(1, 28))]
    assert formats([*days, *["Razem"] * 4]) == [("day", {"patterns": ["dd.MM.yyyy"]}, 5)]


@pytest.mark.parametrize("sign", ["zł", "Kč", "₺", "€"])
def test_numbers_with_points_and_commas_are_each_read_by_itself_with_their_currency(sign: str) -> None:
    values = [f"35,00 {sign}", "50,00", "80.50", f"1 200,00 {sign}", "gratis"] * 5
    assert formats(values) == [("number", {"currency": [sign], "decimal": "either"}, 5)]


def test_several_formats_that_read_the_same_texts_otherwise_are_choices() -> None:
    days = ["03/04/2026", "05/04/2026", "01/02/2026", "later"]
    assert [keys["patterns"] for _, keys, _ in formats(days)] == [["dd/MM/yyyy"], ["MM/dd/yyyy"]]
    amounts = ["1.299", "2.500", "1.750", "?"]
    assert [keys for _, keys, _ in formats(amounts)] == [{}, {"decimal": ",", "thousands": "."}]


def test_a_plain_form_reads_what_needs_no_other_one() -> None:
    assert formats(["12", "13", "dozen"]) == [("number", {}, 1)]


@pytest.mark.parametrize("values", [["Main St 5", "High St 7"], ["a", "b"], [""]])
def test_texts_that_are_neither_numbers_nor_times_have_none(values: list[str]) -> None:
    assert formats(values) == []


def test_a_price_list_with_mixed_decimals_is_asked_about_with_its_currency() -> None:
    """A museum's receipts: `35,00 zł`, `50,00`, `80.50` and `1 350,00` in one column."""
    prices = ["35,00 zł", "50,00", "80.50", "1 350,00 zł"] * 20
    rows = [f"{at:04};{price}" for at, price in enumerate(prices)]
    drafted = draft_of_upload("kasa.csv", "\n".join(["bilet;cena", *rows, "9999;gratis"]).encode())
    assert drafted is not None
    ((question,), *_) = [[each for each in drafted["questions"] if each["column"] == "cena"]]
    (answer,) = question["answers"]
    assert answer["waiting"] == 1
    (declared,) = answer["property"]["customProperties"]
    assert declared["value"] == {"currency": ["zł"], "decimal": "either"}
