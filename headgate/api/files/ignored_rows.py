"""Refused rows that need no correction, such as test orders: a person ignores them by reason, with a note.

A file that was not accepted is dismissed in the same way, by the rule that it broke.
"""

from headgate.api.files.corrected_values import correction_outcomes
from headgate.api.files.dismissals import is_of_file
from headgate.api.files.file_records import record_of
from headgate.api.files.rejection_groups import is_open, of_group
from headgate.api.http.access import CallerIdentity
from headgate.api.http.problems import conflict, invalid
from headgate.api.lake_ports import LakePorts, senders_of
from headgate.api.shapes.files import RowsToIgnore
from headgate.errors import ConflictError, NotFoundError
from headgate.lake import keys
from headgate.lake.ignored_rows import IgnoredRows, ignored_of_text, text_of_ignored
from headgate.lake.ports import ObjectRef
from headgate.lake.states import DUPLICATE_RULES
from headgate.masking.redaction import redact_text


def ignore(lake: LakePorts, caller: CallerIdentity, file_id: str, asked: RowsToIgnore) -> None:
    """Ignore the waiting rows of a group, or take that back; repeating is safe.

    Raises:
        ProblemError: 409, no row of the group waits for a correction, or others ignored rows at the same
            moment.
    """
    record_of(lake, file_id)
    before = senders_of(lake).ignored().get(file_id, ())
    others = tuple(group for group in before if (group.rule, group.column) != (asked.rule, asked.column))
    if not asked.is_ignored:
        _keep(lake, file_id, others)
    elif len(others) == len(before):
        group = IgnoredRows(
            asked.rule,
            asked.column,
            _waiting(lake, file_id, asked),
            redact_text(asked.note.strip()),
            caller.name,
            lake.now().isoformat(timespec="seconds"),
        )
        _keep(lake, file_id, (*others, group))


def _waiting(lake: LakePorts, file_id: str, asked: RowsToIgnore) -> int:
    from headgate.intake.quarantine.list_quarantine import quarantined_rows

    record = record_of(lake, file_id)
    if is_of_file(record, asked.rule):
        if not asked.note.strip():
            raise invalid("body.note", "note", "Write why the file is not needed.")
        return 0
    if not record.quarantine_key or asked.rule in DUPLICATE_RULES:
        raise conflict("No row of this reason waits for a correction.")
    table = of_group(
        quarantined_rows(lake.objects, lake.bucket("quarantine"), record, rule=asked.rule),
        asked.rule,
        asked.column,
    )
    corrected = correction_outcomes(lake).of_file(file_id)
    waiting = sum(is_open(corrected.get(row)) for row in table.column("source_row").to_pylist())
    if not waiting:
        raise conflict("No row of this reason waits for a correction.")
    return waiting


def _keep(lake: LakePorts, file_id: str, groups: tuple[IgnoredRows, ...]) -> None:
    ref = ObjectRef(lake.bucket("artifacts"), keys.ignored_rows_key())
    try:
        text, etag = lake.uploads.read_with_etag(ref)
    except NotFoundError:
        text, etag = b"{}", ""
    before = ignored_of_text(text)
    if before.get(file_id, ()) == groups:
        return
    try:
        lake.uploads.replace(ref, text_of_ignored({**before, file_id: groups}), etag)
    except ConflictError:
        raise conflict("Somebody else ignored rows at the same moment. Repeat it.") from None
