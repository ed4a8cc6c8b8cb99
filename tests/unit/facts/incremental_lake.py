"""A lake of orders, their items and labels, with an SQL model that runs update by key."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.contracts.registry import own_model
from headgate.query import Databases, translate
from headgate.snapshots.read_snapshots import lake_snapshot
from headgate.systems.rows_in_file import RowsInFile
from headgate.systems.sql_models import SqlModels, sql_models
from tests.unit.facts.test_part_tables import ITEMS, FactLake
from tests.unit.merge.test_merge_lake import BUCKET, ORDERS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headgate.facts.fact_store import FactStore

TABLE = "order_totals"
CONTRACT = own_model(
    Contract(
        id=f"headgate.prod.{TABLE}",
        dataset=TABLE,
        zone="prod",
        version="1.0.0",
        key=("order_id", "kind"),
        columns=(
            Column("order_id", ColumnType(Kind.STRING), required=True),
            Column("kind", ColumnType(Kind.STRING), required=True),
            Column("items", ColumnType(Kind.BIGINT), required=True),
            Column("amount", ColumnType(Kind.DECIMAL, precision=12, scale=2)),
            Column("total", ColumnType(Kind.DECIMAL, precision=12, scale=2)),
            Column("place", ColumnType(Kind.BIGINT)),
        ),
        properties={"headgate.build": {"kind": "incremental", "key": ["order_id"]}},
    )
)
SQL = """
with lines as (select i.order_id as of_order, coalesce(i.kind, 'none') as kind, i.amount from items as i)
select o.order_id, l.kind, count(*) as items, cast(sum(l.amount) as decimal(12, 2)) as amount,
       max(o.total) as total, rank() over (partition by o.order_id order by l.kind) as place
from orders as o join lines as l on l.of_order = o.order_id
group by 1, 2
"""


def models_of(
    sql: str = SQL, contract: Contract = CONTRACT, datasets: Mapping[str, Contract] | None = None
) -> SqlModels:
    types = {"amount": "decimal(12,2)", "total": "decimal(12,2)"}
    translated = partial(translate, types=types, databases=Databases("shop_curated", "shop_prod"))
    contracts = datasets or {"orders": ORDERS, "items": ITEMS}
    return sql_models({TABLE: contract}, contracts, translated, {TABLE: sql})


@dataclass
class IncrementalLake(FactLake):
    """The lake of facts, with a model."""

    sql: str = SQL
    contract: Contract = field(default_factory=lambda: CONTRACT)

    def built(self, store: FactStore) -> bytes:
        """Build the model over the newest snapshot, and return the bytes of its rows."""
        newest = lake_snapshot(self.objects, BUCKET)
        models = models_of(self.sql, self.contract, self.contracts)
        with tempfile.TemporaryDirectory() as name, self.tables(store, Path(name)) as tables:
            made = models.build(tables, newest.as_of)[TABLE]
            assert isinstance(made, RowsInFile)
            assert made.keeps_parts
            return made.path.read_bytes()


def is_equal_to_a_full_build(lake: IncrementalLake) -> bool:
    """Merge what arrived, update the table, and compare it with one that is built from all rows."""
    lake.merge()
    updated = lake.built(lake.store())
    return updated == lake.built(lake.store(is_full=True, bucket="full"))
