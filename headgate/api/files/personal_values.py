"""Personal data in files: who sees its values, and profiles and checks without them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from headgate.api.http.access import CallerIdentity, Group
from headgate.api.lake_ports import LakePorts, senders_of
from headgate.lake.ports import FileRecord

# Import steps that can be added without seeing the file's values.
STEPS_WITHOUT_VALUES = frozenset({"default"})
_COUNTS = frozenset(
    {
        "name",
        "type",
        "rows",
        "missing",
        "missing_share",
        "invalid",
        "identifier",
        "sensitive",
        "hidden_by",
        "distinct",
        "estimated",
        "format",
    }
)


def sees_values(lake: LakePorts, caller: CallerIdentity, record: FileRecord) -> bool:
    """Return whether the caller may see every cell of a file.

    The group personal-data and the first sender see all cells, everybody those of impersonal datasets.
    """
    contract = lake.contracts.source.get(record.dataset)
    is_impersonal = contract is not None and not contract.personal
    if is_impersonal or caller.may(Group.PERSONAL_DATA):
        return True
    return caller.is_named(senders_of(lake).first_uploader(record))


def visible_facts(
    lake: LakePorts, caller: CallerIdentity, record: FileRecord, columns: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Return the profile columns of a file, with the values that the caller may see.

    Callers without the right see values only of columns that a contract names and does not classify as
    personal.
    """
    if sees_values(lake, caller, record):
        return [dict(column) for column in columns]
    contract = lake.contracts.source.get(record.dataset)
    impersonal = set(contract.names) - set(contract.personal) if contract else set()
    return [
        dict(column) if column.get("name") in impersonal else without_values(column) for column in columns
    ]


def check_without_values(
    lake: LakePorts, caller: CallerIdentity, record: FileRecord, check: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the stored check of a raw file without values of the file and of its edits."""
    without_dataset = replace(record, dataset="")  # the columns are named by edits, not by a contract
    edits = check.get("edits")
    if edits:
        steps = [step for step in edits.get("steps", ()) if step["kind"] in STEPS_WITHOUT_VALUES]
        edits = {**edits, "cells": [], "steps": steps}
    replaces = check.get("replaces")
    return {
        **check,
        "replaces": replaces and {**replaces, "examples": []},
        "rows": [row_without_values(row) for row in check.get("rows", ())],
        "columns": visible_facts(lake, caller, without_dataset, check.get("columns", [])),
        "draft": None,
        "edits": edits,
        "grid": {**grid, "values": {}, "refused_values": {}} if (grid := check.get("grid")) else None,
    }


def row_without_values(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row of the quarantine table without the file's cells."""
    return {**row, "masked_value": None, "record": ""}


def without_values(column: Mapping[str, Any]) -> dict[str, Any]:
    """Return the counts of a profiled column of personal data."""
    return {name: fact for name, fact in column.items() if name in _COUNTS} | {"personal": True}
