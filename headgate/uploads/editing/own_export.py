"""A file that the lake exported itself: its columns are the fields, written in plain form."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from headgate.contracts.model import NUMBERS, Column, Kind

if TYPE_CHECKING:
    from headgate.contracts.model import Contract
    from headgate.uploads.edits import Edits
    from headgate.uploads.grid.opened_file import OpenedFile

_OF_LAKE = {"_content_sha256", "_source_row"}  # in each row of a curated table, and in no file of a source
_PLAIN: dict[Kind, dict[str, Any]] = {
    **{kind: {"decimal": "."} for kind in NUMBERS},
    Kind.DATE: {"patterns": ["yyyy-MM-dd"]},
    Kind.BOOLEAN: {"trueWords": ["true"], "falseWords": ["false"]},
}


def edits_of_export(edits: Edits, opened: OpenedFile, contract: Contract) -> Edits:
    """Return the edits that read an export of the dataset; those of other files are unchanged.

    A declared format is that of the files of the source, and an export has plain numbers and days. Columns
    that are no field stay out. Exports of masked values are no file to send.
    """
    names = [*opened.headed.names]
    if contract.sensitive or edits.columns or not {*names} >= _OF_LAKE:
        return edits
    columns = {
        shown: name if name in contract.names else None
        for shown, name in zip(opened.names, names, strict=True)
    }
    fields = [contract.column(name) for name in names if name in contract.names]
    formats = {field.name: _PLAIN[field.type.kind] for field in fields if _is_declared(field)}
    return replace(edits, dataset=contract.dataset, columns=columns, formats=formats)


def _is_declared(field: Column) -> bool:
    return field.format is not None and field.type.kind in _PLAIN
