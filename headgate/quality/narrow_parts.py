"""The rows of a table as narrow tables, which break the rules of a contract exactly when the rows do.

Great Expectations copies all columns of a frame for each expectation, and calls Python for each row of most
columns. An expectation that looks at each value by itself holds for all rows exactly when it holds for the
different values of the column; a bound exactly when it holds for the least and the greatest value; a length
exactly when it holds for a shortest and a longest text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pat

from headgate.contracts.arrow import arrow_schema
from headgate.contracts.rule_kinds import Argument, rules_with
from headgate.contracts.rule_values import ORDERINGS
from headgate.quality.suites import compared_columns, unique_keys

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headgate.contracts.model import Contract

FROM_ROWS = 20_000  # fewer rows are asked about as they are: each question has a price of its own
_FEW = 1_000  # values; columns with so few share a question
_BOUNDS = rules_with(Argument.BOUND)
_LENGTHS = rules_with(Argument.LENGTH)
_MOST_DIGITS = 60  # of a number that is compared: more than Arrow's decimals of 38 places have


@dataclass(frozen=True)
class NarrowPart:
    """Rows that a narrow suite is asked about.

    Attributes:
        values_of: the columns whose rules about single values can be asked.
        of_rows: whether `rows` are all rows of the table, so that columns can be compared with each other.
    """

    rows: pa.Table
    values_of: tuple[str, ...]
    of_rows: bool


def narrow_parts(contract: Contract, rows: pa.Table) -> Iterator[NarrowPart]:
    """Yield the parts one after the other; every column of the contract is in one of them."""
    # A float can be no number, which is neither the least nor the greatest; pandas compares all of them in
    # one step.
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
        if len(values) <= _FEW:
            few[name] = values
        else:
            yield NarrowPart(pa.table({name: values}), (name,), of_rows=False)
    if few:
        yield NarrowPart(_padded_table(few), tuple(few), of_rows=False)


def has_types_of(contract: Contract, schema: pa.Schema) -> bool:
    """Return whether the columns have the contract's names and Arrow types, each exactly once."""
    return len(schema) == len(contract.names) and {field.name: field.type for field in schema} == {
        field.name: field.type for field in arrow_schema(contract)
    }


def has_repeated_keys(contract: Contract, rows: pa.Table) -> bool:
    """Return whether columns that are unique together have equal values in two rows; nulls are equal."""
    return any(
        rows.group_by(list(key)).aggregate([]).num_rows < rows.num_rows for key in unique_keys(contract)
    )


def _rules_of(contract: Contract, name: str) -> set[str]:
    """Return the names of a column's value rules, with those of comparisons with a value."""
    compared = (rule.operator for rule in contract.comparisons if rule.left == name and not rule.right)
    return {rule.name for rule in contract.column(name).rules} | {
        ORDERINGS.get(operator, operator) for operator in compared
    }


def _decisive_values(rules: set[str], values: pa.ChunkedArray) -> pa.Array:
    """Return at least one value that breaks a rule or the column's type, if any value does."""
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
    """Return rows that break a comparison of two columns exactly when any row does: all rows, unless each
    comparison is an order of numbers. Then the least and the greatest difference decide.
    """
    places = []
    for rule in (rule for rule in contract.comparisons if rule.right):
        left, right = rows[rule.left], rows[rule.right]
        if rule.operator not in ORDERINGS or not (_is_number(left.type) and left.type == right.type):
            return rows
        exact = [values.cast(pa.decimal256(_MOST_DIGITS, _scale(values.type))) for values in (left, right)]
        difference = pc.subtract(*exact)
        ends = pc.min_max(difference).values()
        places += [pc.index(difference, end).as_py() for end in ends if end.is_valid]
    return rows.take(pa.array(sorted(set(places)) or [0]))


def _is_number(kind: pa.DataType) -> bool:
    return bool(pat.is_integer(kind) or pat.is_decimal(kind))


def _scale(kind: pa.DataType) -> int:
    return kind.scale if pat.is_decimal(kind) else 0


def _padded_table(different: dict[str, pa.Array]) -> pa.Table:
    """Return columns of unequal lengths as one table: the values of the shorter ones come again."""
    places = np.arange(max(map(len, different.values())))
    return pa.table({name: values.take(pa.array(places % len(values))) for name, values in different.items()})
