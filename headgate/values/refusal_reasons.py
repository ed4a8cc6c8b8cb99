"""Describe why rows are refused, in full sentences: the fault of the column, and the remedy.

No reason contains a value of the row.
"""

import pyarrow as pa
import pyarrow.compute as pc

from headgate.contracts.date_patterns import date_pattern
from headgate.contracts.model import Column, Comparison, Kind, Rule
from headgate.contracts.rule_kinds import RULE_KINDS
from headgate.contracts.source_format import EITHER, PLAIN, SourceFormat
from headgate.plain_names import capitalised, title_of_name

_MAX_DIGITS = {Kind.SMALLINT: 4, Kind.INTEGER: 9, Kind.BIGINT: 18}  # of whole numbers; all such numbers fit
# 31 December 2026, 18:30, by the fields of a pattern.
_MOMENT = {
    "year": "2026",
    "short_year": "26",
    "month": "12",
    "day": "31",
    "hour": "18",
    "minute": "30",
    "second": "00",
}
_DURATIONS = {"h:mm:ss": "2:01:12", "h:mm": "37:45", "m:ss": "59:12"}
_EMAIL = ("is no e-mail address", "Write it as in name@example.com")
_EXAMPLES = {Kind.DATE: "2026-12-31", Kind.TIMESTAMP: "2026-12-31 18:30:00"}
_NEW_COLUMN = (
    "is a column that the contract does not have",
    "Leave the column out, or ask whoever maintains the contract to add it",
)
_OPERATORS = {
    "==": "equal to",
    "!=": "different from",
    "<": "less than",
    "<=": "at most",
    ">": "more than",
    ">=": "at least",
}


def title_of(column: Column) -> str:
    """Return the column's display name: its label in the contract, or the words of its name.

    >>> from headgate.contracts.model import Column, ColumnType, Kind
    >>> title_of(Column("list_price", ColumnType(Kind.DOUBLE)))
    'List price'
    """
    return column.label or title_of_name(column.name)


def reason_of_column(column: Column, fault: str, remedy: str) -> str:
    """Return the two sentences about a value of a column.

    Args:
        fault: the words after the column's name, without a full stop.
        remedy: a sentence without a full stop.
    """
    return f"{title_of(column)} {fault}. {remedy}."


def type_reason(column: Column) -> str:
    """Return why a text that does not fit the column's type is refused."""
    kind = column.type.kind
    return reason_of_column(
        column, _type_fault(column), f"Write {_spelling(column)}{_clock_changes(column, kind)}"
    )


def impossible_day_reason(column: Column, fault: str) -> str:
    """Return why a day that no calendar has is refused.

    Args:
        fault: such as `November has 30 days`.
    """
    return reason_of_column(column, f"is an impossible day: {fault}", "Correct the day or the month")


def other_unit_reason(column: Column, sign: str, own: str) -> str:
    """Return why a number with the unit of another column is refused.

    Args:
        sign: the unit beside the number.
        own: the unit of the column; empty for none.
    """
    if own:
        return reason_of_column(column, f"is in {sign}, not in {own}", f"Convert it to {own}")
    fault = f"is in {sign}, and the column has numbers without a unit"
    return reason_of_column(column, fault, "Convert it as the other values are written, without a unit")


def rule_reason(rule: Rule, column: Column) -> str:
    """Return why a value that breaks a rule of its column is refused."""
    if rule.name not in RULE_KINDS:
        return reason_of_column(column, *_NEW_COLUMN)
    if rule.name == "pattern":
        texts = pa.array(["name@example.com", "name.example.com", "@example.com", "name"])
        if pc.match_substring_regex(texts, str(rule.argument)).to_pylist() == [True, False, False, False]:
            return reason_of_column(column, *_EMAIL)
    argument = rule.argument
    text = ", ".join(map(str, argument)) if isinstance(argument, tuple) else argument
    kind = RULE_KINDS[rule.name]
    return reason_of_column(column, kind.fault_of_row.format(text), kind.remedy.format(text))


def comparison_reason(comparison: Comparison) -> str:
    """Return why a row with contradictory values is refused: the contract's text, or the comparison."""
    left, right = comparison.left, comparison.right
    compared = _words(right) if right else str(comparison.value)
    fault = (
        comparison.description.rstrip(".")
        or f"{capitalised(_words(left))} is not {_OPERATORS[comparison.operator]} {compared}"
    )
    remedy = f"{_words(left)} or {_words(right)}" if right else _words(left)
    return f"{capitalised(fault)}. Correct {remedy}."


def fault_of(reason: str) -> str:
    """Return the fault of a reason, without the remedy and without a full stop.

    >>> fault_of("Amount has no value. Write a value.")
    'Amount has no value'
    """
    return reason.partition(". ")[0].removesuffix(".")


def _type_fault(column: Column) -> str:
    kind, precision, scale = column.type.kind, column.type.precision, column.type.scale
    if column.format and column.format.duration:
        return "is not a duration"
    if digits := _MAX_DIGITS.get(kind):
        return f"is not a whole number of at most {digits} digits"
    if kind is Kind.DECIMAL and precision:
        return (
            f"is not a number with at most {precision - (scale or 0)} digits before the decimal sign and "
            f"{scale or 0} behind it"
        )
    return {
        Kind.DATE: "is not a date",
        Kind.TIMESTAMP: "is not a date with a time of day",
        Kind.BOOLEAN: "is neither yes nor no",
        Kind.STRING: "is not a readable text",
    }.get(kind, "is not a number")


def _spelling(column: Column) -> str:
    """Return how to write a value: in the source format of the contract, else in plain form."""
    kind, written = column.type.kind, column.format
    if written and written.patterns:
        return f"it as {' or '.join(map(_example, written.patterns))}"
    if kind is Kind.BOOLEAN:
        words = (*written.true_words, *written.false_words) if written and written.true_words else ()
        return " or ".join(words or ("true", "false"))
    if kind in _EXAMPLES:
        return f"it as {_EXAMPLES[kind]}"
    if kind is Kind.STRING:
        return "it as plain text"
    return _number_spelling(kind, written or PLAIN)


def _number_spelling(kind: Kind, written: SourceFormat) -> str:
    if written.duration:
        return f"it as {_DURATIONS[written.duration]}"
    if written.percent and kind in _MAX_DIGITS:
        return "it as 12%"
    if written.percent:
        return f"it as {'12.5% or 12,5%' if written.decimal == EITHER else f'12{written.decimal}5%'}"
    if kind in _MAX_DIGITS:
        return f"it as 1{written.thousands}234" if written.thousands else "digits only, such as 1234"
    if written.decimal == EITHER:
        return "it as 1234.50 or 1234,50: 1.234 has two meanings"
    return f"it as 1{written.thousands}234{written.decimal}5"


def _example(pattern: str) -> str:
    """Return an example in a pattern; the pattern itself if it has names of months or an offset.

    >>> _example("dd.MM.yyyy HH:mm")
    '31.12.2026 18:30'
    """
    parts = date_pattern(pattern).parts
    if any(part.field and part.field not in _MOMENT for part in parts):
        return pattern
    return "".join(_MOMENT[part.field] if part.field else part.text for part in parts)


def _clock_changes(column: Column, kind: Kind) -> str:
    if kind is not Kind.TIMESTAMP or not column.format or not column.format.timezone:
        return ""
    return (
        f" in local time of {column.format.timezone}; a time that a change of clocks skips or repeats "
        "needs its offset"
    )


def _words(name: str | None) -> str:
    return (name or "").replace("_", " ")
