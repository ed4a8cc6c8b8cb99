"""The masker and the leak scanner, which share no code, agree: what was redacted holds nothing that the
scanner finds.
"""

from __future__ import annotations

import itertools
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.masking import issuers
from headgate.masking.card_columns import numeric_rows_with_cards
from headgate.masking.find_ssns import rows_with_ssns
from headgate.masking.redaction import redact
from headgate.masking.verification_codes import redact_named_codes, rows_with_named_codes
from headgate.profiling.sensitive_values import HIDDEN, hide_secrets
from headgate.quality.card_scan import ISSUERS as _SCANNED_ISSUERS
from headgate.quality.card_scan import has_issuer
from headgate.quality.leaks import (
    CARD_NUMBER,
    SECURITY_CODE,
    SOCIAL_SECURITY_NUMBER,
    leaks_in_rows,
    leaks_in_text,
)

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.unit

_ISSUED = ["4", "51", "2221", "34", "36", "6011", "35", "62", "50", "67", "1175", "5902", "606070", "700676"]
_LENGTHS: dict[str, tuple[int, ...]] = {
    "4": (13, 16, 18, 19),
    "51": (16,),
    "2221": (16,),
    "34": (15,),
    "36": (14, 16, 19),
    "50": (12, 13, 16, 19),
    "67": (12, 16, 19),
    "1175": (15,),
    "5902": (12, 13, 16, 19),
    "606070": (16,),
    "700676": (16, 19),
}
_SEPARATORS = [
    "",
    " ",
    "-",
    ".",
    "_",
    "/",
    " - ",
    "|",
    ", ",
    "*",
    ":",
    "'",
    "%20",
    "&nbsp;",
    "\u00a0",
    "\u2013",
    "\u200b",
]
_NAMES = [
    "cvv",
    "CVV2:",
    "card_cvc =",
    "cardCvv:",
    "csc:",
    "security code is",
    "card  verification value",
    "CVN #",
]
_NAMES += [
    "Kartenprüfnummer",
    "Sicherheitscode:",
    "code de sécurité",
    "código de seguridad",
    "codice di sicurezza",
    "Prüfnummer:",
]
_OTHERS = [
    "order 7",
    "paid",
    "exp 12/27",
    "+49 151 12345677",
    "2024-01-01 10:00",
    "1,234.50 EUR",
    "INV-2024-000123",
    "\u00e9t\u00e9",
    "[x]",
]


def checked(body: str) -> str:
    total = sum(
        int(digit) if place % 2 else sum(divmod(2 * int(digit), 10))
        for place, digit in enumerate(reversed(body))
    )
    return body + str(-total % 10)


def _url_encoded(text: str) -> str:
    return "".join(f"%{ord(sign):02x}" for sign in text)


def _html_escaped(text: str) -> str:
    return "".join(f"&#{ord(sign)};" for sign in text)


def _html_escaped_in_hex(text: str) -> str:
    return "".join(f"&#x{ord(sign):x};" for sign in text)


_WRITTEN: list[Callable[[str], str] | None] = [
    None,
    "0{}".format,
    "0000{}".format,
    _url_encoded,
    _html_escaped,
    _html_escaped_in_hex,
]


@st.composite
def cards(draw: st.DrawFn) -> str:
    issuer = draw(st.sampled_from(_ISSUED))
    length = draw(st.sampled_from(_LENGTHS.get(issuer, (16, 18, 19))))
    rest = draw(st.text("0123456789", min_size=length, max_size=length))
    digits = checked((issuer + rest)[: length - 1])
    written = draw(st.sampled_from(_WRITTEN))
    if written is not None:
        return written(digits) if length >= 14 else digits
    separator = draw(st.sampled_from(_SEPARATORS))
    return separator.join(digits[start : start + 4] for start in range(0, length, 4))


_SSNS = st.builds(
    "{}{:03}{}{:02}{}{:04}".format,
    st.sampled_from(["", "ssn: ", "social security number "]),
    st.integers(100, 665),
    st.shared(st.sampled_from("-. "), key="gap"),
    st.integers(1, 99),
    st.shared(st.sampled_from("-. "), key="gap"),
    st.integers(1, 9999),
)
_CODES = st.builds("{} {}".format, st.sampled_from(_NAMES), st.from_regex(r"[0-9]{3,4}", fullmatch=True))
_SECRETS = cards() | _SSNS | _CODES


@given(
    st.lists(_SECRETS | st.sampled_from(_OTHERS), min_size=1, max_size=4),
    st.sampled_from(["; ", " and ", "\n", " (", " <> "]),
)
def test_nothing_is_found_in_what_was_masked(parts: list[str], between: str) -> None:
    masked = redact(pa.array([between.join(parts)]))[0].as_py()
    assert not leaks_in_text(masked), masked


@given(_SECRETS)
def test_the_masker_the_scanner_and_the_profile_know_the_same_secrets(secret: str) -> None:
    text = f"see card {secret} ok"
    assert redact(pa.array([text]))[0].as_py() != text
    assert leaks_in_text(text)
    assert hide_secrets([text]) == [HIDDEN]


