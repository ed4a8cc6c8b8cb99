"""Columns that are called percentages and hold fractions: a margin of 15.3 % is stored as 0.153."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from headgate.contracts.currency import PERCENT
from headgate.contracts.model import Column, Kind
from headgate.drafts.findings import Finding
from headgate.plain_names import in_plain_letters
from headgate.values.cast_declared import cast_column

if TYPE_CHECKING:
    from collections.abc import Iterable

SHARE = "share"  # the unit of fractions, which people read in percent
_NAMES = (
    "pct perc percent percentage prozent prozentsatz pourcent pourcentage porcentaje porcentagem percentuale"
    " procent procenty"
)
_PERCENTAGES = frozenset(_NAMES.split())
_MIN_VALUES = 3  # fewer say nothing
_AS_FRACTIONS = (
    "is called a percentage, and all its values are fractions: with the unit share 0.153 is shown as 15.3 %. "
    "If 0.153 is to mean 0.153 %, write percent as its unit"
)


def fractions_in_percent(columns: Iterable[tuple[Column, Column, pa.Array]]) -> tuple[str, ...]:
    """Return the columns whose name or unit says percent and whose values are all between -1 and 1.

    Args:
        columns: the stored column, the drafted one, and its texts.
    """
    return tuple(
        column.name
        for stored, column, text in columns
        if _says_percent(stored.name, column.unit) and _are_fractions(column, text)
    )


def about_fractions(names: Iterable[str]) -> tuple[Finding, ...]:
    """Return the notes on columns that got the unit of fractions."""
    return tuple(Finding(name, _AS_FRACTIONS) for name in names)


def _says_percent(name: str, unit: str) -> bool:
    if unit:
        return unit == PERCENT
    words = re.findall("[a-z]+", in_plain_letters(name))
    return "%" in name or not _PERCENTAGES.isdisjoint(words)


def _are_fractions(column: Column, text: pa.Array) -> bool:
    declared = column.format
    if column.type.kind not in {Kind.DECIMAL, Kind.DOUBLE} or (declared and declared.percent):
        return False
    values = pc.cast(cast_column(column, text).values, pa.float64()).drop_null()
    if len(values) < _MIN_VALUES or pc.max(pc.abs(values)).as_py() > 1:
        return False
    return bool(pc.any(pc.not_equal(values, pc.round(values))).as_py())
