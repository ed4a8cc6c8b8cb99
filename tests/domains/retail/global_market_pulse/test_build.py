from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from headgate.domains.retail import global_market_pulse
from headgate.quality.contract_audit import audit
from headgate.systems.rows_in_file import rows_by_contract

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import ibis
    import pyarrow as pa

    from headgate.contracts.registry import Registry

    Rows = list[dict[str, Any]]
    Shop = Callable[[Mapping[str, Rows]], dict[str, ibis.Table]]

pytestmark = pytest.mark.system

AS_OF = date(2010, 6, 30)


def _published(registry: Registry, name: str, frame: pd.DataFrame) -> pa.Table:
    """The rows as the runner hands them to the publisher."""
    return rows_by_contract(registry.prod[name], frame.assign(as_of=AS_OF, snapshot_id="0123456789abcdef"))


def test_every_table_holds_its_contract(shop: Shop, seeded_rows: dict[str, Rows], registry: Registry) -> None:
    built = global_market_pulse.build(shop(seeded_rows), AS_OF)
    assert set(built) == set(registry.tables_of("global-market-pulse"))
    for name, frame in built.items():
        rows = _published(registry, name, frame)
        audit(registry.prod[name], rows)
        assert rows.num_rows > 0 or name == "market_opportunities", name  # its regions buy alike


@pytest.mark.parametrize("dataset", ["orders", "order_items", "products", "regions"])
def test_a_dataset_without_rows_is_no_error(
    shop: Shop, seeded_rows: dict[str, Rows], registry: Registry, dataset: str
) -> None:
    for name, frame in global_market_pulse.build(shop(seeded_rows | {dataset: []}), AS_OF).items():
        audit(registry.prod[name], _published(registry, name, frame))


def test_less_than_two_whole_months_have_no_opportunities_yet(
    shop: Shop, seeded_rows: dict[str, Rows]
) -> None:
    built = global_market_pulse.build(shop(seeded_rows), date(2008, 2, 10))
    assert built["market_opportunities"].empty
    assert not built["regional_performance"].empty


def test_the_same_inputs_give_the_same_tables(shop: Shop, seeded_rows: dict[str, Rows]) -> None:
    shuffled = {name: rows[::-1] for name, rows in seeded_rows.items()}
    first, second = (global_market_pulse.build(shop(rows), AS_OF) for rows in (seeded_rows, shuffled))
    for name, frame in first.items():
        pd.testing.assert_frame_equal(frame, second[name])


def test_declared_services_are_no_opportunities(shop: Shop, seeded_rows: dict[str, Rows]) -> None:
    article = seeded_rows["products"][0]["product_id"]
    quality = global_market_pulse.build(shop(seeded_rows), AS_OF, {"service_articles": article})[
        "market_opportunity_quality"
    ]
    assert quality.set_index("metric").loc["service_articles", "note"] == f"excluded: {article}"
