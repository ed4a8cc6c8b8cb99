"""A drafted contract accepts its own sample, types only certain columns, and masks what could be
card data.
"""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import io
import json
import uuid
import zipfile
from contextlib import suppress
from decimal import Decimal
from itertools import compress
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.contracts import odcs_reader
from headgate.contracts.model import ColumnType, Content, Contract, Kind, Level, Mask, Rule
from headgate.contracts.odcs_writer import to_odcs
from headgate.contracts.registry import Registry
from headgate.contracts.source_format import SourceFormat
from headgate.drafts.column_inference import are_hexadecimal_ids
from headgate.drafts.draft_contract import draft_from_sample
from headgate.errors import BadInputError, ContractError, HeaderError, UnreadableFileError
from headgate.intake.rows.check_rows import CheckedRows, check_bytes
from headgate.lake.ports import MaskingKey
from headgate.masking.card_columns import is_issued_card
from headgate.masking.find_card_numbers import rows_with_cards
from scripts.generated_shop.shop import ShopSpec, generate
from tests.examples import examples

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.unit

SAMPLE = b"""Payment_ID,order_id,zip,region,amount,card_number,cvv,notes,paid_at,day,nothing,rate,ok
1,A1,01234,NA,10.50,4111111111111111,123,call me,2024-01-01 10:00:00,2024-01-01,,1e3,true
2,A2,12345,EU,1.5,5555-5555-5555-4444,123,,2024-01-01T10:00:00Z,2024-01-02,,0.5,False
3,A2,12345,EU,-7,,,,2024-01-03 10:00:00,2024-01-02,,2,false
"""
LETTERS = st.text(st.characters(categories=("L", "N", "P", "Zs"), exclude_characters='"'), max_size=12)


def drafted(body: bytes) -> Contract:
    return draft_from_sample(body, "payments").contract


def gated(body: bytes, contract: Contract) -> CheckedRows:
    return check_bytes(
        body, contract, MaskingKey("k", b"0" * 32), object_key="x", received_at=dt.datetime(2024, 1, 1)
    )


def csv_of(**columns: list[str]) -> bytes:
    rows = zip(*columns.values(), strict=True)
    return "\n".join([",".join(columns), *(",".join(row) for row in rows)]).encode()


def test_types_are_the_narrowest_that_lose_nothing() -> None:
    kinds = {column.name: column.type.kind for column in drafted(SAMPLE).columns}
    assert kinds == {
        "payment_id": Kind.BIGINT,
        "order_id": Kind.STRING,
        "zip": Kind.STRING,
        "region": Kind.STRING,
        "amount": Kind.DECIMAL,
        "card_number": Kind.STRING,
        "cvv": Kind.STRING,
        "notes": Kind.STRING,
        "paid_at": Kind.TIMESTAMP,
        "day": Kind.DATE,
        "nothing": Kind.STRING,
        "rate": Kind.DOUBLE,
        "ok": Kind.BOOLEAN,
    }


@pytest.mark.parametrize(
    "texts",
    [
        ["007", "8"],
        ["NA", "1"],
        ["1", "n/a"],
        ["+1", "2"],
        ["2024-02-30", "2024-01-01"],
        ["1,299"],
        ["0", "1_0"],
    ],
)
def test_what_only_looks_like_a_number_or_a_day_stays_text(texts: list[str]) -> None:
    quoted = [f'"{text}"' for text in texts]
    assert (
        drafted(csv_of(id=[str(at) for at in range(len(texts))], v=quoted)).column("v").type.kind
        is Kind.STRING
    )


@pytest.mark.parametrize("name", ["zip", "phone_number", "product_code", "sku", "account_no"])
def test_codes_stay_text_even_when_all_are_digits(name: str) -> None:
    body = csv_of(id=["1", "2"], **{name: ["12345", "67890"]})
    assert drafted(body).column(name).type.kind is Kind.STRING


def test_the_draft_lets_its_own_sample_in() -> None:
    result = gated(SAMPLE, drafted(SAMPLE))
    assert (result.counts.received, result.accepted.num_rows, dict(result.counts.reasons)) == (3, 3, {})


@pytest.mark.parametrize("is_in_lines", [False, True])
def test_columns_of_json_have_the_order_of_the_first_record_and_others_follow(is_in_lines: bool) -> None:
    records = [{"b": 1, "a": "x", "c": 3}, {"d": 9, "c": 4, "a": "y", "b": 2}, {"a": "z", "c": 4, "b": 5}]
    text = "\n".join(map(json.dumps, records)) if is_in_lines else json.dumps(records)
    assert draft_from_sample(text.encode(), "orders", strict=False).contract.names == ("b", "a", "c", "d")


def test_the_draft_is_an_odcs_document() -> None:
    contract = drafted(SAMPLE)
    assert odcs_reader.parse(json.loads(json.dumps(to_odcs(contract))), "source") == contract


@pytest.mark.parametrize(
    ("name", "value", "mask"),
    [
        ("payee", "4111111111111111", Mask.PAN),
        ("payee", "2223 0031 2200 3222", Mask.PAN),
        ("payee", "378282246310005", Mask.PAN),
        ("card_number", "1234", Mask.PAN),
        ("customer_pan", "", Mask.PAN),
        ("ccnum", "x", Mask.PAN),
        ("card_cvv", "123", Mask.CVV),
        ("security_code", "123", Mask.CVV),
        ("swipe", ";4111111111111111=26011010000", Mask.TRACK),
        ("track2", "", Mask.TRACK),
        ("Card Number", "4111111111111112", Mask.PAN),
        ("Card-Number", "", Mask.PAN),
        ("Kreditkarte", "x", Mask.PAN),
        ("Kreditkarte", "ja", Mask.FREE_TEXT),
        ("Credit Card", "MasterCard", Mask.FREE_TEXT),
        ("Kartenprüfnummer", "123", Mask.CVV),
        ("Credit Card", "x", Mask.PAN),
        ("CVV Code", "123", Mask.CVV),
        ("cvv_code", "123", Mask.CVV),
        ("Security Code", "123", Mask.CVV),
        ("Social Security Number", "x", Mask.SSN),
        ("SSN#", "x", Mask.SSN),
        ("track2_data", "x", Mask.TRACK),
        ("has_credit_card", "true", None),
        ("track", "Yesterday", None),
        ("tax", "078-05-1120", Mask.SSN),
        ("ssn", "078051120", Mask.SSN),
        ("notes", "ok", Mask.FREE_TEXT),
        ("reason", "the customer wants another colour", Mask.FREE_TEXT),
        ("company", "Acme", None),
        ("expansion", "yes", None),
        ("order_no", "1700000000123", None),
    ],
)
def test_card_like_columns_are_masked_by_name_or_by_value(name: str, value: str, mask: Mask | None) -> None:
    assert drafted(csv_of(id=["1", "2"], **{name: [value, value]})).column(name.lower()).mask is mask


