"""Permissions of roles against their calls: granted actions, recorded calls, and why a file finished
without an action.
"""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

RECORD = Path(__file__).with_name("recorded_grants.json")
REASONS = Path(__file__).with_name("unrecorded_grants.toml")

# Not counted: logs and traces are written by the service around a function or job.
_AROUND = ("logs:", "xray:")
# Services of AWS take these actions with the role; no call of the role shows them, and MiniStack does not
# check them.
# Source: Lambda developer guide, "Using Lambda with Amazon SQS", execution role permissions.
POLLED = frozenset({"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"})
# Source: Amazon S3 user guide, "Using server-side encryption with AWS KMS keys", permissions.
ENCRYPTED = frozenset({"kms:Decrypt", "kms:GenerateDataKey"})
# The gate works on without them: it hides its message again at the next beat, and an alert that cannot be
# sent is logged.
TOLERATED = frozenset({"sns:Publish", "sqs:ChangeMessageVisibility"})
DENIED, ALLOWED = frozenset({"Deny", "ImplicitDeny"}), frozenset({"Allow"})


@dataclass(frozen=True, order=True)
class Grant:
    """One action of one statement of a role's policy.

    Two statements that allow the same action are two grants.
    """

    sid: str
    action: str

    def __str__(self) -> str:
        """As files and messages name it."""
        return f"{self.sid} {self.action}"

    @classmethod
    def named(cls, text: str) -> Grant:
        """The grant of that name."""
        return cls(*text.split(" "))


Grants = dict[str, set[Grant]]  # by role, as the lake calls its functions and jobs


@dataclass(frozen=True)
class Reason:
    """Why grants are there that no recorded call used.

    Attributes:
        roles: patterns of the names of functions and jobs.
        scenario: the work that uses them.
        why: why no record has it.
        only_with: the setting without which no role has the grants; empty where they are always granted.
    """

    roles: tuple[str, ...]
    grants: tuple[Grant, ...]
    scenario: str
    why: str
    only_with: str = ""

    def pairs(self) -> Iterator[tuple[str, Grant]]:
        """Each pattern with each grant."""
        return ((pattern, grant) for pattern in self.roles for grant in self.grants)


@dataclass(frozen=True)
class Calls:
    """Recorded calls of one role, by action; `used` has the grants that calls were allowed by."""

    allowed: frozenset[str]
    denied: frozenset[str]
    used: frozenset[Grant] = frozenset()

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
    return {grant.action for grant in grants_of(iam, role)}


def grants_of(iam: Any, role: str) -> set[Grant]:  # noqa: ANN401 a client made by name
    """Return what the role's own policies allow, by statement."""
    grants: set[Grant] = set()
    for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        document = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        policy = json.loads(document) if isinstance(document, str) else document
        for statement in (item for item in policy["Statement"] if item.get("Effect", "Allow") == "Allow"):
            actions = statement["Action"]
            grants |= {
                Grant(statement.get("Sid", ""), item)
                for item in ([actions] if isinstance(actions, str) else actions)
            }
    return {grant for grant in grants if not grant.action.startswith(_AROUND)}


def roles_of(outputs: Mapping[str, Any], glue: Any) -> dict[str, str]:  # noqa: ANN401 a client made by name
    """Return the roles of a deployment's functions and jobs, by what the lake calls them."""
    functions = {name: function["role"] for name, function in outputs["functions"].items()}
    jobs = {
        name: glue.get_job(JobName=job)["Job"]["Role"].rpartition("/")[2]
        for name, job in outputs["jobs"].items()
    }
    return {**functions, **jobs}


def used_grants(path: Path, roles: Mapping[str, str]) -> Grants:
    """Return what the emulator recorded as used, by what the lake calls a role."""
    return {name: set(recorded_calls(path, role).used) for name, role in roles.items()}


def kept_grants(path: Path = RECORD) -> Grants:
    """Return what records of earlier deployments have, as `keep_grants` wrote them."""
    document = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return {role: {Grant.named(text) for text in texts} for role, texts in document.items()}


