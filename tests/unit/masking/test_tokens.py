import hashlib
import hmac

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.lake.ports import MaskingKey
from headgate.masking.tokens import Tokens

pytestmark = pytest.mark.unit

NUMBERS = st.lists(st.text("0123456789", min_size=1, max_size=19), max_size=5)


def tokens(key: MaskingKey, *numbers: str) -> list[str]:
    return list(Tokens(key).of(pa.array(numbers, pa.string())).to_pylist())


@given(NUMBERS, st.binary(min_size=1, max_size=100))
def test_a_token_is_the_keyed_hash_of_the_whole_number(numbers: list[str], secret: bytes) -> None:
    """As Python's own HMAC makes it."""
    expected = ["k7:" + hmac.new(secret, number.encode(), hashlib.sha256).hexdigest() for number in numbers]
    assert tokens(MaskingKey("k7", secret), *numbers) == expected


def test_a_token_is_that_of_the_standard() -> None:
    """Source: RFC 4231, test case 2."""
    reported = tokens(MaskingKey("k1", b"Jefe"), "what do ya want for nothing?")
    assert reported == ["k1:5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"]


def test_tokens_differ_by_key() -> None:
    one, other = (tokens(MaskingKey("k", secret), "4111111111111111") for secret in (b"a" * 32, b"b" * 32))
    assert one != other


@given(NUMBERS, st.integers(0, 5))
def test_a_slice_of_numbers_has_their_tokens(numbers: list[str], start: int) -> None:
    key = MaskingKey("k1", b"0123456789abcdef0123456789abcdef")
    part = pa.array(numbers, pa.string()).slice(start)
    assert Tokens(key).of(part).to_pylist() == tokens(key, *numbers[start:])