_BEFORE = ["", "_", "a", "1", "my ", "["]
_CODE_NAMES = [
    "cvv",
    "CVV",
    "CVV2",
    "cvc",
    "cvn2",
    "cav2",
    "csc",
    "CSC",
    "security code",
    "securitycode",
    "security\ncode",
    "security7code",
]
_CODE_NAMES += [
    "card verification",
    "card_verification-value",
    "cardVerificationCode",
    "card\nverification number",
    "card verification xcode",
]
_CODE_NAMES += [
    "Kartenprüfnummer",
    "Karten-Pru\u0308f-Nummer",
    "KARTENPRUEFZIFFER",
    "Sicherheitscode",
    "cryptogramme",
    "cryptogramme visuel",
]
_CODE_NAMES += [
    "code de sécurité",
    "code de se\u0301curite\u0301",
    "código de seguridad",
    "codice di sicurezza",
    "beveiligingscode",
]
_CODE_NAMES += ["Prüfnummer", "pru\u0308f-nummer", "veiligheidscode", "kaartverificatiecode"]
_CODE_NAMES += [
    "\uff23\uff36\uff36",
    "\uff33\uff25\uff23\uff35\uff32\uff29\uff34\uff39\u3000\uff23\uff2f\uff24\uff25",
]
_BETWEEN = ["", " ", ": ", "=", "-", "_", " is ", " code_", "] ", " no. ", " " * 6, " " * 8, "#", "\uff1a"]
_NUMBERS = ["123", "1234", "12", "12345", "123.45", "123a", "123-4", "123/4", "123.", "\uff11\uff12\uff13"]
_NAMED = ["".join(parts) for parts in itertools.product(_BEFORE, _CODE_NAMES, _BETWEEN, _NUMBERS)]


def test_the_gate_and_the_scanner_take_the_same_names_for_certain_codes() -> None:
    refused = {_NAMED[row] for row in rows_with_named_codes(pa.array(_NAMED))}
    assert len(refused) > len(_NAMED) / 10
    assert refused == {text for text in _NAMED if leaks_in_text(text)[SECURITY_CODE]}


@pytest.mark.parametrize(
    "name", ["Prüfziffer", "Pru\u0308fziffer", "KPN", "code", "Prüfnummer", "código", "verification code"]
)
def test_the_scanner_finds_a_code_by_a_short_name_behind_a_masked_number(name: str) -> None:
    text = f"4111111111111111 {name} 737"
    (masked,) = redact(pa.array([text])).to_pylist()
    assert masked == f"[PAN ****1111] {name} [CVV]"
    assert not leaks_in_text(masked)
    left = f"[PAN ****1111] {name} 737"
    assert leaks_in_rows(pa.table({"note": [left]}))[1]["note", SECURITY_CODE] == 1
    assert redact(pa.array([left])).to_pylist() == [masked]
    assert rows_with_named_codes(pa.array([left])).tolist() == [0]


@pytest.mark.parametrize(
    "name",
    ["kartenprufnummer", "Sicherheitscode", "code_de_securite", "codigo_de_seguridad", "beveiligingscode"],
)
def test_the_scanner_knows_a_codes_column_by_its_name_in_other_languages(name: str) -> None:
    assert leaks_in_rows(pa.table({name: [737, 1234]}))[1][name, SECURITY_CODE] == 2


def test_a_profile_hides_what_the_gate_refuses_for_its_name() -> None:
    refused = {_NAMED[row] for row in rows_with_named_codes(pa.array(_NAMED))}
    assert {
        text for text, shown in zip(_NAMED, hide_secrets(_NAMED), strict=True) if shown == HIDDEN
    } == refused
    masked = {
        text
        for text, left in zip(_NAMED, redact_named_codes(pa.array(_NAMED)).to_pylist(), strict=True)
        if text != left
    }
    assert refused <= masked


@pytest.mark.parametrize(
    "name",
    [
        "ssn",
        "SSNs",
        "customerSsn",
        "customer_ssn",
        "social security",
        "Social-Security-No",
        "socialSecurityNumber",
    ],
)
@pytest.mark.parametrize("between", [" ", ": ", "=", "_", "#"])
@pytest.mark.parametrize("number", ["219099999", "219-09-9999", "219-099999"])
def test_a_social_security_number_is_known_by_its_name_to_all_three(
    name: str, between: str, number: str
) -> None:
    text = f"x {name}{between}{number} y"
    assert rows_with_ssns(pa.array([text])).tolist() == [0]
    assert leaks_in_text(text)[SOCIAL_SECURITY_NUMBER]
    assert hide_secrets([text]) == [HIDDEN]


