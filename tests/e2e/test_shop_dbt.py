"""A dbt project over a deployed lake, written by `headgate dbt init` and built by dbt with dbt-duckdb."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import duckdb
import pytest

from headgate.contracts.registry import Registry
from tests.e2e.lakes import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.lakes import Lake

pytestmark = pytest.mark.e2e

DBT = ROOT / ".venv" / "dbt" / "bin" / "dbt"
MODEL = """
select region_id, sum(revenue) as revenue
from {{ source('prod', 'regional_performance') }}
group by region_id
"""


@dataclass(frozen=True)
class DbtProject:
    """A dbt project and the lake that it reads."""

    folder: Path
    lake: Lake

    def dbt(self, *arguments: str, expect: int = 0) -> None:
        """Run dbt; the test fails when it does not exit as expected."""
        ended = subprocess.run(
            [DBT, *arguments, "--project-dir", self.folder, "--profiles-dir", self.folder],
            capture_output=True,
            text=True,
            cwd=ROOT,
            env={name: value for name, value in os.environ.items() if not name.startswith("HEADGATE_")},
            check=False,
        )
        assert ended.returncode == expect, ended.stdout[-4000:] + ended.stderr[-4000:]

    def build(self, *selected: str, expect: int = 0) -> dict[str, str]:
        """Return the status of each model and test that dbt ran, by name."""
        self.dbt("build", "--select", *selected, expect=expect)
        document = json.loads((self.folder / "target" / "run_results.json").read_text("utf-8"))
        return {result["unique_id"].split(".")[2]: result["status"] for result in document["results"]}


@pytest.fixture(scope="module")
def project(built: Path, shop_lake: Lake, tmp_path_factory: pytest.TempPathFactory) -> DbtProject:
    assert built
    subprocess.run(["make", ".venv/dbt/.ready"], cwd=ROOT, check=True)
    folder = tmp_path_factory.mktemp("dbt")
    shop_lake.headgate("dbt", "init", str(folder))
    (folder / "models" / "revenue_by_region.sql").write_text(MODEL, "utf-8")
    return DbtProject(folder, shop_lake)


def is_of_parents(name: str) -> bool:
    """Whether a test looks for parents; other tests of this lake send rows without a parent."""
    return name.startswith("source_relationships_")


def test_dbt_runs_the_tests_of_contracts_and_builds_a_model(project: DbtProject) -> None:
    statuses = project.build("source:curated.orders", "source:prod.churn_risk", "revenue_by_region")

    assert statuses.pop("revenue_by_region") == "success"
    assert {status for name, status in statuses.items() if not is_of_parents(name)} == {"pass"}
    assert {status for name, status in statuses.items() if is_of_parents(name)} <= {"pass", "warn"}
    assert "source_unique_curated_orders_order_id" in statuses
    with duckdb.connect(str(project.folder / "lake.duckdb"), read_only=True) as connection:
        modelled = dict(connection.sql("select region_id, revenue from revenue_by_region").fetchall())
    answer = project.lake.query("select region_id, sum(revenue) revenue from regional_performance group by 1")
    assert modelled == {row["region_id"]: Decimal(row["revenue"]) for row in answer}


def test_a_test_of_dbt_fails_where_rows_break_the_contract(project: DbtProject) -> None:
    curated = project.folder / "models" / "sources" / "curated.yml"
    before = curated.read_text("utf-8")
    curated.write_text(before.replace("- completed\n", "- delivered\n"), "utf-8")
    try:
        statuses = project.build("source:curated.orders", expect=1)
    finally:
        curated.write_text(before, "utf-8")

    failed = {name for name, status in statuses.items() if status != "pass" and not is_of_parents(name)}
    assert {name.split("__")[0] for name in failed} == {"source_accepted_values_curated_orders_status"}


def test_old_data_are_stale(project: DbtProject) -> None:
    """The generated shop ends in the past."""
    project.dbt("source", "freshness", "--select", "source:curated.orders")
    document = json.loads((project.folder / "target" / "sources.json").read_text("utf-8"))
    assert [result["status"] for result in document["results"]] == ["warn"]


def test_each_dashboard_depends_on_the_tables_that_it_reads(project: DbtProject) -> None:
    project.dbt("parse")
    manifest = json.loads((project.folder / "target" / "manifest.json").read_text("utf-8"))
    exposures = {exposure["name"]: exposure for exposure in manifest["exposures"].values()}
    assert set(exposures) == {name.replace("-", "_") for name in Registry.load().systems}
    assert "source.headgate_lake.prod.fraud_scores" in exposures["compliance_guardian"]["depends_on"]["nodes"]
