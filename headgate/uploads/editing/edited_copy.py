"""The edited copy of an upload, and its key in raw."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from headgate.contracts.model import NUMBERS, Kind
from headgate.lake import keys
from headgate.uploads.edited_rows import edited_csv, source_format_of
from headgate.uploads.number_cells import NumberCells
from headgate.uploads.repeated_hours import decided_hours, with_offsets
from headgate.uploads.upload import UploadRecord, why_not_named

if TYPE_CHECKING:
    from headgate.uploads.editing.edited_upload import EditedUpload

_MAX_PART_CHARS = 100  # of a sheet's or member's name in a key


def edited_file(edited: EditedUpload, folder: Path, *, is_always_written: bool = False) -> Path | None:
    """Write the edited file; return None if the file is unchanged.

    Args:
        is_always_written: also write a file whose values stay as they are.
    """
    if not (edited.changes_values or is_always_written) or edited.opened is None:
        return edited.file if edited.edits.part and edited.opened is None else None
    if edited.opened.is_as_declared and not edited.changes_rows:
        return edited.file
    path = folder / "edited.csv"
    opened = edited.opened
    types = [column.type for column in opened.headed.columns]
    stored = dict(zip(opened.names, types, strict=True))
    edited_csv(
        opened.source,
        opened.names,
        edited.edits,
        edited.contract,
        path,
        stored=stored,
        number_cells=_number_cells(edited),
        undecided=edited.undecided_columns,
        rewritten={name: partial(with_offsets, hours=hours) for name, hours in decided_hours(edited).items()},
    )
    return path


def _number_cells(edited: EditedUpload) -> NumberCells | None:
    """Return the numbers and booleans of a workbook or of JSON in the formats of their fields, if any."""
    opened, edits, contract = edited.opened, edited.edits, edited.contract
    if contract is None or opened is None or opened.read_as is None:
        return None
    column_of = {field: name for name, field in edits.columns.items() if field}
    if not edits.columns:  # the gate matches the names of the edited file
        fields = edited.suggested.fields if edited.suggested else ()
        column_of = {field: name for name, field in zip(opened.names, fields, strict=False) if field}
        column_of |= {name: name for name in opened.names if name in contract.names}
    typed = {}
    for each in contract.columns:
        declared = source_format_of(edits, each) or each.format
        is_typed = each.type.kind in {*NUMBERS, Kind.BOOLEAN} and not each.mask
        name = column_of.get(each.name, "")
        if is_typed and name in opened.names and (declared or name in opened.in_percent):
            typed[name] = replace(each, format=declared)
    if not typed:
        return None
    return NumberCells.read(opened.source, opened.read_as(typed), opened.names, typed)


def edited_key(upload: UploadRecord, edited: EditedUpload) -> str:
    """Return the edited file's key in raw; a file of raw keeps its key."""
    stem = PurePosixPath(upload.name).name.split(".")[0] or "upload"
    name = _name_of_copy(stem, edited.own_part)
    # The gate would take a list for rows of the records around it, whose values it has as well.
    is_list_of_none = bool(edited.inner_list) and edited.contract is None and not upload.raw_version
    if edited.edits.is_of_no_dataset or is_list_of_none:
        return keys.no_dataset_key(upload.sha256, name)
    if upload.raw_version:
        return upload.key
    dataset = edited.contract.dataset if edited.contract else keys.UPLOADS
    if edited.answers:
        return keys.corrected_rows_key(dataset, edited.answers.file_id, upload.sha256[:16])
    return f"{dataset}/{name}"


def _name_of_copy(stem: str, part: str) -> str:
    """Return the name of an edited file, which differs for each part of the sent file.

    A later version of one sheet must not replace another sheet.
    """
    if not part:
        return f"{stem}.csv"
    plain = f"{stem}-{part.removesuffix('.csv')}.csv"
    if len(part) <= _MAX_PART_CHARS and not why_not_named(plain):
        return plain
    digest = hashlib.sha256(part.encode()).hexdigest()[:8]
    readable = f"{stem}-{PurePosixPath(part.replace('/', '-')).stem}-{digest}.csv"
    is_permitted = len(part) <= _MAX_PART_CHARS and not why_not_named(readable)
    return readable if is_permitted else f"{stem}-{digest}.csv"
