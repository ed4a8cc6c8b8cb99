"""Delete earlier versions of tables that were rebuilt without a subject, and search the rest."""

from __future__ import annotations

import codecs
import io
import zipfile
import zlib
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyarrow as pa

from headgate.erasure.personal_texts import has_text, needles_of
from headgate.facts.fact_store import used_facts
from headgate.lake import keys
from headgate.values.parquet_tables import table_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
    from datetime import datetime

    from headgate.lake.ports import ObjectVersion, VersionedObjects
    from headgate.snapshots.snapshot import LakeSnapshot

_GZIP_WINDOW = 16 + zlib.MAX_WBITS  # zlib's number for a gzip header; a cut file is read up to the cut
_GZIP, _ZIP, _PARQUET = b"\x1f\x8b", b"PK\x03\x04", b"PAR1"
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True)
class BuiltZones:
    """The places of everything that the lake builds.

    Attributes:
        shown: the folders that the catalog's tables show now, by bucket.
        searched: more buckets, which are searched but not purged.
        iceberg: buckets and keys of the Iceberg metadata that the catalog names.
    """

    curated: str
    artifacts: str
    results: str
    prod: tuple[str, ...]
    shown: Mapping[str, frozenset[str]]
    searched: tuple[str, ...] = ()
    iceberg: frozenset[tuple[str, str]] = frozenset()

    @property
    def buckets(self) -> tuple[str, ...]:
        """Every bucket."""
        return (self.curated, self.artifacts, self.results, *self.prod, *self.searched)


@dataclass
class Searched:
    """The versions without any of the texts, and the versions with one of them."""

    clean: list[ObjectVersion] = field(default_factory=list)
    with_texts: list[ObjectVersion] = field(default_factory=list)


def purge(
    objects: VersionedObjects, zones: BuiltZones, lake: LakeSnapshot, began_at: datetime
) -> list[ObjectVersion]:
    """Delete every version that no reader needs, and return them.

    These are versions of snapshots, tables, facts, Iceberg metadata, models, pages and query results.

    Args:
        lake: the snapshot that was merged after the rows were erased.
        began_at: when the erasure began, naive UTC; earlier models and pages are deleted.
    """
    locations = tuple(of.location for of in lake.datasets.values())
    named = {
        keys.lake_snapshot_key(keys.CURRENT),
        keys.lake_snapshot_key(lake.snapshot_id),
        keys.checked_references_key(lake.snapshot_id),
    }
    for key_of in (keys.merged_increments_key, keys.snapshot_parts_key):
        named |= {key_of(of.dataset, of.snapshot_id) for of in lake.datasets.values()}

    def is_snapshot_needed(version: ObjectVersion) -> bool:
        key = version.ref.key
        return version.is_newest and (key in named or key.startswith(locations) or _is_shown(zones, version))

    def is_new(version: ObjectVersion) -> bool:
        return version.is_newest and version.modified_at >= began_at

    facts = {(bucket, key) for bucket in zones.prod for key in used_facts(objects, bucket)}
    facts |= {(bucket, keys.CURRENT_FACTS) for bucket in zones.prod}

    def is_fact_needed(version: ObjectVersion) -> bool:
        return version.is_newest and (version.ref.bucket, version.ref.key) in facts

    def is_metadata_needed(version: ObjectVersion) -> bool:
        return version.is_newest and (version.ref.bucket, version.ref.key) in zones.iceberg

    rules: list[tuple[str, str, Callable[[ObjectVersion], bool]]] = [
        (zones.curated, f"{keys.SNAPSHOTS}/", is_snapshot_needed),
        (
            zones.artifacts,
            f"{keys.MODELS}/",
            lambda version: is_new(version) or version.ref.key.endswith(".json"),
        ),
        (zones.artifacts, f"{keys.DATA_DOCS}/", is_new),
        (zones.results, "", lambda _: False),
        *(
            (bucket, f"{keys.TABLES}/", lambda version: version.is_newest and _is_shown(zones, version))
            for bucket in zones.prod
        ),
        *((bucket, keys.FACTS, is_fact_needed) for bucket in zones.prod),
        *((bucket, keys.ICEBERG, is_metadata_needed) for bucket in (zones.curated, *zones.prod)),
    ]
    return [
        version for bucket, prefix, needed in rules for version in _delete(objects, bucket, prefix, needed)
    ]


def search(objects: VersionedObjects, zones: BuiltZones, texts: frozenset[str]) -> Searched:
    """Search every version of every object for the texts: bytes, unpacked bytes, and cells of Parquet."""
    result = Searched()
    needles = needles_of(texts)
    for bucket in zones.buckets:
        for version in list(objects.versions(bucket, "")):
            # The progress contains the texts themselves, and is deleted at the end.
            if version.is_marker or version.ref.key.startswith(f"{keys.ERASURES}/"):
                continue
            (result.with_texts if contains(objects.read(version.ref), needles) else result.clean).append(
                version
            )
    return result


def contains(body: bytes, needles: Collection[bytes]) -> bool:
    """Return whether bytes contain a text as whole words, also in UTF-16, gzip, zip (Excel) and Parquet."""
    return any(has_text(part, needle) for part in _parts(body) for needle in needles)


def _parts(body: bytes) -> Iterator[bytes]:
    """Yield the bytes, and their unpacked content.

    A rejected file may be broken, so its readable part counts.
    """
    yield body
    with suppress(
        pa.ArrowException, zipfile.BadZipFile, zlib.error, OSError, NotImplementedError, RuntimeError
    ):
        if body.startswith(_PARQUET):
            yield from _cells(table_of(body))
        elif body.startswith(_GZIP):
            yield zlib.decompressobj(_GZIP_WINDOW).decompress(body)
        elif body.startswith(_UTF_16):
            yield body.decode("utf-16", "ignore").encode()
        elif body.startswith(_ZIP):
            with zipfile.ZipFile(io.BytesIO(body)) as archive:
                for name in archive.namelist():
                    yield (member := archive.read(name))
                    if member.startswith(_PARQUET):  # of the masked form of an original
                        yield from _cells(table_of(member))


def _cells(rows: pa.Table) -> Iterable[bytes]:
    for column in rows.columns:
        values = column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column
        if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
            yield "\n".join(text for text in pa.compute.unique(values).to_pylist() if text).encode()


def _is_shown(zones: BuiltZones, version: ObjectVersion) -> bool:
    folder = version.ref.key.rpartition("/")[0]
    return folder in zones.shown.get(version.ref.bucket, frozenset())


def _delete(
    objects: VersionedObjects, bucket: str, prefix: str, needed: Callable[[ObjectVersion], bool]
) -> Iterator[ObjectVersion]:
    for version in list(objects.versions(bucket, prefix)):
        if not needed(version):
            objects.delete(version.ref)
            yield version
