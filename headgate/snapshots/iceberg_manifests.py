"""Write the manifest and the manifest list of a version with PyIceberg, over the object store."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

import pyarrow.parquet as pq
from pyiceberg.exceptions import ResolveError
from pyiceberg.io import InputFile, OutputFile, OutputStream
from pyiceberg.io.pyarrow import (
    compute_statistics_plan,
    data_file_statistics_from_parquet_metadata,
    parquet_path_to_id_mapping,
    pyarrow_to_schema,
)
from pyiceberg.manifest import (
    DataFile,
    DataFileContent,
    FileFormat,
    ManifestEntry,
    write_manifest,
    write_manifest_list,
)
from pyiceberg.partitioning import UNPARTITIONED_PARTITION_SPEC
from pyiceberg.schema import Schema, promote
from pyiceberg.typedef import Record

from headgate.errors import AuditError
from headgate.lake.ports import ObjectInfo, ObjectRef, SnapshotObjects

if TYPE_CHECKING:
    from pyiceberg.types import IcebergType

_FORMAT_VERSION: Final = 2
_CODEC: Final = "null"  # not compressed: a search for a person's texts reads the bytes
_REQUESTS = 8
_AVRO = "avro/binary"  # Source: IANA, Media Types


@dataclass(frozen=True)
class VersionFiles:
    """The rows and bytes that a manifest list names."""

    rows: int
    files: int
    size_bytes: int


@dataclass(frozen=True)
class ManifestWriter:
    """Writes the manifests of one snapshot.

    Args:
        schema: the JSON of the snapshot's schema.
        properties: properties of the table, which name the columns with bounds.
    """

    objects: SnapshotObjects
    bucket: str
    schema: Mapping[str, object]
    properties: Mapping[str, str]

    def write(
        self, parts: Sequence[ObjectInfo], prefix: str, snapshot_id: int, sequence: int
    ) -> tuple[str, VersionFiles]:
        """Write a manifest of the parts and a manifest list; return the list's address and its figures.

        A part without rows is left out, and a version without rows has no manifest.
        """
        schema = Schema.model_validate(self.schema)
        with ThreadPoolExecutor(_REQUESTS) as pool:
            described = pool.map(lambda part: self._data_file(schema, part), parts)
            files = [file for file in described if file]
        manifests = []
        if files:
            manifest = _BytesFile(f"s3://{self.bucket}/{prefix}-manifest.avro")
            writer = write_manifest(
                _FORMAT_VERSION, UNPARTITIONED_PARTITION_SPEC, schema, manifest, snapshot_id, _CODEC
            )
            with writer:
                for file in files:
                    writer.add(ManifestEntry.from_args(snapshot_id=snapshot_id, data_file=file))
            manifests = [writer.to_manifest_file()]
            self._store(manifest)
        listing = _BytesFile(f"s3://{self.bucket}/{prefix}-list.avro")
        with write_manifest_list(_FORMAT_VERSION, listing, snapshot_id, None, sequence, _CODEC) as lists:
            if manifests:
                lists.add_manifests(manifests)
        self._store(listing)
        figures = VersionFiles(
            sum(file.record_count for file in files),
            len(files),
            sum(file.file_size_in_bytes for file in files),
        )
        return listing.location, figures

    def _data_file(self, schema: Schema, part: ObjectInfo) -> DataFile | None:
        """Describe a part from its footer; return None if it has no rows."""
        with self.objects.open(part.ref) as opened:
            footer = pq.read_metadata(opened)
        if not footer.num_rows:
            return None
        columns = footer.schema.to_arrow_schema()
        names = {field.name for field in schema.fields}
        if other := [name for name in columns.names if name not in names]:
            raise AuditError(f"{part.ref.key} has columns that the table's schema lacks: {', '.join(other)}")
        for field in pyarrow_to_schema(columns, name_mapping=schema.name_mapping).fields:
            wanted = schema.find_field(field.field_id).field_type
            if not _reads_as(field.field_type, wanted):
                raise AuditError(
                    f"{part.ref.key} has column {field.name} as {field.field_type}, not {wanted}"
                )
        statistics = data_file_statistics_from_parquet_metadata(
            footer, compute_statistics_plan(schema, dict(self.properties)), parquet_path_to_id_mapping(schema)
        )
        return DataFile.from_args(
            content=DataFileContent.DATA,
            file_path=f"s3://{part.ref.bucket}/{part.ref.key}",
            file_format=FileFormat.PARQUET,
            partition=Record(),
            file_size_in_bytes=part.size_bytes,
            sort_order_id=None,
            spec_id=UNPARTITIONED_PARTITION_SPEC.spec_id,
            equality_ids=None,
            key_metadata=None,
            **statistics.to_serialized_dict(),
        )

    def _store(self, file: _BytesFile) -> None:
        key = file.location.removeprefix(f"s3://{self.bucket}/")
        self.objects.write(ObjectRef(self.bucket, key), file.body, content_type=_AVRO)


def _reads_as(written: IcebergType, wanted: IcebergType) -> bool:
    """Return whether readers can read a file's column as the type of the schema."""
    if written == wanted:
        return True
    try:
        promote(written, wanted)
    except ResolveError:
        return False
    return True


class _BytesFile(OutputFile):
    """A file in memory for PyIceberg."""

    body = b""

    def __len__(self) -> int:
        return len(self.body)

    def exists(self) -> bool:
        return bool(self.body)

    def to_input_file(self) -> InputFile:
        raise NotImplementedError

    def create(self, overwrite: bool = False) -> OutputStream:  # noqa: ARG002 PyIceberg's signature
        return cast("OutputStream", _Stream(self))


class _Stream(io.BytesIO):
    """Passes its bytes to the file when it is closed."""

    def __init__(self, file: _BytesFile) -> None:
        super().__init__()
        self._file = file

    def close(self) -> None:
        if not self.closed:
            self._file.body = self.getvalue()
        super().close()
