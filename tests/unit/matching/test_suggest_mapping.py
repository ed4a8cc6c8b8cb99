from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.contracts.model import Contract
from headgate.contracts.registry import Registry
from headgate.errors import ContractError
from headgate.matching.suggest_mapping import (
    ALIAS,
    EXACT,
    FUZZY,
    THRESHOLD,
    VALUE,
    likeness,
    match_columns,
    match_dataset,
    share_of_odds,
)
from tests.examples import examples

pytestmark = pytest.mark.unit

SOURCE = Registry.load().source
REGIONS, PAYMENTS = SOURCE["regions"], SOURCE["payments"]
PRODUCTS = SOURCE["products"]
SPEAKS_ENGLISH = replace(PRODUCTS, properties={})  # without the other names that the shop's contract lists
CARDS = ["4111111111111111", "5555555555554444", "378282246310005"]
GOOD = {
    "payment_id": ["1", "2", "3"],
    "order_id": ["A1", "A2", "A3"],
    "method": ["card", "paypal", "card"],
    "card_number": CARDS,
    "card_cvv": ["123", "456", "7890"],
    "card_expiry": ["2026-01", "2027-12", "2025-06"],
    "amount": ["1.50", "20.00", "3.00"],
    "currency": ["GBP", "EUR", "GBP"],
    "paid_at": ["2024-01-01 10:00:00"] * 3,
    "status": ["captured", "failed", "refunded"],
    "notes": ["", "hello", "x"],
    "updated_at": ["2024-01-02 10:00:00"] * 3,
}
SAMPLES = [pa.array(texts) for texts in GOOD.values()]


def fields(names: list[str]) -> dict[str, tuple[str, str]]:
    match = match_columns(names, SAMPLES, PAYMENTS)
    return {names[pair.position]: (pair.field, pair.how) for pair in match.pairs}


def renamed(**other: str) -> list[str]:
    return [other.get(name, name) for name in GOOD]


def test_a_header_of_the_contract_is_certain_whatever_its_case_and_separators() -> None:
    match = match_columns([name.upper().replace("_", " ") for name in GOOD], SAMPLES, PAYMENTS)
    assert match.confidence == 1.0
    assert {pair.how for pair in match.pairs} == {EXACT}


def test_names_that_are_alike_are_matched_by_name() -> None:
    names = renamed(payment_id="PaymentNo", amount="amt", updated_at="Last Updated")
    match = match_columns(names, SAMPLES, PAYMENTS)
    assert fields(names)["amt"] == ("amount", FUZZY)
    assert fields(names)["PaymentNo"][0] == "payment_id"
    assert match.absent == match.unknown == ()


def test_names_without_meaning_are_matched_by_value_with_less_confidence() -> None:
    names = renamed(card_number="F7")
    assert fields(names)["F7"] == ("card_number", VALUE)
    assert match_columns(names, SAMPLES, PAYMENTS).confidence < 1.0


def test_values_alone_never_settle_a_column() -> None:
    for name in GOOD:
        match = match_columns(renamed(**{name: "F7"}), SAMPLES, PAYMENTS)
        assert all(pair.confidence < THRESHOLD for pair in match.pairs if pair.how == VALUE), name


# A supplier's headings, in a language that the contract does not speak.
SUPPLIER = {
    "Artikelnummer": [str(4711 + row) for row in range(60)],
    "Bezeichnung": [f"Citybike Größe {row}" for row in range(60)],
    "Warengruppe": ["Fahrräder"] * 60,
    "Listenpreis": [f"{12 + row}.50" for row in range(60)],
}


def suggested_for(columns: dict[str, list[str]], contract: Contract = SPEAKS_ENGLISH) -> dict[str, str]:
    match = match_columns(list(columns), [pa.array(texts) for texts in columns.values()], contract)
    return {list(columns)[pair.position]: pair.field for pair in match.pairs}


def test_a_text_is_not_suggested_for_a_field_because_every_text_fits_the_field() -> None:
    suggested = suggested_for(SUPPLIER)
    assert suggested == {"Listenpreis": "list_price"}


def test_a_column_whose_values_repeat_is_not_suggested_as_the_key() -> None:
    ids = SUPPLIER["Artikelnummer"]
    assert suggested_for({**SUPPLIER, "prod id no": ids})["prod id no"] == "product_id"
    repeating = suggested_for({**SUPPLIER, "prod id no": ["4711"] * 60})
    assert "product_id" not in repeating.values()


def test_a_column_with_the_name_of_the_key_is_the_key_whatever_its_values() -> None:
    assert suggested_for({"product_id": ["4711"] * 60}) == {"product_id": "product_id"}


