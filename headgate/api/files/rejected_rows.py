from __future__ import annotations

import json
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from headgate.api.files.corrected_values import SentRow, correction_outcomes, sent_values, written_cells
from headgate.api.files.earlier_corrections import earlier_corrections
from headgate.api.files.file_records import is_in_snapshot, record_of
from headgate.api.files.personal_values import row_without_values, sees_values
from headgate.api.files.ragged_cells import RaggedCells, ragged_cells
from headgate.api.files.refused_columns import columns_by_rule
from headgate.api.files.rejection_groups import of_group, rejection_groups, unique_columns
from headgate.api.files.sent_files import may_read_original, rows_as_sent
from headgate.api.http import cursors
from headgate.api.lake_ports import LakePorts, senders_of
from headgate.api.shapes.files import (
    QuarantineCounts,
    QuarantineLine,
    ReasonCount,
    RefusedCell,
    RejectedRow,
    RejectedRows,
    RejectionGroup,
    WaitingFile,
)
from headgate.contracts.model import Level
from headgate.lake import keys
from headgate.lake.states import DUPLICATE_RULES, QUARANTINED_ROW_COLUMNS, RAGGED_ROW, RAGGED_TEXT

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    import pyarrow as pa

    from headgate.api.http.access import CallerIdentity
    from headgate.contracts.model import Contract
    from headgate.intake.quarantine.correction_outcomes import CorrectionOutcome
    from headgate.lake.ports import FileRecord
    from headgate.uploads.row_numbers import RowNumbers
    from headgate.uploads.sent_rows import SentRows

_MAX_WAITING = 200
_REPLACES = "Row {row} has the same key and was kept at first. This row replaces it from the next run on."
_REPLACED = "Row {row} has the same key and was kept at first. This row replaced it."


def page(
    lake: LakePorts,
    caller: CallerIdentity,
    file_id: str,
    rule: str,
    group: str | None = None,
    *,
    limit: int,
    cursor: str,
    as_sent: bool = False,
) -> RejectedRows:
    """Return a page of a file's quarantined rows, in the file's order and with the caller's visible values.

    Args:
        rule: only rows that broke this rule, alone or with others; empty for all.
        group: only rows whose first reason is the rule in this column; None for all.
        as_sent: add the cells of the file that was sent, for its sender and for operators.
    """
    from headgate.intake.quarantine.list_quarantine import quarantined_rows

    first = int(str(cursors.decode(cursor, int))) if cursor else 0
    record = record_of(lake, file_id)
    reasons = reasons_of(record.reasons)
    if not record.quarantine_key:
        return RejectedRows(reasons=reasons, rows=(), total=0)
    table = quarantined_rows(lake.objects, lake.bucket("quarantine"), record, rule=rule)
    if group is not None:
        table = of_group(table, rule, group)
    corrected, shows_values = correction_outcomes(lake).of_file(file_id), sees_values(lake, caller, record)
    groups: tuple[RejectionGroup, ...] = ()
    if not first and not rule:
        ignored = senders_of(lake).ignored().get(file_id, ())
        groups = rejection_groups(lake, record, table, corrected, ignored, shows_values=shows_values)
    following = first + limit
    edits, part = senders_of(lake).edits(file_id), table.slice(max(0, first), limit)
    rows = _rows(lake, record, part, edits, corrected, shows_values=shows_values)
    sent = rows_as_sent(lake, record, edits, {row.sent_row or row.source_row for row in rows})
    shows_cells = as_sent and shows_values and may_read_original(lake, caller, record)
    return RejectedRows(
        reasons=reasons,
        groups=groups,
        rows=tuple(_placed(row, sent, shows_cells=shows_cells) for row in rows),
        sent_columns=sent.names if shows_cells else (),
        reference=keys.reference_of(file_id),
        total=table.num_rows,
        key=key_of(lake, record),
        next_cursor=cursors.encode(following) if following < table.num_rows else "",
    )


def _placed(row: RejectedRow, sent: SentRows, *, shows_cells: bool) -> RejectedRow:
    """Return the row with its place and, if shown, its cells in the file that was sent."""
    number = row.sent_row or row.source_row
    place = sent.places.get(number)
    cells = sent.cells.get(number, ()) if shows_cells else ()
    return row.model_copy(
        update={
            "line": place.line if place else None,
            "sheet": place.sheet if place else "",
            "sent_cells": cells,
        }
    )