def test_the_gate_and_the_scanner_know_the_same_issuers() -> None:
    """Two tables, typed independently, agree at every edge of either."""
    ranges = [
        *((low, high) for low, high, *_ in issuers.ISSUERS),
        *((int(low.ljust(6, "0")), int(high.ljust(6, "9"))) for low, high, _ in _SCANNED_ISSUERS),
    ]
    prefixes = sorted(
        {edge + step for pair in ranges for edge in pair for step in (-1, 0, 1) if 0 < edge + step < 10**6}
    )
    for length in range(issuers.SHORTEST, issuers.LONGEST + 1):
        gate = issuers.is_issued(np.array(prefixes), np.full(len(prefixes), length))
        scanner = [has_issuer(f"{prefix:06d}".ljust(length, "0")) for prefix in prefixes]
        assert [
            prefix for prefix, one, other in zip(prefixes, gate, scanner, strict=True) if one != other
        ] == [], length


_NEW_FORMS = [
    "04111111111111111",
    "00004111111111111111",
    "41111111111111111227",
    "41111111111111112712",
    "4111111111111111122027",
    "411111111111111112/27",
    "41111111111111111227123",
    _url_encoded("4111111111111111"),
    _html_escaped("378282246310005"),
    _html_escaped_in_hex("4111111111111111"),
    "4111%2D1111%2D1111%2D1111",
    "117515279008103",
    "card 4222222222222",
    "4222222222222 12/27",
]


@pytest.mark.parametrize("text", _NEW_FORMS)
def test_every_form_is_found_by_both_and_gone_when_redacted(text: str) -> None:
    (masked,) = redact(pa.array([text])).to_pylist()
    assert masked != text
    assert leaks_in_text(text)[CARD_NUMBER] == 1
    assert leaks_in_rows(pa.table({"note": [text]}))[1]["note", CARD_NUMBER] == 1
    assert not leaks_in_text(masked)


@pytest.mark.parametrize(
    "text",
    ["4222222222222", "phone 501853120001", "EAN 4222222222222, 250 pieces", "[PAN ****1111] 4222222222222"],
)
def test_what_the_gate_accepts_without_a_context_is_no_leak(text: str) -> None:
    assert redact(pa.array([text])).to_pylist() == [text]
    assert not leaks_in_text(text)


@pytest.mark.parametrize("length", [32, 40, 64])
def test_digits_within_a_hexadecimal_id_are_no_candidate_for_gate_and_audit(length: int) -> None:
    """One in some thousands of such ids has a run of digits with an issuer's first digits and the right check
    digit.
    """
    text = f"a7{'4111111111111111'}{'0123456789abcdef' * 4}"[: length - 1] + "f"
    for spelled in (text, text.upper()) if length < 64 else (text,):
        assert redact(pa.array([spelled])).to_pylist() == [spelled]
        assert not leaks_in_text(spelled)


@pytest.mark.parametrize(
    "text", ["4111111111111111abcdefabcdefabcd", "abcdefabcdefabcd4111111111111111", "a4111111111111111b"]
)
def test_a_number_at_the_end_of_a_hexadecimal_text_is_found_by_gate_and_audit(text: str) -> None:
    """It may be glued on; and texts of other lengths are no ids."""
    assert redact(pa.array([text])).to_pylist() != [text]
    assert leaks_in_text(text)[CARD_NUMBER] == 1


@given(st.integers(0, 2**128 - 1), st.sampled_from([str.lower, str.upper]))
def test_a_uuid_is_no_finding_for_gate_and_audit(number: int, spell: Callable[[str], str]) -> None:
    text = spell(f"{number | 0xA << 60:032x}")
    parted = "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
    assert redact(pa.array([parted])).to_pylist() == [parted]
    assert not leaks_in_text(parted)


@pytest.mark.parametrize("length", [32, 40])
@given(st.data())
def test_what_redaction_leaves_of_a_hexadecimal_id_is_no_finding(length: int, data: st.DataObject) -> None:
    digits = checked(data.draw(st.from_regex(r"\A4[0-9]{14}\Z")))
    at = data.draw(st.integers(0, length - len(digits)))
    letters = data.draw(st.text("0123456789abcdef", min_size=length, max_size=length))
    text = letters[:at] + digits + letters[at + len(digits) :]
    assert not leaks_in_text(redact(pa.array([text]))[0].as_py())[CARD_NUMBER]


@given(
    st.lists(
        st.one_of(
            st.decimals(-(10**18) + 1, 10**18 - 1, places=2),
            st.sampled_from(["4111111111111111", "378282246310005", "5555555555554444"]).flatmap(
                lambda card: st.sampled_from([Decimal(card), Decimal(f"{card}.50"), Decimal(f"-{card}.01")])
            ),
        ),
        max_size=30,
    ),
    st.booleans(),
)
def test_gate_and_audit_find_the_same_cards_among_decimals_and_doubles(
    amounts: list[Decimal], are_doubles: bool
) -> None:
    values = pa.array(amounts, pa.decimal128(20, 2))
    if are_doubles:
        values = values.cast(pa.float64())
    refused = len(numeric_rows_with_cards(values))
    _, leaks = leaks_in_rows(pa.table({"insured_value": values}))
    assert leaks["insured_value", CARD_NUMBER] == refused
