from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headgate.contracts.model import Contract


@dataclass(frozen=True)
class Reference:
    """A column of one dataset that points to a column of another."""

    dataset: str
    column: str
    parent: str
    parent_column: str


def references(contracts: Mapping[str, Contract]) -> tuple[Reference, ...]:
    """Return every reference between datasets of the lake, in the order of contracts and columns."""
    all_references = [
        Reference(contract.dataset, column.name, *column.references.split(".", 1))
        for contract in contracts.values()
        for column in contract.columns
        if "." in column.references
    ]
    return tuple(
        reference
        for reference in all_references
        if reference.parent in contracts and reference.parent_column in contracts[reference.parent].names
    )


def parents(contracts: Mapping[str, Contract]) -> frozenset[str]:
    """Return the datasets that a column of another dataset points to."""
    return frozenset(
        reference.parent for reference in references(contracts) if reference.parent != reference.dataset
    )
