"""Find files whose rows were deleted from curated or quarantine although their records count them.

A replay writes them again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.errors import NotFoundError
from headgate.lake.ports import ObjectRef
from headgate.lake.states import FileState

if TYPE_CHECKING:
    from collections.abc import Iterable

    from headgate.lake.ports import FileRecord, ObjectStore


def files_without_rows(
    objects: ObjectStore, records: Iterable[FileRecord], curated_bucket: str, quarantine_bucket: str
) -> list[FileRecord]:
    """Return the accepted files with a missing increment or quarantine object, in order of receipt."""
    missing = [
        record
        for record in records
        if record.state in {FileState.DONE, FileState.REPLAYING}
        and (
            _is_missing(objects, curated_bucket, record.curated_key)
            or _is_missing(objects, quarantine_bucket, record.quarantine_key)
        )
    ]
    return sorted(missing, key=lambda record: (record.received_at, record.file_id))


def _is_missing(objects: ObjectStore, bucket: str, key: str) -> bool:
    if not key:
        return False
    try:
        objects.info(ObjectRef(bucket, key))
    except NotFoundError:
        return True
    return False
