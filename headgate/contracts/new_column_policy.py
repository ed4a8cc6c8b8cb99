"""Read the policy for a column that a file has and its contract does not: `headgate.newColumns` of the
contract.

docs/adr/0060-new-columns.md gives the reasons.
"""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING

from headgate.contracts.model import Column, ColumnType, Kind, Mask, Rule
from headgate.contracts.sensitive_names import compared, content_by_name
from headgate.errors import ContractError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.contracts.model import Contract
    from headgate.contracts.no_cards import NoCards

PROPERTY = "headgate.newColumns"
RULE = "new_column"
# The column of a curated table that keeps new columns: a JSON object of name → text, null in rows without
# any.
KEPT = "new_columns"


class NewColumns(StrEnum):
    """The treatment of a new column by the gate; each is counted in the file's record."""

    ASK = "ask"  # the file is pending until the contract or a mapping has the column
    IGNORE = "ignore"  # rows are accepted without it
    KEEP_AS_TEXT = "keep_as_text"  # rows are accepted, and KEPT has its values
    QUARANTINE = "quarantine"  # rows with a value in it are refused
    STOP = "stop"  # the file is rejected


def policy_of(contract: Contract) -> NewColumns:
    """Return what the contract states for new columns; `ask` where it states nothing.

    Raises:
        ContractError: it states anything else, or keeps new columns in a column that it declares itself.
    """
    policy = contract.properties.get(PROPERTY, NewColumns.ASK)
    if policy not in list(NewColumns):
        raise ContractError(f"{contract.id}: {PROPERTY} is {policy!r}. State one of {', '.join(NewColumns)}.")
    if policy == NewColumns.KEEP_AS_TEXT and KEPT in contract.names:
        raise ContractError(
            f"{contract.id}: {PROPERTY}: {policy} needs the name {KEPT} for itself. Rename the column {KEPT}."
        )
    return NewColumns(str(policy))


def kept_column() -> Column:
    """Return the curated column that keeps new columns as text."""
    return Column(
        KEPT,
        ColumnType(Kind.STRING),
        (
            "Columns of the file that the contract does not have, as a JSON object of name and text; null "
            "if the row has none"
        ),
    )


def declared_throughout(contract: Contract) -> NoCards | None:
    """Return the declaration that every column of the contract has, as the lake's."""
    declared = {column.no_cards for column in contract.columns}
    return declared.pop() if len(declared) == 1 else None


def undeclared_column(name: str, policy: NewColumns) -> Column:
    """Return a new column as the gate reads it: text, searched for card numbers like any free text."""
    rules = (Rule(RULE),) if policy is NewColumns.QUARANTINE else ()
    return Column(
        name,
        ColumnType(Kind.STRING),
        mask=Mask.FREE_TEXT,
        rules=rules,
        content=content_by_name(name),
        undeclared=True,
    )


def with_undeclared(contract: Contract, names: Sequence[str]) -> Contract:
    """Return the contract for one file that has these columns as well.

    A lake without card numbers has none in them either.
    """
    policy, no_cards = policy_of(contract), declared_throughout(contract)
    new = (replace(undeclared_column(name, policy), no_cards=no_cards) for name in names)
    return replace(contract, columns=(*contract.columns, *new))


def with_left_out(contract: Contract, names: Sequence[str]) -> Contract:
    """Return the contract for one file with the columns too that its mapping left out."""
    left_out = (Column(name, ColumnType(Kind.STRING), undeclared=True, left_out=True) for name in names)
    return replace(contract, columns=(*contract.columns, *left_out))


def without_left_out(contract: Contract) -> Contract:
    """Return the contract by which the rows of such a file are checked and stored."""
    return replace(contract, columns=tuple(column for column in contract.columns if not column.left_out))


def declared_only(contract: Contract) -> Contract:
    """Return the contract without the new columns of one file."""
    return replace(contract, columns=tuple(column for column in contract.columns if not column.undeclared))


def with_declared(contract: Contract, name: str) -> Contract:
    """Return the contract with a new text column, the edit that `contract check --suggest` writes."""
    column = Column(compared(name) or name, ColumnType(Kind.STRING))
    return (
        contract if column.name in contract.names else replace(contract, columns=(*contract.columns, column))
    )
