from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from headgate.errors import BadInputError
from headgate.formats.json.json_records import read_records
from headgate.formats.json.nested_names import every_object
from headgate.formats.json.record_lists import WHOLE, RecordList, RecordPlace, name_around
from headgate.matching.dataset_evidence import (
    dataset_made_of_list,
    dataset_of_inner_list,
    dataset_of_named_list,
    likely_dataset,
)
from headgate.matching.suggest_mapping import ALIAS, EXACT
from headgate.uploads.editing.suggested_fields import suggested_fields

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from headgate.contracts.model import Contract
    from headgate.matching.mappings import Mappings
    from headgate.uploads.grid.opened_file import OpenedFile

_MAX_PROPOSED_LISTS, _MAX_PROPOSED_BYTES = 4, 8 << 20


def dataset_of_columns(
    key: str, opened: OpenedFile, inner_list: str, of_parts: Mapping[str, str], mappings: Mappings
) -> str:
    """Return the dataset of a part by its columns; empty if unknown.

    Records around a list are of another dataset than the list.
    """
    if inner_list:
        return of_parts.get(inner_list, "")
    return mappings.dataset_of_table(key, opened.headed) if opened.headed.has_header else ""


def fits_dataset(dataset: str, key: str, opened: OpenedFile, mappings: Mappings) -> bool:
    """Return whether a sheet has the key, else the required columns, of the dataset of its file's name."""
    if dataset not in mappings.contracts or not opened.headed.has_header:
        return True
    contract = mappings.contracts[dataset]
    needed = contract.key or [column.name for column in contract.columns if column.required]
    suggested = suggested_fields(key, contract, opened.headed, mappings, opened.headed.names)
    named = sum(how in {EXACT, ALIAS} for how in suggested.how)
    is_most = 2 * named >= min(len(suggested.names), len(contract.columns))
    return is_most and {*needed} <= {*suggested.fields}


def datasets_of_lists(
    path: Path, lists: Sequence[RecordList], contracts: Mapping[str, Contract]
) -> dict[str, str]:
    """Return the suggested dataset of each list of records, if they are few, as each is parsed."""
    proposed_lists = [each for each in lists if each.name != WHOLE][:_MAX_PROPOSED_LISTS]
    if path.stat().st_size > _MAX_PROPOSED_BYTES:
        return {}
    body = path.read_bytes() if proposed_lists else b""
    proposed = {}
    for each in proposed_lists:
        with suppress(BadInputError):  # shown when a person chooses the list
            columns = read_records(body, expands=every_object, place=RecordPlace(each.name)).columns
            inner_list = each.name if each.is_inner else ""
            list_name = "" if each.is_inner else each.name
            proposed[each.name] = likely_dataset_of_part(list_name, [*columns], inner_list, contracts)
    return {name: dataset for name, dataset in proposed.items() if dataset}


def likely_dataset_of_part(
    list_name: str, names: Sequence[str], inner_list: str, contracts: Mapping[str, Contract]
) -> str:
    """Return the suggested dataset by the columns of a part, else by the name of its list."""
    return _likely_dataset(names, inner_list, contracts) or dataset_of_named_list(list_name, names, contracts)


def _likely_dataset(names: Sequence[str], inner_list: str, contracts: Mapping[str, Contract]) -> str:
    """Return the suggested dataset; a list in records is matched by its own columns."""
    if not inner_list:
        return likely_dataset(names, contracts)
    around = [name_around(name, inner_list) for name in names]
    own = [name for name, outer in zip(names, around, strict=True) if not outer]
    outer_columns = [name for name, outer in zip(names, around, strict=True) if outer]
    return dataset_of_inner_list(own, [*filter(None, around)], contracts) or dataset_made_of_list(
        own, outer_columns, contracts
    )
