"""Contracts as schemas of other tools, and from them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import fastavro
import pytest
import yaml
from jsonschema import Draft202012Validator

from headgate.contracts import odcs_reader
from headgate.contracts.model import Column, ColumnType, Contract, Kind, Mask, Rule
from headgate.contracts.odcs_writer import to_odcs
from headgate.contracts.registry import Registry
from headgate.contracts.types import glue_type
from headgate.dbt_project.dbt_sources import SourceDatabase, source_of
from headgate.errors import ContractError
from headgate.exchange.avro_record import avro_record, contract_of_avro
from headgate.exchange.contract_page import page_of_contract
from headgate.exchange.dbt_columns import contract_of_dbt
from headgate.exchange.glue_table import contract_of_glue, glue_table
from headgate.exchange.imported import sql_type
from headgate.exchange.json_schema import contract_of_json_schema, json_schema

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.unit

REGISTRY = Registry.load()
CONTRACTS = [
    each
    for zone in (REGISTRY.source, REGISTRY.curated, REGISTRY.lake, REGISTRY.prod)
    for each in zone.values()
]


def as_dbt(contract: Contract) -> dict[str, Any]:
    source = SourceDatabase("lake", "lake", {contract.dataset: contract})
    document: dict[str, Any] = yaml.safe_load(yaml.safe_dump({"sources": [source_of(source, {})]}))
    return document


THERE_AND_BACK: dict[str, Callable[[Contract], Contract]] = {
    "avro": lambda contract: contract_of_avro(json.loads(json.dumps(avro_record(contract)))),
    "dbt": lambda contract: contract_of_dbt(as_dbt(contract)),
    "glue": lambda contract: contract_of_glue({"Table": glue_table(contract)}),
    "jsonschema": lambda contract: contract_of_json_schema(
        json.loads(json.dumps(json_schema(contract))), "x"
    ),
}


@pytest.mark.parametrize("schema_format", THERE_AND_BACK)
@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda each: f"{each.zone}.{each.dataset}")
def test_a_contract_keeps_columns_and_types_there_and_back(contract: Contract, schema_format: str) -> None:
    """Avro has no integer of 16 bits, and Glue's and Avro's texts no length."""
    back = THERE_AND_BACK[schema_format](contract)
    assert back.names == contract.names
    widened = {"smallint": "int"} if schema_format == "avro" else {}
    for column in contract.columns:
        expected = glue_type(column.type)
        assert glue_type(back.column(column.name).type) == widened.get(expected, expected), column.name
        if schema_format != "glue" and not column.mask:
            assert back.column(column.name).required == column.required, column.name


@pytest.mark.parametrize("schema_format", THERE_AND_BACK)
def test_an_imported_contract_can_be_read(schema_format: str) -> None:
    back = THERE_AND_BACK[schema_format](REGISTRY.source["payments"])
    again = odcs_reader.parse(yaml.safe_load(yaml.safe_dump(to_odcs(back))), "source")
    assert again.names == REGISTRY.source["payments"].names
    assert again.column("card_number").mask is Mask.PAN
    assert again.column("amount").type == ColumnType(Kind.DECIMAL, precision=14, scale=4)


def test_an_avro_schema_reads_and_writes_rows() -> None:
    schema = fastavro.parse_schema(avro_record(REGISTRY.curated["payments"]))
    assert schema["name"] == "payments"
    stated = {field["name"]: field["type"] for field in schema["fields"]}
    assert stated["amount"] == {"type": "bytes", "logicalType": "decimal", "precision": 14, "scale": 4}
    assert stated["notes"] == ["null", "string"]


def test_columns_have_names_that_every_avro_reader_takes() -> None:
    """Source: Avro 1.12, "Names": letters, digits and underscores."""
    spelled = [Column(name, ColumnType(Kind.BIGINT)) for name in ("kd.-nr.", "kd nr")]
    contract = Contract("x", "x", "source", "1.0.0", (spelled[0],))
    (field,) = avro_record(contract)["fields"]
    assert (field["name"], field["headgate.column"]) == ("kd_nr", "kd.-nr.")
    with pytest.raises(ContractError, match="both kd_nr"):
        avro_record(replace(contract, columns=tuple(spelled)))


def test_a_json_schema_requires_columns_as_the_contract_does() -> None:
    schema = json_schema(REGISTRY.source["regions"])
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    row: dict[str, Any] = dict.fromkeys(REGISTRY.source["regions"].names)
    reasons = {error.validator for error in validator.iter_errors(row)}
    assert "type" in reasons  # required columns are no null


def test_rules_of_a_schema_become_rules_of_the_contract() -> None:
    schema = {
        "title": "Visits",
        "type": "object",
        "required": ["visitId", "kind"],
        "properties": {
            "visitId": {"type": "string", "maxLength": 12},
            "kind": {"enum": ["planned", "urgent"], "type": "string"},
            "charge": {"type": ["number", "null"], "multipleOf": 0.01, "minimum": 0},
            "weight": {"type": "number"},
            "endedAt": {"type": "string", "format": "date-time"},
            "tags": {"type": "array"},
            "state": {"enum": ["new", "paid", None]},
            "unit": {"const": "EUR"},
            "grade": {"type": "string", "enum": [1, 2]},
        },
    }
    contract = contract_of_json_schema(schema, "x")
    assert contract.dataset == "visits"
    allowed = {"state": ("new", "paid"), "unit": ("EUR",), "grade": ("1", "2")}
    assert contract.names == ("visit_id", "kind", "charge", "weight", "ended_at", "tags", *allowed)
    assert contract.column("kind").rules == (
        Rule("required"),
        Rule("valid_values", ("planned", "urgent")),
    )
    assert contract.column("charge").type == ColumnType(Kind.DECIMAL, precision=18, scale=2)
    assert not contract.column("charge").required
    assert contract.column("weight").type.kind is Kind.DOUBLE
    assert contract.column("tags").nested == "array"
    assert {name: contract.column(name).rules for name in allowed} == {
        name: (Rule("valid_values", values),) for name, values in allowed.items()
    }
    assert not any(contract.column(name).nested for name in allowed)


def test_a_manifest_of_dbt_has_tests_as_nodes() -> None:
    node = "model.shop.visits"

    def test_of(column: str, name: str, **arguments: object) -> dict[str, Any]:
        return {
            "resource_type": "test",
            "column_name": column,
            "test_metadata": {"name": name, "kwargs": arguments},
            "depends_on": {"nodes": [node]},
        }

    columns = {
        "id": {"name": "id", "data_type": "int64"},
        "kind": {"name": "kind", "data_type": "character varying(8)"},
    }
    manifest = {
        "nodes": {
            node: {"resource_type": "model", "unique_id": node, "name": "visits", "columns": columns},
            "test.1": test_of("id", "unique"),
            "test.2": test_of("id", "not_null"),
            "test.3": test_of("kind", "accepted_values", values=["planned"]),
        },
        "sources": {},
    }
    contract = contract_of_dbt(manifest)
    assert contract.key == ("id",)
    assert contract.column("id").type.kind is Kind.BIGINT
    assert contract.column("kind").rules == (Rule("max_length", 8), Rule("valid_values", ("planned",)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("numeric(12, 2)", ColumnType(Kind.DECIMAL, precision=12, scale=2)),
        ("NUMBER(9)", ColumnType(Kind.DECIMAL, precision=9, scale=0)),
        ("timestamp(6) with time zone", ColumnType(Kind.TIMESTAMP)),
        ("array<struct<a:int>>", ColumnType(Kind.STRING)),
        ("float64", ColumnType(Kind.DOUBLE)),
    ],
)
def test_types_of_sql_are_read_in_several_spellings(text: str, expected: ColumnType) -> None:
    assert sql_type(text).type == expected


@pytest.mark.parametrize(
    ("read", "document", "message"),
    [
        (contract_of_avro, {"type": "string"}, "no record"),
        (
            contract_of_avro,
            {"type": "record", "name": "x", "fields": [{"name": "a", "type": "bytes"}]},
            "bytes",
        ),
        (contract_of_avro, {"type": "record", "name": "x", "fields": [{"type": "long"}]}, "without a name"),
        (contract_of_dbt, {"models": [{"name": "a", "columns": []}]}, "none has columns"),
        (contract_of_glue, {"Table": {"Name": "x"}}, "no columns"),
        (lambda each: contract_of_json_schema(each, "x"), {"type": "string"}, "no object"),
    ],
)
def test_a_document_that_is_no_schema_is_refused_with_a_remedy(
    read: Callable[[Any], Contract], document: object, message: str
) -> None:
    with pytest.raises(ContractError, match=message):
        read(document)


def test_a_page_shows_columns_rules_and_masks_and_runs_nothing() -> None:
    contract = REGISTRY.source["payments"]
    page = page_of_contract(replace(contract, description="<script>alert(1)</script>"))
    assert "<script>" not in page
    assert all(f"<code>{name}</code>" in page for name in contract.names)
    assert "pan" in page
    assert "card, paypal, bank_transfer, voucher" in page
