"""Decide which new contracts a running lake can use at once, and which need a deployment. Pure.

The merge creates the table of a new dataset, and the rights of jobs and of the API name folders and
databases, not single datasets. So a new contract needs a deployment only if it requires a right of its own or
weakens a check. Data about people require one where analysts read tables past the API, which hides columns:
`takes_people` is true of a lake without such analysts. See docs/adr/0117-push-of-contracts-and-models.md.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum

from headgate.contracts.model import Column, Contract, Mask

MODEL_OF_RECORDS = "headgate.model"
# Properties of a table that only a deployment applies.
OF_DEPLOYMENT = ("headgate.system", "headgate.table", MODEL_OF_RECORDS)
OF_PEOPLE = "has data about people, and a deployment decides who may read it"
_MASKED = {
    Mask.PAN: "has card numbers",
    Mask.CVV: "has verification codes of cards",
    Mask.TRACK: "has data of magnetic stripes",
    Mask.SSN: "has social security numbers",
}
_MASKED_OTHERWISE = "has masked values"
_RECORDED = "and a deployment records how they are hidden"
_EXEMPT = "is searched less for card numbers, and a deployment records that"


class WayOut(StrEnum):
    """A change of a column after which its dataset needs no deployment because of it."""

    LEAVE_OUT = "leave_out"  # the dataset has no such column
    SEARCH = "search_in_full"  # rows with a number that passes as a card number wait
    MASK = "mask_numbers"  # such numbers are replaced
    NOT_PEOPLE = "not_people"  # a person denies what only the name suggests


@dataclass(frozen=True)
class ColumnReason:
    """Why a column needs a deployment, and the changes after which it needs none."""

    column: str
    reason: str
    ways: tuple[WayOut, ...]


def card_exemptions(column: Column) -> list[object]:
    """Return the declarations that reduce the search for card numbers in a column."""
    return [exemption for exemption in (column.no_cards, column.content, column.unmasked) if exemption]


def deployment_reasons(contract: Contract, *, takes_people: bool = False) -> tuple[str, ...]:
    """Return why a new source contract needs a deployment; empty if a running lake can use it at once."""
    reasons = column_reasons(contract, takes_people=takes_people)
    of_columns = (f"{each.column} {each.reason}" for each in reasons)
    return (*of_columns, *reasons_of_table(contract))


def column_reasons(contract: Contract, *, takes_people: bool = False) -> tuple[ColumnReason, ...]:
    """Return the columns because of which a new source contract needs a deployment."""
    return tuple(_reasons_of_columns(contract, frozenset() if takes_people else {*contract.personal}))


def reasons_of_table(contract: Contract) -> tuple[str, ...]:
    """Return the reasons that no single column has."""
    return tuple(
        f"it states {name}, and a deployment makes what follows from it"
        for name in OF_DEPLOYMENT
        if name in contract.properties
    )


def _reasons_of_columns(contract: Contract, personal: Collection[str]) -> Iterator[ColumnReason]:
    """Yield each column with its first reason: the ways out of it have to end all of them."""
    for column in contract.columns:
        # Free text only loses card numbers, which requires no right and weakens no check.
        if column.mask not in {None, Mask.FREE_TEXT}:
            reason = f"{_MASKED.get(column.mask, _MASKED_OTHERWISE)}, {_RECORDED}"
            yield ColumnReason(column.name, reason, (WayOut.LEAVE_OUT,))
        elif column.name in personal:
            yield ColumnReason(column.name, OF_PEOPLE, (WayOut.LEAVE_OUT,))
        elif card_exemptions(column):
            ways = (WayOut.SEARCH, WayOut.MASK) if column.content else ()
            yield ColumnReason(column.name, _EXEMPT, (*ways, WayOut.LEAVE_OUT))
