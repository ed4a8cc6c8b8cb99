"""fraud_scores: each card transaction's score, why, and what to do with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
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
    parts = [period.transactions for period in periods]
    order = np.argsort(_joined(parts, "transaction_id").to_numpy(), kind="stable")
    columns: dict[str, object] = {name: _joined(parts, name).take(order).reset_index(drop=True) for name in _COLUMNS if name != "amount"}
    columns["amount"] = amounts(_joined(parts, "pence").to_numpy()[order] / 100)
    return pd.DataFrame({name: columns[name] for name in _COLUMNS}, copy=False)


def _joined(parts: Sequence[pd.DataFrame], name: str) -> pd.Series[Any]:
    """One column of all parts. A frame of millions of rows that is sorted as a whole is in memory twice."""
    return pd.concat([part[name] for part in parts], ignore_index=True)
