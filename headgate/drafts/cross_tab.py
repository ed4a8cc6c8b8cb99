"""Recognize a cross-tab: its columns are periods, such as Jan, Feb and Mar, with values of one measure."""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING

from headgate.contracts.model import NUMBERS
from headgate.contracts.month_names import MONTHS
from headgate.plain_names import title_of_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.contracts.model import Column

_MIN_PERIODS = 3
_MONTHS = {name.casefold() for name in chain.from_iterable(chain.from_iterable(MONTHS.values()))}
_YEAR = r"(?:19|20)\d\d"
_OF_MONTH = re.compile(rf"(?:{_YEAR}[ /.-]?)?([^\W\d]+)\.?(?:[ '/.-]*(?:{_YEAR}|\d\d))?")
_PERIOD = re.compile(
    rf"{_YEAR}|{_YEAR}[/.-]?(?:0?[1-9]|1[0-2])|(?:0?[1-9]|1[0-2])[/.-]{_YEAR}"
    rf"|(?:{_YEAR}[ /-]?)?Q[1-4](?:[ /-]?(?:{_YEAR}|\d\d))?",
    re.IGNORECASE,
)
_CROSS_TAB = (
    "looks like a cross-tab: the columns {first} to {last} are {count} periods, and each becomes a column. "
    "Sums and charts over time need a row for each period: in Excel, Data, From Table/Range, select the "
    "other columns and choose Unpivot Other Columns, and send that table"
)


def about_cross_tab(columns: Sequence[Column]) -> list[str]:
    """Return a note if several columns of numbers are named as months, quarters or years."""
    names = [column.label or title_of_name(column.name) for column in columns if column.type.kind in NUMBERS]
    periods = [name for name in names if _is_period(name.strip())]
    if len(periods) < _MIN_PERIODS:
        return []
    return [_CROSS_TAB.format(first=periods[0], last=periods[-1], count=len(periods))]


def _is_period(name: str) -> bool:
    month = _OF_MONTH.fullmatch(name)
    return bool(_PERIOD.fullmatch(name)) or (month is not None and month[1].casefold() in _MONTHS)
