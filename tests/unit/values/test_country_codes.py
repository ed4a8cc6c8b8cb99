"""Countries are read in English, German and both codes of ISO 3166-1; other texts stay as they are."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa
import pytest

from headgate.contracts.country_fields import ALPHA_2, ALPHA_3, PROPERTY, country_fields
from headgate.contracts.registry import Registry
from headgate.errors import ContractError
from headgate.values.country_codes import are_countries, in_country_codes

pytestmark = pytest.mark.unit

WRITTEN = [
    "Deutschland",
    "GERMANY",
    "de",
    "DEU",
    "Österreich",
    "U.K.",
    "Großbritannien",
    "Vereinigte Staaten",
]


def test_names_and_codes_become_one_code() -> None:
    expected = ["DE", "DE", "DE", "DE", "AT", "GB", "GB", "US"]
    assert in_country_codes(pa.array(WRITTEN), ALPHA_2).to_pylist() == expected
    assert in_country_codes(pa.array(["Schweiz", "CH"]), ALPHA_3).to_pylist() == ["CHE", "CHE"]


def test_a_text_that_is_no_country_stays() -> None:
    texts = ["Filiale Süd", None, "", "France"]
    assert in_country_codes(pa.array(texts), ALPHA_2).to_pylist() == ["Filiale Süd", None, "", "FR"]


def test_a_column_is_of_countries_where_nearly_all_values_are() -> None:
    assert are_countries(pa.array([*WRITTEN, None, " "]))
    assert not are_countries(pa.array(["Nord", "Süd", "Deutschland"]))
    assert not are_countries(pa.array([None, ""]))


def test_a_contract_declares_fields_of_its_own_and_kinds_of_codes() -> None:
    orders = Registry.load().source["orders"]
    assert country_fields(orders) == {"region_id": ALPHA_2}
    for declared in ({"land": ALPHA_2}, {"region_id": "iso"}, ["region_id"]):
        with pytest.raises(ContractError, match=PROPERTY):
            country_fields(replace(orders, properties={PROPERTY: declared}))
