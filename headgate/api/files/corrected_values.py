"""Corrections of quarantined rows: outcome, value and sender."""

from __future__ import annotations

import csv
import io
import json
import re
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from headgate.api.lake_ports import LakePorts, senders_of
from headgate.contracts.model import Kind
from headgate.contracts.source_format import EITHER
from headgate.errors import NotFoundError
from headgate.lake import keys
from headgate.lake.states import DUPLICATE_RULES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from headgate.intake.quarantine.correction_outcomes import CorrectionOutcome, CorrectionOutcomes
    from headgate.lake.ports import FileRecord

_DECIMAL = re.compile(r"-?\d+\.\d+")
_BETWEEN_THOUSANDS = re.compile(r"(?<=\d)(?=(?:\d{3})+$)")
_MAX_FILES = 20  # of corrections, read for one page
_MAX_LENGTH = 80


@dataclass(frozen=True)
class SentRow:
    """A row that was sent as a correction: its sender, and its unmasked cells."""

    by: str
    cells: Mapping[str, str]
    decimal_signs: Mapping[str, tuple[str, str]]

    def has_key_of(self, record: Mapping[str, Any], key: Sequence[str]) -> bool:
        """Return whether the row was sent with the key of a quarantined one."""
        return bool(key) and all(self.cells.get(name) == record.get(name) for name in key)

    def written(self, shown: Mapping[str, Any]) -> dict[str, str | None]:
        """Return the redacted values of the cells that a person wrote; null for a cell that was left empty.

        Args:
            shown: the refused row as quarantine shows it. Its other cells were sent as they were.
        """
        from headgate.masking.redaction import redact_text

        return {
            name: self.value(name) or None
            for name, text in self.cells.items()
            if (shown.get(name) or "") not in {text, redact_text(text)}
        }

    def value(self, column: str) -> str:
        """Return the redacted value of a column, an amount in the spelling of the file such as `19,90`."""
        from headgate.masking.redaction import redact_text

        text = self.cells.get(column, "")
        if signs := self.decimal_signs.get(column):
            text = _amount(text, *signs)
        return redact_text(text)[:_MAX_LENGTH]

    def is_empty(self, column: str) -> bool:
        """Return whether the cell of a column that is not masked was left empty."""
        return self.cells.get(column) == ""


def _amount(text: str, decimal_sign: str, thousands_sign: str) -> str:
    """Return a number with at least two decimals, and without further trailing zeros."""
    if not _DECIMAL.fullmatch(text):
        return text
    whole, _, places = text.partition(".")
    whole = _BETWEEN_THOUSANDS.sub(thousands_sign, whole)
    return f"{whole}{decimal_sign}{places.rstrip('0').ljust(2, '0')}"


def sent_values(
    lake: LakePorts, record: FileRecord, edits: Mapping[str, Any], outcomes: Mapping[int, CorrectionOutcome]
) -> dict[int, SentRow]:
    """Return the corrections of quarantined rows, by row of the corrected file.

    Corrections whose file was masked or deleted since are left out, and so are masked columns.
    """
    values: dict[int, SentRow] = {}
    for sent_id in list(dict.fromkeys(outcome.sent_as for outcome in outcomes.values()))[:_MAX_FILES]:
        with suppress(NotFoundError):
            rows = _sent_rows(lake, record, edits, lake.ledger.get(sent_id))
            # A later correction of a row counts.
            newest = {row for row, outcome in outcomes.items() if outcome.sent_as == sent_id}
            values |= {row: sent for row, sent in rows if row in newest}
    return values


def written_cells(lake: LakePorts, correction: FileRecord) -> dict[int, dict[str, str | None]]:
    """Return the cells that a person wrote in each row of a correction, by row; none of another file."""
    from headgate.intake.quarantine.list_quarantine import quarantined_rows

    file_id = keys.corrected_file(correction.key)
    if not file_id:
        return {}
    try:
        original = lake.ledger.get(file_id)
        table = quarantined_rows(lake.objects, lake.bucket("quarantine"), original)
    except NotFoundError:
        return {}
    shown = dict(zip(table["source_row"].to_pylist(), table["record"].to_pylist(), strict=True))
    sent = _sent_rows(lake, original, senders_of(lake).edits(file_id), correction)
    return {
        place: cells.written(json.loads(shown.get(row) or "{}")) for place, (row, cells) in enumerate(sent, 1)
    }


