from __future__ import annotations

import gzip
import io
import zipfile
from contextlib import suppress
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.errors import UnreadableFileError
from headgate.formats.unpack import MAX_LAYERS, OutgrownError, unpack, unpack_file, unpacked

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.unit


@given(st.binary(min_size=1).filter(lambda body: not body.startswith((b"\x1f\x8b", b"PK", b"\x28\xb5"))))
def test_gzip_gives_back_what_was_packed_and_other_bytes_stay(body: bytes) -> None:
    assert unpack(gzip.compress(body)) == body
    assert unpack(body) == body


@pytest.mark.parametrize(
    ("part", "says"),
    [
        ("word/document.xml", "a Word document"),
        ("ppt/presentation.xml", "a presentation"),
        ("Index/Document.iwa", "a document of Numbers"),
    ],
)
def test_a_document_of_another_program_is_called_so(part: str, says: str) -> None:
    with pytest.raises(UnreadableFileError) as refused:
        unpack(zipped({"[Content_Types].xml": b"z", part: b"x", "other.bin": b"y"}))
    assert refused.value.rule == "not_a_table"
    assert says in refused.value.message


@pytest.mark.parametrize("member", ["ppt/people.csv", "word/documents.csv", "word/document.xml"])
def test_a_folder_named_like_one_of_a_document_holds_data(member: str) -> None:
    assert unpack(zipped({member: b"id,name\n1,Ada\n"})) == b"id,name\n1,Ada\n"


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


@pytest.mark.parametrize("body", [b"", gzip.compress(b"", mtime=0)])
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


def zstd(content: bytes) -> bytes:
    out = pa.BufferOutputStream()
    with pa.CompressedOutputStream(out, "zstd") as packed:
        packed.write(content)
    packed_bytes: bytes = out.getvalue().to_pybytes()
    return packed_bytes


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


@given(st.binary(min_size=1).filter(lambda body: not body.startswith((b"\x1f\x8b", b"PK", b"\x28\xb5"))))
def test_zip_and_zstd_give_back_what_was_packed(body: bytes) -> None:
    assert unpack(zstd(body)) == body
    assert unpack(zipped({"orders.csv": body})) == body


def test_one_compression_inside_another_is_taken_off_too() -> None:
    assert unpack(zipped({"a.csv.gz": gzip.compress(b"a,b\n")})) == b"a,b\n"
    assert unpack(gzip.compress(zstd(zstd(b"a,b\n")))) == b"a,b\n"


def test_several_zstd_frames_are_one_file() -> None:
    assert unpack(zstd(b"one,") + zstd(b"two")) == b"one,two"


def test_what_tools_leave_in_a_zip_is_no_data() -> None:
    assert (
        unpack(
            zipped(
                {
                    "x/": b"",
                    "x/a.csv": b"data",
                    "__MACOSX/x/._a.csv": b"?",
                    ".DS_Store": b"?",
                    "_SUCCESS": b"",
                    "x/.a.csv.crc": b"?",
                    "x/_committed_42": b"?",
                    "Thumbs.db": b"?",
                }
            )
        )
        == b"data"
    )


@pytest.mark.parametrize(
    "name",
    [
        "_a.csv",
        ".a.csv",
        "./a.csv",
        "../a.csv",
        "..",
        ".",
        "_data/a",
        "_Parts/A.PARQUET",
        "_a.psv",
        "._x/a.csv",
    ],
)
def test_a_table_with_a_hidden_name_is_never_left_out_of_a_zip_silently(name: str) -> None:
    assert unpack(zipped({name: b"data"})) == b"data"
    with pytest.raises(UnreadableFileError, match="holds 2 data files") as refused:
        unpack(zipped({name: b"1", "b.csv": b"2"}))
    assert refused.value.rule == "several_files"


def test_a_zip_with_several_data_files_is_refused_by_their_names_and_no_card_shows() -> None:
    with pytest.raises(UnreadableFileError) as refused:
        unpack(zipped({"a.csv": b"1", "b 4111111111111111.csv": b"2"}))
    assert refused.value.rule == "several_files"
    assert "a.csv" in str(refused.value)
    assert "4111111111111111" not in str(refused.value)


def test_an_archive_without_data_is_empty() -> None:
    with pytest.raises(UnreadableFileError) as refused:
        unpack(zipped({}))
    assert refused.value.rule == "empty_file"


