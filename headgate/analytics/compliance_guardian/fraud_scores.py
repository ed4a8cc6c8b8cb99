"""fraud_scores: each card transaction's score, why, and what to do with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from headgate.analytics.money import amounts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.analytics.compliance_guardian.scoring import Period

_COLUMNS = (
    "transaction_id",
    "transacted_at",
    "customer_id",
    "terminal_id",
    "amount",
    "score",
    "decision",
    "reason_1",
    "reason_2",
    "reason_3",
    "model",
    "is_fraud",
)


def table(periods: Sequence[Period]) -> pd.DataFrame:
    """The table's rows, one per transaction, by number."""
    rows = pd.concat([period.transactions for period in periods])
    return rows.assign(amount=amounts(rows.pence / 100))[list(_COLUMNS)].sort_values("transaction_id", ignore_index=True)
