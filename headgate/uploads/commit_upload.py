"""Begin, complete, abort and commit uploads; every step can be repeated."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from headgate.errors import BadInputError, ConflictError, HeadgateError, NotFoundError
from headgate.lake import keys
from headgate.lake.ports import FileRecord, ObjectRef, ObjectStore
from headgate.uploads.edits import Edits
from headgate.uploads.upload import (
    CONTENT_DIFFERS,
    EDITED,
    SentOriginal,
    UploadMapping,
    UploadRecord,
    UploadState,
    check_key,
    content_differs,
    content_key,
    dry_run_key,
    id_of_upload,
    upload_key,
    upload_prefix,
    why_not_named,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from headgate.lake.file_index import FileIndex
    from headgate.uploads.upload_store import StoredPart, UploadStore

CHECKING, CHECKED, FAILED = "checking", "checked", "failed"
TOO_LARGE = "too_large"  # rule of a file that a dry run cannot check
CHECK_DIED = "check_died"  # rule of a check that ended without a result
COMPARED_BYTES = 256 << 20  # the API's function has 29 s and 512 MB of disk
_GONE_FROM_RAW = "The original is no longer in raw. Upload the file again."
_GONE_FROM_STAGING = "The uploaded file is no longer in staging. Begin the upload again."
_MAX_CHECK = timedelta(minutes=16)  # a function runs for 15 minutes at most
_MAX_COMMIT = timedelta(minutes=1)  # the API's function ends after 29 s
_CLOCKS_DIFFER = timedelta(seconds=5)  # of the function and of S3


@dataclass(frozen=True)
class Uploads:
    """The uploads of one lake.

    Every change of an upload is conditional on its ETag, so that of two concurrent steps one raises a
    ConflictError. A commit that died is considered ended after its maximum duration; then the upload is
    complete again.

    Args:
        prepare: stores the mapping and the sender of an upload before the commit copies the file to raw; the
            flag says whether the content was compared with its SHA-256.
        datasets: the datasets with a contract.
        clock: naive UTC.
    """

    objects: ObjectStore
    store: UploadStore
    index: FileIndex
    staging_bucket: str
    raw_bucket: str
    datasets: Collection[str]
    prepare: Callable[[UploadRecord, bool], None]
    clock: Callable[[], datetime]

    def begin(
        self, caller: str, *, name: str, size_bytes: int, sha256: str, dataset: str, part: str = ""
    ) -> UploadRecord:
        """Begin an upload, or return the caller's earlier upload of the same file.

        Args:
            part: the part of the file to begin with. The lake may have its other parts, so the file is no
                duplicate. An upload with edits keeps them, and one of a part continues.

        Raises:
            BadInputError: the name is not permitted, or the dataset has no contract.
        """
        self._check(name, dataset)
        upload_id = id_of_upload(caller, name, size_bytes, sha256, dataset)
        key = f"{dataset or keys.UPLOADS}/{name}"
        fresh = UploadRecord(
            upload_id, UploadState.OPEN, name, key, size_bytes, sha256, dataset, self._now(), by=caller
        )
        stored = self._stored(upload_id)
        if stored and (shown := self._shown(stored.upload)).state is UploadState.COMMITTING:
            return shown
        continues = stored is not None and self._continues(stored.upload)
        is_of_part = bool(part or (continues and stored and stored.upload.edits and stored.upload.edits.part))
        datasets = [dataset] if dataset else sorted(self.datasets)
        if not is_of_part and (accepted := self.index.accepted_with(sha256, datasets)):
            return self._replace(
                stored, replace(fresh, state=UploadState.DUPLICATE, duplicate_of=accepted)
            ).upload
        edits = Edits(part=part) if part else None
        if stored and continues:
            if edits and not (stored.upload.edits or stored.upload.mapping):
                return self._replace(stored, replace(stored.upload, edits=edits)).upload
            return stored.upload
        store_id = self.store.begin(self.content(upload_id))
        begun = self._replace(stored, replace(fresh, store_id=store_id, edits=edits))
        self._forget(upload_id)
        return begun.upload

    def get(self, upload_id: str) -> UploadRecord:
        """Return an upload; raise NotFoundError if it does not exist.

        A large commit stays `committing` between its calls, until no call has continued it for a minute.
        """
        return self._shown(self._existing(upload_id).upload)

    def _shown(self, upload: UploadRecord) -> UploadRecord:
        if self._is_between_calls(upload):
            return replace(upload, state=UploadState.COMMITTING)
        if upload.state is UploadState.COMPLETE and (check := self.dry_run(upload)):
            state = UploadState.CHECKING if check["state"] == CHECKING else UploadState.CHECKED
            return replace(upload, state=state)
        return upload

    def parts(self, upload: UploadRecord) -> tuple[StoredPart, ...]:
        """Return the uploaded parts; raise ConflictError if the upload is not open."""
        _expect(upload, UploadState.OPEN)
        return self.store.parts(self.content(upload.upload_id), upload.store_id)

    def complete(self, upload_id: str) -> UploadRecord:
        """Create the file from its parts.

        Raises:
            ConflictError: parts are missing or have another size, or the upload has ended.
            BadInputError: the file has another SHA-256 than declared, and was deleted. Large files are
                compared by the dry run.
        """
        stored = self._existing(upload_id)
        upload = stored.upload
        if upload.state is UploadState.COMPLETE:
            return self.get(upload_id)
        sent = self.parts(upload)
        wrong = [
            number
            for number in range(1, upload.part_count + 1)
            if upload.part_bytes(number) not in _sizes(sent, number)
        ]
        if wrong or len(sent) > upload.part_count:
            raise ConflictError(
                f"{len(wrong)} of {upload.part_count} parts are missing or have another size. Send them "
                "and repeat."
            )
        self.store.complete(self.content(upload_id), upload.store_id, sent)
        if upload.size_bytes <= COMPARED_BYTES and self._sha256(upload_id) != upload.sha256:
            self._replace(stored, replace(upload, state=UploadState.ABORTED))
            self._forget(upload_id)
            raise content_differs()
        return self._replace(stored, replace(upload, state=UploadState.COMPLETE)).upload

    def abort(self, upload_id: str) -> UploadRecord:
        """Delete the uploaded parts, or the copied ones between two calls of a large commit.

        Raise ConflictError if the upload is committed, or a commit is running or has copied the file.
        """
        stored = self._existing(upload_id)
        upload = stored.upload
        if upload.state is UploadState.COMMITTED:
            raise ConflictError("The upload is committed: the file is in raw. Revert the file to undo it.")
        if upload.state is UploadState.COMMITTING:
            raise ConflictError(
                "A commit of this upload is under way. Wait for its end, then revert the file to undo it."
            )
        if upload.state is UploadState.COMPLETE and self._may_be_copied(upload):
            raise ConflictError(
                "A commit of this upload ended early, and the file is in raw. Repeat the commit, then "
                "revert the file."
            )
        copied = upload
        if upload.state is not UploadState.ABORTED:
            upload = self._replace(stored, replace(upload, state=UploadState.ABORTED)).upload
        if upload.store_id:
            self.store.abort(self.content(upload_id), upload.store_id)
        self._drop_copy(copied)
        self._forget(upload_id)
        return upload

    def decide(self, upload_id: str, mapping: UploadMapping) -> None:
        """Store the mapping, which outdates earlier checks; raise ConflictError if the upload has ended."""
        stored = self._existing(upload_id)
        _expect(stored.upload, UploadState.COMPLETE)
        self._replace(stored, replace(stored.upload, mapping=mapping, copy_id="", copy_key=""))
        self._drop_copy(stored.upload)

    def edit(self, upload_id: str, edits: Edits) -> None:
        """Store the edits, which outdates earlier checks; raise ConflictError if the upload has ended."""
        stored = self._existing(upload_id)
        _expect(stored.upload, UploadState.COMPLETE)
        self._replace(stored, replace(stored.upload, edits=edits, mapping=None, copy_id="", copy_key=""))
        self._drop_copy(stored.upload)

    def open_raw_file(self, record: FileRecord, mapping: UploadMapping | None = None) -> UploadRecord:
        """Return a file of raw as a complete upload, whose commit is a new version of the file.

        Earlier edits are kept unless a mapping is given. Results of checks are deleted, because the contract
        may have changed.
        """
        upload = replace(UploadRecord.of_file(record, self._now()), mapping=mapping)
        try:
            self.objects.info(upload.content(self.staging_bucket, self.raw_bucket))
        except NotFoundError:
            raise ConflictError(_GONE_FROM_RAW) from None
        stored = self._stored(upload.upload_id)
        if stored and stored.upload.state is UploadState.COMMITTING:
            raise ConflictError(
                "This file is accepted with other decisions at this moment. Read the file again."
            )
        if stored and stored.upload.state is UploadState.COMPLETE and mapping is None:
            upload = replace(upload, edits=stored.upload.edits)
        self._replace(stored, upload)
        if stored:
            self._drop_copy(stored.upload)
        self._forget(upload.upload_id)
        return upload

    def commit(self, upload_id: str, check_id: str = "") -> UploadRecord:
        """Copy the file to raw, which starts the gate; it can be repeated.

        If an earlier commit copied the file and died, the gate skips the second copy. For a file that is too
        large for one call, the upload is returned as `committing`, and the next call continues the copy.

        Args:
            check_id: the check whose result the caller has seen; by default the current mapping is committed.
        """
        stored = self._existing(upload_id)
        upload = stored.upload
        if upload.state is UploadState.COMMITTED:
            return upload
        if upload.state is UploadState.COMMITTING:
            raise ConflictError(
                "Another commit of this upload is under way. Read the upload again for its end."
            )
        _expect(upload, UploadState.COMPLETE)
        if check_id not in {"", upload.check_id}:
            raise ConflictError(
                "The mapping of this upload was changed after its check was read. Read the dry run again."
            )
        is_compared = self._check_is_checked(upload) or upload.size_bytes <= COMPARED_BYTES
        mine = self._replace(stored, replace(upload, state=UploadState.COMMITTING, committing_at=self._now()))
        try:
            source, target = self._moved(upload)
            self.prepare(target, is_compared)
            # A person who maps another sender's file is not its first sender.
            sender = "" if upload.raw_version else upload.by
            raw = ObjectRef(self.raw_bucket, target.key)
            mine = self._with_copy(mine, source, raw, target.size_bytes, sender)
            sent = self.store.copy(source, raw, sender, mine.upload.copy_id)
        except NotFoundError:
            self._replace(mine, replace(upload, state=UploadState.ABORTED))
            self._drop_copy(mine.upload)
            raise ConflictError(_GONE_FROM_RAW if upload.raw_version else _GONE_FROM_STAGING) from None
        except HeadgateError:
            self._replace(mine, replace(upload, copy_id=mine.upload.copy_id, copy_key=mine.upload.copy_key))
            raise
        if sent is None:
            self._replace(mine, replace(mine.upload, state=UploadState.COMPLETE))
            return mine.upload
        return self._committed(mine, keys.file_id(sent.bucket, sent.key, sent.version_id), target.key)

    def _committed(self, mine: _Stored, file_id: str, key: str) -> UploadRecord:
        """Store that the file is in raw, and delete the uploaded file."""
        self._keep_original(mine.upload, file_id)
        upload = replace(mine.upload, state=UploadState.COMMITTED, file_id=file_id, key=key)
        committed = self._replace(mine, replace(upload, copy_id="", copy_key="")).upload
        self.objects.delete(self.content(upload.upload_id))
        return committed

    def _keep_original(self, upload: UploadRecord, file_id: str) -> None:
        """Copy the sent file next to the edited one, unless it may have card data.

        A failure is ignored, because the edited file is already in raw; the record of the edits says whether
        the original is there.
        """
        check = self.dry_run(upload) or {}
        if not upload.raw_version and check.get("original") == SentOriginal.KEPT:
            target = ObjectRef(self.raw_bucket, keys.sent_file_key(file_id, upload.name))
            with suppress(HeadgateError):
                self.store.copy(self.content(upload.upload_id), target, upload.by)

    def _with_copy(
        self, mine: _Stored, source: ObjectRef, raw: ObjectRef, size_bytes: int, sender: str
    ) -> _Stored:
        """Store the id of a large copy before it begins, so that a later call can continue it.

        A copy that no longer exists begins again, unless a call completed it and died before storing that.
        """
        upload = mine.upload
        if upload.copy_id:
            with suppress(NotFoundError):  # S3 deletes copies that are unfinished for long
                self.store.parts(raw, upload.copy_id)
                return mine
            if self.store.copied(source, raw):
                return mine
        copy_id = self.store.begin_copy(source, raw, size_bytes, sender)
        if copy_id == upload.copy_id:
            return mine
        return self._replace(mine, replace(upload, copy_id=copy_id, copy_key=raw.key if copy_id else ""))

    def _drop_copy(self, upload: UploadRecord) -> None:
        """Delete the unfinished copy to raw of a commit."""
        if upload.copy_id:
            self.store.abort(ObjectRef(self.raw_bucket, upload.copy_key), upload.copy_id)

    def _moved(self, upload: UploadRecord) -> tuple[ObjectRef, UploadRecord]:
        """Return the object to copy, and the upload with the key and content of the copy."""
        check = self.dry_run(upload) or {}
        if edited := check.get("committed_as"):
            return ObjectRef(self.staging_bucket, check_key(upload, EDITED)), replace(upload, **edited)
        decided = check.get("decided")
        mapping = UploadMapping.of({**decided, "profiled": ()}) if decided else upload.mapping
        moved = replace(upload, key=upload.committed_key, mapping=mapping)
        return upload.content(self.staging_bucket, self.raw_bucket), moved

    def _check_is_checked(self, upload: UploadRecord) -> bool:
        """Check that the file was checked with its mapping, and has the declared content.

        Returns:
            Whether a check has compared the content with its SHA-256.
        """
        check = self.dry_run(upload) or {}
        rule = (check.get("error") or {}).get("rule")
        if rule == CONTENT_DIFFERS:
            raise content_differs()
        is_decided = upload.mapping or upload.edits
        if is_decided and check.get("state") != CHECKED and rule != TOO_LARGE:
            raise ConflictError(
                "The file was not checked with this mapping. Wait for the end of the dry run, or start "
                "it again."
            )
        return check.get("state") == CHECKED

    def start_dry_run(
        self,
        upload_id: str,
        start: Callable[[str], None],
        is_outdated: Callable[[Mapping[str, Any]], bool] = lambda _: False,
    ) -> Mapping[str, Any]:
        """Start the dry run unless it is running or has a result, and return its status.

        Args:
            is_outdated: whether a result is of an earlier contract, so that the gate checks the file again.
        """
        upload = self.get(upload_id)
        _expect(upload, UploadState.COMPLETE, UploadState.CHECKING, UploadState.CHECKED)
        before = self.dry_run(upload)
        if before and before["state"] != FAILED and not is_outdated(before):
            return before
        begun = {"state": CHECKING, "started_at": self._now()}
        mark = ObjectRef(self.staging_bucket, dry_run_key(upload))
        self.objects.write(mark, json.dumps(begun).encode(), content_type="application/json")
        try:
            start(upload_id)
        except HeadgateError:
            self.objects.delete(mark)  # nothing was started
            raise
        return self.dry_run(upload) or begun

    def dry_run(self, upload: UploadRecord) -> dict[str, Any] | None:
        """Return the dry run of an upload with its current mapping; None before it was started.

        Without a result after its maximum duration it is `failed`.
        """
        try:
            stored: dict[str, Any] = json.loads(
                self.objects.read(ObjectRef(self.staging_bucket, dry_run_key(upload)))
            )
        except NotFoundError:
            return None
        if stored["state"] == CHECKING and not self._is_recent(stored["started_at"], _MAX_CHECK):
            message = (
                "The check ended without a result. Start it again; the log of the dry run names the cause."
            )
            return {"state": FAILED, "error": {"rule": CHECK_DIED, "message": message}}
        return stored

    def content(self, upload_id: str) -> ObjectRef:
        """Return the location of the uploaded file."""
        return ObjectRef(self.staging_bucket, content_key(upload_id))

    def _check(self, name: str, dataset: str) -> None:
        if why := why_not_named(name):
            raise BadInputError(
                rule="file_name",
                message=f"The file name {why}.",
                remedy="Rename the file and upload it again.",
            )
        if dataset and dataset not in self.datasets:
            remedy = (
                f"Name one of {', '.join(sorted(self.datasets))}, or none: then the gate finds it from "
                "the columns."
            )
            raise BadInputError(
                rule="unknown_dataset", message="No contract has the name of this dataset.", remedy=remedy
            )

    def _sha256(self, upload_id: str) -> str:
        with TemporaryDirectory(prefix="headgate-upload-") as folder:
            path = Path(folder) / "content"
            self.objects.download(self.content(upload_id), path)
            with path.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()

    def _continues(self, before: UploadRecord) -> bool:
        """Return whether an upload that was begun before can be continued."""
        if before.state is not UploadState.OPEN:
            return before.state is UploadState.COMPLETE
        try:
            self.store.parts(self.content(before.upload_id), before.store_id)
        except NotFoundError:
            return False
        return True

    def _may_be_copied(self, upload: UploadRecord) -> bool:
        """Return whether a commit that did not end may have copied the file: raw has received an object of
        this key and size since.
        """
        if not upload.committing_at:
            return False
        _, upload = self._moved(upload)
        try:
            newest = self.objects.info(ObjectRef(self.raw_bucket, upload.key))
        except NotFoundError:
            return False
        since = datetime.fromisoformat(upload.committing_at) - _CLOCKS_DIFFER
        return newest.size_bytes == upload.size_bytes and newest.modified_at >= since

    def _is_between_calls(self, upload: UploadRecord) -> bool:
        """Return whether a call has begun a large copy, and the next call may come to continue it."""
        is_copying = upload.state is UploadState.COMPLETE and upload.copy_id and upload.committing_at
        return bool(is_copying) and self._is_recent(upload.committing_at, _MAX_COMMIT)

    def _is_recent(self, at: str, longest: timedelta) -> bool:
        return self.clock() - datetime.fromisoformat(at) < longest

    def _now(self) -> str:
        return self.clock().isoformat(timespec="seconds")

    def _existing(self, upload_id: str) -> _Stored:
        stored = self._stored(upload_id)
        if stored is None:
            raise NotFoundError(
                "There is no upload with this id, or it is older than seven days. Begin it again."
            )
        return stored

    def _stored(self, upload_id: str) -> _Stored | None:
        """Return a stored upload; one whose commit died is complete."""
        try:
            text, etag = self.store.read_with_etag(ObjectRef(self.staging_bucket, upload_key(upload_id)))
        except NotFoundError:
            return None
        upload = UploadRecord.from_json(text)
        if upload.state is UploadState.COMMITTING and not self._is_recent(upload.committing_at, _MAX_COMMIT):
            upload = replace(upload, state=UploadState.COMPLETE)
        return _Stored(upload, etag)

    def _replace(self, stored: _Stored | None, upload: UploadRecord) -> _Stored:
        """Store the upload, if nobody has stored it since it was read."""
        ref = ObjectRef(self.staging_bucket, upload_key(upload.upload_id))
        try:
            etag = self.store.replace(ref, upload.to_json(), stored.etag if stored else "")
        except ConflictError:
            raise ConflictError(
                "Another request changed this upload at the same moment. Read the upload again."
            ) from None
        return _Stored(upload, etag)

    def _forget(self, upload_id: str) -> None:
        """Delete the file and the results of its checks."""
        kept = upload_key(upload_id)
        for item in list(self.objects.list(self.staging_bucket, upload_prefix(upload_id))):
            if item.ref.key != kept:
                self.objects.delete(ObjectRef(self.staging_bucket, item.ref.key))


@dataclass(frozen=True)
class _Stored:
    """A stored upload with its ETag."""

    upload: UploadRecord
    etag: str


def _sizes(sent: Collection[StoredPart], number: int) -> set[int]:
    return {part.size_bytes for part in sent if part.number == number}


def _expect(upload: UploadRecord, *states: UploadState) -> None:
    if upload.state not in states:
        raise ConflictError(
            f"The upload is {upload.state}; this needs an upload that is {' or '.join(states)}."
        )
