"""Corrected downloads of refused rows that are sent back as files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headgate.api.http.problems import conflict
from headgate.api.lake_ports import LakePorts, record_if_any, senders_of
from headgate.api.shapes.uploads import AnsweredFile
from headgate.lake.states import FileState
from headgate.uploads.row_numbers import RowNumbers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headgate.lake.ports import FileRecord


def answered_file(lake: LakePorts, check: Mapping[str, Any]) -> AnsweredFile | None:
    """Return the refused rows that a checked file replaces; None for other files."""
    answers = check.get("answers")
    record = _answered_record(lake, check) if answers else None
    if not answers or record is None:
        return None
    numbers = RowNumbers(senders_of(lake).edits(record.file_id).get("rows_left_out", ()))
    return AnsweredFile(
        file_id=record.file_id, key=record.key, rows=tuple(map(numbers.sent, answers["rows"]))
    )


def open_answers(lake: LakePorts, check: Mapping[str, Any]) -> dict[int, str]:
    """Return the refused rows that a checked file replaces with their rules; empty for other files.

    Raises:
        ProblemError: 409, the references are to rows that are not in quarantine.
    """
    from headgate.intake.quarantine.list_quarantine import quarantined_rows

    if not (answers := check.get("answers")):
        return {}
    record = _answered_record(lake, check)
    rules: dict[int, str] = {}
    if record is not None:
        table = quarantined_rows(lake.objects, lake.bucket("quarantine"), record)
        rules = dict(zip(table["source_row"].to_pylist(), table["rule"].to_pylist(), strict=True))
    if not set(answers["rows"]) <= set(rules):
        raise conflict(
            "The column `reference` names rows that are not in quarantine. Leave its values as they were "
            "downloaded, or remove the column."
        )
    return {row: rules[row] or "" for row in answers["rows"]}


def _answered_record(lake: LakePorts, check: Mapping[str, Any]) -> FileRecord | None:
    """Return the file whose rows are answered, if it is of the dataset and has rows in quarantine."""
    record = record_if_any(lake, check["answers"]["file_id"])
    is_open = record is not None and record.state is FileState.DONE and bool(record.quarantine_key)
    return record if is_open and record and record.dataset == check["record"]["dataset"] else None
