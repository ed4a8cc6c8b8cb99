"""Notes on days, which charts over time mark."""

import hashlib
from datetime import date, datetime
from typing import Any

from headgate.api.http.access import CallerIdentity, Group
from headgate.api.http.problems import expect_no_numbers, forbidden, invalid, not_found
from headgate.api.lake_ports import LakePorts
from headgate.api.operations.row_objects import key_of_id, keys_below, read_row, read_written_rows, write_row
from headgate.api.shapes.annotations import Annotation, AnnotationAsked, Annotations
from headgate.lake import keys
from headgate.masking.redaction import redact_text

TABLE = "annotations"
_FOLDER = f"{keys.ANNOTATIONS}/"


def current(lake: LakePorts) -> Annotations:
    """Return the notes that are not withdrawn, by day and time of writing."""
    rows = read_written_rows(lake, keys_below(lake, _FOLDER))
    return Annotations(annotations=tuple(_shown(row) for row in rows if row["withdrawn_at"] is None))


def annotate(lake: LakePorts, caller: str, asked: AnnotationAsked, key: str) -> Annotation:
    """Write a note on a day; the same caller and Idempotency-Key write it once.

    Raises:
        ProblemError: 422, invalid day, note without text, or card number in the name of a panel.
    """
    day, note = _day(asked.noted_on), redact_text(asked.note.strip())
    if not note:
        raise invalid("body.note", "missing", "The note has no text. Send it as `note`.")
    expect_no_numbers("body.shown_on", "shown_on", asked.shown_on)
    now = lake.now()
    identity = f"{caller} {day} {note} {asked.shown_on}{key or now.isoformat()}"
    annotation_id = hashlib.sha256(identity.encode()).hexdigest()[:32]
    if key and (earlier := key_of_id(lake, f"{_FOLDER}{day:%Y-%m-%d}/", annotation_id)):
        return _shown(read_row(lake, earlier))
    row = {
        "annotation_id": annotation_id,
        "noted_on": day,
        "note": note,
        "written_by": caller,
        "written_at": now,
        "withdrawn_by": None,
        "withdrawn_at": None,
        "shown_on": asked.shown_on or None,
    }
    write_row(lake, TABLE, keys.annotation_key(day, now, annotation_id), row)
    return _shown(row)


def withdraw(lake: LakePorts, caller: CallerIdentity, annotation_id: str) -> Annotations:
    """Mark a note as withdrawn; do nothing if it is withdrawn already.

    Raises:
        ProblemError: 404, unknown note; 403, somebody else wrote it and the caller is no operator.
    """
    if not (key := key_of_id(lake, _FOLDER, annotation_id)):
        raise not_found("There is no note with this id. GET /v1/annotations lists the notes.")
    row = read_row(lake, key)
    if not caller.is_named(row["written_by"]) and not caller.may(Group.OPERATOR):
        raise forbidden("Only its author or an operator may withdraw a note. Ask one of them.")
    if row["withdrawn_at"] is None:
        write_row(lake, TABLE, key, {**row, "withdrawn_by": caller.name, "withdrawn_at": lake.now()})
    return current(lake)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise invalid(
            "body.noted_on", "no_such_day", "`noted_on` is not a date. Send a date such as 2026-03-14."
        ) from None


def _shown(row: dict[str, Any]) -> Annotation:
    written_at: datetime = row["written_at"]
    return Annotation(
        annotation_id=row["annotation_id"],
        noted_on=row["noted_on"].isoformat(),
        note=row["note"],
        shown_on=row.get("shown_on") or "",  # notes of earlier versions have no such column
        written_by=row["written_by"],
        written_at=written_at.isoformat(),
    )
