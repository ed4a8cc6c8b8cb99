"""Find the values of a statement that are a part of a date, or the start of a period."""

from collections.abc import Mapping
from typing import NamedTuple

from sqlglot import exp

# Days of the week are 1 for Monday to 7 for Sunday in Trino; DuckDB numbers Sunday 0.
_WEEKDAY = "day_of_week"
_PARTS: Mapping[type[exp.Expression], str] = {
    exp.Year: "year",
    exp.YearOfWeek: "year_of_week",
    exp.Quarter: "quarter",
    exp.Month: "month",
    exp.Week: "week",
    exp.WeekOfYear: "week",
    exp.Day: "day",
    exp.DayOfMonth: "day",
    exp.DayOfWeek: _WEEKDAY,
    exp.DayOfWeekIso: _WEEKDAY,
    exp.DayOfYear: "day_of_year",
    exp.Hour: "hour",
    exp.Minute: "minute",
    exp.Second: "second",
}
_OTHER_NAMES = {
    **dict.fromkeys(("dow", "isodow", "dayofweek"), _WEEKDAY),
    **dict.fromkeys(("doy", "dayofyear"), "day_of_year"),
    **dict.fromkeys(("yow", "isoyear"), "year_of_week"),
    "day_of_month": "day",
    "week_of_year": "week",
}
_STARTS = frozenset({"year", "quarter", "month", "week", "day"})


class PartOfDate(NamedTuple):
    """A part of a date, such as the number of its month, or the start of a period."""

    name: str
    is_start: bool


def date_part_of(node: exp.Expression) -> PartOfDate | None:
    """Return the part of a date that a value is, or the period that begins with it; None of another value."""
    if isinstance(node, exp.TimestampTrunc | exp.DateTrunc):
        name = node.text("unit").lower()
        return PartOfDate(name if name in _STARTS else "", is_start=True)
    if isinstance(node, exp.Extract):
        name = node.name.lower()
        return PartOfDate(_OTHER_NAMES.get(name, name), is_start=False)
    if isinstance(node, exp.Anonymous) and node.name.lower() in _OTHER_NAMES:
        return PartOfDate(_OTHER_NAMES[node.name.lower()], is_start=False)
    name = _PARTS.get(type(node), "")
    return PartOfDate(name, is_start=False) if name else None
