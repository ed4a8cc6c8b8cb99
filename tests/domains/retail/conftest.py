"""A real shop that the systems' tests share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
import pyarrow.parquet as pq
import pytest

from scripts.online_retail.import_shop import import_online_retail
from scripts.online_retail.uci import find_source

if TYPE_CHECKING:
    from collections.abc import Mapping

_DATASETS = ("orders", "order_items", "products", "regions")


@pytest.fixture(scope="session")
def online_retail(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, ibis.Table]:
    """Return the rows of Online Retail II that the gate accepts: no exact repeats, no negative prices."""
    source = find_source()
    if not source:
        pytest.skip("Online Retail II is not here; set HEADGATE_DATA to the folder that holds it")
    folder = tmp_path_factory.mktemp("online_retail") / "raw"
    import_online_retail(source, folder, transactions=10, searches=10)
    found = {name: ibis.memtable(pq.read_table(folder / name, partitioning=None)) for name in _DATASETS}
    lines = found["order_items"]
    kept = lines.filter(lines.unit_price >= 0, lines.quantity != 0)
    unique = kept.distinct(on="order_item_id", keep="first").to_pyarrow()
    return found | {"order_items": ibis.memtable(unique)}
