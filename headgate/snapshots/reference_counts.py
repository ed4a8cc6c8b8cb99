"""Counts, in a lake snapshot, of rows that point to a parent which is not there: plain values with one JSON
form. No I/O.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True)
class CheckedReference:
    """One reference, over two snapshots.

    A parent that comes late is no lost child: the rows stay, and the next merge counts again.

    Attributes:
        column: `dataset.column` of the children.
        references: `dataset.column` of the parents.
        children, parents: the snapshots' ids that were compared.
        rows: children whose parent is not there; a null points nowhere and counts for none.
        keys: different values that these rows point to.
        first_keys: the first of these values in their order, as texts.
    """

    column: str
    references: str
    children: str
    parents: str
    rows: int
    keys: int
    first_keys: tuple[str, ...] = ()


def references_json(checked: Iterable[CheckedReference]) -> str:
    """Return the report's text; equal reports give equal bytes."""
    return json.dumps([asdict(reference) for reference in checked], sort_keys=True, indent=1)


def from_json(text: str) -> tuple[CheckedReference, ...]:
    """Return the report that a text states."""
    return tuple(
        CheckedReference(**{**reference, "first_keys": tuple(reference["first_keys"])})
        for reference in json.loads(text)
    )
