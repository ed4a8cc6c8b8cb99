"""Different values are counted exactly while they are few, and within the stated error when they are many."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from functools import reduce

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.profiling.distinct import KEPT, Distinct, hashes

pytestmark = pytest.mark.unit

VALUES = st.one_of(
    st.lists(st.none() | st.text(max_size=6)),
    st.lists(st.none() | st.integers(-(2**40), 2**40)),
    st.lists(st.none() | st.booleans()),
    st.lists(st.none() | st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1))),
    st.lists(
        st.none() | st.decimals(-1000, 1000, places=2).map(lambda number: number.quantize(Decimal("0.01")))
    ),
)


def distinct_of(batches: Iterable[pa.Array]) -> Distinct:
    return reduce(Distinct.with_values, batches, Distinct())


@given(VALUES)
def test_few_values_are_counted_exactly(values: list[object]) -> None:
    array = (
        pa.array(values, pa.decimal128(10, 2))
        if any(isinstance(value, Decimal) for value in values)
        else pa.array(values)
    )
    sketch = distinct_of([array])
    assert (sketch.count, sketch.is_exact) == (len(set(values) - {None}), True)


@given(st.lists(st.lists(st.text(max_size=3)), max_size=5))
def test_neither_the_batches_nor_their_order_matter(batches: list[list[str]]) -> None:
    arrays = [pa.array(batch, pa.string()) for batch in batches]
    whole = pa.concat_arrays([pa.array([], pa.string()), *arrays])
    forth, back = distinct_of(arrays), distinct_of(reversed(arrays))
    assert forth.smallest.tolist() == back.smallest.tolist() == distinct_of([whole]).smallest.tolist()
    merged = Distinct()
    for array in arrays:
        merged |= distinct_of([array])
    assert merged.smallest.tolist() == forth.smallest.tolist()


@pytest.mark.parametrize("many", [KEPT + 1, 50_000, 400_000])
@pytest.mark.parametrize("kind", [pa.int64(), pa.string(), pa.timestamp("us")])
def test_many_values_are_estimated_within_four_standard_errors(many: int, kind: pa.DataType) -> None:
    values = pa.array(np.arange(many) * 977)
    spelled = values.cast(kind)
    sketch = distinct_of(spelled.slice(at, 10_000) for at in range(0, many, 7_000))
    assert not sketch.is_exact
    assert abs(sketch.count / many - 1) < 4 / (KEPT - 2) ** 0.5


def test_repeats_change_nothing() -> None:
    values = pa.array([str(number) for number in range(30_000)])
    assert distinct_of([values] * 3).count == distinct_of([values]).count


def test_texts_that_differ_at_their_ends_or_in_zeros_are_different() -> None:
    texts = ["", "\0", "\0\0", "a", "a\0", "\0a", "ab", "ba", "é", "e\u0301"]
    assert len(set(hashes(pa.array(texts)).tolist())) == len(texts)


def test_a_dictionary_is_hashed_as_its_values() -> None:
    plain = pa.array(["a", "b", None, "a"])
    assert sorted(hashes(plain.dictionary_encode()).tolist()) == sorted(hashes(plain).tolist())
    assert hashes(plain.slice(1)).tolist() == hashes(pa.array(["b", "a"])).tolist()
