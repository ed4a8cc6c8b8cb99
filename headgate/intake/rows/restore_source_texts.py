"""Restore the source texts of a candidate row from its curated columns, so that the file is read only once.

Most texts are kept unchanged or follow from their value. Others (times, numbers with a fraction, truth
values) are kept in columns of their own. Of a dropped value only its presence is kept.
"""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from headgate.contracts.curated import masked_columns
from headgate.contracts.model import Column, Contract, Kind, Mask
from headgate.intake.rows.checked_column import CheckedColumn
from headgate.values.cells import in_one_piece, literal
from headgate.values.rules import Breach

_DROPPED = {Mask.CVV, Mask.TRACK}
# Each value of these kinds has one text under the grammars of `cast`.
_WITH_ONE_TEXT = {Kind.SMALLINT, Kind.INTEGER, Kind.BIGINT, Kind.DATE}


def kept_texts(checked: Sequence[CheckedColumn], passing: pa.Array) -> dict[str, pa.Array]:
    """Return the texts of these rows that cannot be restored from values, under names that no column has."""
    return {_kept_name(each.column): _kept(each, passing) for each in checked if _is_kept(each.column)}


def _kept(checked: CheckedColumn, passing: pa.Array) -> pa.Array:
    text = checked.text.filter(passing)
    return text.is_valid() if checked.column.mask in _DROPPED else text


def _is_kept(column: Column) -> bool:
    if column.mask is not None:
        return column.mask in _DROPPED
    if column.format is not None:
        return True
    return column.type.kind is not Kind.STRING and column.type.kind not in _WITH_ONE_TEXT


def _kept_name(column: Column) -> str:
    return f"_text_of.{column.name}"


def columns_from_candidates(
    contract: Contract, rows: pa.Table, warnings: Sequence[Breach]
) -> list[CheckedColumn]:
    """Return the checked columns of candidate rows.

    Args:
        rows: their curated columns and `kept_texts`.
        warnings: the rules at level `warn` that they break.
    """
    checked = []
    for column in contract.columns:
        curated = {each.name: in_one_piece(rows.column(each.name)) for each in masked_columns(column)}
        text = _text(column, rows, curated)
        own_warnings = tuple(each for each in warnings if each.column == column.name)
        checked.append(CheckedColumn(column, text, text, curated, own_warnings))
    return checked


def _text(column: Column, rows: pa.Table, curated: dict[str, pa.Array]) -> pa.Array:
    """Return the texts; for a masked or dropped column only their presence."""
    if column.mask in _DROPPED:
        was_present = in_one_piece(rows.column(_kept_name(column)))
        return pc.if_else(was_present, literal(""), pa.nulls(1, pa.string())[0])
    if _is_kept(column):
        return in_one_piece(rows.column(_kept_name(column)))
    if not curated:
        return pa.nulls(rows.num_rows, pa.string())
    *_, last = curated.values()
    return pc.cast(last, pa.string())
