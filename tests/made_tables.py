"""Frames of systems, in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headgate.systems.system_registry import Made


def in_memory(made: Mapping[str, Made]) -> dict[str, pd.DataFrame]:
    """A system's tables as frames."""
    return {name: one if isinstance(one, pd.DataFrame) else one.frame() for name, one in made.items()}
