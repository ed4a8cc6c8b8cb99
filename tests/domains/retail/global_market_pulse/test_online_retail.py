from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from headgate.domains.retail import global_market_pulse
from headgate.quality.contract_audit import audit
from headgate.systems.rows_in_file import rows_by_contract

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
            rows_by_contract(registry.prod[name], frame.assign(as_of=AS_OF, snapshot_id="0123456789abcdef")),
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


def test_opportunities_have_evidence_and_are_no_postage(built: dict[str, pd.DataFrame]) -> None:
    """Once the first was a region with two orders, the fourth was worth 1.95, and the largest was postage."""
    rows = built["market_opportunities"]
    assert rows["rank"].tolist() == list(range(1, len(rows) + 1))
    assert len(rows) > 5
    assert (rows["potential_low"] > 100).all()
    assert (rows["confidence"] > 0.9).all()
    assert not {"service", "(unknown)"} & set(rows["category"])


def test_services_of_the_real_shop_are_named_and_its_merchandise_is_kept(
    built: dict[str, pd.DataFrame],
) -> None:
    row = built["market_opportunity_quality"].set_index("metric").loc["service_articles"]
    assert {"POST", "DOT", "M", "C2", "BANK CHARGES", "AMAZONFEE"} <= set(
        row["note"][len("excluded: ") :].split(", ")
    )
    assert row["value"] < 25


def test_the_opportunities_of_june_are_tested_on_the_months_after_it(built: dict[str, pd.DataFrame]) -> None:
    row = built["market_opportunity_quality"].set_index("metric").loc["gap_closed_share"]
    assert row["period"] == "2010-06-01/2010-11-30"
    assert row["value"] > row["baseline"] == 0.0


def test_an_invoice_of_spain_that_was_billed_again_is_no_return(built: dict[str, pd.DataFrame]) -> None:
    """C531557 took £4,098.96 off, and 531561 billed the same three minutes later."""
    table = built["regional_performance"]
    (november,) = table[(table["region_id"] == "ES") & (table["month_on"] == date(2010, 11, 1))].to_dict(
        "records"
    )
    assert november["return_rate"] < 0.1
    assert november["largest_customer_id"] != 12454
    assert november["largest_order_id"] != "531561"
