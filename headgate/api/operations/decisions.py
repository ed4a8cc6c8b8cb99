"""Decisions about the items of work queues."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from headgate.api.http.problems import invalid
from headgate.api.operations.row_objects import key_of_id, keys_below, read_row, read_written_rows, write_row
from headgate.api.shapes.decisions import Decision, DecisionAsked, Decisions
from headgate.lake import keys
from headgate.lake.queue_actions import CommonAction
from headgate.masking.redaction import redact_text
from headgate.systems.dashboards import dashboards_of

if TYPE_CHECKING:
    from headgate.api.lake_ports import LakePorts

TABLE = "decisions"


def decide(lake: LakePorts, caller: str, asked: DecisionAsked, key: str) -> Decision:
    """Write a decision; the same caller and Idempotency-Key write it once.

    Raises:
        ProblemError: 422, action without the note that it needs, or assignment without a person.
    """
    if not asked.note.strip() and (missing := _missing_note(lake, asked)):
        raise invalid("body.note", "missing", f"{missing} Send it as `note`.")
    if asked.action == CommonAction.ASSIGN and not asked.assignee.strip():
        raise invalid("body.assignee", "missing", "The assignment names no person. Send it as `assignee`.")
    now = lake.now()
    identity = f"{caller} {asked.queue} {asked.item_id} {asked.action} {key or now.isoformat()}"
    decision = Decision(
        decision_id=hashlib.sha256(identity.encode()).hexdigest()[:32],
        decided_by=caller,
        decided_at=now.isoformat(),
        **{
            **asked.model_dump(),
            "note": redact_text(asked.note.strip()),
            "assignee": asked.assignee.strip(),
            "shown": redact_text(asked.shown.strip()),
        },
    )
    if key and (earlier := key_of_id(lake, keys.decisions_prefix(asked.queue), decision.decision_id)):
        return _shown(read_row(lake, earlier))
    value = Decimal(decision.value) if decision.value else None
    row = {**decision.model_dump(), "value": value, "decided_at": now}
    write_row(lake, TABLE, keys.decision_key(asked.queue, now, decision.decision_id), row)
    return decision


def _missing_note(lake: LakePorts, asked: DecisionAsked) -> str:
    """Return which note an action lacks if it needs one; empty if it needs none."""
    if asked.action == CommonAction.NOTE:
        return "The note has no text."
    boards = dashboards_of(lake.systems, lake.pushed_dashboards).values()
    queues = (queue for board in boards for queue in board.queues if queue.name == asked.queue)
    actions = (action for queue in queues for action in queue.actions if action.name == asked.action)
    prompt = next((action.note_prompt for action in actions), "")
    return f"The action {asked.action} needs a note: {prompt}" if prompt else ""


def newest(lake: LakePorts, queue: str, limit: int) -> Decisions:
    """Return the newest decisions of a queue, newest first."""
    newest_keys = keys_below(lake, keys.decisions_prefix(queue))[-limit:]
    return Decisions(decisions=tuple(_shown(row) for row in read_written_rows(lake, reversed(newest_keys))))


def _shown(row: dict[str, Any]) -> Decision:
    value = "" if row["value"] is None else str(row["value"])
    return Decision(**{**row, "value": value, "decided_at": row["decided_at"].isoformat()})
