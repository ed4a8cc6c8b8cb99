"""Predictions of fraud are the batch's: the same features, scores, decisions and reasons for the same
transactions.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from headgate.domains.retail.compliance_guardian import (
    boosting_models,
    decisions,
    exported_model,
    features,
    fraud_reasons,
    scored_periods,
)
from headgate.domains.retail.predictions.fraud import FraudScorer, Transaction
from headgate.scoring.scorer import Scorer
from tests.domains.retail.compliance_guardian.conftest import written_in

if TYPE_CHECKING:
    import ibis

    from headgate.domains.retail.compliance_guardian.described_transactions import DescribedTransactions

pytestmark = pytest.mark.system

AS_OF = date(2024, 12, 31)


@pytest.fixture(scope="module")
def described(town: dict[str, ibis.Table]) -> pd.DataFrame:
    return features.described(town["card_transactions"], town["customers"], AS_OF)


@pytest.fixture(scope="module")
def transactions(described: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> DescribedTransactions:
    return written_in(tmp_path_factory.mktemp("features"), described)


@pytest.fixture(scope="module")
def model(transactions: DescribedTransactions) -> boosting_models.Boosting:
    found = scored_periods.supervised(transactions, len(transactions), boosting_models.FIRST)
    assert found
    return found


@pytest.fixture(scope="module")
def scorer(
    model: boosting_models.Boosting, transactions: DescribedTransactions, town: dict[str, ibis.Table]
) -> FraudScorer:
    exported = export_of(model, transactions, town["customers"])
    assert exported
    return FraudScorer(Scorer.from_bytes(exported.to_bytes()))


def export_of(
    model: boosting_models.Boosting,
    transactions: DescribedTransactions,
    customers: ibis.Table,
    reviews_a_day: int = decisions.REVIEWS_A_DAY,
) -> Scorer | None:
    """The export of a model with all transactions as the past, and a price of the last days."""
    count = len(transactions)
    last_at = transactions.rows(count - 1, count)["transacted_at"].iloc[-1]
    waiting = transactions.place_of(last_at - pd.Timedelta(days=features.DELAY_DAYS))
    price = scored_periods.review_price(model, transactions, waiting, count, decisions.Terms(reviews_a_day))
    past = exported_model.Past(
        count,
        lambda columns: transactions.tables(0, count, columns),
        transactions.rows(max(0, count - 1_000), count),
    )
    return exported_model.scorer(model, price, past, customers)


def asked(row: pd.Series) -> Transaction:
    return Transaction(
        int(row.customer_id),
        int(row.terminal_id),
        int(row.pence),
        row.transacted_at.to_pydatetime(),
        int(row.transaction_id),
    )


def test_exported_trees_give_the_scores_of_every_transaction(
    scorer: FraudScorer, model: boosting_models.Boosting, described: pd.DataFrame
) -> None:
    points = described[list(model.columns)].to_numpy(dtype=np.float64, na_value=np.nan)
    np.testing.assert_allclose(scorer.strength(points), model.strength(described), rtol=1e-9, atol=1e-9)


def test_a_single_transaction_has_the_features_score_decision_and_reasons_of_the_batch(
    scorer: FraudScorer, model: boosting_models.Boosting, described: pd.DataFrame
) -> None:
    stopped = np.flatnonzero(
        decisions.cheapest(model.scores(described), described.amount_gbp.to_numpy()) != decisions.ACTIONS[0]
    )
    rows = described.iloc[np.unique(np.r_[np.arange(0, len(described), 60), stopped[::5]])]
    scores = model.scores(rows)
    decided, codes = (
        decisions.cheapest(scores, rows.amount_gbp.to_numpy()),
        fraud_reasons.explain(model, rows).codes,
    )
    for place, (_, row) in enumerate(rows.iterrows()):
        found = scorer.score(asked(row))
        expected = row[list(model.columns)].to_numpy(dtype=np.float64, na_value=np.nan)
        known = np.array([np.nan if value is None else value for value in found.features.values()])
        np.testing.assert_allclose(known, expected, rtol=1e-12, atol=1e-9)
        assert found.score == pytest.approx(scores[place], rel=1e-9, abs=1e-12)
        assert found.decision == decided[place]
        assert list(found.reasons) == (
            [] if found.decision == "approve" else [code for code in codes[place] if code]
        )


def test_the_price_of_a_review_in_a_small_team_is_exported(
    model: boosting_models.Boosting,
    transactions: DescribedTransactions,
    town: dict[str, ibis.Table],
) -> None:
    exported = export_of(model, transactions, town["customers"], reviews_a_day=0)
    assert exported
    assert exported.facts["costs"]["review"] > decisions.REVIEW_COST_GBP


def test_an_unknown_customer_and_terminal_are_scored_without_a_past(scorer: FraudScorer) -> None:
    found = scorer.score(Transaction(999_999, 999_999, 12_00, datetime(2024, 3, 2, 12, 0)))
    assert 0 <= found.score <= 1
    assert (found.features["customer_count_30d"], found.features["account_age_days"]) == (1.0, None)


def test_the_export_holds_neither_cards_nor_their_tokens(
    model: boosting_models.Boosting, transactions: DescribedTransactions, town: dict[str, ibis.Table]
) -> None:
    exported = export_of(model, transactions, town["customers"])
    assert exported
    assert not any("card" in name for name in exported.arrays)
    assert all(array.dtype.kind in "fiub" for array in exported.arrays.values())


def test_the_past_is_read_from_disk_when_the_export_is_stored(
    model: boosting_models.Boosting, transactions: DescribedTransactions, town: dict[str, ibis.Table]
) -> None:
    exported = export_of(model, transactions, town["customers"])
    assert exported
    past = {name: array for name, array in exported.arrays.items() if name.startswith(("past.", "accounts."))}
    assert past
    assert all(isinstance(array, np.memmap) for array in past.values())
    assert (
        exported.arrays["past.number"].tolist()
        == transactions.frame(["transaction_id"]).transaction_id.tolist()
    )


def test_customers_whose_registration_nobody_knows_are_no_accounts(
    model: boosting_models.Boosting, transactions: DescribedTransactions, town: dict[str, ibis.Table]
) -> None:
    exported = export_of(model, transactions, town["customers"].filter(town["customers"].customer_id < 0))
    assert exported
    assert len(exported.arrays["accounts.customer_id"]) == 0


def test_numbers_that_do_not_give_the_scores_of_the_batch_are_not_exported(
    model: boosting_models.Boosting,
    transactions: DescribedTransactions,
    town: dict[str, ibis.Table],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(FraudScorer, "strength", lambda _, points: np.zeros(len(points)))
    assert export_of(model, transactions, town["customers"]) is None


def test_a_past_that_the_function_cannot_hold_is_not_exported(
    model: boosting_models.Boosting,
    transactions: DescribedTransactions,
    town: dict[str, ibis.Table],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(exported_model, "MAX_KEPT", 1_000)
    assert export_of(model, transactions, town["customers"]) is None
