"""Derive what a dataset looks like behind the gate from what it looks like before it.

The curated contract is never written by hand: a second column list would be a second truth.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from headgate.contracts.model import Column, ColumnType, Kind, Mask, Rule
from headgate.contracts.new_column_policy import NewColumns, declared_throughout, kept_column, policy_of
from headgate.contracts.rule_kinds import Argument, rules_with

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from headgate.contracts.model import Contract

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


def curated_contract(source: Contract) -> Contract:
    """Return the contract of `source`'s rows once masked: same key and order, lineage columns added."""
    columns = [behind for column in source.columns for behind in masked_columns(column)]
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
        # A redaction can be longer than the number it replaces, and have another form.
        changed = {"max_length"} | rules_with(Argument.PATTERN, Argument.TRUE)
        rules = tuple(rule for rule in column.rules if rule.name not in changed)
        return (replace(column, mask=None, type=ColumnType(Kind.STRING), rules=rules, format=None),)
    return (replace(column, format=None),) if column.format else (column,)


def with_distinct_names(columns: Iterable[Column]) -> tuple[Column, ...]:
    """Return the columns; one whose stand-ins would bear another's name, as `card_last4` beside
    `card_number`, has a stem of its own.
    """
    every = list(columns)
    for place in _taken(every):
        every[place] = replace(every[place], stem=f"{every[place].name}_masked")
    while taken := _taken(every):  # the new name may be a column's, too
        every[taken[0]] = replace(
            every[taken[0]], stem=f"{every[taken[0]].stem or every[taken[0]].name}_masked"
        )
    return tuple(every)


def _taken(columns: Sequence[Column]) -> list[int]:
    """Return the places of the columns that have a stand-in with another's name."""
    borne = Counter(
        name
        for column in columns
        for name in {column.name, *(behind.name for behind in masked_columns(column))}
    )
    masked = [place for place, column in enumerate(columns) if column.mask in {Mask.PAN, Mask.SSN}]
    return [
        place for place in masked if any(borne[behind.name] > 1 for behind in masked_columns(columns[place]))
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
