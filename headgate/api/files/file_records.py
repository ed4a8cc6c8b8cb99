from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import islice, takewhile
from typing import TYPE_CHECKING, Any

from headgate.api.files.corrected_values import (
    corrected_again,
    corrected_rows,
    correction_outcomes,
    entered_duplicates,
)
from headgate.api.files.dismissals import dismissal_of
from headgate.api.files.sent_parts import open_parts
from headgate.api.files.stages import stages_of
from headgate.api.http import cursors
from headgate.api.http.problems import not_found
from headgate.api.lake_ports import LakePorts, record_if_any, senders_of
from headgate.api.shapes.files import (
    FileDetail,
    FileEdits,
    FileError,
    FilePage,
    FileSummary,
    FileWork,
    RowCounts,
    WarnedRows,
)
from headgate.contracts.model import TIMES
from headgate.contracts.new_column_policy import NewColumns, policy_of
from headgate.costs.computed_price import priced
from headgate.costs.price_list import Prices
from headgate.costs.recorded import gate_memory_mb, gate_s, of_files, of_job_for_large_files
from headgate.errors import NotFoundError
from headgate.formats.blank_rows import BLANK_ROW_NUMBERS
from headgate.formats.format_name import format_in_words
from headgate.lake import keys
from headgate.lake.acceptance import acceptance_of
from headgate.lake.file_index import FileFilter, newest_first
from headgate.lake.keys import has_corrected_rows, increment_key
from headgate.lake.ports import FileRecord, ObjectRef
from headgate.lake.states import CHECKED, DUPLICATE_KEY, FileState
from headgate.lake.versions import History
from headgate.lineage.sources import increments_of
from headgate.profiling.score import Score
from headgate.snapshots.read_snapshots import newest_snapshot
from headgate.uploads.row_numbers import RowNumbers

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from headgate.intake.quarantine.correction_outcomes import CorrectionOutcome

# A run records which version replaced a file, so only newer files are read. A list of files that no run has
# merged may be longer; then a settlement shows after the next run.
MAX_NEWER_FILES = 500
_NEWER_FILES_AT_ONCE = 100
# A run misses a file that the gate was still processing when the run began.
LONGEST_RUN = timedelta(hours=6)


def page(lake: LakePorts, where: FileFilter, limit: int, cursor: str) -> FilePage:
    """Return files, newest first."""
    after = str(cursors.decode(cursor, str)) if cursor else ""
    newest = lake.files.newest(limit, after=after, where=where)
    following = cursors.encode(newest.after) if newest.after else ""
    return FilePage(files=_summaries(lake, newest.records), next_cursor=following)


def accepted_with(lake: LakePorts, content_sha256: str, dataset: str) -> FilePage:
    """Return the accepted file of a dataset with a content, from which rows of the lake came."""
    record = record_if_any(lake, lake.files.accepted_with(content_sha256, [dataset]))
    return FilePage(files=_summaries(lake, [record] if record else []))


def _summaries(lake: LakePorts, records: Sequence[FileRecord]) -> tuple[FileSummary, ...]:
    corrected = _corrected_rows_of(lake, records)
    ignored = senders_of(lake).ignored_rows(records)
    return tuple(
        FileSummary(**summary(lake, record, corrected.get(record.file_id, 0), ignored.get(record.file_id, 0)))
        for record in with_settlements(lake, records)
    )


def _corrected_rows_of(lake: LakePorts, records: Iterable[FileRecord]) -> dict[str, int]:
    """Return the number of rejected rows with an accepted correction, by id of corrected files."""
    refused = [record for record in records if record.quarantined]
    corrected = senders_of(lake).corrected_files() if refused else set()
    return {
        record.file_id: _corrected_rows(lake, record, correction_outcomes(lake).of_file(record.file_id))
        for record in refused
        if record.file_id in corrected or has_corrected_rows(record.key)
    }


def _corrected_rows(lake: LakePorts, record: FileRecord, outcomes: Mapping[int, CorrectionOutcome]) -> int:
    """Return the number of rejected rows of a file, or of a correction, that a correction brought in."""
    return corrected_rows(lake, record.file_id, outcomes) or corrected_again(lake, record)


def record_of(lake: LakePorts, file_id: str) -> FileRecord:
    """Return the record of a file; 404 if there is none."""
    try:
        return lake.ledger.get(file_id)
    except NotFoundError:
        raise not_found("There is no record of a file with this id. GET /v1/files lists the files.") from None


