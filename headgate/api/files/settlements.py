"""Files that a later version of the same object replaced, also before a run records it."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice, takewhile
from typing import TYPE_CHECKING

from headgate.lake.file_index import FileFilter, newest_first
from headgate.lake.states import CHECKED
from headgate.lake.versions import History

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.api.lake_ports import LakePorts
    from headgate.lake.ports import FileRecord

# A run records which version replaced a file, so only files that came after the last run are read for it.
MAX_NEWER_FILES = 2_000
_PAGE_SIZE = 500


def with_settlements(lake: LakePorts, records: Sequence[FileRecord]) -> tuple[FileRecord, ...]:
    """Return the records with the id of the file that settles each, now or after the next run."""
    may_be_settled = [record for record in records if _is_open(record)]
    if not may_be_settled:
        return tuple(records)
    since = min(record.received_at for record in may_be_settled)
    newest = islice(newest_first(lake.files, FileFilter(), _PAGE_SIZE), MAX_NEWER_FILES)
    later = takewhile(lambda record: record.received_at >= since, newest)
    past = History.of({record.file_id: record for record in (*records, *later)}.values())
    return tuple(
        replace(record, closed_by=past.settling_file(record)) if _is_open(record) else record
        for record in records
    )


def _is_open(record: FileRecord) -> bool:
    """Return whether the record has rows or an error to settle, and names no file that did."""
    return record.state in CHECKED and not record.closed_by and bool(record.reasons or record.error)
