"""A contract declares how a source writes values.

What cannot be used keeps the contract from loading, with the reason.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from headgate.contracts import odcs_reader
from headgate.contracts.curated import curated_contract
from headgate.contracts.format_property import declared_keys
from headgate.contracts.odcs_writer import to_odcs
from headgate.contracts.source_format import SHOWN_AS_DURATION, SourceFormat
from headgate.errors import ContractError

if TYPE_CHECKING:
    from headgate.contracts.model import Contract

pytestmark = pytest.mark.unit


def contract(
    physical: str, *, options: dict[str, Any] | None = None, own: object = None, table: object = None
) -> Contract:
    """A contract of one column that declares these."""
    column: dict[str, Any] = {"name": "bought", "physicalType": physical, "logicalTypeOptions": options or {}}
    column["customProperties"] = [{"property": "headgate.format", "value": own}] if own is not None else []
    stated = [{"property": "headgate.format", "value": table}] if table is not None else []
    described = {"name": "orders", "customProperties": stated, "properties": [column]}
    return odcs_reader.parse(
        {"apiVersion": "v3.1.0", "kind": "DataContract", "id": "o", "version": "1", "schema": [described]},
        "source",
    )


def declared(*given: Any, **stated: Any) -> SourceFormat | None:  # noqa: ANN401 passed on
    """The format of that contract's column."""
    return contract(*given, **stated).columns[0].format


def test_odcs_fields_declare_a_pattern_and_a_zone() -> None:
    found = declared("TIMESTAMP", options={"format": "dd.MM.yyyy HH:mm", "defaultTimezone": "Europe/Berlin"})
    assert found == SourceFormat(patterns=("dd.MM.yyyy HH:mm",), timezone="Europe/Berlin")


def test_a_contract_without_formats_has_none() -> None:
    assert declared("DATE") is None
    assert declared("TEXT", options={"format": "email"}) is None


@pytest.mark.parametrize(
    ("physical", "stated"),
    [
        ("DATE", {"options": {"format": "dd.MM.yyyy"}}),
        ("DATE", {"own": {"patterns": ["dd.MM.yyyy", "d. MMMM yyyy"], "language": "de", "yearFrom": 1930}}),
        (
            "DECIMAL(9,2)",
            {"own": {"decimal": ",", "thousands": ".", "currency": ["€"], "nulls": ["-"], "trim": True}},
        ),
        ("DECIMAL(9,2)", {"table": {"decimal": ",", "thousands": "."}}),
        ("DECIMAL(9,2)", {"table": {"decimal": ","}, "own": {"decimal": "."}}),
        ("TEXT", {"table": {"nulls": ["-"]}, "own": {"nulls": []}}),
        ("BOOLEAN", {"own": {"trueWords": ["ja"], "falseWords": ["nein"]}}),
        ("TEXT", {"own": {"case": "upper"}, "table": {"decimal": ","}}),
        ("DATE", {"table": {"patterns": ["dd.MM.yyyy", "dd.MM.yyyy HH:mm"]}}),
    ],
)
def test_a_written_contract_declares_the_same_format(physical: str, stated: dict[str, Any]) -> None:
    before = contract(physical, **stated)
    assert odcs_reader.parse(to_odcs(before), "source") == before


@pytest.mark.parametrize(
    ("stated", "unit"),
    [
        ({"duration": "h:mm:ss"}, SHOWN_AS_DURATION),
        ({"duration": "m:ss"}, SHOWN_AS_DURATION),
        ({"decimal": ","}, ""),
    ],
)
def test_behind_the_gate_seconds_are_of_durations_only_where_the_source_writes_durations(
    stated: dict[str, str], unit: str
) -> None:
    curated = curated_contract(contract("DECIMAL(18,3)", own=stated))
    assert curated.columns[0].unit == unit


def test_nothing_behind_the_gate_has_a_source_format() -> None:
    found = curated_contract(contract("DATE", options={"format": "dd.MM.yyyy"}))
    assert [column.format for column in found.columns] == [None] * len(found.columns)


@pytest.mark.parametrize(
    ("physical", "stated", "said"),
    [
        ("DATE", {"options": {"format": "dd.MM.yyyy HH:mm"}}, "has a time of day"),
        ("TIMESTAMP", {"options": {"format": "dd.MM.yyyy"}}, "has no time of day"),
        ("DATE", {"options": {"format": "dd.MM"}}, "has no year"),
        ("DATE", {"options": {"format": "DD.MM.YYYY"}}, "'DD'"),
        ("DATE", {"options": {"format": "yyyy-dd-MM"}}, "ISO 8601"),
        ("DATE", {"options": {"format": "dMyyyy"}}, "without a fixed width"),
        ("DATE", {"options": {"format": "dd.MM[.yyyy]"}}, "list alternatives"),
        ("TIMESTAMP", {"options": {"format": "dd.MM.yyyy hh:mm"}}, "hh together with a"),
        (
            "TIMESTAMP",
            {"options": {"format": "dd.MM.yyyy HH:mm", "defaultTimezone": "Berlin"}},
            "Europe/Berlin",
        ),
        ("DATE", {"own": {"decimal": ","}}, "has no effect on a date"),
        ("TEXT", {"own": {"thousands": "."}}, "has no effect on a string"),
        ("DOUBLE", {"own": {"thousands": "."}}, "both '.'"),
        ("DOUBLE", {"own": {"decimal": ";"}}, "not supported"),
        ("BOOLEAN", {"own": {"trueWords": ["ja"]}}, "declare both"),
        ("BOOLEAN", {"own": {"trueWords": ["J"], "falseWords": ["j"]}}, "both true and false"),
        ("BOOLEAN", {"own": {"trueWords": [True], "falseWords": [False]}}, "in quotes"),
        ("INT", {"own": {"percent": "fraction"}}, "needs a DECIMAL"),
        ("DECIMAL(5,2)", {"own": {"currency": ["1"]}}, "part of a number"),
        ("DATE", {"own": {"yearFrom": "1930"}}, "a year"),
        ("DATE", {"own": {"pattern": "dd.MM.yyyy"}}, "unknown key 'pattern'"),
        ("DATE", {"own": ["dd.MM.yyyy"]}, "not a mapping"),
        ("DATE", {"table": {"nulls": [None]}}, "not a list of texts"),
    ],
)
def test_a_format_that_cannot_be_used_is_refused_with_the_reason(
    physical: str, stated: dict[str, Any], said: str
) -> None:
    with pytest.raises(ContractError) as refused:
        contract(physical, **stated)
    assert said in str(refused.value)
    assert "Remedy:" in str(refused.value)


def test_the_keys_of_a_declared_format_are_those_that_differ_from_the_plain_spelling() -> None:
    declared = SourceFormat(true_words=("ja",), false_words=("nein",), trim=True)
    assert declared_keys(declared) == {"trueWords": ["ja"], "falseWords": ["nein"], "trim": True}
    assert declared_keys(None) == {}
