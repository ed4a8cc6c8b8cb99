"""A value written in a declared format is read back as the same value, and a text outside the format is
refused.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from headgate.contracts.format_property import source_format, stated_format
from headgate.contracts.model import Column
from headgate.contracts.month_names import MONTHS
from headgate.contracts.types import parse_physical_type
from headgate.values.cast_declared import cast_column, without_nulls
from headgate.values.declared_spelling import in_declared_format

pytestmark = pytest.mark.unit

days = st.dates(date(1, 1, 1), date(9999, 12, 31))
DATE_PATTERNS = {
    "dd.MM.yyyy": lambda day: f"{day:%d.%m.}{day.year:04}",
    "d.M.yyyy": lambda day: f"{day.day}.{day.month}.{day.year:04}",
    "MM/dd/yyyy": lambda day: f"{day:%m/%d/}{day.year:04}",
    "M/d/yyyy": lambda day: f"{day.month}/{day.day}/{day.year:04}",
    "dd-MM-yyyy": lambda day: f"{day:%d-%m-}{day.year:04}",
    "yyyy/MM/dd": lambda day: f"{day.year:04}{day:/%m/%d}",
    "yyyyMMdd": lambda day: f"{day.year:04}{day:%m%d}",
    "yyyy'年'MM'月'dd'日'": lambda day: f"{day.year:04}年{day:%m}月{day:%d}日",
    "dd MMM yyyy": lambda day: f"{day:%d} {MONTHS['en'][1][day.month - 1]} {day.year:04}",
    "d MMMM yyyy": lambda day: f"{day.day} {MONTHS['en'][0][day.month - 1]} {day.year:04}",
}
TIME_PATTERNS = {
    "dd.MM.yyyy HH:mm:ss": lambda at: f"{at:%d.%m.}{at.year:04}{at: %H:%M:%S}",
    "MM/dd/yyyy hh:mm:ss a": lambda at: f"{at:%m/%d/}{at.year:04}{at: %I:%M:%S %p}",
    "yyyyMMddHHmmss": lambda at: f"{at.year:04}{at:%m%d%H%M%S}",
    "d.M.yyyy H:mm:ss": lambda at: f"{at.day}.{at.month}.{at.year:04} {at.hour}:{at:%M:%S}",
}


def column(physical: str, table: dict[str, Any] | None = None, **own: Any) -> Column:  # noqa: ANN401 a property's values
    """A column with this format."""
    kind = parse_physical_type(physical)
    declared = source_format(kind.kind, kind.scale or 0, stated_format(table or {}), stated_format(own))
    return Column("c", kind, format=declared)


def read(of: Column, *texts: str | None) -> list[Any]:
    """The values of the texts; `misfit` for those that are refused."""
    text = pa.array(texts, pa.string())
    found = cast_column(of, without_nulls(of, text))
    values = found.values.to_pylist()
    return ["misfit" if row in found.misfits else value for row, value in enumerate(values)]


@pytest.mark.parametrize("pattern", DATE_PATTERNS)
@settings(max_examples=25)
@given(st.lists(days, min_size=1, max_size=20))
def test_a_date_in_a_declared_pattern_is_read_back(pattern: str, values: list[date]) -> None:
    assert read(column("DATE", patterns=[pattern]), *map(DATE_PATTERNS[pattern], values)) == values


@pytest.mark.parametrize("language", MONTHS)
@pytest.mark.parametrize(("letters", "names"), [("MMMM", 0), ("MMM", 1)])
def test_month_names_of_every_language_are_read_without_case(language: str, letters: str, names: int) -> None:
    of = column("DATE", patterns=[f"d. {letters} yyyy"], language=language)
    texts = [f"3. {name.upper()} 2026" for name in MONTHS[language][names]]
    assert read(of, *texts) == [date(2026, month, 3) for month in range(1, 13)]


@settings(max_examples=25)
@given(st.dates(date(1950, 1, 1), date(2049, 12, 31)))
def test_a_year_of_two_digits_is_one_of_the_declared_hundred(day: date) -> None:
    assert read(column("DATE", patterns=["dd.MM.yy"], yearFrom=1950), f"{day:%d.%m.%y}") == [day]


@pytest.mark.parametrize("pattern", TIME_PATTERNS)
@settings(max_examples=25)
@given(st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31)))
def test_a_time_in_a_declared_pattern_is_read_back(pattern: str, value: datetime) -> None:
    value = value.replace(microsecond=0)
    assert read(column("TIMESTAMP", patterns=[pattern]), TIME_PATTERNS[pattern](value)) == [value]


@settings(max_examples=25)
@given(st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)), st.integers(1, 9))
def test_a_fraction_of_a_second_has_the_declared_digits(value: datetime, digits: int) -> None:
    shown = f"{value.microsecond:06}000"[:digits]
    kept = value.replace(microsecond=int(f"{shown:0<6}"[:6]))
    assert read(
        column("TIMESTAMP", patterns=[f"yyyy/MM/dd HH:mm:ss.{'S' * digits}"]),
        f"{value:%Y/%m/%d %H:%M:%S}.{shown}",
    ) == [kept]


def test_digits_below_a_microsecond_are_refused() -> None:
    assert read(
        column("TIMESTAMP", patterns=["yyyy/MM/dd HH:mm:ss.SSSSSSS"]), "2026/01/01 00:00:00.1234567"
    ) == ["misfit"]


@settings(max_examples=25)
@given(
    st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)),
    st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kolkata", "UTC"]),
)
def test_local_time_of_a_declared_zone_is_moved_to_utc(value: datetime, zone: str) -> None:
    value = value.replace(microsecond=0)
    local = [value.replace(tzinfo=ZoneInfo(zone), fold=fold) for fold in (0, 1)]
    assume(
        local[0].utcoffset() == local[1].utcoffset()
        and (local[0].utcoffset() or timedelta()) % timedelta(minutes=1) == timedelta()
    )
    wanted = local[0].astimezone(UTC).replace(tzinfo=None)
    assert read(
        column("TIMESTAMP", patterns=["dd.MM.yyyy HH:mm:ss"], timezone=zone), f"{value:%d.%m.%Y %H:%M:%S}"
    ) == [wanted]


def test_a_local_time_that_a_change_of_clocks_skips_or_repeats_is_refused() -> None:
    of = column("TIMESTAMP", patterns=["dd.MM.yyyy HH:mm"], timezone="Europe/Berlin")
    assert read(of, "29.03.2026 02:30", "25.10.2026 02:30", "25.10.2026 03:30") == [
        "misfit",
        "misfit",
        datetime(2026, 10, 25, 2, 30),
    ]


@pytest.mark.parametrize(("letters", "offset"), [("X", "+0530"), ("XXX", "+05:30"), ("XX", "+0530")])
def test_an_offset_in_the_text_goes_before_the_declared_zone(letters: str, offset: str) -> None:
    of = column("TIMESTAMP", patterns=[f"dd.MM.yyyy HH:mm{letters}"], timezone="Europe/Berlin")
    assert read(of, f"01.02.2026 12:00{offset}") == [datetime(2026, 2, 1, 6, 30)]


def test_a_text_that_two_patterns_read_as_different_days_is_refused() -> None:
    of = column("DATE", patterns=["dd/MM/yyyy", "MM/dd/yyyy"])
    assert read(of, "31/12/2026", "12/31/2026", "03/04/2026", "04/04/2026") == [
        date(2026, 12, 31), date(2026, 12, 31), "misfit", date(2026, 4, 4),
    ]  # fmt: skip


def test_iso_dates_are_read_beside_a_pattern() -> None:
    assert (
        read(column("DATE", patterns=["dd.MM.yyyy"]), "2026-12-31", "31.12.2026") == [date(2026, 12, 31)] * 2
    )


@pytest.mark.parametrize(
    "text",
    [
        "29.02.2026",
        "31.04.2026",
        "1.1.2026",
        "01.01.26",
        " 01.01.2026",
        "01/01/2026",
        "00.01.2026",
        "01.13.2026",
    ],
)
def test_a_text_that_is_no_day_in_the_pattern_is_refused(text: str) -> None:
    assert read(column("DATE", patterns=["dd.MM.yyyy"]), text) == ["misfit"]


def grouped(number: Decimal, decimal: str, thousands: str) -> str:
    """The number with these separators."""
    return f"{number:,f}".replace(",", "\0").replace(".", decimal).replace("\0", thousands)


amounts = st.decimals(min_value=-9_999_999_999, max_value=9_999_999_999, places=2).filter(
    lambda one: not (one.is_signed() and one == 0)
)
separators = st.sampled_from([(",", "."), (".", ","), (",", " "), (".", "'"), (",", ""), (".", "")])


@settings(max_examples=25)
@given(st.lists(amounts, min_size=1, max_size=20), separators)
def test_a_number_with_declared_separators_is_read_back(
    values: list[Decimal], signs: tuple[str, str]
) -> None:
    decimal, thousands = signs
    of = column("DECIMAL(12,2)", decimal=decimal, thousands=thousands)
    assert read(of, *(grouped(value, decimal, thousands) for value in values)) == values
    assert read(of, *(grouped(value, decimal, "") for value in values)) == values


@settings(max_examples=25)
@given(amounts, st.sampled_from(["{} €", "{}€", "€ {}", "{}\u00a0EUR", "EUR {}"]))
def test_a_currency_sign_stands_before_or_behind(value: Decimal, shape: str) -> None:
    of = column("DECIMAL(12,2)", decimal=",", thousands=".", currency=["€", "EUR"])
    assert read(of, shape.format(grouped(value, ",", "."))) == [value]


@settings(max_examples=25)
@given(st.decimals(0, 999, places=1))
def test_a_unit_behind_a_number_is_checked_and_left_out(value: Decimal) -> None:
    assert read(column("DECIMAL(9,1)", units=["kg"]), f"{value} kg", f"{value} lb") == [value, "misfit"]


@settings(max_examples=25)
@given(st.decimals(-9999, 9999, places=2).filter(lambda one: not (one.is_signed() and one == 0)))
def test_a_percentage_is_a_fraction_or_points_exactly(value: Decimal) -> None:
    text = f"{value:f} %".replace(".", ",")
    assert read(column("DECIMAL(9,4)", decimal=",", percent="fraction"), text) == [value / 100]
    assert read(column("DECIMAL(9,2)", decimal=",", percent="points"), text) == [value]


@settings(max_examples=25)
@given(st.integers(-(2**31), 2**31 - 1))
def test_an_integer_may_have_thousands(value: int) -> None:
    assert read(column("INT", decimal=",", thousands="."), grouped(Decimal(value), ",", ".")) == [value]


@pytest.mark.parametrize(
    "text",
    [
        "1.29,00",
        "12.34.567",
        "1,299.00",
        "1.299,005",
        "1299,",
        ",50",
        "01,00",
        "1 299,00",
        "gratis",
        "€",
        "€ €1",
        "1.299,00 $",
        "--1",
        "1e3",
    ],
)
def test_a_number_outside_the_format_is_refused(text: str) -> None:
    assert read(column("DECIMAL(12,2)", decimal=",", thousands=".", currency=["€"]), text) == ["misfit"]


@pytest.mark.parametrize(
    ("true", "false"), [("ja", "nein"), ("Y", "N"), ("1", "0"), ("wahr", "falsch"), ("да", "нет"), ("x", " ")]
)
def test_declared_words_are_truth_values_without_case(true: str, false: str) -> None:
    of = column("BOOLEAN", trueWords=[true], falseWords=[false])
    assert read(of, true, false, true.upper(), "true") == [True, False, True, "misfit"]


def test_null_spellings_are_null_only_where_they_are_declared() -> None:
    assert read(column("DATE"), "-") == ["misfit"]
    assert read(column("DATE", nulls=["-", "n/a"]), "-", "n/a", "N/A") == [None, None, "misfit"]
    assert read(column("TEXT", nulls=["n/a"]), "n/a", "-", "") == [None, "-", ""]


@settings(max_examples=25)
@given(st.text(max_size=20))
def test_trim_and_case_change_texts_only_where_they_are_declared(text: str) -> None:
    assert read(column("TEXT"), text) == [text]
    assert read(column("TEXT", trim=True), f" \t{text}x ") == [f" \t{text}x ".strip()]


def test_case_is_converted() -> None:
    assert read(column("TEXT", case="upper"), "abü") == ["ABÜ"]
    assert read(column("TEXT", case="lower"), "AbÜ") == ["abü"]


def test_the_table_gives_defaults_that_concern_a_type() -> None:
    table = {
        "patterns": ["dd.MM.yyyy", "dd.MM.yyyy HH:mm"],
        "decimal": ",",
        "trueWords": ["ja"],
        "falseWords": ["nein"],
        "nulls": ["-"],
    }
    assert read(column("DATE", table), "31.12.2026", "-") == [date(2026, 12, 31), None]
    assert read(column("TIMESTAMP", table), "31.12.2026 10:00") == [datetime(2026, 12, 31, 10)]
    assert read(column("DECIMAL(5,2)", table), "1,50") == [Decimal("1.50")]
    assert read(column("DECIMAL(5,2)", table, decimal="."), "1.50", "1,50") == [Decimal("1.50"), "misfit"]
    assert read(column("BOOLEAN", table), "ja") == [True]
    assert read(column("TEXT", table), "1,50", "ja") == ["1,50", "ja"]


@settings(max_examples=25)
@given(amounts, separators)
def test_a_typed_number_is_spelled_so_that_it_is_read_back(value: Decimal, signs: tuple[str, str]) -> None:
    of = column("DECIMAL(12,2)", decimal=signs[0], thousands=signs[1], currency=["€"])
    assert read(of, *in_declared_format(of, pa.array([f"{value:f}"])).to_pylist()) == [value]


def test_typed_percentages_and_truth_values_are_spelled_so_that_they_are_read_back() -> None:
    share = column("DECIMAL(9,4)", decimal=",", percent="fraction")
    assert read(share, *in_declared_format(share, pa.array(["0.195", "1"])).to_pylist()) == [
        Decimal("0.1950"),
        Decimal(1),
    ]
    flag = column("BOOLEAN", trueWords=["ja"], falseWords=["nein"])
    assert read(flag, *in_declared_format(flag, pa.array(["true", "false", None])).to_pylist()) == [
        True,
        False,
        None,
    ]


def test_a_typed_number_of_three_places_is_never_read_as_thousands() -> None:
    of = column("DECIMAL(12,2)", decimal=",", thousands=".")
    assert read(of, *in_declared_format(of, pa.array(["1.299"])).to_pylist()) == ["misfit"]


def test_slices_are_read_as_whole_arrays_are() -> None:
    of = column("DECIMAL(9,4)", decimal=",", percent="fraction")
    text = pa.array(["1 %", "2 %", "3 %"]).slice(1)
    assert cast_column(of, text).values.to_pylist() == [Decimal("0.0200"), Decimal("0.0300")]
    assert np.array_equal(cast_column(of, text).misfits, [])


def test_a_column_without_a_format_is_read_by_its_type_alone() -> None:
    assert column("DATE").format is None
    assert column("DECIMAL(5,2)", {"trueWords": ["ja"], "falseWords": ["nein"]}).format is None


@pytest.mark.parametrize(
    ("minus", "text", "value"),
    [
        ("trailing", "1.234,56-", Decimal("-1234.56")),
        ("trailing", "12,50- €", Decimal("-12.50")),
        ("trailing", "12,50 €-", Decimal("-12.50")),
        ("trailing", "€ 12,50-", Decimal("-12.50")),
        ("trailing", "12,50", Decimal("12.50")),
        ("trailing", "-12,50", Decimal("-12.50")),
        ("trailing", "-12,50-", "misfit"),
        ("trailing", "(12,50)", "misfit"),
        ("trailing", "12,50--", "misfit"),
        ("trailing", "-", "misfit"),
        ("parentheses", "(12,50)", Decimal("-12.50")),
        ("parentheses", "(€12,50)", Decimal("-12.50")),
        ("parentheses", "€ (12,50)", Decimal("-12.50")),
        ("parentheses", "(12,50) €", Decimal("-12.50")),
        ("parentheses", "-12,50", Decimal("-12.50")),
        ("parentheses", "(-12,50)", "misfit"),
        ("parentheses", "(12,50", "misfit"),
        ("parentheses", "12,50-", "misfit"),
    ],
)
def test_a_declared_minus_is_read_behind_the_number_or_as_parentheses(
    minus: str, text: str, value: object
) -> None:
    """SAP writes 1.234,56- and accounting (12.00).

    A minus in front keeps its meaning, two signs have none.
    """
    of = column("DECIMAL(12,2)", decimal=",", thousands=".", currency=["€"], minus=minus)
    assert read(of, text) == [value]
    assert read(column("DECIMAL(12,2)", decimal=","), "12,50-", "(12,50)") == ["misfit", "misfit"]
