"""Models of a shop with very many customers learn from a sample of them.

Its tables have every customer all the same.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from headgate.contracts.registry import Registry
from headgate.domains.retail import demand_insights_engine as system
from headgate.domains.retail.demand_insights_engine import churn, learnt_customers, lifetime_value
from headgate.engines import write_rows
from headgate.engines.stored_rows import store_frames
from headgate.learning.store import Shelf
from headgate.systems.rows_in_file import rows_by_contract
from tests.made_tables import in_memory

if TYPE_CHECKING:
    from pathlib import Path

    import ibis

pytestmark = pytest.mark.system

AS_OF = date(2024, 12, 31)
CONTRACTS = Registry.load().tables_of(system.SYSTEM)
FEW = 300
NUMBERS = np.arange(1, 1_000_001)
TABLES_OF_CUSTOMERS = ("customer_segments", "customer_lifetime_value", "churn_risk")


def drawn(numbers: np.ndarray) -> list[int]:
    return numbers[learnt_customers.is_drawn(numbers, len(numbers))].tolist()


def test_about_as_many_are_drawn_as_models_need() -> None:
    assert len(drawn(NUMBERS)) == pytest.approx(learnt_customers.MOST, rel=0.01)


def test_the_order_of_customers_does_not_decide_who_is_drawn() -> None:
    shuffled = np.random.default_rng(1).permutation(NUMBERS)
    assert sorted(drawn(shuffled)) == drawn(NUMBERS)


def test_old_customers_are_drawn_as_often_as_new_ones() -> None:
    """Numbers ascend with time. Of each tenth of them, a fifth is drawn."""
    tenths = np.histogram(drawn(NUMBERS), bins=10, range=(1, len(NUMBERS)))[0]
    assert tenths.tolist() == pytest.approx([learnt_customers.MOST / 10] * 10, rel=0.03)


@pytest.mark.parametrize("step", [2, 10, 1024, 2**32])
def test_numbers_with_gaps_are_drawn_as_often(step: int) -> None:
    assert learnt_customers.is_drawn(NUMBERS * step, len(NUMBERS)).mean() == pytest.approx(0.2, rel=0.01)


def test_a_customer_who_is_drawn_of_more_customers_is_drawn_of_fewer() -> None:
    of_more = learnt_customers.is_drawn(NUMBERS, 2 * len(NUMBERS))
    assert (learnt_customers.is_drawn(NUMBERS, len(NUMBERS)) >= of_more).all()


def test_of_few_customers_all_are_drawn() -> None:
    assert learnt_customers.is_drawn(NUMBERS[:100], learnt_customers.MOST).all()


def test_the_customers_in_memory_are_those_whose_days_are_read(
    tmp_path: Path, drawn_shop: dict[str, ibis.Table], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learnt_customers, "MOST", 100)
    orders = drawn_shop["orders"]
    numbers = np.unique(orders.customer_id.to_pyarrow().to_numpy())
    customers = store_frames(
        [pd.DataFrame({"customer_id": numbers, "age": numbers / 2})], tmp_path / "customers.parquet"
    )
    sample = learnt_customers.sample_of(customers, orders, tmp_path)
    assert sample
    learnt_from = learnt_customers.drawn_rows(customers, customers, ("customer_id", "age"))
    assert (
        sorted(set(sample.days.customer_id.to_pyarrow().to_pylist()))
        == learnt_from.customer_id.tolist()
        == drawn(numbers)
    )
    assert sample.share == len(learnt_from) / len(numbers)


def test_the_sum_of_many_figures_does_not_depend_on_how_many_come_at_a_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    figures = np.random.default_rng(2).lognormal(0, 5, 1_000)
    monkeypatch.setattr(learnt_customers, "MOST", 100)
    found = {learnt_customers.sum_of(np.array_split(figures, parts)) for parts in (1, 2, 7, 1_000)}
    assert len(found) == 1
    assert found.pop() == pytest.approx(figures.sum(), rel=1e-12)


def test_the_sum_of_few_figures_is_that_of_all_of_them_together() -> None:
    figures = np.random.default_rng(2).lognormal(0, 5, 1_000)
    assert learnt_customers.sum_of(np.array_split(figures, 7)) == figures.sum()
    assert learnt_customers.sum_of([]) == 0.0


def build(tables: dict[str, ibis.Table]) -> dict[str, pd.DataFrame]:
    return in_memory(system.build(tables, AS_OF, Shelf()))


@pytest.fixture(scope="module")
def of_all(drawn_shop: dict[str, ibis.Table]) -> dict[str, pd.DataFrame]:
    return build(drawn_shop)


@pytest.fixture(scope="module")
def of_sample(drawn_shop: dict[str, ibis.Table]) -> dict[str, pd.DataFrame]:
    """The shop's tables by models that learnt from three customers of four."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(learnt_customers, "MOST", FEW)
        return build(drawn_shop)


