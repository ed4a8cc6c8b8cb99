"""The summary of a file that no contract fits: schema, statistics and quality issues, as one JSON object."""

from __future__ import annotations

import json
from decimal import Decimal
from math import isfinite
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headgate.profiling.profile import Profile, ProfiledColumn

# A summary has no exact decimals; a column without values holds texts as far as anyone can know.
_TYPES = {"decimal": "float", "": "string"}
_NUMBERS = {"int", "float"}
_MOMENTS = {"date", "timestamp"}
_WHOLE_PERCENT = 100


def file_summary(file_name: str, profile: Profile) -> dict[str, object]:
    """Return the summary; of a column with sensitive values only its type and counts.

    Args:
        file_name: as it may be shown.
    """
    columns = profile.columns
    statistics = {column.name: figures for column in columns if (figures := _statistics(column))}
    missing = {column.name: _missing(column) for column in columns if column.missing}
    invalid = {column.name: column.invalid for column in columns if column.invalid}
    return {
        "file_name": file_name,
        "row_count": profile.rows,
        "schema": {column.name: _type(column) for column in columns},
        "statistics": statistics,
        "quality_issues": {"missing_values": missing, "invalid_values": invalid},
        "quality_score": profile.score.as_texts(),
    }


def summary_json(summary: Mapping[str, object]) -> bytes:
    """Return the summary's text; equal summaries give equal bytes."""
    return (json.dumps(summary, indent=1, ensure_ascii=False) + "\n").encode()


def _type(column: ProfiledColumn) -> str:
    return _TYPES.get(column.type, column.type)


def _statistics(column: ProfiledColumn) -> dict[str, object]:
    """Return minimum, maximum and mean of numbers, and the first and last of days and times."""
    facts = column.description.facts
    if column.is_sensitive or "min" not in facts:
        return {}
    if _type(column) in _NUMBERS:
        figures = {"min": facts["min"], "max": facts["max"], "avg": facts.get("mean")}
        return {name: _number(str(value)) for name, value in figures.items() if value is not None}
    return {name: str(facts[name]) for name in ("min", "max")} if column.type in _MOMENTS else {}


def _number(text: str) -> int | float | None:
    """Return the number; None where JSON has none for it."""
    number = Decimal(text)
    if (
        number.is_finite()
        and number == number.to_integral_value()
        and "." not in text
        and "E" not in text.upper()
    ):
        return int(number)
    return float(number) if isfinite(float(number)) else None


def _missing(column: ProfiledColumn) -> dict[str, object]:
    count = column.missing or 0
    return {
        "count": count,
        "percentage": round(_WHOLE_PERCENT * count / column.rows, 2) if column.rows else 0.0,
    }
