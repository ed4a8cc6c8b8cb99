"""Compare two versions of a contract: the changes, and for whom they break something.

Two groups depend on a contract. **Senders**: a file that was accepted before is now rejected, or some of its
rows are refused. **Readers**: a query that worked on the dataset before now fails, or returns values that it
could not return before.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from headgate.contracts.curated import masked_columns
from headgate.contracts.format_property import format_facts
from headgate.contracts.model import Column, ColumnType, Comparison, Contract, Kind, Level, Mask, Rule
from headgate.contracts.new_column_policy import ALIASES, NewColumns, left_out_names, policy_of
from headgate.contracts.odcs_writer import physical_type
from headgate.contracts.rule_kinds import RULE_KINDS


class Breaks(StrEnum):
    """The people for whom a change breaks something."""

    NOBODY = "nobody"
    SENDERS = "senders"
    READERS = "readers"
    BOTH = "both"


@dataclass(frozen=True)
class ContractChange:
    """A difference; `column` is empty if it concerns the table."""

    column: str
    message: str
    breaks: Breaks


_INTEGER_BITS = {Kind.SMALLINT: 16, Kind.INTEGER: 32, Kind.BIGINT: 64}
_COMPARED_AS_FIELDS = {"headgate.orderBy", "headgate.format"}
# The people for whom an added, changed or removed property breaks something. Other properties are
# descriptions.
_PROPERTY_BREAKS = {
    "headgate.encoding": Breaks.BOTH,  # a file is read as another text, or is rejected
    "headgate.quotes": Breaks.BOTH,  # a value is read with its quotes or without
    "headgate.header": Breaks.SENDERS,  # the first row is read as data, or as names
    "headgate.widths": Breaks.BOTH,  # the same lines are cut into other cells
    "headgate.sheet": Breaks.SENDERS,  # another sheet is read, or is missing
    "headgate.asOf": Breaks.READERS,  # the lake may be as of another day
    "headgate.eventTime": Breaks.READERS,  # rows over time are counted by another column
    "headgate.deletes": Breaks.READERS,  # rows leave the snapshot, or stay in it
    "headgate.load": Breaks.READERS,  # rows that are not in a load leave the snapshot, or stay in it
    # rows are accepted or refused, and the table gains or loses `new_columns`
    "headgate.newColumns": Breaks.BOTH,
    "headgate.leftOut": Breaks.BOTH,  # a file is accepted without the column, or by `headgate.newColumns`
    "headgate.mayBeAbsent": Breaks.SENDERS,  # an export without the column stops, or succeeds
    "headgate.optional": Breaks.BOTH,  # the table may be missing, or is required
    "headgate.schemaPolicy": Breaks.SENDERS,  # an export that succeeded stops, or leaves columns out
    "headgate.system": Breaks.READERS,  # the table is in another bucket
    "headgate.table": Breaks.READERS,  # the rows are those of another table
}


# The treatment of a file with a column that the contract no longer has, and the people for whom it breaks
# something.
_TREATMENT_OF_REMOVED = {
    NewColumns.ASK: ("a file that has it is pending (needs_mapping)", Breaks.BOTH),
    NewColumns.STOP: ("a file that has it is rejected", Breaks.BOTH),
    NewColumns.QUARANTINE: ("rows with a value in it are refused", Breaks.BOTH),
    NewColumns.KEEP_AS_TEXT: (
        "a file that has it is accepted, and new_columns keeps its values as text",
        Breaks.READERS,
    ),
    NewColumns.IGNORE: ("a file that has it is accepted without it", Breaks.READERS),
}


def differences(old: Contract, new: Contract) -> list[ContractChange]:
    """Return every change except descriptions: those of the table, then of its columns in contract order."""
    return [*_of_table(old, new), *_of_columns(old, new)]


def is_breaking(change: ContractChange) -> bool:
    """Return whether somebody must act before the change is deployed."""
    return change.breaks is not Breaks.NOBODY


def _of_table(old: Contract, new: Contract) -> Iterator[ContractChange]:
    if old.dataset != new.dataset:
        yield ContractChange("", f"the dataset is called {new.dataset}, was {old.dataset}", Breaks.BOTH)
    if old.key != new.key:
        keys = [", ".join(contract.key) or "none" for contract in (new, old)]
        yield ContractChange(
            "", f"the key is {keys[0]}, was {keys[1]}: other rows are duplicates now", Breaks.READERS
        )
    if old.order_by != new.order_by:
        message = (
            f"of two rows with one key the later ({', '.join(new.order_by)}) is kept, was "
            f"({', '.join(old.order_by)})"
        )
        yield ContractChange("", message, Breaks.READERS)
    yield from _of_properties(old.properties, new.properties)
    before, after = ({rule.name: rule for rule in contract.comparisons} for contract in (old, new))
    for name in sorted(before.keys() | after.keys()):
        yield from _of_comparison(name, before.get(name), after.get(name))


def _of_properties(old: Mapping[str, object], new: Mapping[str, object]) -> Iterator[ContractChange]:
    yield from _of_aliases(_aliases(old), _aliases(new))
    for name in sorted((old.keys() | new.keys()) - _COMPARED_AS_FIELDS - {ALIASES}):
        if name.startswith("headgate.") and old.get(name) != new.get(name):
            message = f"{name} is {new.get(name, 'not stated')}, was {old.get(name, 'not stated')}"
            yield ContractChange("", message, _PROPERTY_BREAKS.get(name, Breaks.NOBODY))


def _of_aliases(old: Mapping[str, set[str]], new: Mapping[str, set[str]]) -> Iterator[ContractChange]:
    """Yield the effects of changed aliases.

    A column whose alias is removed may no longer be recognized, and its file is then pending.
    """
    for field in sorted(old.keys() | new.keys()):
        gone, fresh = (
            old.get(field, set()) - new.get(field, set()),
            new.get(field, set()) - old.get(field, set()),
        )
        if gone:
            yield ContractChange(
                field, f"a file may no longer call it {', '.join(sorted(gone))}", Breaks.SENDERS
            )
        if fresh:
            yield ContractChange(field, f"a file may call it {', '.join(sorted(fresh))}, too", Breaks.NOBODY)


def _aliases(properties: Mapping[str, object]) -> dict[str, set[str]]:
    aliases = properties.get(ALIASES)
    return (
        {field: set(map(str, names)) for field, names in aliases.items()} if isinstance(aliases, dict) else {}
    )


def _of_comparison(name: str, old: Comparison | None, new: Comparison | None) -> Iterator[ContractChange]:
    if old is None or new is None:
        if old:
            yield ContractChange("", f"rule {name} is gone", Breaks.READERS)
        if new:
            yield ContractChange("", f"rule {name} is new ({new.level})", _if_refusing(new.level))
        return
    if (old.left, old.operator, old.right, old.value) != (new.left, new.operator, new.right, new.value):
        yield ContractChange(
            "",
            f"rule {name} compares something else",
            Breaks.BOTH if _refuse(old.level, new.level) else Breaks.NOBODY,
        )
    if old.level is not new.level:
        yield _of_level(f"rule {name}", "", old.level, new.level)


def _of_columns(old: Contract, new: Contract) -> Iterator[ContractChange]:
    before, after = ({column.name: column for column in contract.columns} for contract in (old, new))
    for name in [*before, *(name for name in after if name not in before)]:
        if name not in after:
            yield _removed(before[name], new)
        elif name not in before:
            yield _added(after[name])
        else:
            yield from _of_column(before[name], after[name])


def _removed(column: Column, new: Contract) -> ContractChange:
    """Return the effect on files that still have the column, which is then left out or a new column.

    Card data are never kept or left out without a decision of a person.
    """
    if column.name.casefold() in left_out_names(new):
        treatment, breaks = _TREATMENT_OF_REMOVED[NewColumns.IGNORE]
        return ContractChange(column.name, f"the column is gone; {treatment}", breaks)
    policy = policy_of(new)
    is_sensitive = column.mask not in {None, Mask.FREE_TEXT}
    treatment, breaks = _TREATMENT_OF_REMOVED[
        NewColumns.ASK if is_sensitive and policy in {NewColumns.KEEP_AS_TEXT, NewColumns.IGNORE} else policy
    ]
    return ContractChange(column.name, f"the column is gone; {treatment}", breaks)


def _added(column: Column) -> ContractChange:
    if column.required or column.mask:
        why = "required" if column.required else "masked"
        return ContractChange(
            column.name, f"the column is new and {why}; a file without it is rejected", Breaks.SENDERS
        )
    return ContractChange(column.name, "the column is new and may be left out", Breaks.NOBODY)


def _of_column(old: Column, new: Column) -> Iterator[ContractChange]:
    name = new.name
    if old.type != new.type:
        message = f"the type is {physical_type(new.type)}, was {physical_type(old.type)}"
        yield ContractChange(name, message, _type_breaks(old, new))
    if old.required != new.required:
        message = "is required now" if new.required else "may be null now"
        yield ContractChange(name, message, Breaks.SENDERS if new.required else Breaks.READERS)
    if old.generated_from != new.generated_from:
        yield _of_generation(old, new)
    if old.is_sheet_name != new.is_sheet_name:
        yield _of_sheet_name(new)
    yield from _of_masking(old, new)
    if old.unit != new.unit:
        yield ContractChange(
            name, f"the unit is {new.unit or 'none'}, was {old.unit or 'none'}", Breaks.READERS
        )
    if old.format != new.format:
        yield ContractChange(name, f"the source format is {_format(new)}, was {_format(old)}", Breaks.BOTH)
    if old.references != new.references:
        yield ContractChange(
            name,
            f"points to {new.references or 'nothing'}, pointed to {old.references or 'nothing'}",
            Breaks.NOBODY,
        )
    yield from _of_nested(old, new)
    yield from _of_rules(old, new)


def _of_masking(old: Column, new: Column) -> Iterator[ContractChange]:
    if old.mask != new.mask:
        yield ContractChange(
            new.name, f"the mask is {new.mask or 'none'}, was {old.mask or 'none'}", _mask_breaks(old, new)
        )
    elif (was := _curated_names(old)) != _curated_names(new):
        yield ContractChange(
            new.name,
            f"after the gate it is {', '.join(_curated_names(new))}, was {', '.join(was)}",
            Breaks.READERS,
        )
    elif old.unmasked != new.unmasked:
        yield _of_exemption(new)
    elif old.content != new.content:
        yield ContractChange(
            new.name,
            f"the content is {new.content or 'not stated'}, was {old.content or 'not stated'}",
            Breaks.NOBODY if new.content else Breaks.SENDERS,
        )
    if (old.no_cards is None) != (new.no_cards is None):
        yield _of_declaration(new)


def _of_nested(old: Column, new: Column) -> Iterator[ContractChange]:
    if new.nested and not old.nested:
        yield ContractChange(new.name, "lists and objects are kept as JSON text", Breaks.NOBODY)
    if old.nested and not new.nested:
        yield ContractChange(new.name, "a file with lists or objects is rejected", Breaks.SENDERS)


def _format(column: Column) -> str:
    facts = format_facts(column.format)
    return ", ".join(f"{key} {value}" for key, value in facts.items()) or "plain"


def _of_generation(old: Column, new: Column) -> ContractChange:
    """Describe a change of the columns from which ids are generated: the same row gets another id."""
    if new.generated_from:
        message = f"is generated from {', '.join(new.generated_from)} where a row has none"
        return ContractChange(new.name, message, Breaks.READERS if old.generated_from else Breaks.NOBODY)
    return ContractChange(new.name, "is no longer generated; a row without it is refused", Breaks.SENDERS)


def _of_sheet_name(new: Column) -> ContractChange:
    if new.is_sheet_name:
        return ContractChange(new.name, "is the name of the sheet where a file has none", Breaks.READERS)
    return ContractChange(new.name, "is no longer the name of the sheet; files must have it", Breaks.BOTH)


def _curated_names(column: Column) -> list[str]:
    return [curated.name for curated in masked_columns(column)]


def _mask_breaks(old: Column, new: Column) -> Breaks:
    """Return for whom a changed mask breaks something.

    Without a mask, rows with card data are refused. With a first mask, files must have the column. Some masks
    require numbers of their form.
    """
    for_readers = new.mask is None or _curated_names(old) != _curated_names(new)
    for_senders = new.mask in {None, Mask.PAN, Mask.SSN} or (old.mask is None and not new.required)
    if for_readers and for_senders:
        return Breaks.BOTH
    return Breaks.READERS if for_readers else Breaks.SENDERS if for_senders else Breaks.NOBODY


def _of_exemption(new: Column) -> ContractChange:
    """Describe a changed `headgate.mask: none`.

    It accepts numbers that look like card numbers; in texts it accepts only article numbers.
    """
    is_text = new.type.kind is Kind.STRING
    number = "an article number" if is_text else "a number"
    if new.unmasked:
        message = (
            f"headgate.mask: none is stated: it holds no card data, and {number} that looks like a card "
            "number is accepted"
        )
        return ContractChange(new.name, message, Breaks.NOBODY if is_text else Breaks.READERS)
    return ContractChange(
        new.name,
        f"headgate.mask: none is stated no more, and {number} that looks like a card number is refused",
        Breaks.SENDERS,
    )


def _of_declaration(new: Column) -> ContractChange:
    if declared := new.no_cards:
        message = (
            f"holds no card data, as {declared.declared_by} declared on {declared.declared_on}: it is "
            "not searched for card numbers"
        )
        return ContractChange(new.name, message, Breaks.NOBODY)
    return ContractChange(
        new.name,
        "is searched for card numbers again: it no longer declares that it holds none",
        Breaks.SENDERS,
    )


def _type_breaks(old: Column, new: Column) -> Breaks:
    if not _holds_all(new.type, old.type):
        return Breaks.BOTH
    # For a query a longer text has the same type; any other type is another column.
    return Breaks.NOBODY if new.type.kind is old.type.kind is Kind.STRING else Breaks.READERS


def _holds_all(wide: ColumnType, narrow: ColumnType) -> bool:
    """Return whether every value of `narrow` is a value of `wide`."""
    if wide.kind is Kind.STRING:
        return wide.length is None or (
            narrow.kind is Kind.STRING and narrow.length is not None and narrow.length <= wide.length
        )
    if wide.kind is narrow.kind is Kind.DECIMAL:
        return _integer_digits(wide) >= _integer_digits(narrow) and (wide.scale or 0) >= (narrow.scale or 0)
    if wide.kind in _INTEGER_BITS and narrow.kind in _INTEGER_BITS:
        return _INTEGER_BITS[wide.kind] >= _INTEGER_BITS[narrow.kind]
    return wide == narrow


def _integer_digits(column_type: ColumnType) -> int:
    return (column_type.precision or 0) - (column_type.scale or 0)


def _of_rules(old: Column, new: Column) -> Iterator[ContractChange]:
    if old.unique != new.unique:
        yield ContractChange(
            new.name,
            f"is {'unique' if new.unique else 'no longer unique'}",
            Breaks.SENDERS if new.unique else Breaks.READERS,
        )
    rules_by_name = [
        {rule.name: rule for rule in column.rules if _is_reported_elsewhere(rule, column)}
        for column in (old, new)
    ]
    for name in sorted(rules_by_name[0].keys() & rules_by_name[1].keys()):
        levels = [rules[name].level for rules in rules_by_name]
        if levels[0] is not levels[1] and (name != "required" or old.required == new.required):
            yield _of_level(name, new.name, *levels)
    before, after = (
        {rule.name: rule for rule in column.rules if not _is_reported_elsewhere(rule, column)}
        for column in (old, new)
    )
    for name in sorted(before.keys() | after.keys()):
        was, now = before.get(name), after.get(name)
        if was is None and now is not None:
            yield ContractChange(new.name, f"{_rule(now)} is new ({now.level})", _if_refusing(now.level))
        elif now is None and was is not None:
            yield ContractChange(new.name, f"{_rule(was)} is gone", Breaks.READERS)
        elif was and now:
            yield from _of_rule(new.name, was, now)


def _of_rule(column: str, old: Rule, new: Rule) -> Iterator[ContractChange]:
    if not _is_same(old.argument, new.argument):
        yield ContractChange(column, f"{_rule(new)}, was {_argument(old)}", _argument_breaks(old, new))
    if old.level is not new.level:
        yield _of_level(_rule(new), column, old.level, new.level)


def _is_same(old: object, new: object) -> bool:
    """Return whether both are equal; the order of allowed values does not matter."""
    if isinstance(old, tuple) and isinstance(new, tuple):
        return set(old) == set(new)
    return old == new


def _is_reported_elsewhere(rule: Rule, column: Column) -> bool:
    return rule.name == "required" or (rule.name == "max_length" and rule.argument == column.type.length)


def _rule(rule: Rule) -> str:
    return rule.name if rule.argument is None else f"{rule.name} {_argument(rule)}"


def _argument(rule: Rule) -> str:
    return ", ".join(map(str, rule.argument)) if isinstance(rule.argument, tuple) else str(rule.argument)


def _argument_breaks(old: Rule, new: Rule) -> Breaks:
    """Return for whom another bound breaks something.

    A wider bound accepts more, which readers may not expect; a narrower bound refuses values that were
    accepted.
    """
    if not _refuse(old.level, new.level):
        return Breaks.NOBODY
    if isinstance(old.argument, tuple) and isinstance(new.argument, tuple):
        kept, fresh = set(old.argument) - set(new.argument), set(new.argument) - set(old.argument)
        return Breaks.BOTH if kept and fresh else Breaks.SENDERS if kept else Breaks.READERS
    is_lower = RULE_KINDS[new.name].is_lower
    if is_lower is not None:
        return Breaks.SENDERS if _is_higher(new.argument, old.argument) == is_lower else Breaks.READERS
    return Breaks.BOTH


def _is_higher(bound: object, other: object) -> bool:
    try:
        return Decimal(str(bound)) > Decimal(str(other))
    except InvalidOperation:  # days and times: their texts have the same order
        return str(bound) > str(other)


def _of_level(rule: str, column: str, old: Level, new: Level) -> ContractChange:
    severity = list(Level)
    message = f"{rule} is now at level {new}, was {old}"
    if severity.index(new) > severity.index(old):
        return ContractChange(column, message, Breaks.SENDERS)
    return ContractChange(column, message, Breaks.READERS if new is Level.WARN else Breaks.NOBODY)


def _refuse(*levels: Level) -> bool:
    """Return whether rows are refused at all of these levels."""
    return Level.WARN not in levels


def _if_refusing(level: Level) -> Breaks:
    return Breaks.NOBODY if level is Level.WARN else Breaks.SENDERS
