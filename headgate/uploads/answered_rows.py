"""Files of refused rows that a sender sends back corrected.

A download of refused rows has three columns behind those of the sender: the place, the reason and a reference
by which the rows are known again. The corrected rows replace the refused ones.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from headgate.lake.keys import file_of_reference

if TYPE_CHECKING:
    from collections.abc import Collection

    from headgate.matching.file_table import FileTable
    from headgate.uploads.grid.opened_file import OpenedFile

ABOUT_ROWS = ("row", "reason", "reference")
_REFERENCE = re.compile(r"\s*([a-z]{32})-([1-9]\d{0,8})\s*")


@dataclass(frozen=True)
class AnsweredRows:
    """The refused rows that the rows of a file replace, in its order."""

    file_id: str
    rows: tuple[int, ...]


def without_references(headed: FileTable) -> FileTable:
    """Return the table without the columns that a download of refused rows adds."""
    added = len(ABOUT_ROWS)
    if len(headed.names) <= added or tuple(name.strip() for name in headed.names[-added:]) != ABOUT_ROWS:
        return headed
    return replace(headed, names=headed.names[:-added], columns=headed.columns[:-added])


def answered_rows(opened: OpenedFile, left_out: Collection[int]) -> AnsweredRows | None:
    """Return the refused rows that a file replaces.

    Return None unless each row that is not left out has a reference to another row of one file.
    """
    if without_references(opened.headed) is opened.headed:
        return None
    file_ids: set[str] = set()
    rows: list[int] = []
    for batch in opened.source.batches():
        if set(batch.ragged.source_rows.tolist()) - {*left_out}:
            return None
        taken = ~np.isin(batch.source_rows, [*left_out])
        *_, references = batch.cells.values()
        for text in references.take(np.flatnonzero(taken)).to_pylist():
            match = _REFERENCE.fullmatch(text or "")
            if match is None:
                return None
            file_ids.add(match[1])
            rows.append(int(match[2]))
    if len(file_ids) != 1 or len(set(rows)) != len(rows):
        return None
    return AnsweredRows(file_of_reference(file_ids.pop()), tuple(rows))
