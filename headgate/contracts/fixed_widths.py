"""Files of fixed width without blanks between columns: `headgate.widths: [5, 9, 3, 10]`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.errors import ContractError

if TYPE_CHECKING:
    from headgate.contracts.model import Contract

WIDTHS_PROPERTY = "headgate.widths"


def stated_widths(contract: Contract | None) -> tuple[int, ...]:
    """Return the width of each column in characters, in the file's order; empty without a declaration.

    Raises:
        ContractError: the property is not a list of two or more positive integers.
    """
    widths = contract.properties.get(WIDTHS_PROPERTY) if contract else None
    if contract is None or widths is None:
        return ()
    if not isinstance(widths, list) or len(widths) < 2 or not all(map(_is_width, widths)):  # noqa: PLR2004 one column is not a table
        raise ContractError(
            f"{contract.id}: {WIDTHS_PROPERTY} is {widths!r}. "
            "Remedy: state how many characters each column of the file has, as in [5, 9, 3, 10]"
        )
    return tuple(widths)


def _is_width(width: object) -> bool:
    return isinstance(width, int) and not isinstance(width, bool) and width > 0
