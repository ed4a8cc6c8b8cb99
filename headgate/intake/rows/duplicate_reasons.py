"""Reasons of duplicates: the row of the file that was kept for their key, and the values that differ."""

import re
from collections.abc import Iterable, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headgate.contracts.curated import masked_columns
from headgate.contracts.model import Contract
from headgate.intake.rows.redact_source_rows import source_texts
from headgate.intake.rows.restore_source_texts import columns_from_candidates
from headgate.values.cells import Flags, Rows, decoded, flags, in_one_piece, int_array
from headgate.values.quoted_values import shown_text
from headgate.values.refusal_reasons import title_of

_SAME = "Row {row} has the same values{masked} and was kept. Nothing has to be done."
AFTER_MASKING = ", after masking,"
_NEWER = "Row {row} has the same key and was kept, because it is newer{difference}. "
_IS_AS_NEW = ", is as new and was kept"
_AS_NEW = f"Row {{row}} has the same key{_IS_AS_NEW}{{difference}}. "
_LATER = "Neither is newer: the later row of the file counts. "
_CORRECT = "Correct the key if both rows are meant to be in the lake."
_ROW = re.compile(r"Row (\d+) has the same ")
_NAMES_CELLS = ("; its ", "; they ")
_MAX_NAMED = 3


def is_as_new(reason: str) -> bool:
    """Return whether a duplicate is as new as the kept row, and would replace it if it is sent again."""
    return _IS_AS_NEW in reason


def kept_row(reason: str) -> int:
    """Return the number of the row that was kept for a duplicate's key; 0 if its reason names none."""
    named = _ROW.match(reason)
    return int(named[1]) if named else 0


def take_candidates(tables: Iterable[pa.Table], rows: Rows) -> pa.Table:
    """Return these rows of consecutive tables; `rows` are ascending and distinct."""
    taken, before = [], 0
    for table in tables:
        first, last = np.searchsorted(rows, (before, before + table.num_rows))
        if first < last:
            taken.append(table.take(int_array(rows[first:last] - before)))
        before += table.num_rows
    return pa.concat_tables(taken)


def duplicate_reasons(
    contract: Contract, lost: pa.Table, kept: pa.Table, places: Sequence[int], is_same: Flags
) -> list[str]:
    """Return why each lost candidate was not accepted.

    Only datasets without data about people have their values quoted, and only values of unmasked columns.

    Args:
        lost, kept: the candidates, and the kept row of the key of each.
        places: the number of each kept row as the file's application shows it.
        is_same: whether each lost row equals its kept row.
    """
    order = [_differ(lost, kept, name) for name in contract.order_by if name in lost.column_names]
    is_newer = np.logical_or.reduce([np.zeros(lost.num_rows, bool), *order])
    differences = _differences(contract, lost, kept)
    masked = AFTER_MASKING if any(column.mask for column in contract.columns) else ""
    return [
        _SAME.format(row=place, masked=masked)
        if same
        else _of_same_key(place, difference, is_newer=newer) + _CORRECT
        for place, same, newer, difference in zip(places, is_same, is_newer, differences, strict=True)
    ]


def _of_same_key(place: int, difference: str, *, is_newer: bool) -> str:
    if is_newer:
        return _NEWER.format(row=place, difference=difference)
    later = _LATER if difference.startswith(_NAMES_CELLS) else ""
    return _AS_NEW.format(row=place, difference=difference) + later


def _differences(contract: Contract, lost: pa.Table, kept: pa.Table) -> list[str]:
    """Return for each row a clause on how the kept row differs from it."""
    own, other = (
        source_texts(columns_from_candidates(contract, rows, ()), passed=True) for rows in (lost, kept)
    )
    values: list[list[str]] = [[] for _ in range(lost.num_rows)]
    named: list[list[str]] = [[] for _ in range(lost.num_rows)]
    has_masked = np.zeros(lost.num_rows, bool)
    for column in contract.columns:
        if column.mask is not None:
            for curated in masked_columns(column):
                has_masked |= _differ(lost, kept, curated.name)
        elif column.name not in {*contract.key, *contract.order_by}:
            title, before, after = title_of(column), own[column.name], other[column.name]
            for row in np.flatnonzero(_differ(lost, kept, column.name)):
                named[row].append(title)
                values[row].append(f"its {title} is {_shown(after[row])} instead of {_shown(before[row])}")
    clauses = [f"they differ in {_listed(each)}" if each else "" for each in named]
    if not contract.personal:
        clauses = [_listed(each) for each in values]
    return [
        f"; {clause}" if clause else "; masked values differ" if masked else ""
        for clause, masked in zip(clauses, has_masked, strict=True)
    ]


def _differ(lost: pa.Table, kept: pa.Table, name: str) -> Flags:
    """Return the rows whose values of a column differ; null equals null."""
    own, other = (decoded(in_one_piece(rows.column(name))) for rows in (lost, kept))
    both = pc.and_(own.is_valid(), other.is_valid())
    same = pc.if_else(both, pc.equal(own, other), pc.equal(own.is_valid(), other.is_valid()))
    return ~flags(same)


def _listed(parts: Sequence[str]) -> str:
    """Join the first parts, followed by the number of the others."""
    more = len(parts) - _MAX_NAMED
    return ", ".join(parts[:_MAX_NAMED]) + (f" and {more} more" if more > 0 else "")


def _shown(text: pa.Scalar) -> str:
    return shown_text(text.as_py())
