"""Match a file's header to a contract: every column known, once, and none missing that must be there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from headgate.errors import HeaderError, UnreadableFileError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.contracts.model import Column, Contract

# A file without a header offers its first row as names: anything but a plain word may be a cell's value and is not shown.
_SHOWABLE = re.compile(r"[A-Za-z_][A-Za-z_ .-]{0,40}\d{0,2}")


@dataclass(frozen=True)
class Header:
    """`names` are the contract's own, in the file's order; `absent` are nullable columns that the file does not have."""

    names: tuple[str, ...]
    absent: tuple[str, ...]


def showable(name: str) -> bool:
    """Whether a name may be told: it is a plain word, and no cell's value that stands where a header should."""
    return bool(_SHOWABLE.fullmatch(name))


def folded(name: str) -> str:
    """A column name as it is compared: surrounding blanks and case do not tell columns apart."""
    return name.strip().casefold()


def known(names: Sequence[str], contract: Contract) -> int:
    """How many of the contract's columns are among `names`."""
    return len({folded(name) for name in names} & {folded(name) for name in contract.names})


def match_header(names: Sequence[str], contract: Contract) -> Header:
    """The header in the contract's own names.

    Raises:
        UnreadableFileError: `not_a_table`: not one name is a column of the contract.
        HeaderError: `blank_column`, `duplicate_column`, `unknown_column`, `missing_sensitive_column` or `missing_column`.
    """
    if not known(names, contract):
        raise UnreadableFileError(
            rule="not_a_table",
            message=f"the first row has none of the columns of {contract.dataset}",
            remedy=f"put a header in the first row ({', '.join(contract.names)}), or send the file to its own dataset's folder",
        )
    own = {folded(name): name for name in contract.names}
    for position, name in enumerate(names, 1):
        _check_name(position, folded(name), [folded(earlier) for earlier in names[: position - 1]], own)
    matched = tuple(own[folded(name)] for name in names)
    absent = tuple(column for column in contract.columns if column.name not in matched)
    for column in absent:
        _check_absent(column)
    return Header(matched, tuple(column.name for column in absent))


def _check_name(position: int, name: str, earlier: list[str], own: dict[str, str]) -> None:
    shown = name if showable(name) else f"number {position}"
    if not name:
        raise HeaderError(
            rule="blank_column", message=f"column {position} has no name", remedy="name it in the header, or leave it out", column=shown
        )
    if name in earlier:
        raise HeaderError(
            rule="duplicate_column", message="the header names a column twice", remedy="keep one of the two columns", column=shown
        )
    if name not in own:
        raise HeaderError(
            rule="unknown_column",
            message="the contract has no such column, so nothing says whether it holds card data",
            remedy="leave the column out, or add it to the contract",
            column=shown,
        )


def _check_absent(column: Column) -> None:
    """Only a column that may be null, and that nothing is masked in, can be left out."""
    if column.mask is not None:
        raise HeaderError(
            rule="missing_sensitive_column",
            message="a column that the contract masks is not in the file, so its values may stand under another name",
            remedy="send the file with the column, empty if need be",
            column=column.name,
        )
    if column.required:
        raise HeaderError(
            rule="missing_column",
            message="a required column is not in the file",
            remedy="send the file with the column",
            column=column.name,
        )
