"""Health of the lake: the worst state of its runs, tables, freshness, files and quality."""

import shlex
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from headgate.api.lake_ports import LakePorts, TableComparison, senders_of
from headgate.api.operations.implausible_tables import MAX_RECORDS
from headgate.api.operations.run_problems import MAX_RUNS, newest_comparison, unsolved_problems
from headgate.api.shapes.lake import Health, HealthCheck, HealthState
from headgate.lake import keys
from headgate.lake.acceptance import Acceptance, acceptance_of
from headgate.lake.file_index import FileFilter
from headgate.lake.ports import FileRecord
from headgate.lake.states import NOT_ACCEPTED, FileState
from headgate.lake.versions import History
from headgate.profiling.score import Score
from headgate.runs.start_or_postpone import RUNNING, SUCCEEDED
from headgate.snapshots.read_snapshots import newest_snapshot

_ORDER: tuple[HealthState, ...] = ("healthy", "unknown", "degraded", "failed")
NEWEST_FILES = 50
STALE_AFTER = timedelta(days=2)  # exports are nightly, so one may be missed
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
        _files(files, lake.most_refused_share, senders_of(lake).ignored_rows(files)),
        _quality(files),
    )
    worst = max((check.state for check in checks), key=_ORDER.index)
    snapshot_id, as_of = (newest.snapshot_id, newest.as_of.isoformat()) if newest else ("", "")
    return Health(state=worst, checks=checks, snapshot_id=snapshot_id, as_of=as_of)


def _run(lake: LakePorts, not_merged: Sequence[str]) -> HealthCheck:
    """Check the newest ended run, unsolved failures of earlier runs, and datasets that were not merged."""
    runs = lake.runs.newest(MAX_RUNS)
    newest = next((run for run in runs if run.status not in RUNNING), None)
    if not newest:
        return HealthCheck(
            name="run", state="unknown", message="No run has ended yet. Start one after files were accepted."
        )
    at = newest.started_at.isoformat()
    kept = f" Datasets not merged, with their previous tables: {', '.join(not_merged)}." if not_merged else ""
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
        why = f"`headgate runs show {newest.name}` says why."
        message = f"Run {newest.name} succeeded with problems.{kept} {why}"
        return HealthCheck(name="run", state="degraded", message=message, at=at)
    return HealthCheck(name="run", state="healthy", message=f"Run {newest.name} succeeded.", at=at)


def _tables(lake: LakePorts) -> HealthCheck:
    """Check that rows and days of the tables match their inputs after the newest run."""
    newest = next(iter(lake.runs.newest(1)), None)
    comparison = newest_comparison(lake, newest) if newest else None
    if newest is None or comparison is None:
        running = "A run is in progress. " if newest and newest.status in RUNNING else ""
        message = f"{running}Tables are compared with their inputs after the newest run has succeeded."
        return HealthCheck(name="tables", state="unknown", message=message)
    at = newest.started_at.isoformat()
    if comparison.failure:
        message = (
            f"Tables could not be compared with their inputs: {comparison.failure.rstrip('.')}. Retry in a "
            "minute."
        )
        return HealthCheck(name="tables", state="unknown", message=message, at=at)
    if not comparison.implausible:
        message = f"Rows and days of the tables match their inputs.{_not_compared(comparison)}"
        return HealthCheck(name="tables", state="healthy", message=message, at=at)
    (table, why), further = min(comparison.implausible.items()), len(comparison.implausible) - 1
    more = f" `headgate runs show {newest.name}` lists {further} more." if further else ""
    return HealthCheck(
        name="tables", state="degraded", message=f"{table}: {why}{more}{_not_compared(comparison)}", at=at
    )


def _not_compared(comparison: TableComparison) -> str:
    """Name the datasets that were not compared with the rows of their files; empty if all were."""
    names = ", ".join(comparison.not_added_up)
    why = f"files older than the newest {MAX_RECORDS:,}, or processed again since the run started"
    return f" Not compared with the rows of their files ({why}): {names}." if names else ""


def _failed_before(newest: str, failed: Mapping[str, Iterable[str]]) -> str:
    """Describe stages that failed in earlier runs and were not repeated since."""
    stages = "; ".join(f"{', '.join(sorted(names))} in run {run}" for run, names in failed.items())
    return (
        f"Run {newest} succeeded, but it did not repeat stages that failed before: {stages}. "
        "The page of that run says why; start a run after the cause is fixed."
    )


def _freshness(files: Sequence[FileRecord], now: datetime) -> HealthCheck:
    if not files:
        return HealthCheck(name="freshness", state="unknown", message="No file was received yet. Upload one.")
    newest = files[0].received_at
    if now - datetime.fromisoformat(newest) <= STALE_AFTER:
        message = "The newest file arrived within two days."
        return HealthCheck(name="freshness", state="healthy", message=message, at=newest)
    message = "No file arrived for more than two days. Check the export and ask the people who upload."
    return HealthCheck(name="freshness", state="degraded", message=message, at=newest)