def detail(lake: LakePorts, file_id: str) -> FileDetail:
    """Return all recorded facts of one file."""
    record, senders = _with_true_settlement(lake, record_of(lake, file_id)), senders_of(lake)
    edits, has_rows = senders.edits(file_id), bool(record.quarantined or record.duplicates)
    outcomes = correction_outcomes(lake).of_file(file_id) if has_rows else {}
    corrected = _corrected_rows(lake, record, outcomes) if record.quarantined else 0
    ignored = senders.ignored_rows([record]).get(file_id, 0)
    entered = entered_duplicates(lake, record, edits, outcomes)
    return FileDetail(
        **summary(lake, record, corrected, ignored),
        contract=record.contract,
        definitions=record.definitions,
        warnings=record.warnings,
        warned=warned_rows(record.warned),
        reasons=dict(record.reasons),
        masked=dict(record.masked),
        kept_columns=kept_columns(lake, record),
        written_as=written_as_texts(_blank_rows_as_sent(record.written_as, edits)),
        profile=_texts(record.profile),
        mapping=_texts(record.mapping),
        stages=stages_of(record, acceptance_of(record, lake.most_refused_share, corrected + ignored)),
        work=_work(record),
        uploaded_by=senders.uploader(record),
        replaced_rows=senders.replaced_rows(file_id),
        unchanged_rows=senders.unchanged_rows(file_id),
        undone_by=str(record.error.get("reverted_by", "")),
        edited_before=FileEdits(**edits) if edits else None,
        open_parts=open_parts(lake, record, edits),
        dismissed=dismissal_of(lake, record),
        in_snapshot=_newest_snapshot_with(lake, record),
        taken_instead=entered.taken_instead,
        given_another_key=entered.given_another_key,
    )


def kept_columns(lake: LakePorts, record: FileRecord) -> tuple[str, ...]:
    """Return the columns of a file that no field takes, if its contract keeps their values as text."""
    contract = lake.contracts.source.get(record.dataset)
    if contract is None or policy_of(contract) is not NewColumns.KEEP_AS_TEXT:
        return ()
    return tuple(record.new_columns)


def _with_true_settlement(lake: LakePorts, record: FileRecord) -> FileRecord:
    """Return the record with the file that settles it; one that was reverted settles nothing."""
    settling = record_if_any(lake, record.closed_by)
    is_reverted = settling is not None and settling.state is FileState.REVERTED
    (settled,) = with_settlements(lake, [replace(record, closed_by="") if is_reverted else record])
    return settled


def warned_rows(warned: Mapping[str, int]) -> tuple[WarnedRows, ...]:
    """Return the rows of rules that only warn, largest number first."""
    by_rule = [(*code.partition(":")[::2], rows) for code, rows in warned.items()]
    return tuple(
        WarnedRows(rule=rule, column=column, rows=rows)
        for rule, column, rows in sorted(by_rule, key=lambda each: (-each[2], each[0], each[1]))
    )


def _work(record: FileRecord) -> FileWork:
    seconds = gate_s(record)
    used = [*of_files([record]), *of_job_for_large_files(record)]
    cost = sum((item.usd for item in priced(used, Prices.load())), Decimal(0))
    rows_per_s = record.received / seconds if seconds else None
    return FileWork(
        seconds=seconds, rows_per_s=rows_per_s, memory_mb=gate_memory_mb(record), usd=f"{cost:.6f}"
    )


def summary(lake: LakePorts, record: FileRecord, corrected: int = 0, ignored: int = 0) -> dict[str, object]:
    """Return the fields of `FileSummary`.

    Args:
        corrected: number of rejected rows with an accepted correction.
        ignored: number of rejected rows that a person ignored.
    """
    return {
        "file_id": record.file_id,
        "key": record.key,
        "dataset": record.dataset,
        "state": record.state,
        "size_bytes": record.size_bytes,
        "received_at": record.received_at,
        "finished_at": record.finished_at,
        "received": record.received,
        "accepted": record.accepted,
        "quarantined": record.quarantined,
        "duplicates": record.duplicates,
        "same_key": record.reasons.get(DUPLICATE_KEY, 0),
        "corrected": corrected,
        "ignored": ignored,
        "rows": record.received or int(record.profile.get("rows") or 0),
        "acceptance": acceptance_of(record, lake.most_refused_share, corrected + ignored),
        "quality_score": Score.of_texts(record.profile).of_content.total,
        "period": period_of(lake, record),
        "error": file_error(record.error),
        "before_undo": before_undo(record.error),
        "duplicate_of": record.duplicate_of,
        "content_sha256": record.content_sha256,
        "closed_by": record.closed_by,
    }


