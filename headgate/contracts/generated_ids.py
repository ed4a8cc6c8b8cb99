"""Keys that a row may lack, because they are computed from other columns of the row
(`headgate.generatedFrom`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from headgate.contracts.model import Kind
from headgate.contracts.patterns import python_pattern
from headgate.errors import ContractError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headgate.contracts.model import Column, Contract

PROPERTY = "headgate.generatedFrom"
PREFIX, LETTERS = "g-", 32
_EXAMPLE = PREFIX + "abcdefghijklmnop" * (LETTERS // 16)


def stated_parts(place: str, own: Mapping[str, object]) -> tuple[str, ...]:
    """Return the columns that the column's missing values are computed from; none where nothing is stated.

    Raises:
        ContractError: the property is no list of names.
    """
    names = own.get(PROPERTY, [])
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ContractError(f"{place}: {PROPERTY} is {names!r}. State a list of columns, such as [email].")
    return tuple(names)


def check_generated_ids(contract: Contract) -> None:
    """Check that a generated id can be computed and is a valid value.

    Raises:
        ContractError: the column is not the key, it cannot hold such an id, or a part is no column to compute
            it from.
    """
    for column in contract.columns:
        if column.generated_from and (why := _why_not(contract, column)):
            raise ContractError(f"{contract.id}.{column.name}: {PROPERTY}: {why}")


def _why_not(contract: Contract, column: Column) -> str:
    if contract.key != (column.name,):
        return "only the column that is the key alone is generated. Remove the property."
    patterns = [str(rule.argument) for rule in column.rules if rule.name == "pattern"]
    matches = all(re.search(python_pattern(pattern), _EXAMPLE) for pattern in patterns)
    length = column.type.length or len(_EXAMPLE)
    if column.mask or column.type.kind is not Kind.STRING or length < len(_EXAMPLE) or not matches:
        return f"the column cannot hold an id such as {_EXAMPLE}. Change its type, pattern or mask."
    usable = {each.name for each in contract.columns if each.mask is None} - {column.name}
    if unusable := [name for name in column.generated_from if name not in usable]:
        return f"{', '.join(unusable)} is no other column, or is masked. State columns that are not masked."
    return ""
