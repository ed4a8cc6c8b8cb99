"""Keys that a row may lack, because the gate generates them from other columns of the row.

The property is `headgate.generatedFrom`.
"""

import re
from collections.abc import Mapping

from headgate.contracts.model import Column, Contract, Kind
from headgate.contracts.patterns import python_pattern
from headgate.errors import ContractError

PROPERTY = "headgate.generatedFrom"
PREFIX, LETTERS = "g-", 32
_EXAMPLE = PREFIX + "abcdefghijklmnop" * (LETTERS // 16)


def stated_parts(place: str, own: Mapping[str, object]) -> tuple[str, ...]:
    """Return the columns from which its missing values are generated; empty without a declaration."""
    names = own.get(PROPERTY, [])
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ContractError(f"{place}: {PROPERTY} is {names!r}. State a list of columns, such as [email].")
    return tuple(names)


def check_generated_ids(contract: Contract) -> None:
    """Check that ids can be generated and are valid values of their column.

    Raises:
        ContractError: the column is not the key, it cannot contain such an id, or a part is not a usable
            column.
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
        return (
            f"{', '.join(unusable)} is not another column, or is masked. State columns that are not masked."
        )
    return ""
