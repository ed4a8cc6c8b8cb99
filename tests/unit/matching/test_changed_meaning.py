import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.contracts.new_column_policy import ALIASES
from headgate.matching.changed_meaning import has_another_meaning, has_other_numbers
from headgate.matching.header_names import showable
from headgate.matching.suggest_mapping import EXACT, FUZZY, THRESHOLD, match_columns
from tests.examples import examples

pytestmark = pytest.mark.unit

OTHERS = [
    ("price_usd", "price_eur"),
    ("price (USD)", "price (EUR)"),
    ("priceusd", "price_eur"),
    ("Preis $", "preis €"),
    ("Rabatt %", "rabatt €"),
    ("temp [F]", "temp [C]"),
    ("temp °F", "temp °C"),
    ("weight_lb", "weight_kg"),
    ("nitrat [µg/l]", "nitrat [mg/l]"),
    ("nitrat [mcg/l]", "nitrat [mg/l]"),
    ("nitrat [mmol/l]", "nitrat [mg/l]"),
    ("Nitrit [mg/l]", "nitrat [mg/l]"),
    ("chlorid [mg/l]", "nitrat [mg/l]"),
    ("gross amount", "net amount"),
    ("refund_amount", "order_amount"),
    ("debit_amount", "credit_amount"),
    ("temp_mean", "temp_min"),
    ("total_price", "unit_price"),
    ("amount_out", "amount_in"),
    ("deleted_at", "created_at"),
    ("created_by", "created_at"),
    ("supplier_id", "customer_id"),
    ("sales_2027", "sales_2025"),
    ("phone_2", "phone"),
    ("price_old", "price"),
]
SAME = [
    ("OrderNo", "order_id"),
    ("orderdate", "order_date"),
    ("ship date", "shipped_at"),
    ("Last Updated", "updated_at"),
    ("qty", "quantity"),
    ("bestnad", "bestand"),
    ("Kundennummer", "kundennr"),
    ("customer_email", "email"),
    ("weight_kg", "weight"),
    ("Price (EUR)", "price_eur"),
    ("nitrat mg/l", "nitrat [mg/l]"),
]


@pytest.mark.parametrize(("name", "field"), OTHERS)
def test_another_word_unit_currency_or_number_is_another_meaning(name: str, field: str) -> None:
    assert has_another_meaning(name, field)


@pytest.mark.parametrize(("name", "field"), SAME)
def test_another_spelling_of_a_name_means_the_same(name: str, field: str) -> None:
    assert not has_another_meaning(name, field)


def test_a_currency_in_a_name_is_compared_with_the_unit_that_the_contract_states() -> None:
    assert has_another_meaning("amount_usd", "amount", unit="EUR")
    assert not has_another_meaning("amount_eur", "amount", unit="EUR")


NUMBERED = [
    ("2.8.0 Rücklieferung [kWh]", "column_1_8_0_wirkenergie_kwh"),
    ("2.8.0 Lieferung [kWh]", "1.8.0 bezug [kwh]"),
    ("sales_2025", "sales_2024"),
    ("Tank 2", "Tank 1"),
    ("T2", "t_1"),
]


@pytest.mark.parametrize(("name", "field"), NUMBERED)
@pytest.mark.parametrize("required", [True, False])
def test_a_column_is_not_suggested_for_a_field_with_other_numbers(
    name: str, field: str, *, required: bool
) -> None:
    columns = (
        Column("meter", ColumnType(Kind.STRING)),
        Column(field, ColumnType(Kind.DECIMAL, precision=9, scale=3), required=required),
    )
    values = [pa.array(["a", "b", "c"]), pa.array(["1.500", "2.500", "7.125"])]
    match = match_columns(["meter", name], values, Contract("c", "readings", "source", "1", columns))
    assert [pair.field for pair in match.pairs] == ["meter"]
    assert (match.unknown, match.absent) == ((1,), (field,) if required else ())


def test_the_numbers_of_a_fields_other_names_count_and_those_of_places_do_not() -> None:
    columns = (Column("meter", ColumnType(Kind.STRING)), Column("energy", ColumnType(Kind.DOUBLE)))
    contract = Contract(
        "c", "readings", "source", "1", columns, properties={ALIASES: {"energy": ["1.8.0 Energy [kWh]"]}}
    )
    values = [pa.array(["a", "b", "c"]), pa.array(["1.5", "2.5", "7"])]

    def fields(name: str, of: Contract = contract) -> list[str]:
        return [pair.field for pair in match_columns(["meter", name], values, of).pairs]

    assert fields("2.8.0 Energy [kWh]") == ["meter"]
    assert fields("1.8.0 Energy (kWh)") == ["meter", "energy"]
    tank = Contract("c", "readings", "source", "1", (columns[0], Column("tank_1", ColumnType(Kind.DATE))))
    days = [values[0], pa.array(["2026-01-01", "2026-01-02", "2026-01-03"])]
    assert [pair.field for pair in match_columns(["meter", ""], days, tank).pairs] == ["meter", "tank_1"]
    assert [pair.field for pair in match_columns(["meter", "column_2"], days, tank).pairs][1:] == ["tank_1"]


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("1.8.0 Bezug (kWh)", "column_1_8_0_bezug_kwh"),
        ("Tank 01", "tank_1"),
        ("PM2.5 [µg/m³]", "pm25"),
        ("2025 Q1", "q1_2025"),
        ("PM2.5 (µg/m3)", "PM2.5"),
        ("phone", "phone_2"),
        ("", ""),
    ],
)
def test_names_with_the_same_numbers_or_numbers_in_one_of_them_may_be_the_same(name: str, field: str) -> None:
    assert not has_other_numbers(name, field)
    assert not has_other_numbers(field, name)


@examples(50)
@given(st.text(max_size=20))
def test_no_name_contradicts_itself(name: str) -> None:
    assert not has_another_meaning(name, name)


@pytest.mark.parametrize(("name", "field"), OTHERS)
def test_a_person_decides_about_a_column_that_says_something_else(name: str, field: str) -> None:
    contract = Contract(
        "c",
        "samples",
        "source",
        "1",
        (Column("sample", ColumnType(Kind.STRING)), Column(field, ColumnType(Kind.DOUBLE), required=True)),
    )
    values = [pa.array(["a", "b", "c"]), pa.array(["1.5", "2.5", "7"])]
    assert match_columns(["sample", name], values, contract).confidence < THRESHOLD
    assert [pair.how for pair in match_columns(["sample", field], values, contract).pairs] == [EXACT, EXACT]


def test_a_short_form_beside_certain_columns_is_still_read_without_a_person() -> None:
    columns = (
        Column("sample", ColumnType(Kind.STRING)),
        Column("quantity", ColumnType(Kind.DOUBLE), required=True),
    )
    match = match_columns(
        ["sample", "qty"],
        [pa.array(["a"]), pa.array(["1.5"])],
        Contract("c", "samples", "source", "1", columns),
    )
    assert match.confidence >= THRESHOLD
    assert match.pairs[1].how == FUZZY


@pytest.mark.parametrize(
    "name", ["nitrat [mg/l]", "sales_2027", "price (EUR)", "Rabatt %", "temp °C", "m²", "PM2.5"]
)
def test_a_name_with_a_unit_or_a_year_is_shown_in_a_mapping(name: str) -> None:
    assert showable(name)
