"""Cast the cells of one column, validate them against the column's rules, and mask sensitive columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.contracts.model import Column, Kind, Mask
from headgate.intake.rows.checked_column import CheckedColumn
from headgate.intake.rows.mask_rows import drop_values, mask_cards, mask_free_text, mask_ssns, take_masked
from headgate.masking.card_columns import KnownCards, numeric_rows_with_cards
from headgate.masking.find_card_numbers import rows_with_cards
from headgate.masking.find_ssns import rows_with_ssns
from headgate.masking.issuers import SHORTEST
from headgate.masking.searched_columns import context_below
from headgate.masking.verification_codes import rows_with_named_codes
from headgate.values.accepted_texts import null_where_absent, texts_for_quarantine
from headgate.values.cast_declared import cast_column
from headgate.values.cells import NO_ROWS, Rows
from headgate.values.impossible_days import impossible_days
from headgate.values.other_units import rows_by_other_unit, signs_of_column
from headgate.values.refusal_reasons import (
    impossible_day_reason,
    other_unit_reason,
    reason_of_column,
    type_reason,
)
from headgate.values.rules import Breach, column_breaches

if TYPE_CHECKING:
    import pyarrow as pa


def check_column(column: Column, text: pa.Array, known_cards: KnownCards) -> CheckedColumn:
    """Cast, validate and mask the cells of a column; the order of the rows stays."""
    if column.mask is Mask.PAN:
        return mask_cards(column, text, known_cards)
    if column.mask in {Mask.MASKED, Mask.VERDICTS}:
        return take_masked(column, text)
    if column.mask is Mask.SSN:
        return mask_ssns(column, text)
    if column.mask in {Mask.CVV, Mask.TRACK}:
        return drop_values(column, text)
    if column.mask is Mask.FREE_TEXT:
        return mask_free_text(column, text)
    return _validate_plain(column, text)


def _validate_plain(column: Column, text: pa.Array) -> CheckedColumn:
    present = null_where_absent(column, text)
    cast = cast_column(column, present)
    breaches = _of_type(column, text, cast.misfits)
    if column.type.kind is Kind.STRING:
        breaches += [
            undeclared_card(column, rows_with_cards(text, context_below=context_below(column))),
            _undeclared("undeclared_ssn", column, "a social security number", rows_with_ssns(text)),
            _undeclared(
                "undeclared_cvv",
                column,
                "a verification code",
                NO_ROWS if column.no_cards else rows_with_named_codes(text),
            ),
        ]
    elif not column.unmasked:
        breaches.append(
            undeclared_card(
                column,
                numeric_rows_with_cards(cast.values, fewest_digits=max(context_below(column), SHORTEST)),
            )
        )
    breaches = [breach for breach in breaches if len(breach.rows)]
    breaches += column_breaches(column, cast.values, present)
    return CheckedColumn(
        column,
        texts_for_quarantine(column, text, present),
        cast.values,
        {column.name: cast.values},
        tuple(breaches),
    )


def _of_type(column: Column, text: pa.Array, misfits: Rows) -> list[Breach]:
    """Return the breaches of texts that are no value of the column's type, by the reason."""
    impossible, others = impossible_days(column, text, misfits)
    by_unit, others = rows_by_other_unit(column, text, others)
    days = [
        Breach("type", column.name, impossible_day_reason(column, fault), rows)
        for fault, rows in impossible.items()
    ]
    own = next(iter(signs_of_column(column)), "")
    units = [
        Breach("type", column.name, other_unit_reason(column, sign, own), rows)
        for sign, rows in by_unit.items()
    ]
    return [*days, *units, Breach("type", column.name, type_reason(column), others)]


def undeclared_card(column: Column, rows: Rows) -> Breach:
    """Return the breach of rows with a card number in a column that declares none."""
    return _undeclared("undeclared_card_number", column, "a card number", rows)


def _undeclared(rule: str, column: Column, number: str, rows: Rows) -> Breach:
    fault = f"holds {number}, and the contract declares no mask for the column"
    remedy = "Remove it, or ask whoever maintains the contract to declare a mask"
    return Breach(rule, column.name, reason_of_column(column, fault, remedy), rows)
