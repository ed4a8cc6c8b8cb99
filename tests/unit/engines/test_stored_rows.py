"""Rows in files: whoever asks for some of them gets the rows of the frames that they were written from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from headgate.engines import write_rows
from headgate.engines.stored_rows import StoredRows, float_columns, store_frames

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.unit

LONG_ID = 2**60 + 1


def frame(first: int, after: int) -> pd.DataFrame:
    numbered = np.arange(first, after)
    return pd.DataFrame(
        {"id": numbered + LONG_ID, "name": [f"c{number}" for number in numbered], "share": numbered / 7}
    )


@pytest.fixture
def stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StoredRows:
    """25 rows that came in parts of 11, 1 and 13, in groups of 10."""
    monkeypatch.setattr(write_rows, "GROUP_ROWS", 10)
    return store_frames(iter([frame(0, 11), frame(11, 12), frame(12, 25)]), tmp_path / "rows.parquet")


def test_frames_that_came_one_after_the_other_are_one(stored: StoredRows) -> None:
    pd.testing.assert_frame_equal(stored.frame(), frame(0, 25), check_exact=True)
    assert stored.column("id").tolist() == (np.arange(25) + LONG_ID).tolist()


def test_the_same_rows_give_the_same_bytes_in_whatever_batches_they_come(tmp_path: Path) -> None:
    # So many different texts fill a dictionary, and Parquet ends a dictionary at the end of a chunk.
    rows = pa.table({"token": [f"{number:064d}" for number in range(70_000)]})
    written = []
    for first in (1, 40_000, 69_999):
        path = tmp_path / f"{first}.parquet"
        write_rows.write_batches([rows.slice(0, first), rows.slice(first)], rows.schema, path, ["token"])
        written.append(path.read_bytes())
    assert len(set(written)) == 1


def test_parts_are_groups(stored: StoredRows) -> None:
    assert [len(part) for part in stored.parts(["name"])] == [10, 10, 5]


def test_columns_of_several_files_are_numbers_one_after_the_other(stored: StoredRows) -> None:
    found = float_columns([stored, stored], ["share", "share"])
    assert found.dtype == np.float64
    assert found.tolist() == [[*(np.arange(25) / 7)] * 2] * 2
