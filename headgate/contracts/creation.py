"""Which new contracts a running lake can use at once, and which need a deployment. Pure.

The merge makes the table of a new dataset, and the rights of jobs and of the API name folders and databases
and no single dataset. So a new contract needs a deployment only where a right of its own follows from it, or
where it would weaken a check. docs/adr/0117-push-of-contracts-and-models.md
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.contracts.model import Mask

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headgate.contracts.model import Column, Contract

MODEL_OF_RECORDS = "headgate.model"
# Properties of a table that a deployment reads.
OF_DEPLOYMENT = ("headgate.system", "headgate.table", MODEL_OF_RECORDS)


def card_exemptions(column: Column) -> list[object]:
    """Return the statements by which a column is searched less for card numbers."""
    return [of for of in (column.no_cards, column.content, column.unmasked) if of]


def deployment_reasons(contract: Contract) -> tuple[str, ...]:
    """Return why a new source contract needs a deployment; none where a running lake can use it at once."""
    return tuple(_reasons(contract))


def _reasons(contract: Contract) -> Iterator[str]:
    if personal := contract.personal:
        yield f"{', '.join(personal)}: data about a person, and a deployment decides who may read them"
    # Free text keeps its words, and loses card numbers only: that takes no right and weakens nothing.
    if masked := [column.name for column in contract.columns if column.mask not in {None, Mask.FREE_TEXT}]:
        yield f"{', '.join(masked)}: masked, and a deployment records how"
    if exempt := [column.name for column in contract.columns if card_exemptions(column)]:
        yield f"{', '.join(exempt)}: searched less for card numbers, which a deployment records"
    for name in OF_DEPLOYMENT:
        if name in contract.properties:
            yield f"it states {name}, and a deployment makes what follows from it"
