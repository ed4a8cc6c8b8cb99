"""The leak scanner finds what must not be there, however it is written, and does not cry wolf at what merely
looks long.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from headgate.quality.leaks import (
    CARD_NUMBER,
    SECURITY_CODE,
    SOCIAL_SECURITY_NUMBER,
    TRACK_DATA,
    have_spaced_digits,
    leaks_in_rows,
    leaks_in_text,
    leaks_in_texts,
)

pytestmark = pytest.mark.unit

# Test numbers that payment gateways publish.
CARDS = {
    "visa": "4111111111111111",
    "mastercard": "5555555555554444",
    "mastercard, second series": "2223003122003222",
    "amex": "378282246310005",
    "discover": "6011111111111117",
    "diners": "30569309025904",
    "jcb": "3530111333300000",
    "unionpay": "6200000000000005",
    "maestro": "6759649826438453",
}


def grouped(digits: str, gap: str) -> str:
    return gap.join(digits[start : start + 4] for start in range(0, len(digits), 4))


@pytest.mark.parametrize("digits", CARDS.values(), ids=CARDS)
def test_every_brand_is_found(digits: str) -> None:
    assert leaks_in_text(digits) == {CARD_NUMBER: 1}


@pytest.mark.parametrize(
    "text", ["card {}", "pan: {}", "{} 12/27", "cvv [CVV], {}", "4111111111111111 12/27, visa {}"]
)
def test_a_short_number_is_a_leak_where_something_says_that_it_is_a_cards(text: str) -> None:
    assert leaks_in_text(text.format("4222222222222"))[CARD_NUMBER] == 1 + ("4111" in text)
    assert leaks_in_text("4222222222222") == {}


@pytest.mark.parametrize(
    "text",
    [
        "paid with 4111111111111111 today",
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "4111.1111.1111.1111",
        "4111_1111_1111_1111",
        "4111 - 1111 - 1111 - 1111",
        "3782 822463 10005",
        "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
        "4111111111111111.0",
        "4.111111111111111E+15",
        "4.11111111111111E+15",
        "4111&nbsp;1111&nbsp;1111&nbsp;1111",
        "4111%201111%201111%201111",
        "4111|1111|1111|1111",
        "paid with 4,1111111111e+015, thanks",
        "3.7828224631000E14",
        "4.1111111111111110e+15",
        "４１１１１１１１１１１１１１１１",  # noqa: RUF001 full-width digits are the point
        "4111\u00a01111\u00a01111\u00a01111",
        "card4111111111111111x",
        '{"card": "4111111111111111"}',
        "order 2024 4111 1111 1111 1111",
        "4111 1111-1111 1111",
        "4111-1111 1111.1111",
        "4111 | 1111-1111, 1111",
        '"4111" "1111"; "1111"  (1111)',
        "3782 822463-10005",
        "3782|822463:10005",
        "3056-930902 5904",
        "6759 6498-2643.8453",
        "1,4111111111111111,2",
        "deadbeef4111111111111111",
    ],
)
def test_a_card_number_is_found_however_it_is_written(text: str) -> None:
    assert leaks_in_text(text)[CARD_NUMBER] == 1


@pytest.mark.parametrize(
    "text",
    [
        "4111111111111112",
        "41111111111111110000",
        "9999999999999995",
        "1111",
        "************1111",
        "2010-12-30 08:26:00.123456",
        "30.08.2010 26.00",
        "4.11E+15",
        "4.111111111E+15",
        "1.70000000000012E+12",
        "4.111111111111112E+15",
        hashlib.sha256(b"a").hexdigest(),
        "k1:" + hashlib.sha256(b"4111111111111111").hexdigest(),
        str(uuid.UUID(int=0x41111111_1111_1111_1111_111111111111)),
        "489434-12, 489435-1",
        "+4915112345677",
        "+49 151 12345677",
        "85123A WHITE HANGING HEART T-LIGHT HOLDER",
    ],
)
def test_other_numbers_are_no_findings(text: str) -> None:
    assert not leaks_in_text(text)


@given(data=st.binary(max_size=16))
def test_digests_are_never_taken_for_card_numbers(data: bytes) -> None:
    assert not leaks_in_text(f"k1:{hashlib.sha256(data).hexdigest()}")


@given(
    before=st.text(alphabet="abc ,:;\"'{}", max_size=5),
    digits=st.sampled_from(sorted(CARDS.values())),
    gap=st.sampled_from(["", " ", "-"]),
)
def test_a_published_number_is_found_in_any_surroundings(before: str, digits: str, gap: str) -> None:
    assert leaks_in_text(f"{before}{grouped(digits, gap)}{before}")[CARD_NUMBER] == 1


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("%B4111111111111111^DOE/JOHN^29121011234567890?", TRACK_DATA),
        (";4111111111111111=29121011234567890?", TRACK_DATA),
        ("cvv 123", SECURITY_CODE),
        ('"card_cvv": "123"', SECURITY_CODE),
        ("CVC2: 1234", SECURITY_CODE),
        ("the security code is 987", SECURITY_CODE),
        ("card verification code 123", SECURITY_CODE),
        ("{cardVerificationValue: 1234}", SECURITY_CODE),
        ("cav2 123", SECURITY_CODE),
        ("csc: 123", SECURITY_CODE),
        ("078-05-1120", SOCIAL_SECURITY_NUMBER),
        ("his number is 219 09 9999.", SOCIAL_SECURITY_NUMBER),
        ('"ssn": "219099999"', SOCIAL_SECURITY_NUMBER),
    ],
)
def test_other_secrets_are_found(text: str, kind: str) -> None:
    assert leaks_in_text(text)[kind] == 1


@pytest.mark.parametrize(
    "text",
    [
        "000-12-3456",
        "666-12-3456",
        "900-12-3456",
        "123-00-4567",
        "123-45-0000",
        "1123-45-6789",
        "AB123-45-6789",
        "123-45-6789-B",
        "/123/45/6789/",
        "CSC-500",
        "cvc 100.50",
        "cvv ***",
        "cvv",
        '"ssn": null',
        "ssn_last4 1120",
    ],
)
def test_other_secrets_are_not_seen_where_there_are_none(text: str) -> None:
    assert not leaks_in_text(text)


def test_rows_are_scanned_by_column_and_every_occurrence_counts() -> None:
    rows = pa.table(
        {
            "note": ["fine", "4111 1111 1111 1111", None, "4111 1111 1111 1111"],
            "id": pa.array([1, 4111111111111111, None, 3], pa.int64()),
            "amount": pa.array(
                [Decimal("1.00"), Decimal("5555555555554444.00"), None, None], pa.decimal128(20, 2)
            ),
            "raw": pa.array([b"378282246310005", b"", None, b"x"], pa.binary()),
            "flag": [True, False, None, True],
        }
    )
    cells, found = leaks_in_rows(rows)
    assert cells == 16
    assert found == {
        ("note", CARD_NUMBER): 2,
        ("id", CARD_NUMBER): 1,
        ("amount", CARD_NUMBER): 1,
        ("raw", CARD_NUMBER): 1,
    }


def test_a_column_whose_name_gives_its_values_away_is_found() -> None:
    cells, found = leaks_in_rows(
        pa.table({"card_cvv": ["123", None, "***"], "cvv2": pa.array([123, None, 7], pa.int64())})
    )
    assert cells == 6
    assert found == {("card_cvv", SECURITY_CODE): 1, ("cvv2", SECURITY_CODE): 1}


def test_nested_columns_negative_numbers_and_names_are_scanned_too() -> None:
    rows = pa.table(
        {
            "holder": [{"pan": ["x", "4111111111111111"], "cvv": 123}, None],
            "weekly": [[4, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1], None],
            "refund": pa.array([-4111111111111111, 1], pa.int64()),
            "5555 5555 5555 4444": [1, 2],
        }
    )
    found = leaks_in_rows(rows)[1]
    assert found == {
        ("holder", CARD_NUMBER): 1,
        ("holder", SECURITY_CODE): 1,
        ("refund", CARD_NUMBER): 1,
        ("", CARD_NUMBER): 1,
    }


def test_a_nested_column_whose_name_gives_its_values_away_is_found_in_any_type() -> None:
    rows = pa.table(
        {
            "cvv": [[123], None],
            "csc": [{"first": 1234}, {"first": None}],
            "more": pa.array([[("cvv", "123")], [("a", "123")]], pa.map_(pa.string(), pa.string())),
            "viewed": pa.array(["4111111111111111", None], pa.string_view()),
            "bytes": pa.array([b"4111111111111111", None], pa.binary_view()),
            "nothing": pa.nulls(2),
        }
    )
    found = leaks_in_rows(rows)[1]
    assert found == {(name, SECURITY_CODE): 1 for name in ("cvv", "csc", "more")} | {
        (name, CARD_NUMBER): 1 for name in ("viewed", "bytes")
    }


def test_columns_of_extension_types_and_of_any_encoding_are_scanned() -> None:
    cards = pa.array(["4111111111111111", None])
    uuids = pa.ExtensionArray.from_storage(
        pa.uuid(), pa.array([uuid.UUID(int=2**128 - 1).bytes, None], pa.binary(16))
    )
    rows = {
        "opaque": pa.ExtensionArray.from_storage(pa.opaque(pa.string(), "x", "y"), cards),
        "json": pa.ExtensionArray.from_storage(pa.json_(), pa.array(['{"pan": "4111111111111111"}', None])),
        "tensor": pa.ExtensionArray.from_storage(
            pa.fixed_shape_tensor(pa.int64(), [2]),
            pa.array([[1, 4111111111111111], None], pa.list_(pa.int64(), 2)),
        ),
        "runs": pa.RunEndEncodedArray.from_arrays([1, 2], cards),
        "shared_list": pa.DictionaryArray.from_arrays(pa.array([0, None]), pa.array([["4111111111111111"]])),
    }
    rows["nested"] = pa.ListArray.from_arrays([0, 1, 2], rows["tensor"])
    rows["mapped"] = pa.MapArray.from_arrays([0, 1, 2], pa.array(["a", "b"]), rows["opaque"])
    assert leaks_in_rows(pa.table({**rows, "uuid": uuids})) == (16, {(name, CARD_NUMBER): 1 for name in rows})


def test_a_finding_shows_no_number_that_is_a_columns_name() -> None:
    found = leaks_in_rows(pa.table({"4111111111111111": ["5555555555554444"]}))[1]
    assert found == {("################", CARD_NUMBER): 1, ("", CARD_NUMBER): 1}


def test_a_number_behind_a_code_that_was_taken_out_is_no_code() -> None:
    assert not leaks_in_text("[PAN ****1111] 12/27 [CVV] 500 EUR, cvv [CVV] 2024")
    assert leaks_in_text("cvv [CVV], cvc 123") == {SECURITY_CODE: 1}


@pytest.mark.parametrize(
    "name",
    ["phone", "Phone Number", "mobile_no", "fax", "ean", "gtin", "vat_id", "tax_number", "customer_tel"],
)
def test_a_column_named_for_other_numbers_is_not_searched_by_length_alone(name: str) -> None:
    """One in ten of them that begin like a card has its check digit; E.164 allows 15 digits."""
    others = ["501853120001", "4222222222222", "30569309025904", "378282246310005"]
    assert not leaks_in_rows(pa.table({name: [*others, None]}))[1]
    assert not leaks_in_rows(pa.table({name: [int(number) for number in others]}))[1]
    assert leaks_in_rows(pa.table({name: [*others, "4111111111111111"]}))[1] == {(name, CARD_NUMBER): 1}


@pytest.mark.parametrize("name", ["tracking_number", "iban", "bank_account"])
def test_a_column_of_tracking_numbers_or_accounts_needs_a_context(name: str) -> None:
    assert not leaks_in_rows(pa.table({name: ["4111111111111111"]}))[1]
    assert leaks_in_rows(pa.table({name: ["card 4111111111111111"]}))[1] == {(name, CARD_NUMBER): 1}


def test_a_columns_name_is_a_context_for_its_short_numbers() -> None:
    assert leaks_in_rows(pa.table({"card_ref": ["4222222222222"], "ref": ["4222222222222"]}))[1] == {
        ("card_ref", CARD_NUMBER): 1
    }


def test_dictionary_columns_are_scanned_too() -> None:
    column = pa.array(["a", "4111111111111111", "a"]).dictionary_encode()
    assert leaks_in_rows(pa.table({"note": column}))[1] == {("note", CARD_NUMBER): 1}


def test_the_quick_look_over_columns_misses_nothing_that_the_slow_one_finds() -> None:
    texts = [gap.join(digits) for digits in CARDS.values() for gap in ("", " ")] + [
        grouped(digits, gap) for digits in CARDS.values() for gap in " -._"
    ]
    assert leaks_in_rows(pa.table({"note": texts}))[1] == {("note", CARD_NUMBER): len(texts)}


SIGNS = st.text(st.sampled_from("0123456789\u0663\uff15\uff19 -._,/\n\u200b\u0301é中Ⅷ²x"), max_size=30)
# The same pattern in Python's notation, for all scripts at once.
SPACED_DIGITS = re.compile(r"(?:\d[\W_]{0,8}){11}\d|\d[\W_]{0,3}(?:\d[\W_]{0,3}){7}\d")


@given(st.lists(SIGNS, min_size=1, max_size=20))
@example(
    [
        "4 1 1 1-1 1 1 1.1 1 1 1",
        "\u0661\u0662\u0663\u0664" * 3,
        "219-09-9999",
        "219 - - 09 9999 1",
        "11111111    1",
        "12345678é9",
    ]
)
def test_a_closer_look_is_taken_at_digits_of_any_script_with_any_signs_between(texts: list[str]) -> None:
    assert have_spaced_digits(pa.array(texts)).to_pylist() == [
        bool(SPACED_DIGITS.search(text)) for text in texts
    ]


def test_texts_are_counted() -> None:
    assert leaks_in_texts(iter(["a", "cvv 123", "4111111111111111 and 5555555555554444"])) == (
        3,
        {SECURITY_CODE: 1, CARD_NUMBER: 2},
    )


@pytest.mark.parametrize("sign", ["\u00ad", "\u200b", "\u2060", "\ufeff"])
@pytest.mark.parametrize("place", range(1, 16))
def test_invisible_characters_between_digits_hide_no_card_number(place: int, sign: str) -> None:
    assert leaks_in_text("abc " + "4111111111111111"[:place] + sign + "4111111111111111"[place:]) == {
        "card_number": 1
    }
