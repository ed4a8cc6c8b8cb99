"""Social security numbers are found as people write them, and other numbers stay."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.masking.find_ssns import _FORM, redact_ssn_forms, rows_with_ssns
from tests.unit.masking.texts import pieced, redacted

pytestmark = pytest.mark.unit
around = st.text(alphabet="abc é,;:()#€日\n\"'\\")


def wide(text: str) -> str:
    return "".join(chr(ord(sign) + 0xFEE0) for sign in text)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("my ssn is 123-45-6789", "my ssn is [SSN ***-**-6789]"),
        ("123-45-6789.", "[SSN ***-**-6789]."),
        ("123 45 6789", "[SSN ***-**-6789]"),
        ("123.45.6789", "[SSN ***-**-6789]"),
        ("123\u201345\u20136789", "[SSN ***-**-6789]"),
        ("123\u00a045\u00a06789", "[SSN ***-**-6789]"),
        ("\uff11\uff12\uff13-\uff14\uff15-\uff16\uff17\uff18\uff19", "[SSN ***-**-6789]"),
        ("Ssn 123456789", "Ssn [SSN ***-**-6789]"),
        ("Social Security No: 123-456789.", "Social Security No: [SSN ***-**-6789]."),
        ("social_security_number=123456789", "social_security_number=[SSN ***-**-6789]"),
        ("customer_ssn: 123456789", "customer_ssn: [SSN ***-**-6789]"),
        ("customerSsn: 123456789", "customerSsn: [SSN ***-**-6789]"),
        ("SSNs 123456789", "SSNs [SSN ***-**-6789]"),
        ("ssn 12 is 1 for 123 45 6789", "ssn 12 is 1 for [SSN ***-**-6789]"),
        ("SSN123-45-6789, ssn-899-99-9999", "SSN[SSN ***-**-6789], ssn-[SSN ***-**-9999]"),
        ("née 001-01-0001\nété", "née [SSN ***-**-0001]\nété"),
        (f"{wide('SSN')} 219099999", f"{wide('SSN')} [SSN ***-**-9999]"),
        (wide("ssn:219099999!"), f"{wide('ssn:')}[SSN ***-**-9999]{wide('!')}"),
        ("219-09-9999 218 09 9998", "[SSN ***-**-9999] [SSN ***-**-9998]"),
        ("219 09 9999 218-09-9998", "[SSN ***-**-9999] [SSN ***-**-9998]"),
        ("219 09 9999 218 09 9998", "[SSN ***-**-9999] [SSN ***-**-9998]"),
        ("ssn 219099999 218 09 9998", "ssn [SSN ***-**-9999] [SSN ***-**-9998]"),
    ],
)
def test_a_social_security_number_is_found_as_it_is_written(text: str, left: str) -> None:
    assert redacted("", text, None) == ["", left, None]
    assert rows_with_ssns(pa.array(["", text, None])).tolist() == [1]


@pytest.mark.parametrize(
    "text",
    [
        "000-12-3456",  # never given out: area
        "666-12-3456",
        "900-12-3456",
        "123-00-4567",  # group
        "123-45-0000",  # serial number
        "2024-01-05",
        "2024-01-05 12:34:56",
        "555-123-4567",  # phone numbers
        "+358 123-45-6789",
        "+7 (495) 123-45-6789",
        "8-800-123-45-6789",
        "SKU-123-45-6789",  # products' codes
        "AB123-45-6789",
        "123-45-6789-XL",
        "123-45-6789X",
        "123-45-67890",
        "1123-45-6789",
        "123-45-6789.5",
        "978-0-306-40615-7",
        "123456789",
        "123-45-",
        "030 123 45 6789",
        "123 45 6789 01",
        "123 45 6789 0123 45 6789",
        "123-45 6789",
        "123.45 6789",
        "assn 123456789x",
        "society 123456789",
    ],
)
def test_other_numbers_than_social_security_numbers_stay(text: str) -> None:
    assert redacted(text) == [text]
    assert not len(rows_with_ssns(pa.array([text])))


def test_a_social_security_number_is_not_put_together_from_two_cells() -> None:
    texts = ["x 123-45", "-6789", "6789 123-45-6", "789"]
    assert redacted(*texts) == texts


@given(
    around,
    st.integers(1, 899).filter(lambda area: area != 666),
    st.integers(1, 99),
    st.integers(1, 9999),
    around,
)
def test_every_number_that_may_be_given_out_is_found(
    before: str, area: int, group: int, serial: int, after: str
) -> None:
    last4 = f"{serial:04d}"
    for gap in "-.":
        shown = redacted(f"{before} {area:03d}{gap}{group:02d}{gap}{last4} {after}")
        assert shown == [f"{before} [SSN ***-**-{last4}] {after}"]


@given(pieced, st.integers(0, 2))
def test_looking_for_the_form_of_social_security_numbers_first_misses_none(
    texts: list[str | None], skipped: int
) -> None:
    text = pa.array(texts, pa.string()).slice(skipped)
    assert redact_ssn_forms(text).equals(pc.replace_substring_regex(text, _FORM, "[SSN]"))
