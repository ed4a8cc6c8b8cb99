"""The forms in which a system returns a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import pandas as pd

    from headgate.systems.rows_by_range import RowsByRange
    from headgate.systems.rows_in_file import RowsInFile
    from headgate.systems.rows_over_base import RowsOverBase

Made: TypeAlias = "pd.DataFrame | RowsInFile | RowsByRange | RowsOverBase"
"""A table as a system gives it."""
