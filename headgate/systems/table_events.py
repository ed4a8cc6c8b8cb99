"""OpenLineage events of published tables."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from headgate.contracts.model import Contract
from headgate.errors import NotFoundError
from headgate.lake import keys
from headgate.lake.ports import ROWS, FileRecord, ObjectStore, TableVersion
from headgate.lineage.column_sources import TableColumns, columns_of
from headgate.lineage.openlineage import (
    Event,
    LakeNames,
    PublishedTable,
    dataset_input,
    file_inputs,
    run_event,
)
from headgate.lineage.sources import merged_increments
from headgate.systems.up_to_date import datasets_read, size_bytes_at, snapshot_built_from


@dataclass(frozen=True)
class TableEvents:
    """Events of tables as the catalog shows them; a version always gives the same event, but for its time.

    Attributes:
        declared: the lineage by column that contracts declare, of tables for which the catalog has none.
    """

    objects: ObjectStore
    names: LakeNames
    curated: Mapping[str, Contract]
    prod: Mapping[str, Contract]
    records: Callable[[], Iterable[FileRecord]]
    declared: Mapping[str, TableColumns] = field(default_factory=dict)

    def event(self, shown: TableVersion, at: datetime) -> Event:
        """Return the event of a table version that was published at a moment, naive UTC.

        Raises:
            NotFoundError: the table was not built yet, or the snapshot that it was built from was deleted.
        """
        if ROWS not in shown.parameters:
            raise NotFoundError(f"Table {shown.table} was not built yet. `headgate run` builds it.")
        is_dataset = shown.database == self.names.curated_database
        contract = (self.curated if is_dataset else self.prod)[shown.table]
        bucket, _, folder = shown.location.removeprefix("s3://").rstrip("/").partition("/")
        published = PublishedTable(
            contract=contract,
            database=shown.database,
            version=keys.version_of(folder),
            rows=int(shown.parameters[ROWS]),
            size_bytes=size_bytes_at(self.objects, bucket, shown.location),
            columns=columns_of(shown) or (None if is_dataset else self.declared.get(shown.table)),
        )
        inputs = self._files_of(shown.table, published.version) if is_dataset else self._datasets_of(shown)
        return run_event(self.names, published, inputs, at)

    def _files_of(self, dataset: str, snapshot_id: str) -> list[Event]:
        increments = set(merged_increments(self.objects, self.names.curated_bucket, dataset, snapshot_id))
        return file_inputs(dataset, (record for record in self.records() if record.curated_key in increments))

    def _datasets_of(self, shown: TableVersion) -> list[Event]:
        try:
            snapshot = snapshot_built_from(self.objects, self.names.curated_bucket, shown)
        except NotFoundError:
            raise NotFoundError(
                f"The snapshot that {shown.table} was built from was deleted. `headgate run` builds the "
                "table again."
            ) from None
        return [
            dataset_input(self.names, dataset, self.curated.get(dataset.dataset))
            for dataset in datasets_read(shown, snapshot)
        ]
