"""Numbers as people read them, in the form that the console has (console/src/api/format.ts)."""

import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from headgate.contracts.currency import SHARES, is_currency, places_of, sign_of
from headgate.contracts.source_format import SHOWN_AS_DURATION

_SHORT = ((Decimal(10) ** 9, "bn"), (Decimal(10) ** 6, "m"), (Decimal(10) ** 3, "k"))
_MAX_WRITTEN_OUT = Decimal(10) ** 18  # an exact Decimal has 28 digits by default
_MIN_WHOLE_AMOUNT = Decimal(10_000)  # the largest of a column without decimals, as in answer-numbers.ts
_QUARTERS = {1: 1, 4: 2, 7: 3, 10: 4}  # by their first month
NOTHING = "\N{EN DASH}"
_FIGURE = re.compile(r"(?P<whole>-?[^\d.]*[\d,]+)(\.(?P<decimals>\d+))?(?P<unit>( %)?)")


def figure(value: Any, unit: str) -> str:  # noqa: ANN401 a cell
    """Return a figure with its unit: a dash where there is none.

    Money is in whole units, and below one with two decimals; shares are in percent.

    >>> figure(Decimal("0.3"), "USD"), figure(Decimal("2837.4"), "USD")
    ('$0.30', '$2,837')
    """
    if value is None:
        return NOTHING
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return cell_text(value)
    exact = Decimal(str(value))
    return _figure(exact, unit) if exact.is_finite() else NOTHING


def _figure(exact: Decimal, unit: str) -> str:
    if unit in SHARES or unit == "percent":
        tenths = _rounded(exact * (100 if unit in SHARES else 1), "0.1")
        # An error of 12.0 % stands beside one of 9.4 %.
        is_whole = unit == "percent" and tenths.lstrip("-").replace(",", "").isdigit()
        return f"{tenths}.0 %" if is_whole else f"{tenths} %"
    if unit == SHOWN_AS_DURATION:
        return _rounded_duration(exact)
    if currency := currency_of(unit):
        return _amount(exact, currency, "0.01" if 0 < abs(exact) < 1 else "1")
    return _rounded(exact, "0.01")


def duration(exact: Decimal, places: str = "0.001") -> str:
    """Return seconds as people write a duration.

    >>> duration(Decimal(7272)), duration(Decimal("-59.25"))
    ('2:01:12', '-0:00:59.25')
    """
    size = abs(exact).quantize(Decimal(places), ROUND_HALF_UP)
    minutes, seconds = divmod(size, 60)
    whole, _, decimals = f"{seconds:f}".partition(".")
    fraction = f".{decimals.rstrip('0')}" if decimals.rstrip("0") else ""
    sign = "-" if exact < 0 < size else ""
    return f"{sign}{int(minutes) // 60:,}:{int(minutes) % 60:02}:{whole.rjust(2, '0')}{fraction}"


def _rounded_duration(exact: Decimal) -> str:
    """Return a duration without parts of a second, which say something of less than a minute only."""
    return duration(exact, "0.1" if abs(exact) < 60 else "1")  # noqa: PLR2004 seconds of a minute


def amount_in_full(value: Any, unit: str) -> str:  # noqa: ANN401 a cell
    """Return an amount with the decimals of its currency, and another figure as `figure` does."""
    currency = currency_of(unit)
    if not currency or isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return figure(value, unit)
    exact = Decimal(str(value))
    if not exact.is_finite() or abs(exact) >= _MAX_WRITTEN_OUT:
        return figure(value, unit)
    return _amount(exact, currency, str(Decimal(1).scaleb(-places_of(currency))))


