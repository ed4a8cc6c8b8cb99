"""Find files whose rows were deleted from curated or quarantine although their records count them.

A replay writes them again.
"""

from collections.abc import Iterable

from headgate.lake.ports import FileRecord, ObjectRef, ObjectStore, is_stored
from headgate.lake.states import FileState


def files_without_rows(
    objects: ObjectStore, records: Iterable[FileRecord], curated_bucket: str, quarantine_bucket: str
) -> list[FileRecord]:
    """Return the accepted files with a missing increment or quarantine object, in order of receipt."""

    def has_rows(record: FileRecord) -> bool:
        places = (curated_bucket, record.curated_key), (quarantine_bucket, record.quarantine_key)
        return all(is_stored(objects, ObjectRef(bucket, key)) for bucket, key in places if key)

    checked = (record for record in records if record.state in {FileState.DONE, FileState.REPLAYING})
    missing = (record for record in checked if not has_rows(record))
    return sorted(missing, key=lambda record: (record.received_at, record.file_id))
