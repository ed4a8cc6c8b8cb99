"""Units in headings: certain words, words behind certain others, signs and codes of currencies."""

import pytest

from headgate.contracts.heading_units import currency_code, heading_label, heading_unit

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("heading", "title", "unit"),
    [
        ("Gross Weight (kg)", "Gross Weight", "kg"),
        ("Distance km", "Distance", "km"),
        ("Temp °C", "Temp", "°C"),
        ("spindle_temp_c", "Spindle temp", "°C"),
        ("vibration_mm_s", "Vibration", "mm/s"),
        ("Betrag €", "Betrag", "EUR"),
        ("Freight Cost EUR", "Freight Cost", "EUR"),
        ("freight_cost_eur", "Freight cost", "EUR"),
        ("Dauer min", "Dauer", "min"),
        ("Anteil %", "Anteil", "percent"),
        ("Liter", "", "l"),
        ("kwh", "", "kWh"),
        ("km-Stand", "", "km"),
        ("Strength [MPa]", "Strength", "MPa"),
        ("Age (d)", "Age", "d"),
        ("strength_mpa", "Strength", "MPa"),
        ("Spitze kW", "Spitze", "kW"),
        ("latency_ms", "Latency", "ms"),
        ("Distance KM", "Distance", "km"),
        ("Laufzeit ms", "Laufzeit", "ms"),
        ("response_ms", "Response", "ms"),
        ("Czas (ms)", "Czas", "ms"),
        ("rüzgar (m/s)", "rüzgar", "m/s"),
        ("Cena zł", "Cena", "PLN"),
        ("Cena jedn. (zł)", "Cena jedn.", "PLN"),
        ("wind_speed_ms", "Wind speed", "m/s"),
        ("Windgeschwindigkeit ms", "Windgeschwindigkeit", "m/s"),
        ("Umsatz netto in €", "Umsatz netto", "EUR"),
        ("Prix TTC (€)", "Prix TTC", "EUR"),
        ("Prix (en €)", "Prix", "EUR"),
        ("Preis in Euro", "Preis", "EUR"),
        ("Net sales, USD", "Net sales", "USD"),
        ("Gewicht in kg", "Gewicht", "kg"),
        ("vessel_volume_l", "Vessel volume", "l"),
        ("Kosten CHF exkl. MwSt", "Kosten exkl. MwSt", "CHF"),
        ("Kosten in CHF exkl. MwSt", "Kosten exkl. MwSt", "CHF"),
        ("Kosten (CHF) exkl. MwSt", "Kosten exkl. MwSt", "CHF"),
        ("매출(KRW)", "매출", "KRW"),
        ("매출 KRW", "매출", "KRW"),
        ("売上 JPY 税込", "売上 税込", "JPY"),
        ("USD Amount", "Amount", "USD"),
        ("net_chf_excl_vat", "Net excl vat", "CHF"),
        ("Price (PEN)", "Price", "PEN"),
        ("price_eur", "Price", "EUR"),
        ("fare_gbp", "Fare", "GBP"),
        ("freight eur", "Freight", "EUR"),
        ("price_usd_total", "Price total", "USD"),
        ("amount_usd", "Amount", "USD"),
        ("rate_pct", "Rate", "percent"),
        ("fuel_surcharge_pct", "Fuel surcharge", "percent"),
        ("humidity percent", "Humidity", "percent"),
        ("weight_kg", "Weight", "kg"),
        ("temp_c", "Temp", "°C"),
        ("distance_km", "Distance", "km"),
        ("distance_m", "Distance", "m"),
        ("size_mb", "Size", "MB"),
        ("file_size_kb", "File size", "kB"),
        ("size_cm", "Size", "cm"),
        ("preis_euro", "Preis", "EUR"),
        ("fee_mxn", "Fee", "MXN"),
    ],
)
def test_a_heading_names_its_unit(heading: str, title: str, unit: str) -> None:
    assert heading_unit(heading) == (title, unit)


# In Turkish `rüzgar` is wind, whose `ms` are metres per second; `gb` is a country.
@pytest.mark.parametrize(
    "heading",
    [
        "column_l",
        "rüzgar_ms",
        "ms",
        "Group K",
        "Temp min",
        "Umsatz Bar",
        "Group A",
        "Size m",
        "sold_all",
        "max_try",
        "sales_gb",
        "visits_mad",
        "group_m",
        "percent_of_plan",
        "Preis (netto)",
        "Montant ht",
        "Taux de sucre",
        "Umsatz in Tsd. €",
        "Revenue (k€)",
        "rpm",
        "Pallets",
        "Umsatz TOP Kunden",
        "Umsatz Tsd. CHF netto",
        "",
        "EUR",
        "kr",
        "Betrag kr",
        "Height (ft)",
        "Height Ft",
        "plan_mxn",
    ],
)
def test_other_words_are_no_unit(heading: str) -> None:
    assert heading_unit(heading).unit == ""


def test_the_sign_of_one_currency_is_its_code() -> None:
    assert [currency_code(sign) for sign in ("€", "zł", "kr", "kg", "")] == ["EUR", "PLN", "", "", ""]


@pytest.mark.parametrize(
    ("heading", "unit", "label"),
    [
        ("weight_kg", "kg", "Weight (kg)"),
        ("Gewicht in kg", "g", ""),  # a person decided on another unit
        ("Preis in €", "EUR", "Preis"),
        ("Rabatt %", "share", "Rabatt %"),
        ("rate_pct", "percent", "Rate (%)"),
        ("Größe", "", "Größe"),
        ("Umsatz exkl MwSt", "", "Umsatz exkl MwSt"),
        ("unit price", "", ""),
        ("SKU", "", ""),
        ("a" * 81, "", ""),
    ],
)
def test_a_label_is_what_the_name_of_the_column_does_not_say(heading: str, unit: str, label: str) -> None:
    assert heading_label(heading, unit) == label
