"""Result files of Athena are read without loss, and the corrected emulator writes them as Athena does."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headgate.aws.athena.tables import read_result, to_pandas

pytestmark = [
    pytest.mark.unit,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # the emulator's own
]

TYPES = [pa.int64(), pa.string(), pa.decimal128(20, 2), pa.bool_(), pa.date32(), pa.timestamp("us")]
ROWS = st.lists(
    st.tuples(
        st.none() | st.integers(-(2**63), 2**63 - 1),
        st.none() | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")),
        st.none() | st.decimals(-(10**17), 10**17, places=2),
        st.none() | st.booleans(),
        st.none() | st.dates(),
        st.none() | st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1)),
    ),
    max_size=20,
)


@given(ROWS)
@settings(max_examples=40)
def test_every_value_comes_back(rows: list[tuple[object, ...]]) -> None:
    from scripts.emulator.ministack_athena import result_file  # noqa: PLC0415 loads the emulator

    read = read_result(result_file([["a", "b", "c", "d", "e", "f"], *rows]), TYPES)
    assert list(zip(*(column.to_pylist() for column in read.columns), strict=True)) == rows


@pytest.mark.parametrize("text", [None, "", "a\nb", "\n"])
def test_a_column_alone_keeps_its_nulls_and_empty_texts(text: str | None) -> None:
    from scripts.emulator.ministack_athena import result_file  # noqa: PLC0415 as above

    assert read_result(result_file([["only"], [text], ["x"]]), [pa.string()]).column(0).to_pylist() == [
        text,
        "x",
    ]


def test_the_emulator_writes_bytes_lists_and_rows_as_athena_does() -> None:
    from scripts.emulator.ministack_athena import result_file  # noqa: PLC0415 as above

    line = [b"\x00\xff", [1, None], {"x": Decimal("1.5"), "is_sold": True}]
    assert result_file([line]) == b'"00 ff","[1, null]","{x=1.5, is_sold=true}"\n'


def test_a_header_alone_is_no_row() -> None:
    assert read_result(b'"a"\n', [pa.date32()]).schema == pa.schema([("0", pa.date32())])


def test_a_frame_keeps_whole_numbers_decimals_and_dates_beside_nulls() -> None:
    frame = to_pandas(
        pa.table(
            {"n": pa.array([2**53 + 1, None]), "d": [Decimal("0.10"), None], "on": [date(2012, 1, 1), None]}
        )
    )
    assert (frame["n"][0], frame["d"].tolist(), frame["on"].tolist()) == (
        2**53 + 1,
        [Decimal("0.10"), None],
        [date(2012, 1, 1), None],
    )
