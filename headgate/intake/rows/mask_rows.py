"""Judge one column: cast it, hold its rules, mask it. What comes out is what curated may see, and the rows that may not pass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headgate.contracts.curated import masked_columns
from headgate.contracts.model import Kind, Mask
from headgate.intake.rows.breaches_as_json import breaches_of
from headgate.masking.card_numbers import is_destroyed, numeric_rows_with_cards
from headgate.masking.card_search import rows_with_cards
from headgate.masking.issuers import SHORTEST
from headgate.masking.redaction import redact
from headgate.masking.searched_columns import context_below
from headgate.masking.ssn_search import rows_with_ssns
from headgate.masking.verification_codes import rows_with_named_codes
from headgate.values.accepted_texts import null_where_absent, texts_for_quarantine
from headgate.values.cast_declared import cast_column
from headgate.values.cells import (
    Rows,
    flags,
    int_array,
    matches,
    null_where,
)
from headgate.values.fast_parsing import have_shape
from headgate.values.rules import Breach, among, column_breaches

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headgate.contracts.model import Column
    from headgate.masking.card_numbers import KnownCards

# Source: Social Security Administration, the number's form: area, group and serial number; hyphens or blanks may be left out.
_PLAIN_SSN = "999-99-9999"
_SSN = r"[0-9]{3}([- ]?)[0-9]{2}([- ]?)[0-9]{4}"


@dataclass(frozen=True)
class Judged:
    """One column.

    Attributes:
        text: as received; a value of a sensitive column here must never be written.
        values: typed, for rules over the row and for keys; null where the text fits no value.
        behind: the columns that stand for it behind the gate.
        breaches: what breaks its type and its rules, in the contract's order.
    """

    column: Column
    text: pa.Array
    values: pa.Array
    behind: Mapping[str, pa.Array]
    breaches: tuple[Breach, ...]


def judge(column: Column, text: pa.Array, known: KnownCards) -> Judged:
    """The column, judged; text and values keep the rows' order."""
    if column.mask is Mask.PAN:
        return _judge_card(column, text, known)
    if column.mask in {Mask.MASKED, Mask.VERDICTS}:
        return _judge_masked(column, text)
    if column.mask is Mask.SSN:
        return _judge_ssn(column, text)
    if column.mask in {Mask.CVV, Mask.TRACK}:
        return _judge_dropped(column, text)
    if column.mask is Mask.FREE_TEXT:
        said = cast_column(column, null_where_absent(column, text)).values if column.format else text
        redacted = redact(said, context_below=context_below(column))
        return Judged(column, text, said, {column.name: redacted}, tuple(column_breaches(column, said, said)))
    return _judge_plain(column, text)


def _judge_masked(column: Column, text: pa.Array) -> Judged:
    """A column of a file that was masked before it came: what stands for a value is held to its form, and verdicts are taken over."""
    if column.mask is Mask.VERDICTS:
        return Judged(column, text, text, {}, breaches_of(text))
    return Judged(column, text, text, {column.name: text}, tuple(column_breaches(column, text, text)))


def _judge_plain(column: Column, text: pa.Array) -> Judged:
    said = null_where_absent(column, text)
    fitted = cast_column(column, said)
    found = [_breach("type", column, f"is no {_type_name(column)}", fitted.misfits)]
    if column.type.kind is Kind.STRING:
        found += [
            undeclared_card(column, rows_with_cards(text, context_below=context_below(column))),
            _breach("undeclared_ssn", column, "holds a social security number in a column that is declared without", rows_with_ssns(text)),
            _breach(
                "undeclared_cvv", column, "holds a verification code in a column that is declared without", rows_with_named_codes(text)
            ),
        ]
    elif not column.unmasked:
        found.append(undeclared_card(column, numeric_rows_with_cards(fitted.values, fewest_digits=max(context_below(column), SHORTEST))))
    breaches = [breach for breach in found if len(breach.rows)]
    breaches += column_breaches(column, fitted.values, said)
    return Judged(column, texts_for_quarantine(column, text, said), fitted.values, {column.name: fitted.values}, tuple(breaches))


def undeclared_card(column: Column, rows: Rows) -> Breach:
    """The breach of rows whose value is or holds a card number that the column does not declare."""
    return _breach("undeclared_card_number", column, "holds a card number in a column that is declared without", rows)


def _judge_card(column: Column, text: pa.Array, known: KnownCards) -> Judged:
    """Token, brand and last four stand for the number."""
    said = null_where_absent(column, text)
    at, cards = known.of(said)
    stand = zip((part.name for part in masked_columns(column)), ("token", "brand", "last4"), strict=True)
    behind = {name: pa.DictionaryArray.from_arrays(at, cards.column(part)) for name, part in stand}
    misfits = np.flatnonzero(flags(said.is_valid()) & ~flags(at.is_valid()))
    destroyed = is_destroyed(said.take(int_array(misfits)))
    found = [
        _breach("destroyed_number", column, "was rounded by a spreadsheet; its digits cannot be had back", misfits[destroyed]),
        _breach("card_number", column, "has a wrong length or check digit", misfits[~destroyed]),
    ]
    return _judged(column, said, cards.column("number").take(at), behind, found)


def _judge_ssn(column: Column, text: pa.Array) -> Judged:
    said = null_where_absent(column, text)
    fits = have_shape(said, _PLAIN_SSN)
    if (flags(said.is_valid()) & ~fits).any():
        fits = flags(matches(said, _SSN))
    last4 = pc.utf8_slice_codeunits(null_where(~fits, said), -4)
    misfits = np.flatnonzero(flags(said.is_valid()) & ~fits)
    (behind,) = masked_columns(column)
    return _judged(column, said, said, {behind.name: last4}, [_breach("type", column, "is no social security number", misfits)])


def _judge_dropped(column: Column, text: pa.Array) -> Judged:
    said = null_where_absent(column, text)
    return _judged(column, said, said, {}, [])


def _judged(column: Column, given: pa.Array, values: pa.Array, behind: Mapping[str, pa.Array], found: list[Breach]) -> Judged:
    """The column with what was `found` before its own rules, which come after."""
    breaches = [breach for breach in found if len(breach.rows)]
    return Judged(column, given, values, behind, (*breaches, *column_breaches(column, values, given)))


def of_rows(judged: Judged, rows: Rows) -> Judged:
    """The column in these rows only."""
    at = int_array(rows)
    behind = {name: column.take(at) for name, column in judged.behind.items()}
    breaches = tuple(among(breach, rows, len(judged.text)) for breach in judged.breaches)
    return Judged(judged.column, judged.text.take(at), judged.values.take(at), behind, breaches)


def _breach(rule: str, column: Column, reason: str, rows: Rows) -> Breach:
    return Breach(rule, column.name, reason, rows)


def _type_name(column: Column) -> str:
    kind, precision = column.type.kind, column.type.precision
    return f"decimal({precision},{column.type.scale})" if precision else kind.value
