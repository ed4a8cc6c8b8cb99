"""Read how a table is first shown: its first columns and rows, and the amount of a row.

These are `headgate.firstColumns`, `headgate.firstRows` and `headgate.amount` of the contract.
"""

from headgate.contracts.model import NUMBERS, Contract
from headgate.errors import ContractError

COLUMNS = "headgate.firstColumns"
ROWS = "headgate.firstRows"
AMOUNT = "headgate.amount"
_DESCENDING = "-"


def first_columns(contract: Contract) -> tuple[str, ...]:
    """Return the most important columns, in reading order; empty without a declaration.

    Raises:
        ContractError: the property is not a list of the contract's columns.
    """
    return _named_columns(contract, COLUMNS)


def first_rows(contract: Contract) -> tuple[str, ...]:
    """Return the columns of the default sort order; `-` precedes a descending one.

    A column with valid values is sorted by their order in the contract.
    """
    return _named_columns(contract, ROWS)


def amount_columns(contract: Contract) -> tuple[str, ...]:
    """Return the columns whose product is the amount of a row; empty without a declaration."""
    columns = _named_columns(contract, AMOUNT)
    for name in columns:
        if contract.columns and contract.column(name).type.kind not in NUMBERS:
            raise ContractError(
                f"{contract.id}: {AMOUNT} names {name}, which holds no numbers. State columns of numbers, as "
                "in [quantity, unit_price]."
            )
    return columns


def value_order(contract: Contract, column: str) -> tuple[str, ...]:
    """Return the valid values of a column in the order of the contract; empty without such a rule."""
    for rule in contract.column(column).rules:
        if rule.name == "valid_values" and isinstance(rule.argument, tuple):
            return tuple(str(value) for value in rule.argument)
    return ()


def check_first_view(contract: Contract) -> None:
    """Check the three properties; errors as in `first_columns`."""
    first_columns(contract)
    first_rows(contract)
    amount_columns(contract)


def _named_columns(contract: Contract, name: str) -> tuple[str, ...]:
    entries = contract.properties.get(name, [])
    if not isinstance(entries, list):
        raise ContractError(f"{contract.id}: {name} is not a list. State columns, as in [region, revenue].")
    columns = tuple(map(str, entries))
    # The columns of a block are derived from its table, so its contract lists none.
    unknown = sorted({column.removeprefix(_DESCENDING) for column in columns} - set(contract.names))
    if unknown and contract.columns:
        raise ContractError(
            f"{contract.id}: {name} names columns that the contract does not declare: {', '.join(unknown)}. "
            f"State some of {', '.join(contract.names)}."
        )
    return columns
