from __future__ import annotations

import pytest

from headgate.contracts.additive_measures import adds_up_over_rows
from headgate.contracts.model import Column, ColumnType, Kind

pytestmark = pytest.mark.unit

DECIMAL = ColumnType(Kind.DECIMAL, precision=12, scale=2)


@pytest.mark.parametrize(
    "label",
    [
        "Preço Unit.", "Unit price", "Einzelpreis", "Stückpreis", "Prix unitaire", "Precio por unidad",
        "Prezzo unitario", "Prijs per stuk", "单价", "単価", "Sale price", "Taxa (%)", "Rating", "Temperatur",
        "Discount rate", "Order ID", "Kontostand",
    ],
)  # fmt: skip
def test_a_measure_of_one_thing_does_not_add_up(label: str) -> None:
    assert not adds_up_over_rows(Column("column_1", DECIMAL, label=label, unit="BRL"))


@pytest.mark.parametrize(
    "label",
    ["Valor Total", "Gesamtpreis", "Total price", "Line price", "Umsatz", "Montant", "Amount", "Quantity"],
)
def test_an_amount_adds_up(label: str) -> None:
    assert adds_up_over_rows(Column("column_1", DECIMAL, label=label, unit="BRL"))


@pytest.mark.parametrize(
    "unit", ["share", "percent", "°C", "BRL per kg", "BRL/kg", "days since the last order"]
)
def test_a_unit_of_a_rate_or_a_state_does_not_add_up(unit: str) -> None:
    assert not adds_up_over_rows(Column("amount", DECIMAL, unit=unit))


def test_the_word_of_the_contract_is_final() -> None:
    assert not adds_up_over_rows(Column("amount", DECIMAL, unit="BRL", adds_up=False))
