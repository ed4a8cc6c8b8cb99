from __future__ import annotations

from datetime import date
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from headgate.domains.retail.compliance_guardian import (
    boosting_models,
    decisions,
    features,
    fraud_reasons,
    scored_periods,
)
from headgate.domains.retail.compliance_guardian.described_transactions import Descriptions
from headgate.domains.retail.compliance_guardian.transaction_days import days_of_rows
from headgate.facts.kept_files import kept_files
from tests.domains.retail.compliance_guardian.conftest import written_in

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import ibis


pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
def described(town: dict[str, ibis.Table]) -> pd.DataFrame:
    return features.described(town["card_transactions"], town["customers"], date(2024, 12, 31))


@pytest.fixture(scope="module")
def periods(
    town: dict[str, ibis.Table], described: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory
) -> list[scored_periods.Period]:
    return scored(town, described, tmp_path_factory.mktemp("scored"))


def scored(
    town: dict[str, ibis.Table], described: pd.DataFrame, folder: Path, reviews_a_day: int = 100
) -> list[scored_periods.Period]:
    rows = written_in(folder, described)
    descriptions = Descriptions(town["card_transactions"], town["customers"], date.max, folder, rows)
    scores = scored_periods.Scores(
        days_of_rows(rows), descriptions, written_to(folder), terms=decisions.Terms(reviews_a_day)
    )
    return scores.periods()


def written_to(folder: Path) -> scored_periods.KeepFiles:
    """Nothing is kept from an earlier run."""
    return partial(kept_files, {}, folder=folder)


def test_boosting_finds_fraud_that_it_had_not_seen(periods: list[scored_periods.Period]) -> None:
    newest = periods[-1].transactions
    assert set(newest.model) == {"gradient_boosting"}
    assert average_precision_score(newest.is_fraud.astype(bool), newest.score) > 0.7


def test_shuffled_labels_teach_nothing(described: pd.DataFrame) -> None:
    """Were a label to leak into the features, the model would find it again."""
    points = described[list(features.HANDBOOK[:9])]
    labels = pd.Series(np.random.default_rng(1).permutation(described.is_fraud.astype(bool)))
    half = len(points) // 2
    model = boosting_models.boosting(points[:half], labels[:half], features.HANDBOOK[:9])
    assert roc_auc_score(labels[half:], model.scores(points[half:])) == pytest.approx(0.5, abs=0.08)


