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

    def values(self) -> dict[str, str]:
        """Return the redacted values of all cells that are not empty."""
        return {name: text for name in self.cells if (text := self.value(name))}

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

    Args:
        edits: as stored for the file.
    """
    contract, senders = lake.contracts.source.get(record.dataset), senders_of(lake)
    if contract is None:
        return {}
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
    values: dict[int, SentRow] = {}
    for sent_id in list(dict.fromkeys(outcome.sent_as for outcome in outcomes.values()))[:_MAX_FILES]:
        with suppress(NotFoundError, csv.Error, UnicodeDecodeError):
            sent = lake.ledger.get(sent_id)
            lines = list(csv.DictReader(io.StringIO(lake.objects.read(sent.ref).decode())))
            rows = senders.corrected_rows(record.file_id, sent_id)
            who = senders.uploader(sent)
            for row, line in zip(rows, lines, strict=False):
                if row not in outcomes or outcomes[row].sent_as != sent_id:
                    continue  # a later correction of the row counts
                cells = {name: text for name, text in line.items() if name in shown and text is not None}
                values[row] = SentRow(who, cells, signs)
    return values


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
    """Return the number of a file's duplicates that are in the lake by a correction.

    Args:
        edits: as stored for the file.
    """
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
