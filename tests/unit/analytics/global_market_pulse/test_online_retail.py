from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import ibis
import pyarrow.parquet as pq
import pytest

from headgate.analytics import global_market_pulse
from headgate.analytics.rows import rows_of
from headgate.quality.audit import audit
from headgate.sample.online_retail import import_online_retail
from headgate.sample.uci import find_source

if TYPE_CHECKING:
    import pandas as pd

    from headgate.contracts.registry import Registry

pytestmark = pytest.mark.unit

AS_OF = date(2010, 12, 9)


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, ibis.Table]:
    """What the gate lets in of Online Retail II: no exact repeats, no negative prices."""
    source = find_source()
    if not source:
        pytest.skip("Online Retail II is not here; set HEADGATE_DATA to the folder that holds it")
    folder = tmp_path_factory.mktemp("online_retail") / "raw"
    import_online_retail(source, folder, transactions=10, searches=10)
    found = {name: ibis.memtable(pq.read_table(folder / name, partitioning=None)) for name in global_market_pulse.READS}
    lines = found["order_items"]
    kept = lines.filter(lines.unit_price >= 0, lines.quantity != 0)
    unique = kept.distinct(on="order_item_id", keep="first").to_pyarrow()
    return found | {"order_items": ibis.memtable(unique)}


@pytest.fixture(scope="module")
def built(tables: dict[str, ibis.Table]) -> dict[str, pd.DataFrame]:
    return global_market_pulse.build(tables, AS_OF)


def test_every_table_of_the_real_shop_holds_its_contract(built: dict[str, pd.DataFrame], registry: Registry) -> None:
    for name, frame in built.items():
        audit(registry.prod[name], rows_of(registry.prod[name], frame.assign(as_of=AS_OF, snapshot_id="0123456789abcdef")))


def test_the_regions_revenue_is_all_the_money_of_the_lines_to_the_penny(
    built: dict[str, pd.DataFrame], tables: dict[str, ibis.Table]
) -> None:
    adjusted = tables["orders"].filter(tables["orders"].status == "adjusted").select("order_id")
    lines = tables["order_items"].anti_join(adjusted, "order_id")
    expected = (lines.quantity * lines.unit_price).sum().to_pyarrow().as_py()
    assert sum(built["regional_performance"]["revenue"]) == expected


def test_shares_of_each_month_sum_to_one(built: dict[str, pd.DataFrame]) -> None:
    shares = built["regional_performance"].groupby("month_on")["sales_share"].sum()
    assert len(shares) == 13
    assert shares.to_numpy() == pytest.approx(1.0)


def test_the_month_that_is_not_over_is_compared_with_none(built: dict[str, pd.DataFrame]) -> None:
    december = built["regional_performance"].query("month_on == @month", local_dict={"month": date(2010, 12, 1)})
    assert not december["is_complete"].any()
    assert december["monthly_growth"].isna().all()


def test_every_region_that_sold_meets_every_category(built: dict[str, pd.DataFrame]) -> None:
    found = built["market_opportunities"]
    assert len(found) == found["region_id"].nunique() * found["category"].nunique()
    assert found["rank"].tolist() == list(range(1, len(found) + 1))
