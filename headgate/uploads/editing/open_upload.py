"""Open an upload with its edits: choose its part, encoding and dataset, and suggest fields."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from headgate.contracts.file_form import stated_beside, stated_encoding
from headgate.formats.guess_encoding import is_guessed
from headgate.lake import keys
from headgate.matching.file_table import as_text
from headgate.matching.header_names import folded
from headgate.uploads.answered_rows import answered_rows
from headgate.uploads.edited_rows import check_edits, check_widths
from headgate.uploads.editing.edited_upload import EditedUpload
from headgate.uploads.editing.header_edits import edits_of_header
from headgate.uploads.editing.own_export import edits_of_export
from headgate.uploads.editing.part_datasets import (
    dataset_of_columns,
    datasets_of_lists,
    fits_dataset,
    likely_dataset_of_part,
)
from headgate.uploads.editing.sent_parts import covers_among, first_list, first_sheet, lists_in, sent_part
from headgate.uploads.editing.suggested_fields import suggested_fields
from headgate.uploads.edits import Edits
from headgate.uploads.grid.opened_file import OpenedFile, as_chosen, open_file
from headgate.uploads.grid.top_rows import top_rows
from headgate.uploads.proposed_steps import names_in_records, proposed_steps

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from headgate.contracts.model import Contract
    from headgate.formats.json.record_lists import RecordList
    from headgate.matching.mappings import Mappings
    from headgate.uploads.upload import UploadRecord


def edited_content(
    upload: UploadRecord, path: Path, folder: Path, mappings: Mappings, limit_bytes: int
) -> EditedUpload:
    """Return the facts of an upload with its content at `path`.

    Raises:
        BadInputError: the file cannot be read.
    """
    edits, contracts = upload.edits or Edits(), mappings.contracts
    sent = sent_part(path, folder, edits.part, limit_bytes)
    file, lists = sent.file, lists_in(sent.file)
    is_open = upload.edits is None or replace(edits, part=sent.part).chooses_part_alone
    parts = {each.name: each.records for each in lists} if lists else sent.parts
    edits = replace(edits, part=first_list(lists) if lists and sent.part not in parts else sent.part)
    read_list = next((each for each in lists if each.name == edits.part), None)
    list_name = edits.part if lists else ""
    inner_list = list_name if read_list and read_list.is_inner else ""
    sheet = edits.part if edits.part in parts and file == path else ""
    dataset = "" if edits.is_of_no_dataset else edits.dataset or keys.dataset_of(upload.key)

    def opened_at(name: str, own: Edits = edits, beside: Sequence[str] = ()) -> OpenedFile | None:
        read = as_chosen(contracts.get(dataset), own.encoding, own.header_row)
        return open_file(file, folder, read, name, limit_bytes, beside=beside)

    opened = opened_at(sheet)
    edits = edits.in_own_names(opened.names) if opened else edits
    if is_open and opened and edits.part and not (lists or edits.dataset or edits.is_of_no_dataset):
        dataset = dataset if fits_dataset(dataset, upload.key, opened, mappings) else ""
    if opened and upload.edits is None and dataset not in contracts and file == path and not lists:
        opened, sheet = first_sheet(upload.key, opened, sent, opened_at, mappings)
        edits = replace(edits, part=sheet)
    is_remembered = False
    if opened and is_open:
        top, by = partial(top_rows, file, folder, sheet, limit_bytes), partial(opened_at, sheet)
        opened, edits, is_remembered = edits_of_header(
            upload.key, edits, opened, by, mappings, beside=_names_beside(read_list), top=top
        )
    of_parts = datasets_of_lists(file, lists, contracts)
    dataset = edits.dataset or dataset
    if opened and dataset not in contracts and not edits.is_of_no_dataset:
        dataset = dataset_of_columns(upload.key, opened, inner_list, of_parts, mappings)
    contract = contracts.get(dataset)
    edits = edits_of_export(edits, opened, contract) if is_open and not is_remembered else edits
    opened, edits, beside = _reopened(read_list, opened, contract, edits, partial(opened_at, sheet))
    edited = EditedUpload(
        file,
        parts,
        opened,
        edits,
        is_remembered,
        contract,
        part_datasets=of_parts,
        covers=covers_among(sent.narrow, contracts),
        hidden_parts=sent.hidden,
        is_elsewhere=bool(contract) and keys.dataset_of(upload.key) != dataset,
        inner_list=inner_list,
        beside_list=_in_no_row(read_list, opened),
        beside_columns=beside,
    )
    return _with_answers(_with_suggestions(edited, upload.key, list_name, inner_list, mappings), upload)


def _is_in_other_encoding(opened: OpenedFile, encoding: str) -> bool:
    """Return whether a text was read in a guessed encoding, and another one is stated for its source."""
    written_as = opened.source.written_as
    return bool(encoding) and is_guessed(written_as) and written_as["encoding"] != encoding


def _reopened(
    read_list: RecordList | None,
    opened: OpenedFile | None,
    contract: Contract | None,
    edits: Edits,
    opened_with: Callable[..., OpenedFile | None],
) -> tuple[OpenedFile | None, Edits, tuple[str, ...]]:
    """Return the file as its dataset states it: in its encoding, with the values beside its list as columns.

    Also return the edits of these columns, and the names of the values.
    """
    encoding = edits.encoding or stated_encoding(contract)
    if opened and _is_in_other_encoding(opened, encoding):
        opened = opened_with(replace(edits, encoding=encoding))
    beside = _columns_beside(read_list, opened, contract, edits)
    edits = _without_values_beside(edits, read_list, {*beside, *(opened.names if opened else ())})
    return (opened_with(replace(edits, encoding=encoding), beside) if beside else opened), edits, beside


def _names_beside(read_list: RecordList | None) -> tuple[str, ...]:
    """Return the names of the single values beside a list that may be columns."""
    return () if read_list is None or read_list.is_inner else tuple(read_list.values)


def _columns_beside(
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
    names = (name for name in _names_beside(read_list) if contract is None or folded(name) in declared)
    return tuple(name for name in names if folded(name) not in own)


def _without_values_beside(edits: Edits, read_list: RecordList | None, columns: Collection[str]) -> Edits:
    """Return the edits without values beside a list that are left out, and so are no columns."""
    gone = {*(read_list.values if read_list else ())} - {*columns}
    kept = {name: field_ for name, field_ in edits.columns.items() if field_ or name not in gone}
    return edits if len(kept) == len(edits.columns) else replace(edits, columns=kept)


def _in_no_row(read_list: RecordList | None, opened: OpenedFile | None) -> tuple[str, ...]:
    """Return the names beside a list that are no columns."""
    names = {*map(folded, opened.names)} if opened else set()
    return tuple(name for name in (read_list.beside if read_list else ()) if folded(name) not in names)


def _with_answers(edited: EditedUpload, upload: UploadRecord) -> EditedUpload:
    """Add the refused rows that the file replaces, if its columns are decided and no values are masked."""
    opened, contract, edits = edited.opened, edited.contract, edited.edits
    is_decided = any(edits.columns.values()) and not upload.raw_version
    if opened is None or contract is None or contract.sensitive or not is_decided:
        return edited
    return replace(edited, answers=answered_rows(opened, edits.left_out))


def _with_suggestions(
    edited: EditedUpload, key: str, list_name: str, inner_list: str, mappings: Mappings
) -> EditedUpload:
    """Add the suggested fields of the columns and steps; for a part of no dataset, the likely one."""
    opened, contract, edits = edited.opened, edited.contract, edited.edits
    if opened is None:
        return edited
    names = opened.headed.names
    if contract is None:
        likely = likely_dataset_of_part(list_name, names, inner_list, mappings.contracts)
        return replace(edited, likely_dataset=likely)
    matched = contract.names if opened.is_as_declared else names_in_records(names, inner_list)
    suggested = suggested_fields(key, contract, opened.headed, mappings, matched)
    # Stored edits are for the contract; the gate reports fields that they lack.
    if edits.columns and not edited.is_remembered:
        check_edits(edits, contract, opened.names)
    if not edited.is_remembered:
        check_widths(edits, contract)
    texts = dict(zip(opened.names, map(as_text, opened.headed.columns), strict=True))
    steps = proposed_steps(suggested, contract, edits, texts, inner_list)
    return replace(edited, suggested=suggested, proposed_steps=steps)
