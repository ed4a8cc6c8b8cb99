"""Read `headgate.newColumns`: the policy for columns that a file has and its contract does not.

docs/adr/0060-new-columns.md gives the reasons.
"""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING

from headgate.contracts.model import Column, ColumnType, Contract, Kind, Mask, Rule
from headgate.contracts.sensitive_names import compared, content_by_name, is_sensitive_name
from headgate.errors import ContractError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from headgate.contracts.no_cards import NoCards

PROPERTY = "headgate.newColumns"
# The names, in files, of columns that the creator of the dataset left out: their values are not stored.
LEFT_OUT = "headgate.leftOut"
# The other names of columns in files, by column.
ALIASES = "headgate.aliases"
RULE = "new_column"
# The column of a curated table that keeps new columns: a JSON object of name → text, or null.
KEPT = "new_columns"


class NewColumns(StrEnum):
    """The treatment of a new column by the gate; new columns are always counted in the file's record."""

    ASK = "ask"  # the file is pending until the contract or a mapping has the column
    IGNORE = "ignore"  # rows are accepted without it
    KEEP_AS_TEXT = "keep_as_text"  # rows are accepted, and KEPT has its values
    QUARANTINE = "quarantine"  # rows with a value in it are refused
    STOP = "stop"  # the file is rejected


def policy_of(contract: Contract) -> NewColumns:
    """Return the contract's policy for new columns; `ask` by default.

    Raises:
        ContractError: the policy is unknown, or it keeps new columns in a column that the contract declares.
    """
    policy = contract.properties.get(PROPERTY, NewColumns.ASK)
    if policy not in list(NewColumns):
        raise ContractError(f"{contract.id}: {PROPERTY} is {policy!r}. State one of {', '.join(NewColumns)}.")
    if policy == NewColumns.KEEP_AS_TEXT and KEPT in contract.names:
        raise ContractError(
            f"{contract.id}: {PROPERTY}: {policy} needs the name {KEPT} for itself. Rename the column {KEPT}."
        )
    return NewColumns(str(policy))


def left_out_names(contract: Contract) -> frozenset[str]:
    """Return the names of columns that every file of the dataset is read without, in lower case.

    Raises:
        ContractError: they are no list of names, or a column of the contract is among them.
    """
    names = contract.properties.get(LEFT_OUT, [])
    if not isinstance(names, list) or not all(isinstance(name, str) and name.strip() for name in names):
        raise ContractError(f"{contract.id}: {LEFT_OUT} is not a list of column names.")
    folded = frozenset(name.strip().casefold() for name in names)
    declared = {column.name.casefold() for column in contract.columns if not column.left_out}
    if both := sorted(folded & declared):
        raise ContractError(
            f"{contract.id}: {LEFT_OUT} names the column {both[0]}. Remove it there or from the columns."
        )
    return folded


def is_kept_out(name: str, contract: Contract) -> bool:
    """Return whether the values of a left out column with this name in its file must not stay in raw."""
    return is_sensitive_name(name) or name.strip().casefold() in left_out_names(contract)


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
    """Return the declaration that all columns of the contract share, such as the lake's."""
    declared = {column.no_cards for column in contract.columns}
    return declared.pop() if len(declared) == 1 else None


def undeclared_column(name: str, policy: NewColumns) -> Column:
    """Return a new column for the gate: text that is searched for card numbers like free text."""
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
    """Return the contract for one file with these additional columns.

    The declaration of a lake without card numbers applies to them as well.
    """
    policy, no_cards = policy_of(contract), declared_throughout(contract)
    new = (replace(undeclared_column(name, policy), no_cards=no_cards) for name in names)
    return replace(contract, columns=(*contract.columns, *new))


def with_left_out(contract: Contract, names: Mapping[str, str]) -> Contract:
    """Return the contract for one file with additional columns that a person left out.

    Args:
        names: of the columns in the contract → in the file.
    """
    text, no_cards = ColumnType(Kind.STRING), declared_throughout(contract)
    left_out = (
        Column(name, text, undeclared=True, left_out=True, label=heading, no_cards=no_cards)
        for name, heading in names.items()
    )
    return replace(contract, columns=(*contract.columns, *left_out))


def with_own_left_out(contract: Contract) -> Contract:
    """Return the contract for a file in its own names, with the columns that every file is read without."""
    return with_left_out(contract, {name: name for name in sorted(left_out_names(contract))})


def without_left_out(contract: Contract) -> Contract:
    """Return the contract without left out columns, for checking and storing rows."""
    return replace(contract, columns=tuple(column for column in contract.columns if not column.left_out))


def declared_only(contract: Contract) -> Contract:
    """Return the contract without the new columns of one file."""
    return replace(contract, columns=tuple(column for column in contract.columns if not column.undeclared))


def with_declared(contract: Contract, name: str) -> Contract:
    """Return the contract with a new column declared as text, the edit of `contract check --suggest`."""
    column = Column(compared(name) or name, ColumnType(Kind.STRING))
    return (
        contract if column.name in contract.names else replace(contract, columns=(*contract.columns, column))
    )
