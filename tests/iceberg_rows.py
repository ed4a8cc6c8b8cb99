"""Read an Iceberg table of a store in memory with PyIceberg, as an engine would: from the address of its
metadata alone.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.fs
from pyiceberg.io.pyarrow import PyArrowFileIO
from pyiceberg.serializers import FromInputFile
from pyiceberg.table import StaticTable

from headgate.snapshots.iceberg import METADATA_LOCATION
from headgate.snapshots.iceberg_metadata import VERSION, version_snapshot_id

if TYPE_CHECKING:
    import pyarrow as pa
    from pyiceberg.catalog import Catalog

    from headgate.aws.in_memory_ports import MemoryObjects
    from headgate.lake.ports import TableVersion


@dataclass(frozen=True)
class IcebergRows:
    """The rows of a table by version, and of the version that it shows."""

    shown: str
    versions: dict[str, pa.Table]

    @property
    def rows(self) -> pa.Table:
        """The rows of the version that it shows."""
        return self.versions[self.shown]


def iceberg_rows(objects: MemoryObjects, bucket: str, table: TableVersion) -> IcebergRows:
    """Read every version that the metadata of a table names; a part that is gone is an error."""
    with tempfile.TemporaryDirectory() as folder:
        for key, body in objects.contents(bucket, "").items():
            path = Path(folder, bucket, key)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(body)
        files = pyarrow.fs.SubTreeFileSystem(folder, pyarrow.fs.LocalFileSystem())
        store = PyArrowFileIO()
        store.fs_by_scheme = lambda _scheme, _bucket: files  # type: ignore[method-assign,assignment] an s3 address is a path here
        address = table.parameters[METADATA_LOCATION]
        document = FromInputFile.table_metadata(store.new_input(address))
        catalog: Catalog = None  # type: ignore[assignment] a reader of addresses has none
        read = StaticTable((table.table,), document, address, store, catalog)
        versions = {
            snapshot.summary.additional_properties[VERSION]: read.scan(
                snapshot_id=snapshot.snapshot_id
            ).to_arrow()
            for snapshot in document.snapshots
            if snapshot.summary
        }
        (shown,) = (name for name in versions if version_snapshot_id(name) == document.current_snapshot_id)
        return IcebergRows(shown, versions)
