"""An export run enters whole: none of its parts before its manifest is there, and then all that the manifest names.

A part whose own event comes too early is acknowledged and left; the manifest's event sends one message for each part that the
manifest names. The manifest is written after its parts, so in whatever order, and however often, events come, each part is either
met by an event after the manifest, or sent by the manifest's. Parts that come twice are the ledger's business. See ADR 0013.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from headgate.errors import NotFoundError, UnreadableFileError
from headgate.intake.files.process_file import file_id_of, is_data
from headgate.intake.files.source_deletions import moment_of
from headgate.lake.keys import RUN_MANIFEST, ExportKey
from headgate.lake.ports import FileRecord, ObjectRef
from headgate.lake.states import FileState

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from headgate.intake.files.source_deletions import Sightings
    from headgate.lake.ports import ObjectStore

_NO_PARTS = b'{"files": []}'


@dataclass(frozen=True)
class Runs:
    """What stands before the gate and knows of runs.

    Args:
        curate: lets one object through the gate.
        send: puts objects into the queue that the gate works off.
        sightings: told what each run saw of its source.
    """

    objects: ObjectStore
    curate: Callable[[ObjectRef], FileRecord]
    send: Callable[[Sequence[ObjectRef]], None]
    sightings: Sightings

    def receive(self, ref: ObjectRef) -> FileRecord:
        """The record of what became of the object; `waiting`, and not in the ledger, for a part whose run is not complete.

        A part is read as it stands now, not as it stood at its event: an attempt that died may have left an older version.

        Raises:
            UnreadableFileError: the object is a run's manifest, and is none.
            AuditError: the run's deleted keys are not those that its manifest certifies.
            ThrottledError, ServiceError: as the gate does.
        """
        key = ExportKey.parse(ref.key)
        if key is None or (key.name != RUN_MANIFEST and not is_data(ref.key)):
            return self._seen(self.curate(ref))
        manifest = self._manifest(ref.bucket, key)
        if key.name == RUN_MANIFEST:
            return self._call(ref, key, manifest)
        if key.name not in names_of(manifest):
            return _record(ref, key, FileState.WAITING)
        record = self.curate(ObjectRef(ref.bucket, ref.key))
        return record if moment_of(manifest) else self._seen(record)

    def _call(self, ref: ObjectRef, key: ExportKey, manifest: bytes) -> FileRecord:
        parts = [replace(key, name=name).path() for name in names_of(manifest)]
        self.sightings.of_run(ref.bucket, key, manifest)
        self.send([ObjectRef(ref.bucket, part) for part in parts if is_data(part)])
        return self.curate(ref)

    def _seen(self, record: FileRecord) -> FileRecord:
        self.sightings.of_file(record)
        return record

    def _manifest(self, bucket: str, key: ExportKey) -> bytes:
        """A run's manifest; one that names no parts while it has none."""
        try:
            return self.objects.read(ObjectRef(bucket, replace(key, name=RUN_MANIFEST).path()))
        except NotFoundError:
            return _NO_PARTS


def names_of(manifest: bytes) -> tuple[str, ...]:
    """The parts that a manifest names: `{"files": [{"name": …}, …]}`, whatever else it says.

    Raises:
        UnreadableFileError: it names none in that way.
    """
    try:
        return tuple(str(file["name"]) for file in json.loads(manifest)["files"])
    except (ValueError, KeyError, TypeError):
        raise UnreadableFileError(
            rule="unreadable_manifest",
            message="the run's _manifest.json is no JSON object with a list of files and their names",
            remedy="write the manifest again; its arrival lets the run's parts in",
        ) from None


def _record(ref: ObjectRef, key: ExportKey, state: FileState) -> FileRecord:
    return FileRecord(file_id_of(ref), ref.bucket, ref.key, ref.version_id, key.dataset, state)
