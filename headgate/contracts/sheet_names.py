"""A column with the name of the sheet of each row, such as the month or the branch.

The property is `headgate.sheetName: true`. A workbook may have a column of this name instead, and then the
values of this column count.
"""

from headgate.contracts.model import Contract, Kind
from headgate.errors import ContractError

PROPERTY = "headgate.sheetName"


def column_of_sheet(contract: Contract | None) -> str:
    """Return the name of the column with the names of sheets; empty if the contract has none."""
    columns = contract.columns if contract else ()
    return next((column.name for column in columns if column.is_sheet_name), "")


def check_sheet_name(contract: Contract) -> None:
    """Check that at most one column, which is a text without a mask, has the names of sheets.

    Raises:
        ContractError: it is another column, or there are several.
    """
    columns = [column for column in contract.columns if column.is_sheet_name]
    if len(columns) > 1:
        raise ContractError(f"{contract.id}: {PROPERTY} is true for several columns. State it for one.")
    if columns and (columns[0].type.kind is not Kind.STRING or columns[0].mask):
        raise ContractError(
            f"{contract.id}.{columns[0].name}: {PROPERTY} is for a text without a mask. Correct one."
        )