def test_some_card_numbers_among_other_texts_make_free_text() -> None:
    contract = drafted(csv_of(id=["1", "2", "3"], ref=["a", "b", "4111111111111111"]))
    assert contract.column("ref").mask is Mask.FREE_TEXT


def test_numbers_of_which_some_pass_as_cards_are_reported() -> None:
    draft = draft_from_sample(csv_of(id=["1", "2", "3"], ref=["12", "14", "4111111111111111"]), "x")
    assert draft.contract.column("ref").mask is Mask.FREE_TEXT
    assert any(
        finding.column == "ref" and "has 1 value that passes as a card number: " in finding.message
        for finding in draft.findings
    )


# Numbers with a card's issuer and check digit, as one in ten of those that begin like a card has.
LIKE_CARDS = ["501853120001", "4222222222222", "30569309025904", "378282246310005"]
PUBLISHED_PHONES = [
    "501853120001",
    "+44 (0)20 7946 0958",
    "(555) 010-0199",
    "030 23125 000",
    "004930231250",
    "+1 202 555 0123",
    "0151 2345678",
    "01 23 45 67 89",
]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("phone", Content.PHONE),
        ("Phone Number", Content.PHONE),
        ("customer_mobile", Content.PHONE),
        ("Telefon", Content.PHONE),
        ("vat_id", Content.TAX_NUMBER),
        ("steuernummer", Content.TAX_NUMBER),
        ("iban", Content.BANK_ACCOUNT),
        ("bank_account", Content.BANK_ACCOUNT),
        ("tracking_number", Content.TRACKING_NUMBER),
        ("ean", Content.GTIN),
        ("GTIN 13", Content.GTIN),
        ("event_timestamp", Content.TIMESTAMP),
        ("phone_model", None),
        ("tax_rate", None),
        ("ocean", None),
        ("rating", None),
        ("order_no", None),
    ],
)
def test_columns_of_other_numbers_are_declared_so_by_their_name(name: str, content: Content | None) -> None:
    numbers = ["120000000012", "140000000014", "170000000017"]
    contract = drafted(csv_of(id=["1", "2", "3"], **{name: numbers}))
    column = next(column for column in contract.columns if column.name != "id")
    assert (column.content, column.mask) == (content, None)
    (table,) = to_odcs(contract)["schema"]  # type: ignore[misc]
    stated = {
        entry["property"]: entry["value"]
        for item in table["properties"]
        for entry in item.get("customProperties", [])
    }
    assert stated.get("headgate.content") == (content.value if content else None)


@pytest.mark.parametrize("name", ["ts", "Konto", "Jan 2026", "phone"])
def test_numbers_shorter_than_card_numbers_need_no_declaration(name: str) -> None:
    """Seconds since 1970, accounts of a ledger and numbers by month need no deployment."""
    contract = drafted(csv_of(id=["1", "2", "3"], **{name: ["1767225600", "1767229200", "1767232800"]}))
    column = next(column for column in contract.columns if column.name != "id")
    assert (column.content, column.mask) == (None, None)


@pytest.mark.parametrize(
    "name",
    ["phone", "mobile_no", "fax", "vat_id", "iban", "tracking_number", "gtin", "ean", "event_timestamp"],
)
def test_no_value_is_altered_in_a_column_named_for_other_numbers(name: str) -> None:
    values = [*LIKE_CARDS, *PUBLISHED_PHONES]
    body = csv_of(id=[str(row) for row in range(len(values))], **{name: values})
    contract = drafted(body)
    made = gated(body, contract)
    assert made.accepted[name].cast(pa.string()).to_pylist() == values
    assert made.counts.masked == {}


def test_a_column_of_card_numbers_is_masked_whatever_its_name() -> None:
    cards = [f"41111111111{row:05d}" for row in range(300)]
    valid = [card for card in cards if rows_with_cards(pa.array([card])).size]
    contract = drafted(csv_of(id=[str(row) for row in range(len(valid))], tracking_number=valid))
    assert contract.column("tracking_number").mask is Mask.PAN


def test_a_column_of_plain_ids_is_drafted_as_such_and_its_rows_are_accepted() -> None:
    """Ids are as long as card numbers, and one in ten has a right check digit.

    Of card numbers, all have it.
    """
    ids = [f"5{row * 7_919:015d}" for row in range(500)]
    body = csv_of(id=[str(row) for row in range(len(ids))], meter=ids)
    contract = drafted(body)
    assert (contract.column("meter").mask, contract.column("meter").content) == (None, Content.IDENTIFIER)
    assert gated(body, contract).accepted.num_rows == len(ids)
    assert drafted(csv_of(id=["1", "2"], meter=ids[:2])).column("meter").content is None


@pytest.mark.parametrize(
    "spelled",
    [str, lambda text: str(uuid.UUID(text)), lambda text: text + "0123abcd", lambda text: text.upper()],
)
def test_a_column_of_hexadecimal_ids_is_the_key_and_no_free_text(spelled: Callable[[str], str]) -> None:
    """As the ids of shared/data/olist, of which one in some thousands has a card number among its digits."""
    ids = [spelled(hashlib.md5(str(row).encode(), usedforsecurity=False).hexdigest()) for row in range(200)]
    ids.append(spelled("a4111111111111111bcdef0123456789"))
    body = csv_of(order_id=ids, total=["1.50"] * len(ids))
    contract = drafted(body)
    assert (contract.key, contract.column("order_id").mask) == (("order_id",), None)
    assert contract.column("order_id").content is Content.IDENTIFIER
    assert gated(body, contract).accepted.column("order_id").to_pylist() == ids


def test_other_hexadecimal_texts_are_no_ids() -> None:
    """Another length, two lengths and digits without a letter say nothing."""
    for texts in (["ab12" * 5] * 3, ["ab12" * 8, "ab12" * 10], ["1234" * 8, "abcd" * 8]):
        assert not are_hexadecimal_ids(pa.array(texts))


