"""Bars of equal width show where the values are; values that are far off share one bar at each end."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.profiling.describe import describe_values

pytestmark = pytest.mark.unit


def histogram(values: pa.Array) -> Any:  # noqa: ANN401 facts of a profile
    return describe_values(values).facts["histogram"]


def test_the_bins_are_multiples_of_a_plain_step_of_the_same_width() -> None:
    shown = histogram(pa.array([Decimal(cents) / 100 for cents in range(310, 360)], pa.decimal128(10, 2)))
    assert shown["edges"] == [
        "3.1",
        "3.15",
        "3.2",
        "3.25",
        "3.3",
        "3.35",
        "3.4",
        "3.45",
        "3.5",
        "3.55",
        "3.6",
    ]
    assert shown["shares"] == ["0.100000"] * 10
    assert (shown["below"], shown["above"]) == ("0.000000", "0.000000")


def test_values_that_are_far_off_do_not_widen_the_bins() -> None:
    shown = histogram(pa.array([*range(100), 6_707, -50_000]))
    assert shown["edges"] == [str(edge) for edge in range(0, 101, 10)]
    assert shown["below"] == shown["above"] == f"{1 / 102:.6f}"


def test_whole_numbers_have_bins_of_at_least_one() -> None:
    assert histogram(pa.array([1, 2, 2, 3, 4]))["edges"] == ["1", "2", "3", "4", "5"]


def test_a_single_value_has_no_bins() -> None:
    assert histogram(pa.array([7, 7, 7])) == {}


@given(st.lists(st.floats(allow_nan=False), min_size=1))
def test_every_value_is_in_one_bin(values: list[float]) -> None:
    facts = describe_values(pa.array(values)).facts
    if shown := facts.get("histogram"):
        shares = [*shown["shares"], shown["below"], shown["above"]]  # type: ignore[index]
        assert sum(map(float, shares)) == pytest.approx(1, abs=1e-4)
        assert len(shown["shares"]) == len(shown["edges"]) - 1 <= 12  # type: ignore[index]
