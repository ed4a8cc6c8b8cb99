"""Name the columns of nested JSON objects: `{"customer": {"city": "Ulm"}}` is the column `customer_city`.

Only objects that a contract splits are expanded: it has no column with the object's own name, but one that
begins with it. Arrays stay nested.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headgate.contracts.new_column_policy import left_out_names
from headgate.errors import HeaderError, UnreadableFileError
from headgate.matching.header_names import folded

if TYPE_CHECKING:
    from collections.abc import Callable

    from headgate.contracts.model import Contract

    Expands = Callable[[str, object], bool]

_MAX_LEVELS = 16


def never(_name: str, _value: object) -> bool:
    """Expand no object."""
    return False


def every_object(_name: str, value: object) -> bool:
    """Expand every object, as for a draft of a contract."""
    return isinstance(value, dict)


def by_contract(contract: Contract) -> Expands:
    """Return a test for names that are not columns of the contract, but the beginning of one.

    Columns that the contract leaves out of every file count. A null under such a name is not a value.
    """
    headings = (heading for heading, _ in contract.headings)
    names = {folded(name) for name in (*contract.names, *headings, *left_out_names(contract))}
    prefixes = {name[:at] for name in names for at, character in enumerate(name) if character == "_"} - names

    def expands(name: str, value: object) -> bool:
        return (value is None or isinstance(value, dict)) and folded(name) in prefixes

    return expands


def expanded(record: dict[str, Any], expands: Expands, level: int = 0) -> dict[str, Any]:
    """Return the record with the values of its objects under joined names."""
    if not any(expands(name, value) for name, value in record.items()):
        return record
    if level == _MAX_LEVELS:
        raise UnreadableFileError(
            rule="too_large",
            message=f"objects are nested more than {_MAX_LEVELS} levels deep",
            remedy="send flat records, one for each row",
        )
    flat: dict[str, Any] = {}
    for name, value in record.items():
        if not expands(name, value):
            parts = {name: value}
        elif value is None:
            continue
        else:
            parts = expanded({f"{name}_{key}": inner for key, inner in value.items()}, expands, level + 1)
        if not flat.keys().isdisjoint(parts):
            raise HeaderError(
                rule="duplicate_column",
                message="a record has two values for a name",
                remedy="keep one of the two values",
            )
        flat |= parts
    return flat
