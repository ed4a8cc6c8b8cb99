import json
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from headgate.api.files.file_records import record_of
from headgate.api.files.personal_values import visible_facts
from headgate.api.http.access import CallerIdentity
from headgate.api.http.problems import not_found, unknown_name
from headgate.api.lake_ports import LakePorts
from headgate.api.shapes.files import ColumnProfile, Correlation, FileProfile, QualityHistory, QualityPoint
from headgate.contracts.hidden_values import hidden_because
from headgate.errors import NotFoundError
from headgate.lake.file_index import FileFilter, newest_first
from headgate.lake.keys import has_corrected_rows
from headgate.lake.ports import HIDDEN_NUMBERS, FileRecord, ObjectRef
from headgate.lake.states import FileState
from headgate.profiling.score import Score

MAX_POINTS = 200


def file_profile(lake: LakePorts, caller: CallerIdentity, file_id: str) -> FileProfile:
    """Return the statistics of a file, with the values that the caller may see."""
    record = record_of(lake, file_id)
    stored = stored_profile(lake, record)
    if not stored:
        raise not_found("The file has no profile because it was not read as a table.")
    columns = visible_facts(lake, caller, record, stored.get("columns", []))
    hidden = {column["name"] for column in columns if column.get("personal")}
    return FileProfile(
        file_id=file_id,
        rows=int(stored.get("rows", 0)),
        score=stored.get("score") or {},
        columns=profile_columns(columns),
        correlations=tuple(
            Correlation(**pair)
            for pair in stored.get("correlations", [])
            if not hidden & {pair["left"], pair["right"]}
        ),
        drift=record.profile.get("drift", ""),
    )


def stored_profile(lake: LakePorts, record: FileRecord) -> dict[str, Any]:
    """Return the stored profile of a file; empty if there is none."""
    key = record.profile.get("key", "")
    try:
        return dict(json.loads(lake.objects.read(ObjectRef(lake.bucket("artifacts"), key)))) if key else {}
    except NotFoundError:
        return {}


def profile_columns(columns: Sequence[Mapping[str, Any]]) -> tuple[ColumnProfile, ...]:
    """Return the columns of a stored profile."""
    return tuple(
        ColumnProfile(
            name=str(column.get("name", "")),
            type=str(column.get("type", "")),
            facts=_facts_of(column),
        )
        for column in columns
    )


def _facts_of(column: Mapping[str, Any]) -> dict[str, Any]:
    facts = {name: value for name, value in column.items() if name not in {"name", "type"}}
    return {**facts, "hidden_because": hidden_because(column)} if column.get("sensitive") else facts


def history(lake: LakePorts, dataset: str) -> QualityHistory:
    """Return the quality of the newest files of a dataset without corrections, oldest first.

    A dataset without a contract is the first folder of the keys of profiled files.
    """
    has_contract = dataset in lake.contracts.source
    state = FileState.DONE if has_contract else FileState.PROFILED
    every = newest_first(lake.files, FileFilter(dataset, state), MAX_POINTS)
    # A correction has a few selected rows, which say nothing about the files of the dataset.
    newest = list(islice((file for file in every if not has_corrected_rows(file.key)), MAX_POINTS))
    if not newest and not has_contract:
        raise unknown_name(
            "There is no dataset or file folder of that name.",
            dataset,
            lake.contracts.source,
            "GET /v1/contracts lists the datasets.",
        )
    return QualityHistory(dataset=dataset, points=tuple(_point(record) for record in reversed(newest)))


def _point(record: FileRecord) -> QualityPoint:
    profile = dict(record.profile)
    parts = {
        name: value
        for name in profile
        if name not in {"score", "rows", "columns", HIDDEN_NUMBERS}
        and (value := _share(profile[name])) is not None
    }
    return QualityPoint(
        file_id=record.file_id,
        key=record.key,
        received_at=record.received_at,
        received=record.received or int(profile.get("rows", 0)),
        accepted=record.accepted,
        quarantined=record.quarantined,
        duplicates=record.duplicates,
        score=Score.of_texts(record.profile).of_content.total,
        parts=parts,
        drift=profile.get("drift", ""),
    )


def _share(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 <= value <= 1 else None
