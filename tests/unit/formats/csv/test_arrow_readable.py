"""Rows with quotes out of place are read alone, and the rows between them at once: what is read
is the same.
"""

from contextlib import suppress

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.errors import UnreadableFileError
from headgate.formats.csv.arrow_readable import end_of_regular_quotes
from headgate.formats.csv.csv_rows import Form
from headgate.formats.csv.dialect import Dialect
from headgate.formats.csv.read_csv import TextTable, _read_one_by_one, read_in_turns
from tests.examples import examples

pytestmark = pytest.mark.unit

DIALECT = Dialect(Form(), ("a", "b"), 0, 2)
ROWS = [
    "1,x",
    '2,"x"',
    '3,"x, ""y"""',
    '4,"two\nlines"',
    '5,5" pipe',
    '6,"5" pipe"',
    '7,"open',
    "8",
    "9,é∑",
    '10,"é"',
    '11,""',
    "12,\\N",
    "",
    "13,x,y",
    '"',
]
texts = st.lists(st.sampled_from(ROWS), max_size=30).flatmap(
    lambda rows: st.sampled_from(["\n", "\r\n", "\r"]).flatmap(
        lambda end: st.sampled_from([end.join(rows), end.join([*rows, ""])])
    )
)


def reported(table: TextTable) -> object:
    ragged = table.ragged
    columns = [column.to_pylist() for column in table.columns]
    return (
        columns,
        table.source_rows.tolist(),
        ragged.source_rows.tolist(),
        ragged.texts,
        ragged.widths,
        table.starts.tolist(),
    )


def outcome(text: str, min_bytes: int) -> object:
    try:
        return reported(
            read_in_turns(pa.py_buffer(text.encode()), DIALECT, min_bytes)
            if min_bytes
            else _read_one_by_one(text, DIALECT)
        )
    except UnreadableFileError as error:
        return error.rule


@examples(75)
@given(texts | st.text(',"\n\rxé', max_size=40), st.integers(1, 40))
def test_reading_by_turns_reads_what_reading_row_by_row_does(text: str, min_bytes: int) -> None:
    assert outcome(text, min_bytes) == outcome(text, 0)


@given(texts)
def test_rows_are_regular_to_the_end_of_one_or_to_where_they_began(text: str) -> None:
    octets = np.frombuffer(text.encode(), np.uint8)
    stop = end_of_regular_quotes(octets, 0, 64, Form())
    assert stop in {0, len(octets)} or octets[stop - 1] == ord("\n")


def test_a_quote_out_of_place_does_not_slow_the_other_rows() -> None:
    """All but one row are within reach of Arrow, however many they are."""
    rows = [f'{row},"a, b"' for row in range(20_000)]
    text = "\n".join([*rows[:10_000], '5,5" pipe', *rows[10_000:]])
    octets = np.frombuffer(text.encode(), np.uint8)
    first = end_of_regular_quotes(octets, 0, len(octets), Form())
    assert text[first:].startswith('5,5" pipe')
    second = first + len('5,5" pipe\n')
    assert end_of_regular_quotes(octets, second, len(octets), Form()) == len(octets)
    with suppress(UnreadableFileError):
        assert read_in_turns(pa.py_buffer(text.encode()), DIALECT).columns[1].to_pylist()[10_000] == '5" pipe'
