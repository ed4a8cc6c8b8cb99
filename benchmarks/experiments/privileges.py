"""What roles may do against what they asked for: granted actions, recorded calls, and why a file finished without an action."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

# Not counted: logs and traces are written by the service around a function or job.
_AROUND = ("logs:", "xray:")
# Services of AWS take these actions with the role; no call of the role shows them, and MiniStack does not check them.
# Source: Lambda developer guide, "Using Lambda with Amazon SQS", execution role permissions.
POLLED = frozenset({"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"})
# Source: Amazon S3 user guide, "Using server-side encryption with AWS KMS keys", permissions.
ENCRYPTED = frozenset({"kms:Decrypt", "kms:GenerateDataKey"})
# The gate works on without them: it hides its message again at the next beat, and an alert that cannot be sent is logged.
TOLERATED = frozenset({"sns:Publish", "sqs:ChangeMessageVisibility"})
DENIED, ALLOWED = frozenset({"Deny", "ImplicitDeny"}), frozenset({"Allow"})


@dataclass(frozen=True)
class Calls:
    """Recorded calls of one role, by action."""

    allowed: frozenset[str]
    denied: frozenset[str]

    @property
    def asked(self) -> frozenset[str]:
        """All actions that the role asked for."""
        return self.allowed | self.denied


@dataclass(frozen=True)
class Privileges:
    """One role: what it may do and what it asked for.

    Attributes:
        by_aws: granted actions that services take with the role, so that no call shows them.
        missing: refused calls.
        unused: granted actions that nobody asked for here.
    """

    role: str
    granted: tuple[str, ...]
    recorded: tuple[str, ...]
    by_aws: tuple[str, ...]
    missing: tuple[str, ...]
    unused: tuple[str, ...]


def granted_actions(iam: Any, role: str) -> set[str]:  # noqa: ANN401 a client made by name
    """Return the actions that the role's own policies allow."""
    found: set[str] = set()
    for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        document = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        stated = json.loads(document) if isinstance(document, str) else document
        for statement in stated["Statement"]:
            actions = statement["Action"]
            found |= {actions} if isinstance(actions, str) else set(actions)
    return {action for action in found if not action.startswith(_AROUND)}


def recorded_calls(path: Path, role: str) -> Calls:
    """Return what the emulator recorded of a role; nothing where there is no record, as on AWS."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    own = [one for one in map(json.loads, lines) if one["role"] == role]
    found = {kind: frozenset(one["action"] for one in own if one["decision"] in kind) for kind in (ALLOWED, DENIED)}
    return Calls(found[ALLOWED], found[DENIED])


def privileges(role: str, granted: Collection[str], calls: Calls) -> Privileges:
    """Compare both. A refused call counts as missing only where the role may not make it."""
    by_aws = {action for action in granted if action in POLLED | ENCRYPTED} - calls.asked
    asked = {action for action in calls.asked if not action.startswith(_AROUND)}
    return Privileges(role, *map(_sorted, (granted, asked, by_aws, calls.denied - set(granted), set(granted) - asked - by_aws)))


def expected_outcome(action: str, calls: Calls) -> str:
    """Return what must become of a file while the action is denied: it stops if the action is asked for, by the gate or by AWS."""
    if action in POLLED | ENCRYPTED or (action in calls.denied and action not in TOLERATED):
        return "stopped"
    return "done"


def explanation(action: str, outcome: str, calls: Calls) -> str:
    """Return in one sentence why the file stopped, or finished without the action."""
    if outcome == "stopped":
        return "The call was refused and the file stopped."
    if action in calls.denied:
        return (
            "The call was refused; the gate works on without it." if action in TOLERATED else "The call was refused, yet the file was done."
        )
    if action in POLLED:
        return "False pass of the emulator: on AWS Lambda's poller needs it, and the emulator does not check it."
    if action in ENCRYPTED:
        return "False pass of the emulator: on AWS S3 and DynamoDB need it to use the key, and the emulator does not check it."
    return "A small file does not use it; other work does." if action in calls.allowed else "Nothing here used it: other kinds of files do."


def _sorted(actions: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(actions))