def _rows(
    lake: LakePorts,
    record: FileRecord,
    table: pa.Table,
    edits: Mapping[str, Any],
    corrected: Mapping[int, CorrectionOutcome],
    *,
    shows_values: bool,
) -> tuple[RejectedRow, ...]:
    """Return rows of a file's quarantine table with their corrections and the reasons from its edits."""
    from headgate.intake.rows.duplicate_reasons import is_as_new
    from headgate.uploads.edited_rows import reasons_as_written
    from headgate.uploads.row_numbers import RowNumbers

    listed = table.select(
        [name for name in QUARANTINED_ROW_COLUMNS if name in table.column_names]
    ).to_pylist()
    # Corrections are typed as the file that they correct writes its values.
    corrects = keys.corrected_file(record.key)
    formats = (senders_of(lake).edits(corrects) if corrects else edits).get("formats", {})
    as_written = reasons_as_written(formats, lake.contracts.source.get(record.dataset))
    reason_of_row = edits.get("row_reasons", {})
    numbers = RowNumbers(edits.get("rows_left_out", ()))
    unique = unique_columns(lake.contracts.source.get(record.dataset))
    sent = sent_values(lake, record, edits, corrected) if shows_values else {}
    replacing = {
        row: numbers.in_words(text)
        for row, text in _replacing_reasons(lake, record, listed, corrected, sent).items()
    }
    ragged = ragged_cells(lake, record, edits, listed) if shows_values else None
    earlier = earlier_corrections(lake, record, listed) if shows_values else {}
    written = written_cells(lake, record) if shows_values else {}
    refusing = _refusing_reasons(formats, lake.contracts.source.get(record.dataset))
    return tuple(
        row_of(
            row if shows_values else row_without_values(row),
            unique,
            corrected.get(row["source_row"]),
            as_written,
            may_replace=is_as_new(row["reason"] or ""),
            reason=replacing.get(row["source_row"], reason_of_row.get(str(row["source_row"]))),
            is_taken_instead=row["source_row"] in replacing,
            sent=sent.get(row["source_row"]),
            ragged=ragged,
            numbers=numbers,
        ).model_copy(
            update={
                "earlier": earlier.get(row["source_row"]),
                "also_refused": _also_refused(row, corrected.get(row["source_row"]), refusing),
                **({"corrected_cells": cells} if (cells := written.get(row["source_row"])) else {}),
            }
        )
        for row in listed
    )


def _refusing_reasons(
    formats: Mapping[str, Mapping[str, Any]], contract: Contract | None
) -> dict[tuple[str, str], str]:
    """Return why a value that breaks a rule is refused, by column and rule; none for a rule that warns."""
    from headgate.uploads.edited_rows import rule_reasons_as_written

    columns = contract.columns if contract else ()
    warning = {(each.name, rule.name) for each in columns for rule in each.rules if rule.level is Level.WARN}
    reasons = rule_reasons_as_written(formats, contract)
    return {place: reason for place, reason in reasons.items() if place not in warning}


def _also_refused(
    row: Mapping[str, Any], outcome: CorrectionOutcome | None, reasons: Mapping[tuple[str, str], str]
) -> tuple[RefusedCell, ...]:
    """Return the refused cells of a row, or of its correction, beside the first one."""
    rules = (*(outcome.rules if outcome else ()), *json.loads(row.get("all_rules") or "[]"))
    cells: dict[str, RefusedCell] = {}
    for rule, _, column in (code.partition(":") for code in rules):
        reason = reasons.get((column, rule))
        if reason and column != row["column_name"] and column not in cells:
            cells[column] = RefusedCell(column=column, rule=rule, reason=reason)
    return tuple(cells.values())


def key_of(lake: LakePorts, record: FileRecord) -> tuple[str, ...]:
    """Return the columns of the key of a file's dataset; none of an unknown dataset."""
    contract = lake.contracts.source.get(record.dataset)
    return tuple(contract.key) if contract else ()


def _replacing_reasons(
    lake: LakePorts,
    record: FileRecord,
    rows: Iterable[Mapping[str, Any]],
    corrected: Mapping[int, CorrectionOutcome],
    sent: Mapping[int, SentRow],
) -> dict[int, str]:
    """Return what to say of duplicates that a person sent again with their own key, by source row."""
    from headgate.intake.rows.duplicate_reasons import is_as_new, kept_row

    reasons: dict[int, str] = {}
    merged: dict[str, bool] = {}
    key = key_of(lake, record)
    for row in rows:
        number, reason = row["source_row"], row["reason"] or ""
        outcome, again = corrected.get(number), sent.get(number)
        if not (outcome and again and outcome.state == "accepted" and is_as_new(reason)):
            continue
        if again.has_key_of(json.loads(row["record"]) if row.get("record") else {}, key):
            if outcome.sent_as not in merged:
                merged[outcome.sent_as] = is_in_snapshot(lake, outcome.sent_as)
            text = _REPLACED if merged[outcome.sent_as] else _REPLACES
            reasons[number] = text.format(row=kept_row(reason))
    return reasons


