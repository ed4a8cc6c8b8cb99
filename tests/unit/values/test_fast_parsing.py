import re

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.contracts.model import ColumnType, Kind
from headgate.values import fast_parsing as plain
from headgate.values.cast import _CASTS, cast
from headgate.values.cells import blank_to_null

pytestmark = pytest.mark.unit

TYPES = [
    ColumnType(Kind.SMALLINT),
    ColumnType(Kind.INTEGER),
    ColumnType(Kind.BIGINT),
    ColumnType(Kind.DECIMAL, precision=12, scale=2),
    ColumnType(Kind.DECIMAL, precision=38, scale=10),
    ColumnType(Kind.DECIMAL, precision=4, scale=4),
    ColumnType(Kind.DECIMAL, precision=5, scale=0),
    ColumnType(Kind.DATE),
    ColumnType(Kind.TIMESTAMP),
]
spelled = (
    st.integers().map(str)
    | st.decimals(allow_nan=False, allow_infinity=False).map(lambda number: f"{number:f}")
    | st.dates().map(str)
    | st.datetimes().map(lambda at: at.isoformat(" "))
    | st.datetimes().map(lambda at: at.isoformat("T", "seconds"))
    | st.from_regex(r"[0-2]{4}-[01][0-9]-[0-3][0-9]( [0-2][0-9]:[0-6][0-9]:[0-6][0-9])?", fullmatch=True)
    | st.text("0123456789.-+eT: \u0663", max_size=22)
)


@given(st.lists(st.none() | spelled, max_size=40), st.sampled_from(TYPES), st.integers(0, 3))
def test_the_quick_reading_gives_what_the_grammar_gives(
    texts: list[str | None], column_type: ColumnType, skipped: int
) -> None:
    text = blank_to_null(pa.array(texts, pa.string()).slice(skipped))
    slow = _CASTS[column_type.kind](text, column_type)
    quick = cast(text, column_type).values
    quick.validate(full=True)
    assert quick.equals(slow)


def test_plain_spellings_need_no_grammar() -> None:
    assert plain.integers(pa.array(["0", "-12", "999999999999999999"])).is_plain.all()
    assert plain.decimals(pa.array(["0", "-12.5", "0.05", "7.00"]), 12, 2).values.tolist() == [
        0,
        -1250,
        5,
        700,
    ]
    assert plain.days(pa.array(["1970-01-02", "2024-02-29"])).values.tolist() == [1, 19782]
    assert plain.instants(pa.array(["1970-01-01 00:00:01", "1970-01-01T00:00:02"])).values.tolist() == [
        1_000_000,
        2_000_000,
    ]


@pytest.mark.parametrize("text", ["007", "+1", "1e3", "--1", "1-", "-", "1.5", "\u0661", "1" * 19])
def test_other_than_plain_integers_are_left_to_the_grammar(text: str) -> None:
    assert not plain.integers(pa.array([text])).is_plain.any()


@pytest.mark.parametrize(
    "text", ["1.", ".5", "1..5", "1.2.3", "1.234", "01.5", "12345678901.0", "-", "-.5", "1,5"]
)
def test_other_than_plain_decimals_are_left_to_the_grammar(text: str) -> None:
    assert not plain.decimals(pa.array([text]), 12, 2).is_plain.any()


@pytest.mark.parametrize(
    "text", ["2023-02-29", "0000-01-01", "2023-13-01", "2023-00-10", "2023-01-00", "2023-04-31", "2023/01/01"]
)
def test_a_day_of_no_calendar_is_left_to_the_grammar(text: str) -> None:
    assert not plain.days(pa.array([text])).is_plain.any()
    assert not plain.instants(pa.array([f"{text} 10:00:00"])).is_plain.any()


@given(
    st.lists(st.none() | st.from_regex(r"[0-9-]{11}|[0-9]{3}-[0-9]{2}-[0-9]{4}|.{0,12}", fullmatch=True)),
    st.integers(0, 2),
)
def test_a_shape_is_digits_where_it_has_nines_and_itself_elsewhere(
    texts: list[str | None], skipped: int
) -> None:
    text = pa.array(texts, pa.string()).slice(skipped)
    wanted = [
        each is not None and re.fullmatch(r"[0-9]{3}-[0-9]{2}-[0-9]{4}", each) is not None
        for each in text.to_pylist()
    ]
    assert np.array_equal(plain.have_shape(text, "999-99-9999"), np.array(wanted, bool))


@given(st.lists(st.none() | st.text("0129a\u0663", max_size=6)), st.integers(0, 2))
def test_only_ascii_digits_are_digits(texts: list[str | None], skipped: int) -> None:
    text = pa.array(texts, pa.string()).slice(skipped)
    wanted = [
        each is not None and each.isascii() and each.isdigit() and 2 <= len(each) <= 4
        for each in text.to_pylist()
    ]
    assert np.array_equal(plain.are_digits(text, 2, 4), np.array(wanted, bool))
