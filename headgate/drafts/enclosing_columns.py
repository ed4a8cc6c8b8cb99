"""Columns of the records around a list, which repeat in each row of the list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headgate.contracts.new_column_policy import ALIASES
from headgate.drafts.key_search import names_a_place
from headgate.drafts.nearly_all_rows import sounds_like_key
from headgate.formats.json.record_lists import name_around
from headgate.matching.header_names import folded

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from headgate.contracts.model import Contract

_TIMES = {"date", "timestamp"}


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
    path = ".".join(map(folded, list_name.split(".")))
    outer = {column["name"]: name_around(column["name"], path) for column in table["properties"]}
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
    properties = table.get("customProperties", ())
    aliases: Mapping[str, Sequence[str]] = next(
        (each["value"] for each in properties if each["property"] == ALIASES), {}
    )
    drafted = [column["name"] for column in table["properties"]]
    column_of = {folded(heading): name for name in drafted for heading in (name, *aliases.get(name, ()))}
    columns = [column_of[folded(name)] for name in names if folded(name) in column_of]
    return {**draft, "beside_columns": columns}


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
        and (not sounds_like_key(own) or names_a_place(own))
    ]


def _is_of(contract: Contract, around: AbstractSet[str]) -> bool:
    """Return whether a contract has most of the columns around a list, and these all of its key."""
    shared = around & {*contract.names}
    return 2 * len(shared) > len(around) and {*contract.key} <= shared
