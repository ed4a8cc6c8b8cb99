"""The audit before a publish, which validates rows against their contract with Arrow kernels, by batches."""

from collections import Counter
from collections.abc import Callable, Mapping

import pyarrow as pa
import pyarrow.compute as pc

from headgate.contracts.model import Column, Comparison, Contract, Kind, Level, Rule
from headgate.contracts.rule_kinds import Argument, rules_with
from headgate.contracts.rule_values import typed_literal
from headgate.errors import AuditError
from headgate.values.unique_values import RULE as UNIQUE
from headgate.values.unique_values import normal_form, repetitions

_BOUNDS = rules_with(Argument.BOUND)


def _is_no_gtin(values: pa.Array, _: object) -> pa.Array:
    has_form = pc.match_substring_regex(values, r"^(?:[0-9]{8}|[0-9]{12}|[0-9]{13}|[0-9]{14})$")
    rest = pc.if_else(has_form, values, None).cast(pa.int64())
    total, weight = None, 1
    while total is None or pc.max(rest).as_py():  # a digit a time, from the right
        rest, left = pc.divide(rest, 10), rest
        weighted = pc.multiply(pc.subtract(left, pc.multiply(rest, 10)), weight)
        total, weight = weighted if total is None else pc.add(total, weighted), 4 - weight
    has_digit = pc.equal(pc.multiply(pc.divide(total, 10), 10), total)
    return pc.invert(pc.coalesce(has_digit, pc.is_null(values)))


_BREAKS: Mapping[str, Callable[[pa.Array, object], pa.Array]] = {
    "minimum": pc.less,
    "exclusive_minimum": pc.less_equal,
    "maximum": pc.greater,
    "exclusive_maximum": pc.greater_equal,
    "min_length": lambda values, bound: pc.less(pc.utf8_length(values), bound),
    "max_length": lambda values, bound: pc.greater(pc.utf8_length(values), bound),
    "gtin": _is_no_gtin,
    "pattern": lambda values, pattern: pc.invert(pc.match_substring_regex(values, pattern)),
}
_HOLDS = {
    "==": pc.equal,
    "!=": pc.not_equal,
    "<": pc.less,
    "<=": pc.less_equal,
    ">": pc.greater,
    ">=": pc.greater_equal,
}


def audit(contract: Contract, rows: pa.Table | pa.RecordBatchReader) -> None:
    """Raise an AuditError if `rows` violate their contract, except for rules of level `warn`."""
    require_none(contract, broken_rules(contract, rows))


def require_none(contract: Contract, broken: Counter[tuple[str, str]]) -> None:
    """Raise an AuditError with all columns, violated rules and numbers of rows, without values."""
    if broken:
        failed = "; ".join(
            f"{place}: {rule} broken by {count} rows" for (place, rule), count in sorted(broken.items())
        )
        raise AuditError(f"{contract.id}: {failed}")


def broken_rules(contract: Contract, rows: pa.Table | pa.RecordBatchReader) -> Counter[tuple[str, str]]:
    """Return the number of rows that violate a rule, by (column or columns, rule)."""
    broken: Counter[tuple[str, str]] = Counter()
    keys: list[pa.RecordBatch] = []
    unique: dict[str, list[pa.Array]] = {column.name: [] for column in contract.columns if column.unique}
    for batch in rows.to_batches() if isinstance(rows, pa.Table) else rows:
        for column in contract.columns:
            broken.update(_broken_in_column(column, batch.column(column.name)))
        for comparison in contract.comparisons:
            broken.update(_broken_in_rows(contract, comparison, batch))
        keys.append(batch.select(list(contract.key)))
        for name, values in unique.items():
            values.append(normal_form(batch.column(name)))
    broken.update({(", ".join(contract.key), UNIQUE): _surplus(contract, keys)})
    broken.update(
        {
            (name, UNIQUE): len(repetitions(pa.concat_arrays(values)))
            for name, values in unique.items()
            if values
        }
    )
    return +broken


def _broken_in_column(column: Column, values: pa.Array) -> dict[tuple[str, str], int]:
    counts = {
        (column.name, rule.name): _count(_breaks(column, rule, values))
        for rule in column.rules
        if rule.name != "required" and rule.level is not Level.WARN
    }
    if column.required:
        counts[column.name, "required"] = values.null_count
    if column.type.kind is Kind.DOUBLE:
        # Athena and pandas compare NaN and infinity differently, so outputs must not contain them.
        counts[column.name, "finite"] = _count(pc.invert(pc.is_finite(values)))
    return counts


def _breaks(column: Column, rule: Rule, values: pa.Array) -> pa.Array:
    if rule.name == "valid_values":
        allowed = [typed_literal(column.type, value) for value in rule.argument]  # type: ignore[attr-defined] # valid_values carries a tuple
        return pc.and_(
            pc.is_valid(values), pc.invert(pc.is_in(values, value_set=pa.array(allowed, values.type)))
        )
    bound = typed_literal(column.type, rule.argument) if rule.name in _BOUNDS else rule.argument
    return _BREAKS[rule.name](values, bound)


def _broken_in_rows(
    contract: Contract, rule: Comparison, batch: pa.RecordBatch
) -> dict[tuple[str, str], int]:
    if rule.level is Level.WARN:
        return {}
    right = (
        batch.column(rule.right) if rule.right else typed_literal(contract.column(rule.left).type, rule.value)
    )
    holds = _HOLDS[rule.operator](batch.column(rule.left), right)
    return {(rule.left, rule.name): _count(pc.invert(holds))}


def _surplus(contract: Contract, keys: list[pa.RecordBatch]) -> int:
    if not contract.key or not keys:
        return 0
    rows = pa.Table.from_batches(keys)
    return int(rows.num_rows - rows.group_by(list(contract.key)).aggregate([]).num_rows)


def _count(flags: pa.Array) -> int:
    return int(pc.sum(flags).as_py() or 0)
