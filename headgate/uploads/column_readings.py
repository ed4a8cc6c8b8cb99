"""How the columns of a file are written, from their first values.

Dates such as 03/04/2026 have two readings. Other dates of the file may show the order of day and month; if
they do not, a person chooses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from headgate.contracts.format_property import declared_keys
from headgate.contracts.model import NUMBERS, TIMES, Column, Kind
from headgate.contracts.source_format import PLAIN
from headgate.drafts.column_inference import narrowed
from headgate.drafts.date_order import orders_shown
from headgate.drafts.format_answers import FormatAnswer
from headgate.drafts.time_zones import lack_zone
from headgate.values.cast_declared import cast_column, without_nulls
from headgate.values.cells import distinct_counts
from headgate.values.format_inference import (
    Inferred,
    Most,
    infer_most,
    infer_orders,
    most_others,
    one_truth_word,
)

_ISO_DAY = "yyyy-MM-dd"


@dataclass(frozen=True)
class ColumnReadings:
    """The formats of columns, by name; a column of texts has none.

    Attributes:
        texts: the first values that are not blank.
        clear: the format of nearly all values.
        orders: the formats of dates that can be read in several orders of day and month.
        padded: the number of values with blanks around them, of columns that have such values.
    """

    texts: Mapping[str, pa.Array] = field(default_factory=dict)
    clear: Mapping[str, Most] = field(default_factory=dict)
    orders: Mapping[str, tuple[Most, ...]] = field(default_factory=dict)
    padded: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, columns: Mapping[str, pa.Array]) -> ColumnReadings:
        """Return the formats of the columns' values."""
        texts, clear, orders, padded = {}, {}, {}, {}
        for name, text in columns.items():
            trimmed = pc.utf8_trim_whitespace(pc.fill_null(text, ""))
            filled = text.filter(pc.greater(pc.utf8_length(trimmed), 0))
            if not len(filled):
                continue
            if values := pc.sum(pc.and_(pc.not_equal(trimmed, ""), pc.not_equal(trimmed, text))).as_py():
                padded[name] = values
            readings = readings_of(filled)
            if readings:
                texts[name] = filled
            if len(readings) == 1:
                clear[name] = readings[0]
            elif readings:
                orders[name] = readings
        return cls(texts, *_in_shown_order(texts, clear, orders), padded)

    def facts_of_orders(self) -> dict[str, list[dict[str, Any]]]:
        """Return the possible formats of each column of dates that a person has to decide."""
        return {name: [reading_facts(most) for most in readings] for name, readings in self.orders.items()}

    def local_times(self, stored: Mapping[str, pa.DataType]) -> tuple[str, ...]:
        """Return the columns with times without a zone.

        Args:
            stored: the type of each column in the file, which may state a zone.
        """
        of_times = [
            *(name for name, most in self.clear.items() if most.reading.kind is Kind.TIMESTAMP),
            *(name for name, (first, *_) in self.orders.items() if first.reading.kind is Kind.TIMESTAMP),
        ]
        return tuple(
            name for name in self.texts if name in of_times
            and not _states_zone(stored.get(name)) and lack_zone(self.texts[name])
        )  # fmt: skip


def readings_of(filled: pa.Array) -> tuple[Most, ...]:
    """Return the formats of nearly all values of a column: several only for dates in unclear order.

    Args:
        filled: values, neither null nor blank.
    """
    unique, counts = distinct_counts(filled)
    most = infer_most(unique, counts)
    is_date = most is not None and most.reading.kind in TIMES and bool(most.reading.format.patterns)
    # A part of the dates, such as 04/04/2026, may read equally in both orders.
    orders = infer_orders(unique, counts) if most is None or is_date else ()
    if len(orders) > 1 or (orders and most is None):
        return orders
    if most:
        return (most,)
    reading = one_truth_word(unique)
    return (Most(reading, 0),) if reading else ()


def reading_facts(most: Most) -> dict[str, Any]:
    """Return the format of nearly all values of a column; empty for the plain format."""
    declared = declared_keys(most.reading.format)
    if not declared:
        return {}
    return {"kind": most.reading.kind.value, "format": declared, "others": most.others}


def trimmed_facts(values: int) -> dict[str, Any]:
    """Return the format of texts of which so many values have blanks around them."""
    return {"kind": Kind.STRING.value, "format": {"trim": True}, "others": values}


def plain_facts(filled: pa.Array, field: Column) -> dict[str, Any]:
    """Return the plain spelling of numbers, or of yes and no, if values have it instead of the declared one.

    Empty unless nearly all values are plain, fewer have the declared format, and none means something else in
    it: the lake's own export of a dataset with decimal commas has points. The plain spelling of a time is a
    day, which then means its midnight.

    Args:
        filled: values, neither null nor blank.
        field: the field of the contract that the column is.
    """
    is_time = field.type.kind is Kind.TIMESTAMP
    spelled = replace(field.format or PLAIN, patterns=(_ISO_DAY,)) if is_time else PLAIN
    declared = cast_column(field, without_nulls(field, filled)).values
    plain = cast_column(replace(field, format=spelled), filled).values
    others = plain.null_count
    is_other = pc.any(pc.not_equal(plain, declared)).as_py()
    if others > most_others(len(filled)) or others >= declared.null_count or is_other:
        return {}
    spelling: dict[str, Any] = {"trueWords": ["true"], "falseWords": ["false"]}
    if field.type.kind in NUMBERS:
        spelling = {"decimal": "."}
    elif is_time:
        spelling = {"patterns": [_ISO_DAY]}
    return {"kind": field.type.kind.value, "format": spelling, "others": others}


def _in_shown_order(
    texts: Mapping[str, pa.Array], clear: Mapping[str, Most], orders: Mapping[str, tuple[Most, ...]]
) -> tuple[dict[str, Most], dict[str, tuple[Most, ...]]]:
    """Return the clear and the open formats after the order that other dates of the file show."""
    shown = orders_shown(
        texts[name] for name, most in clear.items() if most.reading.kind in TIMES
    ) if orders else {}  # fmt: skip
    decided, still_open = dict(clear), {}
    for name, readings in orders.items():
        order = shown.get(_sign_of(readings), "")
        kept = narrowed(Inferred(tuple(most.reading for most in readings)), FormatAnswer(date_order=order))
        left = tuple(most for most in readings if most.reading in kept.readings)
        if len(left) == 1:
            decided[name] = left[0]
        else:
            still_open[name] = left
    return decided, still_open


def _sign_of(readings: Sequence[Most]) -> str:
    """Return the sign between day and month in the first format."""
    pattern = next(iter(readings[0].reading.format.patterns), "")
    return next((sign for sign in pattern if not sign.isalpha()), "")


def _states_zone(stored: pa.DataType | None) -> bool:
    return stored is not None and pa.types.is_timestamp(stored) and bool(stored.tz)
