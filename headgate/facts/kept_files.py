"""Files that follow from their inputs alone: those of unchanged inputs are kept from earlier runs."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Protocol, TypeAlias, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from headgate.facts.fact import Tables

WriteFiles: TypeAlias = "Callable[[Sequence[int], Sequence[Path]], None]"
"""Writes the files of some places in the list of addresses. Equal addresses give equal rows."""


class KeepFiles(Protocol):
    """The function `kept_files` for some tables and a folder."""

    def __call__(
        self, name: str, addresses: Sequence[str], write: WriteFiles, *, is_fitted: bool = False
    ) -> list[Path]:
        """Return a file for each address."""
        ...


@runtime_checkable
class HoldsFiles(Protocol):
    """Tables that keep files by address."""

    def kept_files(
        self, name: str, addresses: Sequence[str], write: WriteFiles, *, is_fitted: bool = False
    ) -> list[Path]:
        """Return the files as the function `kept_files` does."""
        ...


def kept_files(
    tables: Tables,
    name: str,
    addresses: Sequence[str],
    write: WriteFiles,
    folder: Path,
    *,
    is_fitted: bool = False,
) -> list[Path]:
    """Return a local file for each address: kept by an earlier run if the tables keep some, or written now.

    Args:
        name: of this kind of file, unique in its system.
        addresses: a hash of all inputs of each file: data, code, settings.
        folder: where files are written if the tables keep none.
        is_fitted: whether the files hold fitted models. These are not compared with ones that are fitted now:
            a processor of another kind may round a sum differently, and so choose another split.
    """
    if isinstance(tables, HoldsFiles):
        return tables.kept_files(name, addresses, write, is_fitted=is_fitted)
    paths = [folder / f"{name}-{address}.parquet" for address in addresses]
    missing = [number for number, path in enumerate(paths) if not path.exists()]
    if missing:
        write(missing, [paths[number] for number in missing])
    return paths


def address_of(*inputs: str) -> str:
    """Return the address of a file that follows from these inputs."""
    return hashlib.sha256("\n".join(inputs).encode()).hexdigest()[:32]