@pytest.mark.parametrize(
    "header",
    [
        ("Artikelnummer", "Bezeichnung", "Warengruppe", "Listenpreis"),
        ("Référence article", "Désignation", "Catégorie", "Prix catalogue"),
        ("Code article", "Libelle", "Famille", "Prix public"),
        ("Código de artículo", "Nombre del producto", "Categoría", "Precio de lista"),
        ("Codice articolo", "Denominazione", "Categoria", "Prezzo di listino"),
        ("Artikelcode", "Artikelnaam", "Productgroep", "Adviesprijs"),
        ("Item No.", "Item Name", "Product Group", "RRP"),
    ],
)
def test_the_usual_headers_of_six_languages_are_the_shops_fields(header: tuple[str, ...]) -> None:
    columns = dict(zip(header, SUPPLIER.values(), strict=True))
    fields_of_products = ("product_id", "product_name", "category", "list_price")
    assert suggested_for(columns, PRODUCTS) == dict(zip(header, fields_of_products, strict=True))


def test_another_name_of_the_key_is_no_key_where_its_values_repeat() -> None:
    assert "product_id" not in suggested_for({**SUPPLIER, "Artikelnummer": ["4711"] * 60}, PRODUCTS).values()


DAYS_BEHIND = ["2025-03-01 00:00:00", "2025-06-30 00:00:00"] * 30
DAYS_AHEAD = ["2125-03-01 00:00:00", "2125-06-30 00:00:00"] * 30


@pytest.mark.parametrize(
    "name", ["Gültig bis", "valid_until", "Ablaufdatum", "Date d'expiration", "Caducidad", "Scadenza", "THT"]
)
def test_a_column_that_says_until_when_is_not_suggested_as_a_time_of_the_past(name: str) -> None:
    assert suggested_for({**SUPPLIER, "F7": DAYS_BEHIND})["F7"] == "updated_at"
    assert "updated_at" not in suggested_for({**SUPPLIER, name: DAYS_BEHIND}).values()


def test_a_column_of_days_to_come_is_not_suggested_as_a_time_of_the_past() -> None:
    assert "updated_at" not in suggested_for({**SUPPLIER, "F7": DAYS_AHEAD}).values()
    assert suggested_for({**SUPPLIER, "Last Update": DAYS_AHEAD})["Last Update"] == "updated_at"


def test_fields_whose_values_look_alike_share_the_confidence() -> None:
    alone = match_columns(renamed(paid_at="F7"), SAMPLES, PAYMENTS)
    both = match_columns(renamed(paid_at="F7", updated_at="F8"), SAMPLES, PAYMENTS)
    sure = {pair.field: pair.confidence for pair in alone.pairs}
    torn = {pair.field: pair.confidence for pair in both.pairs}
    assert torn["paid_at"] <= 0.6 < sure["paid_at"]


@examples(25)
@given(
    st.integers(1, 6).flatmap(
        lambda wide: st.lists(
            st.lists(st.floats(0, 1e8), min_size=wide, max_size=wide), min_size=1, max_size=6
        )
    )
)
def test_shares_of_odds_are_probabilities_and_no_row_and_no_column_has_more_than_one(
    odds: list[list[float]],
) -> None:
    shares = share_of_odds(np.array(odds))
    assert ((shares >= 0) & (shares <= 1)).all()
    assert (shares.sum(axis=0) <= 1 + 1e-9).all()
    assert (shares.sum(axis=1) <= 1 + 1e-3).all()


def test_an_alias_of_the_contract_is_nearly_certain() -> None:
    contract = replace(PAYMENTS, properties={"headgate.aliases": {"payment_id": ["Beleg-Nr"]}})
    match = match_columns(renamed(payment_id="beleg nr"), SAMPLES, contract)
    (pair,) = [pair for pair in match.pairs if pair.field == "payment_id"]
    assert (pair.how, pair.confidence) == (ALIAS, 0.99)


def test_an_alias_whose_values_do_not_fit_is_not_believed() -> None:
    contract = replace(PAYMENTS, properties={"headgate.aliases": {"payment_id": ["ref"]}})
    samples = [pa.array(["x", "y", "z"]), *SAMPLES[1:]]
    assert match_columns(renamed(payment_id="ref"), samples, contract).confidence < THRESHOLD


def test_aliases_that_are_no_lists_contradict_the_contract() -> None:
    with pytest.raises(ContractError):
        match_columns(renamed(), SAMPLES, replace(PAYMENTS, properties={"headgate.aliases": "ref"}))


def test_a_name_that_stands_there_twice_is_not_certain() -> None:
    match = match_columns([*GOOD, "amount"], [*SAMPLES, pa.array(["9", "9", "9"])], PAYMENTS)
    assert match.confidence == 0.0
    assert len(match.pairs) <= len(GOOD)


def test_a_column_that_is_no_field_or_a_field_that_is_missing_leaves_no_confidence() -> None:
    extra = match_columns([*GOOD, "colour"], [*SAMPLES, pa.array(["red", "blue", "red"])], PAYMENTS)
    assert (extra.confidence, extra.unknown) == (0.0, (12,))
    missing = match_columns(list(GOOD)[1:], SAMPLES[1:], PAYMENTS)
    assert (missing.confidence, missing.absent) == (0.0, ("payment_id",))


