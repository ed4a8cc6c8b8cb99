"""The states of a file, the dispositions of a row, and the one table of permitted transitions.

The ledgers (`headgate.aws.dynamodb.ledger`, `headgate.aws.in_memory_ports`) derive their rules from
`TRANSITIONS`.
`docs/glossary.md` defines each state in words; `docs/adr/0006-ledger-claims.md` gives the reasons for the
transitions.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum


class FileState(StrEnum):
    """The state of a file's record."""

    PROCESSING = "processing"
    HANDED_OVER = "handed_over"
    FAILED = "failed"
    DONE = "done"
    REJECTED = "rejected"
    NEEDS_MAPPING = "needs_mapping"
    PROFILED = "profiled"
    SKIPPED_DUPLICATE = "skipped_duplicate"
    REPLAYING = "replaying"
    IGNORED = "ignored"
    WAITING = "waiting"
    REVERTING = "reverting"
    REVERTED = "reverted"


DUPLICATE_ROW, DUPLICATE_KEY = "duplicate_row", "duplicate_key"
DUPLICATE_RULES = frozenset({DUPLICATE_ROW, DUPLICATE_KEY})  # another row of the file was kept instead
RAGGED_ROW = "ragged_row"  # the rule of a row whose number of cells differs from the header's
ABSENT = "absent_or_left_out"  # the warning about a column that a file lacks, and a sheet that is not read
TYPE = "type"  # the rule of a value that is not of its column's type
RAGGED_TEXT = "_raw"  # the only field in the record of a quarantined row whose cells fit no columns
# The columns of the quarantine table that describe a row to a person.
QUARANTINED_ROW_COLUMNS = (
    "source_row",
    "sheet_row",
    "disposition",
    "rule",
    "column_name",
    "masked_value",
    "reason",
    "all_rules",
    "record",
)
# Columns of corrected rows that take cells from the rows that they correct: the corrected row as `<file
# id>/<row>`, and the masked columns that are taken from it.
CORRECTED_ROW, KEPT_COLUMNS = "_corrected_row", "_kept_columns"
PARTIAL_HEADER = f"{CORRECTED_ROW},{KEPT_COLUMNS},".encode()  # such a file begins with them
REVERTED_RULE = "reverted"  # rule in the error of a reverted file's record


class Disposition(StrEnum):
    """The outcome for a received row."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    DUPLICATE = "duplicate"


class Originals(StrEnum):
    """The policy for originals with card data after the gate (Terraform: `raw_originals`)."""

    KEEP = "keep"
    MASK = "mask"
    DELETE = "delete"


class OriginalForm(StrEnum):
    """The form of an original in raw that the policy replaces.

    The record of a file that keeps its original has no form.
    """

    MASKED = "masked"
    DELETED = "deleted"
    PENDING = "pending"  # the file is accepted, and its original could not be replaced yet


class ClaimAnswer(StrEnum):
    """The ledger's answer to a worker that asks for a file.

    `DONE`: the gate has ended with this object. `DUPLICATE`: another file owns the content. `BUSY`: another
    worker holds the file or its content, try again later. `HANDED_OVER`: a larger worker has it.
    """

    GRANTED = "granted"
    DONE = "done"
    DUPLICATE = "duplicate"
    BUSY = "busy"
    HANDED_OVER = "handed_over"


class Action(StrEnum):
    """The request of a worker to the ledger about a file's record."""

    CLAIM = "claim"
    HAND_OVER = "hand over"
    TAKE_OVER = "take over"
    REOPEN = "reopen"
    REVERT = "revert"
    FINISH = "finish"


class Condition(StrEnum):
    """A condition of a transition besides the state."""

    NONE = "none"
    LEASE_ENDED = "the lease has ended"
    NO_OTHER_RUN = "no other run of the larger worker holds the file"


@dataclass(frozen=True)
class Transition:
    """A step that the ledger permits; `before` is None without a record."""

    before: FileState | None
    after: FileState
    condition: Condition = Condition.NONE


def _to(after: FileState, conditions: Mapping[FileState | None, Condition]) -> tuple[Transition, ...]:
    return tuple(Transition(before, after, condition) for before, condition in conditions.items())


_UNCLAIMED: Mapping[FileState | None, Condition] = {
    None: Condition.NONE,
    FileState.FAILED: Condition.NONE,
    FileState.PROCESSING: Condition.LEASE_ENDED,
    FileState.HANDED_OVER: Condition.LEASE_ENDED,
}

