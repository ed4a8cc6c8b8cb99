from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pytest

from headgate.contracts.registry import Registry
from headgate.contracts.types import arrow_schema

Line = tuple[str, str, datetime, str, int, str, str]  # order, region, when, category, quantity, price, status
Shop = Callable[[Sequence[Line]], dict[str, ibis.Table]]


@pytest.fixture(scope="session")
def registry() -> Registry:
    return Registry.load()


@pytest.fixture(scope="session")
def shop(registry: Registry) -> Shop:
    """Curated tables of a shop that sold exactly the given lines; a category has one product of its name."""

    def tables(lines: Sequence[Line]) -> dict[str, ibis.Table]:
        orders = {
            line[0]: {"order_id": line[0], "region_id": line[1], "ordered_at": line[2], "status": line[6]}
            for line in lines
        }
        items = [
            {
                "order_item_id": str(number),
                "order_id": line[0],
                "product_id": line[3],
                "quantity": line[4],
                "unit_price": Decimal(line[5]),
            }
            for number, line in enumerate(lines)
        ]
        products = [{"product_id": name, "category": name} for name in sorted({line[3] for line in lines})]
        rows = {"orders": list(orders.values()), "order_items": items, "products": products}
        return {name: ibis.memtable(_table(registry, name, some)) for name, some in rows.items()}

    return tables


def _table(registry: Registry, name: str, rows: list[dict[str, Any]]) -> pa.Table:
    schema = pa.schema([field.with_nullable(nullable=True) for field in arrow_schema(registry.curated[name])])
    return pa.Table.from_pylist(rows, schema=schema)


@pytest.fixture(scope="session")
def calendar(registry: Registry) -> Callable[..., ibis.Table]:
    """A curated calendar of the given events: kind, region, category, first day, last day."""

    def table(*events: tuple[str, str | None, str | None, date, date]) -> ibis.Table:
        names = ["event_kind", "region_id", "category", "starts_on", "ends_on"]
        rows = [
            {
                "event_id": f"{number:03}",
                "event_name": f"Event {number}",
                **dict(zip(names, event, strict=True)),
            }
            for number, event in enumerate(events)
        ]
        return ibis.memtable(_table(registry, "calendar", rows))

    return table


@pytest.fixture(scope="session")
def seeded_lines() -> list[Line]:
    """Sixty weeks of a seeded shop: three regions, four categories, growth, a new level, a closed week, one
    huge order, some returns.
    """
    rng = np.random.default_rng(20100104)
    lines: list[Line] = []
    for week in range(60):
        for number in range(0 if week == 30 else rng.poisson(20 + week / 4 + (30 if week >= 32 else 0))):
            when = datetime(2009, 1, 5) + timedelta(weeks=week, hours=int(rng.integers(0, 168)))
            region = str(rng.choice(["GB", "FR", "DE"], p=[0.7, 0.2, 0.1]))
            category = str(rng.choice(["Home", "Garden", "Toys", "Party"], p=[0.5, 0.3, 0.15, 0.05]))
            order = f"{week}-{number}"
            lines.append(
                (
                    order,
                    region,
                    when,
                    category,
                    int(rng.integers(1, 9)),
                    f"{rng.integers(100, 900) / 100}",
                    "completed",
                )
            )
            if rng.random() < 0.05:
                lines.append(
                    (f"C{order}", region, when + timedelta(hours=1), category, -1, "2.50", "cancelled")
                )
    lines.append(("huge", "GB", datetime(2009, 8, 12, 12), "Home", 5000, "1.99", "completed"))
    return lines
