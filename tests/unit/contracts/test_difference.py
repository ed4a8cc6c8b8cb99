"""A change of a contract says whom it breaks: those who send files, those who query, both or nobody."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from headgate.contracts.curated import with_distinct_names
from headgate.contracts.difference import Breaks, differences, is_breaking
from headgate.contracts.model import Column, ColumnType, Comparison, Contract, Kind, Level, Mask, Rule
from headgate.contracts.source_format import SourceFormat

pytestmark = pytest.mark.unit

TEXT, TEXT20, TEXT40 = (
    ColumnType(Kind.STRING),
    ColumnType(Kind.STRING, length=20),
    ColumnType(Kind.STRING, length=40),
)
MONEY, MORE_MONEY = (
    ColumnType(Kind.DECIMAL, precision=10, scale=2),
    ColumnType(Kind.DECIMAL, precision=12, scale=2),
)
FINER_MONEY = ColumnType(Kind.DECIMAL, precision=10, scale=3)
INT, BIG = ColumnType(Kind.INTEGER), ColumnType(Kind.BIGINT)


def contract(*columns: Column, **facts: Any) -> Contract:  # noqa: ANN401 any field of a contract
    return Contract(
        id="x",
        dataset="x",
        zone="source",
        version="1",
        columns=(Column("id", BIG, required=True), *columns),
        **facts,
    )


def breaks(old: Column | None, new: Column | None) -> list[Breaks]:
    before, after = (contract(*([column] if column else [])) for column in (old, new))
    return [change.breaks for change in differences(before, after)]


def col(**facts: Any) -> Column:  # noqa: ANN401 any field of a column
    return Column("c", **{"type": TEXT, **facts})


def rule(name: str, argument: object, level: Level = Level.QUARANTINE) -> Column:
    return col(rules=(Rule(name, argument, level),))


def required(level: Level) -> Column:
    return col(required=level is not Level.WARN, rules=(Rule("required", level=level),))


@pytest.mark.parametrize(
    ("old", "new", "whom"),
    [
        (None, col(), Breaks.NOBODY),
        (None, col(required=True), Breaks.SENDERS),
        (None, col(mask=Mask.PAN), Breaks.SENDERS),
        (col(), None, Breaks.BOTH),
        (col(), col(required=True), Breaks.SENDERS),
        (col(required=True), col(), Breaks.READERS),
        (col(type=TEXT20), col(type=TEXT40), Breaks.NOBODY),
        (col(type=TEXT40), col(type=TEXT20), Breaks.BOTH),
        (col(type=INT), col(type=BIG), Breaks.READERS),
        (col(type=BIG), col(type=INT), Breaks.BOTH),
        (col(type=BIG), col(type=TEXT), Breaks.READERS),
        (col(type=TEXT), col(type=BIG), Breaks.BOTH),
        (col(type=MONEY), col(type=MORE_MONEY), Breaks.READERS),
        (col(type=MONEY), col(type=FINER_MONEY), Breaks.BOTH),
        (col(), col(mask=Mask.PAN), Breaks.BOTH),
        (col(), col(mask=Mask.FREE_TEXT), Breaks.SENDERS),
        (col(mask=Mask.FREE_TEXT), col(), Breaks.BOTH),
        (col(type=BIG), col(type=BIG, unmasked=True), Breaks.READERS),
        (col(type=BIG, unmasked=True), col(type=BIG), Breaks.SENDERS),
        (col(), col(unmasked=True), Breaks.NOBODY),
        (col(unmasked=True), col(), Breaks.SENDERS),
        (col(unmasked=True), col(mask=Mask.PAN), Breaks.BOTH),
        (col(unit="GBP"), col(unit="EUR"), Breaks.READERS),
        (col(), col(references="y.id"), Breaks.NOBODY),
        (rule("minimum", 0), rule("minimum", 1), Breaks.SENDERS),
        (rule("minimum", 10), rule("minimum", 9), Breaks.READERS),
        (rule("maximum", 1), rule("maximum", 2), Breaks.READERS),
        (rule("maximum", "2024-02-01"), rule("maximum", "2024-01-01"), Breaks.SENDERS),
        (rule("pattern", "a"), rule("pattern", "b"), Breaks.BOTH),
        (rule("valid_values", ("a",)), rule("valid_values", ("a", "b")), Breaks.READERS),
        (rule("valid_values", ("a", "b")), rule("valid_values", ("a",)), Breaks.SENDERS),
        (rule("valid_values", ("a",)), rule("valid_values", ("b",)), Breaks.BOTH),
        (rule("valid_values", ("a",), Level.WARN), rule("valid_values", ("b",), Level.WARN), Breaks.NOBODY),
        (rule("minimum", 0), rule("minimum", 0, Level.HALT), Breaks.SENDERS),
        (rule("minimum", 0, Level.HALT), rule("minimum", 0), Breaks.NOBODY),
        (rule("minimum", 0), rule("minimum", 0, Level.WARN), Breaks.READERS),
        (col(), rule("minimum", 0), Breaks.SENDERS),
        (col(), rule("minimum", 0, Level.WARN), Breaks.NOBODY),
        (rule("minimum", 0), col(), Breaks.READERS),
        (required(Level.QUARANTINE), required(Level.HALT), Breaks.SENDERS),
        (required(Level.WARN), required(Level.QUARANTINE), Breaks.SENDERS),
        (required(Level.QUARANTINE), required(Level.WARN), Breaks.READERS),
        (
            col(type=TEXT20, rules=(Rule("max_length", 20, Level.WARN),)),
            col(type=TEXT20, rules=(Rule("max_length", 20),)),
            Breaks.SENDERS,
        ),
        (col(mask=Mask.PAN), col(mask=Mask.FREE_TEXT), Breaks.READERS),
        (col(required=True), col(required=True, mask=Mask.FREE_TEXT), Breaks.NOBODY),
    ],
)
def test_a_change_of_a_column_breaks_exactly_those_it_concerns(
    old: Column | None, new: Column | None, whom: Breaks
) -> None:
    assert breaks(old, new) == [whom]


@pytest.mark.parametrize(
    ("old", "new", "whom"),
    [
        (rule("maximum", 10, Level.WARN), rule("maximum", 100), [Breaks.NOBODY, Breaks.SENDERS]),
        (rule("maximum", 10), rule("maximum", 5, Level.WARN), [Breaks.NOBODY, Breaks.READERS]),
        (rule("maximum", 10), rule("maximum", 5, Level.HALT), [Breaks.SENDERS, Breaks.SENDERS]),
        (rule("maximum", 10, Level.HALT), rule("maximum", 100), [Breaks.READERS, Breaks.NOBODY]),
    ],
)
def test_a_bound_and_a_level_that_change_at_once_are_both_reported(
    old: Column, new: Column, whom: list[Breaks]
) -> None:
    assert breaks(old, new) == whom


def test_a_row_rule_and_its_level_that_change_at_once_are_both_reported() -> None:
    old, new = Comparison("r", "id", ">", value=1, level=Level.WARN), Comparison("r", "id", ">", value=2)
    changes = differences(contract(comparisons=(old,)), contract(comparisons=(new,)))
    assert [change.breaks for change in changes] == [Breaks.NOBODY, Breaks.SENDERS]


@pytest.mark.parametrize(
    ("old", "new", "whom"),
    [
        (
            {"headgate.aliases": {"c": ["amount", "sum"]}},
            {"headgate.aliases": {"c": ["sum"]}},
            Breaks.SENDERS,
        ),
        ({"headgate.aliases": {"c": ["amount"]}}, {}, Breaks.SENDERS),
        ({}, {"headgate.aliases": {"c": ["amount"]}}, Breaks.NOBODY),
        ({}, {"headgate.deletes": "key_comparison"}, Breaks.READERS),
        ({"headgate.deletes": "key_comparison"}, {}, Breaks.READERS),
        ({"headgate.optional": True}, {}, Breaks.BOTH),
        ({"headgate.encoding": "windows-1250"}, {}, Breaks.BOTH),
        ({}, {"headgate.quotes": "none"}, Breaks.BOTH),
        ({"headgate.table": "a"}, {"headgate.table": "b"}, Breaks.READERS),
        ({}, {"headgate.volatilityDays": 3}, Breaks.NOBODY),
    ],
)
def test_a_change_of_our_own_property_is_reported(
    old: dict[str, object], new: dict[str, object], whom: Breaks
) -> None:
    (change,) = differences(contract(col(), properties=old), contract(col(), properties=new))
    assert change.breaks is whom


def test_properties_of_others_and_aliases_in_another_order_are_no_change() -> None:
    old, new = (
        {"headgate.aliases": {"c": ["a", "b"]}, "team": "a"},
        {"headgate.aliases": {"c": ["b", "a"]}, "team": "b"},
    )
    assert differences(contract(col(), properties=old), contract(col(), properties=new)) == []


def test_another_source_format_changes_what_senders_write_and_readers_find() -> None:
    old, new = (
        col(type=ColumnType(Kind.DATE)),
        col(type=ColumnType(Kind.DATE), format=SourceFormat(patterns=("dd.MM.yyyy",))),
    )
    (change,) = differences(contract(old), contract(new))
    assert change.breaks is Breaks.BOTH
    assert change.message == "the source format is patterns dd.MM.yyyy, was plain"


def test_words_are_no_change() -> None:
    old = contract(col(description="before"))
    assert (
        differences(
            old,
            replace(
                old, version="2", description="other", columns=contract(col(description="after")).columns
            ),
        )
        == []
    )


def test_changes_of_key_order_and_dataset_are_reported_once_each() -> None:
    old, new = (
        contract(col(), key=("id",)),
        replace(contract(col(), key=("id", "c"), order_by=("c",)), dataset="y"),
    )
    assert [change.breaks for change in differences(old, new)] == [
        Breaks.BOTH,
        Breaks.READERS,
        Breaks.READERS,
    ]


@pytest.mark.parametrize(
    ("old", "new", "whom"),
    [
        ((), (Comparison("r", "id", ">", value=1),), Breaks.SENDERS),
        ((), (Comparison("r", "id", ">", value=1, level=Level.WARN),), Breaks.NOBODY),
        ((Comparison("r", "id", ">", value=1),), (), Breaks.READERS),
        ((Comparison("r", "id", ">", value=1),), (Comparison("r", "id", ">", value=2),), Breaks.BOTH),
        (
            (Comparison("r", "id", ">", value=1),),
            (Comparison("r", "id", ">", value=1, level=Level.HALT),),
            Breaks.SENDERS,
        ),
    ],
)
def test_rules_over_the_row_are_compared_by_name(old: Any, new: Any, whom: Breaks) -> None:  # noqa: ANN401 tuples of comparisons
    (change,) = differences(contract(comparisons=old), contract(comparisons=new))
    assert change.breaks is whom
    assert is_breaking(change) is (whom is not Breaks.NOBODY)


def test_allowed_values_in_another_order_are_no_change() -> None:
    assert breaks(rule("valid_values", ("a", "b")), rule("valid_values", ("b", "a"))) == []


def test_a_column_that_takes_a_stand_ins_name_renames_it_for_readers() -> None:
    card, last4 = col(mask=Mask.PAN), Column("c_last4", TEXT)
    old, new = (contract(*with_distinct_names(columns)) for columns in ((card,), (card, last4)))
    reported = {change.column: change.breaks for change in differences(old, new)}
    assert reported == {"c": Breaks.READERS, "c_last4": Breaks.NOBODY}


@pytest.mark.parametrize(
    ("policy", "mask", "fate", "whom"),
    [
        (None, None, "a file that has it is pending (needs_mapping)", Breaks.BOTH),
        ("stop", None, "a file that has it is rejected", Breaks.BOTH),
        ("quarantine", None, "rows with a value in it are refused", Breaks.BOTH),
        ("ignore", None, "a file that has it is accepted without it", Breaks.READERS),
        (
            "keep_as_text",
            None,
            "a file that has it is accepted, and new_columns keeps its values as text",
            Breaks.READERS,
        ),
        ("keep_as_text", Mask.PAN, "a file that has it is pending (needs_mapping)", Breaks.BOTH),
    ],
)
def test_a_column_that_is_gone_has_the_fate_of_a_new_column(
    policy: str | None, mask: Mask | None, fate: str, whom: Breaks
) -> None:
    properties = {"headgate.newColumns": policy} if policy else {}
    (change,) = differences(contract(col(mask=mask), properties=properties), contract(properties=properties))
    assert (change.message, change.breaks) == (f"the column is gone; {fate}", whom)


def test_a_column_that_is_gone_because_it_is_left_out_is_no_new_column() -> None:
    before, after = contract(col(mask=Mask.PAN)), contract(properties={"headgate.leftOut": [col().name]})
    changes = {(change.column, change.message.partition(";")[2]) for change in differences(before, after)}
    assert (col().name, " a file that has it is accepted without it") in changes


def test_a_key_that_is_gone_is_called_none() -> None:
    (change,) = differences(contract(key=("id",)), contract())
    assert change.message.startswith("the key is none, was id:")