def _files(files: Sequence[FileRecord], most_refused_share: float, ignored: Mapping[str, int]) -> HealthCheck:
    """Check for files that need an action.

    The share of rejected rows is not checked for files of corrections: the rows stay open in their original.
    """
    past = History.of(files)
    originals = [record for record in files if not keys.has_corrected_rows(record.key)]
    settled = {
        record.file_id: _corrected_rows(record, files) + ignored.get(record.file_id, 0)
        for record in originals
    }
    lost = [
        record
        for record in originals
        if acceptance_of(record, most_refused_share, settled[record.file_id]) not in {None, Acceptance.OK}
    ]
    failed = [
        record
        for record in files
        if record.state in NOT_ACCEPTED or record.state is FileState.FAILED or record in lost
    ]
    bad = [
        record
        for record in failed
        if not past.is_settled(record) and not (record.state in NOT_ACCEPTED and record.file_id in ignored)
    ]
    if not files:
        return HealthCheck(name="files", state="unknown", message="No file was received yet.")
    if not bad:
        message = _no_action(files, originals, past, settled)
        return HealthCheck(name="files", state="healthy", message=message)
    message = (
        f"{_some_of(len(bad), len(files), 'file', 'needs', 'need')} an action: rejected, failed, with "
        f"columns to assign, or with too many refused rows. The newest is {bad[0].key}{_counts(bad[0])}; "
        f"`headgate files show {shlex.quote(bad[0].key)}` says why."
    )
    return HealthCheck(name="files", state="degraded", message=message, at=bad[0].received_at)


def _no_action(
    files: Sequence[FileRecord], originals: Sequence[FileRecord], past: History, settled: Mapping[str, int]
) -> str:
    """Report that no file needs an action, and the number of rows that can be corrected."""
    waiting = [
        rows
        for record in originals
        if record.state is FileState.DONE
        and not past.is_settled(record)
        and (rows := record.quarantined - settled[record.file_id]) > 0
    ]
    message = f"{_newest(len(files), 'file', 'needs', 'need')} no action."
    if not waiting:
        return message
    count = "1 refused row is" if sum(waiting) == 1 else f"{sum(waiting):,} refused rows are"
    return f"{message} {count} open for correction; no file has more than the lake permits."


def _corrected_rows(record: FileRecord, files: Sequence[FileRecord]) -> int:
    """Return the number of accepted rows of a file's corrections, at any depth."""
    prefix = keys.corrections_of(record.dataset, record.file_id)
    corrections = [file for file in files if file.key.startswith(prefix)]
    return sum(
        (file.accepted if file.state is FileState.DONE else 0) + _corrected_rows(file, files)
        for file in corrections
    )


def _counts(record: FileRecord) -> str:
    """Return the row counts of an accepted file; empty for other files, whose state says why."""
    if record.state is not FileState.DONE:
        return ""
    accepted = f"{record.accepted:,} of {record.received:,} rows accepted"
    return f" ({accepted}; correct its refused rows, or undo it)"


def _quality(files: Sequence[FileRecord]) -> HealthCheck:
    """Check the quality of files without their timeliness, which is the check of freshness.

    Corrected rows of another file are not scored: one refused correction would be a file of low quality. Nor
    are versions that a later one replaced: there is nothing to do about them.
    """
    past = History.of(files)
    scored = [
        (record, score)
        for record in files
        if record.state is FileState.DONE
        and not keys.has_corrected_rows(record.key)
        and not past.is_settled(record)
        and (score := Score.of_texts(record.profile).of_content).total is not None
    ]
    low = [(record, score) for record, score in scored if _is_low(score) or record.profile.get("drift")]
    if not scored:
        return HealthCheck(
            name="quality",
            state="unknown",
            message="No file was profiled yet. The gate profiles each file that it accepts.",
        )
    if not low:
        subject = _newest(len(scored), "profiled file", "scores", "score")
        message = f"{subject} at least {LOW_SCORE} without timeliness, and none differs from earlier files."
        return HealthCheck(name="quality", state="healthy", message=message)
    (record, score), many = low[0], len(scored)
    low_scores = sum(_is_low(score) for _, score in low)
    drifting = len(low) - low_scores
    parts = [
        f"{_some_of(low_scores, many, 'profiled file', 'scores', 'score')} below {LOW_SCORE} of 1 for quality"
        if low_scores
        else "",
        f"{_some_of(drifting, many, 'profiled file', 'differs', 'differ')} from earlier files"
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
    """Return the first drift of a file: the column, and how it moved."""
    return record.profile["drift"].partition("; ")[0].rpartition(" [")[0] or record.profile["drift"]


def _is_low(score: Score) -> bool:
    return score.total is not None and score.total < LOW_SCORE


def _newest(count: int, what: str, singular: str, plural: str) -> str:
    return f"The newest {what} {singular}" if count == 1 else f"The newest {count} {what}s {plural}"


def _some_of(count: int, among: int, what: str, singular: str, plural: str) -> str:
    verb = singular if count == 1 else plural
    return f"The newest {what} {verb}" if among == 1 else f"{count} of the newest {among} {what}s {verb}"
