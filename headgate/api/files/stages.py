"""The six stages of a file, from the times in its record."""

from datetime import datetime

from headgate.api.shapes.files import FileStage, StageName, StageState
from headgate.lake.acceptance import Acceptance
from headgate.lake.ports import REPLAY, FileRecord
from headgate.lake.states import DUPLICATE_KEY, NOT_ACCEPTED, UNDER_WAY, FileState
from headgate.lake.versions import has_no_rows

_NAMES: tuple[StageName, ...] = ("upload", "trigger", "processing", "validation", "database", "complete")


def stages_of(record: FileRecord, acceptance: Acceptance | None = None) -> tuple[FileStage, ...]:
    """Return the stages in their order.

    upload: the object is in raw. trigger: a worker started. processing: the worker owns the file and has read
    it. validation: every row was checked. database: accepted and quarantined rows were stored. complete: the
    record was written.
    """
    ended = {"upload": record.received_at, **record.stage_times, "complete": _finished_at(record)}
    is_reverted = record.state is FileState.REVERTED  # the undo wrote the record again, long afterwards
    states = _states(record, {name for name, at in ended.items() if at})
    if acceptance not in {None, Acceptance.OK}:
        states["validation"] = "warning"
    story, before = [], ""
    for name in _NAMES:
        at = ended.get(name, "")
        was_waiting = (is_reverted and name == "complete") or (
            REPLAY in record.stage_times and name == "trigger"
        )
        took = None if was_waiting else _seconds(before, at)
        story.append(
            FileStage(name=name, state=states[name], at=at, seconds=took, message=_message(name, record))
        )
        before = at
    return tuple(story)


def _finished_at(record: FileRecord) -> str:
    """Return when the record was written, in whole seconds, but not before its last stage in milliseconds."""
    stored = record.stage_times.get("database", "")
    return stored if record.finished_at and stored.startswith(record.finished_at) else record.finished_at


def _states(record: FileRecord, reached: set[str]) -> dict[StageName, StageState]:
    """Return each stage's state."""
    if record.state in UNDER_WAY:
        first = next((name for name in _NAMES if name not in reached), "complete")
        place = _NAMES.index(first)
        return {
            name: "done" if n < place else "running" if n == place else "pending"
            for n, name in enumerate(_NAMES)
        }
    if record.state is FileState.WAITING:
        return dict.fromkeys(_NAMES, "pending")
    if record.state in {FileState.DONE, FileState.REVERTED}:
        return dict.fromkeys(_NAMES, "done")
    last_stages = {FileState.SKIPPED_DUPLICATE: "processing", FileState.IGNORED: "trigger"}
    place = _NAMES.index(last_stages.get(record.state, "validation"))
    ends_well = record.state in {*last_stages, FileState.PROFILED}
    states: dict[StageName, StageState] = {
        name: "done" if n < place + ends_well else "skipped" for n, name in enumerate(_NAMES)
    }
    states["complete"] = "done" if ends_well or record.state in NOT_ACCEPTED else "failed"
    if not ends_well:
        needs_decision = record.state is FileState.NEEDS_MAPPING
        states["validation"] = "warning" if needs_decision else "failed"
    return states


def _message(name: StageName, record: FileRecord) -> str:
    if name == "validation" and record.state is FileState.DONE:
        if has_no_rows(record):
            return "The file has a header and no rows"
        same_key = record.reasons.get(DUPLICATE_KEY, 0)
        equal = record.duplicates - same_key
        counts = f"{record.accepted:,} accepted, {record.quarantined:,} refused"
        duplicates = f"{equal:,} duplicate{'' if equal == 1 else 's'}"
        others = f", {same_key:,} with the key of another row" if same_key else ""
        return f"{record.received:,} rows: {counts}, {duplicates}{others}"
    stage_of_error = "complete" if record.state is FileState.REVERTED else "validation"
    if name == stage_of_error and (message := record.error.get("message")):
        return message
    if name == "processing" and record.state is FileState.SKIPPED_DUPLICATE:
        return record.error.get("message") or "Duplicate File Skipped: this content was processed before"
    if name == "processing" and record.state is FileState.HANDED_OVER:
        return "A larger worker continues with the file"
    return f"{record.size_bytes:,} bytes" if name == "upload" else ""


def _seconds(before: str, at: str) -> float | None:
    """Return the seconds between two timestamps; None if one is not recorded."""
    if not before or not at:
        return None
    return max(0.0, round((datetime.fromisoformat(at) - datetime.fromisoformat(before)).total_seconds(), 3))