# A worker that was considered dead may still finish. Its rows are then in the lake, so its record must be
# finished.
_WORKED_ON = (FileState.PROCESSING, FileState.HANDED_OVER, FileState.FAILED)
_FINISHES: Mapping[FileState, tuple[FileState | None, ...]] = {
    **dict.fromkeys(
        (FileState.DONE, FileState.REJECTED, FileState.NEEDS_MAPPING, FileState.PROFILED),
        (*_WORKED_ON, FileState.REPLAYING),
    ),
    FileState.SKIPPED_DUPLICATE: (None, *_WORKED_ON),  # the claim was not granted, so a record may not exist
    FileState.IGNORED: (FileState.PROCESSING,),
    FileState.FAILED: (FileState.PROCESSING, FileState.HANDED_OVER),
    # A copy of a reverted file becomes `reverted` before its replay; a replay without changes restores the
    # record.
    FileState.REVERTED: (FileState.REVERTING, FileState.REPLAYING, FileState.SKIPPED_DUPLICATE),
}

TRANSITIONS: Mapping[Action, tuple[Transition, ...]] = {
    Action.CLAIM: _to(FileState.PROCESSING, _UNCLAIMED),
    Action.HAND_OVER: _to(FileState.HANDED_OVER, _UNCLAIMED),
    Action.TAKE_OVER: _to(
        FileState.HANDED_OVER, {**_UNCLAIMED, FileState.HANDED_OVER: Condition.NO_OTHER_RUN}
    ),
    Action.REOPEN: _to(
        FileState.REPLAYING,
        {
            FileState.DONE: Condition.NONE,
            FileState.REJECTED: Condition.NONE,
            FileState.NEEDS_MAPPING: Condition.NONE,  # the contract may have the column now
            FileState.PROFILED: Condition.NONE,  # a contract may fit now
            FileState.REVERTED: Condition.NONE,
            FileState.REPLAYING: Condition.LEASE_ENDED,
        },
    ),
    Action.REVERT: _to(
        FileState.REVERTING,
        {
            FileState.DONE: Condition.NONE,
            FileState.REJECTED: Condition.NONE,
            FileState.NEEDS_MAPPING: Condition.NONE,
            FileState.PROFILED: Condition.NONE,
            FileState.SKIPPED_DUPLICATE: Condition.NONE,
            FileState.REPLAYING: Condition.LEASE_ENDED,
            FileState.REVERTING: Condition.LEASE_ENDED,
        },
    ),
    # The state may stay the same: a request whose answer was lost in the network is sent again.
    Action.FINISH: tuple(
        Transition(before, end) for end, starts in _FINISHES.items() for before in (*starts, end)
    ),
}

# States with a lease, because a worker holds the file.
UNDER_WAY = frozenset({FileState.PROCESSING, FileState.REPLAYING, FileState.HANDED_OVER, FileState.REVERTING})
# The gate has checked the file, so a changed contract may change the result.
CHECKED = frozenset({FileState.DONE, FileState.REJECTED, FileState.NEEDS_MAPPING, FileState.PROFILED})
# No row of the file is in the lake, and a person has to act.
NOT_ACCEPTED = frozenset({FileState.REJECTED, FileState.NEEDS_MAPPING})
# No row of the file is in the lake, whether or not a person has to act.
WITHOUT_ROWS = NOT_ACCEPTED | {FileState.PROFILED}

# The file fitted no contract, and may fit a later one.
UNDECIDED = frozenset({FileState.NEEDS_MAPPING, FileState.PROFILED})

# The original is no longer in raw.
REPLACED = frozenset({OriginalForm.MASKED, OriginalForm.DELETED})


def state_after(action: Action) -> FileState:
    """Return the state after the action; for `FINISH` it is only one of several."""
    return TRANSITIONS[action][0].after


def permits(action: Action, before: FileState | None, *, lease_ended: bool, other_run: bool = False) -> bool:
    """Return whether the action is permitted for a record in the state `before`.

    Args:
        lease_ended: whether the lease of the record's worker has ended.
        other_run: whether another run of the larger worker holds the file.
    """
    holds = {Condition.NONE: True, Condition.LEASE_ENDED: lease_ended, Condition.NO_OTHER_RUN: not other_run}
    return any(step.before == before and holds[step.condition] for step in TRANSITIONS[action])


def states_by_condition(action: Action) -> Iterator[tuple[Condition, tuple[FileState, ...]]]:
    """Yield each condition with the states in which it permits the action.

    For a missing record no condition applies.
    """
    steps = TRANSITIONS[action]
    for condition in Condition:
        if permitted := tuple(step.before for step in steps if step.condition is condition and step.before):
            yield condition, permitted


def finished_from(end: FileState) -> frozenset[FileState | None]:
    """Return the states of a record from which it can be finished as `end`; None means a missing record."""
    return frozenset(step.before for step in TRANSITIONS[Action.FINISH] if step.after is end)


def permits_new(action: Action) -> bool:
    """Return whether the action is permitted for a file without a record."""
    return any(step.before is None for step in TRANSITIONS[action])


def answer_to_claim(action: Action, before: FileState) -> ClaimAnswer:
    """Return the reason why the action is refused for a record in the state `before`."""
    if before not in UNDER_WAY:
        return ClaimAnswer.DONE
    if before is FileState.HANDED_OVER and action is not Action.TAKE_OVER:
        return ClaimAnswer.HANDED_OVER
    return ClaimAnswer.BUSY
