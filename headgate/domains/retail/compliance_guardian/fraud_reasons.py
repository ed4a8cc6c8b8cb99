"""Why a transaction was stopped: how far its facts raised the odds of fraud over those of a typical one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from headgate.domains.retail.compliance_guardian.boosting_models import BOOSTING, FraudModel
from headgate.domains.retail.compliance_guardian.features import ALL, MEMORY_DAYS, ORDINARY_BELOW
from headgate.domains.retail.predictions.fraud import is_fact, strongest
from headgate.scoring.shapley_values import shapley_values

Array = npt.NDArray[np.float64]

REASONS = 3
MIN_RISE = float(np.log(1.2))
"""Least contribution of a reason: it raises the odds by a fifth. A smaller one is no reason to look."""
_WHOLE_FROM = 100  # numbers in words have no decimals from here on

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
    "unusual_payments_before": ("highest",),
    "unusual_amount": ("amount", "usual", "customer_mean"),
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
    "unusual_payments_before": {
        "feature": "highest_to_usual_14d",
        "least": ORDINARY_BELOW,
        "times": TIMES_USUAL,
        "of": "amount_to_usual",
        "of_days": 1,
    },
    "unusual_amount": {"feature": "amount_to_usual", "least": ORDINARY_BELOW},
}
"""The condition of `predictions.fraud.is_fact` under which each reason is true: a group moves the score to
either side, so an old account may raise it, too.
"""
COMBINATION = "unusual_combination"
"""The reason of a transaction where no other is true: only its features together are unusual."""
_FRAUDS_KNOWN = "({frauds:g} known when it was paid)"
_PER_DAY = "({own:g} in 24 hours, usually {usual:g} a day)"
# Of a large amount the size itself counts, also where it is few times the usual one.
_TIMES = f"(of £{{amount:,.0f}}, {{times:g}} times the mean of the {MEMORY_DAYS} days before)"
_HIGHEST = f"(one of 14 days was {{times:g}} times the mean of {MEMORY_DAYS} days)"
_PHRASES: dict[str, tuple[str, str, dict[str, tuple[str, float]]]] = {
    "earlier_fraud_of_customer": (
        f"earlier fraud of customer {_FRAUDS_KNOWN}",
        f"earlier frauds of customer {_FRAUDS_KNOWN}",
        {"frauds": ("customer_frauds_30d", 1)},
    ),
    "earlier_fraud_at_terminal": (
        f"earlier fraud at terminal {_FRAUDS_KNOWN}",
        f"earlier frauds at terminal {_FRAUDS_KNOWN}",
        {"frauds": ("terminal_frauds_30d", 1)},
    ),
    "many_payments_at_terminal": (
        f"many payments at terminal {_PER_DAY}",
        f"payments at terminal {_PER_DAY}",
        {"own": ("terminal_count_1d", 1), "usual": ("terminal_known_30d", _USUAL_DAYS)},
    ),
    "many_payments_of_customer": (
        f"many payments of customer {_PER_DAY}",
        f"payments of customer {_PER_DAY}",
        {"own": ("customer_count_1d", 1), "usual": ("customer_count_30d", _USUAL_DAYS)},
    ),
    "unusual_time": ("unusual time (between 0:00 and 7:00)", "time of the week", {}),
    "new_customer": (
        "new customer ({days:g} days after signing up)",
        "age of account ({days:g} days)",
        {"days": ("account_age_days", 1)},
    ),
    "unusual_payments_before": (
        f"unusual earlier payments {_HIGHEST}",
        f"earlier payments {_HIGHEST}",
        {"times": ("highest_to_usual_14d", 1)},
    ),
    "unusual_amount": (
        f"unusual amount {_TIMES}",
        f"amount {_TIMES}",
        {"amount": ("amount_gbp", 1), "times": ("amount_to_usual", 1)},
    ),
}
"""The words for each group where its reason is true, and where it is not; and the features in them, each with
its divisor.
"""
_COMBINATION_WORDS = "unusual combination (no single fact stands out)"


@dataclass(frozen=True)
class Explained:
    """Why transactions were stopped.

    Attributes:
        codes: reasons, shape (transactions, REASONS), strongest first; None where there are fewer.
        words: of each transaction, what raised its odds from those of a typical one, strongest first, and
            what lowered them most.
    """

    codes: npt.NDArray[np.object_]
    words: list[str]


def groups() -> dict[str, list[str]]:
    """Return the features of each reason code; every feature belongs to exactly one."""
    owner = {
        name: next(code for code, starts in _BEGINNINGS.items() if name.startswith(starts)) for name in ALL
    }
    return {code: [name for name in ALL if owner[name] == code] for code in _BEGINNINGS}


def explain(model: FraudModel, points: pd.DataFrame) -> Explained:
    """Return the reasons of transactions.

    Of the groups that raise the strength most, those are reasons that are true of the transaction; where none
    is, COMBINATION is the reason.
    """
    columns = list(model.columns)
    places = {
        code: [columns.index(name) for name in own if name in columns] for code, own in groups().items()
    }
    codes = [code for code, own in places.items() if own]
    values = points[columns].to_numpy(dtype=np.float64, na_value=np.nan)
    typical: Array = np.asarray(model.reference[columns], dtype=np.float64)

    def strength(mixed: Array) -> Array:
        return model.strength(pd.DataFrame(mixed, columns=columns))

    moved = shapley_values(strength, values, typical, [places[code] for code in codes])
    of_feature = _values(points)
    is_true = np.stack([is_fact(CONDITIONS[code], of_feature) for code in codes], axis=1)
    order = strongest(moved, REASONS, MIN_RISE)
    texts = _phrases(codes, is_true, of_feature)
    in_words = _causes_in_words if model.name == BOOSTING else _strangeness_in_words
    words = [
        ("" if any(is_true[row, place] for place in own) else f"{_COMBINATION_WORDS}; ")
        + in_words(own, moved[row], [column[row] for column in texts])
        for row, own in enumerate(order)
    ]
    return Explained(_true_codes(codes, is_true, order), words)


def _true_codes(
    codes: Sequence[str], is_true: npt.NDArray[np.bool_], order: Sequence[Sequence[int]]
) -> npt.NDArray[np.object_]:
    reasons = np.full((len(order), REASONS), None, dtype=object)
    for row, own in enumerate(order):
        true = [codes[place] for place in own if is_true[row, place]] or [COMBINATION]
        reasons[row, : len(true)] = true
    return reasons


def _phrases(
    codes: Sequence[str], is_true: npt.NDArray[np.bool_], of_feature: Callable[[str], Array]
) -> list[list[str]]:
    """Return the words for each group, by transaction."""
    texts = []
    for place, code in enumerate(codes):
        if_true, otherwise, cells = _PHRASES[code]
        numbers = {cell: of_feature(name) / divisor for cell, (name, divisor) in cells.items()}
        texts.append(
            [
                _with_numbers(
                    if_true if true else otherwise, {cell: float(own[row]) for cell, own in numbers.items()}
                )
                for row, true in enumerate(is_true[:, place])
            ]
        )
    return texts


def _causes_in_words(own: Sequence[int], moved: Array, texts: Sequence[str]) -> str:
    """Return what raises the risk of a typical transaction, strongest first, and what lowers it most.

    The score beside the words says how far: factors of odds are not read as such.
    """
    lowest = int(moved.argmin())
    lowering = [f"less likely by {texts[lowest]}"] if moved[lowest] <= -MIN_RISE else []
    return "; ".join([*(texts[place] for place in own), *lowering])


def _strangeness_in_words(own: Sequence[int], moved: Array, texts: Sequence[str]) -> str:
    """Return the shares of what makes a transaction strange, which is no probability."""
    whole = moved.clip(min=0).sum()
    parts = [f"{texts[place]} is {moved[place] / whole:.0%} of what sets it apart" for place in own]
    return "; ".join(parts).replace("%", " %")


def _with_numbers(phrase: str, cells: dict[str, float]) -> str:
    """Return the words for a group, without numbers where one is not known."""
    if not np.isfinite(list(cells.values())).all():
        return phrase.split(" (", maxsplit=1)[0]
    # At most one decimal, and none of a large number.
    return phrase.format(
        **{cell: round(value, 1 if value < _WHOLE_FROM else 0) for cell, value in cells.items()}
    )


def _values(points: pd.DataFrame) -> Callable[[str], Array]:
    """Return a function of a feature's name to its values; NaN where it is not known."""
    unknown = np.full(len(points), np.nan)
    return lambda name: (
        points[name].to_numpy(dtype=np.float64, na_value=np.nan) if name in points else unknown
    )
