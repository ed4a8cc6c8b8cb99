"""fraud_model_quality: how good each period's model was on transactions whose labels it had not seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score

from headgate.analytics import measures as measuring
from headgate.analytics.compliance_guardian import decisions
from headgate.analytics.measures import Measure

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt
    import pandas as pd

    from headgate.analytics.compliance_guardian.scoring import Period

    Array = npt.NDArray[np.float64]

CARDS_A_DAY = 100
"""Cards that the fraud team can look at in a day."""
_BASELINE = "amount to usual"
_TERMS = f"review {decisions.REVIEW_COST_GBP} GBP, block {decisions.BLOCK_CALL_GBP} GBP and margin {decisions.MARGIN_SHARE:.0%}"


def table(periods: Sequence[Period]) -> pd.DataFrame:
    """The table's rows, in the order of model, metric and period."""
    return measuring.table(measure for period in periods for measure in measures(period.transactions))


def measures(transactions: pd.DataFrame) -> list[Measure]:
    """The figures of one period; transactions whose truth nobody knows are left out."""
    if transactions.empty:
        return []
    model, days = str(transactions.model.iloc[0]), _days(transactions)
    known = transactions[transactions.is_fraud.notna()]
    fraud = known.is_fraud.to_numpy(dtype=np.bool_)
    if not 0 < fraud.sum() < len(fraud):
        return [Measure(model, "auc", days, None, rows_used=len(known), note="no fraud is known here, or nothing but fraud")]
    score, plain, amount = known.score.to_numpy(), known.amount_to_usual.to_numpy(), known.amount_gbp.to_numpy()
    approve_all = np.full(len(known), decisions.ACTIONS[0])
    cost, loss = (decisions.cost(made, fraud, amount) for made in (known.decision.to_numpy(), approve_all))
    note = None if model == "gradient_boosting" else "too few labels were known by then: strangeness stands in for a model"
    figures = [
        ("auc", roc_auc_score(fraud, score), roc_auc_score(fraud, plain), _BASELINE, note),
        ("average_precision", average_precision_score(fraud, score), average_precision_score(fraud, plain), _BASELINE, note),
        ("card_precision_100", card_precision(known, score), card_precision(known, plain), _BASELINE, "customers stand for cards"),
        ("cost_gbp", cost, loss, "approve everything", _TERMS),
        ("fraud_share", float(fraud.mean()), float(score.mean()), "mean score", None),
    ]
    return [Measure(model, name, days, float(value), float(base), who, len(known), told) for name, value, base, who, told in figures]


def card_precision(transactions: pd.DataFrame, score: Array, cards: int = CARDS_A_DAY) -> float:
    """Share of defrauded customers among those with the `cards` highest scores of each day, mean over days.

    A customer found on one day is not looked at again.

    Source:
        Fraud Detection Handbook, chapter 4.4, card precision top-k.
    """
    worst = transactions.assign(score=score, day=transactions.transacted_at.dt.normalize(), fraud=transactions.is_fraud.astype(bool))
    by_customer = worst.groupby(["day", "customer_id"], as_index=False).agg(score=("score", "max"), fraud=("fraud", "max"))
    found: set[int] = set()
    shares = []
    for _, day in by_customer.sort_values(["day", "score", "customer_id"], ascending=[True, False, True]).groupby("day"):
        looked_at = day[~day.customer_id.isin(found)].head(cards)
        found |= set(looked_at.customer_id[looked_at.fraud])
        shares.append(looked_at.fraud.sum() / cards)
    return float(np.mean(shares))


def _days(transactions: pd.DataFrame) -> str:
    return f"{transactions.transacted_at.min().date()}/{transactions.transacted_at.max().date()}"
