"""fraud_scores: each card transaction's score, why, and what to do with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.domains.retail.compliance_guardian.features import pounds
from headgate.engines.write_rows import write_rows
from headgate.systems.rows_in_file import RowsInFile

if TYPE_CHECKING:
    import ibis

_JUDGED = ("decision", "reason_1", "reason_2", "reason_3", "model")
_TEXTS = (*_JUDGED, "reviewed_as")
_COLUMNS = (
    "transaction_id",
    "transacted_at",
    "customer_id",
    "terminal_id",
    "amount",
    "score",
    *_JUDGED,
    "is_fraud",
    "reviewed_as",
    "to_decide",
)


def table(scored: ibis.Table, reviewed: ibis.Table) -> RowsInFile:
    """Return the table's rows, one per transaction, by number.

    Args:
        scored: all transactions with the columns of `scored_periods.Period`.
        reviewed: the newest decision of reviewers, by transaction, as `reviews.Reviews.write` wrote it.
    """
    amount = pounds(scored.pence).cast("decimal(12, 2)")
    made = RowsInFile.new("fraud_scores", keeps_parts=True)
    rows = scored.mutate(amount=amount).left_join(reviewed, "transaction_id")
    is_open = rows.is_fraud.isnull() & rows.reviewed_as.isnull()
    rows = rows.mutate(to_decide=is_open & (rows.decision != "approve")).select(*_COLUMNS)
    write_rows(rows.order_by("transaction_id"), made.path, _TEXTS)
    return made
