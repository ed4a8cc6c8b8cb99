"""Identify the rules of a contract, so that rows are checked again when a rule changes."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from headgate.contracts.model import Contract


def rules_fingerprint(contract: Contract, *further: object) -> str:
    """Return a text that changes with columns, types, rules, key, order, properties and `further` facts.

    It does not change with descriptions.
    """
    columns = [
        (column.name, column.type, column.required, column.unique, column.rules)
        for column in contract.columns
    ]
    facts = (
        columns,
        contract.key,
        contract.order_by,
        contract.comparisons,
        sorted(contract.properties.items()),
        further,
    )
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]


def gate_fingerprint(contract: Contract) -> str:
    """Return a text that changes with everything that affects how the gate reads, checks and masks a file.

    It does not change with the version and descriptions.
    """
    columns = [replace(column, description="") for column in contract.columns]
    # Apart, so that the text of a contract without such a column is that of older versions.
    sheet_names = [column.name for column in contract.columns if column.is_sheet_name]
    return rules_fingerprint(contract, columns, *sheet_names)
