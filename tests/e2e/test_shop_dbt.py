"""dbt, SQLMesh and the Data Contract CLI over a deployed lake.

`headgate dbt init` writes the dbt project, docs/use/access.md has that of SQLMesh.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

import duckdb
import pyarrow.parquet as pq
import pytest
import yaml

import headgate
from headgate.aws import clients
from headgate.client import lake as client
from headgate.contracts.model import Rule
from headgate.contracts.odcs_writer import to_odcs
from headgate.contracts.registry import Registry
from tests.e2e.lakes import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pyarrow as pa

    from headgate.contracts.model import Contract
    from tests.e2e.lakes import Lake

pytestmark = [pytest.mark.e2e, pytest.mark.weekly]

NEIGHBOURS = ROOT / ".venv" / "neighbours" / "bin"
# Each contract of a folder is linted, and its rows are tested where it says where they are.
LINT_AND_TEST = """
import json, pathlib, sys
from datacontract.data_contract import DataContract
broken = {}
for path in sorted(pathlib.Path(sys.argv[1]).glob("*.yaml")):
    contract = DataContract(data_contract_file=str(path))
    runs = [contract.lint()]
    if (path.with_suffix(".parquet")).exists():
        runs.append(DataContract(data_contract_file=str(path), server="parts").test())
    checks = [check for run in runs for check in run.checks]
    wrong = [check for check in checks if check.result.value in ("failed", "error")]
    broken[path.stem] = [check.reason or check.name for check in wrong]
print(json.dumps(broken))
"""
READ_REVENUE = """
import json, sys, duckdb
select = "select region_id, revenue from analytics.revenue_by_region"
rows = duckdb.connect(sys.argv[1]).sql(select).fetchall()
print(json.dumps([[region, str(revenue)] for region, revenue in rows]))
"""
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
    path = project.folder / "target" / "manifest.json"  # every command of dbt writes it
    if not path.exists():
        project.dbt("parse")
    manifest = json.loads(path.read_text("utf-8"))
    exposures = {exposure["name"]: exposure for exposure in manifest["exposures"].values()}
    assert set(exposures) == {name.replace("-", "_") for name in Registry.load().systems}
    assert "source.headgate_lake.prod.fraud_scores" in exposures["compliance_guardian"]["depends_on"]["nodes"]


@pytest.fixture(scope="module")
def connected(built: Path, shop_lake: Lake) -> Iterator[client.Lake]:
    """The lake as a client of this process reads it."""
    assert built
    subprocess.run(["make", ".venv/neighbours/.ready"], cwd=ROOT, check=True)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in shop_lake.environment.items():
            patch.setenv(name, value)
        for cached in (clients.s3, clients.dynamodb, clients.athena, clients.glue):
            cached.cache_clear()
        patch.setattr(client, "_connected", [])
        yield headgate.connect(shop_lake.name)


def by_neighbours(command: list[str], folder: Path, **environment: str) -> str:
    """Return what a command of the environment of other tools prints."""
    done = subprocess.run(
        [str(NEIGHBOURS / command[0]), *command[1:]],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return done.stdout


def write_contract(folder: Path, zone: str, contract: Contract, rows: pa.Table | None = None) -> None:
    """Write a contract, and the rows of its table beside it."""
    document, parts = to_odcs(contract), folder / f"{zone}-{contract.dataset}.parquet"
    if rows is not None:
        pq.write_table(rows, parts)
        place = {"server": "parts", "type": "local", "format": "parquet", "path": str(parts)}
        document |= {"servers": [place]}
    parts.with_suffix(".yaml").write_text(yaml.safe_dump(document, sort_keys=False), "utf-8")


def test_the_data_contract_cli_finds_nothing_in_any_contract_and_table(
    connected: client.Lake, tmp_path: Path
) -> None:
    """The CLI checks no types in Parquet and no parents in other contracts, and warns of both."""
    registry, rows = Registry.load(), 0
    for zone in ("source", "lake"):
        for contract in getattr(registry, zone).values():
            write_contract(tmp_path, zone, contract)
    for zone in ("curated", "prod"):
        database = connected.environment[f"HEADGATE_{zone.upper()}_DATABASE"]
        for name, contract in getattr(registry, zone).items():
            table = connected.table(f"{database}.{name}", arrow=True)
            write_contract(tmp_path, zone, contract, table)
            rows += table.num_rows
    broken = json.loads(by_neighbours(["python", "-c", LINT_AND_TEST, str(tmp_path)], tmp_path))
    assert {name: reasons for name, reasons in broken.items() if reasons} == {}
    assert rows > 1_000


def test_the_data_contract_cli_finds_rows_that_break_a_rule(connected: client.Lake, tmp_path: Path) -> None:
    table = connected.table(f"{connected.environment['HEADGATE_CURATED_DATABASE']}.orders", arrow=True)
    orders = Registry.load().curated["orders"]
    strict = Rule("valid_values", ("delivered",))
    columns = [replace(each, rules=(strict,)) if each.name == "status" else each for each in orders.columns]
    write_contract(tmp_path, "curated", replace(orders, columns=tuple(columns)), table)
    broken = json.loads(by_neighbours(["python", "-c", LINT_AND_TEST, str(tmp_path)], tmp_path))
    assert broken["curated-orders"]


def test_the_sqlmesh_project_of_the_page_builds_a_model(built: Path, shop_lake: Lake, tmp_path: Path) -> None:
    assert built
    subprocess.run(["make", ".venv/neighbours/.ready"], cwd=ROOT, check=True)
    page = (ROOT / "docs" / "use" / "access.md").read_text("utf-8").partition("## SQLMesh")[2]
    (config,) = re.findall(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    (model,) = re.findall(r"^```sql\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    (tmp_path / "models").mkdir()
    (tmp_path / "config.py").write_text(config.replace("connect()", f"connect({shop_lake.name!r})"), "utf-8")
    (tmp_path / "models" / "revenue_by_region.sql").write_text(model, "utf-8")
    variables = {"SQLMESH__DISABLE_ANONYMIZED_ANALYTICS": "1", **shop_lake.environment}
    mesh = ["sqlmesh", "-p", str(tmp_path), "--log-file-dir", str(tmp_path / "logs")]
    by_neighbours([*mesh, "plan", "--auto-apply", "--no-prompts"], ROOT, **variables)

    rows = by_neighbours(["python", "-c", READ_REVENUE, str(tmp_path / "lake" / "mesh.duckdb")], tmp_path)
    answer = shop_lake.query("select region_id, sum(revenue) revenue from regional_performance group by 1")
    expected = {row["region_id"]: Decimal(row["revenue"]) for row in answer}
    assert {region: Decimal(revenue) for region, revenue in json.loads(rows)} == expected
