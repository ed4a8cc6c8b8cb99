"""Columns of the records around a list, which repeat in each row of the list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headgate.drafts.key_search import names_a_place
from headgate.drafts.nearly_all_rows import sounds_like_key
from headgate.formats.json.record_lists import name_around
from headgate.matching.header_names import folded

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from collections.abc import Set as AbstractSet

    from headgate.contracts.model import Contract

_TIMES = {"date", "timestamp"}


def repeated_columns(
    document: Mapping[str, Any], list_name: str, contracts: Iterable[Contract] = ()
) -> list[str]:
    """Return the columns of a drafted list that are values of the records around it.

    A mean over the list would count the yield of a batch once for each reading, and a batch without a yield
    would refuse its readings. Keys and times of these records say where a row belongs, and are not returned;
    the key of their own dataset is one under any name.

    Args:
        document: the draft as an ODCS document.
        list_name: path of the list, such as `batches.readings`.
        contracts: of the lake, which may have the dataset of the records around.
    """
    path = ".".join(map(folded, list_name.split(".")))
    around = {name_around(column["name"], path) for column in document["schema"][0]["properties"]} - {""}
    keys = {name for contract in contracts if _is_of(contract, around) for name in contract.key}
    return [
        column["name"]
        for column in document["schema"][0]["properties"]
        if (own := name_around(column["name"], path))
        and own not in keys
        and not column.get("primaryKey")
        and column.get("logicalType") not in _TIMES
        and (not sounds_like_key(own) or names_a_place(own))
    ]


def _is_of(contract: Contract, around: AbstractSet[str]) -> bool:
    """Return whether a contract has most of the columns around a list, and these all of its key."""
    shared = around & {*contract.names}
    return 2 * len(shared) > len(around) and {*contract.key} <= shared