@pytest.mark.parametrize("share", [0.04, 0.15])
def test_ids_with_card_numbers_among_them_are_no_plain_ids(share: float) -> None:
    """A column stated to hold ids is not searched by length, so the card numbers in it would be accepted."""
    count = 1_000
    ids = [f"9{row * 7_919:015d}" for row in range(count)]
    candidates = [f"4{row * 104_729:015d}" for row in range(count * 20)]
    mixed = ids + list(compress(candidates, is_issued_card(pa.array(candidates))))[: int(count * share)]
    contract = drafted(csv_of(id=[str(row) for row in range(len(mixed))], meter=mixed))
    assert (contract.column("meter").mask, contract.column("meter").content) == (Mask.FREE_TEXT, None)
    accepted = gated(csv_of(id=[str(row) for row in range(len(mixed))], meter=mixed), contract).accepted
    assert not set(mixed[count:]) & set(accepted["meter"].to_pylist())


def test_a_card_number_is_found_among_phone_numbers() -> None:
    values = [*PUBLISHED_PHONES, "4111111111111111"]
    body = csv_of(id=[str(row) for row in range(len(values))], phone=values)
    made = gated(body, drafted(body))
    assert made.accepted["phone"].to_pylist()[-1] == "[PAN ****1111]"
    assert made.counts.masked == {"phone": 1}


def test_an_amount_that_passes_as_a_card_number_by_chance_stays_a_number() -> None:
    assert (
        drafted(csv_of(id=["1", "2", "3"], gdp=["41111111111111.11", "3.00", "4.00"])).column("gdp").type.kind
        is Kind.DECIMAL
    )


def test_no_finding_shows_a_value() -> None:
    assert "4111" not in str(draft_from_sample(SAMPLE, "payments").findings)


def test_the_key_is_what_tells_rows_apart_and_sounds_like_one() -> None:
    assert drafted(SAMPLE).key == ("payment_id",)
    assert drafted(csv_of(order_id=["1", "1", "2"], line=["1", "2", "1"], price=["1", "1", "1"])).key == (
        "order_id",
        "line",
    )


def test_without_a_key_the_draft_says_so() -> None:
    draft = draft_from_sample(csv_of(a=["1", "1"], b=["2", "2"]), "x")
    assert draft.contract.key == ()
    assert any("name a key" in finding.message for finding in draft.findings)


def test_the_newest_row_is_found_by_a_column_of_that_name() -> None:
    contract = drafted(csv_of(id=["1", "2"], updated_at=["2024-01-01 00:00:00", "2024-01-02 00:00:00"]))
    assert contract.order_by == ("updated_at",)
    assert odcs_reader.parse(to_odcs(contract), "source").order_by == ("updated_at",)


def test_few_repeated_values_become_a_rule_that_only_warns() -> None:
    body = csv_of(id=[str(at) for at in range(200)], state=["open", "shut"] * 100)
    assert Rule("valid_values", ("open", "shut"), Level.WARN) in drafted(body).column("state").rules


@pytest.mark.parametrize(
    "values",
    [
        ["Filial 01 - Pinheiros", "Filial 02 - Itajaí"],
        ["Dipirona Sódica 1g c/10", "Losartana"],
        ["Dr. Tóth-Nagy Éva", "Kovács Ágnes", "ifj. Űr Béla"],
        ["LG-20931", "LG-20932"],
    ],
    ids=["branches", "articles", "people", "serial numbers"],
)
def test_names_and_labels_with_numbers_are_no_list_of_valid_values(values: list[str]) -> None:
    texts = [values[at % len(values)] for at in range(200)]
    body = csv_of(id=[str(at) for at in range(200)], thing=texts, state=["open", "shut"] * 100)
    assert "valid_values" not in [rule.name for rule in drafted(body).column("thing").rules]


def test_a_value_that_occurs_once_shows_that_there_are_others() -> None:
    body = csv_of(id=[str(at) for at in range(200)], state=["open", "shut"] * 99 + ["open", "lost"])
    assert "valid_values" not in [rule.name for rule in drafted(body).column("state").rules]


@pytest.mark.parametrize("name", ["kunde", "full_name", "plz", "zip", "phone"])
def test_people_and_codes_are_no_list_of_valid_values(name: str) -> None:
    body = csv_of(id=[str(at) for at in range(200)], **{name: ["01067", "01099"] * 100})
    assert "valid_values" not in [rule.name for rule in drafted(body).column(name).rules]


def test_a_draft_keeps_new_columns_unless_it_masks_card_data() -> None:
    plain, cards = (
        drafted(csv_of(id=["1", "2"], item=["a", "b"])),
        drafted(csv_of(id=["1", "2"], cvv=["917", "918"])),
    )
    assert plain.properties["headgate.newColumns"] == "keep_as_text"
    assert "headgate.newColumns" not in cards.properties


def test_a_few_bad_cells_keep_a_column_text_and_are_reported() -> None:
    draft = draft_from_sample(
        csv_of(id=[str(at) for at in range(100)], day=["2024-01-01"] * 99 + ["soon"]), "x"
    )
    assert draft.contract.column("day").type.kind is Kind.STRING
    assert any("because 1 value is no date" in finding.message for finding in draft.findings)


def test_parquet_is_drafted_as_csv_is() -> None:
    out = io.BytesIO()
    pq.write_table(pa.table({"id": [1, 2], "price": [1.5, 2.25], "note": ["a", None]}), out)
    kinds = {column.name: (column.type.kind, column.required) for column in drafted(out.getvalue()).columns}
    assert kinds == {"id": (Kind.BIGINT, True), "price": (Kind.DECIMAL, True), "note": (Kind.STRING, False)}


def parquet_of(**columns: pa.Array) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out)
    return out.getvalue()


NUMBERS = st.integers(0, 10**6)
STORED = {
    pa.float32(): st.floats(0, 2.0**40, width=32),  # longer ones may be card numbers
    pa.float64(): st.floats(0, 2.0**40),
    pa.decimal128(20, 12): st.decimals(0, 10**6, places=12),
    pa.decimal256(50, 2): st.decimals(0, 10**6, places=2),
    pa.bool_(): st.booleans(),
    pa.date32(): NUMBERS,
    pa.uint64(): NUMBERS,
    pa.timestamp("us", "UTC"): NUMBERS,
}


@examples(15)
@given(st.data(), st.sampled_from(list(STORED)), st.sampled_from(["value", "zip", "notes"]))
def test_a_draft_from_parquet_accepts_its_sample_whatever_its_columns_are_stored_as(
    data: st.DataObject, stored: pa.DataType, name: str
) -> None:
    values = data.draw(st.lists(st.none() | STORED[stored], min_size=1, max_size=5))
    body = parquet_of(**{"id": pa.array(range(len(values))), name: pa.array(values, stored)})
    assert gated(body, drafted(body)).counts.quarantined == 0


