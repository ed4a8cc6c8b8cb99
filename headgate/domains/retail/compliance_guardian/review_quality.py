from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from headgate.domains.retail.measures import Measure

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from headgate.domains.retail.compliance_guardian.reviews import Reviews
    from headgate.domains.retail.compliance_guardian.scored_periods import Period

_PROPOSED = "transactions that were proposed for review, which have the highest scores"


def measures(reviews: Reviews, period: Period, model: str, days: str, reported: int) -> Iterator[Measure]:
    """Yield the figures of reviews in a period, apart from those of reported labels.

    Args:
        days: the period, as the other figures name it.
        reported: the labels in the data that the period's model learnt from.
    """
    rows, taught = reviews.rows, reviews.taught(period.stretch)
    if reported and len(taught):
        note = "labels of reviewers that the model learnt from, beside those reported"
        yield Measure(
            model, "reviewed_labels", days, len(taught), reported, "reported labels", len(taught), note
        )
    own = rows[
        rows.label.notna() & (rows.transacted_at >= period.start) & (rows.transacted_at < period.stretch.end)
    ]
    if len(both := own[own.is_fraud.notna()]):
        agrees = (both.label == both.is_fraud).to_numpy(dtype=np.float64)
        note = f"reviewers and reported labels agree; {_PROPOSED}"
        yield Measure(model, "review_agreement", days, float(agrees.mean()), rows_used=len(both), note=note)
    if len(alone := own[own.is_fraud.isna()]):
        score = _scores(period, alone.transaction_id.to_numpy())
        fraud = alone.label.to_numpy(dtype=np.float64)
        yield Measure(
            *(model, "reviewed_fraud_share", days, float(fraud.mean()), float(score.mean()), "mean score"),
            rows_used=len(alone),
            note=f"without a reported label; {_PROPOSED}",
        )


def _scores(period: Period, transaction_ids: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Return the scores of some transactions of a period, in the order of time."""
    parts = period.days(["transaction_id", "transacted_at", "score"])
    scored = (part.score[part.transaction_id.isin(transaction_ids)].to_numpy() for part in parts)
    return np.concatenate([np.empty(0), *scored])
