"""The parts of a dashboard, as its file states them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

ACTION = "title_action"  # a column of an answer, whose text replaces the action of the panel
# a column of a figure, whose text says why its change decides nothing, so that it is neither good nor bad
BEFORE_NOTE = "title_before_note"
FOLDED = "title_folded"  # a column of an answer, whose text says why nothing is to be done about a row
COLUMN_IN_TEMPLATE = re.compile(r"\{(\w+)\}")
ROW_COUNT = "row_count"  # a column of an answer, or the number of its rows
ITEM_ID = "{item_id}"  # in a statement about one item of a queue


def columns_in(template: str) -> set[str]:
    """Return the columns that a text of a dashboard names in braces, without the number of rows.

    >>> columns_in("{who} has {part} of {row_count}") == {"who", "part"}
    True
    """
    return set(COLUMN_IN_TEMPLATE.findall(template)) - {ROW_COUNT}


class PanelKind(StrEnum):
    """How a panel is drawn."""

    # One figure: the columns `value` and `before` of the first row, and `reason` where no value is to be
    # expected.
    KPI = "kpi"
    LINE = "line"
    FAN = "fan"  # a line with bounds
    BAR = "bar"
    SCATTER = "scatter"
    MAP = "map"  # regions by ISO 3166-1 alpha-2 code
    TABLE = "table"


class PanelScale(StrEnum):
    """How the values of a panel's series share an axis."""

    AUTO = "auto"  # a log scale of lines where one series dwarfs the others, else a linear one
    LINEAR = "linear"
    # Of lines, points and bars beside each other, which are points then: a step is a factor. Zero and
    # negative values have no place.
    LOG = "log"
    # Of lines with a series: a small chart for each series, with an axis of its own.
    EACH = "each"


class PanelForm(StrEnum):
    """How a line is drawn that is no line."""

    AREA = "area"
    POINTS = "points"


class StatedChart(Protocol):
    """A chart as a panel, a saved question or a mail states it."""

    @property
    def kind(self) -> str: ...  # noqa: D102 as DeclaredPanel
    @property
    def series(self) -> str: ...  # noqa: D102
    @property
    def scale(self) -> str: ...  # noqa: D102
    @property
    def form(self) -> str: ...  # noqa: D102
    @property
    def is_stacked(self) -> bool | None: ...  # noqa: D102


def drawing_mistake(chart: StatedChart) -> str:
    """Return why a chart cannot be drawn as it is stated, and the remedy; empty if it can."""
    kind, form, is_log = chart.kind, chart.form, chart.scale == PanelScale.LOG
    is_line, is_bar, is_area = kind == PanelKind.LINE, kind == PanelKind.BAR, form == PanelForm.AREA
    is_each = chart.scale == PanelScale.EACH
    is_stacked = bool(chart.series) if chart.is_stacked is None else chart.is_stacked
    mistakes = {
        f"is of the kind {kind} with the form {form}. State kind: line": form and not is_line,
        "states is_stacked. Only bars and areas are stacked": (
            chart.is_stacked is not None and not (is_bar or is_area)
        ),
        "has the scale each. State kind: line, no form, and in series the column that has the name of each "
        "small chart": is_each and not (is_line and chart.series and not form),
        "is an area with the scale log. An area begins at zero, which has no place on a log scale": (
            is_log and is_area
        ),
        "has stacked bars with the scale log, on which parts do not add up to their sum. State is_stacked: "
        "false": is_log and is_bar and is_stacked,
        f"is of the kind {kind} with the scale log. Only lines, points and bars have a log scale": (
            is_log and kind not in {PanelKind.LINE, PanelKind.BAR, PanelKind.SCATTER}
        ),
    }
    return next((words for words, is_made in mistakes.items() if is_made), "")


