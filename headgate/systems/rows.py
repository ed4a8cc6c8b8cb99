"""A system's frame as Arrow rows of its contract, exactly: what would change a value is an error."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.types as pat

from headgate.contracts.arrow import arrow_schema
from headgate.contracts.model import Kind
from headgate.contracts.types import arrow_type
from headgate.errors import AuditError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

    from headgate.contracts.model import Column, Contract

# What pandas may hold for each kind; anything else (a float for money, a local time) has already lost something.
_NATURAL: Mapping[Kind, tuple[Callable[[pa.DataType], bool], ...]] = {
    Kind.STRING: (pat.is_string, pat.is_large_string),
    Kind.BOOLEAN: (pat.is_boolean,),
    Kind.SMALLINT: (pat.is_integer, pat.is_floating),
    Kind.INTEGER: (pat.is_integer, pat.is_floating),
    Kind.BIGINT: (pat.is_integer, pat.is_floating),
    Kind.DOUBLE: (pat.is_floating, pat.is_integer),
    Kind.DECIMAL: (pat.is_decimal,),
    Kind.DATE: (pat.is_date, pat.is_timestamp),
    Kind.TIMESTAMP: (pat.is_timestamp,),
}

STAMPS = ("as_of", "snapshot_id")
"""The columns that the runner adds to every table."""


def without_rows(contracts: Mapping[str, Contract]) -> dict[str, pd.DataFrame]:
    """Each table's frame as a system gives it without any data: its contract's columns less the stamps, no rows."""
    frames = {name: arrow_schema(contract).empty_table().to_pandas() for name, contract in contracts.items()}
    return {name: frame.drop(columns=list(STAMPS)) for name, frame in frames.items()}


def rows_of(contract: Contract, frame: pd.DataFrame) -> pa.Table:
    """The frame's rows with the contract's columns, order and types; NaN, NaT and None are null.

    Raises:
        AuditError: names the column that is missing, unknown, or holds something that its type does not hold exactly.
    """
    missing, unknown = sorted(set(contract.names) - set(frame.columns)), sorted(set(map(str, frame.columns)) - set(contract.names))
    if missing or unknown:
        raise AuditError(f"{contract.id}: columns missing {missing}, not in the contract {unknown}")
    return pa.table({column.name: _exact(contract, column, frame[column.name]) for column in contract.columns})


def _exact(contract: Contract, column: Column, values: pd.Series) -> pa.Array:
    try:
        natural = pa.Array.from_pandas(values)
        natural = natural.dictionary_decode() if pat.is_dictionary(natural.type) else natural
        exact = natural.cast(arrow_type(column.type))
        if pat.is_null(natural.type):
            return exact
        # Arrow drops the time of day from a timestamp without a word.
        kept = _is_natural(column.type.kind, natural.type) and exact.cast(natural.type).equals(natural)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError) as error:
        # Arrow's own message quotes the value.
        raise AuditError(f"{contract.id}: column {column.name} is not all {column.type.kind}: {type(error).__name__}") from None
    if not kept:
        raise AuditError(f"{contract.id}: column {column.name} holds {natural.type}, which {column.type.kind} does not hold exactly")
    return exact


def _is_natural(kind: Kind, found: pa.DataType) -> bool:
    if pat.is_timestamp(found) and found.tz is not None:
        return False
    return any(holds(found) for holds in _NATURAL[kind])
