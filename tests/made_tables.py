"""Frames of systems, in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.systems.rows_in_file import RowsInFile

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from headgate.systems.rows_in_file import Made


def in_memory(made: Mapping[str, Made]) -> dict[str, pd.DataFrame]:
    """A system's tables as frames."""
    return {name: one.frame() if isinstance(one, RowsInFile) else one for name, one in made.items()}
