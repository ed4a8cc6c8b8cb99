"""Single values beside a list of JSON records, which may be columns, the same in each row."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from headgate.contracts.file_form import stated_beside
from headgate.matching.header_names import folded

if TYPE_CHECKING:
    from collections.abc import Collection

    from headgate.contracts.model import Contract
    from headgate.formats.json.record_lists import RecordList
    from headgate.uploads.edits import Edits
    from headgate.uploads.grid.opened_file import OpenedFile


def names_beside(read_list: RecordList | None) -> tuple[str, ...]:
    """Return the names of the single values beside a list that may be columns."""
    return () if read_list is None or read_list.is_inner else tuple(read_list.values)


def columns_beside(
    read_list: RecordList | None, opened: OpenedFile | None, contract: Contract | None, edits: Edits
) -> tuple[str, ...]:
    """Return the names of the values beside a list that are columns.

    A dataset has those that it declares. To a new dataset all are offered, unless a record has the name.
    """
    if opened is None or edits.is_of_no_dataset:
        return ()
    mapped = (name for name, field_ in edits.columns.items() if field_)
    declared = {*map(folded, (*stated_beside(contract), *mapped))}
    own = {*map(folded, opened.names)}
    names = (name for name in names_beside(read_list) if contract is None or folded(name) in declared)
    return tuple(name for name in names if folded(name) not in own)


def without_values_beside(edits: Edits, read_list: RecordList | None, columns: Collection[str]) -> Edits:
    """Return the edits without values beside a list that are left out, and so are no columns."""
    gone = {*(read_list.values if read_list else ())} - {*columns}
    kept = {name: field_ for name, field_ in edits.columns.items() if field_ or name not in gone}
    return edits if len(kept) == len(edits.columns) else replace(edits, columns=kept)


def in_no_row(read_list: RecordList | None, opened: OpenedFile | None) -> tuple[str, ...]:
    """Return the names beside a list that are no columns."""
    names = {*map(folded, opened.names)} if opened else set()
    return tuple(name for name in (read_list.beside if read_list else ()) if folded(name) not in names)
