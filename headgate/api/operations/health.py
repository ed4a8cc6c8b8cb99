"""Health of the lake: the worst of what is recorded of runs, freshness, files and quality."""

from __future__ import annotations

import shlex
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from headgate.api.operations.implausible_tables import MOST_RECORDS
from headgate.api.operations.run_problems import MOST_RUNS, newest_comparison, unsolved_problems
from headgate.api.shapes.lake import Health, HealthCheck
from headgate.lake import keys
from headgate.lake.acceptance import Acceptance, acceptance_of
from headgate.lake.file_index import FileFilter
from headgate.lake.states import NOT_ACCEPTED, FileState
from headgate.lake.versions import History
from headgate.profiling.score import Score
from headgate.runs.start_or_postpone import RUNNING, SUCCEEDED
from headgate.snapshots.read_snapshots import newest_snapshot

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from headgate.api.lake_ports import LakePorts, TableComparison
    from headgate.api.shapes.lake import HealthState
    from headgate.lake.ports import FileRecord

_ORDER: tuple[HealthState, ...] = ("healthy", "unknown", "degraded", "failed")
NEWEST_FILES = 50
STALE_AFTER = timedelta(days=2)  # exports are nightly: one missed night is seen on the second day
LOW_SCORE = 0.8


def health_of(lake: LakePorts) -> Health:
    """Return the state of the lake with the checks behind it."""
    files = lake.files.newest(NEWEST_FILES, where=FileFilter()).records
    newest = newest_snapshot(lake.objects, lake.bucket("curated"))
    not_merged = sorted(newest.failed) if newest else []
    checks = (
        _run(lake, not_merged),
        _tables(lake),
        _freshness(files, lake.now()),
        _files(files, lake.most_refused_share),
        _quality(files),
    )
    worst = max((check.state for check in checks), key=_ORDER.index)
    snapshot_id, as_of = (newest.snapshot_id, newest.as_of.isoformat()) if newest else ("", "")
    return Health(state=worst, checks=checks, snapshot_id=snapshot_id, as_of=as_of)


def _run(lake: LakePorts, not_merged: Sequence[str]) -> HealthCheck:
    """Judge the newest run that has ended, and what earlier runs failed in.

    A dataset that could not be merged is a problem, too.
    """
    runs = lake.runs.newest(MOST_RUNS)
    newest = next((run for run in runs if run.status not in RUNNING), None)
    if not newest:
        return HealthCheck(
            name="run", state="unknown", message="No run has ended yet. Start one when files were accepted."
        )
    at = newest.started_at.isoformat()
    kept = (
        f" These datasets could not be merged and keep their previous tables: {', '.join(not_merged)}."
        if not_merged
        else ""
    )
    if newest.status != SUCCEEDED:
        message = (
            f"Run {newest.name} ended as {newest.status.lower()}.{kept} Its page says why; start a run "
            "after the cause is fixed."
        )
        return HealthCheck(name="run", state="failed", message=message, at=at)
    if failed := {
        name: problems.failed_stages
        for name, problems in unsolved_problems(lake, runs).items()
        if problems.failed_stages
    }:
        return HealthCheck(
            name="run", state="failed", message=_failed_before(newest.name, failed) + kept, at=at
        )
    if not_merged:
        message = (
            f"Run {newest.name} succeeded with problems.{kept} `headgate runs show {newest.name}` says why."
        )
        return HealthCheck(name="run", state="degraded", message=message, at=at)
    return HealthCheck(name="run", state="healthy", message=f"Run {newest.name} succeeded.", at=at)


