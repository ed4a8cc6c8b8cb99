import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.matching.changed_meaning import has_another_meaning
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
