"""Searches that may be skipped because of the characters that are there."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.masking.characters import FEW_BYTES, may_hold_three_digits
from headgate.masking.digit_groups import search_form, searched
from headgate.values.cells import text_array

pytestmark = pytest.mark.unit


@given(st.text("a1 9-é", max_size=12), st.sampled_from([0, FEW_BYTES]), st.booleans())
def test_three_digits_are_seen_in_few_and_in_many_bytes(text: str, fillers: int, behind: bool) -> None:
    octets = text.encode() + b"." * fillers if behind else b"." * fillers + text.encode()
    expected = bool(re.search(r"[0-9]{3}|é", text))
    assert may_hold_three_digits(np.frombuffer(octets, np.uint8)) is expected


@given(st.text("4 1-%&#;x\uff13é", min_size=1, max_size=12))
def test_one_text_has_the_search_form_that_it_has_among_others(text: str) -> None:
    assert searched(text) == search_form(text_array([text, "%34&#49;"])).to_pylist()[0]
