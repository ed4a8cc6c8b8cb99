"""Work over groups goes to other processes only where their start pays."""

from __future__ import annotations

import pytest

from headgate.engines.local import _parallel_pays

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("spent_s", "chunks_done", "chunks_left", "pays"),
    [
        (1.9, 1, 63, False),  # the first chunk has loaded libraries: nothing is known yet
        (2.1, 10, 20, False),  # about four seconds are left
        (2.1, 1, 63, True),  # about two minutes are left
        (30.0, 60, 4, False),  # about two seconds are left
        (6.0, 6, 10, True),  # about ten seconds are left
    ],
)
def test_other_processes_start_where_the_rest_would_take_ten_seconds(
    spent_s: float, chunks_done: int, chunks_left: int, pays: bool
) -> None:
    assert _parallel_pays(spent_s, chunks_done, chunks_left) is pays
