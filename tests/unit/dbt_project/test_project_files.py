"""The dbt project that is written from contracts."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
import yaml

from headgate.contracts.model import Column, ColumnType, Comparison, Contract, Kind, Level, Rule
from headgate.dbt_project.dbt_sources import SourceDatabase
from headgate.dbt_project.project_files import DashboardExposure, ProfileNames, is_generated, project_files

pytestmark = pytest.mark.unit

VISITS = Contract(
    id="clinic.source.visits",
    dataset="visits",
    zone="curated",
    version="1.0.0",
    key=("visit_id",),
    columns=(
        Column("visit_id", ColumnType(Kind.STRING, length=12), required=True),
        Column("ward_id", ColumnType(Kind.BIGINT), references="wards.ward_id"),
        Column(
            "kind",
            ColumnType(Kind.STRING, length=10),
            rules=(Rule("valid_values", ("planned", "urgent")), Rule("pattern", "[a-z]+")),
        ),
        Column(
            "charge",
            ColumnType(Kind.DECIMAL, precision=12, scale=2),
            rules=(
                Rule("minimum", Decimal("0.00")),
                Rule("exclusive_maximum", Decimal("99.5"), Level.WARN),
            ),
        ),
        Column("began_at", ColumnType(Kind.TIMESTAMP), required=True),
        Column("ended_at", ColumnType(Kind.TIMESTAMP)),
    ),
    comparisons=(Comparison("ended_after_it_began", "ended_at", ">=", right="began_at"),),
    properties={"headgate.asOf": "began_at"},
)
WARDS = Contract(
    id="clinic.source.wards",
    dataset="wards",
    zone="curated",
    version="1.0.0",
    key=("ward_id", "floor"),
    columns=(Column("ward_id", ColumnType(Kind.BIGINT)), Column("floor", ColumnType(Kind.INTEGER))),
)
PROFILE = ProfileNames("clinic", "eu-central-1", "analytics")


def files_of(*contracts: Contract) -> dict[str, str]:
    curated = SourceDatabase("curated", "clinic_curated", {each.dataset: each for each in contracts})
    return project_files(PROFILE, [curated], [DashboardExposure("ward-load", "Load", ("ward_days",))])


def source_of(*contracts: Contract) -> dict[str, dict[str, object]]:
    document = yaml.safe_load(files_of(*contracts)["models/sources/curated.yml"])
    return {table["name"]: table for table in document["sources"][0]["tables"]}


def checks_of(column: str, *contracts: Contract) -> list[object]:
    columns = {each["name"]: each for each in source_of(*contracts)["visits"]["columns"]}  # type: ignore[attr-defined]
    return list(columns[column].get("data_tests", []))


def test_a_key_is_unique_and_not_null() -> None:
    assert checks_of("visit_id", VISITS) == ["not_null", "unique"]


def test_columns_of_a_key_are_unique_together() -> None:
    assert source_of(WARDS)["wards"]["data_tests"] == [
        {"unique_together": {"arguments": {"columns": ["ward_id", "floor"]}}}
    ]


def test_a_parent_that_is_late_is_a_warning() -> None:
    assert checks_of("ward_id", VISITS, WARDS) == [
        {
            "relationships": {
                "arguments": {"to": "source('curated', 'wards')", "field": "ward_id"},
                "config": {"severity": "warn"},
            }
        }
    ]


def test_a_parent_that_is_no_table_of_the_project_is_not_tested() -> None:
    assert checks_of("ward_id", VISITS) == []


def test_a_pattern_is_left_to_the_gate() -> None:
    """Regular expressions of DuckDB and Athena differ."""
    assert checks_of("kind", VISITS) == [
        {"accepted_values": {"arguments": {"values": ["planned", "urgent"], "quote": True}}}
    ]


def test_bounds_keep_their_level() -> None:
    assert checks_of("charge", VISITS) == [
        {"compared": {"arguments": {"operator": ">=", "value": 0}}},
        {"compared": {"arguments": {"operator": "<", "value": 99.5}, "config": {"severity": "warn"}}},
    ]


def test_two_columns_are_compared() -> None:
    assert source_of(VISITS)["visits"]["data_tests"] == [
        {"columns_compared": {"arguments": {"left": "ended_at", "operator": ">=", "right": "began_at"}}}
    ]


@pytest.mark.parametrize(
    ("properties", "expected"), [({"headgate.asOf": "began_at"}, True), ({"headgate.asOf": "none"}, False)]
)
def test_freshness_is_that_of_the_column_that_dates_the_data(
    properties: dict[str, object], expected: bool
) -> None:
    table = source_of(replace(VISITS, properties=properties))["visits"]
    assert ("config" in table) is expected
    if expected:
        assert table["config"]["loaded_at_field"] == "cast(began_at as timestamp)"  # type: ignore[index]


def test_an_exposure_names_the_tables_of_its_panels() -> None:
    exposures = yaml.safe_load(files_of(VISITS)["models/sources/exposures.yml"])["exposures"]
    assert exposures[0]["name"] == "ward_load"
    assert exposures[0]["depends_on"] == ["source('prod', 'ward_days')"]


def test_the_profile_names_the_deployment_and_no_credentials() -> None:
    outputs = yaml.safe_load(files_of(VISITS)["profiles.yml"])["headgate_lake"]["outputs"]
    assert outputs["parts"]["plugins"][0]["config"] == {"deployment": "clinic"}
    assert outputs["parts"]["path"] == "analytics/lake.duckdb"
    assert not [key for key in outputs["athena"] if "key" in key or "secret" in key]


def test_files_for_people_are_not_replaced() -> None:
    replaced = {path for path in files_of(VISITS) if is_generated(path)}
    assert replaced == {
        "models/sources/curated.yml",
        "models/sources/exposures.yml",
        "tests/generic/headgate.sql",
    }
