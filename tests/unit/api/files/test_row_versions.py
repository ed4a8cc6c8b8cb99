"""The versions of a row are those of its files: values, sender and what each changed."""

from __future__ import annotations

import pytest

from tests.unit.api.lakes import Caller, MemoryLake

pytestmark = pytest.mark.unit

HEADER = b"region_id,region_name,country_code,continent,population,gdp_usd,updated_at\n"
PATH = "/v1/datasets/regions/row-versions?key=N1"


def lake_of(*rows: bytes) -> MemoryLake:
    lake = MemoryLake()
    for at, row in enumerate(rows):
        lake.receive(f"regions/{at}.csv", HEADER + row)
    return lake


def test_each_version_has_its_values_its_file_and_what_it_changed() -> None:
    lake = lake_of(
        b"N1,North,,EU,5,5,2024-01-01T00:00:00\nN2,South,,EU,5,5,2024-01-01T00:00:00\n",
        b"N2,South,,EU,9,5,2024-01-02T00:00:00\n",
        b"N1,North,,EU,7,5,2024-01-03T00:00:00\n",
    )
    answer = Caller(lake).call("GET", PATH).json
    population = answer["columns"].index("population")
    newest, first = answer["versions"]
    assert [each["file_key"] for each in (newest, first)] == ["regions/2.csv", "regions/0.csv"]
    assert [each["cells"][population] for each in (newest, first)] == [7, 5]
    assert (newest["changed"], first["changed"]) == (["population", "updated_at"], [])
    assert (first["source_row"], answer["is_complete"]) == (1, True)


def test_a_row_that_no_file_has_has_no_version() -> None:
    answer = Caller(lake_of(b"N2,South,,EU,9,5,2024-01-02T00:00:00\n")).call("GET", PATH).json
    assert answer["versions"] == []


def test_a_dataset_without_a_key_of_one_column_says_so() -> None:
    assert Caller(MemoryLake()).call("GET", "/v1/datasets/nothing/row-versions?key=1").status == 404


def test_columns_about_people_are_only_for_their_group() -> None:
    path = "/v1/datasets/customers/row-versions?key=1"
    reader, operator = (Caller(MemoryLake(), (group,), "ana") for group in ("viewer", "operator"))
    every, seen = (set(caller.call("GET", path).json["columns"]) for caller in (operator, reader))
    assert seen < every
    assert "email" not in seen
