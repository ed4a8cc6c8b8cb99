"""Dashboards, as `headgate.systems.dashboards` reads them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from headgate.api.shapes.base import Asked, Shape

Column = Annotated[
    str, Field(description="A column of the answer; empty where the kind of chart needs none.")
]


class Panel(Shape):
    """A question of a dashboard, with the SQL that answers it and how the answer is drawn."""

    name: str
    question: str
    action: str = Field(
        description="The action that follows from the answer; empty if none is stated. A text in the column "
        "`title_action` of the first row replaces it."
    )
    kind: Literal["kpi", "line", "fan", "bar", "scatter", "map", "table"]
    table: str = Field(description="Prod table whose contract defines the columns.")
    sql: str = Field(description="Athena SQL. Send it to `POST /v1/queries`.")
    unit: str
    better: Literal["higher", "lower"] = Field(description="Of a figure.")
    before_label: str = Field(description="What `before` of a figure is; empty for the period before.")
    x: Column
    y: tuple[str, ...]
    bounds: tuple[tuple[str, str], ...] = Field(
        description="Pairs of columns: lower and upper end of an interval."
    )
    series: Column
    size: Column
    scale: Literal["linear", "log", "each"] = Field(
        "linear", description="`each` is a small chart with an axis of its own for each series."
    )
    answer: str = Field(
        description="The answer in words: `{column}` is a cell of the first row that has them all."
    )
    units: dict[str, str] = Field(description="Units of columns of the answer that no contract has.")
    rows: tuple[str, ...] = Field(
        (), description="Conditions of the rows behind the answer, as `filter` of `GET /v1/tables/…/rows`."
    )
    queue: str = Field(
        "",
        description="The queue of the dashboard in which people act on the answer; empty if there is none.",
    )
    nothing: str = Field(
        "", description="The sentence that replaces an answer without rows; empty where none is stated."
    )
    keeps: tuple[str, ...] = Field((), description="Columns that stay in sight where a table is narrow.")


class TrustNote(Shape):
    """How far the figures of some tables may be trusted."""

    tables: tuple[str, ...]
    words: tuple[str, ...] = Field(
        description="Parts of a line; one with a `{column}` that is null in the answer is left out."
    )
    sql: str = Field(description="Athena SQL that answers one row; empty where the words need none.")
    source: str = Field(description="Table whose contract has the units of the answer.")


class DashboardFilter(Shape):
    """A choice that narrows the panels of a dashboard to rows of one value, or of a period."""

    name: str
    label: str
    column: str
    tables: tuple[str, ...] = Field(description="Tables that are narrowed.")
    values: str = Field(
        description="Athena SQL whose first column has the values to choose from; of a timestamp the first "
        "and the last day."
    )
    whole: str = Field(description="The value that the chosen rows get in `column`; empty to keep theirs.")
    is_from: bool = Field(description="Whether rows from the value on are kept, not only rows that have it.")
    is_until: bool = Field(description="Whether rows up to the value are kept, not only rows that have it.")
    panels: tuple[str, ...] = Field(description="Panels that are narrowed; empty for all.")


class DashboardAlert(Shape):
    """A figure that people are alerted about when it is above its limit."""

    name: str
    sql: str = Field(description="Athena SQL that answers one row with the column `value`.")
    above: float
    message: str = Field(description="What happened; `{column}` is a cell of the row, such as `{value}`.")
    remedy: str
    unit: str
    units: dict[str, str] = Field(default_factory=dict, description="Units of further columns of the row.")
    panel: str = Field("", description="The panel that shows the cause; empty for none.")


class QueueAction(Shape):
    """A decision that closes an item of a queue."""

    name: str = Field(description="Send it as `action` to `POST /v1/decisions`.")
    label: str
    key: str = Field(description="The key that takes it in the console.")
    meaning: str = Field("", description="The effect of the decision; empty where the label says it.")


class QueueEvidence(Shape):
    """Rows that help to decide about an opened item of a queue."""

    title: str = Field(description="May have `{column}` for cells of the first row.")
    table: str = Field(description="Table whose contract heads the columns.")
    sql: str = Field(description="Athena SQL in which `{item_id}` is the item, as a quoted text.")
    units: dict[str, str] = Field(description="Units of columns of the answer that no contract has.")


class WorkQueue(Shape):
    """Items that people decide about one after the other."""

    name: str
    title: str
    table: str
    sql: str = Field(description="Athena SQL of item_id, subject, reason, value; the most urgent first.")
    unit: str = Field(description="Unit of `value`.")
    value_label: str = Field("at stake", description="The figure that `value` is.")
    order: str = Field("", description="By which shown figure the items are listed; empty if not stated.")
    actions: tuple[QueueAction, ...]
    evidence: tuple[QueueEvidence, ...] = Field((), description="What an opened item shows beside its row.")
    units: dict[str, str] = Field(
        default_factory=dict, description="Units of columns of the answer that no contract has."
    )
    teaches: bool = Field(
        default=False, description="Whether a model learns from its decisions, with the next run."
    )


class Dashboard(Shape):
    """The panels of one system, in the order in which they are shown."""

    system: str
    title: str
    panels: tuple[Panel, ...]
    trust: tuple[TrustNote, ...]
    filters: tuple[DashboardFilter, ...]
    alerts: tuple[DashboardAlert, ...]
    queues: tuple[WorkQueue, ...]
    written_by: str = Field("", description="Who wrote it in the console; empty for a file of the lake.")
    written_at: str = Field("", description="When, ISO 8601 in UTC; empty for a file of the lake.")
    written_units: tuple[str, ...] = Field(
        (), description="Units of its panels as written, such as `currency`; empty for a file of the lake."
    )


class Dashboards(Shape):
    """The dashboards of the lake's domains and project, then those that people wrote in the console."""

    dashboards: tuple[Dashboard, ...]


Name = Annotated[str, Field(max_length=200)]


class PanelAsked(Asked):
    """A question of a dashboard that a person writes."""

    name: str = Field(min_length=1, max_length=200, description="The question in words.")
    sql: str = Field(min_length=1, max_length=100_000, description="Athena SQL that reads.")
    kind: Literal["kpi", "line", "bar", "table"] = Field(
        description="How its answer is drawn; a figure is the columns `value` and `before` of the first row."
    )
    unit: Name = Field("", description="Of `y` or of `value`, such as `currency` or `share`.")
    x: Name = ""
    y: tuple[Name, ...] = Field((), max_length=20)
    series: Name = ""


class DashboardAsked(Asked):
    """A dashboard that a person writes in the console."""

    title: str = Field(min_length=1, max_length=120)
    panels: tuple[PanelAsked, ...] = Field(min_length=1, max_length=40)
    replaces: str = Field(
        "", max_length=40, description="`written_at` of the dashboard that is replaced; empty for a new one."
    )


class DashboardVersion(Shape):
    """A version of the dashboards that people wrote: all of them as they were after one change."""

    version: str
    written_by: str
    written_at: str = Field(description="ISO 8601 in UTC.")
    titles: tuple[str, ...]
    in_use: bool


class DashboardVersions(Shape):
    """The versions, newest first."""

    versions: tuple[DashboardVersion, ...]
