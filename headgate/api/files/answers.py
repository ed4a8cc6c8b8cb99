"""Corrected downloads of refused rows that are sent back as files."""

from collections.abc import Mapping
from typing import Any

from headgate.api.files import sent_files
from headgate.api.http.problems import conflict
from headgate.api.lake_ports import LakePorts, record_if_any, senders_of
from headgate.api.shapes.files import AnsweredFile
from headgate.lake.ports import FileRecord
from headgate.lake.states import FileState
from headgate.uploads.row_numbers import RowNumbers


def answered_file(lake: LakePorts, check: Mapping[str, Any]) -> AnsweredFile | None:
    """Return the refused rows that a checked file replaces; None for other files."""
    if not (answers := check.get("answers")) or not (record := _answered_record(lake, check)):
        return None
    edits = senders_of(lake).edits(record.file_id)
    numbers = RowNumbers(edits.get("rows_left_out", ()))
    numbers_sent = {row: numbers.sent(row) for row in answers["rows"]}
    in_sheet = _rows_in_excel(lake, record, edits, numbers_sent)
    return AnsweredFile(
        file_id=record.file_id,
        key=record.key,
        name=edits.get("sent_as") or record.key.rpartition("/")[2],
        rows=tuple(in_sheet.get(row, numbers_sent[row]) for row in answers["rows"]),
    )


def _rows_in_excel(
    lake: LakePorts, record: FileRecord, edits: Mapping[str, Any], rows: Mapping[int, int]
) -> dict[int, int]:
    """Return the rows of a workbook by their number in the committed file; empty for other files.

    Args:
        edits: as stored for the file.
        rows: their numbers in the sent file, without lines above its header.
    """
    from headgate.intake.quarantine.list_quarantine import quarantined_rows

    table = quarantined_rows(lake.objects, lake.bucket("quarantine"), record)
    places = sent_files.rows_as_sent(lake, record, edits, set(rows.values())).places
    in_excel = {
        row: places[number].line for row, number in rows.items() if number in places and places[number].sheet
    }
    if "sheet_row" in table.column_names:
        read = zip(table["source_row"].to_pylist(), table["sheet_row"].to_pylist(), strict=True)
        in_excel |= {row: place for row, place in read if place and row in rows}
    return in_excel


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
    if record is None or record.state is not FileState.DONE or not record.quarantine_key:
        return None
    return record if record.dataset == check["record"]["dataset"] else None
