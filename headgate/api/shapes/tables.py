from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StrictBool

from headgate.api.shapes.base import Asked, Count, Day, Moment, NextCursor, Shape

Cell = str | int | float | bool | None


class ResultColumn(Shape):
    """A column of an answer."""

    name: str
    type: str = Field(description="Type in Athena.", examples=["double"])


class TableSummary(Shape):
    """A table of a system."""

    name: str
    description: str = ""
    columns: Count


class SystemSummary(Shape):
    """A system with its tables."""

    name: str
    tables: tuple[TableSummary, ...]
    questions: tuple[str, ...] = Field(description="Names of its saved questions.")


class Systems(Shape):
    """The deployed systems."""

    systems: tuple[SystemSummary, ...]


class TableDetail(Shape):
    """A published table."""

    system: str
    name: str
    version: str = Field(description="Changes with every publish; empty before the first one.")
    rows: Count
    as_of: Day = ""
    snapshot_id: str = ""
    columns: tuple[ResultColumn, ...]


class Rows(Shape):
    """A page of rows.

    A cell is a JSON value. Text is used for what JSON or JavaScript cannot hold exactly: decimals, whole
    numbers beyond 2^53, dates, timestamps (ISO 8601), and `NaN` or `Infinity`.
    """

    version: str = Field(
        description="Version of the table that the page is from; all pages of a cursor are of one version."
    )
    columns: tuple[ResultColumn, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: Count = Field(description="How many rows match the filter.")
    next_cursor: NextCursor = ""


class Download(Shape):
    """Where a file can be fetched."""

    url: str = Field(description="GET it within an hour, without a token.")
    expires_at: Moment
    name: str
    rows: Count
    size_bytes: Count


class Question(Shape):
    """A saved question."""

    name: str
    system: str
    description: str
    sql: str


class Questions(Shape):
    """The saved questions."""

    questions: tuple[Question, ...]


class KeptQuestionAsked(Asked):
    """A question that a person keeps in the lake."""

    name: str = Field(min_length=1, max_length=200, description="Unique among the questions of its person.")
    sql: str = Field(min_length=1, max_length=100_000)
    kind: Literal["table", "line", "bar"] = Field(description="How its answer is shown.")
    x: str = Field("", max_length=200, description="Column of the chart; empty: the answer suggests it.")
    y: tuple[Annotated[str, Field(max_length=200)], ...] = Field((), max_length=20)
    series: str = Field("", max_length=200)
    is_pinned: StrictBool = Field(description="Its answer is on the dashboard of the person.")


class KeptQuestionShown(Shape):
    """A question that somebody keeps."""

    name: str
    sql: str
    kind: Literal["table", "line", "bar"]
    x: str
    y: tuple[str, ...]
    series: str
    is_pinned: bool
    by: str = Field(description="Who keeps it.")
    at: Moment


class KeptQuestionList(Shape):
    """The questions that people keep, by person and name."""

    questions: tuple[KeptQuestionShown, ...]


class QueryAsked(Asked):
    """A query: SQL, or the name of a saved question."""

    sql: str = Field("", max_length=100_000, description="One statement of Athena's SQL that only reads.")
    question: str = Field("", max_length=100, description="Name of a saved question, instead of `sql`.")
    first_rows: int = Field(
        0,
        ge=0,
        le=999,
        description=(
            "Ask for so many first rows only, with a LIMIT of one row more, if they come sooner than the "
            "whole answer. 0 asks for the whole answer."
        ),
    )


class Query(Shape):
    """A query as it stands now."""

    query_id: str
    first_rows: Count = Field(
        0,
        description=(
            "Of `POST /v1/queries`: the query has a LIMIT of one row more than this, so an answer of more "
            "rows continues, and the statement without `first_rows` answers all of them. 0: it is the whole "
            "answer."
        ),
    )
    state: Literal["queued", "running", "succeeded", "failed", "cancelled"]
    sql: str = ""
    error: str = Field(
        "",
        description=(
            "Why it failed, with the nearest names if it names a column or table that does not exist."
        ),
    )
    started_at: Moment = ""
    seconds: float | None = Field(None, ge=0)
    scanned_bytes: Count = Field(0, description="What was read.")
    cost_usd: str = Field("0", description="List price of what was read, as a decimal.", examples=["0.00005"])
    scan_limit_bytes: Count = Field(0, description="A query that would read more is stopped; 0 for no limit.")


class QueryRows(Shape):
    """A page of a query's answer; cells as in `Rows`."""

    columns: tuple[ResultColumn, ...]
    rows: tuple[tuple[Cell, ...], ...]
    next_cursor: NextCursor = ""
