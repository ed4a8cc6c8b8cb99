"""Notes of people on days: one object each, which SQL reads as a table and charts over time mark."""

from __future__ import annotations

import hashlib
import io
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from headgate.api.http.access import Group
from headgate.api.http.problems import forbidden, invalid, not_found
from headgate.api.shapes.annotations import Annotation, Annotations
from headgate.lake import keys
from headgate.lake.ports import ObjectRef
from headgate.masking.redaction import redact_text

if TYPE_CHECKING:
    from headgate.api.http.access import CallerIdentity
    from headgate.api.lake_ports import LakePorts
    from headgate.api.shapes.annotations import AnnotationAsked

TABLE = "annotations"
_READERS = 16  # objects are read side by side: each takes some milliseconds
_FOLDER = f"{keys.ANNOTATIONS}/"


def current(lake: LakePorts) -> Annotations:
    """Return the notes that nobody has withdrawn, by day and time of writing."""
    bucket = lake.bucket("curated")
    refs = [item.ref for item in lake.objects.list(bucket, _FOLDER)]
    with ThreadPoolExecutor(_READERS) as readers:
        rows = list(readers.map(lambda ref: _read(lake, ref), refs))
    return Annotations(annotations=tuple(_shown(row) for row in rows if row["withdrawn_at"] is None))


def annotate(lake: LakePorts, caller: str, asked: AnnotationAsked, key: str) -> Annotation:
    """Write a note on a day; the same caller and Idempotency-Key write it once.

    Raises:
        ProblemError: 422, a day that no calendar has, or a note without a text.
    """
    day, note = _day(asked.noted_on), redact_text(asked.note.strip())
    if not note:
        raise invalid("body.note", "missing", "A note has a text. Send it as `note`.")
    now = lake.now()
    identity = f"{caller} {day} {note} {key or now.isoformat()}"
    annotation_id = hashlib.sha256(identity.encode()).hexdigest()[:32]
    if key and (earlier := _of_id(lake, annotation_id, day)):
        return _shown(_read(lake, earlier))
    row = {
        "annotation_id": annotation_id,
        "noted_on": day,
        "note": note,
        "written_by": caller,
        "written_at": now,
        "withdrawn_by": None,
        "withdrawn_at": None,
    }
    _write(lake, ObjectRef(lake.bucket("curated"), keys.annotation_key(day, now, annotation_id)), row)
    return _shown(row)


def withdraw(lake: LakePorts, caller: CallerIdentity, annotation_id: str) -> Annotations:
    """Withdraw a note, which its row then states; one that is withdrawn already is fine.

    Raises:
        ProblemError: 404, there is no such note; 403, it is of somebody else and the caller is no operator.
    """
    if not (ref := _of_id(lake, annotation_id)):
        raise not_found("There is no such note. Read the notes again.")
    row = _read(lake, ref)
    if not caller.goes_by(row["written_by"]) and not caller.may(Group.OPERATOR):
        raise forbidden("A note is withdrawn by who wrote it, or by an operator. Ask one of them.")
    if row["withdrawn_at"] is None:
        _write(lake, ref, {**row, "withdrawn_by": caller.name, "withdrawn_at": lake.now()})
    return current(lake)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise invalid(
            "body.noted_on", "no_such_day", "No calendar has this day. Send it as `2026-03-14`."
        ) from None


def _of_id(lake: LakePorts, annotation_id: str, day: date | None = None) -> ObjectRef | None:
    prefix = f"{_FOLDER}{day:%Y-%m-%d}/" if day else _FOLDER
    listed = lake.objects.list(lake.bucket("curated"), prefix)
    return next((item.ref for item in listed if item.ref.key.endswith(f"-{annotation_id}.parquet")), None)


def _write(lake: LakePorts, ref: ObjectRef, row: dict[str, Any]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from headgate.contracts.arrow import arrow_schema

    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist([row], schema=arrow_schema(lake.contracts.lake[TABLE])), sink)
    lake.objects.write(ref, sink.getvalue())


def _read(lake: LakePorts, ref: ObjectRef) -> dict[str, Any]:
    from headgate.values.parquet_tables import table_of

    row: dict[str, Any] = table_of(lake.objects.read(ref)).to_pylist()[0]
    return row


def _shown(row: dict[str, Any]) -> Annotation:
    written_at: datetime = row["written_at"]
    return Annotation(
        annotation_id=row["annotation_id"],
        noted_on=row["noted_on"].isoformat(),
        note=row["note"],
        written_by=row["written_by"],
        written_at=written_at.isoformat(),
    )