def test_leaving_honest_transactions_out_keeps_the_probabilities(
    described: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    labels = described.is_fraud.astype(bool)
    whole = boosting_models.boosting(described, labels).scores(described).mean()
    monkeypatch.setattr(boosting_models, "MAX_HONEST", 2_000)
    thinned = boosting_models.boosting(described, labels)
    assert thinned.honest_share < 0.3
    assert thinned.scores(described).mean() == pytest.approx(whole, rel=0.15)


def test_leaving_frauds_out_keeps_the_probabilities(
    described: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    labels = described.is_fraud.astype(bool)
    whole = boosting_models.boosting(described, labels).scores(described).mean()
    monkeypatch.setattr(boosting_models, "MAX_FRAUDS", int(labels.sum()) // 2)
    thinned = boosting_models.boosting(described, labels)
    assert thinned.honest_share == pytest.approx(2, rel=0.05)
    assert thinned.scores(described).mean() == pytest.approx(whole, rel=0.15)


def test_the_newest_transactions_of_a_period_are_its_last_ones(
    periods: list[scored_periods.Period], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scored_periods, "_DAYS_ROWS", 100)
    columns, period = ["transaction_id", "transacted_at", "is_fraud", "decision"], periods[1]
    every = period.rows(columns)
    for newest in (1, 700, len(every), 10**6):
        pd.testing.assert_frame_equal(period.rows(columns, newest), every.tail(newest).reset_index(drop=True))
    days = list(period.days(columns))
    assert len(days) > 1
    assert pd.concat(days).transaction_id.tolist() == every.transaction_id.tolist()
    assert not any(
        set(one.transacted_at.dt.date) & set(next_.transacted_at.dt.date) for one, next_ in pairwise(days)
    )


def test_a_feature_that_nobody_has_is_left_out(described: pd.DataFrame) -> None:
    """An account's age is unknown for every card of a shop whose customers table is empty."""
    points = described.assign(account_age_days=np.nan)
    model = boosting_models.boosting(points, described.is_fraud.astype(bool))
    assert "account_age_days" not in model.columns
    assert fraud_reasons.explain(model, points.head(5)).codes.shape == (5, fraud_reasons.REASONS)


def test_strangeness_ranks_absurd_amounts_high(described: pd.DataFrame) -> None:
    score = boosting_models.isolation(described).scores(described)
    assert pd.Series(score).rank(pct=True)[(described.amount_to_usual > 4).to_numpy()].mean() > 0.95


@pytest.mark.parametrize("share", [0.001, 0.005, 0.02])
def test_without_labels_probabilities_have_the_expected_mean(described: pd.DataFrame, share: float) -> None:
    score = boosting_models.isolation(described, fraud_share=share).scores(described)
    assert ((score > 0) & (score < 1)).all()
    assert score.mean() == pytest.approx(share, rel=0.2)  # odds keep the highest below 1


def test_equally_strange_transactions_have_the_expected_probability(described: pd.DataFrame) -> None:
    model = boosting_models.isolation(described)
    assert model.scores_of(np.ones(9)) == pytest.approx(np.full(9, boosting_models.EXPECTED_FRAUD_SHARE))


def test_known_labels_move_the_expected_share_of_fraud() -> None:
    """By hand: 1,000 labels count as much as the stated 0.005."""
    assert boosting_models.expected_fraud_share(0, 0) == 0.005
    assert boosting_models.expected_fraud_share(975, 25) == pytest.approx(0.015)


@pytest.mark.parametrize("days", [10, 20, 30])
def test_in_the_first_weeks_frauds_rank_no_lower_than_by_the_amount_against_the_usual_one(
    described: pd.DataFrame, days: int
) -> None:
    begun = described[described.transacted_at < described.transacted_at.iloc[0] + pd.Timedelta(days=days)]
    fraud, rank = begun.is_fraud.astype(bool), boosting_models.isolation(begun).scores(begun)
    assert average_precision_score(fraud, rank) >= average_precision_score(fraud, begun.amount_to_usual)
    assert roc_auc_score(fraud, rank) >= roc_auc_score(fraud, begun.amount_to_usual)


def test_a_transaction_is_as_strange_alone_as_among_others(described: pd.DataFrame) -> None:
    model = boosting_models.isolation(described)
    assert model.strength(described.iloc[[7]])[0] == pytest.approx(model.strength(described)[7])


def test_a_label_teaches_only_after_the_delay(
    town: dict[str, ibis.Table], described: pd.DataFrame, periods: list[scored_periods.Period], tmp_path: Path
) -> None:
    """Turning round every label that was not known when the last period began changes none of its scores."""
    learnt_until = periods[-1].start - pd.Timedelta(days=features.DELAY_DAYS)
    turned = described.assign(
        is_fraud=described.is_fraud.where(described.transacted_at < learnt_until, ~described.is_fraud)
    )
    assert (
        scored(town, turned, tmp_path)[-1].transactions.score.tolist()
        == periods[-1].transactions.score.tolist()
    )


def test_a_small_team_is_asked_for_few_reviews_of_what_costs_most(
    town: dict[str, ibis.Table],
    described: pd.DataFrame,
    periods: list[scored_periods.Period],
    tmp_path: Path,
) -> None:
    """The price comes from earlier days, so a busy day may ask for a few more."""
    free = periods[-1].transactions
    scarce = scored(town, described, tmp_path, reviews_a_day=0)[-1].transactions
    reviewed, asked = (part[part.decision == "review"] for part in (scarce, free))
    assert len(reviewed) < len(asked)
    assert reviewed.transaction_id.isin(asked.transaction_id).all()
    assert scarce.score.tolist() == free.score.tolist()


def test_every_transaction_is_scored_once(
    described: pd.DataFrame, periods: list[scored_periods.Period]
) -> None:
    ids = pd.concat([period.transactions.transaction_id for period in periods])
    assert sorted(ids) == sorted(described.transaction_id)


def test_every_feature_has_one_reason() -> None:
    reported = [name for names in fraud_reasons.groups().values() for name in names]
    assert sorted(reported) == sorted(features.ALL)


def test_a_misused_terminal_is_the_reason_for_its_frauds(periods: list[scored_periods.Period]) -> None:
    newest = periods[-1].transactions
    stopped = newest[(newest.terminal_id == 7) & (newest.decision != "approve")]
    assert len(stopped)
    assert stopped.reason_1.eq("earlier_fraud_at_terminal").mean() > 0.9


FACTS: dict[str, Callable[[pd.DataFrame], pd.Series[bool]]] = {
    "earlier_fraud_of_customer": lambda rows: rows.customer_frauds_30d > 0,
    "earlier_fraud_at_terminal": lambda rows: rows.terminal_frauds_30d > 0,
    "many_payments_at_terminal": lambda rows: (
        (rows.terminal_count_1d >= 3)
        & (rows.terminal_known_30d > 0)
        & (rows.terminal_count_1d >= 2 * rows.terminal_known_30d / 30)
    ),
    "many_payments_of_customer": lambda rows: (
        (rows.customer_count_1d >= 3) & (rows.customer_count_1d >= 2 * rows.customer_count_30d / 30)
    ),
    "unusual_time": lambda rows: rows.is_night == 1,
    "new_customer": lambda rows: (rows.account_age_days >= 0) & (rows.account_age_days < 30),
    "unusual_payments_before": lambda rows: (
        (rows.highest_to_usual_14d >= 2) & (rows.highest_to_usual_14d >= 2 * rows.amount_to_usual)
    ),
    "unusual_amount": lambda rows: rows.amount_to_usual >= 2,
    "unusual_combination": lambda rows: rows.amount_gbp > 0,
}


@pytest.mark.parametrize("is_taught", [True, False])
def test_no_reason_is_named_whose_fact_does_not_hold(described: pd.DataFrame, is_taught: bool) -> None:
    """A queue called customers of a year new, and named earlier fraud where none was: what is unlike the
    typical payment moves a score to either side.
    """
    rng = np.random.default_rng(5)
    ages = rng.choice([-3.0, 0.0, 12.0, 29.9, 30.0, 200.0, 369.0, np.nan], len(described))
    points = described.assign(account_age_days=ages)
    of_age = np.isin(ages, [12.0, 369.0]) & (rng.random(len(points)) < 0.3)
    labels = described.is_fraud.astype(bool) | of_age
    model = boosting_models.boosting(points, labels) if is_taught else boosting_models.isolation(points)
    codes = fraud_reasons.explain(model, points).codes
    named = {code: points[(codes == code).any(axis=1)] for code in FACTS}
    assert set(codes[codes != None]) <= set(FACTS)  # noqa: E711 of each element
    assert {code: int((~FACTS[code](rows)).sum()) for code, rows in named.items()} == dict.fromkeys(FACTS, 0)
    assert len(named["new_customer"]) or not is_taught
    assert all(codes[:, 0] != None), "each has a reason"  # noqa: E711 of each element
    alone = (codes == "unusual_combination").any(axis=1)
    assert alone.any()
    assert (codes[alone, 0] == "unusual_combination").all()
    assert all(code is None for code in codes[alone, 1:].ravel())


def test_approved_transactions_have_no_reason(periods: list[scored_periods.Period]) -> None:
    frame = pd.concat([period.transactions for period in periods])
    assert frame[frame.decision == "approve"].reason_1.isna().all()
    assert frame[frame.decision != "approve"].reason_1.notna().all()
