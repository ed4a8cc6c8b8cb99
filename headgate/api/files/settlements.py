"""Files that a later version of the same object replaced, also before a run records it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import islice, takewhile
from typing import TYPE_CHECKING

from headgate.errors import NotFoundError
from headgate.lake import keys
from headgate.lake.file_index import FileFilter, newest_first
from headgate.lake.ports import FileRecord, ObjectRef
from headgate.lake.states import CHECKED
from headgate.lake.versions import History

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.api.lake_ports import LakePorts

# A run records which version replaced a file, so only newer files are read. A list of files that no run has
# merged may be longer; then a settlement shows after the next run.
MAX_NEWER_FILES = 500
_PAGE_SIZE = 100
# A run misses a file that the gate was still processing when the run began.
LONGEST_RUN = timedelta(hours=6)


def with_settlements(lake: LakePorts, records: Sequence[FileRecord]) -> tuple[FileRecord, ...]:
    """Return the records, each with the id of the file that settles it now or after the next run."""
    open_since = min((record.received_at for record in records if _is_open(record)), default="")
    if not open_since:
        return tuple(records)
    since = max(open_since, _newest_run(lake))
    newest = islice(newest_first(lake.files, FileFilter(), _PAGE_SIZE), MAX_NEWER_FILES)
    later = takewhile(lambda record: record.received_at >= since, newest)
    past = History.of({record.file_id: record for record in (*records, *later)}.values())
    return tuple(
        replace(record, closed_by=past.settling_file(record)) if _is_open(record) else record
        for record in records
    )


def _newest_run(lake: LakePorts) -> str:
    """Return the time after which files may be missing in the newest run; empty before the first run."""
    manifest = ObjectRef(lake.bucket("curated"), keys.lake_snapshot_key(keys.CURRENT))
    try:
        return (lake.objects.info(manifest).modified_at - LONGEST_RUN).isoformat()
    except NotFoundError:
        return ""


def _is_open(record: FileRecord) -> bool:
    """Return whether the record has rows or an error to settle, and names no file that did."""
    return record.state in CHECKED and not record.closed_by and bool(record.reasons or record.error)
