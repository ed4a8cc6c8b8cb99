"""Derive the contract of a dataset after the gate from its contract before the gate.

The curated contract is never written by hand, because two lists of columns could contradict each other.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from headgate.contracts.model import Column, ColumnType, Contract, Kind, Mask, Rule
from headgate.contracts.new_column_policy import NewColumns, declared_throughout, kept_column, policy_of
from headgate.contracts.rule_kinds import Argument, rules_with
from headgate.contracts.source_format import SECONDS, SHOWN_AS_DURATION, SourceFormat

CARD_BRANDS = (
    "amex",
    "diners",
    "discover",
    "jcb",
    "maestro",
    "mastercard",
    "mir",
    "troy",
    "unionpay",
    "visa",
    "unknown",
)

LINEAGE = (
    Column(
        "_content_sha256",
        ColumnType(Kind.STRING, length=64),
        "SHA-256 of the input file's bytes, as they lie in raw",
        required=True,
    ),
    Column(
        "_source_row",
        ColumnType(Kind.BIGINT),
        "1-based number of the data row in the input file",
        required=True,
    ),
)
LINEAGE_NAMES = tuple(column.name for column in LINEAGE)


def curated_contract(source: Contract) -> Contract:
    """Return the contract of the masked rows.

    It has the same grain, key and order; sensitive columns are replaced, and lineage columns are added.
    """
    columns = [curated for column in source.columns for curated in masked_columns(column)]
    if policy_of(source) is NewColumns.KEEP_AS_TEXT:
        columns.append(replace(kept_column(), no_cards=declared_throughout(source)))
    names = {column.name for column in columns}
    return replace(
        source,
        id=source.id.replace("source", "curated"),
        zone="curated",
        columns=(*columns, *LINEAGE),
        comparisons=tuple(
            rule for rule in source.comparisons if {rule.left, rule.right or rule.left} <= names
        ),
    )


def masked_columns(column: Column) -> tuple[Column, ...]:
    """Return the curated columns that replace a source column."""
    if column.mask is Mask.PAN:
        return _card_columns(column)
    if column.mask in {Mask.CVV, Mask.TRACK, Mask.VERDICTS}:
        return ()
    if column.mask is Mask.MASKED:
        return (replace(column, mask=None),)
    if column.mask is Mask.SSN:
        return (
            Column(
                f"{column.stem or column.name}_last4",
                ColumnType(Kind.STRING, length=4),
                "Last four digits of the social security number",
            ),
        )
    if column.mask is Mask.FREE_TEXT:
        # A redaction can be longer than the number that it replaces, and has another form.
        changed = {"max_length"} | rules_with(Argument.PATTERN, Argument.TEXT_ONLY)
        rules = tuple(rule for rule in column.rules if rule.name not in changed)
        return (replace(column, mask=None, type=ColumnType(Kind.STRING), rules=rules, format=None),)
    return (_without_format(column, column.format),) if column.format else (column,)


def _without_format(column: Column, declared: SourceFormat) -> Column:
    """Return the column of the values that were read: seconds keep that people write them as durations."""
    is_duration = declared.duration and column.unit in {"", SECONDS}
    return replace(column, format=None, unit=SHOWN_AS_DURATION if is_duration else column.unit)


def with_distinct_names(columns: Iterable[Column]) -> tuple[Column, ...]:
    """Return the columns, with a stem for each column whose masked columns would repeat another's name.

    An example is `card_last4` beside `card_number`.
    """
    distinct = list(columns)
    for index in _with_repeated_names(distinct):
        distinct[index] = replace(distinct[index], stem=f"{distinct[index].name}_masked")
    while repeated := _with_repeated_names(distinct):  # the new name may also be taken
        column = distinct[repeated[0]]
        distinct[repeated[0]] = replace(column, stem=f"{column.stem or column.name}_masked")
    return tuple(distinct)


def _with_repeated_names(columns: Sequence[Column]) -> list[int]:
    """Return the indexes of the columns that have a masked column with another column's name."""
    counts = Counter(
        name
        for column in columns
        for name in {column.name, *(curated.name for curated in masked_columns(column))}
    )
    masked = [index for index, column in enumerate(columns) if column.mask in {Mask.PAN, Mask.SSN}]
    return [
        index
        for index in masked
        if any(counts[curated.name] > 1 for curated in masked_columns(columns[index]))
    ]


def _card_columns(column: Column) -> tuple[Column, ...]:
    stem = column.stem or column.name.removesuffix("_number").removesuffix("_pan")
    return (
        Column(
            f"{stem}_token",
            ColumnType(Kind.STRING, length=80),
            "Keyed HMAC-SHA256 of the card number, prefixed by the key's id",
            required=column.required,
        ),
        Column(
            f"{stem}_brand",
            ColumnType(Kind.STRING, length=16),
            "Card brand by issuer range",
            rules=(Rule("valid_values", CARD_BRANDS),),
        ),
        Column(f"{stem}_last4", ColumnType(Kind.STRING, length=4), "Last four digits of the card number"),
    )
