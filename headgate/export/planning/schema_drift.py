"""Differences of source and contract columns, reported before any row is read, and the policy."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import pyarrow as pa

from headgate.contracts.types import arrow_type
from headgate.errors import ContractError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from headgate.contracts.model import Column, Contract, Kind
    from headgate.export.server.source_tables import SourceColumn, SourceTable

    TypeOf = Callable[[SourceColumn, Kind | None], pa.DataType]


class SchemaChangedError(ContractError):
    """The source's columns differ from the contract's in a way that its policy stops at."""


class SchemaChange(StrEnum):
    """Kinds of difference."""

    ADDED = "added"  # the source has a column that the contract does not know
    MISSING = "missing"  # the contract declares a column that the source has not
    RENAMED = "renamed"  # one went and one of the same type came, at the same place
    WIDENED = "widened"  # the source's type holds values that the contract's does not
    CHANGED = "changed"  # another type altogether


class SchemaAction(StrEnum):
    """An answer to a difference."""

    EXPORT = "export"  # go on, and export the column
    LEAVE_OUT = "leave_out"  # go on without the column
    STOP = "stop"


@dataclass(frozen=True)
class Difference:
    """One difference, in words that name no value."""

    change: SchemaChange
    column: str
    description: str


# A new column may be sensitive, so it stays out until a contract says what it is. A missing or changed one
# would break the gate later and less clearly.
DEFAULT_POLICY: Mapping[SchemaChange, SchemaAction] = {
    SchemaChange.ADDED: SchemaAction.LEAVE_OUT,
    SchemaChange.MISSING: SchemaAction.STOP,
    SchemaChange.RENAMED: SchemaAction.STOP,
    SchemaChange.WIDENED: SchemaAction.EXPORT,
    SchemaChange.CHANGED: SchemaAction.STOP,
}


def schema_policy(contract: Contract) -> dict[SchemaChange, SchemaAction]:
    """Return the contract's own policy (`headgate.schemaPolicy`: change → action) over the default."""
    policy = contract.properties.get("headgate.schemaPolicy", {})
    if not isinstance(policy, dict):
        raise ContractError(
            f"{contract.id}: headgate.schemaPolicy is not a mapping. Write it as in {{added: ignore}}"
        )
    try:
        return {
            **DEFAULT_POLICY,
            **{SchemaChange(name): SchemaAction(action) for name, action in policy.items()},
        }
    except ValueError as error:
        raise ContractError(f"{contract.id}: headgate.schemaPolicy: {error}") from error


def schema_differences(
    table: SourceTable, contract: Contract, arrow_type_of: TypeOf
) -> tuple[Difference, ...]:
    """Return every difference, in the order of the source's columns, then those that are missing.

    Args:
        arrow_type_of: the type of a source's column in Parquet, by what the contract wants.
    """
    declared = {column.name: column for column in contract.columns}
    present = {column.name for column in table.columns}
    missing = [column for column in contract.columns if column.name not in present]
    all_differences = []
    for place, column in enumerate(table.columns):
        if column.name in declared:
            all_differences.extend(_typed(column, declared[column.name], arrow_type_of))
        elif renamed := _renamed(column, place, missing, contract, arrow_type_of):
            missing.remove(renamed)
            all_differences.append(
                Difference(
                    SchemaChange.RENAMED,
                    renamed.name,
                    f"{renamed.name} is gone; {column.name} may be its new name",
                )
            )
        else:
            all_differences.append(
                Difference(
                    SchemaChange.ADDED, column.name, f"{column.name} {column.declared} is not in the contract"
                )
            )
    all_differences.extend(
        Difference(SchemaChange.MISSING, column.name, f"{column.name} is not at the source")
        for column in missing
    )
    return tuple(all_differences)


def columns_to_export(
    table: SourceTable, contract: Contract | None, drift: Sequence[Difference]
) -> tuple[str, ...]:
    """Return the names of the columns to export, in the source's order.

    Raises:
        SchemaChangedError: the policy stops at one of the differences; the message lists all of them.
    """
    if contract is None:
        return tuple(column.name for column in table.columns)
    policy = schema_policy(contract)
    if stopping := [item.description for item in drift if policy[item.change] is SchemaAction.STOP]:
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
        if contract.names.index(candidate.name) == place and not _typed(column, candidate, arrow_type_of):
            return candidate
    return None


def _typed(column: SourceColumn, declared: Column, arrow_type_of: TypeOf) -> list[Difference]:
    """Return the difference of types, none when every value of the source fits the contract's type."""
    source, target = arrow_type_of(column, declared.type.kind), arrow_type(declared.type)
    if _fits(source, target) and not _longer(column, declared):
        return []
    change = SchemaChange.WIDENED if _family(source) == _family(target) else SchemaChange.CHANGED
    wanted = declared.type.kind.value.upper()
    return [
        Difference(
            change, column.name, f"{column.name} is {column.declared} at the source, {wanted} in the contract"
        )
    ]


def _longer(column: SourceColumn, declared: Column) -> bool:
    """Return whether a VARCHAR is longer than the contract allows; TEXT is unbounded on purpose."""
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
    if pa.types.is_integer(source) and pa.types.is_integer(target):
        return bool(source.bit_width <= target.bit_width)
    if pa.types.is_floating(source) and pa.types.is_floating(target):
        return bool(source.bit_width <= target.bit_width)
    return False


def _family(kind: pa.DataType) -> str:
    families = {
        "number": pa.types.is_integer(kind) or pa.types.is_decimal(kind) or pa.types.is_floating(kind),
        "time": pa.types.is_temporal(kind),
    }
    return next((name for name, belongs in families.items() if belongs), str(kind))