def reasons_of(reasons: Mapping[str, int]) -> tuple[ReasonCount, ...]:
    """Return the number of rows by rule, largest first."""
    return tuple(
        ReasonCount(rule=rule, rows=rows)
        for rule, rows in sorted(reasons.items(), key=lambda reason: (-reason[1], reason[0]))
    )


def row_of(
    row: Mapping[str, Any],
    unique: Collection[str] = (),
    correction: CorrectionOutcome | None = None,
    reasons: Mapping[tuple[str, str], str] = MappingProxyType({}),
    *,
    may_replace: bool = False,
    reason: str | None = None,
    is_taken_instead: bool = False,
    sent: SentRow | None = None,
    ragged: RaggedCells | None = None,
    numbers: RowNumbers | None = None,
) -> RejectedRow:
    """Return a row of the quarantine table.

    Args:
        reasons: texts that replace a reason of the gate, by column and reason.
        reason: text that replaces the reason of this row; overrides `reasons`.
        sent: the correction of this row.
        ragged: the assignment of cells if the row is ragged.
        numbers: row numbers of the sent file if the committed one may lack rows.
    """
    gate, column = row["reason"] or "", row["column_name"] or ""
    of_correction = {each: own for (_, each), own in reasons.items()}
    record = shown = json.loads(row["record"]) if row.get("record") else {}
    cells: dict[str, str] = {}
    hidden_cells: dict[str, str] = {}
    if ragged and row["rule"] == RAGGED_ROW and RAGGED_TEXT in record:
        hidden_cells = ragged.hidden(record)
        cells, record = ragged.of(record), {RAGGED_TEXT: ragged.line(record)}
    said = reasons.get((column, gate), gate)
    if numbers:
        said = numbers.in_words(said)
    return RejectedRow(
        source_row=row["source_row"],
        sheet_row=row.get("sheet_row"),
        sent_row=numbers.sent(row["source_row"]) if numbers and numbers.left_out else None,
        disposition=row["disposition"],
        rule=row["rule"] or "",
        column=column,
        value=row["masked_value"],
        reason=said if reason is None else reason,
        all_rules=_text(row.get("all_rules")),
        record={name: None if value is None else str(value) for name, value in record.items()},
        is_unique=row["column_name"] in unique,
        may_replace=may_replace,
        is_taken_instead=is_taken_instead,
        correction=correction.state if correction else None,
        corrected_by=correction.sent_as if correction else "",
        correction_reason=of_correction.get(correction.reason, correction.reason) if correction else "",
        corrected_as=sent.by if sent else "",
        corrected_cells=sent.written(shown) if sent else {},
        cells=cells,
        hidden_cells=hidden_cells,
    )


def counts(lake: LakePorts, dataset: str, rule: str) -> QuarantineCounts:
    """Return the open quarantined rows and rejected files by dataset and rule, and the waiting files."""
    from headgate.intake.quarantine.list_quarantine import count_quarantined, open_rows, waiting_files

    records = list(lake.ledger.records())
    corrected = correction_outcomes(lake).replaced_rows(records)
    listed = count_quarantined(records, corrected)
    lines = [line for line in listed if dataset in ("", line.dataset) and rule in ("", line.rule)]
    waiting = [
        (record, rows)
        for record, rows in waiting_files(records, corrected)
        if dataset in ("", record.dataset)
        and (rule in ("", record.error.get("rule")) or rule in open_rows(record, corrected))
    ]
    shown = {line.dataset for line in lines}
    columns = columns_by_rule(lake, [record for record, _ in waiting if record.dataset in shown], corrected)
    return QuarantineCounts(
        lines=tuple(
            QuarantineLine(
                dataset=line.dataset,
                rule=line.rule,
                columns=tuple(columns.get((line.dataset, line.rule), ())),
                files=line.files,
                files_rejected=line.files_rejected,
                rows=line.rows,
            )
            for line in lines
        ),
        waiting=tuple(_waiting(record, rows, corrected) for record, rows in waiting[:_MAX_WAITING]),
        files_waiting=len(waiting),
    )


def _waiting(record: FileRecord, rows: int, corrected: Mapping[str, Mapping[str, int]]) -> WaitingFile:
    from headgate.intake.quarantine.list_quarantine import open_rows

    waiting = {rule: n for rule, n in open_rows(record, corrected).items() if rule not in DUPLICATE_RULES}
    return WaitingFile(
        file_id=record.file_id,
        key=record.key,
        state=record.state,
        received_at=record.received_at,
        received=record.received,
        dataset=record.dataset,
        rows=rows,
        reasons=reasons_of(waiting),
        content_sha256=record.content_sha256,
    )


def _text(value: object) -> str:
    return ", ".join(str(rule) for rule in value) if isinstance(value, list) else str(value or "")
