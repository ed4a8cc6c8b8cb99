"""The Python client on a deployed lake: the example notebook, and every table beside Athena's own answer."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

import headgate
from headgate import wiring
from headgate.aws import clients
from headgate.client import lake as client
from headgate.contracts.registry import Registry
from tests.e2e.lakes import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.lakes import Lake

pytestmark = pytest.mark.e2e

NOTEBOOK = ROOT / "docs" / "examples" / "lake.ipynb"
# What a notebook shows of a cell's last line must be printable, too.
SHOW_LAST = """
import ast
for cell in {cells!r}:
    *steps, last = ast.parse(cell).body
    exec(compile(ast.Module(steps, []), "cell", "exec"), globals())
    if isinstance(last, ast.Expr):
        print(eval(compile(ast.Expression(last.value), "cell", "eval"), globals()))
    else:
        exec(compile(ast.Module([last], []), "cell", "exec"), globals())
"""


@pytest.fixture
def connected(built: Path, shop_lake: Lake, monkeypatch: pytest.MonkeyPatch) -> client.Lake:
    """What an analyst holds after the shop was built."""
    assert built
    for name, value in shop_lake.environment.items():
        monkeypatch.setenv(name, value)
    for cached in (clients.s3, clients.dynamodb, clients.athena, clients.glue):
        cached.cache_clear()
    monkeypatch.setattr(client, "_connected", [])
    return headgate.connect(shop_lake.name)


def ordered(rows: list[dict[str, Any]]) -> list[str]:
    return sorted(repr(row) for row in rows)


@pytest.mark.parametrize("zone", ["curated", "prod"])
def test_every_table_equals_athenas_answer_cell_by_cell(connected: client.Lake, zone: str) -> None:
    database = connected.environment[f"HEADGATE_{zone.upper()}_DATABASE"]
    for table in getattr(Registry.load(), zone):
        sql = f"select * from {database}.{table}"  # noqa: S608 names of contracts
        answer = ordered(wiring.queries(connected.environment).run(sql).records())
        assert ordered(connected.table(f"{database}.{table}", arrow=True).to_pylist()) == answer, table
        assert ordered(connected.sql(sql, arrow=True).to_pylist()) == answer, table


def test_a_forecast_comes_from_the_files_of_the_datasets_that_its_system_reads(connected: client.Lake) -> None:
    found = connected.lineage("sales_forecast")
    assert found.system == "market-intelligence-hub"
    assert {one.dataset for one in found.files} == {one.dataset for one in found.datasets if one.rows}
    assert {one.state for one in found.files} == {"done"}


def test_the_example_notebook_runs(connected: client.Lake) -> None:
    cells = ["".join(cell["source"]) for cell in json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code"]
    environment = {**os.environ, **connected.environment}
    done = subprocess.run(
        [sys.executable, "-c", SHOW_LAST.format(cells=cells)], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-4000:]
    assert "(<FileState.DONE: 'done'>, 2, 1, 1)" in done.stdout
    assert "sent 0.0 of 0.0 MB" in done.stderr
