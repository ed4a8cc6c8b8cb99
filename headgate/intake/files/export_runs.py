"""Accept an export run as one unit: a part is processed only when the run's manifest exists and names it.

The event of a part that arrives before the manifest is only acknowledged. The manifest's event sends one
message for each part that the manifest names. The export writes the manifest after its parts, so every part
is processed, whatever the order and number of events. The ledger recognizes parts that arrive twice. See ADR
13.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from headgate.errors import NotFoundError, UnreadableFileError
from headgate.intake.files.source_deletions import Sightings, moment_of
from headgate.lake.keys import RUN_MANIFEST, ExportKey
from headgate.lake.ports import FileRecord, ObjectInfo, ObjectRef, ObjectStore
from headgate.lake.raw_objects import file_id_of, is_data
from headgate.lake.states import FileState

_NO_PARTS = b'{"files": []}'


@dataclass(frozen=True)
class ExportRuns:
    """Receives objects, and holds back the parts of incomplete export runs.

    Args:
        process: processes one object; takes a function that returns the object's info, if the caller has it
            already.
        send: puts objects into the gate's queue.
        sightings: records which rows the source had at the time of each run.
    """

    objects: ObjectStore
    process: Callable[[ObjectRef, Callable[[], ObjectInfo] | None], FileRecord]
    send: Callable[[Sequence[ObjectRef]], None]
    sightings: Sightings

    def receive(self, ref: ObjectRef, look_up: Callable[[], ObjectInfo] | None = None) -> FileRecord:
        """Process the object and return its record.

        The record of a part whose run is not complete is `waiting`, and is not in the ledger. The newest
        version of a part is read, not the version of its event, because a failed attempt may have left an
        older one.

        Raises:
            UnreadableFileError: the manifest is not valid.
            AuditError: the run's deleted keys differ from those that its manifest certifies.
            ThrottledError, ServiceError: raised by the gate.
        """
        key = ExportKey.parse(ref.key)
        if key is None or (key.name != RUN_MANIFEST and not is_data(ref.key)):
            return self._with_sighting(self.process(ref, look_up))
        manifest = self._manifest(ref.bucket, key)
        if key.name == RUN_MANIFEST:
            return self._send_parts(ref, key, manifest)
        if key.name not in names_of(manifest):
            return FileRecord(
                file_id_of(ref), ref.bucket, ref.key, ref.version_id, key.dataset, FileState.WAITING
            )
        record = self.process(ObjectRef(ref.bucket, ref.key), None)
        return record if moment_of(manifest) else self._with_sighting(record)

    def _send_parts(self, ref: ObjectRef, key: ExportKey, manifest: bytes) -> FileRecord:
        parts = [replace(key, name=name).path() for name in names_of(manifest)]
        self.sightings.of_run(ref.bucket, key, manifest)
        self.send([ObjectRef(ref.bucket, part) for part in parts if is_data(part)])
        return self.process(ref, None)

    def _with_sighting(self, record: FileRecord) -> FileRecord:
        self.sightings.of_file(record)
        return record

    def _manifest(self, bucket: str, key: ExportKey) -> bytes:
        """Return a run's manifest; if it is not written yet, a manifest without parts."""
        try:
            return self.objects.read(ObjectRef(bucket, replace(key, name=RUN_MANIFEST).path()))
        except NotFoundError:
            return _NO_PARTS


def names_of(manifest: bytes) -> tuple[str, ...]:
    """Return the parts that a manifest names in `{"files": [{"name": …}, …]}`; ignore other fields."""
    try:
        return tuple(str(file["name"]) for file in json.loads(manifest)["files"])
    except (ValueError, KeyError, TypeError):
        raise UnreadableFileError(
            rule="unreadable_manifest",
            message="the run's _manifest.json is not a JSON object with a list of files and their names",
            remedy="write the manifest again; the run's parts are processed when it arrives",
        ) from None