def test_the_dataset_is_found_by_its_columns() -> None:
    match = match_dataset(renamed(amount="amt"), SAMPLES, SOURCE)
    assert match is not None
    assert match.dataset == "payments"


def test_two_contracts_that_fit_as_well_give_no_dataset() -> None:
    twins = {"payments": PAYMENTS, "twin": replace(PAYMENTS, dataset="twin")}
    assert match_dataset(list(GOOD), SAMPLES, twins) is None
    assert match_dataset(list(GOOD), SAMPLES, {}) is None


@pytest.mark.parametrize(
    ("given_name", "field"),
    [("qty", "quantity"), ("OrderDate", "order_date"), ("cust nr", "customer_number")],
)
def test_short_forms_are_alike(given_name: str, field: str) -> None:
    assert likeness(given_name, field) > 0.9


def test_other_words_are_not_alike() -> None:
    assert likeness("status", "quantity") < 0.4


def test_of_another_tables_file_no_number_and_no_text_is_suggested_with_confidence() -> None:
    """A supplier's delivery list and the shop's products: numbers fit a price and texts fit a name, and
    nothing says more.
    """
    delivery = {
        "Artikelnummer": [f"{4711 + 13 * at:08}" for at in range(40)],
        "Bezeichnung": ["Fahrradschloß", "Sättel Gel", "Kettenöl", "E-Bike Müller"] * 10,
        "Menge": [str(at % 39 + 1) for at in range(40)],
        "Einzelpreis": ["1.299,00 €", "94,63 €", "3.273,55 €", "38,21 €"] * 10,
        "Lieferdatum": ["31.12.2026", "09.02.2026", "23.11.2026", "02.06.2026"] * 10,
        "Lagerware": ["ja", "nein"] * 20,
        "Gewicht": [f"{at / 8:.2f}" for at in range(40)],
    }
    match = match_columns(list(delivery), [pa.array(texts) for texts in delivery.values()], SPEAKS_ENGLISH)
    assert match.pairs
    assert max(pair.confidence for pair in match.pairs) < 0.5


def test_whole_numbers_under_another_name_are_no_amounts() -> None:
    """A price list has pieces in a pack beside prices with a decimal comma, and both fit a price."""
    columns = {"Bezeichnung": ["Tasse", "Kanne"] * 20, "VPE": [str(at % 60 + 1) for at in range(40)]}
    match = match_columns(list(columns), [pa.array(texts) for texts in columns.values()], SPEAKS_ENGLISH)
    assert "list_price" not in {pair.field for pair in match.pairs}
    named = {"List price": columns["VPE"]}
    match = match_columns(list(named), [pa.array(texts) for texts in named.values()], SPEAKS_ENGLISH)
    assert [pair.field for pair in match.pairs] == ["list_price"]


@examples(20)
@given(st.lists(st.sampled_from([*GOOD, "amt", "x", "", "order", "paid", "card"]), min_size=1, max_size=14))
def test_whatever_the_header_no_column_and_no_field_is_in_two_pairs(names: list[str]) -> None:
    samples = [SAMPLES[place % len(SAMPLES)] for place in range(len(names))]
    match = match_columns(names, samples, PAYMENTS)
    assert (
        len({pair.position for pair in match.pairs})
        == len({pair.field for pair in match.pairs})
        == len(match.pairs)
    )
    assert all(0 <= pair.confidence <= 1 for pair in match.pairs)


def test_the_number_of_a_customer_is_no_quantity_although_its_values_fit() -> None:
    contract = SOURCE["order_items"]
    samples = [pa.array(str(number) for number in range(2, 42))]
    fields = {
        name: {pair.field for pair in match_columns([name], samples, contract).pairs}
        for name in ("Kundennr", "Geliefert")
    }
    assert fields == {"Kundennr": set(), "Geliefert": {"quantity"}}


@pytest.mark.parametrize(("filled", "is_proposed"), [(2, False), (100, True)])
def test_a_nearly_empty_column_is_no_time_of_a_change_by_its_values(filled: int, is_proposed: bool) -> None:
    """Refunds of 2 % of the orders of a shop were proposed as the time at which each row was changed."""
    rows = 100
    items = [pa.array([f"{row}" for row in range(rows)]) for _ in range(2)]
    days = [f"2024-01-{row % 28 + 1:02} 10:00:00" if row < filled else None for row in range(rows)]
    names = ["order_item_id", "order_id", "refund_moment"]
    match = match_columns(names, [*items, pa.array(days, pa.string())], SOURCE["order_items"])
    assert ("updated_at" in {pair.field for pair in match.pairs}) is is_proposed
