import datetime as dt
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.contracts.model import ColumnType, Kind
from headgate.contracts.types import arrow_type
from headgate.values.cast import cast

pytestmark = pytest.mark.unit

BIGINT, SMALLINT, DATE, TIMESTAMP, BOOLEAN, DOUBLE = (
    ColumnType(kind)
    for kind in (Kind.BIGINT, Kind.SMALLINT, Kind.DATE, Kind.TIMESTAMP, Kind.BOOLEAN, Kind.DOUBLE)
)
MONEY = ColumnType(Kind.DECIMAL, precision=12, scale=2)


def values_of(texts: list[str | None], column_type: ColumnType) -> list[object]:
    result = cast(pa.array(texts, pa.string()), column_type)
    assert result.values.type == arrow_type(column_type)
    values: list[object] = result.values.to_pylist()
    expected = [
        row for row, (text, value) in enumerate(zip(texts, values, strict=True)) if text and value is None
    ]
    assert result.misfits.tolist() == expected
    return values


def fits(text: str, column_type: ColumnType) -> bool:
    return values_of(["", None, text], column_type)[2] is not None


@given(st.lists(st.none() | st.integers(-(2**63), 2**63 - 1)))
def test_every_64_bit_integer_comes_through_exactly(numbers: list[int | None]) -> None:
    assert values_of([None if number is None else str(number) for number in numbers], BIGINT) == numbers


@pytest.mark.parametrize(
    "text",
    [
        "007",
        "-0",
        "+5",
        " 12",
        "12 ",
        "12.0",
        "12.7",
        "1e3",
        "0x10",
        "1,000",
        "1_000",
        "9223372036854775808",
        "-9223372036854775809",
        "9" * 30,
        "١٢",
        "NA",
    ],
)
def test_what_is_not_exactly_an_integer_is_a_misfit(text: str) -> None:
    assert not fits(text, BIGINT)


def test_integers_beyond_their_width_are_misfits() -> None:
    assert values_of(["32767", "32768", "-32768", "-32769"], SMALLINT) == [32767, None, -32768, None]


@given(st.lists(st.decimals(-9_999_999_999, 9_999_999_999, places=2)))
def test_every_decimal_comes_through_exactly(numbers: list[Decimal]) -> None:
    assert values_of([f"{number:f}" for number in numbers], MONEY) == numbers


@pytest.mark.parametrize(
    "text",
    [
        "12.345",
        "1E2",
        "1e-2",
        "+1.5",
        "007.5",
        ".5",
        "5.",
        "1,5",
        "1,234.50",
        " 1.5",
        "£1.50",
        "10000000000.00",
        "--1",
        "-",
        "nan",
    ],
)
def test_what_is_not_exactly_such_a_decimal_is_a_misfit(text: str) -> None:
    assert not fits(text, MONEY)


def test_trailing_zeros_of_a_decimal_carry_no_value() -> None:
    assert values_of(["12", "12.5", "12.500", "-0.00", "0.10000"], MONEY) == [
        Decimal(text) for text in ("12.00", "12.50", "12.50", "0.00", "0.10")
    ]
    assert values_of(["12.0", "12.5", "12."], ColumnType(Kind.DECIMAL, precision=4, scale=0)) == [
        Decimal(12),
        None,
        None,
    ]
    assert values_of(["0.25", "1.25"], ColumnType(Kind.DECIMAL, precision=2, scale=2)) == [
        Decimal("0.25"),
        None,
    ]
    assert values_of(["9" * 38], ColumnType(Kind.DECIMAL, precision=38, scale=0)) == [Decimal("9" * 38)]


@given(st.lists(st.dates()))
def test_every_date_comes_through(days: list[dt.date]) -> None:
    assert values_of([day.isoformat() for day in days], DATE) == days


@pytest.mark.parametrize(
    "text",
    [
        "2023-13-45",
        "2023-02-29",
        "1900-02-29",
        "2023-04-31",
        "2023-00-10",
        "2023-01-00",
        "0000-01-01",
        "13/01/2023",
        "01-02-2023",
        "2023-1-2",
        "20230102",
        "2023-01-02 ",
        "2023-01-02 00:00:00",
        "2023-12-31T19:00:00-05:00",
        "2024-01-01Z",
        "12023-01-01",
    ],
)
def test_a_day_that_is_not_in_the_calendar_or_not_iso_is_a_misfit(text: str) -> None:
    assert not fits(text, DATE)


def test_leap_days_are_days() -> None:
    assert values_of(["2024-02-29", "2023-02-29", "2000-02-29"], DATE) == [
        dt.date(2024, 2, 29),
        None,
        dt.date(2000, 2, 29),
    ]


@given(st.lists(st.datetimes()), st.sampled_from(["T", " "]))
def test_every_time_comes_through(times: list[dt.datetime], between: str) -> None:
    assert values_of([time.isoformat(sep=between) for time in times], TIMESTAMP) == times


