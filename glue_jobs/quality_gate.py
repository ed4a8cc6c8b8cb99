"""Validate a snapshot of the lake against its contracts: it passes its Great Expectations suites, or no system reads it.

Arguments: `--snapshot_id` (the newest one, unless given).
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from headgate import wiring
from headgate.aws import glue_arguments, glue_process

if TYPE_CHECKING:
    from collections.abc import Mapping


def inspect(arguments: Mapping[str, str]) -> dict[str, object]:
    """What was asked of each dataset, all of it answered well, and where the Data Docs lie; GateError otherwise."""
    lake = wiring.lake_snapshot(arguments, glue_arguments.snapshot_id(arguments))
    with TemporaryDirectory(prefix="headgate-gate-") as workspace:
        inspected = wiring.quality_gate(arguments, Path(workspace)).inspect(lake)
    asked = {one.dataset: {"rows": one.rows, "expectations": one.expectations, "warnings": len(one.warnings)} for one in inspected.verdicts}
    return {"snapshot_id": lake.snapshot_id, "datasets": asked, "data_docs": inspected.docs_at}


if __name__ == "__main__":
    glue_process.run(inspect)
