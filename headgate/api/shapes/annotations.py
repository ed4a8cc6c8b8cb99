from typing import Annotated

from pydantic import Field

from headgate.api.shapes.base import Asked, Day, Moment, Shape

_SHOWN_ON = (
    "Dashboard whose charts mark the note, or `<dashboard>/<panel>` for one chart; empty for every chart."
)
NotedOn = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$", description="Day of the note.")]


class AnnotationAsked(Asked):
    """A note on a day."""

    noted_on: NotedOn
    note: str = Field(min_length=1, max_length=300, description="Card numbers in it are masked.")
    shown_on: str = Field("", max_length=200, pattern=r"^([A-Za-z0-9_-]+(/.+)?)?$", description=_SHOWN_ON)


class Annotation(Shape):
    """A note on a day, with author and time."""

    annotation_id: str
    noted_on: Day
    note: str
    shown_on: str = Field("", description=_SHOWN_ON)
    written_by: str
    written_at: Moment


class Annotations(Shape):
    """The notes that charts over time mark, by day."""

    annotations: tuple[Annotation, ...]
