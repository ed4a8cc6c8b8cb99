"""Dashboards; see `headgate.systems.dashboards`."""

from typing import Annotated, Literal

from pydantic import Field, StrictBool

from headgate.api.shapes.base import Asked, Shape
from headgate.api.shapes.tables import (
    ACTION,
    ANSWER,
    BOUNDS,
    FORM,
    NOTHING,
    SCALE,
    STACKED,
    UNITS,
    WIDTH,
    PanelBounds,
    PanelForms,
    PanelScales,
    PanelUnits,
    PanelWidth,
)

Column = Annotated[str, Field(description="A column of the answer; empty if the chart needs none.")]


class Panel(Shape):
    """A question of a dashboard with its SQL and its chart."""

    name: str
    question: str
    action: str = Field(
        description="The action that follows from the answer; may be empty. A text in the column "
        "`title_action` of the first row replaces it; one in `title_nothing` says why the queue is empty."
    )
    kind: Literal["kpi", "line", "fan", "bar", "scatter", "map", "table"]
    table: str = Field(description="Prod table whose contract defines the columns.")
    sql: str = Field(description="Athena SQL. Send it to `POST /v1/queries`.")
    unit: str
    better: Literal["higher", "lower"] = Field(description="Of a figure.")
    before_label: str = Field(description="Meaning of a figure's `before`; empty for the previous period.")
    x: Column
    y: tuple[str, ...]
    bounds: tuple[tuple[str, str], ...] = Field(
        description="Pairs of columns: lower and upper end of an interval."
    )
    series: Column
    size: Column
    scale: PanelScales = Field("auto", description=SCALE)
    form: PanelForms = Field("", description=FORM)
    is_stacked: bool | None = Field(None, description=STACKED)
    answer: str = Field(
        description="The answer in words; `{column}` is a cell of the first row without nulls in these."
    )
    units: dict[str, str] = Field(description="Units of columns of the answer that no contract has.")
    rows: tuple[str, ...] = Field(
        (), description="Filters of the rows behind the answer, as `filter` of `GET /v1/tables/…/rows`."
    )
    queue: str = Field("", description="The queue for acting on the answer; empty if there is none.")
    nothing: str = Field("", description="A sentence for an answer without rows; may be empty.")
    keeps: tuple[str, ...] = Field((), description="Columns that stay visible in a narrow table.")
    details: tuple[str, ...] = Field(
        (),
        description="Further parts of a figure's answer, shown on demand; a part with a null `{column}` is "
        "omitted.",
    )
    found_by: tuple[str, ...] = Field((), description="Further words by which a search finds the panel.")
    width: PanelWidth = Field("", description=WIDTH)


class TrustNote(Shape):
    """The reliability of the figures of some tables."""

    tables: tuple[str, ...]
    words: tuple[str, ...] = Field(
        description="Parts of a line; a part with a `{column}` that is null is omitted."
    )
    sql: str = Field(description="Athena SQL that returns one row; empty if the words need none.")
    source: str = Field(description="Table whose contract has the units of the answer.")


class DashboardFilter(Shape):
    """A filter of the panels of a dashboard by values, or by an end of a period."""

    name: str
    label: str
    column: str
    tables: tuple[str, ...] = Field(description="Filtered tables.")
    values: str = Field(
        description="Athena SQL whose first column has the values, for a timestamp the first and last day. A "
        "second column has the heading of each."
    )
    whole: str = Field(
        description="Replaces the value of `column` in matching rows, so that the filter takes one value; "
        "empty to keep it."
    )
    is_from: bool = Field(description="Whether rows with larger values match too.")
    is_until: bool = Field(description="Whether rows with smaller values match too.")
    panels: tuple[str, ...] = Field(description="Filtered panels; empty for all.")
    through: str = Field(
        default="",
        description="Key of a dataset, as `guests.guest_id`, whose rows have `column` where the tables have "
        "only this key; empty where they have the column.",
    )


class DashboardAlert(Shape):
    """An alert if a figure is above its limit."""

    name: str
    sql: str = Field(description="Athena SQL that returns one row with the column `value`.")
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
    key: str = Field(description="Keyboard shortcut in the console.")
    meaning: str = Field("", description="The effect of the decision, unless the label is clear.")
    returns_after_days: int = Field(
        0, description="Days after which a still listed item is open again; 0 for never."
    )
    note_prompt: str = Field(
        "", description="The question that the note answers; empty if the action needs no note."
    )


class QueueEvidence(Shape):
    """Rows that help to decide about an item of a queue."""

    title: str = Field(description="May have `{column}` for cells of the first row.")
    table: str = Field(description="Table whose contract heads the columns.")
    sql: str = Field(description="Athena SQL in which `{item_id}` is the item, as a quoted text.")
    units: dict[str, str] = Field(description="Units of columns of the answer that no contract has.")
    keeps: tuple[str, ...] = Field((), description="Columns that stay in sight where the table is narrow.")