def test_amounts_that_are_stored_with_many_decimals_stay_exact() -> None:
    """Spark writes a computed price as DECIMAL(38,18)."""
    amounts = pa.array([Decimal("12345678901234567.10"), Decimal("0.01"), None], pa.decimal128(38, 18))
    body = parquet_of(id=pa.array(range(3)), amount=amounts)
    assert drafted(body).column("amount").type == ColumnType(Kind.DECIMAL, precision=38, scale=18)
    assert gated(body, drafted(body)).accepted["amount"].to_pylist() == amounts.to_pylist()


def test_a_file_that_has_the_last_four_digits_itself_keeps_them_beside_those_of_the_masked_number() -> None:
    body = (
        b"id,card_number,card_last4,ssn,ssn_last4\n1,4111111111111111,1111,219-09-9999,9999\n"
        b"2,5555555555554444,4444,,\n"
    )
    own = gated(body, odcs_reader.parse(to_odcs(drafted(body)), "source"))
    assert own.counts.quarantined == 0
    rows = [
        {name: row[name] for name in ("card_last4", "card_number_masked_last4", "ssn_last4")}
        for row in own.accepted.to_pylist()
    ]
    assert rows[0] == {"card_last4": "1111", "card_number_masked_last4": "1111", "ssn_last4": "9999"}


@pytest.mark.parametrize("cell", ["cvv 123", "219-09-9999", "ssn 219099999", "4111111111111111"])
def test_a_few_cells_with_what_is_masked_make_free_text(cell: str) -> None:
    body = csv_of(id=[str(at) for at in range(9)], word=["a"] * 8 + [cell])
    assert drafted(body).column("word").mask is Mask.FREE_TEXT
    assert gated(body, drafted(body)).counts.quarantined == 0


def test_card_numbers_that_are_stored_as_floats_are_masked() -> None:
    body = parquet_of(id=pa.array(range(3)), account=pa.array([4111111111111111.0, 5555555555554444.0, None]))
    contract = drafted(body)
    assert contract.column("account").mask is Mask.PAN
    assert gated(body, contract).counts.quarantined == 0


@pytest.mark.parametrize(
    "stored",
    [
        pa.decimal128(16, 0),
        pa.decimal128(19, 0),
        pa.decimal128(38, 0),
        pa.decimal256(50, 0),
        pa.decimal128(20, 2),
    ],
)
def test_card_numbers_that_are_stored_as_decimals_are_masked(stored: pa.DataType) -> None:
    numbers = [Decimal(4111111111111111), Decimal(5555555555554444), None]
    for name in ("account", "card_number"):
        body = parquet_of(**{"id": pa.array(range(3)), name: pa.array(numbers, stored)})
        contract = drafted(body)
        assert contract.column(name).mask is Mask.PAN
        own = gated(body, contract)
        assert own.counts.quarantined == 0
        last4 = next(column for column in own.accepted.column_names if column.endswith("last4"))
        assert own.accepted.column(last4).to_pylist() == ["1111", "4444", None]


@pytest.mark.parametrize(("name", "value"), [("cvv", 123), ("ssn", 219099999)])
def test_other_secrets_that_are_stored_as_decimals_are_masked(name: str, value: int) -> None:
    body = parquet_of(
        **{"id": pa.array(range(2)), name: pa.array([Decimal(value), None], pa.decimal128(10, 0))}
    )
    assert drafted(body).column(name).mask in {Mask.CVV, Mask.SSN}
    assert gated(body, drafted(body)).counts.quarantined == 0


@pytest.mark.parametrize("name", ["4111111111111111", "4111 1111 1111 1111", "219-09-9999"])
def test_a_column_that_is_named_with_a_number_is_reported_to_nobody(name: str) -> None:
    with pytest.raises(UnreadableFileError) as refused:
        draft_from_sample(parquet_of(**{"id": pa.array([1]), name: pa.array([[1]])}), "x")
    assert name not in str(refused.value)


@pytest.mark.parametrize("name", ["4111111111111111", "4111 1111 1111 1111", "219-09-9999"])
def test_a_number_in_the_first_row_is_no_name_of_a_column(name: str) -> None:
    """Such a row is data of a file without a header, or the draft is refused.

    Either way the number is shown to nobody.
    """
    reported = ""
    with suppress(UnreadableFileError):
        draft = draft_from_sample(f"id,{name}\n1,2\n2,3\n".encode(), "x")
        assert draft.contract.names == ("column_1", "column_2")
        reported = str(to_odcs(draft.contract))
    assert name not in reported


@pytest.mark.parametrize(
    ("body", "error"),
    [(b"", UnreadableFileError), (b"a,a,a_2\n1,2,3\n", HeaderError), (b"PAR1xx", UnreadableFileError)],
)
def test_a_file_that_is_no_table_cannot_be_drafted_from(body: bytes, error: type[BadInputError]) -> None:
    with pytest.raises(error):
        draft_from_sample(body, "x")


@examples(15)
@given(
    st.lists(
        st.tuples(
            LETTERS,
            st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-1000, max_value=1000),
        ),
        min_size=1,
    )
)
def test_whatever_the_sample_holds_the_draft_refuses_none_of_its_rows(rows: list[tuple[str, object]]) -> None:
    body = "\n".join(
        ["id,word,price", *(f'{at},"{word}",{price}' for at, (word, price) in enumerate(rows))]
    ).encode()
    assert gated(body, drafted(body)).counts.quarantined == 0


def test_a_committed_dataset_is_found_in_its_own_draft(tmp_path: Path) -> None:
    """The contracts written by hand are no stranger to the draft: same key, same masks."""
    generate(
        ShopSpec(orders=300, ends_on=dt.date(2024, 6, 30), file_format="parquet", defect_rate=0), tmp_path
    )
    generated = {
        name: contract
        for name, contract in Registry.load().source.items()
        if "headgate.optional" not in contract.properties
    }
    for dataset, wanted in generated.items():
        body = next(iter(sorted((tmp_path / dataset).rglob("*.parquet")))).read_bytes()
        own = draft_from_sample(body, dataset).contract
        masks = {column.name: column.mask for column in own.columns}
        missed = [column.name for column in wanted.sensitive if masks[column.name] is not column.mask]
        assert not missed, f"{dataset}: {missed}"
        assert gated(body, own).counts.quarantined == 0


