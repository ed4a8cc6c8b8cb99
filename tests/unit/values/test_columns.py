"""A column in Arrow: from texts or claims, and put into one piece."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from headgate.values.cells import bool_array, in_one_piece, text_array

pytestmark = pytest.mark.unit


def test_texts_and_nothing_become_a_column_of_texts() -> None:
    assert text_array(["a", None, ""]).equals(pa.array(["a", None, ""], pa.string()))


def test_claims_become_a_column_of_truths() -> None:
    assert bool_array(np.array([True, False] * 9)).to_pylist() == [True, False] * 9


@pytest.mark.parametrize(
    "column",
    [
        pa.chunked_array([["a", None], ["b"]]),
        pa.chunked_array([["a", None, "b"]]),
        pa.array(["a", None, "b"]),
        pa.chunked_array([pa.array(["a", None]).dictionary_encode(), pa.array(["b"]).dictionary_encode()]),
    ],
    ids=["chunks", "one chunk", "an array", "two dictionaries"],
)
def test_a_column_in_one_piece_has_the_same_values_and_the_same_type(
    column: pa.Array | pa.ChunkedArray,
) -> None:
    whole = in_one_piece(column)
    assert isinstance(whole, pa.Array)
    assert whole.type == column.type
    assert whole.to_pylist() == ["a", None, "b"]


def test_a_column_of_no_chunks_is_an_empty_one_of_its_type() -> None:
    whole = in_one_piece(pa.chunked_array([], pa.int64()))
    assert (whole.type, len(whole)) == (pa.int64(), 0)


def test_what_is_in_one_piece_is_not_copied() -> None:
    column = pa.chunked_array([["a", "b"]])
    assert in_one_piece(column).buffers()[2].address == column.chunk(0).buffers()[2].address
