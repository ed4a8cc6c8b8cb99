"""Reduce a table to narrow tables that violate a contract's rules if and only if the table does.

Great Expectations copies all columns of a frame for each expectation, and calls Python for each row of most
columns. It is enough to check the distinct values of a column; for a bound, the minimum and the maximum; for
a length, a shortest and a longest text.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pat

from headgate.contracts.model import Contract
from headgate.contracts.rule_kinds import Argument, rules_with
from headgate.contracts.rule_values import ORDERINGS
from headgate.contracts.types import arrow_schema
from headgate.quality.suites import compared_columns, unique_keys

MIN_ROWS = 20_000  # smaller tables are not reduced, because each validation has a fixed cost
_FEW_VALUES = 1_000  # columns with at most this many values share a validation
_BOUNDS = rules_with(Argument.BOUND)
_LENGTHS = rules_with(Argument.LENGTH)
_MAX_DIGITS = 60  # of a compared number, more than the 38 digits of Arrow's decimal128


@dataclass(frozen=True)
class NarrowPart:
    """Rows for a narrow suite.

    Attributes:
        values_of: the columns whose values decide the rules about single values.
        of_rows: the rows also decide the comparisons of columns.
    """

    rows: pa.Table
    values_of: tuple[str, ...]
    of_rows: bool


def narrow_parts(contract: Contract, rows: pa.Table) -> Iterator[NarrowPart]:
    """Yield the parts; each column of the contract is in one of them."""
    # NaN is neither the minimum nor the maximum of floats; pandas compares all floats at once.
    floats = tuple(name for name in contract.names if pat.is_float64(rows[name].type))
    compared = compared_columns(contract)
    if floats and set(compared) & set(floats):
        yield NarrowPart(rows.select(list(dict.fromkeys([*floats, *compared]))), floats, of_rows=True)
    else:
        if floats:
            yield NarrowPart(rows.select(floats), floats, of_rows=False)
        if compared:
            yield NarrowPart(_decisive_pairs(contract, rows.select(compared)), (), of_rows=True)
    few: dict[str, pa.Array] = {}
    for name in (name for name in contract.names if name not in floats):
        values = _decisive_values(_rules_of(contract, name), rows[name])
        if len(values) <= _FEW_VALUES:
            few[name] = values
        else:
            yield NarrowPart(pa.table({name: values}), (name,), of_rows=False)
    if few:
        yield NarrowPart(_padded_table(few), tuple(few), of_rows=False)


def has_types_of(contract: Contract, schema: pa.Schema) -> bool:
    """Return whether the columns have the contract's names and Arrow types, without duplicates."""
    return len(schema) == len(contract.names) and {field.name: field.type for field in schema} == {
        field.name: field.type for field in arrow_schema(contract)
    }


def has_repeated_keys(contract: Contract, rows: pa.Table) -> bool:
    """Return whether two rows have equal values in the columns of a unique key; nulls are equal."""
    return any(
        rows.group_by(list(key)).aggregate([]).num_rows < rows.num_rows for key in unique_keys(contract)
    )


def _rules_of(contract: Contract, name: str) -> set[str]:
    """Return the names of a column's rules, and of comparisons with a value."""
    compared = (rule.operator for rule in contract.comparisons if rule.left == name and not rule.right)
    return {rule.name for rule in contract.column(name).rules} | {
        ORDERINGS.get(operator, operator) for operator in compared
    }


def _decisive_values(rules: set[str], values: pa.ChunkedArray) -> pa.Array:
    """Return values of which at least one violates a rule or the column's type if any value does."""
    if rules - _BOUNDS - _LENGTHS - {"required"}:
        return pc.unique(values)
    first_valid = pc.index(pc.is_valid(values), value=True).as_py()
    if first_valid < 0:
        return pc.unique(values)
    decisive = list(pc.min_max(values).values()) if rules & _BOUNDS else [values[first_valid]]
    if rules & _LENGTHS:
        lengths = pc.utf8_length(values)
        decisive += [values[pc.index(lengths, end).as_py()] for end in pc.min_max(lengths).values()]
    if values.null_count:
        decisive.append(pa.scalar(None, values.type))
    return pa.array([scalar.as_py() for scalar in decisive], values.type)


def _decisive_pairs(contract: Contract, rows: pa.Table) -> pa.Table:
    """Return rows of which at least one violates a comparison of two columns if any row does.

    If all comparisons order numbers, rows with the minimum and maximum differences suffice; otherwise all
    rows are returned.
    """
    places = []
    for rule in (rule for rule in contract.comparisons if rule.right):
        left, right = rows[rule.left], rows[rule.right]
        if rule.operator not in ORDERINGS or not (_is_number(left.type) and left.type == right.type):
            return rows
        exact = [values.cast(pa.decimal256(_MAX_DIGITS, _scale(values.type))) for values in (left, right)]
        difference = pc.subtract(*exact)
        ends = pc.min_max(difference).values()
        places += [pc.index(difference, end).as_py() for end in ends if end.is_valid]
    return rows.take(pa.array(sorted(set(places)) or [0]))


def _is_number(kind: pa.DataType) -> bool:
    return bool(pat.is_integer(kind) or pat.is_decimal(kind))


def _scale(kind: pa.DataType) -> int:
    return kind.scale if pat.is_decimal(kind) else 0


def _padded_table(different: dict[str, pa.Array]) -> pa.Table:
    """Return columns of unequal lengths as one table, by repeating the values of shorter ones."""
    places = np.arange(max(map(len, different.values())))
    return pa.table({name: values.take(pa.array(places % len(values))) for name, values in different.items()})
