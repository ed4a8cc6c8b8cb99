"""Which texts a column would take, one by one: its type holds them, and none of its rules is broken that does more than warn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from headgate.contracts.model import Level
from headgate.intake.cast import cast
from headgate.intake.check import column_breaches
from headgate.intake.judge import given

if TYPE_CHECKING:
    import pyarrow as pa

    from headgate.contracts.model import Column
    from headgate.intake.cells import Flags


def fits(column: Column, text: pa.Array) -> Flags:
    """For each text whether the column would take it; null is what the file says nothing for."""
    said = given(column, text)
    fitted = cast(said, column.type)
    taken = np.ones(len(text), bool)
    taken[fitted.misfits] = False
    for breach in column_breaches(column, fitted.values, said):
        if breach.level is not Level.WARN:
            taken[breach.rows] = False
    return taken
