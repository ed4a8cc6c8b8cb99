"""Files that were not accepted and that nobody needs: a person dismisses them, and they stay in raw."""

from headgate.api.lake_ports import LakePorts, senders_of
from headgate.api.shapes.files import IgnoredGroup
from headgate.lake.ports import FileRecord
from headgate.lake.states import NOT_ACCEPTED


def is_of_file(record: FileRecord, rule: str) -> bool:
    """Return whether a rule is the one that kept a whole file out, so that ignoring it dismisses the file."""
    return record.state in NOT_ACCEPTED and bool(rule) and record.error.get("rule") == rule


def dismissal_of(lake: LakePorts, record: FileRecord) -> IgnoredGroup | None:
    """Return who dismissed a file that was not accepted, when and why; None if nobody did."""
    if record.state not in NOT_ACCEPTED:
        return None
    groups = senders_of(lake).ignored().get(record.file_id, ())
    group = next((group for group in groups if is_of_file(record, group.rule)), None)
    return IgnoredGroup(rows=0, note=group.note, by=group.by, at=group.at) if group else None
