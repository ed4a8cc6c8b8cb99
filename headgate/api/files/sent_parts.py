"""The parts of a sent content, such as the sheets of a workbook, that files of the lake have."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from headgate.api.lake_ports import LakePorts, record_if_any, senders_of
from headgate.api.shapes.files import OpenPart
from headgate.api.shapes.uploads import PartInLake
from headgate.lake.ports import FileRecord
from headgate.lake.recorded_sheets import left_out_sheets, lists_sheet
from headgate.lake.states import FileState

_MAX_LOOKED_UP = 100  # sheets of two years by week, for example
# A duplicate has the rows of another file of the lake; of a part of no dataset only the profile is kept.
_COMMITTED = {FileState.DONE, FileState.SKIPPED_DUPLICATE, FileState.PROFILED}


def parts_in_lake(lake: LakePorts, sha256: str, parts: Sequence[str]) -> tuple[PartInLake, ...]:
    """Return the parts of a content that were committed before and not reverted, of the first 100 parts."""
    if not parts:
        return ()
    unchanged = record_if_any(lake, lake.files.accepted_with(sha256, [*lake.contracts.source]))
    return tuple(_in_lake(lake, sha256, unchanged, parts[:_MAX_LOOKED_UP]))


def _in_lake(
    lake: LakePorts, sha256: str, unchanged: FileRecord | None, parts: Sequence[str]
) -> Iterator[PartInLake]:
    senders = senders_of(lake)
    for part in parts:
        records = [record_if_any(lake, senders.edited_copy(sha256, part))]
        if unchanged and lists_sheet(unchanged.written_as.get("sheets", ""), part):
            records.append(unchanged)
        committed = (record for record in records if record and record.state in _COMMITTED)
        if record := next(committed, None):
            yield PartInLake(name=part, file_id=record.file_id, since=record.finished_at or None)


def offered_parts(check: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the parts of a checked file to commit one after the other.

    Most lists of records are details of the records around them, so only those with a dataset are offered.
    Hidden sheets, and sheets of a row or of facts, such as a cover, are not offered.
    """
    counted, datasets = check.get("part_rows", {}), check.get("part_datasets", {})
    others = {*check.get("covers", ()), *check.get("hidden_parts", ())}
    offered = (part for part in check.get("parts", ()) if part not in others)
    return tuple(part for part in offered if part not in counted or part in datasets)


def open_parts(lake: LakePorts, record: FileRecord, edits: Mapping[str, Any]) -> tuple[OpenPart, ...]:
    """Return the parts of the content that a person sent which no file of the lake has."""
    if record.state is not FileState.DONE:
        return ()
    sha256 = edits.get("sent_sha256", "") or record.content_sha256
    parts = edits.get("parts", ()) if edits else _further_sheets(lake, record)
    others = [part for part in parts if not lists_sheet(edits.get("part", ""), part)]
    taken = {part.name for part in parts_in_lake(lake, sha256, others)}
    lists = edits.get("lists", ())
    return tuple(
        OpenPart(name=part, is_list=part in lists) for part in others[:_MAX_LOOKED_UP] if part not in taken
    )


def _further_sheets(lake: LakePorts, record: FileRecord) -> list[str]:
    """Return the sheets with rows that were not read, of those that a check offered before the commit."""
    sheets = left_out_sheets(record.written_as.get("left_out", ""))
    offered = senders_of(lake).offered_parts(record.file_id) if sheets else None
    return sheets if offered is None else [name for name in sheets if name in offered]
