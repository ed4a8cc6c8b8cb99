"""Differences between the columns of source and contract, and the policy for them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import pyarrow as pa

from headgate.contracts.sensitive_names import compared
from headgate.contracts.types import arrow_type
from headgate.errors import ContractError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from headgate.contracts.model import Column, Contract, Kind
    from headgate.export.server.source_tables import SourceColumn, SourceTable

    TypeOf = Callable[[SourceColumn, Kind | None], pa.DataType]


MAY_BE_ABSENT = "headgate.mayBeAbsent"


class SchemaChangedError(ContractError):
    """The source's columns differ from the contract's, and its policy is to stop."""


class SchemaChange(StrEnum):
    """Kinds of difference."""

    ADDED = "added"  # a column of the source is not in the contract
    MISSING = "missing"  # a column of the contract is not at the source
    RENAMED = "renamed"  # a column was replaced by one of the same type at the same position
    WIDENED = "widened"  # the source's type has values that the contract's type does not
    CHANGED = "changed"  # the types are unrelated


class SchemaAction(StrEnum):
    """The reaction to a difference."""

    EXPORT = "export"  # export the column
    LEAVE_OUT = "leave_out"  # export without the column
    STOP = "stop"


@dataclass(frozen=True)
class Difference:
    """One difference; its description contains no values."""

    change: SchemaChange
    column: str
    description: str


# A new column may be sensitive, so it is not exported before it is in the contract. A missing or changed
# column would fail later in the gate, with a less clear message.
DEFAULT_POLICY: Mapping[SchemaChange, SchemaAction] = {
    SchemaChange.ADDED: SchemaAction.LEAVE_OUT,
    SchemaChange.MISSING: SchemaAction.STOP,
    SchemaChange.RENAMED: SchemaAction.STOP,
    SchemaChange.WIDENED: SchemaAction.EXPORT,
    SchemaChange.CHANGED: SchemaAction.STOP,
}


def schema_policy(contract: Contract) -> dict[SchemaChange, SchemaAction]:
    """Return the default policy, updated by the contract's `headgate.schemaPolicy` (change → action)."""
    policy = contract.properties.get("headgate.schemaPolicy", {})
    if not isinstance(policy, dict):
        raise ContractError(
            f"{contract.id}: headgate.schemaPolicy is not a mapping. Write it as in {{added: export}}"
        )
    try:
        return {
            **DEFAULT_POLICY,
            **{SchemaChange(name): SchemaAction(action) for name, action in policy.items()},
        }
    except ValueError as error:
        raise ContractError(f"{contract.id}: headgate.schemaPolicy: {error}") from error


def columns_that_may_be_absent(contract: Contract) -> frozenset[str]:
    """Return the columns that a source may lack, by the contract's `headgate.mayBeAbsent`."""
    names = contract.properties.get(MAY_BE_ABSENT, [])
    if not isinstance(names, list) or not all(name in contract.names for name in names):
        raise ContractError(
            f"{contract.id}: {MAY_BE_ABSENT} is not a list of its columns. Write it as in [phone]"
        )
    if needed := [name for name in names if name in contract.key or contract.column(name).must_be_sent]:
        raise ContractError(
            f"{contract.id}: {MAY_BE_ABSENT} names {needed[0]}, which is required, masked or of the key. "
            "Remove it from the list"
        )
    return frozenset(names)


def schema_differences(
    table: SourceTable, contract: Contract, arrow_type_of: TypeOf
) -> tuple[Difference, ...]:
    """Return all differences, in the order of the source's columns, then the missing columns.

    Args:
        arrow_type_of: maps a source column and the contract's kind to the type in Parquet.
    """
    declared = {column.name: column for column in contract.columns}
    present = {column.name for column in table.columns}
    may_be_absent = columns_that_may_be_absent(contract)
    absent = [column for column in contract.columns if column.name not in present]
    required = [column for column in absent if column.name not in may_be_absent]
    all_differences = []
    for place, column in enumerate(table.columns):
        if column.name in declared:
            all_differences.extend(_type_differences(column, declared[column.name], arrow_type_of))
        elif renamed := _renamed(column, place, required, contract, arrow_type_of):
            absent.remove(renamed)
            text = f"{renamed.name} is gone; {column.name} may be its new name"
            all_differences.append(Difference(SchemaChange.RENAMED, renamed.name, text))
        else:
            text = f"{column.name} {column.declared} is not in the contract"
            all_differences.append(Difference(SchemaChange.ADDED, column.name, text))
    all_differences.extend(
        Difference(SchemaChange.MISSING, column.name, _missing_words(column.name, table, contract))
        for column in absent
    )
    return tuple(all_differences)