def _tables(lake: LakePorts) -> HealthCheck:
    """Judge the tables after the newest run: their rows and their day are what their inputs imply."""
    newest = next(iter(lake.runs.newest(1)), None)
    comparison = newest_comparison(lake, newest) if newest else None
    if newest is None or comparison is None:
        under_way = "A run is under way. " if newest and newest.status in RUNNING else ""
        message = f"{under_way}Tables are compared with their inputs when the newest run has succeeded."
        return HealthCheck(name="tables", state="unknown", message=message)
    at = newest.started_at.isoformat()
    if comparison.failure:
        message = (
            f"Tables could not be compared with their inputs: {comparison.failure.rstrip('.')}. Ask "
            "again in a minute."
        )
        return HealthCheck(name="tables", state="unknown", message=message, at=at)
    if not comparison.implausible:
        message = f"Rows and days of the tables are what their inputs imply.{_not_added_up(comparison)}"
        return HealthCheck(name="tables", state="healthy", message=message, at=at)
    (table, why), further = min(comparison.implausible.items()), len(comparison.implausible) - 1
    more = f" `headgate runs show {newest.name}` names {further} more." if further else ""
    return HealthCheck(
        name="tables", state="degraded", message=f"{table}: {why}{more}{_not_added_up(comparison)}", at=at
    )


def _not_added_up(comparison: TableComparison) -> str:
    """Return which datasets were not compared with the rows of their files; empty if all were."""
    names = ", ".join(comparison.not_added_up)
    why = f"not all among the newest {MOST_RECORDS:,}, or processed again since the run began"
    return f" Not compared with the rows of their files ({why}): {names}." if names else ""


def _failed_before(newest: str, failed: Mapping[str, Iterable[str]]) -> str:
    """State which stages failed in which runs, and that a later run succeeded without them."""
    stages = "; ".join(f"{', '.join(sorted(names))} in run {run}" for run, names in failed.items())
    return (
        f"Run {newest} succeeded, but did not repeat what failed before: {stages}. "
        "The page of that run says why; start a run after the cause is fixed."
    )


def _freshness(files: Sequence[FileRecord], now: datetime) -> HealthCheck:
    if not files:
        return HealthCheck(name="freshness", state="unknown", message="No file was received yet. Upload one.")
    newest = files[0].received_at
    if now - datetime.fromisoformat(newest) <= STALE_AFTER:
        return HealthCheck(
            name="freshness", state="healthy", message="The newest file came within two days.", at=newest
        )
    message = "No file came for more than two days. Check the export and those who upload."
    return HealthCheck(name="freshness", state="degraded", message=message, at=newest)


def _files(files: Sequence[FileRecord], most_refused_share: float) -> HealthCheck:
    """Judge what became of files.

    Corrected rows are few and chosen, so no share of them is judged: their original's rows stay open.
    """
    past = History.of(files)
    originals = [record for record in files if not keys.has_corrected_rows(record.key)]
    lost = [record for record in originals if _has_lost_rows(record, files, most_refused_share)]
    failed = [
        record
        for record in files
        if record.state in NOT_ACCEPTED or record.state is FileState.FAILED or record in lost
    ]
    bad = [record for record in failed if not past.is_settled(record)]
    if not files:
        return HealthCheck(name="files", state="unknown", message="No file was received yet.")
    if not bad:
        return HealthCheck(
            name="files",
            state="healthy",
            message=_no_action(files, originals, past),
        )
    subject = _some_of(len(bad), len(files), "file", "needs", "need")
    message = (
        f"{subject} an action: rejected, failed, with columns to assign, or with too many refused rows. "
    )
    newest = (
        f"The newest is {bad[0].key}{_counts(bad[0])}; "
        f"`headgate files show {shlex.quote(bad[0].key)}` says why."
    )
    return HealthCheck(name="files", state="degraded", message=message + newest, at=bad[0].received_at)


def _no_action(files: Sequence[FileRecord], originals: Sequence[FileRecord], past: History) -> str:
    """State that no file needs a person, and how many of their rows wait nevertheless."""
    waiting = [
        rows
        for record in originals
        if record.state is FileState.DONE
        and not past.is_settled(record)
        and (rows := record.quarantined - _corrected_rows(record, files)) > 0
    ]
    message = f"{_newest(len(files), 'file', 'needs', 'need')} no action as a whole."
    if not waiting:
        return message
    some = "1 row waits" if sum(waiting) == 1 else f"{sum(waiting):,} rows wait"
    return f"{message} {some} for a correction, no more in a file than the lake permits."


