"""Verification codes are found behind their names, and numbers of products stay."""

from __future__ import annotations

import unicodedata

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from headgate.masking.redaction import redact
from headgate.masking.verification_codes import _NAMED, rows_with_named_codes
from tests.unit.masking.texts import pieced, redacted

pytestmark = pytest.mark.unit


def wide(text: str) -> str:
    return "".join(chr(ord(sign) + 0xFEE0) for sign in text)


def test_a_verification_code_that_is_named_is_taken_out() -> None:
    assert redacted("CVV: 123", "cvc2 is 1234", "security code 999.") == [
        "CVV: [CVV]",
        "cvc2 is [CVV]",
        "security code [CVV].",
    ]
    assert redacted("cvvs 123", "room 123", "csc 12345") == ["cvvs 123", "room 123", "csc 12345"]


@pytest.mark.parametrize(
    "written",
    [
        "CVN {}",
        "card_cvv={}",
        "cardCvc: {}",
        "cvv_{}",
        "CVV number is: {}",
        '"security_code": "{}"',
        "card-verification-value {}",
        "cardVerificationCode: {}",
        "card  verification\u00a0code {}",
        "security  code: {}",
        "cav2 {}",
    ],
)
@pytest.mark.parametrize("code", ["123", "1234", "\uff11\uff12\uff13", "\u0661\u0662\u0663"])
def test_a_verification_code_is_known_by_any_of_its_names_and_in_any_digits(written: str, code: str) -> None:
    assert redacted(written.format(code)) == [written.format("[CVV]")]
    assert rows_with_named_codes(pa.array(["", written.format(code), None])).tolist() == [1]


FOREIGN = [
    "Kartenprüfnummer {}",
    "Kartenpruefnummer {}",
    "KARTENPRÜFNUMMER: {}",
    "Karten-Prüfnummer: {}",
    "Kartenprufziffer {}",
    "Sicherheitscode: {}",
    "der Sicherheitscode der Karte lautet {}",
    "cryptogramme {}",
    "cryptogramme visuel: {}",
    "code de sécurité {}",
    "CODE DE SÉCURITÉ de la carte : {}",
    "code de securite {}",
    "código de seguridad {}",
    "codigo de seguridad de la tarjeta es {}",
    "codice di sicurezza {}",
    "codice di sicurezza della carta: {}",
    "beveiligingscode {}",
    "veiligheidscode is {}",
    "kaartverificatiecode {}",
]


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("written", FOREIGN)
def test_a_verification_code_is_known_by_its_names_in_other_languages(written: str, form: str) -> None:
    written = unicodedata.normalize(form, written)
    assert redacted(written.format("737"), written.format("1234")) == [written.format("[CVV]")] * 2
    assert rows_with_named_codes(pa.array(["", written.format("737"), None])).tolist() == [1]


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize(
    "written",
    [
        "Prüfnummer: {}",
        "PRÜFNUMMER {}",
        "Kunde nennt Prüfnummer {}",
        "Karte KPN {}",
        "Kreditkarte, Prüfziffer: {}",
        "Prüfziffer der Karte: {}",
        "KPN der Kreditkarte {}",
        "card code {}",
        "carte, code : {}",
        "code de la carte {}",
        "código de la tarjeta: {}",
        "codice della carta {}",
        "[PAN ****1111] KPN {}",
    ],
)
def test_a_short_name_beside_a_card_names_a_code(written: str, form: str) -> None:
    written = unicodedata.normalize(form, written)
    assert redacted(written.format("737")) == [written.format("[CVV]")]


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize(
    "behind",
    [
        " Prüfziffer {}",
        ", Prüfziffer: {}",
        " (KPN {})",
        " code {}",
        " mit Kartenprüfnummer {}",
        " et code {}",
        " 12/27 KPN {}",
        "\nPrüfziffer: {}",
        " verification code {}",
        " Code de sécurité {}, 250 EUR",
    ],
)
def test_a_short_name_directly_behind_a_card_number_names_a_code(behind: str, form: str) -> None:
    behind = unicodedata.normalize(form, behind)
    assert redacted(f"4111111111111111{behind.format('737')}") == [f"[PAN ****1111]{behind.format('[CVV]')}"]


