"""Files that depend only on their inputs, and are reused by later runs with unchanged inputs."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from typing import TYPE_CHECKING, Protocol, TypeAlias, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from headgate.facts.fact import Tables

MAX_GAP_DAYS = 7
"""Files of this many days ago are continued; older ones are not looked for."""

StoredBefore: TypeAlias = (
    "Callable[[str, date, Callable[[date], Sequence[str]]], tuple[date, list[Path]] | None]"
)
"""The function `stored_before`, bound to tables."""

WriteFiles: TypeAlias = "Callable[[Sequence[int], Sequence[Path]], None]"
"""Writes the files at some positions of the addresses. Equal addresses give equal rows."""


class KeepFiles(Protocol):
    """The function `kept_files`, bound to tables and a folder."""

    def __call__(
        self, name: str, addresses: Sequence[str], write: WriteFiles, *, is_fitted: bool = False
    ) -> list[Path]:
        """Return the file of each address."""


@runtime_checkable
class FileTables(Protocol):
    """Tables that store files by address."""

    def kept_files(
        self, name: str, addresses: Sequence[str], write: WriteFiles, *, is_fitted: bool = False
    ) -> list[Path]:
        """Return the files like the function `kept_files`."""

    def first_stored(self, name: str, candidates: Sequence[Sequence[str]]) -> tuple[int, list[Path]] | None:
        """Return the files like the function `first_stored`."""


def kept_files(
    tables: Tables,
    name: str,
    addresses: Sequence[str],
    write: WriteFiles,
    folder: Path,
    *,
    is_fitted: bool = False,
) -> list[Path]:
    """Return the local file of each address: from an earlier run if the tables store files, or written now.

    Args:
        name: of this kind of file, unique in its system.
        addresses: a hash of all inputs of each file: data, code, settings.
        folder: where files are written if the tables store none.
        is_fitted: the files are fitted models, which are never compared with models fitted now, because
            another processor may round a sum differently and so choose another split.
    """
    if isinstance(tables, FileTables):
        return tables.kept_files(name, addresses, write, is_fitted=is_fitted)
    paths = [folder / f"{name}-{address}.parquet" for address in addresses]
    missing = [number for number, path in enumerate(paths) if not path.exists()]
    if missing:
        write(missing, [paths[number] for number in missing])
    return paths


def first_stored(
    tables: Tables, name: str, candidates: Sequence[Sequence[str]]
) -> tuple[int, list[Path]] | None:
    """Return the place of the first candidate whose files an earlier run stored, and its local files.

    A file of more inputs can be computed from them. None without such a candidate, and in runs that compare
    stored files with new ones: these compute all files from rows.

    Args:
        candidates: the addresses of the files of each.
    """
    return tables.first_stored(name, candidates) if isinstance(tables, FileTables) else None


def stored_before(
    tables: Tables, name: str, day: date, addresses_of: Callable[[date], Sequence[str]]
) -> tuple[date, list[Path]] | None:
    """Return the newest day before another one whose files an earlier run stored, and its local files.

    None as `first_stored`.
    """
    days = [day - timedelta(days=gap) for gap in range(1, MAX_GAP_DAYS + 1)]
    stored = first_stored(tables, name, [addresses_of(each) for each in days])
    if stored is None:
        return None
    place, paths = stored
    return days[place], paths


def address_of(*inputs: str) -> str:
    """Return the address of a file with these inputs."""
    return hashlib.sha256("\n".join(inputs).encode()).hexdigest()[:32]
