from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from headgate.contracts.file_form import SHEET_PROPERTY
from headgate.contracts.hidden_values import HiddenBy
from headgate.contracts.model import Contract
from headgate.contracts.personal_names import is_id_of_person
from headgate.contracts.sensitive_names import compared, is_personal_name
from headgate.drafts.column_inference import are_email_addresses, are_ibans
from headgate.errors import UnreadableFileError
from headgate.formats.read_table import read_table
from headgate.formats.unpack import unpack
from headgate.matching.file_table import FileTable, as_text
from headgate.matching.header_names import folded, unnumbered
from headgate.profiling.profile import Profile, profile_unknown
from headgate.profiling.sensitive_values import shown_column_names

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pyarrow as pa


@dataclass(frozen=True)
class ProfiledFile:
    """A file's profile, and its table."""

    profile: Profile
    table: FileTable


def profile_file(file: Path, contract: Contract | None = None, sheet: str = "") -> ProfiledFile:
    """Profile a file; its last change counts as its arrival.

    Args:
        contract: says which columns are sensitive, in any case and with any separators; others are found by
            name and value, like the columns that a draft proposes as personal data.
        sheet: of a workbook; empty for the first one with a table.
    """
    body = file.read_bytes()
    table = read_table(unpack(body), _of_sheet(contract, sheet))
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
        sensitive={
            **dict.fromkeys(_personal(columns), HiddenBy.PERSONAL),
            **dict.fromkeys((name for name in columns if folded(name) in masked), HiddenBy.CONTRACT),
        },
        broken_rows=table.broken_rows,
    )
    return ProfiledFile(profiled, table)


def _of_sheet(contract: Contract | None, sheet: str) -> Contract | None:
    """Return the contract with a stated sheet; if none was given, one without columns."""
    if not sheet:
        return contract
    read_by = contract or Contract("", "", "source", "0", ())
    return replace(read_by, properties={**read_by.properties, SHEET_PROPERTY: sheet})


def _personal(columns: Mapping[str, pa.Array | pa.ChunkedArray]) -> set[str]:
    """Return the columns that a draft proposes as personal data, also `name` if the rows are people."""
    personal = {name for name, values in columns.items() if _is_personal(name, values)}
    are_people = bool(personal) or any(is_id_of_person(compared(name)) for name in columns)
    return personal | {name for name in columns if are_people and folded(name) == "name"}


def _is_personal(name: str, values: pa.Array | pa.ChunkedArray) -> bool:
    """Return whether a draft proposes the column as personal data, by its name or by addresses in it."""
    if is_personal_name(unnumbered(name)) or is_personal_name(name):
        return True
    text = as_text(values)
    return are_email_addresses(text) or are_ibans(text)
