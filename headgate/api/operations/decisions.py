"""Decisions of people about the items of work queues: one object each, which SQL reads as a table."""

from __future__ import annotations

import hashlib
import io
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import TYPE_CHECKING

from headgate.api.http.problems import invalid
from headgate.api.shapes.decisions import Decision, Decisions
from headgate.lake import keys
from headgate.lake.ports import ObjectRef
from headgate.lake.queue_actions import CommonAction
from headgate.masking.redaction import redact_text

if TYPE_CHECKING:
    from datetime import datetime

    from headgate.api.lake_ports import LakePorts
    from headgate.api.shapes.decisions import DecisionAsked

TABLE = "decisions"
_READERS = 16  # objects are read side by side: each takes some milliseconds


def decide(lake: LakePorts, caller: str, asked: DecisionAsked, key: str) -> Decision:
    """Write a decision; the same caller and Idempotency-Key write it once.

    Raises:
        ProblemError: 422, a note without a text, or an assignment without a person.
    """
    if asked.action == CommonAction.NOTE and not asked.note.strip():
        raise invalid("body.note", "missing", "A note has a text. Send it as `note`.")
    if asked.action == CommonAction.ASSIGN and not asked.assignee.strip():
        raise invalid("body.assignee", "missing", "An assignment names a person. Send it as `assignee`.")
    now = lake.now()
    identity = f"{caller} {asked.queue} {asked.item_id} {asked.action} {key or now.isoformat()}"
    decision = Decision(
        decision_id=hashlib.sha256(identity.encode()).hexdigest()[:32],
        decided_by=caller,
        decided_at=now.isoformat(),
        **{**asked.model_dump(), "note": redact_text(asked.note.strip()), "assignee": asked.assignee.strip()},
    )
    if key and (earlier := _of_id(lake, asked.queue, decision.decision_id)):
        return earlier
    target = keys.decision_key(asked.queue, now, decision.decision_id)
    lake.objects.write(ObjectRef(lake.bucket("curated"), target), _body(lake, decision, now))
    return decision


def newest(lake: LakePorts, queue: str, limit: int) -> Decisions:
    """Return the newest decisions of a queue, newest first."""
    bucket = lake.bucket("curated")
    listed = [item.ref for item in lake.objects.list(bucket, keys.decisions_prefix(queue))][-limit:]
    with ThreadPoolExecutor(_READERS) as readers:
        decisions = list(readers.map(lambda ref: _read(lake, ref), reversed(listed)))
    return Decisions(decisions=tuple(decisions))


def _of_id(lake: LakePorts, queue: str, decision_id: str) -> Decision | None:
    """Return the decision that the same request wrote before."""
    written = lake.objects.list(lake.bucket("curated"), keys.decisions_prefix(queue))
    ref = next((item.ref for item in written if item.ref.key.endswith(f"-{decision_id}.parquet")), None)
    return _read(lake, ref) if ref else None


def _body(lake: LakePorts, decision: Decision, now: datetime) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from headgate.contracts.arrow import arrow_schema

    row = {
        **decision.model_dump(),
        "value": Decimal(decision.value) if decision.value else None,
        "decided_at": now,
    }
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist([row], schema=arrow_schema(lake.contracts.lake[TABLE])), sink)
    return sink.getvalue()


def _read(lake: LakePorts, ref: ObjectRef) -> Decision:
    from headgate.values.parquet_tables import table_of

    (row,) = table_of(lake.objects.read(ref)).to_pylist()
    value = "" if row["value"] is None else str(row["value"])
    return Decision(**{**row, "value": value, "decided_at": row["decided_at"].isoformat()})
