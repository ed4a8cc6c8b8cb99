from pydantic import Field

from headgate.api.shapes.base import Day, Shape


class ModelOrigin(Shape):
    """The champion behind a prediction."""

    model: str = Field(description="Name of the champion.")
    as_of: Day = Field(description="Last day of its training data.")
    snapshot_id: str
