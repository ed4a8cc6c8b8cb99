"""Every key can be read back as what it was built from."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.lake import keys
from headgate.lake.keys import ExportKey

pytestmark = pytest.mark.unit

NAMES = st.text(alphabet="abcdefghijklmnopqrstuvwxyz_0123456789", min_size=1, max_size=12)
PARTS = st.text(alphabet="abcXYZ0189-_.= ", min_size=1, max_size=12)
HASHES = st.text(alphabet="0123456789abcdef", min_size=64, max_size=64)


@given(dataset=NAMES, on=st.dates(date(1000, 1, 1)), run=PARTS, name=PARTS)
def test_an_export_key_reads_back_as_it_was_built(dataset: str, on: date, run: str, name: str) -> None:
    key = ExportKey(dataset, on, run, name)
    assert ExportKey.parse(key.path()) == key
    assert keys.dataset_of(key.path()) == dataset


@given(dataset=NAMES, content=HASHES)
def test_an_increment_key_reads_back_as_it_was_built(dataset: str, content: str) -> None:
    assert keys.parse_increment_key(keys.increment_key(dataset, content)) == (dataset, content)


@given(path=st.text(alphabet="abc/=.-0123dtrun", max_size=40))
def test_what_reads_as_an_export_key_is_built_the_same_again(path: str) -> None:
    found = ExportKey.parse(path)
    assert found is None or found.path() == path


@pytest.mark.parametrize(
    "path",
    [
        "orders/a.csv",
        "orders/dt=2024-01-01/a.csv",
        "dt=2024-01-01/run=1/a.csv",
        "orders/dt=20240101/run=1/a.csv",
    ],
)
def test_other_keys_are_no_export_keys(path: str) -> None:
    assert ExportKey.parse(path) is None


@pytest.mark.parametrize("path", ["a.csv", "", "orders"])
def test_an_object_outside_every_folder_is_meant_for_no_dataset(path: str) -> None:
    assert keys.dataset_of(path) == ""


@pytest.mark.parametrize(
    "path",
    [
        "snapshots/orders/1/part-00000.parquet",
        "increments/orders/a.json",
        "increments/orders/x/a.parquet",
        "increments/a.parquet",
    ],
)
def test_other_objects_are_no_increments(path: str) -> None:
    assert keys.parse_increment_key(path) is None


def test_places_of_the_lake_are_where_the_documentation_says() -> None:
    assert keys.quarantine_key("orders", "ab") == "rows/orders/ab.parquet"
    assert keys.part(keys.snapshot_prefix("orders", "1a")) == "snapshots/orders/1a/part-00000.parquet"
    assert keys.part(keys.table_prefix("churn_risk", "2b"), 7) == "tables/churn_risk/2b/part-00007.parquet"
    assert keys.lake_snapshot_key("3c") == "snapshots/_lake/3c.json"
    assert keys.lake_snapshot_key(keys.CURRENT) == "snapshots/_lake/current.json"
    assert keys.merged_increments_key("orders", "1a") == "snapshots/_lake/increments/orders/1a.json"


def test_no_manifest_lies_below_a_table() -> None:
    assert not keys.merged_increments_key("orders", "1a").startswith(keys.snapshot_prefix("orders", "1a"))


def test_the_mark_of_an_edition_names_its_increment_and_is_none() -> None:
    mark = keys.edition_key("orders", "ab", "0f")
    assert keys.edition_of(mark) == (keys.increment_key("orders", "ab"), "0f")
    assert keys.parse_increment_key(mark) is None


@pytest.mark.parametrize(
    "path", ["increments/orders/ab.parquet", "increments/ab.edition-0f", "rows/orders/ab.edition-0f"]
)
def test_other_objects_mark_no_edition(path: str) -> None:
    assert keys.edition_of(path) is None
