"""Mask the sensitive columns of rows. Only `CheckedColumn.curated` may be written to curated."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headgate.contracts.curated import masked_columns
from headgate.contracts.model import Column, Mask
from headgate.intake.rows.breaches_as_json import breaches_of
from headgate.intake.rows.checked_column import CheckedColumn
from headgate.masking.card_columns import KnownCards, is_destroyed
from headgate.masking.find_card_numbers import ANYWHERE, rows_with_cards
from headgate.masking.redaction import redact
from headgate.masking.searched_columns import context_below
from headgate.values.accepted_texts import null_where_absent
from headgate.values.cast_declared import cast_column
from headgate.values.cells import flags, int_array, matches, null_where
from headgate.values.fast_parsing import have_shape
from headgate.values.refusal_reasons import reason_of_column
from headgate.values.rules import Breach, column_breaches

# Area, group and serial number, with or without hyphens or blanks. Source: Social Security Administration.
_PLAIN_SSN = "999-99-9999"
_SSN = r"[0-9]{3}([- ]?)[0-9]{2}([- ]?)[0-9]{4}"
_DESTROYED = (
    "was rounded by a spreadsheet, so that its last digits are lost",
    "Send the number again from its source, in a column of text",
)
_CARD_AND_MORE = (
    "holds more than a card number, such as an expiry date",
    "Leave the card number alone in the cell, and send an expiry date in a column of its own",
)
_NO_CARD = (
    "is not a valid card number, because its length or its check digit is wrong",
    "Send the number again from its source",
)
_NO_SSN = ("is not a social security number", "Write nine digits, with or without hyphens")


def mask_cards(column: Column, text: pa.Array, known_cards: KnownCards) -> CheckedColumn:
    """Replace card numbers by token, brand and last four digits."""
    present = null_where_absent(column, text)
    indices, cards = known_cards.of(present)
    parts = zip((part.name for part in masked_columns(column)), ("token", "brand", "last4"), strict=True)
    curated = {name: pa.DictionaryArray.from_arrays(indices, cards.column(part)) for name, part in parts}
    misfits = np.flatnonzero(flags(present.is_valid()) & ~flags(indices.is_valid()))
    destroyed = is_destroyed(present.take(int_array(misfits)))
    wrong = misfits[~destroyed]
    has_card = rows_with_cards(present.take(int_array(wrong)), context_below=ANYWHERE)
    breaches = [
        Breach("destroyed_number", column.name, reason_of_column(column, *_DESTROYED), misfits[destroyed]),
        Breach(
            "card_number_and_more", column.name, reason_of_column(column, *_CARD_AND_MORE), wrong[has_card]
        ),
        Breach("card_number", column.name, reason_of_column(column, *_NO_CARD), np.delete(wrong, has_card)),
    ]
    return _checked(column, present, cards.column("number").take(indices), curated, breaches)


def mask_ssns(column: Column, text: pa.Array) -> CheckedColumn:
    """Replace social security numbers by their last four digits."""
    present = null_where_absent(column, text)
    fits = have_shape(present, _PLAIN_SSN)
    if (flags(present.is_valid()) & ~fits).any():
        fits = flags(matches(present, _SSN))
    last4 = pc.utf8_slice_codeunits(null_where(~fits, present), -4)
    misfits = np.flatnonzero(flags(present.is_valid()) & ~fits)
    (curated,) = masked_columns(column)
    return _checked(
        column,
        present,
        present,
        {curated.name: last4},
        [Breach("type", column.name, reason_of_column(column, *_NO_SSN), misfits)],
    )


def mask_free_text(column: Column, text: pa.Array) -> CheckedColumn:
    """Redact card numbers, verification codes and social security numbers in a text."""
    present = cast_column(column, null_where_absent(column, text)).values if column.format else text
    redacted = redact(present, context_below=context_below(column))
    return CheckedColumn(
        column, text, present, {column.name: redacted}, tuple(column_breaches(column, present, present))
    )


def drop_values(column: Column, text: pa.Array) -> CheckedColumn:
    """Drop verification codes and tracks; no curated column replaces them."""
    present = null_where_absent(column, text)
    return _checked(column, present, present, {}, [])


def take_masked(column: Column, text: pa.Array) -> CheckedColumn:
    """Validate the form of a column that was masked at its source, and restore its recorded breaches."""
    if column.mask is Mask.VERDICTS:
        return CheckedColumn(column, text, text, {}, breaches_of(text))
    return CheckedColumn(column, text, text, {column.name: text}, tuple(column_breaches(column, text, text)))


def _checked(
    column: Column,
    text: pa.Array,
    values: pa.Array,
    curated: Mapping[str, pa.Array],
    masked_breaches: list[Breach],
) -> CheckedColumn:
    """Return the column with these breaches, followed by those of its own rules."""
    breaches = [breach for breach in masked_breaches if len(breach.rows)]
    return CheckedColumn(column, text, values, curated, (*breaches, *column_breaches(column, values, text)))
