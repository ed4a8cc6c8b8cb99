"""Scores are kept by days: what changed is scored again, and the tables are those of a full run."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from headgate.aws.in_memory_ports import MemoryObjects
from headgate.domains.retail import compliance_guardian as system
from headgate.domains.retail.compliance_guardian import boosting_models, fraud_scores, scored_periods
from headgate.errors import AuditError
from headgate.facts.fact_store import used_facts
from headgate.lake.ports import ObjectRef
from headgate.learning import schedule
from headgate.learning.store import Shelf
from headgate.systems.rows_by_range import RowsByRange
from tests.domains.retail.compliance_guardian.conftest import few_trees
from tests.kept_runs import PROD, KeptRuns, assert_equal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import ibis

    from headgate.systems.system_registry import Made

pytestmark = [pytest.mark.system, pytest.mark.usefixtures("small_models")]

AS_OF = date(2024, 12, 31)
BEGUN = datetime(2024, 1, 24)
"""The first history has the days before: 23 of them, in periods of four."""


@pytest.fixture(scope="module")
def every(town: dict[str, ibis.Table]) -> pa.Table:
    """Every third transaction of the town's first 30 days."""
    rows = town["card_transactions"].to_pyarrow()
    rows = rows.filter(pc.less(rows["transacted_at"], pa.scalar(datetime(2024, 1, 31))))
    return rows.take(pa.array(range(0, rows.num_rows, 3)))


@pytest.fixture(scope="module")
def begun(town: dict[str, ibis.Table], every: pa.Table, tmp_path_factory: pytest.TempPathFactory) -> KeptRuns:
    """The lake after its first run, which the tests continue."""
    datasets = {name: table.to_pyarrow() for name, table in town.items()}
    datasets |= {"card_transactions": _before(every, BEGUN)}
    runs = KeptRuns(
        lambda tables: system.build(tables, AS_OF, Shelf()), datasets, tmp_path_factory.mktemp("begun")
    )
    with pytest.MonkeyPatch.context() as patched:
        few_trees(patched)
        runs.build()
    return runs


@pytest.fixture
def shop(begun: KeptRuns, tmp_path: Path) -> KeptRuns:
    return begun.copy(tmp_path)


def _before(rows: pa.Table, at: datetime) -> pa.Table:
    return rows.filter(pc.less(rows["transacted_at"], pa.scalar(at)))


def test_after_each_step_of_a_history_the_tables_are_those_of_a_full_run(
    shop: KeptRuns, every: pa.Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new day, the same data again, late rows, a corrected label, a revert, an erased customer.

    Kept runs give scores in ranges, full ones sort all rows. A range with an earlier address has the rows of
    that run.
    """
    rows_of: dict[str, pd.DataFrame] = {}

    def build(tables: Mapping[str, ibis.Table]) -> dict[str, Made]:
        made = system.build(tables, AS_OF, Shelf())
        ranges = made["fraud_scores"]
        if isinstance(ranges, RowsByRange):
            for place, address in enumerate(ranges.addresses):
                rows = pa.Table.from_batches(ranges.read(place), ranges.schema).to_pandas()
                pd.testing.assert_frame_equal(rows, rows_of.setdefault(address, rows), check_exact=True)
        return made

    shop.system = build
    complete = _before(every, datetime(2024, 1, 25))
    is_late = pa.array([number % 40 == 1 for number in complete["transaction_id"].to_pylist()])
    day = complete.filter(pc.invert(is_late))
    erased = day.filter(pc.not_equal(day["customer_id"], day["customer_id"][5]))
    full: dict[int, dict[str, pd.DataFrame]] = {}
    computed = []
    for rows in (day, day, complete, _corrected(complete), complete, erased):
        shop.replace(card_transactions=rows)
        with monkeypatch.context() as patched:
            patched.setattr(fraud_scores, "PART_ROWS", 100)
            built, counts = shop.build()
        if id(rows) not in full:
            full[id(rows)] = shop.build(is_full=True)[0]
        assert_equal(built, full[id(rows)])
        computed.append(counts["computed"])
    assert computed[1] == computed[4] == 0
    assert rows_of


def test_scores_kept_with_another_margin_are_not_taken(shop: KeptRuns) -> None:
    shop.system = lambda tables: system.build(tables, AS_OF, Shelf(), {"margin_share": "1"})
    built, _ = shop.build()
    assert_equal(built, shop.build(is_full=True)[0])
    quality = built["fraud_model_quality"].set_index("metric")
    assert quality.value["margin_share"] == 1
    assert quality.loc[["cost_gbp"]].note.str.endswith("margin 100%").all()


def _corrected(rows: pa.Table) -> pa.Table:
    """One label in the middle of the history is another one."""
    labels = rows["is_fraud"].to_pylist()
    labels[len(labels) // 2] = not labels[len(labels) // 2]
    return rows.set_column(rows.schema.get_field_index("is_fraud"), "is_fraud", pa.array(labels, pa.bool_()))


def test_a_new_day_is_scored_alone_by_the_model_that_is_kept(
    shop: KeptRuns, every: pa.Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    learnt: list[object] = []
    monkeypatch.setattr(scored_periods, "supervised", lambda *given: learnt.append(given))
    shop.replace(card_transactions=_before(every, datetime(2024, 1, 25)))
    counts = shop.build()[1]
    assert (counts["computed"], learnt) == (2, [])  # the scores of the day, the risks of the days before


def test_a_later_hour_of_a_day_uses_the_risks_of_the_days_before(
    shop: KeptRuns, every: pa.Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where labels teach the model of the period: a forest ranks all transactions of it."""
    monkeypatch.setattr(boosting_models, "MIN_FRAUDS", 2)
    shop.objects = MemoryObjects()  # the kept models were fitted with another minimum
    kept = []
    for at in (
        datetime(2024, 1, 30),
        datetime(2024, 1, 30, 6),
        datetime(2024, 1, 30, 7),
        datetime(2024, 1, 31),
    ):
        shop.replace(card_transactions=_before(every, at))
        built = shop.build()[0]
        kept.append({key for key in used_facts(shop.objects, PROD) if "/risks/" in key})
    assert_equal(built, shop.build(is_full=True)[0])
    assert kept[0] != kept[1] == kept[2] == kept[3]


def test_a_kept_file_that_differs_from_what_is_computed_now_stops_a_checked_run(shop: KeptRuns) -> None:
    shop.build(is_checked=True)
    for key in used_facts(shop.objects, PROD):
        if "fraud_days" in key:
            shop.objects.write(ObjectRef(PROD, key), b"")
    with pytest.raises(AuditError, match="headgate run --full"):
        shop.build(is_checked=True)


def test_periods_begin_on_the_same_days_until_they_grow() -> None:
    first = pd.Timestamp("2024-01-01")
    starts = {}
    for days in range(1, 200):
        periods = scored_periods.stretches(first, first + pd.Timedelta(days=days - 1))
        assert len(periods) <= schedule.PERIODS
        assert periods[-1].start <= first + pd.Timedelta(days=days - 1) < periods[-1].end
        starts[days] = tuple(period.start for period in periods)
    grown = [days for days in range(2, 200) if starts[days][: len(starts[days - 1])] != starts[days - 1]]
    assert grown == [8, 15, 22, 29, 50, 99, 197]
