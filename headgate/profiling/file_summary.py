"""Summarize a file as one JSON object: schema, statistics and quality issues."""

import json
from collections.abc import Mapping
from decimal import Decimal
from math import isfinite
from typing import Any

# A summary has no exact decimals, and a column without values counts as text.
_TYPES = {"decimal": "float", "": "string"}
_NUMBERS = {"int", "float"}
_MOMENTS = {"date", "timestamp"}
_WHOLE_PERCENT = 100


def file_summary(file_name: str, profile: Mapping[str, Any]) -> dict[str, object]:
    """Return the summary; for a column with sensitive values, only its type and counts.

    Args:
        file_name: for display.
        profile: as in `Profile.as_dict` and in the artifacts bucket.
    """
    columns, rows, score = profile["columns"], profile["rows"], profile["score"]
    statistics = {column["name"]: figures for column in columns if (figures := _statistics(column))}
    missing, invalid = _counts(columns, "missing"), _counts(columns, "invalid")
    has_broken_rows = Decimal(score.get("validity", 1)) < 1
    return {
        "file_name": file_name,
        "row_count": rows,
        "schema": {column["name"]: _type(column) for column in columns},
        "statistics": statistics,
        "quality_issues": {
            "missing_values": missing,
            "invalid_values": invalid,
            "total_rows": rows,
            "has_issues": bool(missing or invalid or has_broken_rows),
        },
        "quality_score": score,
    }


def counted_summary(file_name: str, rows: int, refused: int, reason: str) -> dict[str, object]:
    """Return the summary of a file without a profile, such as an unreadable one: rows and reason.

    Args:
        reason: why there is no profile; empty if its rows were accepted.
    """
    return {
        "file_name": file_name,
        "row_count": rows,
        "schema": {},
        "statistics": {},
        "quality_issues": {
            "missing_values": {},
            "invalid_values": {},
            "total_rows": rows,
            "has_issues": bool(reason or refused),
        },
        "quality_score": {},
        "reason": reason,
    }


def summary_json(summary: Mapping[str, object]) -> bytes:
    """Return the summary's text; equal summaries give equal bytes."""
    return (json.dumps(summary, indent=1, ensure_ascii=False) + "\n").encode()


def _type(column: Mapping[str, Any]) -> str:
    kind: str = column["type"]
    return _TYPES.get(kind, kind)


def _statistics(column: Mapping[str, Any]) -> dict[str, object]:
    """Return minimum, maximum and mean of numbers, and first and last of dates and times."""
    if column["sensitive"] or "min" not in column:
        return {}
    if _type(column) in _NUMBERS:
        figures = {"min": column["min"], "max": column["max"], "avg": column.get("mean")}
        return {name: _number(str(value)) for name, value in figures.items() if value is not None}
    return {name: str(column[name]) for name in ("min", "max")} if column["type"] in _MOMENTS else {}


def _number(text: str) -> int | float | None:
    """Return the number; None if JSON cannot represent it."""
    number = Decimal(text)
    if (
        number.is_finite()
        and number == number.to_integral_value()
        and "." not in text
        and "E" not in text.upper()
    ):
        return int(number)
    return float(number) if isfinite(float(number)) else None


def _counts(columns: list[Mapping[str, Any]], name: str) -> dict[str, object]:
    """Return count and percentage for the columns with such values."""
    return {column["name"]: _share(column[name], column["rows"]) for column in columns if column[name]}


def _share(count: int, rows: int) -> dict[str, object]:
    return {"count": count, "percentage": round(_WHOLE_PERCENT * count / rows, 2) if rows else 0.0}
