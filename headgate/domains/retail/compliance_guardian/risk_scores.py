"""risk_scores: the risk of each customer, terminal and card."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from headgate.domains.retail.money import amounts

if TYPE_CHECKING:
    from collections.abc import Sequence

    import ibis

    from headgate.domains.retail.compliance_guardian.scoring import Period

RECENT_DAYS = 30
PRIOR_TRANSACTIONS = 20.0
"""Transactions of average risk that every entity starts with: three transactions cannot make a risk of one third."""
_HIGH, _MEDIUM = 10.0, 3.0  # times the share of all
_READ = ("card_token", "customer_id", "terminal_id", "transacted_at", "pence", "is_fraud", "score", "model")
_ENTITIES = {"card": "card_token", "customer": "customer_id", "terminal": "terminal_id"}


def failed_payments(payments: ibis.Table) -> pd.DataFrame:
    """Payments that failed, per card token, in column `failed_payments`."""
    failed = payments.filter(payments.status == "failed", payments.card_token.notnull())  # noqa: PD004 Ibis knows no notna
    found: pd.DataFrame = failed.group_by("card_token").agg(failed_payments=failed.count()).to_pandas()
    return found


def table(periods: Sequence[Period], failed: pd.DataFrame) -> pd.DataFrame:
    """The table's rows, by kind of entity and entity."""
    scored = _scored(periods)
    base = float(scored.expected[scored.recent].mean())
    parts = [_of(kind, column, scored, base) for kind, column in _ENTITIES.items()]
    frame = pd.concat(parts, ignore_index=True).merge(
        failed.rename(columns={"card_token": "entity_id"}).assign(entity_type="card"), on=["entity_type", "entity_id"], how="left"
    )
    return frame.assign(failed_payments=frame.failed_payments.fillna(0).astype("int64"))[list(_COLUMNS)]


def _scored(periods: Sequence[Period]) -> pd.DataFrame:
    """All transactions with what entities are judged by. Columns are added and dropped in place: there are millions of rows."""
    rows = pd.concat([period.transactions[list(_READ)] for period in periods])
    is_fraud = rows.pop("is_fraud")
    rows["known"] = is_fraud.fillna(value=False).astype(bool)
    rows["recent"] = rows.transacted_at > rows.transacted_at.max() - pd.Timedelta(days=RECENT_DAYS)
    rows["stolen"] = rows.pence.where(rows.known, 0)
    # A forest's score is a rank, not a probability: it says nothing about how much fraud to expect.
    guessed = rows.score.where(rows.pop("model") == "gradient_boosting", 0.0)
    rows["expected"] = guessed.where(is_fraud.isna(), rows.known.astype(np.float64))
    return rows


_COLUMNS = (
    "entity_type",
    "entity_id",
    "score",
    "risk_band",
    "transactions",
    "amount",
    "known_frauds",
    "fraud_amount",
    "highest_score",
    "failed_payments",
    "last_seen_at",
)


def _of(kind: str, column: str, scored: pd.DataFrame, base: float) -> pd.DataFrame:
    """The entities of one kind; the score is the share of fraud lately, drawn towards `base` where there is little to go by."""
    recent = scored.loc[scored.recent, [column, "expected", "score"]]
    lately = recent.groupby(column).agg(expected=("expected", "sum"), count=("expected", "size"), highest_score=("score", "max"))
    whole = scored.groupby(column).agg(
        transactions=("known", "size"),
        pence=("pence", "sum"),
        known_frauds=("known", "sum"),
        stolen=("stolen", "sum"),
        last_seen_at=("transacted_at", "max"),
    )
    frame = whole.join(lately)
    score = (frame.expected.fillna(0.0) + PRIOR_TRANSACTIONS * base) / (frame["count"].fillna(0) + PRIOR_TRANSACTIONS)
    band = np.select([score >= _HIGH * base, score >= _MEDIUM * base], ["high", "medium"], "low") if base > 0 else "low"
    named = frame.assign(
        entity_type=kind,
        score=score,
        risk_band=band,
        amount=amounts(frame.pence / 100),
        fraud_amount=amounts(frame.stolen / 100),
        known_frauds=frame.known_frauds.astype("int64"),
    )
    return named.assign(entity_id=named.index.astype(str)).sort_values("entity_id", ignore_index=True)
