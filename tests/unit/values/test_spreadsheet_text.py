"""Nothing that Headgate writes as CSV runs as a formula in a spreadsheet, and numbers stay numbers."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.values.spreadsheet_text import inert, inert_column

pytestmark = pytest.mark.unit

TEXTS = st.one_of(
    st.text(),
    st.text("=+-@\t\r\n'0123456789.eE\N{FULLWIDTH EQUALS SIGN}"),
    st.integers().map(str),
    st.floats().map(str),
)


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1+1",
        "-1+1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "\N{FULLWIDTH EQUALS SIGN}1",
        "-5|cmd",
        "+",
        "-",
    ],
)
def test_a_text_that_a_spreadsheet_would_run_gets_an_apostrophe(text: str) -> None:
    assert inert(text) == f"'{text}"


@pytest.mark.parametrize("cell", ["", "a=1", "'=1", " =1", -5, 1.5, None])
def test_a_number_and_a_harmless_text_stay_as_they_are(cell: object) -> None:
    assert inert(cell) == cell


@given(st.lists(st.one_of(st.none(), TEXTS)))
def test_a_column_is_guarded_as_its_cells_are(cells: list[str | None]) -> None:
    for kind in (pa.string(), pa.large_string()):
        assert inert_column(pa.chunked_array([cells], kind)).to_pylist() == [inert(cell) for cell in cells]


def test_a_column_of_numbers_stays_as_it_is() -> None:
    numbers = pa.chunked_array([[-5, None]], pa.int64())
    assert inert_column(numbers) is numbers
