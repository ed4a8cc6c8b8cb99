from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from headgate.domains.retail import global_market_pulse
from headgate.quality.contract_audit import audit
from headgate.systems.rows import rows_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import ibis
    import pandas as pd

    from headgate.contracts.registry import Registry

pytestmark = pytest.mark.system

AS_OF = date(2010, 12, 9)


@pytest.fixture(scope="module")
def built(online_retail: Mapping[str, ibis.Table]) -> dict[str, pd.DataFrame]:
    return global_market_pulse.build(online_retail, AS_OF)


def test_every_table_of_the_real_shop_holds_its_contract(
    built: dict[str, pd.DataFrame], registry: Registry
) -> None:
    for name, frame in built.items():
        audit(
            registry.prod[name],
            rows_of(registry.prod[name], frame.assign(as_of=AS_OF, snapshot_id="0123456789abcdef")),
        )


def test_the_regions_revenue_is_all_the_money_of_the_lines_to_the_penny(
    built: dict[str, pd.DataFrame], online_retail: Mapping[str, ibis.Table]
) -> None:
    adjusted = online_retail["orders"].filter(online_retail["orders"].status == "adjusted").select("order_id")
    lines = online_retail["order_items"].anti_join(adjusted, "order_id")
    expected = (lines.quantity * lines.unit_price).sum().to_pyarrow().as_py()
    assert sum(built["regional_performance"]["revenue"]) == expected


def test_shares_of_each_month_sum_to_one(built: dict[str, pd.DataFrame]) -> None:
    shares = built["regional_performance"].groupby("month_on")["sales_share"].sum()
    assert len(shares) == 13
    assert shares.to_numpy() == pytest.approx(1.0)


def test_the_month_that_is_not_over_is_compared_with_none(built: dict[str, pd.DataFrame]) -> None:
    december = built["regional_performance"].query(
        "month_on == @month", local_dict={"month": date(2010, 12, 1)}
    )
    assert not december["is_complete"].any()
    assert december["monthly_growth"].isna().all()


def test_every_region_that_sold_meets_every_category(built: dict[str, pd.DataFrame]) -> None:
    found = built["market_opportunities"]
    assert len(found) == found["region_id"].nunique() * found["category"].nunique()
    assert found["rank"].tolist() == list(range(1, len(found) + 1))
