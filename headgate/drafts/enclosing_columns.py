from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow.compute as pc

from headgate.contracts.new_column_policy import ALIASES
from headgate.drafts.column_inference import count_combinations
from headgate.drafts.key_search import lasting_sets, names_a_place
from headgate.drafts.nearly_all_rows import sounds_like_key
from headgate.formats.json.record_lists import name_around, position_column
from headgate.matching.header_names import folded
from headgate.plain_names import column_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    import pyarrow as pa

    from headgate.contracts.model import Column, Contract

_TIMES = {"date", "timestamp"}
_OF_KEYS = {"string", "integer"}


def key_in_records(
    usable: Mapping[str, Column],
    cells: Mapping[str, pa.Array],
    list_name: str,
    key_of: Callable[[Mapping[str, pa.Array]], tuple[str, ...]],
) -> tuple[str, ...]:
    """Return the key of a list in records: that of its record, and the columns that tell its rows apart.

    These are ids or times of the list that are unique in each record, otherwise the place in the list. A list
    without the columns of its records, or whose records have no key, is a table like others.

    Args:
        usable: the columns that may be part of a key.
        cells: the texts of the columns.
        list_name: path of the list; empty for a table that is no list in records.
        key_of: finds the key of a table by the texts of its columns.
    """
    position, around = position_column(list_name), {name for name in cells if name_around(name, list_name)}
    if position not in cells:
        return key_of(cells)
    is_first = pc.equal(cells[position], "1")
    records = {name: cells[name].filter(is_first) for name in around}
    of_record = key_in_records(usable, records, list_name.rpartition(".")[0], key_of) if records else ()
    if not of_record:
        return key_of(cells)
    own = [column for name, column in usable.items() if name in cells and name not in around]
    for names in lasting_sets(own):
        if count_combinations([cells[name] for name in (*of_record, *names)]) == len(is_first):
            return (*of_record, *names)
    return (*of_record, position)


def as_part_of_records(
    draft: Mapping[str, Any], list_name: str, contracts: Iterable[Contract] = ()
) -> dict[str, Any]:
    """Return the draft of a list with the facts that follow from the records around it.

    If their dataset exists, its key replaces the columns around the list in the drafted key, and its zone is
    that of times without one. `repeated_columns` are values of these records, which are left out at first.

    Args:
        draft: as `headgate.local_files.draft_file.draft_of_upload` returns it.
        list_name: path of the list, such as `batches.readings`.
        contracts: of the lake, which may have the dataset of the records around.
    """
    (table,) = draft["document"]["schema"]
    path, headings = folded(list_name), _headings(table)
    in_record = {
        column["name"]: name_around(headings.get(column["name"], column["name"]), path)
        for column in table["properties"]
    }
    outer = {name: column_name(own) if own else "" for name, own in in_record.items()}
    around = {*outer.values()} - {""}
    owners = [contract for contract in contracts if _is_of(contract, around)]
    owner = owners[0] if len(owners) == 1 else None
    keyed = {**draft, **(_with_key_of(owner, draft, outer) if owner else {})}
    keys = {name for contract in owners for name in contract.key}
    repeated = _repeated_columns(keyed["document"]["schema"][0]["properties"], outer, keys)
    zone = _zone_of(owner) if owner and not draft.get("time_zone") else ""
    return {**keyed, "repeated_columns": repeated, "zone_around": zone}


def _with_key_of(contract: Contract, draft: Mapping[str, Any], outer: Mapping[str, str]) -> Mapping[str, Any]:
    """Return the document and the notes of the draft with the key of the records around.

    Their other columns are no longer in the key: this key identifies each of their records, and so do the
    list's own columns each row of a record.
    """
    (table,) = draft["document"]["schema"]
    drafted = [column["name"] for column in table["properties"] if column.get("primaryKey")]
    own = [name for name in drafted if not outer[name]]
    of_records = [name for field in contract.key for name, own_name in outer.items() if own_name == field]
    if not contract.key or len(of_records) != len(contract.key) or len(own) == len(drafted):
        return {}
    key = [*of_records, *own]
    properties = [_in_key(column, key) for column in table["properties"]]
    gone = {*drafted} - {*key}
    notes = [
        note
        for note in draft.get("notes", ())
        if not (note.get("decides") and gone & {*note["column"].split(", ")})
    ]
    grain = {"dataGranularityDescription": f"One row per {' and '.join(key)}"}
    return {
        "document": {**draft["document"], "schema": [{**table, **grain, "properties": properties}]},
        "notes": notes,
    }


def with_beside_columns(draft: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """Return the draft of a list with the columns of values beside it, which are left out at first.

    Args:
        draft: as `headgate.local_files.draft_file.draft_of_upload` returns it.
        names: of the values in the file.
    """
    (table,) = draft["document"]["schema"]
    headings = _headings(table)
    drafted = [column["name"] for column in table["properties"]]
    column_of = {folded(heading): name for name in drafted for heading in (name, headings.get(name, name))}
    columns = [column_of[folded(name)] for name in names if folded(name) in column_of]
    return {**draft, "beside_columns": columns}


def _headings(table: Mapping[str, Any]) -> dict[str, str]:
    """Return the name in the file of each column that has another name in the table."""
    properties = table.get("customProperties", ())
    aliases: Mapping[str, Sequence[str]] = next(
        (each["value"] for each in properties if each["property"] == ALIASES), {}
    )
    return {name: heading for name, (heading,) in aliases.items()}


def _in_key(column: Mapping[str, Any], key: Sequence[str]) -> dict[str, Any]:
    """Return the column as one of the key, or as none."""
    others = {name: value for name, value in column.items() if not name.startswith("primaryKey")}
    if column["name"] not in key:
        return others
    return {
        **others,
        "required": True,
        "primaryKey": True,
        "primaryKeyPosition": key.index(column["name"]) + 1,
    }


def _zone_of(contract: Contract) -> str:
    """Return the zone that a contract declares for its times; empty if it declares none or several."""
    zones = {column.format.timezone for column in contract.columns if column.format} - {""}
    return zones.pop() if len(zones) == 1 else ""


def _repeated_columns(
    properties: Iterable[Mapping[str, Any]], outer: Mapping[str, str], keys: AbstractSet[str]
) -> list[str]:
    """Return the columns of a drafted list that are values of the records around it.

    A mean over the list would count the yield of a batch once for each reading, and a batch without a yield
    would refuse its readings. Keys and times of these records say where a row belongs, and are not returned;
    the key of their own dataset is one under any name.
    """
    return [
        column["name"]
        for column in properties
        if (own := outer[column["name"]])
        and own not in keys
        and not column.get("primaryKey")
        and column.get("logicalType") not in _TIMES
        and (column.get("logicalType") not in _OF_KEYS or not sounds_like_key(own) or names_a_place(own))
    ]


def _is_of(contract: Contract, around: AbstractSet[str]) -> bool:
    """Return whether a contract has most of the columns around a list, and these all of its key."""
    shared = around & {*contract.names}
    return 2 * len(shared) > len(around) and {*contract.key} <= shared
