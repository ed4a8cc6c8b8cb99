"""Load a source with dlt into DuckDB, model it with dbt, validate it with Great Expectations; print JSON.

It runs in an environment of its own: `python peer.py NAME FILE`. NAME.py has `load` and `EXPECTATIONS`,
NAME.sql the model of dbt, NAME.yml its tests.
"""

from __future__ import annotations

import importlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import dlt
import duckdb
import great_expectations as gx

HERE = Path(__file__).parent
PROFILE = """
peer: {target: dev, outputs: {dev: {type: duckdb, path: peer.duckdb, schema: marts, threads: 1}}}
"""
PROJECT = """
name: peer
profile: peer
model-paths: [models]
flags: {send_anonymous_usage_stats: false}
"""


def load(source: object, path: Path) -> None:
    """Load the source's rows as a table of its name."""
    pipeline = dlt.pipeline(
        source.__name__,
        destination=dlt.destinations.duckdb("peer.duckdb"),
        dataset_name="raw",
        pipelines_dir="dlt",
    )
    pipeline.run(source.load(path), table_name=source.__name__, write_disposition="replace")


def build(name: str) -> list[str]:
    """Build and test the model; return the tests that failed."""
    Path("models").mkdir()
    for ending in ("sql", "yml"):
        shutil.copy(HERE / f"{name}.{ending}", f"models/{name}.{ending}")
    Path("profiles.yml").write_text(PROFILE)
    Path("dbt_project.yml").write_text(PROJECT)
    dbt = Path(sys.executable).with_name("dbt")
    subprocess.run([dbt, "build", "--profiles-dir", "."], check=False, stdout=subprocess.DEVNULL)
    results = json.loads(Path("target/run_results.json").read_text())["results"]
    return [each["unique_id"].split(".")[2] for each in results if each["status"] not in ("success", "pass")]


def validate(source: object) -> list[str]:
    """Return the expectations that the model's rows break."""
    with duckdb.connect("peer.duckdb", read_only=True) as connection:
        rows = connection.sql(f"select * from marts.{source.__name__}").df()  # noqa: S608 a module's name
    context = gx.get_context(mode="ephemeral")
    batches = context.data_sources.add_pandas("peer").add_dataframe_asset("rows")
    batch = batches.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": rows})
    suite = gx.ExpectationSuite("peer", expectations=source.EXPECTATIONS)
    return [each.expectation_config.type for each in batch.validate(suite).results if not each.success]


def main() -> None:
    """Run the three tools in a folder of their own, then ask the questions of standard input."""
    name, path = sys.argv[1], Path(sys.argv[2]).resolve()
    questions = json.load(sys.stdin)
    sys.path.insert(0, str(HERE))
    source = importlib.import_module(name)
    os.chdir(tempfile.mkdtemp(prefix="headgate-peer-"))
    began = time.monotonic()
    load(source, path)
    reported = build(name)
    reported += validate(source)
    seconds = time.monotonic() - began
    with duckdb.connect("peer.duckdb", read_only=True) as connection:
        answers = [str(connection.sql(question).fetchall()[0][0]) for question in questions]
    print(json.dumps({"seconds": round(seconds, 1), "reported": reported, "answers": answers}))


if __name__ == "__main__":
    main()
