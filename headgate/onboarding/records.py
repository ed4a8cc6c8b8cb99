"""Records, and the port of the table of records."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from headgate.onboarding.check_records import Value


class WriteAnswer(StrEnum):
    """The table's answer to a write.

    `PRESENT`: the same record exists, so a repeated write changes nothing.
    """

    CREATED = "created"
    UPDATED = "updated"
    PRESENT = "present"
    OTHER_VALUES = "other_values"  # a record with this id has other values
    TAKEN = "taken"  # another record has the value of a unique column
    CHANGED = "changed"  # somebody else has changed the record since it was read


@dataclass(frozen=True)
class Record:
    """A record. `unique` has the normal form of each unique column's value.

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
    """A page of records by id; `after` is the cursor of the next page, empty at the end."""

    records: Sequence[Record]
    after: str = ""


class RecordTable(Protocol):
    """The table of records (DynamoDB). Each write is atomic."""

    def create(self, record: Record) -> WriteResult:
        """Write the record and the guard items of its unique values, if neither id nor values are taken."""

    def update(self, before: Record, record: Record) -> WriteResult:
        """Replace a record that has not changed since it was read, and move its guard items."""

    def get(self, model: str, record_id: str) -> Record:
        """Return the record; raise NotFoundError if it does not exist."""

    def page(self, model: str, limit: int, after: str = "") -> RecordPage:
        """Return at most `limit` records by id, after the cursor `after`."""
