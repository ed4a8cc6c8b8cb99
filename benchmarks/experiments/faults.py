"""Experiments that break something: C deliveries, D failures, H permissions."""

from __future__ import annotations

import gzip
import json
import random
import time
import uuid
from typing import TYPE_CHECKING

from benchmarks.experiments.deployed import Target, fresh_payments
from benchmarks.experiments.privileges import expected_outcome, explanation, granted_actions, recorded_calls
from benchmarks.experiments.results import Case
from headgate.errors import NotFoundError
from headgate.lake.raw_objects import file_id_of
from headgate.lake.states import FileState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headgate.lake.ports import ObjectRef

FILES, ROWS = 6, 50
_DENIED = "experiment-removed-action"
_WAIT_S = 10
_POLICY_SETTLES_S = 12  # AWS applies a changed policy after some seconds


def deliveries(target: Target, budget_s: float) -> Iterator[Case]:
    """C: events that come twice, late, and in another order change nothing."""
    refs = [target.send(fresh_payments(ROWS)) for _ in range(FILES)]
    shuffled = refs * 2
    random.Random(0).shuffle(shuffled)
    target.deliver(shuffled)  # twice and in another order, while the first ones are processed
    first = _rows(target, refs, budget_s / 2)
    yield Case("C", "events", "duplicate and reordered events count rows once", str(FILES * ROWS), first)
    target.deliver(list(reversed(refs)))  # late: after the files are done
    yield Case(
        "C", "events", "the queue is empty after late events", "True", str(target.is_quiet(budget_s / 2))
    )
    yield Case("C", "events", "late events change no record", first, _rows(target, refs, 5))
    copy = target.lake.settled(
        target.send(target.client("s3").get_object(Bucket=refs[0].bucket, Key=refs[0].key)["Body"].read()),
        _WAIT_S,
    )
    yield Case(
        "C",
        "data",
        "the same content under another name is skipped",
        "skipped_duplicate",
        copy.state.value if copy else "no record",
    )


def _rows(target: Target, refs: list[ObjectRef], timeout_s: float) -> str:
    records = [target.lake.settled(ref, timeout_s, every_s=0.05) for ref in refs]
    return str(sum(record.accepted for record in records if record and record.state is FileState.DONE))


def failures(target: Target, budget_s: float) -> Iterator[Case]:
    """D: broken files are rejected by name, and broken messages do not stop the gate."""
    good = fresh_payments(ROWS)
    header = good.split(b"\n", 1)[0]
    broken = {
        "an empty file": ("csv", b""),
        "a cut gzip": ("csv.gz", gzip.compress(good)[:-20]),
        "bytes that are no table": ("parquet", b"PAR1 not parquet PAR1"),
        "a file without a column": (
            "csv",
            good.replace(b"payment_id,", b"", 1).replace(b",updated_at", b"", 1),
        ),
    }
    for name, (suffix, body) in broken.items():
        record = target.lake.settled(
            target.send(body, f"payments/experiment-{uuid.uuid4().hex}.{suffix}"), _WAIT_S
        )
        yield Case(
            "D",
            "errors",
            f"{name} is not accepted",
            "not accepted",
            "not accepted" if record and not record.accepted else "accepted",
        )
    target.client("sqs").send_message(QueueUrl=target.outputs["raw_queue_url"], MessageBody="not JSON")
    gone = target.send(good)
    target.client("s3").delete_object(
        Bucket=gone.bucket, Key=gone.key, **({"VersionId": gone.version_id} if gone.version_id else {})
    )
    after = target.lake.settled(target.send(fresh_payments(ROWS)), budget_s, every_s=0.05)
    yield Case(
        "D",
        "errors",
        "a file after a broken message and a deleted object is accepted",
        "done",
        after.state if after else "no record",
    )
    mixed = target.lake.settled(
        target.send(header + b"\n" + b"x," * 11 + b"x\n" + fresh_payments(1).split(b"\n", 1)[1]), _WAIT_S
    )
    counts = f"{mixed.accepted} accepted, {mixed.quarantined} refused" if mixed else "no record"
    yield Case("D", "data", "a bad row is quarantined beside a good one", "1 accepted, 1 refused", counts)


def permissions(target: Target, budget_s: float) -> Iterator[Case]:
    """H: each action that the gate's role may do is denied in turn.

    A file must stop if the gate, or AWS for it, asks for the action.
    """
    iam, role = target.client("iam"), target.outputs["functions"]["raw_to_curated"]["role"]
    until = time.monotonic() + budget_s
    refs = []
    for action in sorted(granted_actions(iam, role)):
        if time.monotonic() + _WAIT_S > until:
            break
        document = {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Deny", "Action": action, "Resource": "*"}],
        }
        iam.put_role_policy(RoleName=role, PolicyName=_DENIED, PolicyDocument=json.dumps(document))
        try:
            time.sleep(_POLICY_SETTLES_S if target.platform == "aws" else 0)
            ref = target.send(fresh_payments(ROWS) + b"x,\n")
            refs.append(ref)
            outcome = "done" if _is_done(target, ref) else "stopped"
        finally:
            iam.delete_role_policy(RoleName=role, PolicyName=_DENIED)
        calls = recorded_calls(target.calls_path, role)
        name = f"a small file without {action}"
        yield Case(
            "H", "IAM", name, expected_outcome(action, calls), outcome, explanation(action, outcome, calls)
        )
    done = sum(
        target.lake.settled(ref, max(1.0, until - time.monotonic()), every_s=0.1) is not None for ref in refs
    )
    yield Case(
        "H",
        "IAM",
        "files finish after the permission is back",
        f"{len(refs)} of {len(refs)}",
        f"{done} of {len(refs)}",
    )


def _is_done(target: Target, ref: ObjectRef) -> bool:
    """Whether the file is done soon; a failed attempt stays hidden in the queue for longer than this."""
    until = time.monotonic() + _WAIT_S / 2
    while time.monotonic() < until:
        try:
            if target.lake.ledger.get(file_id_of(ref)).state is FileState.DONE:
                return True
        except NotFoundError:
            pass
        time.sleep(0.1)
    return False
