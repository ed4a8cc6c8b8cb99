"""Search a rejected original for rows of a subject, in columns known to contain its keys. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from headgate.errors import BadInputError
from headgate.formats.read_table import MAX_MAPPED_COLUMNS, read_table
from headgate.formats.unpack import unpack
from headgate.matching.file_table import NO_TABLE, FileTable, as_text
from headgate.matching.suggest_mapping import THRESHOLD, match_columns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headgate.contracts.model import Contract
    from headgate.erasure.subject_rows import SubjectColumns


def has_row(body: bytes, contract: Contract, columns: SubjectColumns) -> bool:
    """Return whether a row of the file has one of the subject's values in its column.

    A column counts if its name, or its name and values together, identify it as the contract's; a number in
    another column may mean something else.
    """
    wanted = columns.of(contract.dataset)
    return bool(wanted) and bool(
        pc.any(
            columns.mask(contract.dataset, _known_columns(_table(body, contract), contract, wanted))
        ).as_py()
    )


def _table(body: bytes, contract: Contract) -> FileTable:
    """Return the table of a file; NO_TABLE if it cannot be read, like many rejected files."""
    try:
        return read_table(unpack(body), contract)
    except (BadInputError, pa.ArrowException, OSError, ValueError):  # the last three come from Arrow
        return NO_TABLE


def _known_columns(table: FileTable, contract: Contract, wanted: Mapping[str, object]) -> pa.Table:
    """Return the wanted columns under the contract's names, with keys as in curated."""
    if not table.names or len(table.names) > MAX_MAPPED_COLUMNS:
        return pa.table({})
    pairs = match_columns(table.names, table.samples, contract).pairs
    positions = {
        pair.field: pair.position for pair in pairs if pair.field in wanted and pair.confidence >= THRESHOLD
    }
    return pa.table({name: _plain(table.columns[position]) for name, position in positions.items()})


def _plain(column: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    """Return keys without surrounding blanks, and numbers without leading zeros."""
    texts = pc.utf8_trim_whitespace(as_text(column))
    are_numbers = pc.fill_null(pc.match_substring_regex(texts, "^[0-9]+$"), False)  # noqa: FBT003 Arrow's interface
    return pc.if_else(are_numbers, pc.replace_substring_regex(texts, "^0+([0-9])", r"\1"), texts)
