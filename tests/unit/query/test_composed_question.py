from __future__ import annotations

from dataclasses import replace

import pytest

from headgate.contracts.model import Column, ColumnType, Kind
from headgate.contracts.registry import Registry
from headgate.query.composed_question import composed_question

pytestmark = pytest.mark.unit

DECIMAL = ColumnType(Kind.DECIMAL, precision=12, scale=2)
PRICE = Column("preco_unit", DECIMAL, label="Preço Unit.", unit="BRL")
TOTAL = Column("valor_total", DECIMAL, label="Valor Total", unit="BRL")
CONTRACT = replace(
    next(iter(Registry.load().source.values())),
    dataset="vendas",
    key=("pedido",),
    order_by=(),
    comparisons=(),
    properties={},
    columns=(
        Column("pedido", ColumnType(Kind.STRING)),
        Column("pago", ColumnType(Kind.BOOLEAN)),
        PRICE,
        TOTAL,
    ),
)


def test_the_amount_is_added_up_and_not_the_price_of_one_piece() -> None:
    composed = composed_question(CONTRACT, "curated", ())
    assert composed
    assert composed.asks.endswith("and what does “Valor Total” add up to?")
    assert "sum(valor_total)" in composed.sql


def test_a_price_alone_has_an_average() -> None:
    composed = composed_question(CONTRACT, "curated", {"valor_total"})
    assert composed
    assert composed.asks.endswith("and what is “Preço Unit.” on average?")
    assert "avg(preco_unit) AS average_preco_unit" in composed.sql
    assert "sum(" not in composed.sql
