"""Every kind of rule is known to every room that needs it: the gate, the audit, Great Expectations, ODCS, and
the texts for people.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pytest

from headgate.contracts.dictionary import rule_text
from headgate.contracts.difference import differences
from headgate.contracts.model import Column, ColumnType, Contract, Kind, Rule
from headgate.contracts.odcs_reader import parse
from headgate.contracts.odcs_writer import to_odcs
from headgate.contracts.rule_kinds import RULE_KINDS
from headgate.exchange.json_schema import contract_of_json_schema, json_schema
from headgate.quality.contract_audit import broken_rules
from headgate.quality.suites import suite_of
from headgate.values.rules import column_breaches
from tests.integration.quality.test_same_verdict import by_great_expectations, by_the_row_engine

pytestmark = [
    pytest.mark.integration,
    # Great Expectations imports modules that Python has deprecated.
    pytest.mark.filterwarnings("ignore:module 'sre_.*' is deprecated:DeprecationWarning"),
]
DOCUMENTED = (Path(__file__).parents[3] / "docs/data-dictionary.md").read_text(encoding="utf-8")
# Options of texts and numbers. Source: Open Data Contract Standard 3.1, "logicalTypeOptions".
ODCS_OPTIONS = {"format", "maxLength", "minLength", "pattern"} | {
    "exclusiveMaximum",
    "exclusiveMinimum",
    "maximum",
    "minimum",
    "multipleOf",
}
TEXT, NUMBER = ColumnType(Kind.STRING), ColumnType(Kind.BIGINT)


@dataclass(frozen=True)
class Example:
    """A rule's argument, a value that holds the rule and one that breaks it.

    On `others`, the three rooms agree.
    """

    type: ColumnType
    argument: object
    good: object
    bad: object
    others: tuple[object, ...] = ()


EXAMPLES = {
    "required": Example(TEXT, None, "a", None),
    "minimum": Example(NUMBER, 3, 3, 2),
    "exclusive_minimum": Example(NUMBER, 3, 4, 3),
    "maximum": Example(NUMBER, 3, 3, 4),
    "exclusive_maximum": Example(NUMBER, 3, 2, 3),
    "min_length": Example(TEXT, 2, "ab", "a"),
    "max_length": Example(TEXT, 2, "ab", "abc"),
    "pattern": Example(TEXT, "^[a-z]+$", "a", "1", ("", "a\n", "\uff41")),
    "gtin": Example(
        TEXT,
        None,
        "4006381333931",
        "4006381333932",
        (
            "96385074",
            "036000291452",
            "10614141000415",
            "00000000",
            "0000000000000001",
            "400638133393a",
            "",
            "4006381333931\n",
            "\uff14006381333931",
            "4006381333931 ",
        ),
    ),
    "valid_values": Example(TEXT, ("open",), "open", "shut"),
}


def contract_with(name: str) -> Contract:
    example = EXAMPLES[name]
    column = Column("value", example.type, required=name == "required", rules=(Rule(name, example.argument),))
    return Contract(
        id="headgate.source.lines", dataset="lines", zone="source", version="1.0.0", columns=(column,)
    )


def test_every_kind_has_an_example() -> None:
    missing = set(RULE_KINDS) - set(EXAMPLES)
    assert not missing, f"write a value that holds the rule and one that breaks it into EXAMPLES: {missing}"


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_gate_and_the_audit_refuse_the_bad_value_and_no_other(name: str) -> None:
    contract, example = contract_with(name), EXAMPLES[name]
    (column,) = contract.columns
    values = pa.array([example.good, example.bad], pa.string() if example.type is TEXT else pa.int64())
    (breach,) = column_breaches(column, values, values.cast(pa.string()))
    assert (breach.rule, breach.rows.tolist()) == (name, [1])
    kind, argument = RULE_KINDS[name], example.argument if name != "valid_values" else "open"
    assert breach.reason == f"Value {kind.fault_of_row.format(argument)}. {kind.remedy.format(argument)}."
    assert broken_rules(contract, pa.table({"value": values})) == {("value", name): 1}


@pytest.mark.parametrize("name", EXAMPLES)
def test_great_expectations_refuses_the_same_values(name: str) -> None:
    contract, example = contract_with(name), EXAMPLES[name]
    assert name in {expectation.meta["rule"] for expectation in suite_of(contract).expectations}
    kind = pa.string() if example.type is TEXT else pa.int64()
    rows = pa.table({"value": pa.array([example.good, example.bad, *example.others], kind)})
    refused = by_great_expectations(rows, contract)[name, "value"]
    assert refused[:1] == [1]
    assert by_the_row_engine(rows, contract) == {(name, "value"): refused}
    assert broken_rules(contract, rows) == {("value", name): len(refused)}


@pytest.mark.parametrize("name", EXAMPLES)
def test_odcs_keeps_the_rule(name: str) -> None:
    contract = contract_with(name)
    document = to_odcs(contract)
    assert parse(document, "source").columns[0].rules == contract.columns[0].rules
    options = document["schema"][0]["properties"][0].get("logicalTypeOptions", {})
    assert set(options) <= ODCS_OPTIONS, "datacontract lint refuses other options"
    assert f"`{RULE_KINDS[name].option or ('validValues' if name == 'valid_values' else name)}`" in DOCUMENTED


@pytest.mark.parametrize("name", EXAMPLES)
def test_json_schema_keeps_the_rule(name: str) -> None:
    contract = contract_with(name)
    returned = contract_of_json_schema(json_schema(contract), "lines").columns[0]
    kept = {rule.name: rule.argument for rule in returned.rules}
    assert kept == {name: EXAMPLES[name].argument}


@pytest.mark.parametrize("name", EXAMPLES)
def test_people_read_the_rule_and_its_removal(name: str) -> None:
    contract = contract_with(name)
    assert rule_text(contract.columns[0].rules[0])
    without = Contract(**{**vars(contract), "columns": (Column("value", EXAMPLES[name].type),)})
    assert differences(contract, without)
