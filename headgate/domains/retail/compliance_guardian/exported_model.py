"""The fraud champion as numbers, with the past that a new transaction's features need.

The past is in files that are mapped into memory: nothing of it is read before the export is stored.
"""

from __future__ import annotations

import logging
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from headgate.domains.retail.compliance_guardian import (
    boosting_models,
    decisions,
    features,
    fraud_reasons,
    scored_periods,
)
from headgate.domains.retail.margin import MARGIN_SHARE
from headgate.domains.retail.predictions.fraud import FraudScorer
from headgate.engines.frames import frame_of
from headgate.engines.write_rows import row_batches
from headgate.learning import export_models
from headgate.scoring.scorer import Scorer, with_prefix

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    import ibis
    import numpy.typing as npt
    import pyarrow as pa

    from headgate.domains.retail.compliance_guardian.described_transactions import Descriptions
    from headgate.domains.retail.compliance_guardian.scored_periods import Period

log = logging.getLogger(__name__)

KEPT_DAYS = features.MEMORY_DAYS + features.DELAY_DAYS
MAX_KEPT = 5_000_000
"""Transactions of the past that the function that predicts can hold: 60 bytes of each, and its archive once
more.
"""
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
_AS_STORED = ("customer_id", "terminal_id", "pence", "amount_to_usual")
_PAST_TYPES = {
    **dict.fromkeys(("number", "at_s", "customer_id", "terminal_id", "pence"), np.int64),
    "fraud": np.bool_,
    **dict.fromkeys(("amount_to_usual", "to_mean"), np.float64),
}
_ACCOUNT_TYPES = dict.fromkeys(("customer_id", "signed_up_s"), np.int64)


@dataclass(frozen=True)
class Past:
    """The transactions that features of a new one may depend on.

    Args:
        rows: returns columns of them in the order of time, in batches.
        newest: the newest transactions with all features.
    """

    count: int
    rows: Callable[[Sequence[str]], Iterable[pa.Table]]
    newest: pd.DataFrame


def scorer(
    model: boosting_models.Boosting,
    price: float,
    past: Past,
    customers: ibis.Table,
    *,
    margin_share: float = MARGIN_SHARE,
) -> Scorer | None:
    """Return the champion for `predictions.fraud`; None, and a line in the log, if it cannot be exported.

    It is not where it does not give the batch's scores, or where the past is too long for the function that
    predicts.

    Args:
        price: of a review, as `scored_periods.review_price` gives it.
        margin_share: share of the revenue that the shop keeps.
    """
    if past.count > MAX_KEPT:
        log.error(
            "model not exported: too many transactions are in the past that it needs",
            extra={"model": "fraud", "rows": past.count},
        )
        return None
    accounts = (_accounts(frame_of(rows)) for rows in row_batches(features.sign_ups(customers)))
    arrays = {
        **with_prefix("trees", export_models.trees(model.classifier)),
        **with_prefix("past", _mapped(map(_past, past.rows(_PAST)), _PAST_TYPES)),
        **with_prefix("accounts", _mapped(accounts, _ACCOUNT_TYPES)),
    }
    exported = Scorer(_facts(model, price, margin_share), {"reference": _reference(model), **arrays})
    points = past.newest[list(model.columns)].to_numpy(dtype=np.float64, na_value=np.nan)
    if export_models.is_equal(FraudScorer(exported).strength(points), model.strength(past.newest)):
        return exported
    log.error("model not exported: its numbers do not give the scores of the batch", extra={"model": "fraud"})
    return None


def past_of_periods(periods: Sequence[Period], descriptions: Descriptions, last_at: pd.Timestamp) -> Past:
    """Return the past that predictions need, from scored transactions."""
    since = last_at - pd.Timedelta(days=KEPT_DAYS) + pd.Timedelta(1)
    count = scored_periods.count_since(periods, since)
    described = descriptions.since(last_at.normalize())
    newest = described.rows(max(0, len(described) - export_models.CHECKED_ROWS), len(described), features.ALL)
    return Past(count, lambda columns: scored_periods.rows_since(periods, since, columns), newest)


def _facts(model: boosting_models.Boosting, review_price: float, margin_share: float) -> Mapping[str, Any]:
    return {
        "model": model.name,
        "recipe": model.recipe,
        "columns": list(model.columns),
        "honest_share": model.honest_share,
        "actions": [str(action) for action in decisions.ACTIONS],
        "costs": {
            "review": review_price,
            "margin_share": margin_share,
            "block_call": decisions.BLOCK_CALL_GBP,
        },
        "groups": list(fraud_reasons.groups().items()),
        "conditions": fraud_reasons.CONDITIONS,
        "combination": fraud_reasons.COMBINATION,
        "reasons": fraud_reasons.REASONS,
        "least_reason": fraud_reasons.MIN_RISE,
        "windows_days": features.WINDOWS_DAYS,
        "memory_days": features.MEMORY_DAYS,
        "delay_days": features.DELAY_DAYS,
        "compromise_days": features.COMPROMISE_DAYS,
        "ordinary_below": features.ORDINARY_BELOW,
        "least_amount": features.MIN_AMOUNT,
    }


def _reference(model: boosting_models.Boosting) -> npt.NDArray[np.float64]:
    return np.asarray(model.reference[list(model.columns)], dtype=np.float64)


def _mapped(
    parts: Iterable[Mapping[str, npt.NDArray[Any]]], types: Mapping[str, type]
) -> dict[str, npt.NDArray[Any]]:
    """Return the arrays of all parts in order, mapped from files that vanish with the last mapping."""
    with TemporaryDirectory(prefix="headgate-export-") as folder:
        paths = {name: Path(folder, name) for name in types}
        with ExitStack() as opened:
            files = {name: opened.enter_context(path.open("wb")) for name, path in paths.items()}
            for part in parts:
                for name, file in files.items():
                    part[name].astype(types[name], copy=False).tofile(file)
        return {name: _map(path, types[name]) for name, path in paths.items()}


def _map(path: Path, kind: type) -> npt.NDArray[Any]:
    """Map the file into memory; an empty one cannot be mapped."""
    return np.memmap(path, kind, "r") if path.stat().st_size else np.empty(0, kind)


def _accounts(accounts: pd.DataFrame) -> dict[str, npt.NDArray[Any]]:
    return {name: accounts[name].to_numpy(dtype=np.int64) for name in _ACCOUNT_TYPES}


def _past(past: pa.Table) -> dict[str, npt.NDArray[Any]]:
    usual = np.maximum(past["usual_amount"].to_numpy(), features.MIN_AMOUNT)
    return {
        **{name: past[name].to_numpy() for name in _AS_STORED},
        "number": past["transaction_id"].to_numpy(),
        "at_s": past["transacted_at"].to_numpy().astype("datetime64[s]").astype(np.int64),
        "fraud": past["is_fraud"].fill_null(False).to_numpy(),  # noqa: FBT003 a value, not a flag
        "to_mean": past["amount_gbp"].to_numpy() / usual,
    }
