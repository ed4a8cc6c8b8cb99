"""Files that follow from their inputs alone: those of unchanged inputs are kept from earlier runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeAlias, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from headgate.facts.fact import Tables

WriteFiles: TypeAlias = "Callable[[Sequence[int], Sequence[Path]], None]"
"""Writes the files of some places in the list of addresses. Equal addresses give equal bytes."""


@runtime_checkable
class HoldsFiles(Protocol):
    """Tables that keep files by address."""

    def kept_files(self, name: str, addresses: Sequence[str], write: WriteFiles) -> list[Path]:
        """As the function `kept_files`."""
        ...


def kept_files(
    tables: Tables, name: str, addresses: Sequence[str], write: WriteFiles, folder: Path
) -> list[Path]:
    """Return a local file for each address: kept by an earlier run if the tables keep some, or written now.

    Args:
        name: of this kind of file, unique in its system.
        addresses: a hash of all inputs of each file: data, code, settings.
        folder: where files are written if the tables keep none.
    """
    if isinstance(tables, HoldsFiles):
        return tables.kept_files(name, addresses, write)
    paths = [folder / f"{name}-{address}.parquet" for address in addresses]
    missing = [number for number, path in enumerate(paths) if not path.exists()]
    if missing:
        write(missing, [paths[number] for number in missing])
    return paths
