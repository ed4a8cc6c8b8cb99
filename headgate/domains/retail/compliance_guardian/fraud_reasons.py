"""Why a transaction was stopped: the groups of features that raised its score most."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from headgate.domains.retail.compliance_guardian.features import ALL

if TYPE_CHECKING:
    import pandas as pd

    from headgate.domains.retail.compliance_guardian.boosting_models import FraudModel

REASONS = 3
MIN_SHARE = 0.01  # share of the whole rise over the typical transaction

# The first group whose beginning fits a feature's name owns it.
_BEGINNINGS = {
    "earlier_fraud_of_customer": ("customer_frauds",),
    "earlier_fraud_at_terminal": (
        "terminal_risk",
        "terminal_frauds",
        "terminal_hours",
        "terminal_ordinary",
        "terminal_odd",
    ),
    "many_payments_at_terminal": ("terminal_",),
    "many_payments_of_customer": ("customer_count",),
    "unusual_time": ("is_weekend", "is_night"),
    "new_customer": ("account_age",),
    "unusual_amount": ("amount", "usual", "highest", "customer_mean"),
}

EVIDENCE = {
    "earlier_fraud_of_customer": "customer_frauds_30d",
    "earlier_fraud_at_terminal": "terminal_frauds_30d",
}
"""The feature that is above 0 where a reason is a fact: a lack of frauds may raise the strength, too."""


def groups() -> dict[str, list[str]]:
    """Return the features of each reason code; every feature belongs to exactly one."""
    owner = {
        name: next(code for code, starts in _BEGINNINGS.items() if name.startswith(starts)) for name in ALL
    }
    return {code: [name for name in ALL if owner[name] == code] for code in _BEGINNINGS}


def reason_codes(
    model: FraudModel, points: pd.DataFrame, strength: npt.NDArray[np.float64] | None = None
) -> npt.NDArray[np.object_]:
    """Return reason codes, shape (transactions, REASONS), strongest first; None for weak reasons.

    A group's contribution is the decrease of the strength if its features are those of a typical transaction.
    Earlier fraud is no reason where none is known.

    Args:
        strength: the model's strengths of the transactions, if already computed.
    """
    if points.empty:
        return np.empty((0, REASONS), dtype=object)
    owned = groups()
    whole = model.strength(points) if strength is None else strength
    lost = np.stack(
        [whole - model.strength(_typical(points, names, model)) for names in owned.values()], axis=1
    )
    for place, code in enumerate(owned):
        if EVIDENCE.get(code) in points:
            is_fact = points[EVIDENCE[code]].to_numpy(dtype=np.float64, na_value=np.nan) > 0
            lost[~is_fact, place] = -np.inf
    order = np.argsort(-lost, axis=1, kind="stable")[:, :REASONS]
    parts = np.take_along_axis(lost, order, axis=1)
    rise = np.maximum(parts.clip(min=0).sum(axis=1, keepdims=True), np.finfo(np.float64).tiny)
    codes = np.array(list(owned), dtype=object)[order]
    codes[parts / rise < MIN_SHARE] = None
    return codes


def _typical(points: pd.DataFrame, names: list[str], model: FraudModel) -> pd.DataFrame:
    return points.assign(**{name: model.reference[name] for name in names if name in model.reference})
