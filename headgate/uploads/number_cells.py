"""Numbers and booleans of a workbook or of JSON, in an edited file of fields with a declared format.

The gate reads the edited file by this format, and would read the number 1.276 as 1276.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from headgate.formats.typed_cells import PercentText, column_texts
from headgate.values.cells import rewritten_where
from headgate.values.declared_spelling import in_declared_format

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from headgate.contracts.model import Column
    from headgate.formats.batches import Source
    from headgate.formats.received_rows import Received

_PERCENTAGE = re.compile(r"(-?[0-9]+(?:\.[0-9]+)?)\s?%?")
_INTEGER_OR_EMPTY = r"^\s*(?:-?[0-9]+)?\s*$"


@dataclass(frozen=True)
class NumberCells:
    """The rows of a file with its numbers in the formats of their fields.

    Attributes:
        source: the rows, in which only numbers and booleans differ from the rows as they are shown.
        fields: with their format in the file, by column.
        spelled: the columns in which a number or boolean differs from what is shown.
    """

    source: Source
    fields: Mapping[str, Column]
    spelled: frozenset[str]

    @classmethod
    def read(
        cls, shown: Source, source: Source, names: Sequence[str], fields: Mapping[str, Column]
    ) -> NumberCells:
        """Return the number cells of a file, after reading its rows in both forms."""
        spelled: set[str] = set()
        for batch, own in zip(shown.batches(), source.batches(), strict=True):
            for name, text, number in zip(names, batch.cells.values(), own.cells.values(), strict=True):
                if name in fields and name not in spelled and not text.equals(number):
                    spelled.add(name)
        return cls(source, fields, frozenset(spelled))

    def of(
        self, shown: Received, own: Received, names: Sequence[str], edited: Mapping[str, pa.Array]
    ) -> dict[str, pa.Array]:
        """Return the columns with number cells after the edits, in the formats of their fields.

        A new plain number in place of a number, or of an empty cell beside numbers, is meant as the grid
        shows them: in place of `30%` in percent, with the sign or without it. In place of a text it stays as
        it is.
        """
        columns = {}
        for name, text, number in zip(names, shown.cells.values(), own.cells.values(), strict=True):
            if name not in self.spelled:
                continue
            after, empty = edited[name], pa.scalar("")
            differs = pc.not_equal(pc.fill_null(text, empty), pc.fill_null(number, empty))
            is_number = pc.or_(
                differs,
                pc.match_substring_regex(pc.fill_null(text, empty), _INTEGER_OR_EMPTY),
            )
            is_same = pc.and_(
                pc.equal(text.is_valid(), after.is_valid()),
                pc.equal(pc.fill_null(text, empty), pc.fill_null(after, empty)),
            )
            is_percent = pc.and_(differs, pc.ends_with(pc.fill_null(text, empty), "%"))
            new = pc.if_else(
                is_percent,
                rewritten_where(is_percent, after, partial(_percent_cells, self.fields[name])),
                pc.if_else(is_number, in_declared_format(self.fields[name], after), after),
            )
            columns[name] = pc.if_else(is_same, number, new)
        return columns


def _percent_cells(field: Column, typed: pa.Array) -> pa.Array:
    """Return typed percentages as the field has those of a workbook's cells."""
    matched = [_PERCENTAGE.fullmatch(text or "") for text in typed.to_pylist()]
    cells = [
        PercentText(f"{match[1]}%") if match else text
        for match, text in zip(matched, typed.to_pylist(), strict=True)
    ]
    return column_texts(field, cells)
