"""Actions of every work queue, in addition to its own ones."""

from enum import StrEnum


class CommonAction(StrEnum):
    """An action of every queue. Any other action closes the item."""

    ASSIGN = "assign"
    UNASSIGN = "unassign"  # the item has no assignee
    NOTE = "note"
    REOPEN = "reopen"  # withdraws the decision that closed the item


COMMON_KEYS = frozenset({"j", "k", "z", "g", "?"})
"""Keys that move, undo and open pages in every queue."""

LEAVE_AS_IT_IS = frozenset({CommonAction.ASSIGN, CommonAction.UNASSIGN, CommonAction.NOTE})
"""Actions that neither close an item nor open it again."""
