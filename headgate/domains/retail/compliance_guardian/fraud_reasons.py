"""Why a transaction was stopped: the true facts that raised its score most."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from headgate.domains.retail.compliance_guardian.features import ALL, MEMORY_DAYS, ORDINARY_BELOW
from headgate.domains.retail.predictions.fraud import is_fact

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from headgate.domains.retail.compliance_guardian.boosting_models import FraudModel

REASONS = 3
_WHOLE_FROM = 100  # numbers in words have no decimals from here on
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

NEW_ACCOUNT_DAYS = 30
"""Days for which an account is new.

Source: EMVCo (2018), EMV 3-D Secure Protocol and Core Functions Specification 2.2.0, cardholder account
information: its age indicator has a value for accounts of less than 30 days.
"""
MANY_IN_A_DAY, TIMES_USUAL = 3, 2
"""Payments in 24 hours that are many where they are also so many times the usual number. A choice, not an
estimate: two payments are no pattern.
"""
_USUAL_DAYS = 30

CONDITIONS: dict[str, dict[str, str | float]] = {
    "earlier_fraud_of_customer": {"feature": "customer_frauds_30d", "least": 1},
    "earlier_fraud_at_terminal": {"feature": "terminal_frauds_30d", "least": 1},
    "many_payments_at_terminal": {
        "feature": "terminal_count_1d",
        "least": MANY_IN_A_DAY,
        "times": TIMES_USUAL,
        "of": "terminal_known_30d",
        "of_days": _USUAL_DAYS,
    },
    "many_payments_of_customer": {
        "feature": "customer_count_1d",
        "least": MANY_IN_A_DAY,
        "times": TIMES_USUAL,
        "of": "customer_count_30d",
        "of_days": _USUAL_DAYS,
    },
    "unusual_time": {"feature": "is_night", "least": 1},
    "new_customer": {"feature": "account_age_days", "least": 0, "below": NEW_ACCOUNT_DAYS},
    "unusual_amount": {"feature": "amount_to_usual", "least": ORDINARY_BELOW},
}
"""The condition of `predictions.fraud.is_fact` under which each reason is true: a group moves the score to
either side, so an old account may raise it, too.
"""
COMBINATION = "unusual_combination"
"""The reason of a transaction where no other is true: only its features together are unusual."""
_NUMBERS: dict[str, tuple[str, dict[str, tuple[str, float]]]] = {
    "earlier_fraud_of_customer": ("{frauds} known when it was paid", {"frauds": ("customer_frauds_30d", 1)}),
    "earlier_fraud_at_terminal": ("{frauds} known when it was paid", {"frauds": ("terminal_frauds_30d", 1)}),
    "many_payments_at_terminal": (
        "{own} in 24 hours, usually {usual} a day",
        {"own": ("terminal_count_1d", 1), "usual": ("terminal_known_30d", _USUAL_DAYS)},
    ),
    "many_payments_of_customer": (
        "{own} in 24 hours, usually {usual} a day",
        {"own": ("customer_count_1d", 1), "usual": ("customer_count_30d", _USUAL_DAYS)},
    ),
    "unusual_time": ("between 0:00 and 7:00", {}),
    "new_customer": ("{days} days after signing up", {"days": ("account_age_days", 1)}),
    "unusual_amount": (
        f"{{times}} times the mean of the {MEMORY_DAYS} days before",
        {"times": ("amount_to_usual", 1)},
    ),
    COMBINATION: ("no single fact stands out", {}),
}
"""The words after each reason, and the features in them, each with its divisor."""


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
    A reason that is not true of the transaction is left out; where none is left, COMBINATION is the reason.

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
    values = _values(points)
    for place, code in enumerate(owned):
        lost[~is_fact(CONDITIONS[code], values), place] = -np.inf
    order = np.argsort(-lost, axis=1, kind="stable")[:, :REASONS]
    parts = np.take_along_axis(lost, order, axis=1)
    rise = np.maximum(parts.clip(min=0).sum(axis=1, keepdims=True), np.finfo(np.float64).tiny)
    codes = np.array(list(owned), dtype=object)[order]
    codes[parts < MIN_SHARE * rise] = None
    codes[[code is None for code in codes[:, 0]], 0] = COMBINATION
    return codes


def in_words(codes: npt.NDArray[np.object_], points: pd.DataFrame) -> list[str | None]:
    """Return the reasons of each transaction with their numbers; None without a reason.

    Args:
        codes: as `reason_codes` returns them.
        points: the features of the same transactions.
    """
    values = _values(points)
    numbers = {
        code: {cell: values(name) / divisor for cell, (name, divisor) in cells.items()}
        for code, (_, cells) in _NUMBERS.items()
    }
    return [
        ", ".join(
            _with_number(code, {cell: float(column[row]) for cell, column in numbers[code].items()})
            for code in own
            if code is not None
        )
        or None
        for row, own in enumerate(codes)
    ]


def _with_number(code: str, cells: dict[str, float]) -> str:
    """Return a reason in words, without a number that is not known."""
    words = code.replace("_", " ")
    if not np.isfinite(list(cells.values())).all():
        return words
    # At most one decimal, and none of a large number.
    texts = {cell: f"{round(value, 1 if value < _WHOLE_FROM else 0):g}" for cell, value in cells.items()}
    return f"{words} ({_NUMBERS[code][0].format(**texts)})"


def _values(points: pd.DataFrame) -> Callable[[str], npt.NDArray[np.float64]]:
    """Return a function of a feature's name to its values; NaN where it is not known."""
    unknown = np.full(len(points), np.nan)
    return lambda name: (
        points[name].to_numpy(dtype=np.float64, na_value=np.nan) if name in points else unknown
    )


def _typical(points: pd.DataFrame, names: list[str], model: FraudModel) -> pd.DataFrame:
    return points.assign(**{name: model.reference[name] for name in names if name in model.reference})
