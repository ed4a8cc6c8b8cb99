from typing import Literal

from pydantic import Field

from headgate.api.shapes.base import Count, Moment, Shape


class NamingQuestion(Shape):
    """A saved question whose statement reads the dataset's table."""

    name: str
    by: str = Field(description="Who saved it.")


class NamingDashboard(Shape):
    """A dashboard with a statement that reads the dataset's table."""

    system: str
    title: str


class DatasetRemoval(Shape):
    """The effects of removing a dataset that a person created, or the state of its removal."""

    dataset: str
    created_by: str
    created_at: Moment
    state: Literal["in_use", "waiting", "removed"] = Field(
        description="`waiting`: for a deployment, without a table."
    )
    files: Count = Field(
        description="Files with rows, which a removal reverts; after it those that are left."
    )
    accepted: Count = Field(description="Rows of these files in curated.")
    refused: Count = Field(description="Refused rows and duplicates of these files in quarantine.")
    under_way: Count = Field(description="Files that the gate is processing.")
    table: str = Field("", description="The table that the next run drops; empty without one.")
    questions: tuple[NamingQuestion, ...] = Field((), description="They stay, and fail after the next run.")
    dashboards: tuple[NamingDashboard, ...] = Field((), description="They stay, and their panels fail.")
    may_describe: bool = Field(description="Whether the caller is its creator or an operator.")
    may_mark_people: bool = Field(
        default=False, description="Whether the caller may say which of its columns are about people."
    )
    may_remove: bool = Field(description="Whether the caller may remove the dataset or files of it now.")
    may_restore: bool = Field(description="Whether the caller may take the removal back.")
    reason: str = Field("", description="Why the caller may not remove the dataset.")
    removed_by: str = Field("", description="Who removed the dataset; empty unless it is removed.")
    removed_at: str = Field("", description="When, ISO 8601 in UTC.")
    removed_files: Count = Field(0, description="Files that come back when the removal is taken back.")


class RemovalProgress(Shape):
    """The progress of a removal, or of taking it back. Repeat the call while files are left."""

    dataset: str
    done: Count = Field(description="Files that this call reverted or accepted again.")
    left: Count = Field(description="Files for another call.")
    lost: tuple[str, ...] = Field(
        (), description="Keys of files that do not come back: gone, accepted elsewhere or rejected now."
    )
    too_large: tuple[str, ...] = Field(
        (), description="Keys of files that only an operator can accept again."
    )
