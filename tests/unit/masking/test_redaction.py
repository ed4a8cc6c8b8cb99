"""A number is redacted with what belongs to it, and nothing else is changed."""

from __future__ import annotations

import re

import pyarrow as pa
import pytest
from hypothesis import given

from headgate.masking.characters import FEW_BYTES
from headgate.masking.find_ssns import redact_ssn_forms
from headgate.masking.redaction import redact, rows_with_secrets
from tests.examples import examples
from tests.unit.masking.texts import PUBLISHED, pieced, redacted

pytestmark = pytest.mark.unit


def test_track_data_goes_with_its_number() -> None:
    assert redacted("x %B4111111111111111^DOE/JANE^25121010000000000000? y") == ["x %B[PAN ****1111] y"]
    assert redacted(";4111111111111111=25121010000012345678? z") == [";[PAN ****1111] z"]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("4111-1111-1111-1111 12/27 123", "[PAN ****1111] 12/27 [CVV]"),
        ("4111111111111111, exp 12/2027, 123 thanks", "[PAN ****1111], exp 12/2027, [CVV] thanks"),
        ("378282246310005 1227 1234", "[PAN ****0005] 1227 [CVV]"),
        ("4111111111111111/123", "[PAN ****1111]/[CVV]"),
        ("4111111111111111 123; 5555555555554444 999", "[PAN ****1111] [CVV]; [PAN ****4444] [CVV]"),
        ("4111111111111111|12|27|123", "[PAN ****1111]|12|27|[CVV]"),
        ("4111111111111111:123", "[PAN ****1111]:[CVV]"),
        ("4111111111111111 (123)", "[PAN ****1111] ([CVV])"),
        ("4111111111111111,12,27,123", "[PAN ****1111],12,27,[CVV]"),
        ("4111111111111111 9 2027 123 thanks", "[PAN ****1111] 9 2027 [CVV] thanks"),
        ("4111111111111111 12-27 #123", "[PAN ****1111] 12-27 #[CVV]"),
        ("4111111111111111 2027-12 123", "[PAN ****1111] 2027-12 [CVV]"),
        ("4111111111111111\n12/27\n123\nthanks", "[PAN ****1111]\n12/27\n[CVV]\nthanks"),
        ("4111111111111111\r\n123", "[PAN ****1111]\r\n[CVV]"),
    ],
)
def test_a_verification_code_beside_its_number_goes_and_the_expiry_stays(text: str, left: str) -> None:
    assert redacted(text) == [left]


@pytest.mark.parametrize(
    "amount",
    ["250 EUR", "250EUR", "250.00", "1,250", "250 €", "250 eur", "250 dollars", "12", "12345", "2024-01-05"],
)
@pytest.mark.parametrize("code", [" 123 ", " 123, ", " 12/27 123 ", " 0927 123; "])
def test_an_amount_behind_a_code_stays(code: str, amount: str) -> None:
    assert redacted(f"4111111111111111{code}{amount} paid") == [
        f"[PAN ****1111]{code.replace('123', '[CVV]')}{amount} paid"
    ]


@pytest.mark.parametrize(
    "behind",
    [
        " 12/27",
        " exp 12/26",
        ", 100.50 EUR",
        " 2024-01-05",
        "\n123 Main Street",
        " 12:30",
        " 12345",
        " 123rd",
    ],
)
def test_other_digits_stay_beside_a_number(behind: str) -> None:
    assert redacted(f"4111111111111111{behind}") == [f"[PAN ****1111]{behind}"]


def test_no_seven_digits_of_a_number_are_left() -> None:
    for number in PUBLISHED:
        (text,) = redacted(f"card {number[:4]} {number[4:8]}-{number[8:]} ok")
        assert not re.search(r"\d{7}", re.sub(r"\D", "", (text or "").replace("****", "x").split("]")[0]))


def test_texts_that_come_again_are_redacted_like_others() -> None:
    texts = ["paid with 4111111111111111", None, "", "cvv 123", "ssn 219-09-9999", "nothing"]
    many = pa.array(texts * 1000, pa.string()).slice(3)
    assert redact(many).equals(pa.array(redacted(*texts) * 1000, pa.string()).slice(3))


@given(pieced)
def test_what_was_redacted_once_stays_as_it_is(texts: list[str | None]) -> None:
    once = redact(pa.array(texts, pa.string()))
    assert redact(once).equals(once)


@examples(40)
@given(pieced)
def test_few_texts_are_redacted_as_among_many_bytes(texts: list[str | None]) -> None:
    """Few bytes are looked at by a pattern before the searches begin."""
    among = pa.array([*texts, "x" * FEW_BYTES], pa.string())
    assert redact(among).slice(0, len(texts)).equals(redact(pa.array(texts, pa.string())))
    assert redact_ssn_forms(among).slice(0, len(texts)).equals(redact_ssn_forms(pa.array(texts, pa.string())))
    assert rows_with_secrets(among).tolist() == rows_with_secrets(pa.array(texts, pa.string())).tolist()
