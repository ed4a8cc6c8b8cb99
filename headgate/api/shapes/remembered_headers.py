from typing import Any

from pydantic import Field

from headgate.api.shapes.base import Moment, Shape
from headgate.api.shapes.files import ColumnChange


class RememberedDecisionsOfHeader(Shape):
    """The decisions that the next file of a source with a header gets."""

    source: str = Field(description="First folder of the file's key.")
    header: str = Field(description="Fingerprint of the header.")
    decided_at: Moment
    columns: dict[str, str | None] = Field(description="Column to field; null for a column that is left out.")
    formats: dict[str, dict[str, Any]] = Field(
        description="Field to the keys of `headgate.format` that describe its values."
    )
    changes: tuple[ColumnChange, ...] = Field(description="Changes of whole columns, without defaults.")
    set_for_all: dict[str, str] = Field(
        description="Column to the default of its empty cells; hidden for a dataset with personal data."
    )
    currencies: dict[str, tuple[str, ...]] = Field(
        description="Field to the other currencies that its amounts may have."
    )


class RememberedDecisions(Shape):
    """The remembered headers of a dataset's files, newest first."""

    headers: tuple[RememberedDecisionsOfHeader, ...]