@pytest.mark.parametrize("pack", [zstd, lambda content: zipped({"a.csv": content})])
def test_a_cut_or_damaged_archive_is_refused(pack: Callable[[bytes], bytes]) -> None:
    packed = pack(bytes(range(256)) * 100)
    for broken in (packed[:-30], packed[: len(packed) // 2], packed[:5]):
        with pytest.raises(UnreadableFileError) as refused:
            unpack(broken)
        assert refused.value.rule == "corrupt_archive"


def test_a_password_of_a_zip_is_named_and_damage_is_not_called_one() -> None:
    packed = bytearray(zipped({"a.csv": b"a,b\n1,2\n"}))
    for header, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        packed[packed.index(header) + flags] |= 1
    with pytest.raises(UnreadableFileError, match="has a password") as refused:
        unpack(bytes(packed))
    assert refused.value.rule == "corrupt_archive"
    assert "workbook" not in refused.value.remedy
    with pytest.raises(UnreadableFileError, match="cut or damaged"):
        unpack(zipped({"a.csv": b"a,b\n1,2\n"})[:-30])


def test_a_changed_byte_in_a_zip_is_refused() -> None:
    packed = bytearray(zipped({"a.csv": bytes(range(256)) * 10}))
    packed[60] ^= 0xFF
    with pytest.raises(UnreadableFileError) as refused:
        unpack(bytes(packed))
    assert refused.value.rule == "corrupt_archive"


@pytest.mark.parametrize("pack", [zstd, gzip.compress, lambda content: zipped({"a.csv": content})])
def test_bombs_stop_at_the_limit_of_bytes_and_of_growth(pack: Callable[[bytes], bytes]) -> None:
    bomb = pack(b"0" * 80_000_000)
    for limit_bytes in (1_000_000, 1 << 30):
        with pytest.raises(UnreadableFileError) as refused:
            unpack(bomb, limit_bytes=limit_bytes)
        assert refused.value.rule == "too_large"


def test_layers_have_an_end() -> None:
    body = b"a,b\n"
    for _ in range(MAX_LAYERS + 1):
        body = gzip.compress(body)
    with pytest.raises(UnreadableFileError) as refused:
        unpack(body)
    assert refused.value.rule == "too_large"


def test_a_zip_of_a_version_that_nobody_knows_is_damage() -> None:
    unknown = bytearray(zipped({"a.csv": b"1"}))
    unknown[unknown.index(b"PK\x01\x02") + 6] = 0xFF
    with pytest.raises(UnreadableFileError) as refused:
        unpack(bytes(unknown))
    assert refused.value.rule == "corrupt_archive"


@given(
    st.binary(max_size=400),
    st.sampled_from([b"\x1f\x8b\x08", b"PK\x03\x04", b"PK\x05\x06", b"\x28\xb5\x2f\xfd"]),
)
def test_bytes_that_only_start_as_an_archive_are_refused_or_read(body: bytes, magic: bytes) -> None:
    with suppress(UnreadableFileError):
        unpack(magic + body)


TEXT = b"id,name\n" + b"1,one\n" * 400_000


@pytest.mark.parametrize(
    "body",
    [
        b"",
        TEXT,
        gzip.compress(TEXT),
        gzip.compress(TEXT[:70]) * 3 + b"\0" * 3_000_000,
        pa.compress(TEXT, "zstd", asbytes=True),
        zipped({"orders.csv": TEXT}),
        gzip.compress(zipped({"orders.csv": TEXT})),
    ],
    ids=["empty", "plain", "gzip", "padded members", "zstd", "zip", "zip in gzip"],
)
def test_a_file_on_disk_is_unpacked_as_one_in_memory_and_leaves_nothing_else_behind(
    tmp_path: Path, body: bytes
) -> None:
    path = tmp_path / "in"
    path.write_bytes(body)
    found = unpack_file(path, tmp_path)
    if body:
        assert (found.path.read_bytes(), found.packed) == unpacked(body)
    assert set(tmp_path.iterdir()) == {path, found.path}


@pytest.mark.parametrize(
    "cut",
    [
        gzip.compress(TEXT)[:-9],
        gzip.compress(TEXT) + b"\0\0rest",
        zipped({"orders.csv": TEXT})[:-30],
        gzip.compress(TEXT)[:9],
    ],
)
def test_a_damaged_file_on_disk_is_refused_as_one_in_memory(tmp_path: Path, cut: bytes) -> None:
    (tmp_path / "in").write_bytes(cut)
    rules = []
    for attempt in (lambda: unpack(cut), lambda: unpack_file(tmp_path / "in", tmp_path)):
        with pytest.raises(UnreadableFileError) as refused:
            attempt()
        rules.append(refused.value.rule)
    assert rules[0] == rules[1]


def test_a_file_that_outgrows_the_worker_is_distinguished_from_a_bomb(tmp_path: Path) -> None:
    (tmp_path / "table").write_bytes(gzip.compress(TEXT))
    with pytest.raises(OutgrownError):
        unpack_file(tmp_path / "table", tmp_path, limit_bytes=1_000_000)
    (tmp_path / "bomb").write_bytes(gzip.compress(b"\0" * 100_000_000))
    with pytest.raises(UnreadableFileError) as refused:
        unpack_file(tmp_path / "bomb", tmp_path)
    assert (refused.value.rule, isinstance(refused.value, OutgrownError)) == ("too_large", False)
    assert "67,108,864 bytes, the most for a file of its size: 500 times its bytes" in refused.value.message
