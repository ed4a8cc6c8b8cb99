from dataclasses import replace

import pytest

from headgate.contracts.model import Column, ColumnType, Contract, Kind, Mask
from headgate.errors import HeadgateError, UnreadableFileError
from headgate.matching.header_names import showable
from headgate.matching.match_header import match_header

pytestmark = pytest.mark.unit

TEXT = ColumnType(Kind.STRING)
CONTRACT = Contract(
    "c",
    "things",
    "source",
    "1",
    (
        Column("id", TEXT, required=True),
        Column("card", TEXT, mask=Mask.PAN),
        Column("notes", TEXT, mask=Mask.FREE_TEXT),
        Column("size", TEXT),
    ),
)


def test_names_match_in_any_order_case_and_with_blanks_around() -> None:
    header = match_header([" Notes", "SIZE ", "id", "Card"], CONTRACT)
    assert header.names == ("notes", "size", "id", "card")
    assert header.absent == ()


def test_a_nullable_column_may_be_absent() -> None:
    assert match_header(["id", "card", "notes"], CONTRACT).absent == ("size",)


@pytest.mark.parametrize(
    ("names", "rule", "column"),
    [
        (["id", "card", "notes", " "], "blank_column", "number 4"),
        (["id", "card", "notes", "ID"], "duplicate_column", "id"),
        (["id", "card", "notes", "colour"], "unknown_column", "colour"),
        (["id", "notes", "size"], "missing_sensitive_column", "card"),
        (["id", "card", "size"], "missing_sensitive_column", "notes"),
        (["card", "notes", "size"], "missing_column", "id"),
    ],
)
def test_a_header_that_does_not_match_names_rule_column_and_remedy(
    names: list[str], rule: str, column: str
) -> None:
    with pytest.raises(HeadgateError) as refused:
        match_header(names, CONTRACT)
    assert (getattr(refused.value, "rule", ""), getattr(refused.value, "column", "")) == (rule, column)
    assert getattr(refused.value, "remedy", "")


def test_a_first_row_without_any_column_is_no_table() -> None:
    with pytest.raises(UnreadableFileError) as refused:
        match_header(["It was a dark and stormy night"], CONTRACT)
    assert refused.value.rule == "not_a_table"


def test_what_may_be_a_cell_is_never_shown() -> None:
    with pytest.raises(HeadgateError) as refused:
        match_header(["id", "card", "notes", "4111111111111111"], CONTRACT)
    assert "4111" not in str(refused.value)
    assert "number 4" in str(refused.value)


@pytest.mark.parametrize(
    "name",
    [
        "order_id",
        "Prüfziffer",
        "Gültig bis",
        "Währung",
        "сумма",
        "金額",
        "ligne 12",
        "नाम",
        "ชื่อ",
        "Gro\u0308ße",
        "Số tiền",
        "_",
        "How likely are you to recommend us? (0-10)",
        "1. Wie zufrieden sind Sie mit der Lieferung Ihrer Bestellung, auf einer Skala von 1 bis 5?",
        "¿Qué podríamos mejorar?",
        "What\u2019s your team\u2019s name \u2013 and why?",
        "# of items*",
        "Varroa/100 bees",
        "Fett je 100 g",
        "cases per 1000 heads",
        "満足度は\uff1f",
        "面積㎡",
        "温度℃",
        "1.8.0 Wirkenergie [kWh]",
        "2025",
        "01.10.2026",
        "Zähler 10034567",
        "12/27",
        "ord4111",
        "%",
        "Anteil der Haushalte mit mehr als drei Personen im Jahresdurchschnitt in Prozent",
    ],
)
def test_a_heading_of_any_language_and_with_any_number_is_shown_as_the_file_has_it(name: str) -> None:
    assert showable(name)


@pytest.mark.parametrize(
    "name",
    [
        "4111111111111111",
        "Karte 4111 1111 1111 1111",
        "078-05-1120",
        "ann@example.com",
        "anna\uff20example.org",
        " ",
        "",
    ],
)
def test_the_number_of_a_card_or_a_person_and_an_address_are_not_shown_as_a_name(name: str) -> None:
    assert not showable(name)


def test_every_required_column_that_lacks_is_named_at_once() -> None:
    required = tuple(replace(column, required=True, mask=None) for column in CONTRACT.columns)
    with pytest.raises(HeadgateError, match="nor are card, notes") as refused:
        match_header(["size"], replace(CONTRACT, columns=required))
    assert getattr(refused.value, "column", "") == "id"
