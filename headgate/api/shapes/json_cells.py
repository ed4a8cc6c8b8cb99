"""Values of tables as JSON; see `headgate.api.shapes.tables.Rows`."""

import math
from datetime import date, datetime
from decimal import Decimal

from headgate.api.shapes.tables import Cell

_EXACT_IN_JAVASCRIPT = 2**53 - 1  # Source: ECMA-262, Number.MAX_SAFE_INTEGER


def cell(value: object) -> Cell:
    """Return the value as exact JSON."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        return value if abs(value) <= _EXACT_IN_JAVASCRIPT else str(value)
    if isinstance(value, float):
        special = {math.inf: "Infinity", -math.inf: "-Infinity"}
        return value if math.isfinite(value) else special.get(value, "NaN")
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, date | datetime) else str(value)
