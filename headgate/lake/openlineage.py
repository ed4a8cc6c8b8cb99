"""A table's lineage as an OpenLineage event. Pure.

Source: OpenLineage specification 2-0-2, RunEvent; https://openlineage.io/spec/2-0-2/OpenLineage.json
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID, uuid5

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

SCHEMA = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"
PRODUCER = "urn:headgate"
# Of names in Headgate: the same table version has the same run id everywhere.
_NAMES = UUID("8f9a3a6e-5a3f-5f8e-9d6d-0f3c3e1f8a11")


def run_event(built: Mapping[str, object], raw_bucket: str, at: datetime) -> dict[str, object]:
    """Return the event that a table version was completed.

    Args:
        built: `table` with its database, `job` that built it, `version`, and the keys of raw `files`.
        at: when the event is reported, naive UTC.
    """
    table, files = str(built["table"]), built["files"]
    return {
        "eventType": "COMPLETE",
        "eventTime": f"{at.isoformat(timespec='milliseconds')}Z",
        "producer": PRODUCER,
        "schemaURL": SCHEMA,
        "run": {"runId": str(uuid5(_NAMES, f"{table}@{built['version']}"))},
        "job": {"namespace": "headgate", "name": str(built["job"])},
        "inputs": list(_inputs(files if isinstance(files, list) else [], raw_bucket)),
        "outputs": [{"namespace": "awsathena", "name": table}],
    }


def _inputs(files: Iterable[str], raw_bucket: str) -> Iterable[dict[str, str]]:
    return ({"namespace": f"s3://{raw_bucket}", "name": key} for key in files)