@pytest.mark.parametrize(
    "body",
    [
        b'[{"id": 1, "price": 1.50}, {"id": 2, "price": 2.25, "note": "a"}]',
        b'{"id": 1, "price": 1.50}\n{"id": 2, "price": 2.25, "note": "a"}\n',
        b'{"rows": [{"id": 1, "price": 1.50}, {"id": 2, "price": 2.25, "note": "a"}]}',
        b"id;price;note\n1;1.50;\n2;2.25;a\n",
        "id\tprice\tnote\r\n1\t1.50\t\r\n2\t2.25\ta\r\n".encode("utf-16"),
        gzip.compress(b"id|price|note\n1|1.50|\n2|2.25|a\n", mtime=0),
    ],
)
def test_every_format_that_the_gate_reads_can_be_drafted_from(body: bytes) -> None:
    kinds = {column.name: (column.type.kind, column.required) for column in drafted(body).columns}
    assert kinds == {"id": (Kind.BIGINT, True), "price": (Kind.DECIMAL, True), "note": (Kind.STRING, False)}
    assert gated(body, drafted(body)).accepted.num_rows == 2


def test_a_sample_in_an_old_encoding_is_drafted_from_once_it_is_said_which() -> None:
    body = "номер;город\n1;Москва\n2;Нижний Новгород\n".encode("windows-1251")
    with pytest.raises(UnreadableFileError, match=r"headgate\.encoding") as refused:
        draft_from_sample(body, "things")
    assert refused.value.rule == "unknown_encoding"
    contract = draft_from_sample(body, "things", "windows-1251").contract
    assert contract.names == ("номер", "город")
    assert contract.properties["headgate.encoding"] == "windows-1251"
    assert gated(body, contract).accepted["город"].to_pylist() == ["Москва", "Нижний Новгород"]


