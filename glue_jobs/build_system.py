"""Build, audit and publish the tables of one system from a snapshot of the lake.

Arguments: `--system` (which of the five), `--snapshot_id` (the newest one, unless given).
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from headgate import wiring
from headgate.aws.glue import job_arguments, job_process

if TYPE_CHECKING:
    from collections.abc import Mapping


def build(arguments: Mapping[str, str]) -> dict[str, object]:
    """Which tables were published, where, with how many rows, and where the Data Docs of their audit lie."""
    system = job_arguments.required(arguments, "system")
    with TemporaryDirectory(prefix="headgate-system-") as workspace, wiring.lineage_log(arguments, system) as events:
        lake = wiring.lake_snapshot(arguments, job_arguments.snapshot_id(arguments))
        published, docs = wiring.system_runner(arguments, system, Path(workspace), events.add)(lake)
    tables = {one.table: {"rows": one.rows, "location": one.location, "changed": one.changed} for one in published}
    return {"system": system, "snapshot_id": lake.snapshot_id, "tables": tables, "data_docs": docs}


if __name__ == "__main__":
    job_process.run(build)
