"""List the columns that fail in a file, with examples and the contract edit that would accept the rows."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from headgate.contracts.format_property import FORMAT_PROPERTY, stated_format
from headgate.contracts.model import Column, ColumnType, Contract, Kind, Level, Mask
from headgate.contracts.new_column_policy import RULE, with_declared
from headgate.contracts.source_format import PLAIN
from headgate.intake.quarantine.likely_types import change_in_words, in_both_formats, likely_columns
from headgate.lake.states import Disposition
from headgate.values.format_inference import NULL_WORDS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    import pyarrow as pa


_EXAMPLES = 3
_UNDECLARED = frozenset({"undeclared_card_number", "undeclared_ssn", "undeclared_cvv"})
_NO_EDIT = "none: correct the data at their source"
_CORRECT = (
    "{column}: correct the refused values at their source ({rows:,} of {received:,} rows), since the "
    "others have the type"
)
# If at most this share of at least so many rows fails, the values are more likely wrong than the contract.
_MIN_ROWS, _MAX_FAILING_SHARE = 10, 0.2


@dataclass(frozen=True)
class FailingColumn:
    """A rule that rows of a file break.

    Attributes:
        column: empty for a rule over the whole row.
        rows: number of refused rows that break the rule, alone or with other rules.
        examples: at most three distinct values, masked.
        edit: the most likely remedy: a change to the contract that would accept these rows, or to the data.
        nulls: all values that break the type, if each is a common text for a missing value, such as `-`.
        other_edits: less likely remedies, in descending order.
        edited: the edited column, if the edit is a format or a wider type.
        is_for_source: whether the data should be corrected, because nearly all other values have the type.
    """

    column: str
    rule: str
    rows: int
    examples: tuple[str, ...]
    edit: str
    nulls: tuple[str, ...] = ()
    other_edits: tuple[str, ...] = ()
    edited: Column | None = None
    is_for_source: bool = False

    def as_json(self) -> dict[str, object]:
        """Return the fields as JSON values."""
        names = ("column", "rule", "rows", "examples", "edit", "nulls", "other_edits")
        return {name: getattr(self, name) for name in names}


@dataclass
class _Failures:
    rows: int = 0
    examples: list[str] = field(default_factory=list)
    null_words: set[str] = field(default_factory=set)
    has_other_values: bool = False
    values: dict[str, None] = field(default_factory=dict)  # distinct values in the order of the rows

    def nulls(self, rule: str) -> tuple[str, ...]:
        """Return the values if all of them mean a missing value."""
        return () if rule != "type" or self.has_other_values else tuple(sorted(self.null_words))


def failing_columns(
    quarantine_rows: pa.Table,
    contract: Contract,
    new_columns: Collection[str] = (),
    *,
    received: int = 0,
    accepts: Callable[[Column], bool] = lambda _: True,
) -> list[FailingColumn]:
    """List new columns and all rules that refused rows break, not only each row's first; most rows first.

    Args:
        new_columns: columns of the file that the contract does not have, even if no row is refused for them.
        received: number of rows in the file; 0 if unknown.
        accepts: returns whether an edited column accepts all values of the file; by default the refused
            values decide alone.
    """
    by_column: defaultdict[tuple[str, str], _Failures] = defaultdict(_Failures)
    for row in quarantine_rows.select(["disposition", "all_rules", "record"]).to_pylist():
        if row["disposition"] == Disposition.REFUSED:
            _add(by_column, json.loads(row["all_rules"]), json.loads(row["record"]))
    for name in new_columns:
        by_column[name, RULE].rows += 0
    warnings = {
        (column.name, rule.name)
        for column in contract.columns
        for rule in column.rules
        if rule.level is Level.WARN
    }
    listed = [
        _failing(contract, *key, failures, received=received, accepts=accepts)
        for key, failures in by_column.items()
        if key not in warnings
    ]
    return sorted(listed, key=lambda failing: (-failing.rows, failing.column, failing.rule))


def _failing(
    contract: Contract,
    column: str,
    rule: str,
    failures: _Failures,
    *,
    received: int,
    accepts: Callable[[Column], bool],
) -> FailingColumn:
    """Return the rule with its remedies, the most likely one first.

    The order is: texts for null, a format or wider type, a correction of the data, a weaker contract.
    """
    nulls = failures.nulls(rule)
    weaker = _edit(contract, column, rule, nulls)
    plain = FailingColumn(column, rule, failures.rows, tuple(failures.examples), weaker, nulls)
    if rule != "type" or nulls or column not in contract.names:
        return plain
    own = contract.column(column)
    weaker_edits = () if weaker == _NO_EDIT else (weaker,)
    likely = _likely(contract, own, [*failures.values], accepts)
    table = stated_format(contract.properties.get(FORMAT_PROPERTY, {}))
    if len(likely) == 1:
        return replace(
            plain, edit=change_in_words(own, likely[0], table), other_edits=weaker_edits, edited=likely[0]
        )
    if likely:
        written = " or ".join(change_in_words(own, change, table).partition(": ")[2] for change in likely)
        return replace(
            plain,
            edit=f"{column}: decide how it is written, since both read these values: {written}",
            other_edits=weaker_edits,
        )
    if received >= _MIN_ROWS and failures.rows <= _MAX_FAILING_SHARE * received:
        return replace(
            plain,
            edit=_CORRECT.format(rows=failures.rows, received=received, column=column),
            other_edits=weaker_edits,
            is_for_source=True,
        )
    return plain


def _likely(
    contract: Contract, column: Column, values: Sequence[str], accepts: Callable[[Column], bool]
) -> list[Column]:
    """Return the column with each format or wider type that reads every value of the file.

    A key gets only formats, because stored keys keep their type.
    """
    accepting = []
    for likely in likely_columns(column, values):
        both = in_both_formats(column, likely)
        tried = [likely, *([both] if both else [])]
        accepting += [
            edited
            for edited in tried
            if (column.name not in contract.key or edited.type == column.type) and accepts(edited)
        ][:1]
    return accepting


def with_suggestions(contract: Contract, failing: Iterable[FailingColumn]) -> Contract:
    """Return the contract with every edit of `failing` as its next minor version; unchanged without edits.

    A column whose data should be corrected stays unchanged.
    """
    edited = contract
    for failing_column in failing:
        if failing_column.edited:
            edited = with_changed_column(edited, failing_column.edited)
        elif not failing_column.is_for_source:
            edited = _edited(edited, failing_column.column, failing_column.rule, failing_column.nulls)
    if edited == contract:
        return contract
    major, minor, *_ = contract.version.split(".")
    return replace(edited, version=f"{major}.{int(minor) + 1}.0")


def with_changed_column(contract: Contract, column: Column) -> Contract:
    """Return the contract with this column in place of its column of the same name."""
    columns = (column if each.name == column.name else each for each in contract.columns)
    return replace(contract, columns=tuple(columns))


def _add(
    failures: defaultdict[tuple[str, str], _Failures], codes: Sequence[str], record: dict[str, Any]
) -> None:
    for code in codes:
        rule, _, column = code.partition(":")
        failing = failures[column, rule]
        failing.rows += 1
        example = record.get(column)
        if isinstance(example, str):
            failing.values[example] = None
        if example in NULL_WORDS:
            failing.null_words.add(example)
        else:
            failing.has_other_values = True
        if example is not None and len(failing.examples) < _EXAMPLES and example not in failing.examples:
            failing.examples.append(example)


def _edit(contract: Contract, column: str, rule: str, nulls: tuple[str, ...]) -> str:
    if _edited(contract, column, rule, nulls) == contract:
        return _NO_EDIT
    if rule == RULE:
        return f"{column}: add it to the contract (as text; state another type where it has one)"
    if nulls:
        return (
            f"{column}: read {' and '.join(nulls)} as a missing value (nulls of headgate.format; not "
            "required)"
        )
    if rule == "type":
        return f"{column}: keep it as text (logicalType: string)"
    if rule in _UNDECLARED:
        return f"{column}: mask numbers in it (headgate.mask: free_text)"
    return f"{column}: remove `{rule}`" if column else f"remove the rule `{rule}`"


def _edited(contract: Contract, name: str, rule: str, nulls: tuple[str, ...]) -> Contract:
    """Return the contract with the smallest edit that accepts every row that breaks the rule."""
    if rule == RULE:
        return with_declared(contract, name)
    if not name:
        return replace(
            contract,
            comparisons=tuple(comparison for comparison in contract.comparisons if comparison.name != rule),
        )
    columns = tuple(
        _edited_column(column, rule, nulls) if column.name == name and name not in contract.key else column
        for column in contract.columns
    )
    return replace(contract, columns=columns)


def _edited_column(column: Column, rule: str, nulls: tuple[str, ...]) -> Column:
    if nulls and column.mask is None:
        declared = column.format or PLAIN
        null_texts = tuple(dict.fromkeys((*declared.nulls, *nulls)))
        kept = tuple(kept_rule for kept_rule in column.rules if kept_rule.name != "required")
        return replace(column, format=replace(declared, nulls=null_texts), rules=kept, required=False)
    if rule == "type" and column.mask is None:
        kept = tuple(kept_rule for kept_rule in column.rules if kept_rule.name == "required")
        return replace(column, type=ColumnType(Kind.STRING), rules=kept, format=None, unit="")
    if rule in _UNDECLARED and column.type.kind is Kind.STRING:
        return replace(column, mask=Mask.FREE_TEXT)
    rules = tuple(kept_rule for kept_rule in column.rules if kept_rule.name != rule)
    return (
        replace(column, rules=rules, required=column.required and rule != "required")
        if rules != column.rules
        else column
    )
