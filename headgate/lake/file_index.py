"""The records of files in the order of receipt, page by page."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import datetime

    from headgate.lake.ports import FileRecord
    from headgate.lake.states import FileState

_PAGE_SIZE = 500


@dataclass(frozen=True)
class FileFilter:
    """The filter of a list of files; an empty attribute permits all.

    Attributes:
        name: a part of the key; case does not count.
        refused: only files with refused rows in quarantine.
    """

    dataset: str = ""
    state: FileState | None = None
    name: str = ""
    refused: bool = False

    def fits_name(self, key: str) -> bool:
        """Return whether a key has the part of a name."""
        return self.name.casefold() in key.casefold()


@dataclass(frozen=True)
class FileListPage:
    """A page of records, newest first; `after` continues the list and is empty at its end."""

    records: tuple[FileRecord, ...]
    after: str = ""


class FileIndex(Protocol):
    """Finds records without reading all of them."""

    def newest(self, limit: int, *, after: str = "", where: FileFilter) -> FileListPage:
        """Return at most `limit` records, newest first; any page may have fewer."""

    def accepted_with(self, content_sha256: str, datasets: Collection[str]) -> str:
        """Return the id of the accepted file with this content in one of the datasets, or an empty text."""


def newest_first(files: FileIndex, where: FileFilter, page_size: int) -> Iterator[FileRecord]:
    """Yield the records, newest first; read the next page only when it is needed."""
    after = ""
    while True:
        page = files.newest(page_size, after=after, where=where)
        yield from page.records
        after = page.after
        if not after:
            return


def received_since(files: FileIndex, since: datetime) -> Iterator[FileRecord]:
    """Yield the records of files received since a time (naive UTC), newest first, without older pages."""
    return takewhile(
        lambda record: record.received_at >= since.isoformat(), newest_first(files, FileFilter(), _PAGE_SIZE)
    )
