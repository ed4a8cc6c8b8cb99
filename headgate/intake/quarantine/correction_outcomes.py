"""Outcomes of corrected rows: a correction is a file of its own, and the row stays in quarantine."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from headgate.errors import NotFoundError
from headgate.intake.quarantine.list_quarantine import quarantined_rows
from headgate.lake import keys
from headgate.lake.states import NOT_ACCEPTED, FileState

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from headgate.lake.ports import FileLedger, FileRecord, ObjectStore
    from headgate.lake.senders import Senders

Outcome = Literal["sent", "accepted", "refused"]


@dataclass(frozen=True)
class CorrectionOutcome:
    """The outcome of the newest correction of a row.

    Attributes:
        sent_as: id of the file with the corrected row.
        reason: why the gate refused the corrected row; empty if it did not.
        rules: every rule that the corrected row broke, with its column: `type:price`.
    """

    state: Outcome
    sent_as: str
    reason: str = ""
    rules: tuple[str, ...] = ()


@dataclass(frozen=True)
class CorrectionOutcomes:
    """Reads the outcomes of corrected rows."""

    objects: ObjectStore
    ledger: FileLedger
    senders: Senders
    quarantine_bucket: str

    def of_file(self, file_id: str) -> dict[int, CorrectionOutcome]:
        """Return the outcome of the newest correction of each corrected row of a file.

        Rows whose correction was reverted are open again, and are not included.
        """
        newest: dict[int, CorrectionOutcome] = {}
        for sent_id in self.senders.corrections(file_id):
            newest |= self._outcomes(sent_id, list(self.senders.corrected_rows(file_id, sent_id)))
        return newest

    def replaced_rows(self, records: Iterable[FileRecord]) -> dict[str, Counter[str]]:
        """Return file id → rule → number of quarantined rows that were corrected or are ignored.

        A row whose newest correction was refused waits in its file, and so no row of a correction waits. Only
        files with a checked correction cost a request, and corrections with refused rows another one.
        """
        checked: defaultdict[str, dict[str, FileRecord]] = defaultdict(dict)
        for record in records:
            if record.state is FileState.DONE and keys.has_corrected_rows(record.key):
                checked[keys.corrected_file(record.key)][record.file_id] = record
        counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for file_id, sent in checked.items():
            accepted: dict[int, str] = {}
            for sent_id in self.senders.corrections(file_id):
                if sent_id in sent:
                    rules = self.senders.corrected_rows(file_id, sent_id)
                    refused = {[*rules][row["source_row"] - 1] for row in self._refused(sent[sent_id])}
                    accepted = {row: rule for row, rule in (accepted | rules).items() if row not in refused}
                    counts[sent_id] += Counter(sent[sent_id].reasons)
            counts[file_id] += Counter(accepted.values())
        for file_id, groups in self.senders.ignored().items():
            for group in groups:
                counts[file_id][group.rule] += group.rows
        return counts

    def _outcomes(self, sent_id: str, rows: Sequence[int]) -> dict[int, CorrectionOutcome]:
        """Return the outcome of each row of a correction.

        `rows` are the rows of the corrected file, in the order in which they were sent.
        """
        try:
            record = self.ledger.get(sent_id)
            record = self.ledger.get(record.duplicate_of) if record.duplicate_of else record
        except NotFoundError:  # the gate has not begun with it
            return dict.fromkeys(rows, CorrectionOutcome("sent", sent_id))
        if record.state in {FileState.REVERTING, FileState.REVERTED}:
            return {}
        if record.state in NOT_ACCEPTED:
            return dict.fromkeys(rows, CorrectionOutcome("refused", sent_id, record.error.get("message", "")))
        if record.state is not FileState.DONE:
            return dict.fromkeys(rows, CorrectionOutcome("sent", sent_id))
        outcomes = dict.fromkeys(rows, CorrectionOutcome("accepted", sent_id))
        for row in self._refused(record):
            outcomes[rows[row["source_row"] - 1]] = CorrectionOutcome(
                "refused", sent_id, row["reason"] or "", tuple(json.loads(row["all_rules"] or "[]"))
            )
        return outcomes

    def _refused(self, record: FileRecord) -> list[dict[str, Any]]:
        """Return position, rules and reason of each quarantined row of a correction."""
        if not record.quarantine_key:
            return []
        rows = quarantined_rows(self.objects, self.quarantine_bucket, record)
        return list(rows.select(["source_row", "reason", "all_rules"]).to_pylist())
