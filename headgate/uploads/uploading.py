"""Begin, complete, abort and commit uploads. Every step may be repeated."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from headgate.errors import BadInputError, ConflictError, HeadgateError, NotFoundError
from headgate.lake import keys
from headgate.lake.ports import ObjectRef
from headgate.uploads.upload import (
    CONTENT_DIFFERS,
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
    from headgate.uploads.upload import UploadMapping

CHECKING, CHECKED, FAILED = "checking", "checked", "failed"
TOO_LARGE = "too_large"  # rule of a file that a dry run cannot check
COMPARED_BYTES = 256 << 20  # the API's function answers within 29 s and has 512 MB of disk
_DEAD_AFTER = timedelta(minutes=16)  # a function runs for 15 minutes at most
_LONGEST_COMMIT = timedelta(minutes=1)  # the API's function ends after 29 s


@dataclass(frozen=True)
class Uploading:
    """The uploads of one lake.

    An upload changes its state only by a write on the condition that nobody has written it since it was read: of two steps at the same
    moment one wins, and the other one is a ConflictError.

    Args:
        remember: stores the mapping of an upload for the next files, before the commit moves the file to raw.
        datasets: those that have a contract.
        clock: naive UTC.
    """

    objects: ObjectStore
    store: UploadStore
    index: FileIndex
    staging_bucket: str
    raw_bucket: str
    datasets: Collection[str]
    remember: Callable[[UploadMapping], None]
    clock: Callable[[], datetime]

    def begin(self, caller: str, *, name: str, size_bytes: int, sha256: str, dataset: str) -> Upload:
        """Begin an upload, or return the one that the caller began with the same file.

        Raises:
            BadInputError: the name is not permitted, or the dataset has no contract.
        """
        self._check(name, dataset)
        mine = upload_id(caller, name, size_bytes, sha256, dataset)
        key = f"{dataset or keys.UPLOADS}/{name}"
        fresh = Upload(mine, UploadState.OPEN, name, key, size_bytes, sha256, dataset, self.clock().isoformat(timespec="seconds"))
        stored = self._stored(mine)
        if stored and stored.upload.state is UploadState.COMMITTING:
            return stored.upload
        if accepted := self.index.accepted_with(sha256, [dataset] if dataset else sorted(self.datasets)):
            return self._replace(stored, replace(fresh, state=UploadState.DUPLICATE, duplicate_of=accepted)).upload
        if stored and self._continues(stored.upload):
            return stored.upload
        begun = self._replace(stored, replace(fresh, store_id=self.store.begin(self.content(mine))))
        self._forget(mine)
        return begun.upload

    def get(self, upload: str) -> Upload:
        """Return an upload; NotFoundError when there is none."""
        found = self._existing(upload).upload
        if found.state is UploadState.COMPLETE and (checked := self.dry_run(found)):
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
        stored = self._existing(upload)
        found = stored.upload
        if found.state is UploadState.COMPLETE:
            return self.get(upload)
        sent = self.parts(found)
        wrong = [number for number in range(1, found.part_count + 1) if found.part_bytes(number) not in _sizes(sent, number)]
        if wrong or len(sent) > found.part_count:
            raise ConflictError(f"{len(wrong)} of {found.part_count} parts are missing or have another size. Send them and repeat.")
        self.store.complete(self.content(upload), found.store_id, sent)
        if found.size_bytes <= COMPARED_BYTES and self._sha256(upload) != found.sha256:
            self._replace(stored, replace(found, state=UploadState.ABORTED))
            self._forget(upload)
            raise content_differs()
        return self._replace(stored, replace(found, state=UploadState.COMPLETE)).upload

    def abort(self, upload: str) -> Upload:
        """Forget what was sent. ConflictError when the upload is committed, or its commit is under way."""
        stored = self._existing(upload)
        found = stored.upload
        if found.state is UploadState.COMMITTED:
            raise ConflictError("The upload is committed: the file is in raw. Revert the file to undo it.")
        if found.state is UploadState.COMMITTING:
            raise ConflictError("A commit of this upload is under way. Wait for its end, then revert the file to undo it.")
        aborted = found if found.state is UploadState.ABORTED else self._replace(stored, replace(found, state=UploadState.ABORTED)).upload
        if found.store_id:
            self.store.abort(self.content(upload), found.store_id)
        self._forget(upload)
        return aborted

    def decide(self, found: Upload, mapping: UploadMapping) -> Upload:
        """Keep the mapping with the upload; a check without it counts no more. ConflictError when the upload has ended."""
        stored = self._existing(found.upload_id)
        _expect(stored.upload, UploadState.COMPLETE)
        return self._replace(stored, replace(stored.upload, mapping=mapping)).upload

    def commit(self, upload: str) -> Upload:
        """Move the file to raw, where its arrival starts the gate; repeat safely.

        A commit that died is taken over after its longest duration. If it had copied the file, the gate skips the second copy.

        Raises:
            ConflictError: the upload is not complete, another commit or an abort came first, or its mapping is not checked yet.
        """
        stored = self._existing(upload)
        found = stored.upload
        if found.state is UploadState.COMMITTED:
            return found
        if found.state is UploadState.COMMITTING and self._is_recent(found.committing_at, _LONGEST_COMMIT):
            raise ConflictError("Another commit of this upload is under way. Read the upload again for its end.")
        _expect(found, UploadState.COMPLETE, UploadState.COMMITTING)
        self._check_is_checked(found)
        begun = replace(found, state=UploadState.COMMITTING, committing_at=self.clock().isoformat(timespec="seconds"))
        mine = self._replace(stored, begun)
        try:
            if found.mapping:
                self.remember(found.mapping)
            sent = self.store.copy(self.content(upload), ObjectRef(self.raw_bucket, found.key))
        except NotFoundError:
            self._replace(mine, replace(found, state=UploadState.ABORTED))
            raise ConflictError("The uploaded file is no longer in staging. Begin the upload again.") from None
        except HeadgateError:
            self._replace(mine, replace(found, state=UploadState.COMPLETE))
            raise
        file_id = keys.file_id(sent.bucket, sent.key, sent.version_id)
        committed = self._replace(mine, replace(begun, state=UploadState.COMMITTED, file_id=file_id)).upload
        self.objects.delete(self.content(upload))
        return committed

    def _check_is_checked(self, found: Upload) -> None:
        """Check that a mapped file was checked with its mapping, and that no check found other content than stated."""
        checked = self.dry_run(found) or {}
        rule = (checked.get("error") or {}).get("rule")
        if rule == CONTENT_DIFFERS:
            raise content_differs()
        if found.mapping and checked.get("state") != CHECKED and rule != TOO_LARGE:
            raise ConflictError("The file was not checked with this mapping. Wait for the end of the dry run, or start it again.")

    def start_dry_run(self, upload: str, start: Callable[[str], None]) -> Mapping[str, Any]:
        """Start the dry run unless it was started; return how it stands."""
        found = self.get(upload)
        _expect(found, UploadState.COMPLETE, UploadState.CHECKING, UploadState.CHECKED)
        before = self.dry_run(found)
        if before and (before["state"] == CHECKED or self._is_alive(before)):
            return before
        begun = {"state": CHECKING, "started_at": self.clock().isoformat(timespec="seconds"), "check_id": found.check_id}
        self._write(dry_run_key(upload), json.dumps(begun).encode())
        start(upload)
        return self.dry_run(found) or begun

    def dry_run(self, found: Upload) -> dict[str, Any] | None:
        """Return what is stored of the dry run of an upload with its current mapping; None before it was started."""
        try:
            stored: dict[str, Any] = json.loads(self.objects.read(ObjectRef(self.staging_bucket, dry_run_key(found.upload_id))))
        except NotFoundError:
            return None
        if stored.get("check_id") == found.check_id:
            return stored
        # A check with an earlier mapping may end later, and overwrite the mark of the one that was started after it.
        return {"state": CHECKING}

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
        return before["state"] == CHECKING and self._is_recent(before.get("started_at", ""), _DEAD_AFTER)

    def _is_recent(self, at: str, longest: timedelta) -> bool:
        return self.clock() - datetime.fromisoformat(at or "1970-01-01") < longest

    def _existing(self, upload: str) -> _Stored:
        stored = self._stored(upload)
        if stored is None:
            raise NotFoundError("There is no upload with this id, or it is older than seven days. Begin it again.")
        return stored

    def _stored(self, upload: str) -> _Stored | None:
        try:
            text, etag = self.store.read_with_etag(ObjectRef(self.staging_bucket, upload_key(upload)))
        except NotFoundError:
            return None
        return _Stored(Upload.from_json(text), etag)

    def _replace(self, stored: _Stored | None, upload: Upload) -> _Stored:
        """Store the upload, if nobody has stored it since it was read."""
        ref = ObjectRef(self.staging_bucket, upload_key(upload.upload_id))
        try:
            etag = self.store.replace(ref, upload.to_json(), stored.etag if stored else "")
        except ConflictError:
            raise ConflictError("Another request changed this upload at the same moment. Read the upload again.") from None
        return _Stored(upload, etag)

    def _forget(self, upload: str) -> None:
        self.objects.delete(self.content(upload))
        self.objects.delete(ObjectRef(self.staging_bucket, dry_run_key(upload)))

    def _write(self, key: str, body: bytes) -> None:
        self.objects.write(ObjectRef(self.staging_bucket, key), body, content_type="application/json")


@dataclass(frozen=True)
class _Stored:
    """A stored upload with its ETag."""

    upload: Upload
    etag: str


def _sizes(sent: Collection[StoredPart], number: int) -> set[int]:
    return {part.size_bytes for part in sent if part.number == number}


def _expect(found: Upload, *states: UploadState) -> None:
    if found.state not in states:
        raise ConflictError(f"The upload is {found.state}; this needs an upload that is {' or '.join(states)}.")
