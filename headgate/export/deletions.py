"""Which rows the source has deleted since the run before: keys that were there and are not any more.

An incremental run sees new and changed rows only. Where the contract says `headgate.deletes: key_comparison`, every run also
reads the key of every row, in the same snapshot, and compares it with the keys of the run before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from headgate.errors import ContractError
from headgate.export.reading import write_slice
from headgate.export.session import quoted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from headgate.contracts.model import Contract
    from headgate.export.mapping import ExportColumn
    from headgate.export.session import Session

DELETED = "_deleted.parquet"
_PROPERTY, _KEY_COMPARISON = "headgate.deletes", "key_comparison"


def asked_for(contract: Contract | None) -> bool:
    """Whether the contract wants deletions told.

    Raises:
        ContractError: it wants them in a way that is not known, or names no key.
    """
    stated = contract.properties.get(_PROPERTY) if contract else None
    if contract is None or stated is None:
        return False
    if stated != _KEY_COMPARISON:
        raise ContractError(f"{contract.id}: {_PROPERTY} may only be {_KEY_COMPARISON}")
    if not contract.key:
        raise ContractError(f"{contract.id}: deletions can only be told by a primary key, and it declares none")
    return True


def write_keys(session: Session, table: str, key: Sequence[ExportColumn], path: Path) -> None:
    """The file at `path` holds the key of every row; there is none when the table is empty."""
    names = ", ".join(column.read_sql for column in key)
    write_slice(session, f"SELECT {names} FROM {quoted(table)}", key, path)  # noqa: S608 quoted names


def deleted(before: Path, now: Path) -> pa.Table:
    """The keys of `before` that `now` lacks, in their order; every key when `now` is no file."""
    old = pq.read_table(before)
    if now.exists():
        old = old.join(pq.read_table(now), keys=old.column_names, join_type="left anti")
    return old.sort_by([(name, "ascending") for name in old.column_names]).combine_chunks()


def write_deleted(before: Path, now: Path, path: Path) -> int:
    """How many rows were deleted; the file at `path` holds their keys, and is absent when there are none."""
    gone = deleted(before, now)
    if gone.num_rows:
        pq.write_table(gone, path, compression="zstd", store_schema=False)
    return int(gone.num_rows)
