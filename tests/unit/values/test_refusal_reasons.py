"""Why a row is refused, in sentences that its reader can act on."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from headgate.contracts.model import Column, ColumnType, Comparison, Kind, Rule
from headgate.contracts.rule_kinds import RULE_KINDS, Argument
from headgate.contracts.source_format import SourceFormat
from headgate.plain_names import ABBREVIATIONS
from headgate.values.refusal_reasons import comparison_reason, fault_of, rule_reason, title_of, type_reason

pytestmark = pytest.mark.unit

SENTENCES = re.compile(r"[A-Z][^\n]*[^.]\. [A-Z][^\n]*[^.]\.")
ARGUMENTS = {Argument.VALUES: ("card", "cash"), Argument.PATTERN: "^[A-Z]{3}$", Argument.NONE: True}


def column(kind: Kind, source: SourceFormat | None = None, **facts: int) -> Column:
    return Column("list_price", ColumnType(kind, **facts), format=source)


@pytest.mark.parametrize("kind", Kind)
def test_a_text_that_is_no_value_of_the_type_gets_a_sentence_with_the_column_and_a_remedy(kind: Kind) -> None:
    reason = type_reason(column(kind))
    assert SENTENCES.fullmatch(reason), reason
    assert reason.startswith("List price is ")
    assert "list_price" not in reason


@pytest.mark.parametrize("name", RULE_KINDS)
def test_each_kind_of_rule_has_a_sentence_with_the_column_and_a_remedy(name: str) -> None:
    argument = ARGUMENTS.get(RULE_KINDS[name].argument, 5)
    reason = rule_reason(Rule(name, argument), column(Kind.STRING))
    assert SENTENCES.fullmatch(reason), reason
    assert reason.startswith("List price ")


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (
            column(Kind.DECIMAL, precision=12, scale=2),
            (
                "List price is not a number with at most 10 digits before the decimal sign and 2 behind it. "
                "Write it as 1234.5."
            ),
        ),
        (
            column(Kind.DOUBLE, SourceFormat(decimal=",", thousands=".")),
            "List price is not a number. Write it as 1.234,5.",
        ),
        (
            column(Kind.DOUBLE, SourceFormat(decimal=",", thousands=".", percent="points")),
            "List price is not a number. Write it as 12,5%.",
        ),
        (
            column(Kind.DOUBLE, SourceFormat(decimal="either", percent="points")),
            "List price is not a number. Write it as 12.5% or 12,5%.",
        ),
        (
            column(Kind.BIGINT, SourceFormat(percent="points")),
            "List price is not a whole number of at most 18 digits. Write it as 12%.",
        ),
        (column(Kind.DATE), "List price is not a date. Write it as 2026-12-31."),
        (
            column(Kind.DATE, SourceFormat(patterns=("dd.MM.yyyy",))),
            "List price is not a date. Write it as 31.12.2026.",
        ),
        (
            column(Kind.BOOLEAN, SourceFormat(true_words=("ja",), false_words=("nein",))),
            "List price is neither yes nor no. Write ja or nein.",
        ),
        (
            column(Kind.BIGINT),
            "List price is not a whole number of at most 18 digits. Write digits only, such as 1234.",
        ),
        (
            column(Kind.INTEGER),
            "List price is not a whole number of at most 9 digits. Write digits only, such as 1234.",
        ),
        (
            column(Kind.SMALLINT),
            "List price is not a whole number of at most 4 digits. Write digits only, such as 1234.",
        ),
    ],
)
def test_the_remedy_shows_how_the_source_writes_a_value(made: Column, reason: str) -> None:
    assert type_reason(made) == reason


def test_the_pattern_of_e_mail_addresses_is_said_in_words() -> None:
    email = rule_reason(
        Rule("pattern", r"^[^@\s]+@[^@\s]+\.[^@\s]+$"), Column("email", ColumnType(Kind.STRING))
    )
    assert email == "Email is no e-mail address. Write it as in name@example.com."
    other = rule_reason(Rule("pattern", "^[A-Z]{3}$"), column(Kind.STRING))
    assert other == (
        "List price does not have the required form. Write it in the form of the column's other values."
    )


def test_a_column_that_the_contract_lacks_says_so() -> None:
    assert rule_reason(Rule("new_column", argument=True), column(Kind.STRING)).startswith(
        "List price is a column that the contract does not have. "
    )


def test_the_title_of_the_contract_is_the_name_of_the_column() -> None:
    assert title_of(Column("vk", ColumnType(Kind.DOUBLE), label="Price today")) == "Price today"


def test_the_title_of_a_column_without_a_label_has_abbreviations_in_capitals() -> None:
    names = ("iban", "vat_rate", "updated_at", "orders_365d")
    titles = [title_of(Column(name, ColumnType(Kind.DOUBLE))) for name in names]
    assert titles == ["IBAN", "VAT rate", "Updated at", "Orders 365 days"]


def test_reasons_and_the_console_write_the_same_words_in_capitals() -> None:
    source = (Path(__file__).parents[3] / "console/src/formats/words.ts").read_text("utf-8")
    listed = source.partition("const ABBREVIATIONS")[2].partition(")")[0]
    assert set(re.findall(r"'(\w+)'", listed)) == ABBREVIATIONS


def test_a_comparison_names_both_columns() -> None:
    made = Comparison("in_order", "shipped_at", ">=", "ordered_at")
    assert (
        comparison_reason(made) == "Shipped at is not at least ordered at. Correct shipped at or ordered at."
    )
    described = Comparison("in_order", "a", ">", value=5, description="a trip is longer than five minutes.")
    assert comparison_reason(described) == "A trip is longer than five minutes. Correct a."


def test_the_fault_of_a_reason_is_its_first_sentence() -> None:
    assert fault_of(type_reason(column(Kind.DOUBLE))) == "List price is not a number"
