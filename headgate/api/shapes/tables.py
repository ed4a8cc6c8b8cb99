from typing import Annotated, Literal

from pydantic import Field, StrictBool

from headgate.api.shapes.base import Asked, Count, Day, Moment, NextCursor, Shape
from headgate.query.declared_parameters import MAX_PARAMETERS, MAX_VALUE_CHARACTERS, ParameterType

Cell = str | int | float | bool | None


_ColumnName = Annotated[str, Field(max_length=200)]
PanelBounds = tuple[tuple[_ColumnName, _ColumnName], ...]
PanelUnits = dict[_ColumnName, _ColumnName]
BOUNDS = "Pairs of columns: lower and upper end of an interval."
ANSWER = "The answer in words; `{column}` is a cell of the first row without nulls in these."
NOTHING = "A sentence for an answer without rows; may be empty."
UNITS = "Units of columns of the answer that the statement computes."
SCALE = (
    "`log` of lines, points and bars beside each other, which are drawn as points then; `each` draws a line "
    "chart of its own for each series; `auto` is a log scale of lines where one series dwarfs the others."
)
FORM = "Of a line: as an area or as points; empty for a line."
STACKED = "Of bars and areas: one above the other or not; null for the usual way of the chart."
ACTION = "The action that follows from the answer; may be empty."


class ResultColumn(Shape):
    """A column of an answer."""

    name: str
    type: str = Field(description="Type in Athena.", examples=["double"])
    unit: str = Field(
        "",
        description="Of a query's column that is a column of a table, or a sum, mean, minimum or maximum of "
        "one, also times or divided by values without a unit: the unit in the contract. `share` of a part "
        "divided by its whole.",
    )
    label: str = Field(
        "",
        description="Its title in the contract, unless the statement renames it; of a sum, mean or count "
        "that the statement does not name, its words.",
    )
    kind: Literal["", "name", "mean", "rank"] = Field(
        "",
        description="`name`: its numbers name things, such as ids and years, and have no thousands "
        "separators. `mean`: a mean, which has more digits than are shown. `rank`: the place of a row "
        "among others, of row_number, rank and the like, which is no measure.",
    )
    period: str = Field(
        "",
        description="Of a number, the part of a date that it is: `year`, `quarter`, `month`, `week`, "
        "`day_of_week` (1 is Monday), `hour` and the like. Of a day, the period that begins with it.",
    )
    adds_up: bool = Field(
        default=True,
        description="False of a column that its contract does not add up over rows, such as the price of "
        "one piece, of a largest or another single value of it, and of a rank.",
    )


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

    Cells are JSON values. Decimals, whole numbers beyond 2^53, dates and timestamps (ISO 8601), `NaN` and
    `Infinity` are texts, because JSON or JavaScript cannot represent them exactly.
    """

    version: str = Field(description="Version of the table, the same for all pages of a cursor.")
    columns: tuple[ResultColumn, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: Count = Field(description="Number of rows that match the filter.")
    next_cursor: NextCursor = ""


class Download(Shape):
    """The download URL of a file."""

    url: str = Field(description="GET it within an hour, without a token.")
    expires_at: Moment
    name: str
    rows: Count
    size_bytes: Count


class QuestionParameter(Shape):
    """A parameter of a question: `:name` in its statement."""

    name: str
    type: ParameterType
    default: str | None = Field(description="Null for a parameter that needs a value.")


class Question(Shape):
    """A saved question."""

    name: str
    system: str
    description: str
    sql: str
    found_by: tuple[str, ...] = Field((), description="Further words by which a search finds it.")
    parameters: tuple[QuestionParameter, ...] = ()


class Questions(Shape):
    """The saved questions."""

    questions: tuple[Question, ...]


PanelScales = Literal["auto", "linear", "log", "each"]
PanelForms = Literal["", "area", "points"]


class KeptQuestionAsked(Asked):
    """A question that a person saves in the lake."""

    name: str = Field(min_length=1, max_length=200, description="Unique among the author's questions.")
    sql: str = Field(min_length=1, max_length=100_000)
    kind: Literal["table", "line", "bar", "fan"] = Field(description="Chart of the answer.")
    x: str = Field("", max_length=200, description="Column of the x axis; empty to derive it.")
    y: tuple[Annotated[str, Field(max_length=200)], ...] = Field((), max_length=20)
    series: str = Field("", max_length=200)
    bounds: PanelBounds = Field((), max_length=10, description=BOUNDS)
    answer: str = Field("", max_length=2_000, description=ANSWER)
    nothing: str = Field("", max_length=2_000, description=NOTHING)
    units: PanelUnits = Field(default_factory=dict, max_length=100, description=UNITS)
    scale: PanelScales = Field("auto", description=SCALE)
    form: PanelForms = Field("", description=FORM)
    is_stacked: StrictBool | None = Field(None, description=STACKED)
    action: str = Field("", max_length=2_000, description=ACTION)
    is_pinned: StrictBool = Field(description="Whether it is on the author's own dashboard.")


PanelWidth = Literal["", "half", "full"]
WIDTH = "On the dashboard: half of it or all; empty for the usual width."


class QuestionRenamed(Asked):
    """Another name for a question."""

    name: str = Field(min_length=1, max_length=200)
    to: str = Field(min_length=1, max_length=200, description="Unique among the author's questions.")


class ArrangedPanel(Asked):
    """A question of a person's own dashboard."""

    name: str = Field(min_length=1, max_length=200)
    width: PanelWidth = Field("", description=WIDTH)


