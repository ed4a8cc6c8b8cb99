"""The Python client on a deployed lake: the example notebook, and every table beside Athena's own answer."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from mcp import Client, StdioServerParameters

import headgate
from headgate.aws import clients
from headgate.client import lake as client
from headgate.contracts.registry import Registry
from headgate.lineage.openlineage import publisher_of, run_id, table_of_event
from headgate.wiring import stores
from tests.e2e.agent_questions import QUESTIONS, is_equal
from tests.e2e.lakes import ROOT
from tests.openlineage import check_run_event

if TYPE_CHECKING:
    from collections.abc import Callable
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
    """Return an analyst's lake after the shop was built."""
    assert built
    for name, value in shop_lake.environment.items():
        monkeypatch.setenv(name, value)
    for cached in (clients.s3, clients.dynamodb, clients.athena, clients.glue):
        if cached.cache_info().currsize:
            cached().close()  # its connections are open to the emulator of the test before
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
        answer = ordered(stores.queries(connected.environment).run(sql).records())
        assert ordered(connected.table(f"{database}.{table}", arrow=True).to_pylist()) == answer, table
        assert ordered(connected.sql(sql, arrow=True).to_pylist()) == answer, table


def test_a_forecast_comes_from_the_files_of_the_datasets_that_its_system_reads(
    connected: client.Lake,
) -> None:
    found = connected.lineage("sales_forecast")
    assert found.system == "market-intelligence-hub"
    assert {file.dataset for file in found.files} == {
        dataset.dataset for dataset in found.datasets if dataset.rows
    }
    assert {file.state for file in found.files} == {"done"}


def test_the_bucket_has_one_event_for_each_published_table_and_it_is_what_the_command_prints(
    connected: client.Lake, shop_lake: Lake
) -> None:
    """Every input, too: raw files of curated tables, and snapshots of the systems' tables."""
    registry, bucket = Registry.load(), connected.environment["HEADGATE_ARTIFACTS_BUCKET"]
    listed = [item.ref for item in stores.objects().list(bucket, "openlineage/")]
    written: dict[str, list[dict[str, Any]]] = {}
    for ref in listed:
        event = json.loads(stores.objects().read(ref))
        check_run_event(event)
        kind = (
            "" if event["eventType"] == "COMPLETE" and table_of_event(event) else event["eventType"].lower()
        )
        name = "-".join(part for part in (run_id(event), table_of_event(event), kind) if part)
        assert ref.key == f"openlineage/dt={event['eventTime'][:10]}/{publisher_of(event)}/{name}.json"
        written.setdefault(run_id(event), []).append(event)
    for events in written.values():
        ends = (
            ("COMPLETE", "FAIL") if not table_of_event(events[0]) else ("COMPLETE",)
        )  # another test lets the job of a system fail
        assert tuple(sorted(event["eventType"] for event in events)) in {(end, "START") for end in ends}
    current = shop_lake.headgate("lineage", "--openlineage")
    assert sorted(map(table_of_event, current)) == sorted([*registry.curated, *registry.prod])
    for event in current:
        (of_the_run,) = (one for one in written[run_id(event)] if one["eventType"] == "COMPLETE")
        assert run_id(of_the_run["run"]["facets"].pop("parent")) in written
        assert of_the_run["run"].pop("facets") == {}
        assert {**event, "eventTime": of_the_run["eventTime"]} == of_the_run
    inputs = {table_of_event(event): {table["namespace"] for table in event["inputs"]} for event in current}
    assert inputs["orders"] == {f"s3://{connected.environment['HEADGATE_RAW_BUCKET']}"}
    assert {name.partition(":")[0] for name in inputs["sales_forecast"]} == {"awsathena"}


def test_the_example_notebook_runs(connected: client.Lake) -> None:
    cells = [
        "".join(cell["source"])
        for cell in json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
        if cell["cell_type"] == "code"
    ]
    environment = {**os.environ, **connected.environment}
    done = subprocess.run(
        [sys.executable, "-c", SHOW_LAST.format(cells=cells)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    assert "(<FileState.DONE: 'done'>, 2, 1, 1)" in done.stdout
    assert "sent 0.0 of 0.0 MB" in done.stderr


def test_an_agent_answers_fifty_questions_with_its_tools_alone(
    connected: client.Lake,
    shop_lake: Lake,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Callable[[str, object], None],
) -> None:
    """`make bench-open` reads the property."""
    monkeypatch.setenv("HEADGATE_DEPLOYMENT", shop_lake.name)
    frames = cache(connected.table)
    command = StdioServerParameters(
        command=sys.executable,
        args=["-m", "headgate.cli.main", "mcp", "--deployment", shop_lake.name],
        env={**os.environ, **shop_lake.environment},
        cwd=ROOT,
    )

    async def wrong_answers() -> list[str]:
        async with Client(command) as agent:
            wrong = []
            for question in QUESTIONS:
                result = await agent.call_tool(question.tool, dict(question.arguments))
                if result.is_error:
                    wrong.append(f"{question.words}: {result.content}")
                    continue
                answer, known_answer = question.read(result.structured_content), question.known(frames)
                if not is_equal(answer, known_answer):
                    wrong.append(f"{question.words}: {answer}, not {known_answer}")
            return wrong

    wrong = asyncio.run(wrong_answers())
    record_property("mcp_answers", len(QUESTIONS) - len(wrong))
    assert wrong == []
