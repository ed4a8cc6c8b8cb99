"""Answers by mail."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StrictBool

from headgate.api.shapes.base import Asked, Moment, Shape
from headgate.api.shapes.tables import FORM, SCALE, STACKED, PanelForms, PanelScales
from headgate.query.mail_schedules import MAX_MAIL_ROWS, USUAL_HOUR, Every, MailFile, OnlyIf

Column = Annotated[str, Field(max_length=200)]
Kind = Literal["table", "line", "bar"]

_KIND = "Chart of a question, which the link of the mail opens."
_FILTERS = (
    "Values of the dashboard's filters by name of the filter, and of the parameters of its questions by "
    "`p.` and the name, such as `p.region`. A parameter takes one value; others have their defaults."
)
Values = Annotated[
    tuple[Column, ...],
    BeforeValidator(lambda values: (values,) if isinstance(values, str) else values),  # earlier clients
    Field(min_length=1, max_length=100),
]
_ONLY_IF = "Send it only if a figure of `limit_column` is above or below `limit`; empty to send it always."
_LIMIT_PANEL = "Panel of the dashboard that has the figure; empty for a question."
_ROWS = (
    "Most rows of each answer in the text of the mail, which links to all. 0 for the usual number: 20, "
    "and three with four columns of a dashboard that no person wrote."
)
_FILE = "Kind of the file that a link of the mail downloads."
_LIMIT_UNIT = "Unit of the figure, by which a list of mails writes the limit, such as `share`."
_HOUR = "Hour of the day at which it is sent, in `time_zone`."
_ZONE = "IANA time zone of the day and the hour, such as Europe/Berlin."
_ON = "Day of the week, 1 for Monday, or of the month up to 28; 0 for every day."


class MailAsked(Asked):
    """A question or a dashboard whose answers the caller gets by mail."""

    title: str = Field(min_length=1, max_length=120, description="Unique among the caller's mails.")
    sql: str = Field("", max_length=100_000, description="Statement of a question; empty for a dashboard.")
    dashboard: str = Field(
        "",
        max_length=64,
        description="Name of a dashboard, `mine` for the caller's own; empty for a question.",
    )
    every: Every
    on: int = Field(0, ge=0, le=28, description=_ON)
    hour: int = Field(USUAL_HOUR, ge=0, le=23, description=_HOUR)
    time_zone: str = Field("UTC", max_length=64, description=_ZONE)
    replaces: str = Field("", max_length=120, description="Title of the caller's mail that this one changes.")
    kind: Kind = Field("table", description=_KIND)
    x: Column = Field("", description="Column of the x axis; empty to derive it.")
    y: tuple[Column, ...] = Field((), max_length=20)
    series: Column = ""
    scale: PanelScales = Field("auto", description=SCALE)
    form: PanelForms = Field("", description=FORM)
    is_stacked: StrictBool | None = Field(None, description=STACKED)
    filters: dict[Column, Values] = Field(default_factory=dict, max_length=20, description=_FILTERS)
    only_if: OnlyIf = Field("", description=_ONLY_IF)
    limit_column: Column = ""
    limit: float | None = Field(None, allow_inf_nan=False)
    limit_panel: Column = Field("", description=_LIMIT_PANEL)
    limit_unit: Column = Field("", description=_LIMIT_UNIT)
    rows: int = Field(0, ge=0, le=MAX_MAIL_ROWS, description=_ROWS)
    file: MailFile = Field("csv", description=_FILE)


class MailShown(Shape):
    """A mail as it is sent."""

    is_ready: bool = Field(description="False while answers are computed: repeat the request with its key.")
    address: str
    answers: int = Field(description="Number of its answers, one for each panel of a dashboard.")
    ready_answers: int = Field(description="Number of those that are computed.")
    waits_for: str = Field("", description="Question whose answer is being computed.")
    subject: str = ""
    text: str = ""


class Mail(Shape):
    """A question or a dashboard whose answers a person gets by mail."""

    title: str
    sql: str
    dashboard: str
    every: Every
    on: int = Field(description=_ON)
    hour: int = Field(USUAL_HOUR, description=_HOUR)
    time_zone: str = Field("UTC", description=_ZONE)
    at: Moment
    kind: Kind = Field("table", description=_KIND)
    x: str = ""
    y: tuple[str, ...] = ()
    series: str = ""
    scale: PanelScales = Field("auto", description=SCALE)
    form: PanelForms = Field("", description=FORM)
    is_stacked: bool | None = Field(None, description=STACKED)
    filters: dict[str, tuple[str, ...]] = Field(default_factory=dict, description=_FILTERS)
    only_if: OnlyIf = Field("", description=_ONLY_IF)
    limit_column: str = ""
    limit: float | None = None
    limit_panel: str = Field("", description=_LIMIT_PANEL)
    limit_unit: str = Field("", description=_LIMIT_UNIT)
    rows: int = Field(0, description=_ROWS)
    file: MailFile = Field("csv", description=_FILE)


class Mails(Shape):
    """The mails of the caller, by title, and the caller's address, which may be empty."""

    mails: tuple[Mail, ...]
    address: str


class BoardMail(Shape):
    """A scheduled mail of a dashboard."""

    title: str
    every: Every
    on: int = Field(description=_ON)
    address: str = Field(description="The address that gets it; empty for a person who left.")


class BoardMails(Shape):
    """The scheduled mails of a dashboard, of all people."""

    mails: tuple[BoardMail, ...]