def keep_grants(
    used: Mapping[str, Collection[Grant]], granted: Mapping[str, Collection[Grant]], path: Path = RECORD
) -> None:
    """Add used grants to the file, and remove those that a role has lost."""
    kept = kept_grants(path)
    joined = {role: {*kept.get(role, ()), *used.get(role, ())} for role in {*kept, *used}}
    still = {
        role: grants & set(granted[role]) if role in granted else grants for role, grants in joined.items()
    }
    document = {
        role: [str(grant) for grant in sorted(grants)] for role, grants in sorted(still.items()) if grants
    }
    path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def read_reasons(path: Path = REASONS) -> tuple[Reason, ...]:
    """Return the written reasons for grants that no record has."""
    entries = tomllib.loads(path.read_text(encoding="utf-8"))["reason"]
    return tuple(
        Reason(
            tuple(entry["roles"]),
            tuple(map(Grant.named, entry["grants"])),
            entry["scenario"],
            entry["why"],
            entry.get("only_with", ""),
        )
        for entry in entries
    )


def unused_grants(granted: Mapping[str, Collection[Grant]], used: Mapping[str, Collection[Grant]]) -> Grants:
    """Return the grants of each role that no recorded call used."""
    return {
        role: spare for role, all_of in granted.items() if (spare := set(all_of) - set(used.get(role, ())))
    }


def reason_for(role: str, grant: Grant, reasons: Sequence[Reason]) -> Reason | None:
    """Return why a role has a grant that no recorded call used; None makes it spare."""
    return next(
        (
            reason
            for reason in reasons
            if grant in reason.grants and any(fnmatchcase(role, pattern) for pattern in reason.roles)
        ),
        None,
    )


def spare_grants(unused: Mapping[str, Collection[Grant]], reasons: Sequence[Reason]) -> list[str]:
    """Return the grants without a recorded call and without a reason."""
    return sorted(
        f"{role}: {grant}"
        for role, grants in unused.items()
        for grant in grants
        if not reason_for(role, grant, reasons)
    )


def outdated_reasons(
    granted: Mapping[str, Collection[Grant]],
    unused: Mapping[str, Collection[Grant]],
    reasons: Sequence[Reason],
) -> list[str]:
    """Return the reasons for grants that calls used, or that no role has any more.

    A role that is not deployed keeps its reasons.
    """
    outdated = []
    for reason in reasons:
        for pattern, grant in reason.pairs():
            roles = [role for role in granted if fnmatchcase(role, pattern)]
            is_optional = reason.only_with and not any(grant in granted[role] for role in roles)
            if roles and not is_optional and not any(grant in unused.get(role, ()) for role in roles):
                outdated.append(f"{pattern}: {grant}")
    return outdated


def recorded_calls(path: Path, role: str) -> Calls:
    """Return what the emulator recorded of a role; nothing where there is no record, as on AWS."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    own = [call for call in map(json.loads, lines) if call["role"] == role]
    calls = {
        kind: frozenset(call["action"] for call in own if call["decision"] in kind)
        for kind in (ALLOWED, DENIED)
    }
    used = frozenset(
        Grant(call["sid"], call["action"]) for call in own if call["decision"] in ALLOWED and call.get("sid")
    )
    return Calls(calls[ALLOWED], calls[DENIED], used)


def privileges(role: str, granted: Collection[str], calls: Calls) -> Privileges:
    """Compare both. A refused call counts as missing only where the role may not make it."""
    by_aws = {action for action in granted if action in POLLED | ENCRYPTED} - calls.asked
    asked = {action for action in calls.asked if not action.startswith(_AROUND)}
    return Privileges(
        role,
        *map(_sorted, (granted, asked, by_aws, calls.denied - set(granted), set(granted) - asked - by_aws)),
    )


def expected_outcome(action: str, calls: Calls) -> str:
    """Return the expected outcome of a file while the action is denied."""
    if action in POLLED | ENCRYPTED or (action in calls.denied and action not in TOLERATED):
        return "stopped"
    return "done"


def explanation(action: str, outcome: str, calls: Calls) -> str:
    """Return in one sentence why the file stopped, or finished without the action."""
    if outcome == "stopped":
        return "The call was refused and the file stopped."
    if action in calls.denied:
        return (
            "The call was refused; the gate works on without it."
            if action in TOLERATED
            else "The call was refused, yet the file was done."
        )
    if action in POLLED:
        return (
            "False pass of the emulator: on AWS Lambda's poller needs it, and the emulator does not check it."
        )
    if action in ENCRYPTED:
        return (
            "False pass of the emulator: on AWS S3 and DynamoDB need it to use the key, and the "
            "emulator does not check it."
        )
    return (
        "A small file does not use it; other work does."
        if action in calls.allowed
        else "Nothing here used it: other kinds of files do."
    )


def _sorted(actions: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(actions))