def _has_lost_rows(record: FileRecord, files: Sequence[FileRecord], most_refused_share: float) -> bool:
    """Return whether too many rows of an accepted file are refused, and no correction has brought them into
    the lake since.
    """
    return acceptance_of(record, most_refused_share, _corrected_rows(record, files)) not in {
        None,
        Acceptance.OK,
    }


def _corrected_rows(record: FileRecord, files: Sequence[FileRecord]) -> int:
    """Return the rows of a file that its corrections, and the corrections of these, have brought into the
    lake.
    """
    beginning = keys.corrections_of(record.dataset, record.file_id)
    corrections = [file for file in files if file.key.startswith(beginning)]
    return sum(
        (file.accepted if file.state is FileState.DONE else 0) + _corrected_rows(file, files)
        for file in corrections
    )


def _counts(record: FileRecord) -> str:
    """Return the counts of an accepted file; empty for any other file, whose state says why."""
    if record.state is not FileState.DONE:
        return ""
    return (
        f" ({record.accepted:,} of {record.received:,} rows accepted; correct its refused rows, or undo it)"
    )


def _quality(files: Sequence[FileRecord]) -> HealthCheck:
    """Judge what files hold.

    Their timeliness is left out: the check of freshness covers time, and history is old by its nature.
    """
    scored = [
        (record, Score.of_texts(record.profile).of_content)
        for record in files
        if record.state is FileState.DONE
    ]
    scored = [(record, score) for record, score in scored if score.total is not None]
    low = [(record, score) for record, score in scored if _is_low(score) or record.profile.get("drift")]
    if not scored:
        return HealthCheck(
            name="quality",
            state="unknown",
            message="No file was profiled yet. A file is profiled when it is accepted.",
        )
    if not low:
        subject = _newest(len(scored), "profiled file", "scores", "score")
        message = (
            f"{subject} at least {LOW_SCORE} without timeliness, and none differs from the files before."
        )
        return HealthCheck(name="quality", state="healthy", message=message)
    (record, score), many = low[0], len(scored)
    low_scores = sum(_is_low(score) for _, score in low)
    drifting = len(low) - low_scores
    parts = [
        f"{_some_of(low_scores, many, 'profiled file', 'scores', 'score')} below {LOW_SCORE} of 1 for quality"
        if low_scores
        else "",
        f"{_some_of(drifting, many, 'profiled file', 'differs', 'differ')} from the files before"
        if drifting
        else "",
    ]
    cause = f"{score.lowest} {score.parts[score.lowest]:.2f}" if _is_low(score) else _first_shift(record)
    message = (
        f"{'. '.join(filter(None, parts))}. The newest is {record.key} ({cause}); "
        f"`headgate files show {shlex.quote(record.key)}` says why."
    )
    return HealthCheck(name="quality", state="degraded", message=message, at=record.received_at)


def _first_shift(record: FileRecord) -> str:
    """Return the first difference of a file from the files before: its column, and how it moved."""
    return record.profile["drift"].partition("; ")[0].rpartition(" [")[0] or record.profile["drift"]


def _is_low(score: Score) -> bool:
    return score.total is not None and score.total < LOW_SCORE


def _newest(count: int, what: str, singular: str, plural: str) -> str:
    return f"The newest {what} {singular}" if count == 1 else f"The newest {count} {what}s {plural}"


def _some_of(count: int, among: int, what: str, singular: str, plural: str) -> str:
    verb = singular if count == 1 else plural
    return f"The newest {what} {verb}" if among == 1 else f"{count} of the newest {among} {what}s {verb}"
