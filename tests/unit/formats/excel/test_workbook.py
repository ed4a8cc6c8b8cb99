from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.formats.excel.workbook import date_time_text, number_text

pytestmark = pytest.mark.unit

EPOCH = datetime(1899, 12, 30)


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=4))
def test_a_number_of_15_digits_comes_back_as_it_was_typed(typed: Decimal) -> None:
    stored = repr(float(typed))
    assert Decimal(number_text(stored)) == typed
    assert "E" not in number_text(stored)


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("19.989999999999998", "19.99"),
        ("0.30000000000000004", "0.30000000000000004"),
        ("121.67771234567891", "121.67771234567891"),
        ("12.0", "12"),
        ("1.5E-3", "0.0015"),
        ("123456789012345", "123456789012345"),
        ("-0", "0"),
        ("100", "100"),
        ("2.70319E+15", "2.70319E+15"),
        ("not a number", "not a number"),
        ("sNaN", "sNaN"),
        ("1E9999999", "1E9999999"),
        ("1E-999999", "0"),
    ],
)
def test_a_number_has_the_fewest_digits_that_are_exact(stored: str, shown: str) -> None:
    assert number_text(stored) == shown


@given(st.floats(-1e15, 1e15, exclude_min=True, exclude_max=True))
def test_no_float_loses_a_digit(stored: float) -> None:
    """Excel writes 17 digits, and other programs the shortest."""
    assert float(number_text(repr(stored))) == stored
    assert float(number_text(f"{stored:.17g}")) == stored


def test_a_whole_number_of_more_digits_than_a_float_keeps_is_seen_to_be_destroyed() -> None:
    assert number_text("4111111111111110") == "4.11111111111111E+15"


@pytest.mark.parametrize(
    "stored", ["4111111111111111", "-1234567890123457", "12345678901234567891", "1234567890123405000"]
)
def test_a_whole_number_of_which_the_file_has_all_digits_keeps_them(stored: str) -> None:
    """Programs that write workbooks, such as pandas, write every digit.

    Excel does so for results of formulas.
    """
    assert number_text(stored) == stored


@given(st.datetimes(min_value=datetime(1900, 3, 1), max_value=datetime(9999, 12, 31)))
def test_moments_come_back_to_the_second(at: datetime) -> None:
    whole = at.replace(microsecond=0)
    stored = repr((whole - EPOCH) / timedelta(days=1))
    midnight = whole.time() == datetime.min.time()
    assert date_time_text(stored, EPOCH) == (
        whole.date().isoformat() if midnight else whole.isoformat(sep=" ")
    )


@pytest.mark.parametrize(
    ("stored", "epoch", "shown"),
    [
        ("45292", EPOCH, "2024-01-01"),
        ("45292.5", EPOCH, "2024-01-01 12:00:00"),
        ("45292.520833333336", EPOCH, "2024-01-01 12:30:00"),
        ("0.25", EPOCH, "06:00:00"),
        ("61", EPOCH, "1900-03-01"),
        ("59", EPOCH, "59"),
        ("-1", EPOCH, "-1"),
        ("1E300", EPOCH, "1E+300"),
        ("0", datetime(1904, 1, 1), "00:00:00"),
        ("1", datetime(1904, 1, 1), "1904-01-02"),
    ],
)
def test_a_day_is_shown_where_it_is_certain(stored: str, epoch: datetime, shown: str) -> None:
    assert date_time_text(stored, epoch) == shown
