"""Health of the lake: the worst of what is recorded of runs, freshness, files and quality."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from headgate.api.shapes.lake import Health, HealthCheck
from headgate.errors import NotFoundError
from headgate.lake import keys
from headgate.lake.file_index import FileFilter
from headgate.lake.ports import ObjectRef
from headgate.lake.snapshots import LakeSnapshot
from headgate.lake.states import NOT_ACCEPTED, FileState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.api.ports import Lake
    from headgate.api.shapes.lake import HealthState
    from headgate.lake.ports import FileRecord

_ORDER: tuple[HealthState, ...] = ("healthy", "unknown", "degraded", "failed")
NEWEST_FILES = 50
STALE_AFTER = timedelta(days=2)  # exports are nightly: one missed night is seen on the second day
LOW_SCORE = 0.8


def health_of(lake: Lake) -> Health:
    """Return the state of the lake with the checks behind it."""
    files = lake.files.newest(NEWEST_FILES, where=FileFilter()).records
    checks = (_run(lake), _freshness(files, lake.now()), _files(files), _quality(files))
    try:
        newest = LakeSnapshot.from_json(lake.objects.read(ObjectRef(lake.bucket("curated"), keys.lake_snapshot_key(keys.CURRENT))).decode())
        snapshot_id, as_of = newest.snapshot_id, newest.as_of.isoformat()
    except NotFoundError:
        snapshot_id = as_of = ""
    worst = max((check.state for check in checks), key=_ORDER.index)
    return Health(state=worst, checks=checks, snapshot_id=snapshot_id, as_of=as_of)


def _run(lake: Lake) -> HealthCheck:
    ended = [run for run in lake.runs.newest(20) if run.status != "RUNNING"]
    if not ended:
        return HealthCheck(name="run", state="unknown", message="No run has ended yet. Start one when files were accepted.")
    newest, at = ended[0], ended[0].started_at.isoformat()
    if newest.status == "SUCCEEDED":
        return HealthCheck(name="run", state="healthy", message=f"Run {newest.name} succeeded.", at=at)
    message = f"Run {newest.name} ended as {newest.status.lower()}. Its page says why; start a run after the cause is fixed."
    return HealthCheck(name="run", state="failed", message=message, at=at)


def _freshness(files: Sequence[FileRecord], now: datetime) -> HealthCheck:
    if not files:
        return HealthCheck(name="freshness", state="unknown", message="No file was received yet. Upload one.")
    newest = files[0].received_at
    if now - datetime.fromisoformat(newest) <= STALE_AFTER:
        return HealthCheck(name="freshness", state="healthy", message="The newest file came within two days.", at=newest)
    message = "No file came for more than two days. Check the export and those who upload."
    return HealthCheck(name="freshness", state="degraded", message=message, at=newest)


def _files(files: Sequence[FileRecord]) -> HealthCheck:
    bad = [record for record in files if record.state in NOT_ACCEPTED or record.state is FileState.FAILED]
    if not bad:
        return HealthCheck(name="files", state="healthy" if files else "unknown", message=f"None of the newest {len(files)} files failed.")
    message = f"{len(bad)} of the newest {len(files)} files were rejected, failed, or need a mapping. Their pages say what to do."
    return HealthCheck(name="files", state="degraded", message=message, at=bad[0].received_at)


def _quality(files: Sequence[FileRecord]) -> HealthCheck:
    scored = [record for record in files if record.state is FileState.DONE and record.profile.get("score")]
    low = [record for record in scored if float(record.profile["score"]) < LOW_SCORE or record.profile.get("drift")]
    if not low:
        message = f"The newest {len(scored)} profiled files score at least {LOW_SCORE} and do not drift."
        return HealthCheck(name="quality", state="healthy" if scored else "unknown", message=message)
    message = f"{len(low)} of the newest {len(scored)} profiled files score below {LOW_SCORE} or drift from the files before."
    return HealthCheck(name="quality", state="degraded", message=message, at=low[0].received_at)
