"""Import contracts from dbt: sources and models of a properties file, or nodes of `target/manifest.json`.

Source: dbt 1.11, "Source properties", "Model properties" and "Manifest JSON file".
"""

from collections.abc import Iterator, Mapping
from typing import Any

from headgate.contracts.model import Column, Contract, Rule
from headgate.errors import ContractError
from headgate.exchange.imported import TEXT, ForeignType, imported_column, imported_contract, sql_type


def contract_of_dbt(document: Mapping[str, Any], table: str = "") -> Contract:
    """Return the contract of one source or model.

    Args:
        table: its name; optional if the document has only one.
    """
    if not isinstance(document, dict):
        raise ContractError("This is neither a properties file nor a manifest of dbt.")
    tables = {str(each["name"]): each for each in _tables(document) if each.get("columns")}
    if table not in tables and (table or len(tables) != 1):
        raise ContractError(f"Name one of these tables: {', '.join(sorted(tables)) or 'none has columns'}.")
    entry = tables[table] if table else next(iter(tables.values()))
    columns = entry["columns"]
    entries = list(columns.values()) if isinstance(columns, dict) else list(columns)
    if isinstance(columns, dict):
        entries = [each | {"data_tests": _tests_of_nodes(document, entry, each["name"])} for each in entries]
    unique = [each["name"] for each in entries if {"unique", "not_null"} <= set(_tests(each))]
    return imported_contract(
        str(entry["name"]),
        [_column(each) for each in entries],
        key=unique[:1],
        description=str(entry.get("description", "")),
    )


def _tables(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    if "nodes" in document:
        yield from (node for node in document["nodes"].values() if node.get("resource_type") == "model")
        yield from document.get("sources", {}).values()
        return
    yield from document.get("models", ())
    for source in document.get("sources", ()):
        yield from source.get("tables", ())


def _tests_of_nodes(document: Mapping[str, Any], table: Mapping[str, Any], column: str) -> list[Any]:
    """Return the tests of a column in the form of a properties file; a manifest has them as nodes."""
    return [
        {node["test_metadata"]["name"]: {"arguments": node["test_metadata"].get("kwargs", {})}}
        for node in document["nodes"].values()
        if node.get("resource_type") == "test"
        and node.get("test_metadata")
        and node.get("column_name") == column
        and table.get("unique_id") in node.get("depends_on", {}).get("nodes", ())
    ]


def _tests(column: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Return the tests of a column by name, with their arguments from the old or the new place."""
    tests = [*column.get("data_tests", ()), *column.get("tests", ())]
    named = [each if isinstance(each, dict) else {each: {}} for each in tests]
    return {
        str(name): (options or {}).get("arguments", options or {})
        for each in named
        for name, options in each.items()
    }


def _column(entry: Mapping[str, Any]) -> Column:
    tests = _tests(entry)
    values = tests.get("accepted_values", {}).get("values", ())
    data_type = str(entry.get("data_type") or "")
    return imported_column(
        str(entry["name"]),
        sql_type(data_type) if data_type else ForeignType(TEXT),
        description=str(entry.get("description", "")),
        required="not_null" in tests,
        rules=[Rule("valid_values", tuple(values))] if values else [],
        unique="unique" in tests,
    )
