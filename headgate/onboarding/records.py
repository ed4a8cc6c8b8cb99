"""Records, and what is asked of the table that holds them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from headgate.onboarding.check_rows import Value


class Answer(StrEnum):
    """The table's answer to a write. `PRESENT`: the same record is there already, so a repetition changes nothing."""

    CREATED = "created"
    UPDATED = "updated"
    PRESENT = "present"
    OTHER_VALUES = "other_values"  # a record of that id has other values
    TAKEN = "taken"  # another record has the value of a unique column
    CHANGED = "changed"  # somebody else changed the record since it was read


@dataclass(frozen=True)
class Record:
    """One record. `unique` has the normal form of each unique column's value; `revision` grows with every update."""

    model: str
    id: str
    values: Mapping[str, Value]
    unique: Mapping[str, str] = field(default_factory=dict)
    revision: int = 1


@dataclass(frozen=True)
class Written:
    """The answer to a write; `column` is the unique column whose value is taken."""

    answer: Answer
    column: str = ""


@dataclass(frozen=True)
class Page:
    """A page of records by id; `after` is where the next page begins, empty at the end."""

    records: Sequence[Record]
    after: str = ""


class Records(Protocol):
    """The table of records (DynamoDB). Each write is done wholly or not at all."""

    def create(self, record: Record) -> Written:
        """Write the record and guards of its unique values, if neither id nor values are taken."""
        ...

    def update(self, before: Record, record: Record) -> Written:
        """Replace a record that is still as it was read, and move its guards."""
        ...

    def get(self, model: str, record_id: str) -> Record:
        """Return the record; NotFoundError if there is none."""
        ...

    def page(self, model: str, limit: int, after: str = "") -> Page:
        """Return at most so many records by id, those behind `after`."""
        ...