def test_tables_of_models_that_learnt_from_a_sample_have_every_customer(
    of_all: dict[str, pd.DataFrame], of_sample: dict[str, pd.DataFrame]
) -> None:
    for name, contract in CONTRACTS.items():
        rows = rows_by_contract(contract, of_sample[name].assign(as_of=AS_OF, snapshot_id="0" * 16))
        assert all(rows[column.name].null_count == 0 for column in contract.columns if column.required)
    for name in TABLES_OF_CUSTOMERS:
        assert of_sample[name].customer_id.tolist() == of_all[name].customer_id.tolist()


def test_what_is_counted_is_the_same_with_a_sample(
    of_all: dict[str, pd.DataFrame], of_sample: dict[str, pd.DataFrame]
) -> None:
    """Scores are fifths of all customers, and figures of a customer are the customer's own.

    A segment follows the risk as well, which is that of a model.
    """
    counted = [
        "recency_days",
        "purchase_days",
        "revenue_gbp",
        "recency_score",
        "frequency_score",
        "monetary_score",
        "rfm",
    ]
    pd.testing.assert_frame_equal(
        of_sample["customer_segments"][counted], of_all["customer_segments"][counted]
    )


def test_totals_are_those_of_all_customers(
    of_all: dict[str, pd.DataFrame], of_sample: dict[str, pd.DataFrame]
) -> None:
    """Last year, the forecast and groups of all customers make revenue and buyers of 90 days likely, and all
    customers together reach them. The model of purchases, one view of four, learns from the sample.

    Who bought on the newest day is expected to buy more than the total has.
    """
    silent = of_all["customer_segments"].recency_days > 0
    values = [tables["customer_lifetime_value"].expected_value_90d[silent] for tables in (of_sample, of_all)]
    assert float(values[0].sum()) == pytest.approx(float(values[1].sum()), rel=0.005)
    risks = [tables["churn_risk"].churn_probability[silent] for tables in (of_sample, of_all)]
    assert risks[0].sum() == pytest.approx(risks[1].sum(), rel=0.05)


def test_the_number_of_customers_that_taught_the_models_is_published(
    of_sample: dict[str, pd.DataFrame], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learnt_customers, "MOST", FEW)
    quality = of_sample["customer_model_quality"]
    numbers = of_sample["churn_risk"].customer_id.to_numpy()
    rows = int(learnt_customers.is_drawn(numbers, len(numbers)).sum())
    assert rows < len(numbers)
    assert quality[
        quality.model.isin(["mbg_nbd", "gamma_gamma", "customer_segments"])
    ].rows_used.unique().tolist() == [rows]


def test_how_many_customers_are_in_memory_at_a_time_changes_no_table_of_a_sample(
    drawn_shop: dict[str, ibis.Table], of_sample: dict[str, pd.DataFrame], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learnt_customers, "MOST", FEW)
    monkeypatch.setattr(write_rows, "GROUP_ROWS", 64)
    monkeypatch.setattr(churn, "_AT_ONCE", 50)
    monkeypatch.setattr(lifetime_value, "_AT_ONCE", 30)
    for name, frame in build(drawn_shop).items():
        pd.testing.assert_frame_equal(frame, of_sample[name], check_exact=True)
