"""Draft columns of an uploaded file that its dataset does not have, as optional columns of the dataset."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

from headgate.contracts.curated import curated_contract
from headgate.contracts.model import Column, Contract, Mask
from headgate.contracts.new_column_policy import KEPT
from headgate.drafts.draft_contract import draft_from_sample
from headgate.errors import BadInputError
from headgate.local_files.draft_file import searched_in_full
from headgate.matching.header_names import folded, made_up_name, unused_name
from headgate.matching.mappings import Mappings
from headgate.matching.match_header import fields_of, folded_aliases
from headgate.plain_names import column_name
from headgate.uploads.edited_rows import edited_csv
from headgate.uploads.editing.open_upload import edited_content
from headgate.uploads.upload import UploadRecord
from headgate.values.sql_names import RESERVED

_MAX_BYTES = 256 << 20


def draft_columns(
    upload: UploadRecord,
    path: Path,
    folder: Path,
    headings: Sequence[str],
    mappings: Mappings,
    *,
    dataset: str,
) -> dict[str, Column]:
    """Return the column that a draft makes of each heading of the file, by its edited rows.

    The columns may be absent from later files, so none is required, a key or masked: rows whose text has a
    card number wait instead.

    Args:
        path: the content of the file.
        dataset: its contract decides which names are left.

    Raises:
        BadInputError: the file has no such column, or the contract has the column already.
        ContractError: no contract can be drafted from the rows.
    """
    edited, contract = edited_content(upload, path, folder, mappings, _MAX_BYTES), mappings.contracts[dataset]
    names = edited.opened.names if edited.opened else ()
    _expect_new(headings, names, contract)
    sample = folder / "sample.csv"
    if edited.opened:
        edits = replace(edited.edits, columns={}, formats={}, currencies={})
        edited_csv(edited.opened.source, names, edits, None, sample)
    draft = draft_from_sample(sample.read_bytes(), dataset, strict=False, key=(), header=True, titles=True)
    columns = dict(zip(names, searched_in_full(draft).columns, strict=False))
    used = {*contract.names, *curated_contract(contract).names, KEPT, *RESERVED}
    drafted: dict[str, Column] = {}
    for heading in headings:
        plain = column_name(heading)
        wanted = made_up_name(names.index(heading) + 1) if plain == column_name("") else plain
        drafted[heading] = _optional(columns[heading], unused_name(wanted, used))
        used.add(drafted[heading].name)
    return drafted


def _optional(column: Column, name: str) -> Column:
    rules = tuple(rule for rule in column.rules if rule.name != "required")
    mask = None if column.mask is Mask.FREE_TEXT else column.mask
    return replace(column, name=name, required=False, unique=False, mask=mask, rules=rules)


def _expect_new(headings: Sequence[str], names: Collection[str], contract: Contract) -> None:
    remedy = "choose columns of the file that are no columns of the dataset yet"
    for heading in headings:
        if heading not in names:
            message = f"the file has no column {heading}"
        elif fields_of([heading], contract)[0] or folded(heading) in folded_aliases(contract):
            message = f"{contract.dataset} has the column {heading} already"
        else:
            continue
        raise BadInputError(rule="new_column", message=message, remedy=remedy, column=heading)
