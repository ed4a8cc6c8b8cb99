"""fraud_scores: each card transaction's score, why, and what to do with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from headgate.domains.retail.money import amounts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.domains.retail.compliance_guardian.scoring import Period

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
    names = [name for name in _COLUMNS if name != "amount"]
    rows = pd.concat([period.transactions[[*names, "pence"]] for period in periods]).sort_values("transaction_id", ignore_index=True)
    rows["amount"] = amounts(rows.pop("pence") / 100)  # in place: a copy of millions of rows is a lot of memory
    return rows[list(_COLUMNS)]
