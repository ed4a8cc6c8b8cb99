"""The sources of a table, from manifests and file records."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from headgate.api.analytics.tables import no_such_table
from headgate.api.http.problems import not_found
from headgate.api.shapes.lake import Lineage, LineageDataset, LineageFile
from headgate.errors import NotFoundError
from headgate.lake import keys
from headgate.lake.file_index import FileFilter, newest_first
from headgate.lake.states import FileState
from headgate.lineage.sources import increments_of
from headgate.snapshots.read_snapshots import newest_snapshot
from headgate.systems.up_to_date import AS_OF, SNAPSHOT_ID, datasets_read, snapshot_built_from

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from headgate.api.lake_ports import LakePorts
    from headgate.lake.ports import FileRecord, TableVersion
    from headgate.snapshots.snapshot import DatasetSnapshot, LakeSnapshot

MAX_FILES = 100


def lineage_of_table(lake: LakePorts, table: str) -> Lineage:
    """Return the lineage of a system's table, or of a dataset."""
    if table in lake.contracts.source:
        return _of_dataset(lake, table)
    contract = lake.contracts.prod.get(table)
    if contract is None or contract.system not in lake.systems:
        raise no_such_table(lake, table)
    version = lake.catalog.current(lake.databases.prod, table)
    built_from = version.parameters.get(SNAPSHOT_ID, "")
    datasets = datasets_read(version, _built_from(lake, version)) if built_from else []
    return Lineage(
        table=table,
        system=contract.system,
        snapshot_id=built_from,
        as_of=version.parameters.get(AS_OF, ""),
        version=keys.version_of(version.location),
        datasets=_datasets(lake, datasets),
    )


def _built_from(lake: LakePorts, version: TableVersion) -> LakeSnapshot:
    try:
        return snapshot_built_from(lake.objects, lake.bucket("curated"), version)
    except NotFoundError:
        raise not_found(
            "The snapshot that the table was built from was deleted. POST /v1/runs builds the table again."
        ) from None


def _of_dataset(lake: LakePorts, dataset: str) -> Lineage:
    snapshot = newest_snapshot(lake.objects, lake.bucket("curated"))
    if snapshot is None:
        raise not_found("No run has merged the lake yet. POST /v1/runs starts one.")
    if dataset not in snapshot.datasets:
        raise not_found("The newest snapshot has no rows of this dataset. A run merges its files.")
    of = snapshot.datasets[dataset]
    return Lineage(
        table=dataset,
        snapshot_id=snapshot.snapshot_id,
        as_of=snapshot.as_of.isoformat(),
        version=of.snapshot_id,
        datasets=_datasets(lake, [of]),
    )


def _datasets(lake: LakePorts, snapshots: Iterable[DatasetSnapshot]) -> tuple[LineageDataset, ...]:
    return tuple(_dataset(lake, of) for of in snapshots)


def _dataset(lake: LakePorts, of: DatasetSnapshot) -> LineageDataset:
    merged = {
        key
        for key in increments_of(lake.objects, lake.bucket("curated"), of)
        if keys.parse_increment_key(key)
    }
    files = tuple(
        LineageFile(file_id=file.file_id, key=file.key, received_at=file.received_at, accepted=file.accepted)
        for file in islice(_newest(lake, of.dataset, merged), MAX_FILES)
    )
    return LineageDataset(
        dataset=of.dataset, snapshot_id=of.snapshot_id, rows=of.rows, files=files, file_count=len(merged)
    )


def _newest(lake: LakePorts, dataset: str, increments: set[str]) -> Iterator[FileRecord]:
    """Yield the files of these increments, newest first, reading the index only as far as needed."""
    left, files = set(increments), newest_first(lake.files, FileFilter(dataset, FileState.DONE), MAX_FILES)
    while left and (record := next(files, None)):
        if record.curated_key in left:
            left.discard(record.curated_key)
            yield record
