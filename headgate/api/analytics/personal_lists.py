"""Lists that each person has as one object of the lake, such as questions and mails."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from headgate.api.http.problems import conflict, invalid
from headgate.errors import ConflictError, NotFoundError
from headgate.lake.ports import ObjectRef

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from headgate.api.lake_ports import LakePorts

Entry = TypeVar("Entry", bound=Any)


@dataclass(frozen=True)
class PersonalList(Generic[Entry]):
    """The list of one person.

    Attributes:
        key: of the object with the entries.
        name_field: the field that is unique among the entries.
        max_entries: limit of the list's length.
    """

    key: str
    parse: Callable[[bytes], list[Entry]]
    serialize: Callable[[Iterable[Entry]], bytes]
    name_field: str
    max_entries: int

    def read(self, lake: LakePorts) -> tuple[list[Entry], str]:
        """Return the entries and the ETag of their object; empty for a person without a list."""
        try:
            text, etag = lake.uploads.read_with_etag(self._ref(lake))
        except NotFoundError:
            return [], ""
        return self.parse(text), etag

    def put(self, lake: LakePorts, entry_of: Callable[[list[Entry]], Entry], replaces: str = "") -> None:
        """Add the entry that `entry_of` returns for the others; an equal entry keeps its time.

        It replaces the entry of the same name, and that of the name `replaces`.

        Raises:
            ProblemError: 409, another request of the person was faster; 422, the list is full.
        """
        before, etag = self.read(lake)
        entry = entry_of(before)
        others = self._without(self._without(before, getattr(entry, self.name_field)), replaces)
        if len(others) >= self.max_entries:
            detail = f"Your list is full with {self.max_entries} entries. Delete an entry first."
            raise invalid(f"body.{self.name_field}", "too_many", detail)
        same = next((each for each in before if replace(each, at=entry.at) == entry), None)
        self._write(lake, before, [*others, same or entry], etag)

    def change(self, lake: LakePorts, change: Callable[[list[Entry]], list[Entry]]) -> None:
        """Replace the entries by what `change` returns for them."""
        before, etag = self.read(lake)
        self._write(lake, before, change(before), etag)

    def remove(self, lake: LakePorts, name: str) -> None:
        """Remove the entry of that name; do nothing if it is absent."""
        before, etag = self.read(lake)
        self._write(lake, before, self._without(before, name), etag)

    def _ref(self, lake: LakePorts) -> ObjectRef:
        return ObjectRef(lake.bucket("artifacts"), self.key)

    def _without(self, entries: list[Entry], name: str) -> list[Entry]:
        return [entry for entry in entries if getattr(entry, self.name_field) != name]

    def _write(self, lake: LakePorts, before: list[Entry], after: list[Entry], etag: str) -> None:
        if after == before:
            return
        try:
            lake.uploads.replace(self._ref(lake), self.serialize(after), etag)
        except ConflictError:
            raise conflict("Another request changed your list at the same moment. Repeat it.") from None
