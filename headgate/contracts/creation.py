"""Decide which new contracts a running lake can use at once, and which need a deployment. Pure.

The merge creates the table of a new dataset, and the rights of jobs and of the API name folders and
databases, not single datasets. So a new contract needs a deployment only if it requires a right of its own or
weakens a check. See docs/adr/0117-push-of-contracts-and-models.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.contracts.model import Mask

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headgate.contracts.model import Column, Contract

MODEL_OF_RECORDS = "headgate.model"
# Properties of a table that only a deployment applies.
OF_DEPLOYMENT = ("headgate.system", "headgate.table", MODEL_OF_RECORDS)


def card_exemptions(column: Column) -> list[object]:
    """Return the declarations that reduce the search for card numbers in a column."""
    return [exemption for exemption in (column.no_cards, column.content, column.unmasked) if exemption]


def deployment_reasons(contract: Contract) -> tuple[str, ...]:
    """Return why a new source contract needs a deployment; empty if a running lake can use it at once."""
    return tuple(_reasons(contract))


def _reasons(contract: Contract) -> Iterator[str]:
    if personal := contract.personal:
        yield f"{', '.join(personal)}: data about a person, and a deployment decides who may read them"
    # Free text only loses card numbers, which requires no right and weakens no check.
    if masked := [column.name for column in contract.columns if column.mask not in {None, Mask.FREE_TEXT}]:
        yield f"{', '.join(masked)}: masked, and a deployment records how"
    if exempt := [column.name for column in contract.columns if card_exemptions(column)]:
        yield f"{', '.join(exempt)}: searched less for card numbers, which a deployment records"
    for name in OF_DEPLOYMENT:
        if name in contract.properties:
            yield f"it states {name}, and a deployment makes what follows from it"
