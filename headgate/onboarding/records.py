"""Records, and what is asked of the table that holds them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from headgate.onboarding.check_records import Value


class WriteAnswer(StrEnum):
    """The table's answer to a write.

    `PRESENT`: the same record is there already, so a repetition changes nothing.
    """

    CREATED = "created"
    UPDATED = "updated"
    PRESENT = "present"
    OTHER_VALUES = "other_values"  # a record of that id has other values
    TAKEN = "taken"  # another record has the value of a unique column
    CHANGED = "changed"  # somebody else changed the record since it was read


@dataclass(frozen=True)
class Record:
    """One record. `unique` has the normal form of each unique column's value.

    `revision` grows with every update.
    """

    model: str
    id: str
    values: Mapping[str, Value]
    unique: Mapping[str, str] = field(default_factory=dict)
    revision: int = 1


@dataclass(frozen=True)
class WriteResult:
    """The answer to a write; `column` is the unique column whose value is taken."""

    answer: WriteAnswer
    column: str = ""


@dataclass(frozen=True)
class RecordPage:
    """A page of records by id; `after` is where the next page begins, empty at the end."""

    records: Sequence[Record]
    after: str = ""


class RecordTable(Protocol):
    """The table of records (DynamoDB). Each write is done wholly or not at all."""

    def create(self, record: Record) -> WriteResult:
        """Write the record and guards of its unique values, if neither id nor values are taken."""
        ...

    def update(self, before: Record, record: Record) -> WriteResult:
        """Replace a record that is still as it was read, and move its guards."""
        ...

    def get(self, model: str, record_id: str) -> Record:
        """Return the record; NotFoundError if there is none."""
        ...

    def page(self, model: str, limit: int, after: str = "") -> RecordPage:
        """Return at most so many records by id, those behind `after`."""
        ...