@pytest.mark.parametrize(
    "text",
    [
        "Prüfnummer 123456",
        "Prüfnummer 12",
        "TÜV-Prüfnummer 1234",
        "Geräteprüfnummer 1234",
        "EAN Prüfziffer 123",
        "KPN 1234",
        "KPN: 737 EUR",
        "Rabattcode 1234",
        "code 1234",
        "postcode 1234",
        "gift card code 1234",
        "Speisekarte Code 1234",
        "Sicherheitscodes 123",
        "Sicherheitscode 12345",
        "código postal 1234",
        "codice fiscale 1234",
        "barcode 1234, Karte liegt bei",
    ],
)
def test_a_number_behind_a_name_of_something_else_stays(text: str) -> None:
    assert redacted(text) == [text]
    assert not len(rows_with_named_codes(pa.array([text])))


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"{wide('CVV:')}123", f"{wide('CVV:')}[CVV]"),
        (f"\u65e5\u672c {wide('cvc2=123')}\u3002", f"\u65e5\u672c {wide('cvc2=')}[CVV]\u3002"),
        (f"{wide('[CVV]')} 123 \u00e9", f"{wide('[CVV]')} [CVV] \u00e9"),
        (f"[{wide('CVV')}] 123, [CVV] 456", f"[{wide('CVV')}] [CVV], [CVV] 456"),
        (f"{wide('CSC#')}123", f"{wide('CSC#')}[CVV]"),
        (
            f"{wide('Security')}\u3000{wide('Code')} 123, cvv 456",
            f"{wide('Security')}\u3000{wide('Code')} [CVV], cvv [CVV]",
        ),
    ],
)
def test_a_verification_code_is_known_by_its_name_in_full_width_letters(text: str, left: str) -> None:
    assert redacted(text, None) == [left, None]
    assert rows_with_named_codes(pa.array(["", text, None])).tolist() == [1]


@pytest.mark.parametrize(
    "text", ["ClearSounds CSC500 Amplified Spirit", "CSC-1234", "cvc500", "cvc 100.50 pump", "cvc 2024-05-01"]
)
def test_a_models_number_a_date_or_an_amount_is_not_certainly_a_code(text: str) -> None:
    assert not len(rows_with_named_codes(pa.array([text])))


@pytest.mark.parametrize(
    "text", ["01HXCVV123ABCDEFGHJKMNPQRS", "CVV123456", "acvv123", "csc 123a", "SKU-12345"]
)
def test_ids_that_hold_a_codes_name_by_chance_stay(text: str) -> None:
    assert redacted(text) == [text]
    assert not len(rows_with_named_codes(pa.array([text])))


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("cvv 123, 250 EUR paid", "cvv [CVV], 250 EUR paid"),
        ("cvv: 123 (500 units)", "cvv: [CVV] (500 units)"),
        ("[cvv] 123, 250 EUR", "[cvv] [CVV], 250 EUR"),
        ("4111111111111111 123, 250 EUR", "[PAN ****1111] [CVV], 250 EUR"),
    ],
)
def test_a_number_behind_a_code_that_was_taken_out_stays(text: str, left: str) -> None:
    assert redacted(text) == [left]


def test_codes_that_only_one_sign_parts_are_all_masked() -> None:
    assert redacted("cvv 123,cvv 456,cvc 789,cvv 012") == ["cvv [CVV],cvv [CVV],cvc [CVV],cvv [CVV]"]


@given(pieced, st.integers(0, 2))
@example(["cvv123:cvv123"], 0)
@example(["c\u017fc123"], 0)
@example(["card ver\u0131fication code 123"], 0)
def test_looking_for_names_of_codes_first_misses_none(texts: list[str | None], skipped: int) -> None:
    text = pa.array(texts, pa.string()).slice(skipped)
    assert not [left for left in redact(text).to_pylist() if left and _NAMED.search(left)]
