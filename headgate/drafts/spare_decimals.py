"""Give drafted numbers more decimals than the first file has, because the next one is measured finer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from headgate.contracts.currency import is_currency, places_of
from headgate.contracts.model import Column, ColumnType, Kind
from headgate.drafts.column_inference import MAX_PRECISION

if TYPE_CHECKING:
    from headgate.drafts.draft_contract import Draft

_SPARE_DECIMALS, _MIN_SCALE, _ROOM = 2, 4, 18  # as the console's own type of numbers, DECIMAL(18,4)


def with_spare_decimals(draft: Draft) -> Draft:
    """Return the draft whose numbers take at least two decimals more than seen, and as many whole digits.

    Nobody can widen a number once its dataset is created, and rows with 24.75 would wait where all values
    before had one decimal. Amounts such as 19.90, whose decimals are filled up with zeros, keep theirs, and
    whole amounts take those of their currency.
    """
    columns = draft.contract.columns
    widened = (_widened(column, is_padded=column.name in draft.padded) for column in columns)
    return replace(
        draft,
        contract=replace(draft.contract, columns=tuple(widened)),
        questions=tuple(
            replace(question, columns=tuple(map(_widened, question.columns))) for question in draft.questions
        ),
        words=tuple(
            replace(question, as_empty=_widened(question.as_empty), as_waiting=_widened(question.as_waiting))
            for question in draft.words
        ),
    )


def _widened(column: Column, *, is_padded: bool = False) -> Column:
    if column.type.kind is Kind.BIGINT and is_currency(column.unit) and (places := places_of(column.unit)):
        return replace(column, type=ColumnType(Kind.DECIMAL, precision=_ROOM, scale=places))
    precision, scale = column.type.precision, column.type.scale
    is_duration = column.format is not None and bool(column.format.duration)
    if column.type.kind is not Kind.DECIMAL or precision is None or not scale or is_duration:
        return column
    spare = 0 if is_padded else min(max(_SPARE_DECIMALS, _MIN_SCALE - scale), MAX_PRECISION - precision)
    widened = replace(column.type, precision=max(_ROOM, precision + spare), scale=scale + spare)
    return replace(column, type=widened)
