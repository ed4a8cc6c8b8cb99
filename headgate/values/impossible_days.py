"""Find days that no calendar has, such as 31 November, among texts that are no date."""

from __future__ import annotations

import calendar
import re
from typing import TYPE_CHECKING

import numpy as np

from headgate.contracts.model import TIMES, Column
from headgate.values.cells import Rows, by_unique, int_array, numbers

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa


_YEAR_FIRST = re.compile(r"\s*(?P<year>\d{4})([-./])(?P<month>\d{1,2})\2(?P<day>\d{1,2})(?!\d)")
_DAY_FIRST = re.compile(r"\s*(?P<day>\d{1,2})([-./])(?P<month>\d{1,2})\2(?P<year>\d{4})(?!\d)")
_MONTH_FIRST = re.compile(r"\s*(?P<month>\d{1,2})([-./])(?P<day>\d{1,2})\2(?P<year>\d{4})(?!\d)")
_SHORT_YEAR = re.compile(r"(?<!y)yy(?!y)")
_MAX_SHORT_YEAR, _CENTURY = 99, 2000
_MONTHS, _MAX_DAYS = 12, 31


def impossible_days(column: Column, text: pa.Array, rows: Rows) -> tuple[Mapping[str, Rows], Rows]:
    """Return the rows of impossible days by what is wrong with them, and the other rows.

    Args:
        rows: those whose texts are no value of the column.
    """
    if column.type.kind not in TIMES or not len(rows):
        return {}, rows
    patterns = column.format.patterns if column.format else ()
    is_month_first = any(pattern.lstrip("'").startswith("M") for pattern in patterns)
    forms: tuple[re.Pattern[str], ...] = (_YEAR_FIRST, _MONTH_FIRST if is_month_first else _DAY_FIRST)
    if any(map(_SHORT_YEAR.search, patterns)):
        forms = (re.compile(forms[1].pattern.replace(r"\d{4}", r"\d{2}")), *forms)
    unique, own = by_unique(text.take(int_array(rows)))
    fault_of = np.array([_fault(value, forms) for value in unique.to_pylist()], dtype=object)
    faults = fault_of[numbers(own)]
    by_fault = {str(fault): rows[faults == fault] for fault in sorted(set(fault_of) - {""})}
    return by_fault, rows[faults == ""]


def _fault(text: str, forms: Sequence[re.Pattern[str]]) -> str:
    """Return why a text is no day of the calendar; empty where its numbers are one, or are no date.

    >>> _fault("31.11.2026", (_YEAR_FIRST, _DAY_FIRST)), _fault("2026-02-29", (_YEAR_FIRST, _DAY_FIRST))
    ('November has 30 days', 'February 2026 has 28 days')
    """
    written = next((match for form in forms if (match := form.match(text))), None)
    if written is None:
        return ""
    year, month, day = (int(written[name]) for name in ("year", "month", "day"))
    if not 1 <= month <= _MONTHS or not 1 <= day <= _MAX_DAYS or not year:
        return ""
    year += _CENTURY if year <= _MAX_SHORT_YEAR else 0
    days = calendar.monthrange(year, month)[1]
    name = calendar.month_name[month]
    is_february = month == 2  # noqa: PLR2004 the month whose length depends on the year
    return f"{name}{f' {year}' if is_february else ''} has {days} days" if day > days else ""