def in_one_column(texts: Sequence[str], values: Sequence[Any], unit: str) -> list[str]:
    """Return the figures of a column with one number of decimals.

    Amounts have the decimals of their currency, unless all are whole, or the largest is 10,000 or more and
    none is below one; others have zeros for the decimals that they lack.

    >>> in_one_column(["54 %", "66.2 %"], [0.54, 0.662], "share")
    ['54.0 %', '66.2 %']
    >>> in_one_column(["$0.30", "$2,837"], [0.3, 2837.4], "USD")
    ['$0.30', '$2,837.40']
    >>> in_one_column(["$28,374", "$4"], [28374.2, 3.67], "USD")
    ['$28,374', '$4']
    >>> in_one_column(["$4", "$8"], [4.0, 8.0], "USD")
    ['$4', '$8']
    """
    if currency_of(unit) and _has_decimals(values):
        texts = [amount_in_full(value, unit) for value in values]
    figures = [_FIGURE.fullmatch(text) for text in texts]
    most = max((len(match["decimals"] or "") for match in figures if match), default=0)
    return [
        f"{match['whole']}.{(match['decimals'] or '').ljust(most, '0')}{match['unit']}"
        if match and most
        else text
        for text, match in zip(texts, figures, strict=True)
    ]


def _has_decimals(amounts: Sequence[Any]) -> bool:
    numbers = [Decimal(str(each)) for each in amounts if isinstance(each, int | float | Decimal)]
    sizes = [abs(each) for each in numbers if each.is_finite() and each]
    is_broken = any(each % 1 for each in sizes)
    return is_broken and not (max(sizes) >= _MIN_WHOLE_AMOUNT and min(sizes) >= 1)


def _amount(exact: Decimal, currency: str, places: str) -> str:
    return amount_of(exact.quantize(Decimal(places), ROUND_HALF_UP), currency)


def amount_of(rounded: Decimal, currency: str) -> str:
    """Return a rounded amount with the sign of its currency."""
    return f"{'-' if rounded < 0 else ''}{sign_of(currency)}{abs(rounded):,}"


def cell_text(value: Any) -> str:  # noqa: ANN401 as above
    """Return a cell of a table: whole numbers with separators, times to the second."""
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float | Decimal):
        return _rounded(Decimal(str(value)), "0.0001")
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds")
    return value.isoformat() if isinstance(value, date) else str(value)


def day_words(day: date) -> str:
    """Return a day as people write it.

    >>> day_words(date(2026, 11, 6))
    '6 Nov 2026'
    """
    return f"{day.day} {day:%b %Y}"


def period_words(day: date, period: str) -> str:
    """Return a period by its first day; another day as a day.

    >>> period_words(date(2009, 10, 1), "quarter"), period_words(date(2009, 10, 2), "quarter")
    ('Q4 2009', '2 Oct 2009')
    """
    if day.day != 1:
        return day_words(day)
    if period == "year" and day.month == 1:
        return f"{day.year}"
    if period == "quarter" and day.month in _QUARTERS:
        return f"Q{_QUARTERS[day.month]} {day.year}"
    return f"{day:%b %Y}" if period == "month" else day_words(day)


def short(value: float) -> str:
    """Return an axis label: 1.2k, 3m."""
    exact = Decimal(str(value))
    for size, name in _SHORT:
        if abs(exact) >= size:
            return f"{_rounded(exact / size, '0.1')}{name}"
    return _rounded(exact, "0.01") if abs(exact) >= 1 else f"{exact.normalize():.2g}" if exact else "0"


def axis_label(value: float, unit: str) -> str:
    """Return an axis label with the sign of its unit.

    >>> axis_label(0.4, "share"), axis_label(20_000, "orders")
    ('40 %', '20k')
    """
    if unit in SHARES or unit == "percent":
        return f"{short(float(Decimal(str(value)) * (100 if unit in SHARES else 1)))} %"
    if unit == SHOWN_AS_DURATION:
        return _rounded_duration(Decimal(str(value)))
    currency = currency_of(unit)
    return f"{'-' if value < 0 else ''}{sign_of(currency)}{short(abs(value))}" if currency else short(value)


def currency_of(unit: str) -> str:
    """Return the currency of a unit such as `USD` or `USD per period`; empty where it has none."""
    amount, _, period = unit.partition(" per ")
    return amount if is_currency(amount) and (period or amount == unit) else ""


def _rounded(exact: Decimal, places: str) -> str:
    if not exact.is_finite():
        return NOTHING
    if abs(exact) >= _MAX_WRITTEN_OUT:
        return f"{exact:.3E}"
    text = f"{exact.quantize(Decimal(places), ROUND_HALF_UP):,}"
    return text.rstrip("0").rstrip(".") if "." in text else text