class RowPart(QueueEvidence):
    """Rows that the page of one row of a dataset shows; `{item_id}` is the key of the row."""

    dataset: str


class WorkQueue(Shape):
    """A queue of items that people decide about."""

    name: str
    title: str
    table: str
    sql: str = Field(description="Athena SQL of item_id, subject, reason, value; the most urgent first.")
    unit: str = Field(description="Unit of `value`.")
    value_label: str = Field(
        "at stake", description="Name of `value`; `{column}` is a cell of the first row."
    )
    order: str = Field(
        "",
        description="The figure that orders the items; `{column}` is a cell of the first row. May be empty.",
    )
    actions: tuple[QueueAction, ...]
    evidence: tuple[QueueEvidence, ...] = Field((), description="Further rows of an opened item.")
    units: dict[str, str] = Field(default_factory=dict, description="Units of columns that no contract has.")
    teaches: bool = Field(default=False, description="Whether a model learns from its decisions.")
    missing_sql: str = Field(
        "", description="Athena SQL of one cell: what the lake lacks for the work, or null; may be empty."
    )
    found_by: tuple[str, ...] = Field((), description="Further words by which a search finds the queue.")
    decided: str = Field(
        "",
        description="Condition of rows of `table` that are among the items `{item_ids}`. Figures follow the "
        "decisions where it is stated.",
    )
    waits: str = Field(
        "", description="Column that is true for rows of the queue; empty where every row of `table` is one."
    )


class Dashboard(Shape):
    """The panels of one system, in display order."""

    system: str
    title: str
    panels: tuple[Panel, ...]
    trust: tuple[TrustNote, ...]
    filters: tuple[DashboardFilter, ...]
    alerts: tuple[DashboardAlert, ...]
    queues: tuple[WorkQueue, ...]
    row_pages: tuple[RowPart, ...] = Field((), description="Further rows on the pages of rows of datasets.")
    filters_of_tables: bool = Field(
        default=False,
        description="Whether it also has the filters of the tables that its panels read, as a person's own "
        "dashboard has: a period, and what the dashboards of the lake filter by.",
    )
    written_by: str = Field("", description="Author in the console; empty for a file.")
    written_at: str = Field("", description="ISO 8601 in UTC; empty for a file.")
    written_units: tuple[str, ...] = Field(
        (), description="Units of its panels as written, such as `currency`; empty for a file."
    )


class Dashboards(Shape):
    """The dashboards of the lake's domains and project, then those written in the console."""

    dashboards: tuple[Dashboard, ...]


Name = Annotated[str, Field(max_length=200)]


class PanelAsked(Asked):
    """A question of a dashboard that a person writes."""

    name: str = Field(min_length=1, max_length=200, description="The question in words.")
    sql: str = Field(min_length=1, max_length=100_000, description="Read-only Athena SQL.")
    kind: Literal["kpi", "line", "fan", "bar", "table"] = Field(
        description="The chart; `kpi` shows the columns `value` and `before` of the first row."
    )
    unit: Name = Field("", description="Of `y` or of `value`, such as `currency` or `share`.")
    x: Name = ""
    y: tuple[Name, ...] = Field((), max_length=20)
    series: Name = ""
    bounds: PanelBounds = Field((), max_length=10, description=BOUNDS)
    answer: str = Field("", max_length=2_000, description=ANSWER)
    nothing: str = Field("", max_length=2_000, description=NOTHING)
    units: PanelUnits = Field(default_factory=dict, max_length=100, description=UNITS)
    scale: PanelScales = Field("auto", description=SCALE)
    form: PanelForms = Field("", description=FORM)
    is_stacked: StrictBool | None = Field(None, description=STACKED)
    action: str = Field("", max_length=2_000, description=ACTION)
    width: PanelWidth = Field("", description=WIDTH)


class DashboardAsked(Asked):
    """A dashboard that a person writes in the console."""

    title: str = Field(min_length=1, max_length=120)
    panels: tuple[PanelAsked, ...] = Field(min_length=1, max_length=40)
    replaces: str = Field(
        "", max_length=40, description="`written_at` of the replaced dashboard; empty for a new one."
    )


class DeletedDashboard(Shape):
    """A written dashboard that somebody deleted."""

    system: str
    title: str
    deleted_by: str
    deleted_at: str = Field(description="ISO 8601 in UTC.")


class DashboardVersion(Shape):
    """A version of all written dashboards, after one change."""

    version: str
    written_by: str
    written_at: str = Field(description="ISO 8601 in UTC.")
    titles: tuple[str, ...]
    deleted: tuple[DeletedDashboard, ...] = Field(
        (), description="Dashboards that were deleted before it, and not written again."
    )
    in_use: bool


class DashboardVersions(Shape):
    """The versions, newest first."""

    versions: tuple[DashboardVersion, ...]
