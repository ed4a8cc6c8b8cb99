"""The masker and the leak scanner, which share no code, agree: what was redacted holds nothing that the scanner finds."""

from __future__ import annotations

import itertools

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.masking.card_search import redact, rows_with_named_codes, rows_with_ssns, without_named_codes
from headgate.profiling.conceal import is_secret
from headgate.quality.leaks import SECURITY_CODE, SOCIAL_SECURITY_NUMBER, leaks_in_text

pytestmark = pytest.mark.unit

_ISSUED = ["4", "51", "2221", "34", "36", "6011", "35", "62", "50", "67"]
_LENGTHS = {"4": (13, 16, 18, 19), "51": (16,), "2221": (16,), "34": (15,), "36": (14, 16, 19), "50": (12, 13, 16, 19), "67": (12, 16, 19)}
_SEPARATORS = ["", " ", "-", ".", "_", "/", " - ", "|", ", ", "*", ":", "'", "%20", "&nbsp;", "\u00a0", "\u2013", "\u200b"]
_NAMES = ["cvv", "CVV2:", "card_cvc =", "cardCvv:", "csc:", "security code is", "card  verification value", "CVN #"]
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
    total = sum(int(digit) if place % 2 else sum(divmod(2 * int(digit), 10)) for place, digit in enumerate(reversed(body)))
    return body + str(-total % 10)


@st.composite
def cards(draw: st.DrawFn) -> str:
    issuer = draw(st.sampled_from(_ISSUED))
    length = draw(st.sampled_from(_LENGTHS.get(issuer, (16, 18, 19))))
    rest = draw(st.text("0123456789", min_size=length, max_size=length))
    digits = checked((issuer + rest)[: length - 1])
    separator = draw(st.sampled_from(_SEPARATORS))
    return separator.join(digits[start : start + 4] for start in range(0, length, 4))


_SSNS = st.builds(
    "{}{:03}{}{:02}{}{:04}".format,
    st.sampled_from(["", "ssn: ", "social security number "]),
    st.integers(100, 665),
    st.shared(st.sampled_from("-./ "), key="gap"),
    st.integers(1, 99),
    st.shared(st.sampled_from("-./ "), key="gap"),
    st.integers(1, 9999),
)
_CODES = st.builds("{} {}".format, st.sampled_from(_NAMES), st.from_regex(r"[0-9]{3,4}", fullmatch=True))
_SECRETS = cards() | _SSNS | _CODES


@given(st.lists(_SECRETS | st.sampled_from(_OTHERS), min_size=1, max_size=4), st.sampled_from(["; ", " and ", "\n", " (", " <> "]))
def test_nothing_is_found_in_what_was_masked(parts: list[str], between: str) -> None:
    masked = redact(pa.array([between.join(parts)]))[0].as_py()
    assert not leaks_in_text(masked), masked


@given(_SECRETS)
def test_the_masker_the_scanner_and_the_profile_know_the_same_secrets(secret: str) -> None:
    text = f"see {secret} ok"
    assert redact(pa.array([text]))[0].as_py() != text
    assert leaks_in_text(text)
    assert is_secret(text)


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
_CODE_NAMES += ["\uff23\uff36\uff36", "\uff33\uff25\uff23\uff35\uff32\uff29\uff34\uff39\u3000\uff23\uff2f\uff24\uff25"]
_BETWEEN = ["", " ", ": ", "=", "-", "_", " is ", " code_", "] ", " no. ", " " * 6, " " * 8, "#", "\uff1a"]
_NUMBERS = ["123", "1234", "12", "12345", "123.45", "123a", "123-4", "123/4", "123.", "\uff11\uff12\uff13"]
_NAMED = ["".join(parts) for parts in itertools.product(_BEFORE, _CODE_NAMES, _BETWEEN, _NUMBERS)]


def test_the_gate_and_the_scanner_take_the_same_names_for_surely_codes() -> None:
    refused = {_NAMED[row] for row in rows_with_named_codes(pa.array(_NAMED))}
    assert len(refused) > len(_NAMED) / 10
    assert refused == {text for text in _NAMED if leaks_in_text(text)[SECURITY_CODE]}


def test_a_profile_hides_what_the_gate_masks_for_its_name() -> None:
    masked = {text for text, left in zip(_NAMED, without_named_codes(pa.array(_NAMED)).to_pylist(), strict=True) if text != left}
    hidden = {text for text in _NAMED if is_secret(text)}
    assert hidden <= masked
    # Things are called CSC500, which the gate lets in and takes out of free text only.
    assert {text.casefold().lstrip("_[ my")[:5] for text in masked - hidden} == {"csc12", "csc\uff11\uff12"}


@pytest.mark.parametrize(
    "name", ["ssn", "SSNs", "customerSsn", "customer_ssn", "social security", "Social-Security-No", "socialSecurityNumber"]
)
@pytest.mark.parametrize("between", [" ", ": ", "=", "_", "#"])
@pytest.mark.parametrize("number", ["219099999", "219-09-9999", "219-099999"])
def test_a_social_security_number_is_known_by_its_name_to_all_three(name: str, between: str, number: str) -> None:
    text = f"x {name}{between}{number} y"
    assert rows_with_ssns(pa.array([text])).tolist() == [0]
    assert leaks_in_text(text)[SOCIAL_SECURITY_NUMBER]
    assert is_secret(text)
