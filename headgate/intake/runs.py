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
from headgate.intake.curation import IGNORED, file_id_of, is_data
from headgate.lake.keys import RUN_MANIFEST, ExportKey
from headgate.lake.ports import FileRecord, ObjectRef

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from headgate.lake.ports import ObjectStore

WAITING = "waiting"


@dataclass(frozen=True)
class Runs:
    """What stands before the gate and knows of runs.

    Args:
        curate: lets one object through the gate.
        send: puts objects into the queue that the gate works off.
    """

    objects: ObjectStore
    curate: Callable[[ObjectRef], FileRecord]
    send: Callable[[Sequence[ObjectRef]], None]

    def receive(self, ref: ObjectRef) -> FileRecord:
        """The record of what became of the object; `waiting`, and not in the ledger, for a part whose run is not complete.

        A part is read as it stands now, not as it stood at its event: an attempt that died may have left an older version.

        Raises:
            UnreadableFileError: the object is a run's manifest, and is none.
            ThrottledError, ServiceError: as the gate does.
        """
        key = ExportKey.parse(ref.key)
        if key is None or (key.name != RUN_MANIFEST and not is_data(ref.key)):
            return self.curate(ref)
        if key.name == RUN_MANIFEST:
            return self._call(ref, key)
        if key.name not in self._named(ref.bucket, key):
            return _record(ref, key, WAITING)
        return self.curate(ObjectRef(ref.bucket, ref.key))

    def _call(self, ref: ObjectRef, key: ExportKey) -> FileRecord:
        parts = [replace(key, name=name).path() for name in self._named(ref.bucket, key)]
        self.send([ObjectRef(ref.bucket, part) for part in parts if is_data(part)])
        return _record(ref, key, IGNORED)

    def _named(self, bucket: str, key: ExportKey) -> tuple[str, ...]:
        """Names of the parts of a run; none while it has no manifest."""
        try:
            body = self.objects.read(ObjectRef(bucket, replace(key, name=RUN_MANIFEST).path()))
        except NotFoundError:
            return ()
        return names_of(body)


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


def _record(ref: ObjectRef, key: ExportKey, state: str) -> FileRecord:
    return FileRecord(file_id_of(ref), ref.bucket, ref.key, ref.version_id, key.dataset, state)
