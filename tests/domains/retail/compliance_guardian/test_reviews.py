"""Decisions of reviewers are labels: they teach later models, and no earlier one."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from headgate.contracts.registry import Registry
from headgate.contracts.types import arrow_schema
from headgate.domains.retail import compliance_guardian as system
from headgate.domains.retail.compliance_guardian import boosting_models, reviews
from headgate.domains.retail.compliance_guardian.described_transactions import Descriptions
from headgate.domains.retail.compliance_guardian.stretch import Stretch
from headgate.lake import keys
from headgate.learning.store import Shelf
from headgate.systems.dashboards import dashboards, label_queues
from tests.domains.retail.compliance_guardian.conftest import few_trees
from tests.kept_runs import KeptRuns, assert_equal

if TYPE_CHECKING:
    from pathlib import Path

    import ibis

pytestmark = [pytest.mark.system, pytest.mark.usefixtures("small_models")]

AS_OF = date(2024, 12, 31)
FIRST, LAST = datetime(2024, 1, 15), datetime(2024, 2, 10)
CONTRACT = Registry.load().lake[keys.DECIDED_ITEMS]
(QUEUE,) = label_queues()
Decision = tuple[int, str, datetime]  # transaction, action, when


@pytest.fixture(scope="module")
def transactions(town: dict[str, ibis.Table]) -> pa.Table:
    """Every third transaction of 26 days of the town, in periods of four; one in ten has no label in the
    data.
    """
    rows = town["card_transactions"].to_pyarrow()
    rows = rows.filter(pc.greater_equal(rows["transacted_at"], pa.scalar(FIRST)))
    rows = rows.filter(pc.less(rows["transacted_at"], pa.scalar(LAST)))
    rows = rows.take(pa.array(range(0, rows.num_rows, 3)))
    labels = [None if place % 10 == 0 else label for place, label in enumerate(rows["is_fraud"].to_pylist())]
    return rows.set_column(rows.schema.get_field_index("is_fraud"), "is_fraud", pa.array(labels, pa.bool_()))


@pytest.fixture(scope="module")
def begun(
    town: dict[str, ibis.Table], transactions: pa.Table, tmp_path_factory: pytest.TempPathFactory
) -> tuple[KeptRuns, dict[str, pd.DataFrame]]:
    """The lake after its first run, which the tests continue, and the tables of that run."""
    datasets = {name: table.to_pyarrow() for name, table in town.items()}
    datasets |= {"card_transactions": transactions}
    runs = KeptRuns(
        lambda tables: system.build(tables, AS_OF, Shelf()), datasets, tmp_path_factory.mktemp("begun")
    )
    with pytest.MonkeyPatch.context() as patched:
        few_trees(patched)
        return runs, runs.build()[0]


@pytest.fixture
def shop(begun: tuple[KeptRuns, dict[str, pd.DataFrame]], tmp_path: Path) -> KeptRuns:
    return begun[0].copy(tmp_path)


@pytest.fixture
def without_decisions(begun: tuple[KeptRuns, dict[str, pd.DataFrame]]) -> dict[str, pd.DataFrame]:
    """The tables of the first run."""
    return {name: table.copy() for name, table in begun[1].items()}


def decided(*decisions: Decision) -> pa.Table:
    """The closed items that a merge publishes."""
    rows = [
        {
            "queue": QUEUE.queue,
            "item_id": str(transaction),
            "dataset": QUEUE.dataset,
            "action": action,
            "label": QUEUE.label_of(action),
            "decided_at": at,
            "decision_id": f"{number:032}",
        }
        for number, (transaction, action, at) in enumerate(decisions)
    ]
    return pa.Table.from_pylist(rows, arrow_schema(CONTRACT))


def unlabelled(transactions: pa.Table, count: int) -> list[int]:
    """Return the numbers of the first transactions without a label."""
    alone = transactions.filter(pc.is_null(transactions["is_fraud"]))
    ids: list[int] = alone.sort_by("transacted_at")["transaction_id"].to_pylist()[:count]
    return ids


def figures(built: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the figures of reviews, by metric and period."""
    quality = built["fraud_model_quality"]
    return quality[quality.metric.str.contains("review") & (quality.metric != "reviews_a_day")]