def workbook(*rows: tuple[str, ...]) -> bytes:
    """The smallest workbook with one sheet of texts."""
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    links = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    lines = [
        f'<row r="{at}">'
        + "".join(
            f'<c r="{"ABC"[place]}{at}" t="inlineStr"><is><t>{text}</t></is></c>'
            for place, text in enumerate(row)
            if text
        )
        + "</row>"
        for at, row in enumerate(rows, 1)
    ]
    parts = {
        "[Content_Types].xml": "<Types/>",
        "xl/workbook.xml": (
            f'<workbook {main} {links}><sheets><sheet name="s" sheetId="1" r:id="rId1"/></sheets></workbook>'
        ),
        "xl/_rels/workbook.xml.rels": (
            '<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>'
        ),
        "xl/worksheets/sheet1.xml": f"<worksheet {main}><sheetData>{''.join(lines)}</sheetData></worksheet>",
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return out.getvalue()


def test_a_workbook_is_drafted_by_its_header_and_not_by_the_title_above() -> None:
    body = workbook(("Prices of May",), ("id", "price", "note"), ("1", "1.50", ""), ("2", "2.25", "a"))
    kinds = {column.name: (column.type.kind, column.required) for column in drafted(body).columns}
    assert kinds == {"id": (Kind.BIGINT, True), "price": (Kind.DECIMAL, True), "note": (Kind.STRING, False)}


@pytest.mark.parametrize("names", [["a", "a"], ["Amount", " amount"], ["id", "x", "X"]])
def test_parquet_with_a_column_twice_is_refused_and_json_is_too(names: list[str]) -> None:
    out = io.BytesIO()
    pq.write_table(pa.Table.from_arrays([pa.array([1, 2])] * len(names), names=names), out)
    for body in (out.getvalue(), b"[{%s}]" % b",".join(b'"%s": 1' % name.encode() for name in names)):
        with pytest.raises(HeaderError) as refused:
            draft_from_sample(body, "x")
        assert refused.value.rule == "duplicate_column"


@pytest.mark.parametrize(
    ("values", "reported"),
    [
        (pa.array([1.5, float("nan"), 2.5]), ""),
        (pa.array([1.5, float("inf"), float("-inf")], pa.float32()), "2 of 3 values do not read as DOUBLE"),
        (
            pa.array([Decimal("1" * 44 + ".5"), Decimal("2.5"), None], pa.decimal256(45, 1)),
            "1 of 2 values do not read as DECIMAL(38,1)",
        ),
        (
            pa.array([Decimal("0." + "1" * 45), Decimal("0.5"), None], pa.decimal256(47, 45)),
            "2 of 2 values do not read as DECIMAL(38,38)",
        ),
        (pa.array([1, 1001, 2000], pa.timestamp("ns")), "2 of 3 values do not read as TIMESTAMP"),
        (pa.array([1.5, 2.5, None]), ""),
    ],
)
def test_values_that_no_contract_can_hold_are_counted_as_their_rows_are_refused(
    values: pa.Array, reported: str
) -> None:
    body = io.BytesIO()
    pq.write_table(pa.table({"id": ["a", "b", "c"], "v": values}), body)
    made = draft_from_sample(body.getvalue(), "payments")
    refused = gated(body.getvalue(), made.contract).counts.quarantined
    counts = [
        finding.message
        for finding in made.findings
        if finding.column == "v" and "do not read as" in finding.message
    ]
    assert [count.partition(":")[0] for count in counts] == ([reported] if reported else [])
    assert (reported or "0 of").startswith(f"{refused} of")
    assert odcs_reader.parse(json.loads(json.dumps(to_odcs(made.contract))), "source") == made.contract


GERMAN = (
    "Nummer;Bezeichnung;PLZ;Zipcode;phonenumber;E-Mail;Geburtstag;Preis;Lieferbar\r\n"
    "1;Müller Rad;01067;12345;493511234;a@b.de;31.12.1970;1.299,00 €;ja\r\n"
    "2;Größe L;80331;12346;493511235;c@d.de;01.02.1980;89,90 €;nein\r\n"
).encode("windows-1252")


def test_a_german_file_is_drafted_with_its_formats_and_accepts_its_sample() -> None:
    draft = draft_from_sample(GERMAN, "raeder")
    kinds = {column.name: column.type.kind for column in draft.contract.columns}
    assert kinds["preis"] is Kind.DECIMAL
    assert kinds["geburtstag"] is Kind.DATE
    assert kinds["lieferbar"] is Kind.BOOLEAN
    assert not draft.questions
    written = odcs_reader.parse(to_odcs(draft.contract), "source")
    assert written == draft.contract
    assert gated(GERMAN, written).accepted.column("preis").to_pylist() == [
        Decimal("1299.00"),
        Decimal("89.90"),
    ]


@pytest.mark.parametrize("missing", ["", "NA"])
def test_measured_values_with_seventeen_digits_are_doubles(missing: str) -> None:
    """The wind speeds of nycflights13."""
    speeds = ["10.357019999999999", "8.05546", "12.658579999999999", "13.809359999999998", missing] * 2
    column = drafted(csv_of(wind=speeds, number=[str(number) for number in range(10)])).column("wind")
    assert column.type.kind is Kind.DOUBLE


def test_a_number_that_a_double_would_change_keeps_its_column_text() -> None:
    column = drafted(
        csv_of(
            lat=["48.053808600000004", "41.1304722", "NA"] * 3, number=[str(number) for number in range(9)]
        )
    ).column("lat")
    assert column.type.kind is Kind.STRING


@pytest.mark.parametrize("name", ["plz", "zipcode", "phonenumber"])
def test_postal_codes_and_phone_numbers_are_text_by_name(name: str) -> None:
    assert drafted(GERMAN).column(name).type.kind is Kind.STRING


@pytest.mark.parametrize(
    "name",
    [
        "zipcode",
        "zip_code",
        "postal code",
        "PostalCode",
        "PLZ",
        "phonenumber",
        "phoneNumber",
        "Telefon-Nr",
        "sku",
        "artikelnummer",
        "vat_id",
    ],
)
def test_columns_named_for_codes_are_never_numbers(name: str) -> None:
    assert drafted(csv_of(id=["1", "2"], **{name: ["12345", "23456"]})).columns[1].type.kind is Kind.STRING


def test_article_numbers_are_text_by_their_check_digits() -> None:
    numbers = ["4006381333931", "4006381333948", "4006381333955", "4006381333962", "4006381333979"]
    assert (
        drafted(csv_of(id=["1", "2", "3", "4", "5"], artikel=numbers)).column("artikel").type.kind
        is Kind.STRING
    )


def test_data_about_people_are_proposed_as_personal() -> None:
    found = {column.name for column in drafted(GERMAN).columns if column.classification == "personal"}
    assert found == {"phonenumber", "e-mail", "geburtstag"}


def personal(**columns: list[str]) -> set[str]:
    """The columns that the draft of a table proposes as personal data."""
    return {
        column.name for column in drafted(csv_of(**columns)).columns if column.classification == "personal"
    }


def test_a_name_beside_contacts_is_that_of_a_person() -> None:
    people = {"id": ["1", "2"], "name": ["Ann", "Bob"], "email": ["a@b.de", "c@d.de"]}
    assert personal(**people) == {"name", "email"}
    assert personal(id=["1", "2"], name=["Bell", "Brake"], price=["1.50", "2.50"]) == set()


@pytest.mark.parametrize(
    "name", ["employee_id", "Personal-Nr.", "patient no", "MitarbeiterNr", "member_no", "Mitgliedsnummer"]
)
def test_a_name_beside_the_number_of_a_person_is_that_of_a_person(name: str) -> None:
    assert personal(**{name: ["1", "2"]}, Name=["Ann", "Bob"], salary=["1.50", "2.50"]) == {"name"}
    assert personal(product_id=["1", "2"], Name=["Bell", "Brake"], price=["1.50", "2.50"]) == set()


@pytest.mark.parametrize("name", ["surname", "nachname", "last name", "Vorname"])
def test_surnames_are_personal_data(name: str) -> None:
    assert len(personal(id=["1", "2"], **{name: ["Ann", "Bob"]})) == 1


def test_a_sample_without_rows_says_that_its_types_are_guesses() -> None:
    notes = [finding.message for finding in draft_from_sample(b"id;name\n", "x").findings]
    assert [note for note in notes if "no rows" in note]
    assert not [note for note in notes if "no value in the sample" in note]


@pytest.mark.parametrize(
    ("name", "is_quoted"),
    [("preis in eur", True), ("auftrags-nr", True), ("stückzahl", True), ("price_2", False)],
)
def test_names_that_queries_must_quote_are_named(name: str, is_quoted: bool) -> None:
    notes = [
        finding.message
        for finding in draft_from_sample(csv_of(id=["1"], **{name: ["x"]}), "x").findings
        if finding.column == name
    ]
    assert ("stands in double quotes in queries, because of its characters" in notes) is is_quoted


def dirty(good: list[str], bad: str) -> bytes:
    """A sample in which one of 60 values is written in another way."""
    return csv_of(
        id=[str(at) for at in range(60)], v=[f'"{good[at % len(good)]}"' for at in range(59)] + [f'"{bad}"']
    )


@pytest.mark.parametrize("values", [["1", "2", "3", "x"], ["31.12.2026", "1.2.2026", "soon", "14.3.2026"]])
def test_one_odd_value_among_few_is_pointed_out(values: list[str]) -> None:
    draft = draft_from_sample(csv_of(id=[*"abcd"], v=values), "x")
    assert draft.contract.column("v").type.kind is Kind.STRING
    assert [finding for finding in draft.findings if finding.column == "v" and "its row" in finding.message]


def test_the_format_that_a_note_recommends_is_accepted_for_a_short_file() -> None:
    """One of seven times is on no calendar: the note says how to refuse its row, and the draft does it."""
    times = [f"{day:02}.02.2026 07:15" for day in (3, 4, 10, 12, 13, 14, 31)]
    sample = csv_of(id=[*"abcdefg"], v=times)
    assert any("'v=dd.MM.yyyy HH:mm'" in of.message for of in draft_from_sample(sample, "x").findings)
    drafted = draft_from_sample(sample, "x", formats={"v": "dd.MM.yyyy HH:mm"})
    assert drafted.contract.column("v").type.kind is Kind.TIMESTAMP


@pytest.mark.parametrize("rows", [10, 20, 30, 70, 190])
def test_the_format_that_a_note_recommends_is_accepted_at_exactly_one_odd_value_in_ten(rows: int) -> None:
    """A share written as 1 - .9 was a little below a tenth: the command refused what the note said."""
    odd = rows // 10
    times = [f"{1 + day % 28:02}.02.2026 07:{day % 60:02}" for day in range(rows - odd)] + ["soon"] * odd
    sample = csv_of(id=[f"a{row}" for row in range(rows)], v=times)
    assert any("'v=dd.MM.yyyy HH:mm'" in of.message for of in draft_from_sample(sample, "x").findings)
    drafted = draft_from_sample(sample, "x", formats={"v": "dd.MM.yyyy HH:mm"})
    assert drafted.contract.column("v").type.kind is Kind.TIMESTAMP


def test_one_odd_value_among_three_says_nothing_about_the_others() -> None:
    findings = draft_from_sample(csv_of(id=[*"abc"], v=["1", "2", "x"]), "x").findings
    assert not [finding for finding in findings if "stays text" in finding.message]


@pytest.mark.parametrize(
    ("good", "bad", "note"),
    [
        (["31.12.2026", "01.02.2026", "14.03.2026"], "soon",
         "1 value is no date: correct the sample, or refuse its row with"),
        (["1.299,00 €", "5,50 €", "12,00 €"], "199 $", "--format 'v=1.234,5'"),
        (["1", "2", "3"], "two", "--format 'v=1234'"),
        (["ja", "nein"], "maybe", "1 value is neither yes nor no: correct the sample"),
    ],
)  # fmt: skip
def test_the_few_values_that_keep_a_column_text_are_counted_with_what_to_do(
    good: list[str], bad: str, note: str
) -> None:
    notes = [
        finding.message
        for finding in draft_from_sample(dirty(good, bad), "x").findings
        if finding.column == "v"
    ]
    assert [one for one in notes if note in one]
    assert len([one for one in notes if "stays text" in one]) == 1


@pytest.mark.parametrize(
    ("good", "pattern", "first"),
    [
        (["31.12.2026", "01.02.2026"], "dd.MM.yyyy", dt.date(2026, 12, 31)),
        (["1.299,00 €", "5,50 €"], "1.234,5", Decimal("1299.00")),
        (["7", "8"], "1234", 7),
    ],
)
def test_an_answer_types_a_column_and_refuses_the_rows_of_a_few_other_values(
    good: list[str], pattern: str, first: object
) -> None:
    body = dirty(good, "unknown")
    checked = gated(body, draft_from_sample(body, "x", formats={"v": pattern}).contract)
    assert (checked.counts.accepted, dict(checked.counts.reasons)) == (59, {"type": 1})
    assert checked.accepted.column("v")[0].as_py() == first


def test_a_few_repeated_rows_do_not_hide_the_key() -> None:
    rows = [str(at) for at in range(20)]
    body = csv_of(order_no=[*rows, "7"], shop=[*["a"] * 20, "a"])
    draft = draft_from_sample(body, "x").contract
    assert draft.key == ("order_no",)
    assert gated(body, draft).counts.duplicates == 1


@pytest.mark.parametrize(
    "name", ["Artikelnummer", "Best.-Nr.", "Numéro de commande", "Código artículo", "order_id", "EAN"]
)
def test_a_key_of_nearly_all_rows_is_found_by_its_name_in_any_of_the_languages(name: str) -> None:
    """A German supplier's list of 401 rows: one number comes twice, and two are blank."""
    numbers = [f"{4711 + 13 * at:08}" for at in range(398)]
    body = csv_of(**{name: [*numbers, numbers[7], "", ""], "Menge": [str(at % 40) for at in range(401)]})
    draft = draft_from_sample(body, "x", strict=False)
    assert draft.contract.key == (name.casefold(),)
    assert [
        finding.message.partition(". Name")[0]
        for finding in draft.findings
        if "is the key" in finding.message
    ] == [
        "is the key. 2 of 401 rows have no value in it (data rows 400, 401): they are quarantined",
        (
            "is the key. 1 of 401 rows has the key of another row, with other values (data row 399): "
            "one of them is kept, not always the later one"
        ),
    ]
    assert draft_from_sample(body, "x").contract.key == ()


@pytest.mark.parametrize("name", ["Telefonnummer", "Numéro de téléphone", "Bezeichnung", "Einzelpreis"])
def test_a_phone_number_or_a_measure_is_no_key_although_nearly_all_rows_differ_in_it(name: str) -> None:
    body = csv_of(
        **{
            name: [*[f"0731 / {1000 + at}" for at in range(99)], ""],
            "Menge": [str(at % 40) for at in range(100)],
        }
    )
    assert draft_from_sample(body, "x", strict=False).contract.key == ()


AMBIGUOUS = csv_of(id=["1", "2"], bought=["03/04/2026", "05/06/2026"])


def test_an_ambiguous_column_stays_text_and_is_asked_about() -> None:
    draft = draft_from_sample(AMBIGUOUS, "x")
    assert draft.contract.column("bought").type.kind is Kind.STRING
    assert "Format undecided" in draft.contract.column("bought").description
    assert [(question.column, question.answers) for question in draft.questions] == [
        ("bought", ("dd/MM/yyyy", "MM/dd/yyyy"))
    ]
    assert any("--format 'bought=MM/dd/yyyy'" in finding.message for finding in draft.findings)


@pytest.mark.parametrize("answer", [{"date_order": "mdy"}, {"formats": {"bought": "MM/dd/yyyy"}}])
def test_an_answer_decides_an_ambiguous_column(answer: dict[str, str]) -> None:
    draft = draft_from_sample(AMBIGUOUS, "x", **answer)  # type: ignore[arg-type] # one of two options
    assert not draft.questions
    assert gated(AMBIGUOUS, draft.contract).accepted.column("bought").to_pylist() == [
        dt.date(2026, 3, 4),
        dt.date(2026, 5, 6),
    ]


def test_a_column_with_two_date_patterns_is_drafted_with_both() -> None:
    body = csv_of(id=["1", "2", "3"], bought=["31.12.2026", "12/31/2026", "2026-01-02"])
    draft = draft_from_sample(body, "x")
    assert not draft.questions
    assert draft.contract.column("bought").format == SourceFormat(patterns=("dd.MM.yyyy", "MM/dd/yyyy"))
    day = dt.date(2026, 12, 31)
    assert gated(body, draft.contract).accepted.column("bought").to_pylist() == [
        day,
        day,
        dt.date(2026, 1, 2),
    ]


@pytest.mark.parametrize("answer", [{"date_order": "mdy"}, {"formats": {"bought": "dd.MM.yyyy|MM/dd/yyyy"}}])
def test_an_answer_decides_an_ambiguous_column_with_two_date_patterns(answer: dict[str, str]) -> None:
    body = csv_of(id=["1", "2"], bought=["31.12.2026", "03/04/2026"])
    assert [question.answers for question in draft_from_sample(body, "x").questions] == [
        ("dd.MM.yyyy|dd/MM/yyyy", "dd.MM.yyyy|MM/dd/yyyy")
    ]
    draft = draft_from_sample(body, "x", **answer)  # type: ignore[arg-type] # one of two options
    assert gated(body, draft.contract).accepted.column("bought").to_pylist() == [
        dt.date(2026, 12, 31),
        dt.date(2026, 3, 4),
    ]


def test_an_answer_with_a_number_decides_between_thousands_and_decimals() -> None:
    body = csv_of(id=["1", "2"], price=["1.299", "2.450"])
    assert [question.answers for question in draft_from_sample(body, "x").questions] == [("1234.5", "1.234")]
    decided = {
        answer: draft_from_sample(body, "x", formats={"price": answer}).contract
        for answer in ("1234.5", "1.234")
    }
    assert gated(body, decided["1234.5"]).accepted.column("price").to_pylist() == [
        Decimal("1.299"),
        Decimal("2.450"),
    ]
    assert gated(body, decided["1.234"]).accepted.column("price").to_pylist() == [1299, 2450]


@pytest.mark.parametrize("answer", [{"bought": "dd.MM.yyyy"}, {"bought": "DD/MM"}, {"other": "dd/MM/yyyy"}])
def test_an_answer_that_does_not_fit_is_refused(answer: dict[str, str]) -> None:
    with pytest.raises(ContractError, match="Remedy"):
        draft_from_sample(AMBIGUOUS, "x", formats=answer)


def test_prices_with_a_word_among_them_are_no_list_of_valid_values() -> None:
    body = csv_of(
        id=[str(at) for at in range(200)],
        price=['"1,50"', '"2,50"', *['"3,00"'] * 8] * 19 + ['"1,50"'] * 9 + ["gratis"],
    )
    draft = draft_from_sample(body, "x")
    assert [rule.name for rule in draft.contract.column("price").rules] == ["required"]
    assert any(
        "1 value is no decimal" in finding.message for finding in draft.findings if finding.column == "price"
    )


def test_a_number_of_json_is_no_question_and_a_text_like_it_is() -> None:
    numbers = json.dumps([{"id": 1, "price": 1.299}, {"id": 2, "price": 2.451}]).encode()
    texts = json.dumps([{"id": 1, "price": "1.299"}, {"id": 2, "price": "2.451"}]).encode()
    assert draft_from_sample(numbers, "x").contract.column("price").type.kind is Kind.DECIMAL
    assert not draft_from_sample(numbers, "x").questions
    assert [question.column for question in draft_from_sample(texts, "x").questions] == ["price"]


BANK = (
    "Auftragskonto;Buchungstag;Buchungstext;Verwendungszweck;Begünstigter/Zahlungspflichtiger;Kontonummer/IBAN;Betrag\n"
    + "".join(
        f"DE89370400440532013000;{at % 28 + 1:02}.12.2025;LASTSCHRIFT;Miete {at} Danke;Erika "
        f"Muster{at};DE02120300000000202051;-{at},50\n"
        for at in range(60)
    )
).encode()


def test_what_somebody_wrote_and_who_is_paid_are_no_key_of_a_bank_file() -> None:
    found = drafted(BANK)
    assert not {"verwendungszweck", "begünstigter/zahlungspflichtiger", "buchungstext"} & {*found.key}
    assert found.column("verwendungszweck").mask is Mask.FREE_TEXT


def test_accounts_and_people_of_a_bank_file_are_personal() -> None:
    found = {column.name for column in drafted(BANK).columns if column.classification == "personal"}
    assert found == {"auftragskonto", "begünstigter/zahlungspflichtiger", "kontonummer/iban"}


def test_account_numbers_are_personal_under_any_name_and_by_their_check_digits_only() -> None:
    assert personal(id=["1", "2"], wert=["DE89 3704 0044 0532 0130 00", "GB82WEST12345698765432"]) == {"wert"}
    assert personal(id=["1", "2"], wert=["DE88370400440532013000", "GB83WEST12345698765432"]) == set()


def test_a_text_of_several_words_is_no_key_although_it_differs_in_every_row() -> None:
    assert (
        drafted(
            csv_of(thema=["wir gehen heim", "das ist gut so", "was nun denn"], preis=["1.50", "2.50", "2.50"])
        ).key
        == ()
    )


def test_an_address_of_mail_and_an_account_may_be_the_key() -> None:
    assert drafted(csv_of(email=["a@b.de", "c@d.de"], punkte=["1.50", "1.50"])).key == ("email",)
    assert drafted(
        csv_of(iban=["DE89370400440532013000", "GB82WEST12345698765432"], saldo=["1.50", "1.50"])
    ).key == ("iban",)


@pytest.mark.parametrize("name", ["Kontonummer", "account_number"])
def test_a_number_of_accounts_is_the_key_of_a_list_of_accounts(name: str) -> None:
    assert (
        len(
            drafted(
                csv_of(**{name: ["1002345", "9876543", "5550001"], "saldo": ["1.50", "1.50", "2.50"]})
            ).key
        )
        == 1
    )


def test_a_name_that_no_catalog_takes_is_refused_at_the_draft() -> None:
    with pytest.raises(UnreadableFileError, match="3,000 characters") as refused:
        drafted(f"id,{'n' * 3000}\n1,2\n".encode())
    assert refused.value.rule == "not_a_table"


def test_ids_that_pass_as_card_numbers_are_named_with_their_count() -> None:
    ids = [str(4_000_000_000_000_000 + 7919 * number) for number in range(100)]
    draft = draft_from_sample(csv_of(item_id=ids, price=["1.50"] * 100), "items")
    passing = [finding for finding in draft.findings if "pass as card numbers" in finding.message]
    assert [finding.column for finding in passing] == ["item_id"]
    plain = draft_from_sample(csv_of(item_id=[str(n) for n in range(100)], price=["1.50"] * 100), "items")
    assert not [finding for finding in plain.findings if "pass as" in finding.message]


def test_a_null_as_databases_export_it_is_named_and_a_path_is_none() -> None:
    body = b"k,t\n" + b"".join(b"%d,x\n" % at for at in range(60))
    notes = [finding.message for finding in draft_from_sample(body + rb"60,\N" + b"\n", "t").findings]
    assert r"database exports write null as \N: 1 of the cells is read as empty" in notes
    notes = [finding.message for finding in draft_from_sample(body + rb"60,C:\Nord" + b"\n", "t").findings]
    assert not [note for note in notes if "read as empty" in note]


def test_formulas_that_no_program_calculated_are_named() -> None:
    wages = csv_of(id=["1", "2"], net=["=D2*0.6", "=SUM(A1:A2)"], note=["= see above", "=ok"])
    named = [
        finding.column for finding in draft_from_sample(wages, "x").findings if "formulas" in finding.message
    ]
    assert named == ["net"]


def test_a_float_that_is_no_number_is_a_missing_value_in_parquet_as_in_csv() -> None:
    readings = [float("nan") if at % 30 == 0 else round(at * 1.37, 2) for at in range(420)]
    body = io.BytesIO()
    pq.write_table(pa.table({"id": list(range(420)), "reading": readings}), body)
    text = "id,reading\n" + "".join(f"{at},{reading}\n" for at, reading in enumerate(readings))
    drafts = [draft_from_sample(content, "visits") for content in (body.getvalue(), text.encode())]
    for draft in drafts:
        reading = draft.contract.column("reading")
        assert (reading.format.nulls, reading.required, reading.rules) == (("nan",), False, ())
        (read,) = [finding for finding in draft.findings if finding.column == "reading"]
        assert read.of_upload == "has cells with nan; nan is read as empty"
