"""A contract declares the columns from which code computes a table, and a wrong declaration says so."""

from __future__ import annotations

from typing import Any

import pytest

from headgate.contracts import odcs_reader
from headgate.contracts.computed_from import FIELD, ROWS, declared_rows
from headgate.contracts.odcs_writer import to_odcs
from headgate.errors import ContractError

pytestmark = pytest.mark.unit


def document(column: dict[str, Any], rows: object = None) -> dict[str, Any]:
    own: list[dict[str, object]] = [{"property": "headgate.system", "value": "own"}]
    own += [] if rows is None else [{"property": ROWS, "value": rows}]
    properties = [{"name": "n", "logicalType": "integer", "physicalType": "BIGINT", **column}]
    schema = {"name": "counts", "customProperties": own, "properties": properties}
    head = {"apiVersion": "v3.1.0", "kind": "DataContract", "id": "own.prod.counts", "version": "1.0.0"}
    return {**head, "schema": [schema]}


def test_a_column_names_its_sources_and_the_table_the_columns_that_decide_on_rows() -> None:
    rows = {"filter": ["events.kind"], "group_by": ["events.place"]}
    contract = odcs_reader.parse(document({FIELD: ["events.amount", "places.size"]}, rows), "prod")
    assert contract.columns[0].computed_from == ("events.amount", "places.size")
    assert declared_rows(contract) == {"filter": ("events.kind",), "group_by": ("events.place",)}


@pytest.mark.parametrize(
    ("column", "computed_from"), [({}, None), ({FIELD: []}, ()), ({FIELD: ["events.n"]}, ("events.n",))]
)
def test_no_declaration_is_not_the_declaration_of_a_constant(
    column: dict[str, Any], computed_from: tuple[str, ...] | None
) -> None:
    contract = odcs_reader.parse(document(column), "prod")
    assert contract.columns[0].computed_from == computed_from
    assert odcs_reader.parse(to_odcs(contract), "prod") == contract


@pytest.mark.parametrize(
    ("column", "rows", "message"),
    [
        ({FIELD: "events.n"}, None, "own.prod.counts.n: transformSourceObjects must be a list of columns"),
        ({FIELD: ["events"]}, None, "such as \\[events.amount\\]"),
        ({}, ["events.kind"], "headgate.rowsFrom must have a list of columns for some of filter, join"),
        ({}, {"where": ["events.kind"]}, "filter, join, group_by, sort"),
        ({}, {"filter": ["kind"]}, "headgate.rowsFrom must be a list of columns with their tables"),
    ],
)
def test_a_wrong_declaration_names_its_place(column: dict[str, Any], rows: object, message: str) -> None:
    with pytest.raises(ContractError, match=message):
        odcs_reader.parse(document(column, rows), "prod")
