"""Lists that each person keeps as one object of the lake, such as questions and mails."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from headgate.api.http.problems import conflict
from headgate.errors import ConflictError, NotFoundError
from headgate.lake.ports import ObjectRef

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from headgate.api.lake_ports import LakePorts

Entry = TypeVar("Entry")


@dataclass(frozen=True)
class PersonalList(Generic[Entry]):
    """The list of one person: the key of its object, and how its entries are read and written."""

    key: str
    read: Callable[[bytes], list[Entry]]
    write: Callable[[Iterable[Entry]], bytes]

    def change(self, lake: LakePorts, change: Callable[[list[Entry]], list[Entry]]) -> None:
        """Replace the entries, if nobody has written them since they were read.

        Nothing is written where they stay as they are.

        Raises:
            ProblemError: 409, another request of the person was faster.
        """
        ref = ObjectRef(lake.bucket("artifacts"), self.key)
        try:
            text, etag = lake.uploads.read_with_etag(ref)
        except NotFoundError:
            text, etag = b"[]", ""
        before = self.read(text)
        if (after := change(before)) == before:
            return
        try:
            lake.uploads.replace(ref, self.write(after), etag)
        except ConflictError:
            raise conflict("Another request changed your list at the same moment. Repeat it.") from None
