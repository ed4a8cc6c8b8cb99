import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.values.cells import compacted, null_where

pytestmark = pytest.mark.unit

words = st.lists(st.sampled_from(["a", "b", "c", "", None]))


def test_a_dictionary_keeps_what_is_used_once_and_in_the_order_of_rows() -> None:
    column = pa.DictionaryArray.from_arrays(pa.array([3, 1, None, 0, 1]), pa.array(["x", "y", "unused", "y"]))
    found = compacted(column)
    assert found.to_pylist() == ["y", "y", None, "x", "y"]
    assert found.dictionary.to_pylist() == ["y", "x"]


@given(words, words)
def test_a_dictionary_reveals_nothing_of_the_rows_it_was_cut_from(
    before: list[str | None], own: list[str | None]
) -> None:
    cut = pa.array([*before, *own], pa.string()).dictionary_encode().slice(len(before))
    alone = pa.array(own, pa.string()).dictionary_encode()
    assert compacted(cut).to_pylist() == own
    assert compacted(cut).dictionary.equals(compacted(alone).dictionary)


@given(words, st.lists(st.tuples(st.sampled_from(["a", "bb", "", None]), st.booleans())))
def test_a_slice_loses_the_rows_that_are_claimed_and_no_others(
    before: list[str | None], own: list[tuple[str | None, bool]]
) -> None:
    cut = pa.array([*before, *(text for text, _ in own)], pa.string()).slice(len(before))
    found = null_where(np.array([claimed for _, claimed in own], bool), cut)
    assert found.to_pylist() == [None if claimed else text for text, claimed in own]