class BoardArranged(Asked):
    """The questions of the caller's own dashboard in their order."""

    panels: tuple[ArrangedPanel, ...] = Field(max_length=500)


class KeptQuestionShown(Shape):
    """A saved question with its author and time."""

    name: str
    sql: str
    kind: Literal["table", "line", "bar", "fan"]
    x: str
    y: tuple[str, ...]
    series: str
    bounds: tuple[tuple[str, str], ...] = Field((), description=BOUNDS)
    answer: str = Field("", description=ANSWER)
    nothing: str = Field("", description=NOTHING)
    units: dict[str, str] = Field(default_factory=dict, description=UNITS)
    scale: PanelScales = Field("auto", description=SCALE)
    form: PanelForms = Field("", description=FORM)
    is_stacked: bool | None = Field(None, description=STACKED)
    action: str = Field("", description=ACTION)
    is_pinned: bool
    place: Count = Field(0, description="Orders the questions of the author's dashboard.")
    width: PanelWidth = Field("", description=WIDTH)
    by: str = Field(description="Author.")
    at: Moment


class KeptQuestionList(Shape):
    """The questions that people saved, by author, place on the author's dashboard, and name."""

    questions: tuple[KeptQuestionShown, ...]


class QueryAsked(Asked):
    """A query: SQL, or the name of a saved question."""

    sql: str = Field("", max_length=100_000, description="One read-only Athena statement.")
    question: str = Field("", max_length=100, description="Name of a saved question, instead of `sql`.")
    values: dict[_ColumnName, Annotated[str, Field(max_length=MAX_VALUE_CHARACTERS)]] = Field(
        default_factory=dict,
        max_length=MAX_PARAMETERS,
        description="Values of the statement's parameters by name, such as 2024-01-31 of a date; a parameter "
        "that is not named has its default.",
    )
    first_rows: int = Field(
        0,
        ge=0,
        le=999,
        description=(
            "Return only this number of rows, with a LIMIT of one row more, if that is faster. 0 returns all "
            "rows."
        ),
    )


class Query(Shape):
    """The current state of a query."""

    query_id: str
    first_rows: Count = Field(
        0,
        description=(
            "Of `POST /v1/queries`: the query has a LIMIT of one row more than this. If it returns more, run "
            "it without `first_rows` for all rows. 0: no LIMIT was added."
        ),
    )
    state: Literal["queued", "running", "succeeded", "failed", "cancelled"]
    sql: str = ""
    error: str = Field("", description="Why it failed, with similar names for an unknown column or table.")
    started_at: Moment = ""
    seconds: float | None = Field(None, ge=0)
    scanned_bytes: Count = 0
    cost_usd: str = Field("0", description="List price of the scan, as a decimal.", examples=["0.00005"])
    scan_limit_bytes: Count = Field(0, description="A query that scans more is stopped; 0 for no limit.")


class QueryFile(Shape):
    """The file with all rows of a query, as Athena wrote it."""

    url: str = Field(description="GET it within five minutes, without a token.")
    expires_at: Moment
    name: str = Field(description="Ends with `.csv` for a SELECT. Texts are not changed for spreadsheets.")
    rows: int | None = Field(
        ge=0, description="Null until Athena has counted them, which may be some time after the end."
    )
    size_bytes: Count


class QueryRows(Shape):
    """A page of a query's answer; cells as in `Rows`."""

    columns: tuple[ResultColumn, ...]
    rows: tuple[tuple[Cell, ...], ...]
    next_cursor: NextCursor = ""
