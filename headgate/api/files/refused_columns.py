"""Columns whose rules quarantined the rows of a dataset: the ledger counts rows by rule only."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from headgate.api.cache import Cache
from headgate.api.files.corrected_values import correction_outcomes
from headgate.api.files.rejection_groups import is_open
from headgate.api.lake_ports import LakePorts, senders_of
from headgate.errors import NotFoundError
from headgate.lake.ignored_rows import Ignored
from headgate.lake.ports import FileRecord, ObjectRef
from headgate.lake.states import DUPLICATE_RULES
from headgate.values.parquet_tables import table_of

_MAX_FILES = 20  # newest files whose rows are read for one answer
_MAX_ROWS = 50_000  # of one file

_Counts = tuple[tuple[str, str, int], ...]
# A replay writes the object of a file again, and finishes later.
_cache: Cache[tuple[str, str, str], _Counts] = Cache(1_000)


def columns_by_rule(
    lake: LakePorts, records: Iterable[FileRecord], corrected: Collection[str]
) -> Mapping[tuple[str, str], list[str]]:
    """Return the columns of waiting rows by dataset and rule, the column of most rows first.

    Rules about whole rows have none. Only the newest files are read.

    Args:
        corrected: ids of files with rows that were corrected or are ignored, which do not wait.
    """
    ignored = senders_of(lake).ignored() if corrected else {}
    newest = sorted(
        (record for record in records if _has_refused_rows(record)),
        key=lambda record: (record.received_at, record.file_id),
        reverse=True,
    )
    rows: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for record in newest[:_MAX_FILES]:
        settled = record.file_id in corrected
        counts = _open_counts(lake, record, ignored) if settled else _counts(lake, record)
        for rule, column, count in counts:
            rows[record.dataset, rule][column] += count
    return {
        group: sorted(columns, key=lambda column: (-columns[column], column))
        for group, columns in rows.items()
    }


def _has_refused_rows(record: FileRecord) -> bool:
    return bool(
        record.quarantine_key
        and record.quarantined + record.duplicates <= _MAX_ROWS
        and set(record.reasons) - DUPLICATE_RULES
    )


def _counts(lake: LakePorts, record: FileRecord) -> _Counts:
    """Return rule, column and number of rows of a file's quarantine; rows by their first reason."""
    version = (lake.bucket("quarantine"), record.quarantine_key, record.finished_at)
    counts = _cache.get(version)
    if counts is None:
        counts = _cache[version] = _counted(_rows(lake, record))
    return counts


def _open_counts(lake: LakePorts, record: FileRecord, ignored: Ignored) -> _Counts:
    """Return the same of the rows that were not corrected and are not ignored."""
    outcomes = correction_outcomes(lake).of_file(record.file_id)
    groups = {(group.rule, group.column) for group in ignored.get(record.file_id, ())}
    return _counted(
        row
        for row in _rows(lake, record)
        if is_open(outcomes.get(row["source_row"])) and (row["rule"], row["column_name"]) not in groups
    )


def _rows(lake: LakePorts, record: FileRecord) -> list[dict[str, Any]]:
    try:
        content = lake.objects.read(ObjectRef(lake.bucket("quarantine"), record.quarantine_key))
    except NotFoundError:  # a replay or an erasure removed it since the ledger was read
        return []
    return list(table_of(content, ["source_row", "rule", "column_name"]).to_pylist())


def _counted(rows: Iterable[Mapping[str, Any]]) -> _Counts:
    counted = Counter((row["rule"] or "", row["column_name"]) for row in rows if row["column_name"])
    return tuple((rule, column, number) for (rule, column), number in counted.items())
