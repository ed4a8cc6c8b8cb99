"""Contracts of the shop declare which fields are codes of countries."""

from __future__ import annotations

from dataclasses import replace

import pytest

from headgate.contracts.country_fields import ALPHA_2, PROPERTY, country_fields
from headgate.contracts.registry import Registry
from headgate.errors import ContractError

pytestmark = pytest.mark.unit


def test_a_contract_declares_fields_of_its_own_and_kinds_of_codes() -> None:
    orders = Registry.load().source["orders"]
    assert country_fields(orders) == {"region_id": ALPHA_2}
    for declared in ({"land": ALPHA_2}, {"region_id": "iso"}, ["region_id"]):
        with pytest.raises(ContractError, match=PROPERTY):
            country_fields(replace(orders, properties={PROPERTY: declared}))
