"""fraud_model_quality: the quality of each period's model on unseen labels, in total and by day.

Days are measured by the Fraud Detection Handbook's protocol: customers with a known fraud are excluded,
because their cards are blocked; labels are known after a delay; and a customer whom the score has detected is
not checked again.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import takewhile
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from headgate.domains.retail import measures as measuring
from headgate.domains.retail.compliance_guardian import decisions
from headgate.domains.retail.compliance_guardian.boosting_models import Boosting
from headgate.domains.retail.compliance_guardian.features import DELAY_DAYS
from headgate.domains.retail.compliance_guardian.kept_quality import FraudMemory, KeptQuality, PeriodQuality
from headgate.domains.retail.margin import assumed
from headgate.domains.retail.measures import Measure
from headgate.learning.calibration import Reliability
from headgate.learning.ranking import ranked

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    import numpy.typing as npt

    from headgate.domains.retail.compliance_guardian.scored_periods import Period

    Array = npt.NDArray[np.float64]
    _Figure = tuple[str, float, float, str, str | None]  # metric, value, baseline, whose baseline, note

MAX_MEASURED = 3_000_000
"""Newest transactions of a period that its figures are of; see docs/adr/0093-fraud-features-on-disk.md."""
CARDS_A_DAY = 100
"""Cards that the fraud team can look at in a day."""
BLOCKED_DAYS = 14
"""Days for which a customer who is known to be defrauded is left out: the handbook's week of training and
week of delay.
"""
_DAY = pd.Timedelta(days=1)
_OVER = (DELAY_DAYS + BLOCKED_DAYS + 2) * _DAY  # after it a fraud blocks nobody any more
_BASELINE = "amount to usual"
_MEASURED = (
    "customer_id",
    "transacted_at",
    "is_fraud",
    "score",
    "amount_to_usual",
    "amount_gbp",
    "decision",
    "model",
)
_NOTHING = "no fraud is known here, or nothing but fraud"
_ECE = "mean distance of the probability from the share of fraud, in bins of similar probability"


def table(
    periods: Sequence[Period],
    terms: decisions.Terms = decisions.DEFAULT,
    kept: KeptQuality | None = None,
    of_reviews: Callable[[Period, str, str], Iterable[Measure]] = lambda *_: (),
) -> pd.DataFrame:
    """Return the table's rows, in the order of model, metric and period.

    `MAX_MEASURED` transactions or some days are in memory at a time.

    Args:
        kept: has figures of periods that are over.
        of_reviews: returns the figures of reviews in a period, given its model and its days.
    """
    scored = [period for period in periods if period.paths]
    every, memory = Reliability(), FraudMemory()
    whole: list[Measure] = []
    daily_figures: list[Measure] = []
    for period in scored:
        measure = partial(_of_period, period, memory, terms)
        quality = kept.of(period, measure) if kept else measure()
        memory, every = quality.memory, every + quality.reliability
        whole += quality.whole
        whole += of_reviews(period, quality.whole[0].model, quality.whole[0].period)
        daily_figures += quality.daily
    together = _of_whole_table(every, scored, terms) if scored else []
    return measuring.measures_table([*whole, *together, *daily_figures])


def _of_period(period: Period, before: FraudMemory, terms: decisions.Terms) -> PeriodQuality:
    rows = period.rows(_MEASURED, MAX_MEASURED)
    whole, reliability = measures(rows, terms), _reliability(rows[rows.is_fraud.notna()])
    del rows
    memory = FraudMemory(before.frauds, {ranking: dict(seen) for ranking, seen in before.seen.items()})
    return PeriodQuality(whole, daily(period.days(_MEASURED), memory, terms), reliability, memory)


def _reliability(labelled: pd.DataFrame) -> Reliability:
    return Reliability.of(labelled.is_fraud.to_numpy(dtype=np.bool_), labelled.score.to_numpy())


def _of_whole_table(every: Reliability, periods: Sequence[Period], terms: decisions.Terms) -> list[Measure]:
    """Return the margin, and how far the probabilities of all models are from the shares of fraud."""
    first, last = (
        period.rows(["transacted_at"], MAX_MEASURED).transacted_at for period in (periods[0], periods[-1])
    )
    days = f"{first.min().date()}/{last.max().date()}"
    margin = assumed("all", days, terms.margin_share)
    if not every.rows:
        return [margin]
    if not 0 < every.came_true < every.rows:
        return [margin, Measure("all", "ece", days, None, rows_used=every.rows, note=_NOTHING)]
    return [margin, Measure("all", "ece", days, every.error, rows_used=every.rows, note=_ECE)]


def measures(transactions: pd.DataFrame, terms: decisions.Terms = decisions.DEFAULT) -> list[Measure]:
    """Return the figures of one period; transactions whose truth nobody knows are left out."""
    if transactions.empty:
        return []
    model, days = str(transactions.model.iloc[0]), _days(transactions)
    labelled = transactions[transactions.is_fraud.notna()]
    fraud = labelled.is_fraud.to_numpy(dtype=np.bool_)
    if not 0 < fraud.sum() < len(fraud):
        return [Measure(model, "auc", days, None, rows_used=len(labelled), note=_NOTHING)]
    score, plain = labelled.score.to_numpy(), labelled.amount_to_usual.to_numpy()
    figures = [
        *_ranked(fraud, score, plain, model),
        (
            "card_precision_100",
            card_precision(labelled, score),
            card_precision(labelled, plain),
            _BASELINE,
            "counted by customer instead of card",
        ),
        _cost(labelled, fraud, terms),
        (
            "reviews_a_day",
            _reviews_a_day(transactions),
            terms.reviews_a_day,
            "what the team can review",
            None,
        ),
        ("fraud_share", float(fraud.mean()), float(score.mean()), "mean score", None),
    ]
    ece = Measure(model, "ece", days, _reliability(labelled).error, rows_used=len(labelled), note=_ECE)
    return [
        *(
            Measure(model, name, days, float(value), float(base), who, len(labelled), note)
            for name, value, base, who, note in figures
        ),
        ece,
    ]


def daily(
    parts: Iterable[pd.DataFrame],
    memory: FraudMemory | None = None,
    terms: decisions.Terms = decisions.DEFAULT,
) -> list[Measure]:
    """Return the figures of each day by the handbook's protocol.

    Args:
        parts: transactions in the order of time, at least one in each, with `score`, `decision` and `model`;
            no day is in two parts.
        memory: of the days before, to which these days are added.

    Source:
        Fraud Detection Handbook, chapters 4.4 (customers known to be defrauded, card precision) and 5.3
        (delay).
    """
    memory = memory or FraudMemory()
    measured: list[Measure] = []
    for part in parts:
        labelled = part[part.is_fraud.notna()]
        new = labelled.loc[labelled.is_fraud.astype(bool), ["customer_id", "transacted_at"]]
        memory.frauds = (
            new
            if memory.frauds is None
            else pd.concat(
                [memory.frauds[memory.frauds.transacted_at >= part.transacted_at.iloc[0] - _OVER], new]
            )
        )
        tried = without_defrauded(labelled, memory.frauds, pd.Timedelta(days=BLOCKED_DAYS))
        days = tried.groupby(tried.transacted_at.dt.normalize())
        measured += [measure for day, rows in days for measure in _of_day(day, rows, memory.seen, terms)]
    return measured


def _of_day(
    day: pd.Timestamp,
    rows: pd.DataFrame,
    found_on: dict[str, dict[int, pd.Timestamp]],
    terms: decisions.Terms,
) -> list[Measure]:
    """Return the figures of one day; who is found on it is added to `found`."""
    model, period = str(rows.model.iloc[0]), f"{day.date()}/{day.date()}"
    fraud = rows.is_fraud.to_numpy(dtype=np.bool_)
    if not 0 < fraud.sum() < len(fraud):
        return [Measure(model, "daily_auc", period, None, rows_used=len(rows), note=_NOTHING)]
    precision, usual = (
        _found_on(day, _customers(rows, rows[name].to_numpy()), seen) for name, seen in found_on.items()
    )
    figures = [
        *_ranked(fraud, rows.score.to_numpy(), rows.amount_to_usual.to_numpy(), model),
        ("card_precision_100", precision, usual, _BASELINE, "counted by customer instead of card"),
        _cost(rows, fraud, terms),
    ]
    return [
        Measure(model, f"daily_{name}", period, float(value), float(base), who, len(rows), note)
        for name, value, base, who, note in figures
    ]


def _found_on(day: pd.Timestamp, customers: _Customers, seen: dict[int, pd.Timestamp]) -> float:
    """Return the card precision of one day.

    Customers found before are not looked at again while their cards are blocked.

    Args:
        seen: by the day on which they were found, which ascends; those whose cards are not blocked any more
            leave it.
    """
    free_again = takewhile(
        lambda customer: day - seen[customer] > (DELAY_DAYS + BLOCKED_DAYS) * _DAY, tuple(seen)
    )
    for customer in free_again:
        del seen[customer]
    defrauded = customers.defrauded_among_first(CARDS_A_DAY, seen)
    seen.update(dict.fromkeys(defrauded, day))
    return len(defrauded) / CARDS_A_DAY


def without_defrauded(
    tried: pd.DataFrame, frauds: pd.DataFrame, blocked: pd.Timedelta | None = None
) -> pd.DataFrame:
    """Return the transactions of customers who are not known to be defrauded on the day.

    Args:
        frauds: transactions that turned out to be fraud; each is known from the day after the delay on.
        blocked: for how long a customer is left out from then on; for good, unless given.
    """
    defrauded = frauds.assign(known_on=_days_of(frauds) + (DELAY_DAYS + 1) * _DAY)
    defrauded = (
        defrauded[["customer_id", "known_on"]].drop_duplicates().sort_values("known_on", kind="stable")
    )
    days = tried[["customer_id"]].assign(day=_days_of(tried), place=np.arange(len(tried)))
    ordered = days.sort_values("day", kind="stable")
    newest = pd.merge_asof(
        ordered, defrauded, left_on="day", right_on="known_on", by="customer_id", tolerance=blocked
    )
    return tried[newest.set_index("place").known_on.isna().sort_index().to_numpy()]


def _days_of(transactions: pd.DataFrame) -> pd.Series[Any]:
    days: pd.Series[Any] = transactions.transacted_at.dt.normalize()
    return days.astype("datetime64[ns]")  # merges ask for one resolution on both sides


def _ranked(fraud: npt.NDArray[np.bool_], score: Array, plain: Array, model: str) -> list[_Figure]:
    note = (
        None
        if model == Boosting.name
        else "too few labels were known by then: strangeness stands in for a model"
    )
    ours, theirs = ranked(fraud, score), ranked(fraud, plain)
    return [
        ("auc", ours.auc, theirs.auc, _BASELINE, note),
        ("average_precision", ours.average_precision, theirs.average_precision, _BASELINE, note),
    ]


def _cost(rows: pd.DataFrame, fraud: npt.NDArray[np.bool_], terms: decisions.Terms) -> _Figure:
    approve_all = np.full(len(rows), decisions.ACTIONS[0])
    cost, loss = (
        decisions.cost(made, fraud, rows.amount_gbp.to_numpy(), terms.margin_share)
        for made in (rows.decision.to_numpy(), approve_all)
    )
    note = (
        f"review {decisions.REVIEW_COST_GBP} GBP, block {decisions.BLOCK_CALL_GBP} GBP and margin "
        f"{terms.margin_share:.0%}"
    )
    return "cost_gbp", cost, loss, "approve everything", note


def _reviews_a_day(transactions: pd.DataFrame) -> float:
    days = (
        transactions.transacted_at.max().normalize() - transactions.transacted_at.min().normalize()
    ) / _DAY + 1
    return float((transactions.decision == decisions.ACTIONS[1]).sum() / days)


def card_precision(transactions: pd.DataFrame, score: Array, cards: int = CARDS_A_DAY) -> float:
    """Share of defrauded customers among those with the `cards` highest scores of each day, mean over days.

    A customer found on one day is not looked at again.

    Source:
        Fraud Detection Handbook, chapter 4.4, card precision top-k.
    """
    scored = transactions[["transacted_at", "customer_id", "is_fraud"]].assign(score=score)
    seen: set[int] = set()
    shares = []
    for _, rows in scored.groupby(scored.transacted_at.dt.normalize()):
        defrauded = _customers(rows, rows.score.to_numpy()).defrauded_among_first(cards, seen)
        seen |= set(defrauded)
        shares.append(len(defrauded) / cards)
    return float(np.mean(shares))


@dataclass(frozen=True)
class _Customers:
    """Customers of a day, the highest score first, and whether any of their transactions was fraud."""

    ids: npt.NDArray[np.int64]
    defrauded: npt.NDArray[np.bool_]

    def defrauded_among_first(self, count: int, without: Collection[int]) -> list[int]:
        """Return the defrauded customers among the first so many, without those in `without`."""
        looked_at = np.flatnonzero(~np.isin(self.ids, list(without)))[:count]
        return [int(customer) for customer in self.ids[looked_at[self.defrauded[looked_at]]]]


def _customers(rows: pd.DataFrame, score: Array) -> _Customers:
    customers, fraud = rows.customer_id.to_numpy(), rows.is_fraud.to_numpy(dtype=np.bool_)
    order = np.lexsort((customers, -score))
    _, first = np.unique(customers[order], return_index=True)
    ids = customers[order[np.sort(first)]]
    return _Customers(ids, np.isin(ids, customers[fraud]))


def _days(transactions: pd.DataFrame) -> str:
    return f"{transactions.transacted_at.min().date()}/{transactions.transacted_at.max().date()}"
