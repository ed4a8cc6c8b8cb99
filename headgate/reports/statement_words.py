"""The answer of a person's statement in words, as in the console (features/query/answer-numbers.ts)."""

import calendar
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from headgate.contracts.currency import SHARES, places_of
from headgate.contracts.source_format import SHOWN_AS_DURATION
from headgate.reports.answer_words import PERIOD_NAME, ColumnWords, are_numbers
from headgate.reports.numbers import NOTHING, amount_of, cell_text, currency_of, duration, period_words

_NAME = re.compile(r"(^|_)id$|^(?!last_)([a-z]+_)?year$", re.IGNORECASE)
_CODE = re.compile(r"[A-Z]{2}|[a-z_]+=.+")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}([T ]00:00(:00(\.0+)?)?)?")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}")
_SAID_BY_VALUE = re.compile(r"^([A-Z]{3}\b|share|probability|percent|s as h:mm:ss)\s*")
_PLACES_OF_PERCENT = 2
_PLACES_OF_AMOUNT = 2
_MAX_PLACES = 4  # of a computed number, unless the smallest needs more
_MAX_ROUNDED_PLACES = 8
_MIN_AMOUNT = 1e-6  # below it an amount is left of a computation
_MAX_PLACED = 1e15


@dataclass(frozen=True)
class StatementWords(ColumnWords):
    """Units, headings and names of the columns of a statement's answer.

    Attributes:
        names: columns whose numbers name things, such as ids and years.
        periods: the period that begins with each day of a column, or the part of a date that each number of
            a column is, where the statement says it.
    """

    names: frozenset[str] = frozenset()
    periods: Mapping[str, str] = field(default_factory=dict)

    def heading(self, column: str) -> str:
        """Return the heading of a column, with the unit that its values do not say."""
        title, unit = super().heading(column), _SAID_BY_VALUE.sub("", self.units.get(column, ""))
        return f"{title} ({unit})" if unit and unit.lower() not in title.lower() else title

    def texts(self, column: str, values: Sequence[Any], all_values: Sequence[Any] = ()) -> list[str]:
        """Return the cells of a column as the page Query has them.

        Args:
            all_values: of further rows as well, from which the number of decimals follows.
        """
        every = all_values or values
        if column in self.names or _NAME.search(column) or not are_numbers(every):
            return self._named_texts(column, values, every)
        unit = self.units.get(column, "")
        places = statement_places(every, unit)
        return [shown_number(value, unit, places) for value in values]

    def _named_texts(self, column: str, values: Sequence[Any], every: Sequence[Any]) -> list[str]:
        """Return texts, names, days and times; a column of which every moment is midnight has days."""
        part = self.periods.get(column, "")
        if part and are_numbers(every):
            return [NOTHING if value is None else _part_text(value, part) for value in values]
        spelled = [_spelled(each) for each in every if each is not None]
        if spelled and all(_DAY.fullmatch(each) for each in spelled):
            by_name = PERIOD_NAME.search(column)
            period = self.periods.get(column) or (by_name[2] if by_name else "")
            days = [each and date.fromisoformat(_spelled(each)[:10]) for each in values]
            return [NOTHING if day is None else period_words(day, period) for day in days]
        return [self._text(column, value) for value in values]

    def _text(self, column: str, value: Any) -> str:  # noqa: ANN401 a cell
        if value is None or value == "":
            return NOTHING
        if isinstance(value, bool):
            return cell_text(value)
        text = _spelled(value)
        if _MOMENT.match(text):
            return text.replace("T", " ")
        is_code = _CODE.fullmatch(text) or text in self.codes.get(column, {})
        words = self.cell(column, text) if is_code else text
        return text if words == text else f"{words} ({text})"


def statement_places(values: Sequence[Any], unit: str) -> int:
    """Return the places that all numbers of a column have."""
    exact = [_exact(value) for value in values if value is not None]
    numbers = [each for each in exact if each.is_finite()]
    if unit in SHARES:
        rounded = (round(each * 100, _PLACES_OF_PERCENT) for each in numbers)
        return max((_decimals(each.normalize()) for each in rounded), default=0)
    if currency := currency_of(unit):
        sizes = [abs(each) for each in numbers if abs(each) >= _MIN_AMOUNT]
        least, smallest = places_of(currency), min(sizes, default=Decimal(1))
        return least if smallest >= Decimal(10) ** -least else math.ceil(-math.log10(smallest)) + 1
    most = max((_decimals(each) for each in numbers), default=0)
    needed = max((_decimals(each.normalize()) for each in numbers), default=0)
    places = max(needed, min(most, _PLACES_OF_AMOUNT))
    if places <= _MAX_PLACES or any(isinstance(value, Decimal) for value in values):
        return places
    smallest = min(abs(each) for each in numbers if each % 1)
    return min(max(_MAX_PLACES, 1 - math.floor(math.log10(smallest))), _MAX_ROUNDED_PLACES)


def shown_number(value: Any, unit: str, places: int) -> str:  # noqa: ANN401 a cell
    """Return a number with its unit and so many places; two digits where they would round it to nothing.

    >>> shown_number(0.180011172144121, "share", 2)
    '18.00 %'
    >>> shown_number(0.0000274949, "", 4), shown_number(12345, "", 0)
    ('0.000027', '12,345')
    """
    if value is None or not _exact(value).is_finite():
        return NOTHING
    if unit == SHOWN_AS_DURATION:
        return duration(_exact(value))
    exact = _exact(value) * (100 if unit in SHARES else 1)
    if unit in SHARES and exact < 100 and round(exact, _PLACES_OF_PERCENT) >= 100:  # noqa: PLR2004 percent
        return "> 99.99 %"
    if abs(exact) >= _MAX_PLACED and isinstance(value, float):
        return cell_text(value)
    least = Decimal("0.01") if unit in SHARES else Decimal(10) ** -places / 2
    if exact and abs(exact) < least:
        places = 1 - exact.adjusted()
        exact = round(exact, places).normalize()
        places = max(places - 1, _decimals(exact))
    rounded = exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    if currency := currency_of(unit):
        return amount_of(rounded, currency)
    return f"{rounded:,} %" if unit in SHARES or unit == "percent" else f"{rounded:,}"


def _exact(value: float | Decimal) -> Decimal:
    """Return a number with the digits that a person sees of it: 0.1 + 0.2 is 0.3."""
    return value if isinstance(value, Decimal) else Decimal(f"{value:.15g}")


def _decimals(number: Decimal) -> int:
    return max(0, -int(number.as_tuple().exponent))


def _part_text(number: int, part: str) -> str:
    """Return a part of a date by its number.

    >>> _part_text(1, "day_of_week"), _part_text(8, "hour"), _part_text(2010, "year")
    ('Monday', '08:00', '2010')
    """
    if part == "day_of_week":
        return calendar.day_name[(int(number) - 1) % 7]  # DuckDB numbers Sunday 0, Trino 7
    if part == "month" and number in range(1, 13):
        return calendar.month_abbr[int(number)]
    return {"hour": f"{number:02}:00", "quarter": f"Q{number}", "week": f"Week {number}"}.get(
        part, f"{number}"
    )


def _spelled(value: Any) -> str:  # noqa: ANN401 a cell
    return value.isoformat() if isinstance(value, date | datetime) else str(value)
