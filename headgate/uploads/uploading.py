"""Begin, complete, abort and commit uploads. Every step may be repeated."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from headgate.errors import BadInputError, ConflictError, NotFoundError
from headgate.lake import keys
from headgate.lake.ports import ObjectRef
from headgate.uploads.upload import (
    CONTENT_DIFFERS,
    UNKNOWN,
    Upload,
    UploadState,
    content_differs,
    content_key,
    dry_run_key,
    upload_id,
    upload_key,
    why_not_named,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from headgate.lake.file_index import FileIndex
    from headgate.lake.ports import ObjectStore
    from headgate.lake.upload_store import StoredPart, UploadStore

CHECKING, CHECKED, FAILED = "checking", "checked", "failed"
COMPARED_BYTES = 256 << 20  # the API's function answers within 29 s and has 512 MB of disk
_DEAD_AFTER = timedelta(minutes=16)  # a function runs for 15 minutes at most


@dataclass(frozen=True)
class Uploading:
    """The uploads of one lake.

    Args:
        datasets: those that have a contract.
        clock: naive UTC.
    """

    objects: ObjectStore
    store: UploadStore
    index: FileIndex
    staging_bucket: str
    raw_bucket: str
    datasets: Collection[str]
    clock: Callable[[], datetime]

    def begin(self, caller: str, *, name: str, size_bytes: int, sha256: str, dataset: str) -> Upload:
        """Begin an upload, or return the one that the caller began with the same file.

        Raises:
            BadInputError: the name is not permitted, or the dataset has no contract.
        """
        self._check(name, dataset)
        mine = upload_id(caller, name, size_bytes, sha256, dataset)
        key = f"{dataset or UNKNOWN}/{name}"
        fresh = Upload(mine, UploadState.OPEN, name, key, size_bytes, sha256, dataset, self.clock().isoformat(timespec="seconds"))
        if known := self.index.accepted_with(sha256, [dataset] if dataset else sorted(self.datasets)):
            return self._keep(replace(fresh, state=UploadState.DUPLICATE, duplicate_of=known))
        if (before := self._known(mine)) and self._continues(before):
            return before
        self._forget(mine)
        return self._keep(replace(fresh, store_id=self.store.begin(self.content(mine))))

    def get(self, upload: str) -> Upload:
        """Return an upload; NotFoundError when there is none."""
        found = self._known(upload)
        if found is None:
            raise NotFoundError("There is no upload with this id, or it is older than seven days. Begin it again.")
        if found.state is UploadState.COMPLETE and (checked := self.dry_run(upload)):
            state = UploadState.CHECKING if checked["state"] == CHECKING else UploadState.CHECKED
            return replace(found, state=state)
        return found

    def parts(self, found: Upload) -> tuple[StoredPart, ...]:
        """Return the parts that were sent. ConflictError when the upload is not open."""
        _expect(found, UploadState.OPEN)
        return self.store.parts(self.content(found.upload_id), found.store_id)

    def complete(self, upload: str) -> Upload:
        """Make the file from its parts.

        Raises:
            ConflictError: parts are missing or have another size, or the upload has ended.
            BadInputError: the file has another SHA-256 than stated; what was sent is deleted. Larger files are compared by the dry run.
        """
        found = self.get(upload)
        if found.state in {UploadState.COMPLETE, UploadState.CHECKING, UploadState.CHECKED}:
            return found
        sent = self.parts(found)
        wrong = [number for number in range(1, found.part_count + 1) if found.part_bytes(number) not in _sizes(sent, number)]
        if wrong or len(sent) > found.part_count:
            raise ConflictError(f"{len(wrong)} of {found.part_count} parts are missing or have another size. Send them and repeat.")
        self.store.complete(self.content(upload), found.store_id, sent)
        if found.size_bytes <= COMPARED_BYTES and self._sha256(upload) != found.sha256:
            self._forget(upload)
            self._keep(replace(found, state=UploadState.ABORTED))
            raise content_differs()
        return self._keep(replace(found, state=UploadState.COMPLETE))

    def abort(self, upload: str) -> Upload:
        """Forget what was sent. ConflictError when the upload is committed."""
        found = self.get(upload)
        if found.state is UploadState.COMMITTED:
            raise ConflictError("The upload is committed: the file is in raw. Revert the file to undo it.")
        if found.store_id:
            self.store.abort(self.content(upload), found.store_id)
        self._forget(upload)
        return self._keep(replace(found, state=UploadState.ABORTED))

    def commit(self, upload: str) -> Upload:
        """Move the file to raw, where its arrival starts the gate. ConflictError when it is not complete."""
        found = self.get(upload)
        if found.state is UploadState.COMMITTED:
            return found
        _expect(found, UploadState.COMPLETE, UploadState.CHECKING, UploadState.CHECKED)
        if ((self.dry_run(upload) or {}).get("error") or {}).get("rule") == CONTENT_DIFFERS:
            raise content_differs()
        sent = self.store.copy(self.content(upload), ObjectRef(self.raw_bucket, found.key))
        file_id = keys.file_id(sent.bucket, sent.key, sent.version_id)
        committed = self._keep(replace(found, state=UploadState.COMMITTED, file_id=file_id))
        self.objects.delete(self.content(upload))
        return committed

    def start_dry_run(self, upload: str, start: Callable[[str], None]) -> Mapping[str, Any]:
        """Start the dry run unless it was started; return how it stands."""
        found = self.get(upload)
        _expect(found, UploadState.COMPLETE, UploadState.CHECKING, UploadState.CHECKED)
        before = self.dry_run(upload)
        if before and (before["state"] == CHECKED or self._is_alive(before)):
            return before
        stated = {"state": CHECKING, "started_at": self.clock().isoformat(timespec="seconds")}
        self._write(dry_run_key(upload), json.dumps(stated).encode())
        start(upload)
        return self.dry_run(upload) or stated

    def dry_run(self, upload: str) -> dict[str, Any] | None:
        """Return what is stored of an upload's dry run; None before it was started."""
        try:
            found: dict[str, Any] = json.loads(self.objects.read(ObjectRef(self.staging_bucket, dry_run_key(upload))))
        except NotFoundError:
            return None
        return found

    def content(self, upload: str) -> ObjectRef:
        """Where the uploaded file lies."""
        return ObjectRef(self.staging_bucket, content_key(upload))

    def _check(self, name: str, dataset: str) -> None:
        if why := why_not_named(name):
            raise BadInputError(rule="file_name", message=f"The file name {why}.", remedy="Rename the file and upload it again.")
        if dataset and dataset not in self.datasets:
            remedy = f"Name one of {', '.join(sorted(self.datasets))}, or none: then the gate finds it from the columns."
            raise BadInputError(rule="unknown_dataset", message="No contract has the name of this dataset.", remedy=remedy)

    def _sha256(self, upload: str) -> str:
        with TemporaryDirectory(prefix="headgate-upload-") as folder:
            path = Path(folder) / "content"
            self.objects.download(self.content(upload), path)
            with path.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()

    def _continues(self, before: Upload) -> bool:
        """Whether an upload that was begun before can be continued."""
        if before.state is not UploadState.OPEN:
            return before.state is UploadState.COMPLETE
        try:
            self.store.parts(self.content(before.upload_id), before.store_id)
        except NotFoundError:
            return False
        return True

    def _is_alive(self, before: Mapping[str, Any]) -> bool:
        begun = datetime.fromisoformat(before.get("started_at", "1970-01-01"))
        return before["state"] == CHECKING and self.clock() - begun < _DEAD_AFTER

    def _known(self, upload: str) -> Upload | None:
        try:
            return Upload.from_json(self.objects.read(ObjectRef(self.staging_bucket, upload_key(upload))))
        except NotFoundError:
            return None

    def _keep(self, upload: Upload) -> Upload:
        self._write(upload_key(upload.upload_id), upload.to_json())
        return upload

    def _forget(self, upload: str) -> None:
        self.objects.delete(self.content(upload))
        self.objects.delete(ObjectRef(self.staging_bucket, dry_run_key(upload)))

    def _write(self, key: str, body: bytes) -> None:
        self.objects.write(ObjectRef(self.staging_bucket, key), body, content_type="application/json")


def _sizes(sent: Collection[StoredPart], number: int) -> set[int]:
    return {part.size_bytes for part in sent if part.number == number}


def _expect(found: Upload, *states: UploadState) -> None:
    if found.state not in states:
        raise ConflictError(f"The upload is {found.state}; this needs an upload that is {' or '.join(states)}.")