def test_the_domain_declares_the_queue_of_its_dashboard_and_its_actions() -> None:
    (queue,) = [
        queue for board in dashboards().values() for queue in board.queues if queue.name == QUEUE.queue
    ]
    assert QUEUE.queue == reviews.QUEUE
    assert {*QUEUE.positive, *QUEUE.negative} < {action.name for action in queue.actions}
    assert QUEUE.dataset in Registry.load().curated


def test_the_newest_decision_is_shown_with_the_score(shop: KeptRuns, transactions: pa.Table) -> None:
    first, second, *_ = unlabelled(transactions, 2)
    shop.replace(decided_items=decided((first, "block", LAST), (second, "ignore", LAST)))
    scores = shop.build()[0]["fraud_scores"].set_index("transaction_id")
    assert scores.reviewed_as.dropna().to_dict() == {first: "block", second: "ignore"}
    assert scores.is_fraud[[first, second]].isna().all()


def test_a_decision_about_an_erased_transaction_leaves_no_row_and_no_figure(
    shop: KeptRuns, transactions: pa.Table
) -> None:
    (gone,) = unlabelled(transactions, 1)
    shop.replace(
        card_transactions=transactions.filter(pc.not_equal(transactions["transaction_id"], gone)),
        decided_items=decided((gone, "block", FIRST + timedelta(days=1))),
    )
    built = shop.build()[0]
    assert built["fraud_scores"].reviewed_as.isna().all()
    assert figures(built).empty


def test_after_each_decision_the_tables_are_those_of_a_full_run(
    shop: KeptRuns, transactions: pa.Table
) -> None:
    """Decided, changed, withdrawn, decided without a label, and again as at first."""
    ids, at = unlabelled(transactions, 60), FIRST + timedelta(days=13)
    early = decided(*((number, "block" if number % 3 else "approve", at) for number in ids))
    changed = decided(*((number, "approve" if number % 3 else "block", at) for number in ids))
    ignored = decided(*((number, "ignore", at) for number in ids))
    steps = [decided(), early, changed, early.slice(0, 20), ignored, early]
    scores = []
    full: dict[int, dict[str, pd.DataFrame]] = {}
    for step in steps:
        shop.replace(decided_items=step)
        built = shop.build()[0]
        if id(step) not in full:
            full[id(step)] = shop.build(is_full=True)[0]
        assert_equal(built, full[id(step)])
        scores.append(built["fraud_scores"].score)
    assert not scores[1].equals(scores[0])
    assert not scores[2].equals(scores[1])
    assert scores[4].equals(scores[0])
    assert scores[5].equals(scores[1])


def test_a_decision_after_a_period_began_teaches_its_model_nothing(
    shop: KeptRuns, transactions: pa.Table, without_decisions: dict[str, pd.DataFrame]
) -> None:
    without = without_decisions["fraud_scores"]
    late = [(number, "block", LAST + timedelta(days=1)) for number in unlabelled(transactions, 60)]
    shop.replace(decided_items=decided(*late))
    built, counts = shop.build()
    assert counts["computed"] == 0
    after, of_decisions = built["fraud_scores"], ["reviewed_as", "to_decide"]
    pd.testing.assert_frame_equal(after.drop(columns=of_decisions), without.drop(columns=of_decisions))
    assert without["to_decide"].any()
    assert not after.loc[after["reviewed_as"].notna(), "to_decide"].any()


def test_a_reported_label_counts_where_a_reviewer_says_otherwise(
    shop: KeptRuns, transactions: pa.Table, without_decisions: dict[str, pd.DataFrame]
) -> None:
    without = without_decisions["fraud_scores"]
    reported = (
        transactions.filter(pc.is_valid(transactions["is_fraud"])).sort_by("transacted_at").slice(0, 50)
    )
    pairs = zip(reported["transaction_id"].to_pylist(), reported["is_fraud"].to_pylist(), strict=True)
    opposite = [
        (number, "approve" if fraud else "block", FIRST + timedelta(days=13)) for number, fraud in pairs
    ]
    shop.replace(decided_items=decided(*opposite))
    built = shop.build()[0]
    assert built["fraud_scores"].score.equals(without.score)
    agreement = figures(built)
    assert set(agreement.metric) == {"review_agreement"}
    assert (agreement.value == 0).all()
    assert agreement.rows_used.sum() == 50


