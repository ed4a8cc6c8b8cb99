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

log = logging.getLogger(__name__)

KEPT_DAYS = features.MEMORY_DAYS + features.DELAY_DAYS


def scorer(model: models.Boosting, transactions: pd.DataFrame, customers: ibis.Table) -> Scorer | None:
    """Return the champion for `predictions.fraud`; None, and a line in the log, if it does not give the batch's scores.

    Args:
        transactions: as `features.described` gives them, in the order of time.
    """
    delay = pd.Timedelta(days=features.DELAY_DAYS)
    waiting = transactions[transactions.transacted_at >= transactions.transacted_at.iloc[-1] - delay]
    facts = _facts(model, scoring.review_price(model, waiting))
    found = Scorer(facts, {"reference": _reference(model), **_arrays(model, transactions, customers)})
    rows = transactions.tail(export_models.CHECKED_ROWS)
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


def _arrays(model: models.Boosting, transactions: pd.DataFrame, customers: ibis.Table) -> dict[str, npt.NDArray[Any]]:
    newest = transactions.transacted_at.iloc[-1] - pd.Timedelta(days=KEPT_DAYS)
    past = transactions[transactions.transacted_at > newest]
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
