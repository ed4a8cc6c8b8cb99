"""Values of files about people: who sees them, and what is left of a column's profile without them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from headgate.api.http.access import Group
from headgate.api.lake_ports import senders_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from headgate.api.http.access import CallerIdentity
    from headgate.api.lake_ports import LakePorts
    from headgate.lake.ports import FileRecord

# A step of an import that may be made without a look at the values of a file.
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
        "distinct",
        "format",
    }
)


def sees_values(lake: LakePorts, caller: CallerIdentity, record: FileRecord) -> bool:
    """Return whether the caller may see every cell of a file: the first sender has them anyway, and a dataset
    may have no data about people.
    """
    contract = lake.contracts.source.get(record.dataset)
    is_about_nobody = contract is not None and not contract.personal
    if is_about_nobody or caller.may(Group.PERSONAL_DATA):
        return True
    return caller.goes_by(senders_of(lake).first_uploader(record))


def visible_facts(
    lake: LakePorts, caller: CallerIdentity, record: FileRecord, columns: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Return the columns of a file's stored profile as the caller may see them.

    Without the right to see values, only a column that the contract names and does not classify as personal
    has them: nobody has said of another column, or of a file of no contract, that it is not about people.
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
    """Return the stored check of a file of raw without the values of the file, and without typed ones.

    The edits say of a column only what their maker claims, so no column counts as one of a dataset.
    """
    bare = replace(record, dataset="")
    edits = check.get("edits")
    if edits:
        steps = [step for step in edits.get("steps", ()) if step["kind"] in STEPS_WITHOUT_VALUES]
        edits = {**edits, "cells": [], "steps": steps}
    return {
        **check,
        "rows": [row_without_values(row) for row in check.get("rows", ())],
        "columns": visible_facts(lake, caller, bare, check.get("columns", [])),
        "draft": None,
        "edits": edits,
    }


def row_without_values(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row of the quarantine table without the cells of its file."""
    return {**row, "masked_value": None, "record": ""}


def without_values(column: Mapping[str, Any]) -> dict[str, Any]:
    """Return the counts of a profiled column about people."""
    return {name: fact for name, fact in column.items() if name in _COUNTS} | {"personal": True}
