"""Which kept model the card and `headgate models` show: the one that the current tables were built with."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import date
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from headgate.aws.in_memory_ports import MemoryCatalog, MemoryObjects
from headgate.lake import keys
from headgate.lake.ports import ObjectRef
from headgate.learning.store import Card, ModelStore
from headgate.snapshots.snapshot import DatasetSnapshot, LakeSnapshot
from headgate.systems.up_to_date import AS_OF
from headgate.wiring import stores, systems

if TYPE_CHECKING:
    from collections.abc import Sequence

pytestmark = pytest.mark.unit

SYSTEM = "demand-insights-engine"
LATER = Card(
    "churn",
    SYSTEM,
    "v2",
    "calibrated_ensemble",
    "s2",
    "2024-12-31",
    "c",
    (),
    880,
    {"auc": 0.8},
    None,
    {},
    {},
    "0",
)
EARLIER = replace(LATER, version="v1", as_of="2024-06-30", rows=300)
ENV = {
    "HEADGATE_CURATED_BUCKET": "curated",
    "HEADGATE_PROD_DATABASE": "prod",
    "HEADGATE_PROD_BUCKETS": json.dumps({SYSTEM: "bucket"}),
}


class Tables:
    """The tables of a lake whose churn table names one method.

    Its rows are of parts that a run for later data wrote, and that the run for the table's day kept.
    """

    def __init__(self, method: str) -> None:
        self.rows = {"as_of": [date(2025, 1, 31)] * 2, "model": [method, method]}

    def table(self, database: str, table: str, columns: Sequence[str]) -> pa.Table:
        """Return columns of `churn_risk`."""
        assert (database, table) == ("prod", "churn_risk")
        return pa.table({name: self.rows[name] for name in columns})


class EmptyTables:
    """The tables of a lake that a run left without rows."""

    def table(self, database: str, table: str, columns: Sequence[str] = ("metric",)) -> pa.Table:
        """Return columns without rows."""
        assert (database, table.startswith("fraud_")) == ("prod", True)
        return pa.table({name: [] for name in columns})


def use(monkeypatch: pytest.MonkeyPatch, method: str, day: date) -> list[tuple[str, bool]]:
    """The versions of kept models, and whether they are in use, with such a table."""
    objects = MemoryObjects()
    for card in (EARLIER, LATER):
        key = keys.model_of_day_key(SYSTEM, "churn", date.fromisoformat(card.as_of))
        objects.write(ObjectRef("artifacts", key), json.dumps(asdict(card)).encode())
    monkeypatch.setattr(systems, "models", lambda _: ModelStore(objects, "artifacts"))
    catalog = MemoryCatalog()
    catalog.create("prod", "churn_risk")
    catalog.move(catalog.current("prod", "churn_risk"), "s3://bucket/v1/", [], {AS_OF: day.isoformat()})
    monkeypatch.setattr(stores, "catalog", lambda: catalog)
    monkeypatch.setattr(stores, "lake_tables", lambda _: Tables(method))
    return [(card.version, is_used) for card, is_used in systems.kept_models(ENV)]


def test_the_newest_model_is_in_use_if_the_table_has_its_day_and_its_recipe(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert use(monkeypatch, "calibrated_ensemble", date(2024, 12, 31)) == [("v2", True)]


def test_after_later_data_were_reverted_the_model_of_the_table_s_day_is_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert use(monkeypatch, "calibrated_ensemble", date(2024, 6, 30)) == [("v1", True)]


def test_a_model_is_not_in_use_if_the_table_was_built_without_one(monkeypatch: pytest.MonkeyPatch) -> None:
    assert use(monkeypatch, "recency_share", date(2024, 3, 31)) == [("v2", False)]
    assert use(monkeypatch, "recency_share", date(2024, 6, 30)) == [("v1", False)]


@pytest.mark.parametrize(
    "datasets",
    [{}, {"card_transactions": DatasetSnapshot("card_transactions", "s1", "x", rows=0, size_bytes=9)}],
)
def test_a_card_names_the_dataset_that_the_lake_lacks(
    monkeypatch: pytest.MonkeyPatch, datasets: dict[str, DatasetSnapshot]
) -> None:
    """A run without the dataset succeeds and publishes empty tables."""
    objects = MemoryObjects()
    manifest = LakeSnapshot("s1", date(2024, 12, 31), datasets).to_json().encode()
    objects.write(ObjectRef("curated", keys.lake_snapshot_key("current")), manifest)
    monkeypatch.setattr(systems, "models", lambda _: ModelStore(objects, "artifacts"))
    monkeypatch.setattr(stores, "objects", lambda: objects)
    monkeypatch.setattr(stores, "lake_tables", lambda _: EmptyTables())
    assert systems.model_card(ENV, "fraud").missing == ("card_transactions",)
