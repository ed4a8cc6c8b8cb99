from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import ibis
import numpy as np
import pyarrow as pa
import pytest

from headgate.contracts.registry import Registry
from headgate.contracts.types import arrow_schema

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Rows = list[dict[str, Any]]
    Shop = Callable[[Mapping[str, Rows]], dict[str, ibis.Table]]


@pytest.fixture(scope="session")
def registry() -> Registry:
    return Registry.load()


@pytest.fixture(scope="session")
def shop(registry: Registry) -> Shop:
    """Curated tables that hold exactly the given rows; columns that a row does not name are null."""

    def tables(rows: Mapping[str, Rows]) -> dict[str, ibis.Table]:
        names = ("orders", "order_items", "products", "regions")
        return {name: ibis.memtable(_table(registry, name, rows.get(name, []))) for name in names}

    return tables


def _table(registry: Registry, name: str, rows: Rows) -> pa.Table:
    schema = pa.schema([field.with_nullable(nullable=True) for field in arrow_schema(registry.curated[name])])
    return pa.Table.from_pylist(rows, schema=schema)


@pytest.fixture(scope="session")
def seeded_rows() -> dict[str, Rows]:
    """Thirty months of a seeded shop in four regions: a December peak, growth, returns, slow deliveries to
    one region.
    """
    rng = np.random.default_rng(20080101)
    regions = {"GB": 0.6, "FR": 0.2, "DE": 0.15, "US": 0.05}
    orders: Rows = []
    items: Rows = []
    for number in range(3000):
        day = int(rng.integers(0, 912)) if number else 0
        when = datetime(2008, 1, 1) + timedelta(days=day, hours=int(rng.integers(8, 20)))
        if when.month == 12 and number % 2:
            when -= timedelta(days=60)
        region = str(rng.choice(list(regions), p=list(regions.values())))
        delivered = when + timedelta(days=float(rng.gamma(6, 2 if region == "US" else 0.5)))
        order = {"order_id": str(number), "region_id": region, "ordered_at": when, "status": "completed"}
        orders.append(order | {"customer_id": int(rng.integers(1, 400)), "delivered_at": delivered})
        lines = int(rng.integers(1, 4))
        items += [
            _item(str(number), str(rng.choice(["Home", "Garden", "Toys"])), int(rng.integers(1, 9)), line)
            for line in range(lines)
        ]
        if rng.random() < 0.05:
            orders.append(
                order
                | {"order_id": f"C{number}", "status": "cancelled", "ordered_at": when + timedelta(days=3)}
            )
            items.append(_item(f"C{number}", "Home", -1, 0))
    reference = [
        {
            "region_id": "GB",
            "region_name": "United Kingdom",
            "continent": "EU",
            "population": 62_000_000,
            "gdp_usd": Decimal(2_500 * 10**9),
        },
        {
            "region_id": "FR",
            "region_name": "France",
            "continent": "EU",
            "population": 65_000_000,
            "gdp_usd": Decimal(2_600 * 10**9),
        },
        {
            "region_id": "DE",
            "region_name": "Germany",
            "continent": "EU",
            "population": 81_000_000,
            "gdp_usd": Decimal(3_400 * 10**9),
        },
        {"region_id": "US", "region_name": "United States", "continent": "NA", "population": 309_000_000},
    ]
    products = [{"product_id": name, "category": name} for name in ("Home", "Garden", "Toys")]
    return {"orders": orders, "order_items": items, "products": products, "regions": reference}


def _item(order: str, product: str, quantity: int, line: int) -> dict[str, Any]:
    price = Decimal("4.9500")
    return {
        "order_item_id": f"{order}-{line}",
        "order_id": order,
        "product_id": product,
        "quantity": quantity,
        "unit_price": price,
    }
