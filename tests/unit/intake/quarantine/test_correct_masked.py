"""Rows of a file whose original was masked are corrected whole: the values of its other columns
are not kept.
"""

from __future__ import annotations

import pytest

from headgate.contracts.registry import Registry
from headgate.errors import BadInputError
from headgate.intake.quarantine.correct_rows import corrected_csv

pytestmark = pytest.mark.unit

CONTRACT = Registry.load().source["regions"]


def test_a_single_cell_of_a_masked_original_is_refused_and_the_message_says_why() -> None:
    with pytest.raises(BadInputError, match="original of row 2 was masked or deleted"):
        corrected_csv(None, CONTRACT, {2: {"region_name": "North"}}, [2])


def test_a_row_that_is_given_with_every_column_needs_no_original() -> None:
    whole = dict.fromkeys(CONTRACT.names, "x")
    body = corrected_csv(None, CONTRACT, {2: whole}, [2])
    assert body.decode().splitlines()[1] == ",".join("x" for _ in CONTRACT.names)
