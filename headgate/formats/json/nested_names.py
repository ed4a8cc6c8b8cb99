"""Name the columns of nested JSON objects: `{"customer": {"city": "Ulm"}}` is the column `customer_city`.

Only objects that a contract splits are expanded: it has no column with the object's own name, but one that
begins with it. Arrays stay nested.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headgate.errors import HeaderError, UnreadableFileError
from headgate.matching.header_names import folded
from headgate.matching.match_header import names_in_files, split_objects

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

    A null under such a name is not a value.
    """
    prefixes = split_objects(contract)

    def expands(name: str, value: object) -> bool:
        return (value is None or isinstance(value, dict)) and folded(name) in prefixes

    return expands


def all_but_own(contract: Contract | None) -> Expands:
    """Return a test for all objects but those that are columns of the contract themselves.

    A person maps the values of an object, under whichever names the contract has for them.
    """
    if contract is None or not contract.columns:
        return every_object
    splits, own = by_contract(contract), names_in_files(contract)

    def expands(name: str, value: object) -> bool:
        return splits(name, value) or (isinstance(value, dict) and folded(name) not in own)

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
