"""Two values of a unique column are the same if only case, blanks around them, or Unicode's form differ."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headgate.values.unique_values import normal_text, repetitions

pytestmark = pytest.mark.unit


def test_case_and_outer_blanks_do_not_tell_addresses_apart() -> None:
    values = pa.array(
        ["ann@example.com", None, " ANN@example.com", "bob@example.com", None, "ann@example.com\t"]
    )
    assert repetitions(values).tolist() == [2, 5]


def test_composed_and_decomposed_letters_are_the_same() -> None:
    assert normal_text("Jose\N{COMBINING ACUTE ACCENT}@example.com") == normal_text(
        "JOS\N{LATIN SMALL LETTER E WITH ACUTE}@example.com"
    )


@given(st.lists(st.none() | st.text(max_size=3)))
@settings(max_examples=50)
def test_every_value_stays_once(texts: list[str | None]) -> None:
    later = set(repetitions(pa.array(texts, pa.string())).tolist())
    first = [normal_text(text) for row, text in enumerate(texts) if text is not None and row not in later]
    assert len(first) == len(set(first)) == len({normal_text(text) for text in texts if text is not None})