@given(
    st.lists(
        st.tuples(
            st.datetimes(dt.datetime(2, 1, 1), dt.datetime(9998, 1, 1)),
            st.none() | st.integers(-14 * 60, 14 * 60),
        )
    )
)
def test_a_time_with_a_zone_is_moved_to_utc_and_one_without_is_utc(
    cases: list[tuple[dt.datetime, int | None]],
) -> None:
    zoned = [
        time if minutes is None else time.replace(tzinfo=dt.timezone(dt.timedelta(minutes=minutes)))
        for time, minutes in cases
    ]
    expected = [time.astimezone(dt.UTC).replace(tzinfo=None) if time.tzinfo else time for time in zoned]
    assert values_of([time.isoformat() for time in zoned], TIMESTAMP) == expected


@given(
    st.lists(
        st.tuples(
            st.datetimes(dt.datetime(2, 1, 1), dt.datetime(9998, 1, 1)).map(
                lambda time: time.replace(second=0, microsecond=0)
            ),
            st.integers(-14 * 60, 14 * 60),
            st.sampled_from(["T", " "]),
            st.sampled_from(["", " "]),
            st.booleans(),
        )
    )
)
def test_a_time_may_lack_seconds_and_its_offset_the_colon(
    cases: list[tuple[dt.datetime, int, str, str, bool]],
) -> None:
    texts, expected = [], []
    for time, minutes, between, gap, has_colon in cases:
        zoned = time.replace(tzinfo=dt.timezone(dt.timedelta(minutes=minutes)))
        text = zoned.isoformat(between, "minutes")
        offset = text[-6:] if has_colon else text[-6:].replace(":", "")
        texts += [text[:-6], text[:-6] + gap + offset]
        expected += [time, zoned.astimezone(dt.UTC).replace(tzinfo=None)]
    assert values_of(texts, TIMESTAMP) == expected


@pytest.mark.parametrize("text", ["2026-11-26T13:08Z", "2026-11-26 14:08 +0100", "2026-11-26T14:08+01:00"])
def test_a_time_in_minutes_with_an_offset_is_read(text: str) -> None:
    assert values_of([text], TIMESTAMP) == [dt.datetime(2026, 11, 26, 13, 8)]


@pytest.mark.parametrize(
    "text",
    [
        "2023-01-01",
        "2023-01-01 10",
        "2023-01-01 24:00",
        "2023-01-01 10:60",
        "2023-01-01 24:00:00",
        "2023-01-01 23:59:60",
        "2023-02-29 10:11:12",
        "2023-01-01T10:11:12.",
        "2023-01-01T10:11:12.1234567",
        "2023-01-01T10:11:12+02000",
        "2023-01-01T10:11:12  +0200",
        "2023-01-01 10:11 -02:60",
        "2023-01-01T10:11.5",
        "2023-01-01T10:11:12+15:00",
        "2023-01-01T10:11:12+1500",
        "2023-01-01T10:11:12 CET",
        "01/02/2023 10:11:12",
        "1700000000000",
        "2023-01-01t10:11:12z",
        "0001-01-01 00:00:00+01:00",
        "9999-12-31 23:59:59-01:00",
    ],
)
def test_a_time_that_is_not_exactly_iso_is_a_misfit(text: str) -> None:
    assert not fits(text, TIMESTAMP)


def test_zeros_behind_the_microseconds_carry_no_value() -> None:
    assert (
        values_of(["2023-01-01T10:11:12.120000000Z", "2023-01-01 10:11:12.12"], TIMESTAMP)
        == [dt.datetime(2023, 1, 1, 10, 11, 12, 120_000)] * 2
    )


def test_booleans_are_six_words() -> None:
    assert values_of(["true", "T", "1", "FALSE", "f", "0", "yes", "2", "tr"], BOOLEAN) == [
        True,
        True,
        True,
        False,
        False,
        False,
        None,
        None,
        None,
    ]


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False)))
def test_every_double_comes_through(numbers: list[float]) -> None:
    assert values_of([repr(number) for number in numbers], DOUBLE) == numbers


@pytest.mark.parametrize(
    "text",
    [
        "nan",
        "inf",
        "1e400",
        "1e-400",
        "12345678901234567891",
        "0.12345678901234567891",
        "0x1p3",
        "1.",
        ".5",
        "007",
    ],
)
def test_what_a_double_cannot_hold_is_a_misfit(text: str) -> None:
    assert not fits(text, DOUBLE)


@given(st.lists(st.none() | st.text()))
def test_text_is_never_touched(texts: list[str | None]) -> None:
    result = cast(pa.array(texts, pa.string()), ColumnType(Kind.STRING))
    assert result.values.to_pylist() == texts
    assert not len(result.misfits)


@given(
    st.lists(st.none() | st.text(alphabet="0123456789-+.eE:T Z")),
    st.sampled_from([BIGINT, SMALLINT, MONEY, DATE, TIMESTAMP, BOOLEAN, DOUBLE]),
)
def test_no_text_stops_a_cast(texts: list[str | None], column_type: ColumnType) -> None:
    values_of(texts, column_type)
