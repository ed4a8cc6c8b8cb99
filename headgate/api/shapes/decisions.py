from typing import Annotated

from pydantic import Field

from headgate.api.shapes.base import Asked, Moment, Shape

QueueName = Annotated[str, Field(pattern="^[a-z][a-z0-9_]{0,59}$", description="Queue of a dashboard.")]
ItemId = Annotated[str, Field(min_length=1, max_length=200, description="Item of the queue.")]
Action = Annotated[
    str,
    Field(
        pattern="^[a-z][a-z0-9_]{0,39}$",
        description="Action of the queue; every queue has `assign`, `unassign`, `note`, `reopen`.",
    ),
]
Amount = Annotated[str, Field(pattern=r"^(-?\d{1,16}(\.\d{1,2})?)?$", examples=["2412.50"])]


_SHOWN = (
    "What the list said about the item, such as its amount and reasons, so that it can be read after the run "
    "that no longer lists it. Card numbers in it are masked."
)


class DecisionAsked(Asked):
    """A decision about an item of a work queue."""

    queue: QueueName
    item_id: ItemId
    action: Action
    note: str = Field(
        "",
        max_length=1000,
        description="Required by `note` and actions with a `note_prompt`. Card numbers in it are masked.",
    )
    assignee: str = Field("", max_length=200)
    value: Amount = Field("", description="Displayed value at stake, as a decimal.")
    shown: str = Field("", max_length=1000, description=_SHOWN)


class Decision(Shape):
    """A decision with its author and time."""

    decision_id: str
    queue: str
    item_id: str
    action: str
    note: str
    assignee: str
    value: str
    decided_by: str
    decided_at: Moment
    shown: str = Field("", description=_SHOWN)


class Decisions(Shape):
    """The newest decisions of a queue, newest first."""

    decisions: tuple[Decision, ...]