def _sent_rows(
    lake: LakePorts, record: FileRecord, edits: Mapping[str, Any], sent: FileRecord
) -> list[tuple[int, SentRow]]:
    """Return the rows of a correction with their rows of the corrected file; none if it cannot be read."""
    contract, senders = lake.contracts.source.get(record.dataset), senders_of(lake)
    if contract is None:
        return []
    shown = {column.name for column in contract.columns if column.mask is None}
    formats = edits.get("formats", {})
    signs = {
        column.name: (
            str(formats.get(column.name, {}).get("decimal", ".")).replace(EITHER, "."),
            str(formats.get(column.name, {}).get("thousands") or ""),
        )
        for column in contract.columns
        if column.type.kind is Kind.DECIMAL
    }
    try:
        lines = list(csv.DictReader(io.StringIO(lake.objects.read(sent.ref).decode())))
    except (NotFoundError, csv.Error, UnicodeDecodeError):
        return []
    who, rows = senders.uploader(sent), senders.corrected_rows(record.file_id, sent.file_id)
    return [
        (row, SentRow(who, {k: v for k, v in line.items() if k in shown and v is not None}, signs))
        for row, line in zip(rows, lines, strict=False)
    ]


def correction_outcomes(lake: LakePorts) -> CorrectionOutcomes:
    """Return the reader of correction outcomes."""
    from headgate.intake.quarantine.correction_outcomes import CorrectionOutcomes

    senders = senders_of(lake)
    return CorrectionOutcomes(lake.objects, lake.ledger, senders, lake.bucket("quarantine"))


def accepted_corrections(outcomes: Mapping[int, CorrectionOutcome]) -> dict[int, CorrectionOutcome]:
    """Return the outcomes of the rows whose correction was accepted."""
    return {row: outcome for row, outcome in outcomes.items() if outcome.state == "accepted"}


def corrected_rows(lake: LakePorts, file_id: str, outcomes: Mapping[int, CorrectionOutcome]) -> int:
    """Return the number of rejected rows with an accepted correction, by all outcomes of a file."""
    accepted = accepted_corrections(outcomes)
    if not accepted:
        return 0
    senders = senders_of(lake)
    rules: dict[int, str] = {}
    for sent_id in senders.corrections(file_id):
        rules |= senders.corrected_rows(file_id, sent_id)
    return sum(rules.get(row, "") not in DUPLICATE_RULES for row in accepted)


def corrected_again(lake: LakePorts, correction: FileRecord) -> int:
    """Return the number of refused rows of a correction that a later one brought in; 0 for another file."""
    original = keys.corrected_file(correction.key)
    if not original:
        return 0
    try:
        rows = senders_of(lake).corrected_rows(original, correction.file_id)
        accepted = accepted_corrections(correction_outcomes(lake).of_file(original))
    except NotFoundError:
        return 0
    return sum(row in accepted and accepted[row].sent_as != correction.file_id for row in rows)


@dataclass(frozen=True)
class EnteredDuplicates:
    """Rows that lost to another row of their key, and were accepted when a person sent them again.

    Attributes:
        taken_instead: rows that were sent with their own key, and replace the other row.
        given_another_key: the others.
    """

    taken_instead: int = 0
    given_another_key: int = 0


def entered_duplicates(
    lake: LakePorts, record: FileRecord, edits: Mapping[str, Any], outcomes: Mapping[int, CorrectionOutcome]
) -> EnteredDuplicates:
    """Return the number of a file's duplicates that are in the lake by a correction."""
    from headgate.intake.quarantine.list_quarantine import quarantined_rows

    accepted = accepted_corrections(outcomes)
    if not record.duplicates or not record.quarantine_key or not accepted:
        return EnteredDuplicates()
    table = quarantined_rows(lake.objects, lake.bucket("quarantine"), record)
    rows = table.select(["source_row", "rule", "record"]).to_pylist()
    duplicates = {
        row["source_row"]: json.loads(row["record"] or "{}")
        for row in rows
        if row["source_row"] in accepted and row["rule"] in DUPLICATE_RULES
    }
    if not duplicates:
        return EnteredDuplicates()
    contract = lake.contracts.source.get(record.dataset)
    sent, key = sent_values(lake, record, edits, accepted), contract.key if contract else ()
    instead = sum(row in sent and sent[row].has_key_of(own, key) for row, own in duplicates.items())
    return EnteredDuplicates(instead, len(duplicates) - instead)
