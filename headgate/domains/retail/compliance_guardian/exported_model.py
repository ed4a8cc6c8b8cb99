"""The fraud champion as numbers, with the past that a new transaction's features need."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from headgate.domains.retail.compliance_guardian import decisions, features, models, reasons, scoring
from headgate.learning import export_models
from headgate.predictions.fraud import FraudScorer
from headgate.predictions.scorer import Scorer, with_prefix

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    import ibis
    import numpy.typing as npt

    from headgate.domains.retail.compliance_guardian.described_transactions import DescribedTransactions

log = logging.getLogger(__name__)

KEPT_DAYS = features.MEMORY_DAYS + features.DELAY_DAYS
MOST_KEPT = 5_000_000
"""Transactions of the past that the function that predicts can hold: 60 bytes of each, and its archive once more."""
_PAST = (
    "transaction_id",
    "transacted_at",
    "customer_id",
    "terminal_id",
    "pence",
    "amount_gbp",
    "is_fraud",
    "usual_amount",
    "amount_to_usual",
)


def scorer(model: models.Boosting, transactions: DescribedTransactions, customers: ibis.Table) -> Scorer | None:
    """Return the champion for `predictions.fraud`; None, and a line in the log, if it cannot be exported.

    It is not where it does not give the batch's scores, or where the past is too long for the function that predicts.
    """
    last_at, after = transactions.last_at, len(transactions)
    newest = transactions.place_of(last_at - pd.Timedelta(days=KEPT_DAYS) + pd.Timedelta(1))
    if after - newest > MOST_KEPT:
        log.error(
            "model not exported: too many transactions are in the past that it needs", extra={"model": "fraud", "rows": after - newest}
        )
        return None
    waiting = transactions.place_of(last_at - pd.Timedelta(days=features.DELAY_DAYS))
    facts = _facts(model, scoring.review_price(model, transactions, waiting, after))
    past = transactions.rows(newest, after, _PAST)
    found = Scorer(facts, {"reference": _reference(model), **_arrays(model, past, customers)})
    rows = transactions.rows(max(0, after - export_models.CHECKED_ROWS), after, model.columns)
    points = rows[list(model.columns)].to_numpy(dtype=np.float64, na_value=np.nan)
    if export_models.is_equal(FraudScorer(found).strength(points), model.strength(rows)):
        return found
    log.error("model not exported: its numbers do not give the scores of the batch", extra={"model": "fraud"})
    return None


def _facts(model: models.Boosting, review_price: float) -> Mapping[str, Any]:
    return {
        "model": model.name,
        "recipe": model.recipe,
        "columns": list(model.columns),
        "honest_share": model.honest_share,
        "actions": [str(action) for action in decisions.ACTIONS],
        "costs": {"review": review_price, "margin_share": decisions.MARGIN_SHARE, "block_call": decisions.BLOCK_CALL_GBP},
        "groups": list(reasons.groups().items()),
        "reasons": reasons.REASONS,
        "least_reason": reasons.LEAST_SHARE,
        "windows_days": features.WINDOWS_DAYS,
        "memory_days": features.MEMORY_DAYS,
        "delay_days": features.DELAY_DAYS,
        "compromise_days": features.COMPROMISE_DAYS,
        "ordinary_below": features.ORDINARY_BELOW,
        "least_amount": features.LEAST_AMOUNT,
    }


def _reference(model: models.Boosting) -> npt.NDArray[np.float64]:
    return np.asarray(model.reference[list(model.columns)], dtype=np.float64)


def _arrays(model: models.Boosting, past: pd.DataFrame, customers: ibis.Table) -> dict[str, npt.NDArray[Any]]:
    accounts = features.sign_ups(customers)
    return {
        **with_prefix("trees", export_models.trees(model.classifier)),
        **with_prefix("past", _past(past)),
        **with_prefix("accounts", {name: accounts[name].to_numpy(dtype=np.int64) for name in ("customer_id", "signed_up_s")}),
    }


def _past(past: pd.DataFrame) -> dict[str, npt.NDArray[Any]]:
    usual = np.maximum(past.usual_amount.to_numpy(), features.LEAST_AMOUNT)
    return {
        "number": past.transaction_id.to_numpy(dtype=np.int64),
        "at_s": past.transacted_at.to_numpy(dtype="datetime64[s]").astype(np.int64),
        "customer_id": past.customer_id.to_numpy(dtype=np.int64),
        "terminal_id": past.terminal_id.to_numpy(dtype=np.int64),
        "pence": past.pence.to_numpy(dtype=np.int64),
        "fraud": past.is_fraud.fillna(value=False).to_numpy(dtype=np.bool_),
        "amount_to_usual": past.amount_to_usual.to_numpy(dtype=np.float64),
        "to_mean": past.amount_gbp.to_numpy(dtype=np.float64) / usual,
    }
