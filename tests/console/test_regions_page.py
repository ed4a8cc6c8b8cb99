"""The page Regions shows small regions beside a large one, and says once why no opportunity is listed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.console.browsers import WIDTHS
from tests.console.lakes import VIEWER

if TYPE_CHECKING:
    from tests.console.conftest import Console

pytestmark = pytest.mark.e2e
ADDRESS = "/dashboards/global-market-pulse"


@pytest.mark.parametrize("width", WIDTHS)
def test_each_of_the_largest_regions_has_a_chart_with_its_own_scale(console: Console, width: str) -> None:
    page = console.opened(ADDRESS, VIEWER, *WIDTHS[width])
    growth = page.get_by_role(
        "region",
        name="How did the revenue of the six regions with most revenue in the last complete month develop?",
    )
    expect(growth.get_by_text("each chart has a scale of its own")).to_be_visible()
    for region in ("United Kingdom", "Italy", "France"):
        expect(growth.locator("svg text").filter(has_text=region)).to_have_count(1)


def test_without_opportunities_one_panel_says_the_cause_and_what_to_do(console: Console) -> None:
    page = console.opened(ADDRESS, VIEWER)
    potential = page.get_by_role(
        "region", name="How much more could be sold in the listed opportunities, and how much at least?"
    )
    expect(potential).to_contain_text("pairs of region and category were compared with similar regions")
    expect(potential).to_contain_text("look again after the next complete month")
    expect(potential).not_to_contain_text("Plan campaigns")
    expect(potential.get_by_test_id("trust-market_opportunities")).to_contain_text(
        "not tested: nothing was listed on the earlier day"
    )
    expect(page.get_by_role("region", name="opportunit")).to_have_count(1)


def test_a_filter_by_a_series_of_sales_goes_along_to_the_page_of_regions_and_back(console: Console) -> None:
    rows = b"region_id,region_name,country_code,continent,population,gdp_usd,updated_at\n"
    rows += b"GB,United Kingdom,GB,EU,67000000,3000000000000,2024-01-01T00:00:00Z\n"
    console.lake.receive("regions/regions.csv", rows)
    page = console.opened("/dashboards/market-intelligence-hub?series=region%3DGB", VIEWER)
    page.get_by_role("link", name="Regions and opportunities", exact=True).click()
    remove = page.get_by_role("button", name="Remove: Region: United Kingdom")
    expect(remove, "the region of the series, by the name that this page filters by").to_be_visible()
    expect(page).to_have_url(re.compile(r"market-pulse\?region=United\+Kingdom$"))
    page.get_by_role("link", name="Sales forecast and trends", exact=True).click()
    back = page.get_by_role("button", name="Remove: Region and category: United Kingdom")
    expect(back, "the series of the region").to_be_visible()
    expect(page).to_have_url(re.compile(r"series=region%3DGB$"))
    back.click()
    expect(page).to_have_url(re.compile("/dashboards/market-intelligence-hub$"))


def test_the_region_of_a_series_of_sales_goes_along_to_the_customers_and_narrows_them(
    console: Console,
) -> None:
    """No table of the page of customers has a region: its filter goes through the dataset of customers."""
    first = console.lake.queries.ask("SELECT min(customer_id) AS first FROM customer_segments")[0]["first"]  # type: ignore[attr-defined]  # DuckDB's own
    names = "customer_id,email,full_name,ssn,region_id,signed_up_at,updated_at"
    rows = f"{names}\n{first},,,,GB,2024-01-01T00:00:00Z,2024-01-01T00:00:00Z\n"
    record = console.lake.receive("customers/customers.csv", rows.encode())
    assert record.accepted == 1
    everybody = console.opened("/dashboards/demand-insights-engine", VIEWER)
    spending = "What will the known customers spend in the next 90 days, and what have they spent until now?"
    whole = everybody.get_by_role("region", name=spending)
    expect(whole).to_contain_text("£")
    shown = re.findall(r"£[\d.,]+k?m?", whole.inner_text())[0]
    page = console.opened("/dashboards/market-intelligence-hub?series=region%3DGB", VIEWER)
    page.get_by_role("link", name="Customers", exact=True).click()
    expect(page.get_by_role("button", name="Remove: Region: United Kingdom")).to_be_visible()
    expect(page).to_have_url(re.compile(r"demand-insights-engine\?region=GB$"))
    expect(page.get_by_text("does not apply here").filter(has_text="Region and category")).to_have_count(0)
    narrowed = page.get_by_role("region", name=spending)
    expect(narrowed).to_contain_text("£")
    assert re.findall(r"£[\d.,]+k?m?", narrowed.inner_text())[0] != shown
