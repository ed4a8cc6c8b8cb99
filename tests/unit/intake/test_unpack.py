import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.errors import UnreadableFileError
from headgate.intake.unpack import unpack

pytestmark = pytest.mark.unit


@given(st.binary(min_size=1).filter(lambda body: not body.startswith(b"\x1f\x8b")))
def test_gzip_gives_back_what_was_packed_and_other_bytes_stay(body: bytes) -> None:
    assert unpack(gzip.compress(body)) == body
    assert unpack(body) == body


def test_several_members_and_padding_are_one_file() -> None:
    assert unpack(gzip.compress(b"one,") + gzip.compress(b"two") + b"\0" * 512) == b"one,two"


def test_many_small_members_are_read_in_one_pass() -> None:
    assert unpack(gzip.compress(b"x" * 100) * 3000) == b"x" * 300_000


@pytest.mark.parametrize("kept", [1, 5, 9, -1])
def test_a_stream_that_stops_early_is_truncated(kept: int) -> None:
    packed = b"\x1f\x8b" + gzip.compress(b"a,b\n1,2\n" * 100)[2:]
    with pytest.raises(UnreadableFileError) as refused:
        unpack(packed[: max(kept, 2) if kept > 0 else kept])
    assert refused.value.rule == "truncated_gzip"


def test_a_member_cut_behind_a_whole_one_is_truncated() -> None:
    with pytest.raises(UnreadableFileError) as refused:
        unpack(gzip.compress(b"one") + gzip.compress(b"two")[:-3])
    assert refused.value.rule == "truncated_gzip"


def test_a_wrong_checksum_is_damage() -> None:
    packed = bytearray(gzip.compress(b"a,b\n1,2\n"))
    packed[-6] ^= 0xFF
    with pytest.raises(UnreadableFileError) as refused:
        unpack(bytes(packed))
    assert refused.value.rule == "corrupt_gzip"


def test_other_bytes_behind_the_stream_are_damage() -> None:
    with pytest.raises(UnreadableFileError) as refused:
        unpack(gzip.compress(b"one") + b"surplus")
    assert refused.value.rule == "corrupt_gzip"


@pytest.mark.parametrize("body", [b"", gzip.compress(b"")])
def test_nothing_inside_is_an_empty_file(body: bytes) -> None:
    with pytest.raises(UnreadableFileError) as refused:
        unpack(body)
    assert refused.value.rule == "empty_file"


def test_a_bomb_stops_at_the_limit() -> None:
    bomb = gzip.compress(b"0" * 50_000_000)
    with pytest.raises(UnreadableFileError) as refused:
        unpack(bomb, limit_bytes=1_000_000)
    assert refused.value.rule == "too_large"
    assert len(unpack(gzip.compress(b"0" * 1000), limit_bytes=1000)) == 1000
