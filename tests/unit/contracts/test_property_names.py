"""Names of custom properties: each that the code reads is accepted, and any other is an error."""

from __future__ import annotations

import ast
import re
from copy import deepcopy
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import headgate
from headgate.contracts import odcs_reader
from headgate.contracts.property_names import OF_COLUMNS, OF_TABLES
from headgate.errors import ContractError
from headgate.project import BLOCKS

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.unit

DOCUMENT: dict[str, Any] = {
    "apiVersion": "v3.1.0",
    "kind": "DataContract",
    "id": "shop.source.orders",
    "version": "1.0.0",
    "schema": [
        {
            "name": "orders",
            "customProperties": [],
            "properties": [
                {"name": "id", "physicalType": "TEXT", "primaryKey": True, "customProperties": []}
            ],
        }
    ],
}
# Texts of the code that begin as properties do: parameters of tables in the catalog, attributes of traces,
# fields of other formats, and a file.
OTHERS = frozenset(
    f"headgate.{name}"
    for name in (
        *("as_of", "base", "column", "columns", "contract", "dataset", "definitions", "file_id", "held"),
        *("inputs", "parts", "reads", "rows", "rows_accepted", "rows_duplicate", "rows_quarantined"),
        *("rows_received", "snapshot_id", "state", "toml", "version", "versions"),
    )
)


def with_property(name: str, *, of_column: bool) -> dict[str, Any]:
    document = deepcopy(DOCUMENT)
    table = document["schema"][0]
    item = table["properties"][0] if of_column else table
    item["customProperties"].append({"property": name, "value": "full"})
    return document


def texts_of_code() -> Iterator[str]:
    """Yield each text of the package's code that has the form of a property's name."""
    for path in Path(headgate.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            text = node.value if isinstance(node, ast.Constant) else None
            if isinstance(text, str) and re.fullmatch(r"headgate\.[a-zA-Z_]+", text):
                yield text


def is_module(name: str) -> bool:
    return find_spec(name) is not None


def test_each_property_that_the_code_reads_may_be_declared_and_no_other() -> None:
    texts, listed = {*texts_of_code()}, OF_TABLES | OF_COLUMNS
    unlisted = {text for text in texts - OTHERS - listed if not is_module(text)}
    assert unlisted == set(), "Add it to headgate.contracts.property_names"
    assert listed - texts == {f"headgate.{block}" for block in BLOCKS}, "The code reads no such property"
    assert OTHERS - texts == set(), "The test lists a text that the code does not have"


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("headgate.laod", "headgate.load"),
        ("headgate.orderby", "headgate.orderBy"),
        ("headgate.newColums", "headgate.newColumns"),
    ],
)
def test_a_misspelt_property_of_a_table_is_an_error_with_the_nearest_name(name: str, near: str) -> None:
    message = rf"^shop\.source\.orders: there is no property {name}\. Did you mean {near}\?"
    with pytest.raises(ContractError, match=message):
        odcs_reader.parse(with_property(name, of_column=False), "source")


def test_a_misspelt_property_of_a_column_is_an_error_with_the_nearest_name() -> None:
    message = (
        r"^shop\.source\.orders\.id: there is no property headgate\.maks\. Did you mean headgate\.mask\?"
    )
    with pytest.raises(ContractError, match=message):
        odcs_reader.parse(with_property("headgate.maks", of_column=True), "source")


def test_a_property_without_a_near_name_is_an_error_too() -> None:
    with pytest.raises(ContractError, match=r"there is no property headgate\.xyz\. Remove it"):
        odcs_reader.parse(with_property("headgate.xyz", of_column=False), "source")


def test_a_property_of_the_other_level_is_an_error_that_says_where_it_belongs() -> None:
    with pytest.raises(ContractError, match=r"headgate\.unit is a property of a column, not of the table"):
        odcs_reader.parse(with_property("headgate.unit", of_column=False), "source")
    with pytest.raises(ContractError, match=r"headgate\.load is a property of the table, not of a column"):
        odcs_reader.parse(with_property("headgate.load", of_column=True), "source")


def test_a_property_of_another_tool_is_accepted() -> None:
    assert odcs_reader.parse(with_property("sales.owner", of_column=False), "source").names == ("id",)
    assert odcs_reader.parse(with_property("owner", of_column=True), "source").names == ("id",)
