"""Counts of rows that point to a missing parent: plain values with one JSON form. No I/O."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class CheckedReference:
    """The result for one reference between two snapshots.

    Rows without their parent stay in the lake. The parent may arrive later, so the next merge counts again.

    Attributes:
        column: `dataset.column` of the children.
        references: `dataset.column` of the parents.
        children, parents: ids of the compared snapshots.
        rows: number of children without their parent; a null is not counted.
        keys: number of distinct values that these rows point to.
        first_keys: the first of these values in order, as texts.
    """

    column: str
    references: str
    children: str
    parents: str
    rows: int
    keys: int
    first_keys: tuple[str, ...] = ()


def references_json(checked: Iterable[CheckedReference]) -> str:
    """Return the report as JSON text; equal reports give equal bytes."""
    return json.dumps([asdict(reference) for reference in checked], sort_keys=True, indent=1)


def from_json(text: str) -> tuple[CheckedReference, ...]:
    """Parse the report's JSON text."""
    return tuple(
        CheckedReference(**{**reference, "first_keys": tuple(reference["first_keys"])})
        for reference in json.loads(text)
    )