@dataclass(frozen=True)
class DeclaredPanel:
    """One question of a dashboard.

    Attributes:
        name: unique in its dashboard.
        action: the action that follows from the answer, in words; empty if the dashboard states none. A text
            in the column `title_action` of the first row replaces it, where another action follows from the
            row. `{column}` in it is a cell of that row. A text in the column `title_nothing` of a figure
            says, with `details`, why its queue is empty. `title_onward` of the first row is a dashboard with
            its filters, as `wards?ward=A1`, which the page links by `title_onward_words`.
        table: the prod table whose contract defines the columns.
        unit: of `y`, or of a figure's `value`; `currency` is the lake's.
        better: for a figure: `higher` or `lower`.
        before_label: what a figure's `before` is; empty for the period before.
        x, y, bounds, series, size: columns of the answer that the chart uses.
        scale: `log` or `each` where one series dwarfs the others, `linear` where it is to be linear all the
            same.
        form: of a line: `area` or `points`; empty for a line.
        is_stacked: of bars or areas: one above the other or not; None for the usual way of the chart.
        answer: the answer in words, with `{column}` for cells of the first row that has them all, and
            `{row_count}`; it is the title where the rows fill it, and the question is the title elsewhere.
            A part in brackets with a null cell is left out. Columns that only fill titles are named
            `title_…`; tables leave them out. A row with a text in `title_folded`, the reason why it needs no
            action, is folded in tables; reports and mails count it.
        details: further parts of a figure's answer, which pages show on demand. A part with a null cell is
            left out.
        keeps: columns that stay in sight where a table is narrow; the page chooses them where none is named.
        units: of columns of the answer that no contract has, by column.
        rows: conditions that the rows behind the answer meet, as filters of the table's page:
            `<column>:<operator>:<value>`.
        queue: the queue of the same dashboard in which people act on the answer; empty if there is none.
        nothing: the sentence that replaces chart, table and figure where the answer has no rows; without
            one the page says why there are none.
        found_by: further words by which people search for the answer.
        width: `half` or `full` of the page; empty for the usual width of its kind.
    """

    name: str
    question: str
    kind: PanelKind
    table: str
    sql: str
    unit: str = ""
    better: str = "higher"
    before_label: str = ""
    x: str = ""
    y: tuple[str, ...] = ()
    bounds: tuple[tuple[str, str], ...] = ()
    series: str = ""
    size: str = ""
    scale: PanelScale = PanelScale.AUTO
    form: str = ""
    is_stacked: bool | None = None
    answer: str = ""
    units: Mapping[str, str] = field(default_factory=dict)
    action: str = ""
    rows: tuple[str, ...] = ()
    queue: str = ""
    nothing: str = ""
    keeps: tuple[str, ...] = ()
    details: tuple[str, ...] = ()
    found_by: tuple[str, ...] = ()
    width: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the answer must have."""
        if self.kind is PanelKind.KPI:
            return ("value", "before")
        named = (self.x, *self.y, *(end for pair in self.bounds for end in pair), self.series, self.size)
        return tuple(dict.fromkeys(name for name in named if name))


@dataclass(frozen=True)
class AlertRule:
    """An alert if a figure is above its limit.

    Attributes:
        name: unique in its dashboard.
        sql: answers one row with the column `value`.
        above: the alert is raised when the value is greater.
        message: what happened; `{column}` is replaced by the cell of the row, with its unit. A part in
            brackets is left out where its cell is null.
        remedy: what to do.
        unit: of the value.
        panel: the panel of the same dashboard that shows the cause; empty for the top of the page.
        units: of further columns, by their names.
    """

    name: str
    sql: str
    above: float
    message: str
    remedy: str
    unit: str = ""
    panel: str = ""
    units: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class DeclaredTrust:
    """The reliability of the figures of some tables, in words.

    Attributes:
        tables: the tables it is about.
        words: parts of the line, each with `{column}` for cells of the statement's answer. A part whose cell
            is null is left out.
        sql: answers one row; empty where the words need none.
        source: the table whose contract has the units of the statement's columns.
    """

    tables: tuple[str, ...]
    words: tuple[str, ...]
    sql: str = ""
    source: str = ""


@dataclass(frozen=True)
class DeclaredFilter:
    """A filter of the panels of a dashboard by one value, or by a period.

    Attributes:
        column: the column of the tables that is compared; of a timestamp the day counts, in UTC.
        tables: the tables that are narrowed.
        values: the statement that answers the values to choose from, in its first column, and in a second one
            the heading of each where they are many; of a timestamp the first and the last day.
        whole: the value of the rows about everything; the chosen rows take its place.
        is_from, is_until: rows from the chosen value on, or up to it, are kept, and not only those that
            have it.
        panels: the panels that it narrows; empty for all.
        through: the key of a dataset, as `guests.guest_id`, whose rows have `column` where the tables have
            only this key; empty where they have the column.
    """

    name: str
    label: str
    column: str
    tables: tuple[str, ...]
    values: str
    whole: str = ""
    is_from: bool = False
    is_until: bool = False
    panels: tuple[str, ...] = ()
    through: str = ""


@dataclass(frozen=True)
class DeclaredAction:
    """A decision that closes an item of a queue, with the key that takes it.

    Attributes:
        meaning: the effect of the decision in a few words; empty where the label says it.
        returns_after_days: the days after which the item is open again if the queue still lists it; 0 for
            never.
        note_prompt: the question that the note of the decision answers; empty if it needs no note.
    """

    name: str
    label: str
    key: str
    meaning: str = ""
    returns_after_days: int = 0
    note_prompt: str = ""


@dataclass(frozen=True)
class DeclaredEvidence:
    """Rows that help to decide about an item of a queue.

    Attributes:
        title: may have cells of the first row, as the answer of a panel has them.
        table: the table whose contract heads the columns.
        sql: a statement in which `{item_id}` is the item, as a quoted text.
        units: of columns of the answer that no contract has, by column.
        keeps: columns that stay in sight where the table is narrow, as a panel has them.
    """

    title: str
    table: str
    sql: str
    units: Mapping[str, str] = field(default_factory=dict)
    keeps: Sequence[str] = ()

    def of_item(self, item_id: str) -> str:
        """Return the statement about one item.

        >>> DeclaredEvidence("", "visits", "SELECT 1 FROM visits WHERE ward = {item_id}").of_item("St. Mary")
        "SELECT 1 FROM visits WHERE ward = 'St. Mary'"
        """
        return self.sql.replace(ITEM_ID, "'" + item_id.replace("'", "''") + "'")


@dataclass(frozen=True, kw_only=True)
class DeclaredRowPart(DeclaredEvidence):
    """Rows that the page of one row of a dataset shows; `{item_id}` is the key of the row.

    Attributes:
        dataset: the dataset whose rows have the page.
    """

    dataset: str


@dataclass(frozen=True)
class DeclaredLabels:
    """The label that decisions of a queue give the rows of a dataset, whose keys are its items.

    Attributes:
        positive, negative: the actions that give a row the label true or false. Any other action closes the
            item and is no label.
    """

    dataset: str
    positive: tuple[str, ...] = ()
    negative: tuple[str, ...] = ()


@dataclass(frozen=True)
class DeclaredQueue:
    """A queue of items that people decide about.

    Attributes:
        name: as the decisions state it.
        sql: answers `item_id`, `subject`, `reason` in plain words and `value`, the most urgent item first.
            Items with a true `title_may_wait` come last, below a line that says so. `brief` is the reason in
            a few words, for a narrow page. Further columns are for those who look closer.
        unit: of `value`.
        value_label: the figure that `value` is, such as "at stake"; it may name cells of the first row, as an
            answer does.
        order: by which shown figure the items are listed, in words; it may name cells of the first row.
        units: of further columns that no contract has, by column.
        actions: the first one is the usual one.
        labels: None if decisions are no labels.
        evidence: what an opened item shows beside its own row.
        missing_sql: answers one cell: what the lake lacks for the work, in a sentence, or null. It is a
            statement of its own, because not everybody may read what it counts.
        found_by: as of a panel.
        decided: the condition of rows of `table` that are among the decided items, which `{item_ids}` lists
            as quoted texts. Figures about the table then follow the decisions; empty where they cannot.
        waits: the column of `table` that is true for rows of the queue. A figure reads false for decided
            ones, and null while a decision lasts that ends by itself. Empty where all rows of the table are
            items, of which decided ones are left out.
    """

    name: str
    title: str
    table: str
    sql: str
    actions: tuple[DeclaredAction, ...]
    unit: str = ""
    labels: DeclaredLabels | None = None
    value_label: str = "at stake"
    order: str = ""
    evidence: tuple[DeclaredEvidence, ...] = ()
    units: Mapping[str, str] = field(default_factory=dict)
    missing_sql: str = ""
    found_by: tuple[str, ...] = ()
    decided: str = ""
    waits: str = ""
