"""Countries are read in English, German and both codes of ISO 3166-1; other texts stay as they are."""

from __future__ import annotations

import pyarrow as pa
import pytest

from headgate.contracts.country_fields import ALPHA_2, ALPHA_3
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