def _missing_words(name: str, table: SourceTable, contract: Contract) -> str:
    """Return that a column is missing, with a column of the source that has another name of it, if any."""
    aliases = contract.properties.get("headgate.aliases")
    names = {compared(str(alias)) for alias in aliases.get(name, ())} if isinstance(aliases, dict) else set()
    similar = next((column.name for column in table.columns if compared(column.name) in names), "")
    return f"{name} is not at the source" + (f"; {similar} may be its name there" if similar else "")


def columns_to_export(
    table: SourceTable, contract: Contract | None, drift: Sequence[Difference]
) -> tuple[str, ...]:
    """Return the names of the columns to export, in the source's order."""
    if contract is None:
        return tuple(column.name for column in table.columns)
    policy, may_be_absent = schema_policy(contract), columns_that_may_be_absent(contract)
    stopping = [
        item.description
        for item in drift
        if policy[item.change] is SchemaAction.STOP
        and (item.change is not SchemaChange.MISSING or item.column not in may_be_absent)
    ]
    if stopping:
        raise SchemaChangedError(
            f"{table.name} differs from contract {contract.id} {contract.version}: {'; '.join(stopping)}"
        )
    left_out = {item.column for item in drift if policy[item.change] is SchemaAction.LEAVE_OUT}
    declared = {column.name for column in contract.columns}
    if policy[SchemaChange.ADDED] is not SchemaAction.EXPORT:
        left_out |= {column.name for column in table.columns if column.name not in declared}
    return tuple(column.name for column in table.columns if column.name not in left_out)


def _renamed(
    column: SourceColumn, place: int, missing: Sequence[Column], contract: Contract, arrow_type_of: TypeOf
) -> Column | None:
    for candidate in missing:
        if contract.names.index(candidate.name) == place and not _type_differences(
            column, candidate, arrow_type_of
        ):
            return candidate
    return None


def _type_differences(column: SourceColumn, declared: Column, arrow_type_of: TypeOf) -> list[Difference]:
    """Return the difference of types; none if all values of the source fit the contract's type."""
    source, target = arrow_type_of(column, declared.type.kind), arrow_type(declared.type)
    if _fits(source, target) and not _is_longer(column, declared):
        return []
    change = SchemaChange.WIDENED if _family(source) == _family(target) else SchemaChange.CHANGED
    wanted = declared.type.kind.value.upper()
    text = f"{column.name} is {column.declared} at the source, {wanted} in the contract"
    return [Difference(change, column.name, text)]


def _is_longer(column: SourceColumn, declared: Column) -> bool:
    """Return whether a VARCHAR is longer than the contract allows; TEXT is always accepted."""
    limit = declared.type.length
    characters = column.declared.partition("(")[2].rstrip(")")
    return (
        bool(limit)
        and column.kind in {"char", "varchar", "bpchar"}
        and characters.isdigit()
        and int(characters) > int(limit or 0)
    )


def _fits(source: pa.DataType, target: pa.DataType) -> bool:
    if source == target or pa.types.is_string(target):
        return not pa.types.is_binary(source)
    if pa.types.is_decimal(source) and pa.types.is_decimal(target):
        return bool(
            source.scale <= target.scale
            and source.precision - source.scale <= target.precision - target.scale
        )
    same_kind = any(
        is_kind(source) and is_kind(target) for is_kind in (pa.types.is_integer, pa.types.is_floating)
    )
    return bool(same_kind and source.bit_width <= target.bit_width)


def _family(kind: pa.DataType) -> str:
    if pa.types.is_integer(kind) or pa.types.is_decimal(kind) or pa.types.is_floating(kind):
        return "number"
    return "time" if pa.types.is_temporal(kind) else str(kind)
