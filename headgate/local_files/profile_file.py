"""Profile a file."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from headgate.errors import UnreadableFileError
from headgate.formats.read_table import read_table
from headgate.formats.unpack import unpack
from headgate.matching.header_names import folded
from headgate.profiling.profile import profile_unknown
from headgate.profiling.sensitive_values import shown_column_names

if TYPE_CHECKING:
    from pathlib import Path

    from headgate.contracts.model import Contract
    from headgate.matching.file_table import FileTable
    from headgate.profiling.profile import Profile


@dataclass(frozen=True)
class ProfiledFile:
    """A file's profile, and the table behind it."""

    profile: Profile
    table: FileTable


def profile_file(file: Path, contract: Contract | None = None) -> ProfiledFile:
    """Profile a file; it is as old as its last change.

    Args:
        contract: says which columns are sensitive, in any case and with any separators; others are found by
            name and value.

    Raises:
        BadInputError: the file cannot be read as a table.
    """
    body = file.read_bytes()
    table = read_table(unpack(body), contract)
    if not table.names:
        remedy = "put the columns' names in the first row"
        raise UnreadableFileError(
            rule="not_a_table", message="the file has no row that can be a header", remedy=remedy
        )
    columns = dict(zip(shown_column_names(table.names), table.columns, strict=True))
    masked = {folded(column.name) for column in contract.columns if column.mask} if contract else set()
    profiled = profile_unknown(
        columns,
        dataset=contract.dataset if contract else "",
        content_sha256=hashlib.sha256(body).hexdigest(),
        received_at=datetime.fromtimestamp(file.stat().st_mtime, UTC).replace(tzinfo=None),
        sensitive={name for name in columns if folded(name) in masked},
        broken_rows=table.broken_rows,
    )
    return ProfiledFile(profiled, table)