def test_reviews_alone_teach_no_model(shop: KeptRuns, transactions: pa.Table) -> None:
    """Reviewers see the highest scores only: such labels do not say how usual transactions look."""
    nobody = pa.array([None] * transactions.num_rows, pa.bool_())
    place = transactions.schema.get_field_index("is_fraud")
    shop.replace(
        card_transactions=transactions.set_column(place, "is_fraud", nobody),
        decided_items=decided(
            *(
                (number, "block" if number % 4 == 0 else "approve", FIRST + timedelta(days=13))
                for number in transactions["transaction_id"].to_pylist()[:800]
            )
        ),
    )
    built = shop.build()[0]
    assert set(built["fraud_scores"].model) == {"isolation_forest"}
    assert {"reviewed_fraud_share"} == set(figures(built).metric)


def test_figures_of_reviews_are_apart_from_those_of_reported_labels(
    shop: KeptRuns, transactions: pa.Table, without_decisions: dict[str, pd.DataFrame]
) -> None:
    before = without_decisions["fraud_model_quality"]
    ids = unlabelled(transactions, 100)
    shop.replace(decided_items=decided(*((number, "block", LAST + timedelta(days=1)) for number in ids)))
    built = shop.build()[0]
    of_reviews = figures(built)
    assert set(of_reviews.metric) == {"reviewed_fraud_share"}
    assert (of_reviews.rows_used.sum(), set(of_reviews.value)) == (100, {1.0})
    pd.testing.assert_frame_equal(
        built["fraud_model_quality"].drop(of_reviews.index).reset_index(drop=True), before, check_exact=True
    )


def test_the_figures_say_how_many_reviews_a_model_learnt_from(shop: KeptRuns, transactions: pa.Table) -> None:
    ids = unlabelled(transactions, 30)
    shop.replace(decided_items=decided(*((number, "approve", FIRST + timedelta(days=13)) for number in ids)))
    learnt = figures(shop.build()[0]).query("metric == 'reviewed_labels'")
    assert learnt.value.max() == 30
    assert (learnt.baseline > 200).all()


def test_only_transactions_as_old_as_the_reported_ones_teach(
    town: dict[str, ibis.Table], tmp_path: Path
) -> None:
    stretch = Stretch(pd.Timestamp("2024-01-20"), pd.Timestamp("2024-01-24"))
    rows = pd.DataFrame(
        {
            "transaction_id": [1, 2, 3, 4, 5],
            "transacted_at": pd.to_datetime(
                [
                    "2024-01-12 23:59",
                    "2024-01-13 00:00",
                    "2024-01-02 00:00",
                    "2024-01-02 00:00",
                    "2024-01-02 00:00",
                ]
            ),
            "is_fraud": pd.array([None, None, None, True, None], "boolean"),
            "reviewed_as": ["block", "block", "block", "approve", "ignore"],
            "label": pd.array([True, True, True, False, None], "boolean"),
            "decided_at": pd.to_datetime(
                [
                    "2024-01-19 23:59",
                    "2024-01-19 00:00",
                    "2024-01-20 00:00",
                    "2024-01-05 00:00",
                    "2024-01-05 00:00",
                ]
            ),
        }
    )
    taught = reviews.Reviews(rows).taught(stretch)
    assert taught.transaction_id.tolist() == [1]
    described = Descriptions(town["card_transactions"], town["customers"], AS_OF, tmp_path).all()
    ids = described.column("transaction_id")
    unknown = np.full(len(ids), boosting_models.UNKNOWN, dtype=np.int8)
    filled = reviews.filled_in(unknown, described, taught)
    assert ids[filled != boosting_models.UNKNOWN].tolist() == [1]
    assert filled[ids == 1].tolist() == [boosting_models.FRAUD]
