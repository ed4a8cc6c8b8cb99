"""Earlier versions of a row of a dataset, from the accepted rows of its files."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import islice, pairwise
from typing import TYPE_CHECKING

from headgate.api.files.declared_datasets import contract_of_dataset
from headgate.api.http.access import Group
from headgate.api.http.problems import invalid, not_found
from headgate.api.lake_ports import senders_of
from headgate.api.shapes.files import RowVersion, RowVersions
from headgate.contracts.analyst_tables import personal_columns
from headgate.contracts.curated import LINEAGE_NAMES, curated_contract
from headgate.errors import NotFoundError, NotPermittedError
from headgate.lake.file_index import FileFilter, newest_first
from headgate.lake.keys import corrected_file
from headgate.lake.ports import ObjectRef
from headgate.lake.states import FileState

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from headgate.api.http.access import CallerIdentity
    from headgate.api.lake_ports import LakePorts
    from headgate.lake.ports import FileRecord

MAX_FILES = 100  # the newest ones; each costs a request
MAX_FILE_BYTES = 32 << 20  # of a received file; the function has memory for some at a time
_READS_AT_ONCE = 4


def row_versions(lake: LakePorts, caller: CallerIdentity, dataset: str, key: str) -> RowVersions:
    """Return the versions of a row, the newest file first, and which columns each version changed.

    Columns about people are left out for callers who may not see them.

    Raises:
        ProblemError: 404, unknown dataset; 422, its rows have a key of several columns.
    """
    source = contract_of_dataset(lake, dataset)
    contract = curated_contract(source)
    if len(contract.key) != 1:
        raise invalid(
            "query.key", "several_columns", "Only rows of a dataset with one column as key have versions."
        )
    hidden = set() if caller.may(Group.PERSONAL_DATA) else personal_columns(contract, source)
    if contract.key[0] in hidden:
        raise not_found("The key of this dataset is about people. Ask for the group personal-data.")
    names = [name for name in contract.names if name not in {*hidden, *LINEAGE_NAMES}]
    records = list(
        islice(newest_first(lake.files, FileFilter(dataset, FileState.DONE), MAX_FILES), MAX_FILES + 1)
    )
    read = [each for each in records[:MAX_FILES] if each.curated_key and each.size_bytes <= MAX_FILE_BYTES]
    with ThreadPoolExecutor(_READS_AT_ONCE) as reads:
        rows = list(reads.map(lambda record: _rows_with_key(lake, record, contract.key[0], key), read))
    versions = [
        _version(lake, record, row, names)
        for record, table in zip(read, rows, strict=True)
        for row in reversed(table.to_pylist() if table else [])
    ]
    left_out = sum(each.accepted > 0 for each in records) - len(read)
    return RowVersions(
        dataset=dataset,
        columns=tuple(names),
        versions=_with_changes(versions, names),
        is_complete=left_out <= 0,
    )


def _rows_with_key(lake: LakePorts, record: FileRecord, column: str, key: str) -> pa.Table | None:
    """Return the accepted rows of a file with this key; None for rows that are no longer kept."""
    import pyarrow as pa
    import pyarrow.compute as pc

    from headgate.values.parquet_tables import table_of

    try:
        table = table_of(lake.objects.read(ObjectRef(lake.bucket("curated"), record.curated_key)))
    except NotFoundError:
        return None
    return table.filter(pc.equal(table[column].cast(pa.string()), key))


def _version(lake: LakePorts, record: FileRecord, row: dict[str, object], names: Sequence[str]) -> RowVersion:
    from headgate.api.shapes.json_cells import cell

    return RowVersion(
        file_id=record.file_id,
        file_key=record.key,
        corrects=corrected_file(record.key),
        received_at=record.received_at,
        by=_sender(lake, record),
        source_row=int(str(row.get("_source_row") or 0)),
        cells=tuple(cell(row.get(name)) for name in names),
    )


def _sender(lake: LakePorts, record: FileRecord) -> str:
    """Return who sent a file; empty if only its original would say so, which this function may not read."""
    try:
        return senders_of(lake).uploader(record)
    except NotPermittedError:
        return ""


def _with_changes(versions: Sequence[RowVersion], names: Sequence[str]) -> tuple[RowVersion, ...]:
    """Return the versions with the columns whose values differ from the version before."""
    changes = [
        tuple(name for name, new, old in zip(names, after.cells, before.cells, strict=True) if new != old)
        for after, before in pairwise(versions)
    ]
    return tuple(
        version.model_copy(update={"changed": changed})
        for version, changed in zip(versions, [*changes, ()], strict=False)
    )