def period_of(lake: LakePorts, record: FileRecord) -> str:
    """Return the first and last day of a file's events, else of its rows' versions, as `from/to`.

    Return an empty text if the record has neither.
    """
    contract = lake.contracts.source.get(record.dataset)
    if contract is None:
        return ""
    statistics = json.loads(record.profile.get("statistics", "{}"))
    times = [column.name for column in contract.columns if column.type.kind in TIMES]
    for name in sorted(times, key=lambda name: name in contract.order_by):
        facts = statistics.get(name, {})
        if facts.get("min") and facts.get("max"):
            return f"{str(facts['min'])[:10]}/{str(facts['max'])[:10]}"
    return ""


def file_error(error: Mapping[str, Any]) -> FileError | None:
    """Return why a file was rejected, from its record's error; None if it was not rejected."""
    if not error.get("rule"):
        return None
    return FileError(**{name: error.get(name, "") for name in FileError.model_fields})


def before_undo(error: Mapping[str, Any]) -> RowCounts | None:
    """Return the row counts of a reverted file before its undo; None for other files."""
    return RowCounts(**json.loads(error["had"])) if error.get("had") else None


def written_as_texts(facts: object) -> dict[str, str]:
    """Return the format facts of a file as texts, with a readable format name as `format_words`."""
    texts = _texts(facts)
    return {**texts, "format_words": format_in_words(texts["format"])} if texts.get("format") else texts


def _blank_rows_as_sent(facts: Mapping[str, str], edits: Mapping[str, Any]) -> Mapping[str, str]:
    """Return the facts with the numbers of blank rows in the file that was sent."""
    left_out = edits.get("rows_left_out", ())
    if not left_out or BLANK_ROW_NUMBERS not in facts:
        return facts
    numbers = RowNumbers(left_out)
    sent = re.sub(r"\d+", lambda row: str(numbers.sent(int(row[0]))), facts[BLANK_ROW_NUMBERS])
    return {**facts, BLANK_ROW_NUMBERS: sent}


def _texts(facts: object) -> dict[str, str]:
    return {
        name: value if isinstance(value, str) else json.dumps(value, default=str)
        for name, value in dict(facts).items()  # type: ignore[call-overload]  # a mapping
    }


def is_in_snapshot(lake: LakePorts, file_id: str) -> bool:
    """Return whether the newest snapshot has the rows of a file."""
    record = record_if_any(lake, file_id)
    return record is not None and bool(_newest_snapshot_with(lake, record))


def _newest_snapshot_with(lake: LakePorts, record: FileRecord) -> str:
    """Return the id of the newest snapshot if it has this file's increment, else an empty text."""
    # An undo clears the record, but its rows stay in the tables until the next run.
    is_undone = record.state is FileState.REVERTED and bool(record.content_sha256)
    increment = increment_key(record.dataset, record.content_sha256) if is_undone else record.curated_key
    if not increment or record.state not in {FileState.DONE, FileState.REVERTED}:
        return ""
    bucket = lake.bucket("curated")
    newest = newest_snapshot(lake.objects, bucket)
    dataset = newest.datasets.get(record.dataset) if newest else None
    if newest and dataset and increment in increments_of(lake.objects, bucket, dataset):
        return newest.snapshot_id
    return ""


def with_settlements(lake: LakePorts, records: Sequence[FileRecord]) -> tuple[FileRecord, ...]:
    """Return the records, each with the id of the file that settles it now or after the next run."""
    open_since = min((record.received_at for record in records if _is_open(record)), default="")
    if not open_since:
        return tuple(records)
    since = max(open_since, _newest_run(lake))
    newest = islice(newest_first(lake.files, FileFilter(), _NEWER_FILES_AT_ONCE), MAX_NEWER_FILES)
    later = takewhile(lambda record: record.received_at >= since, newest)
    past = History.of({record.file_id: record for record in (*records, *later)}.values())
    return tuple(
        replace(record, closed_by=past.settling_file(record)) if _is_open(record) else record
        for record in records
    )


def _newest_run(lake: LakePorts) -> str:
    """Return the time after which files may be missing in the newest run; empty before the first run."""
    manifest = ObjectRef(lake.bucket("curated"), keys.lake_snapshot_key(keys.CURRENT))
    try:
        return (lake.objects.info(manifest).modified_at - LONGEST_RUN).isoformat()
    except NotFoundError:
        return ""


def _is_open(record: FileRecord) -> bool:
    """Return whether the record has rows or an error to settle, and names no file that did."""
    return record.state in CHECKED and not record.closed_by and bool(record.reasons or record.error)
