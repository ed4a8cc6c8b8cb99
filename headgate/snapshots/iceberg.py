"""Publish versions of tables as snapshots of Apache Iceberg tables that share their parts (ADR 2).

The catalog's pointer decides which version a table shows. The metadata of a version are written before the
table moves, and one conditional update moves the table and names them. `version-hint.text` follows, for
readers without a catalog.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from headgate.errors import AuditError, NotFoundError
from headgate.lake import keys
from headgate.lake.ports import Catalog, ObjectInfo, ObjectRef, ObjectStore, SnapshotObjects, TableVersion
from headgate.snapshots import iceberg_metadata as metadata

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from headgate.contracts.model import Contract
    from headgate.snapshots.iceberg_manifests import ManifestWriter
    from headgate.snapshots.iceberg_metadata import Document

# Parameters of a table in the catalog. Source: Apache Iceberg,
# org.apache.iceberg.BaseMetastoreTableOperations.
METADATA_LOCATION, PREVIOUS_LOCATION = "metadata_location", "previous_metadata_location"
TABLE_TYPE = "table_type"
NO_ICEBERG: Mapping[str, str] = {METADATA_LOCATION: "", PREVIOUS_LOCATION: "", TABLE_TYPE: ""}
HINT = "version-hint.text"
_ENDING = ".metadata.json"
_LIST, _MANIFEST = "-list.avro", "-manifest.avro"
_EARLIER = 3  # earlier metadata files that are kept: a publish and its expiry write one each
_MAX_PUBLISH_TIME = timedelta(hours=3)  # longer than any time between the metadata and the table's move


@dataclass(frozen=True)
class IcebergTables:
    """Keeps the Iceberg metadata of tables.

    Args:
        now: naive UTC.
        manifests: creates the writer of a version's manifests from the store, the bucket, the schema and the
            table's properties. Only the jobs that publish have PyIceberg.
    """

    objects: SnapshotObjects
    now: Callable[[], datetime]
    manifests: Callable[[SnapshotObjects, str, Document, Mapping[str, str]], ManifestWriter]

    def commit(
        self, contract: Contract, current: TableVersion, location: str, expired: Collection[str] = ()
    ) -> dict[str, str]:
        """Write the metadata of a staged version, and return the catalog's parameters that name them.

        No reader sees them before the table moves.

        Args:
            location: the `s3://` folder of the version's parts.
            expired: versions to remove from the metadata.
        """
        bucket, version = _split(location)[0], keys.version_of(location)
        before = read_document(self.objects, current) or metadata.new_document(
            f"s3://{bucket}/{keys.ICEBERG}{contract.dataset}"
        )
        document = metadata.with_properties(metadata.with_schema(before, contract), contract)
        name = f"{_number(current) + 1:05d}-{version}"
        listing, files = self.manifests(
            self.objects, bucket, metadata.current_schema(document), document["properties"]
        ).write(
            _parts(self.objects, location),
            f"{keys.iceberg_prefix(contract.dataset)}{name}",
            metadata.version_snapshot_id(version),
            metadata.next_sequence(document),
        )
        summary = {
            "total-records": str(files.rows),
            "total-data-files": str(files.files),
            "total-files-size": str(files.size_bytes),
        }
        document = metadata.with_version(document, version, listing, summary, _milliseconds(self.now()))
        document = metadata.without_versions(document, expired)
        return _write(self.objects, current, bucket, name, document)

    def settle(
        self, catalog: Catalog, database: str, contract: Contract, expired: Collection[str] = ()
    ) -> None:
        """Repair the metadata so that they describe the version that the table shows.

        Called before versions are deleted, so that no metadata name a deleted part. A version whose
        columns do not fit the contract's, as after a rollback, is a plain Hive table until the next publish.
        """
        table = catalog.current(database, contract.dataset)
        parts, version = _parts(self.objects, table.location), keys.version_of(table.location)
        if not parts:  # nothing has been published
            return
        document, parameters = read_document(self.objects, table), dict(table.parameters)
        if document is None or not _describes(document, version, parts):
            try:
                changed = self.commit(contract, table, table.location, expired)
            except AuditError:
                catalog.move(table, table.location, (), NO_ICEBERG)
                return
        else:
            changed = _without(self.objects, table, document, expired)
        if changed:
            catalog.move(table, table.location, (), changed)
        bucket = _split(table.location)[0]
        show_in_hint(self.objects, bucket, contract.dataset, {**parameters, **changed})
        self._delete_unused(bucket, contract.dataset, {**parameters, **changed})

    def _delete_unused(self, bucket: str, table: str, parameters: Mapping[str, str]) -> None:
        """Delete files that neither the current metadata nor the kept earlier ones need.

        A file with a higher number may belong to a publisher at work.
        """
        document = read_at(self.objects, parameters[METADATA_LOCATION])
        used = used_keys(self.objects, parameters) | {
            _split(entry["metadata-file"])[1] for entry in document["metadata-log"]
        }
        newest = _number_in(parameters[METADATA_LOCATION])
        for item in list(self.objects.list(bucket, keys.iceberg_prefix(table))):
            number, is_old = _number_in(item.ref.key), self.now() - item.modified_at > _MAX_PUBLISH_TIME
            if item.ref.key not in used and number and (number < newest - 1 or (is_old and number != newest)):
                self.objects.delete(ObjectRef(bucket, item.ref.key))


def show_in_hint(objects: ObjectStore, bucket: str, table: str, parameters: Mapping[str, str]) -> None:
    """Write the hint that leads readers without a catalog to the metadata that the catalog names."""
    name = parameters[METADATA_LOCATION].rpartition("/")[2].removesuffix(_ENDING).encode()
    ref = ObjectRef(bucket, keys.iceberg_prefix(table) + HINT)
    with suppress(NotFoundError):
        if objects.read(ref) == name:
            return
    objects.write(ref, name, content_type="text/plain")


def read_document(objects: ObjectStore, table: TableVersion) -> Document | None:
    """Return the metadata that the catalog names; None if it names none, or if they do not exist."""
    address = table.parameters.get(METADATA_LOCATION, "")
    if not address:
        return None
    try:
        return read_at(objects, address)
    except NotFoundError:
        return None


def read_at(objects: ObjectStore, address: str) -> Document:
    """Return the metadata at an address."""
    return dict(json.loads(objects.read(ObjectRef(*_split(address)))))


def metadata_showing(document: Document, address: str, version: str) -> str:
    """Return the newest metadata that show a version, for readers without time travel; empty without any."""
    entries = [address, *(entry["metadata-file"] for entry in reversed(document["metadata-log"]))]
    return next((entry for entry in entries if entry.endswith(f"-{version}{_ENDING}")), "")


def rolled_back(objects: ObjectStore, table: TableVersion, version: str, now: datetime) -> dict[str, str]:
    """Write the metadata for rolling a table back to an earlier version, and return its parameters.

    A table whose metadata lack the version is not an Iceberg table until the next run.
    """
    document = read_document(objects, table)
    if document is None:
        return {}
    if version not in metadata.summaries(document):
        return dict(NO_ICEBERG)
    shown = metadata.showing(document, version, _milliseconds(now))
    return _write(objects, table, _split(table.location)[0], f"{_number(table) + 1:05d}-{version}", shown)


def keep_shown_version(objects: ObjectStore, catalog: Catalog, table: TableVersion) -> None:
    """Remove all versions except the shown one from the metadata of a table."""
    document = read_document(objects, table)
    if document is None:
        return
    remaining = metadata.without_versions(document, metadata.summaries(document))
    if remaining is document and not document["metadata-log"]:
        return
    bucket, version = _split(table.location)[0], keys.version_of(table.location)
    name = f"{_number(table) + 1:05d}-{version}"
    changed = _write(objects, table, bucket, name, remaining, is_logged=False)
    catalog.move(table, table.location, (), changed)
    show_in_hint(objects, bucket, table.table, changed)


def used_keys(objects: ObjectStore, parameters: Mapping[str, str]) -> frozenset[str]:
    """Return the keys of the metadata that the catalog names, and of their manifests."""
    address = parameters.get(METADATA_LOCATION, "")
    if not address:
        return frozenset()
    key, document = _split(address)[1], read_at(objects, address)
    lists = {_split(item["manifest-list"])[1] for item in document["snapshots"]}
    manifests = {name.removesuffix(_LIST) + _MANIFEST for name in lists}
    return frozenset({key, f"{key.rpartition('/')[0]}/{HINT}", *lists, *manifests})


def _without(
    objects: ObjectStore, table: TableVersion, document: Document, expired: Collection[str]
) -> dict[str, str]:
    """Write metadata without the expired versions; return no parameters if the metadata have none of them."""
    remaining = metadata.without_versions(document, expired)
    if remaining is document:
        return {}
    bucket, version = _split(table.location)[0], keys.version_of(table.location)
    return _write(objects, table, bucket, f"{_number(table) + 1:05d}-{version}", remaining)


def _write(
    objects: ObjectStore,
    table: TableVersion,
    bucket: str,
    name: str,
    document: Document,
    *,
    is_logged: bool = True,
) -> dict[str, str]:
    """Write metadata under a new name, and return the parameters that name them.

    Args:
        is_logged: name the previous metadata, which are kept for readers without time travel.
    """
    previous = table.parameters.get(METADATA_LOCATION, "") if is_logged else ""
    entries = [{"timestamp-ms": document["last-updated-ms"], "metadata-file": previous}] if previous else []
    log = [*document["metadata-log"], *entries][-_EARLIER:] if is_logged else []
    document = {**document, "metadata-log": log}
    key = f"{keys.iceberg_prefix(table.table)}{name}{_ENDING}"
    objects.write(ObjectRef(bucket, key), json.dumps(document).encode(), content_type="application/json")
    return {METADATA_LOCATION: f"s3://{bucket}/{key}", PREVIOUS_LOCATION: previous, TABLE_TYPE: "ICEBERG"}


def _describes(document: Document, version: str, parts: Collection[ObjectInfo]) -> bool:
    """Return whether the metadata show this version with the size of its parts.

    A part without rows has bytes, but is in no manifest.
    """
    if metadata.shown_version(document) != version:
        return False
    summary = metadata.summaries(document)[version]
    size_bytes = sum(part.size_bytes for part in parts)
    return summary["total-records"] == "0" or summary["total-files-size"] == str(size_bytes)


def _parts(objects: ObjectStore, location: str) -> list[ObjectInfo]:
    bucket, folder = _split(location)
    listed: Iterator[ObjectInfo] = objects.list(bucket, folder.rstrip("/") + "/") if folder else iter(())
    return [item for item in listed if item.ref.key.endswith(keys.PARQUET)]


def _split(address: str) -> tuple[str, str]:
    bucket, _, key = address.removeprefix("s3://").partition("/")
    return bucket, key


def _number(table: TableVersion) -> int:
    return _number_in(table.parameters.get(METADATA_LOCATION, ""))


def _number_in(address: str) -> int:
    """Return the number at the beginning of a metadata file's name; 0 without one."""
    number = address.rpartition("/")[2].partition("-")[0]
    return int(number) if number.isdigit() else 0


def _milliseconds(moment: datetime) -> int:
    return int(moment.replace(tzinfo=UTC).timestamp() * 1000)
