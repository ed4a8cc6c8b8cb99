"""The last day of a dataset's events."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headgate.merge.as_of import latest_on

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.unit


def test_the_last_day_of_orders_is_found(tmp_path: Path) -> None:
    at = [datetime(2026, 1, 2, 3), datetime(2026, 1, 1)]
    pq.write_table(pa.table({"ordered_at": pa.array(at, pa.timestamp("us"))}), tmp_path / "orders.parquet")
    assert latest_on("orders", tmp_path / "orders.parquet") == "2026-01-02"


@pytest.mark.parametrize("column", ["ordernumber", "ordered_at"])
def test_another_businesss_orders_record_no_day(tmp_path: Path, column: str) -> None:
    """Its columns have other names or types; the merge must not stop at them."""
    pq.write_table(pa.table({column: pa.array([1], pa.int32())}), tmp_path / "orders.parquet")
    assert latest_on("orders", tmp_path / "orders.parquet") == ""
