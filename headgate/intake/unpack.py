"""Take the compression off a file (gzip, zip or zstd, also one inside another), within fixed limits."""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import TYPE_CHECKING

import pyarrow as pa

from headgate.errors import UnreadableFileError
from headgate.intake.card_search import redact
from headgate.intake.cells import text_array

if TYPE_CHECKING:
    from typing import IO

GZIP_MAGIC = b"\x1f\x8b"
ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
ZIP_MAGICS = (b"PK\x03\x04", b"PK\x05\x06")  # with members, and without any
WORKBOOK_PART = "xl/workbook.xml"
# What a worker of 3 GB can hold beside its own copies. A file that grows past it is a bomb, or belongs to a larger worker.
MAX_EXPANDED_BYTES = 1 << 30
# Tables of one repeated row grow 200- to 400-fold, bombs a thousandfold and more. Small files may grow as they like.
MAX_RATIO = 500
_GROWS_FREELY_BYTES = 1 << 26
MAX_LAYERS = 3  # a gzip in a zip in a zstd; no export does more
MAX_MEMBERS = 10_000
_CHUNK_BYTES = 1 << 20
_MEMBERS_SHOWN = 5


def unpack(body: bytes, limit_bytes: int = MAX_EXPANDED_BYTES) -> bytes:
    """The file's content without compression, by what the bytes say and not by the file's name; a workbook stays as it is.

    Raises:
        UnreadableFileError: nothing is in it (`empty_file`); it stops early (`truncated_gzip`) or is damaged (`corrupt_gzip`, and
            `corrupt_archive` for zip and zstd); a zip holds more than one data file (`several_files`); or it grows past the
            limits on bytes, ratio and layers (`too_large`).
    """
    content, allowed = body, min(limit_bytes, max(_GROWS_FREELY_BYTES, MAX_RATIO * len(body)))
    for _ in range(MAX_LAYERS):
        if not is_packed(content):
            break
        content = _unpacked(content, allowed)
    if is_packed(content):
        raise UnreadableFileError(
            rule="too_large",
            message=f"the file is compressed more than {MAX_LAYERS} times over",
            remedy="compress it once and send it again",
        )
    if len(content) > limit_bytes:
        raise too_large(limit_bytes)
    if not content:
        raise UnreadableFileError(rule="empty_file", message="the file holds no bytes", remedy="send the file again; its upload was cut")
    return content


def too_large(limit_bytes: int) -> UnreadableFileError:
    """The refusal of a file that is larger than a worker can hold."""
    return UnreadableFileError(
        rule="too_large",
        message=f"the file holds more than {limit_bytes:,} bytes once unpacked",
        remedy="split it into smaller files with the same header",
    )


def is_workbook(content: bytes) -> bool:
    """Whether the bytes are an Excel workbook: a zip with the parts of one. Source: ECMA-376, part 2."""
    if not content.startswith(ZIP_MAGICS[0]):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return WORKBOOK_PART in archive.namelist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return False


def is_packed(content: bytes) -> bool:
    """Whether the bytes start as a compressed file does."""
    return content.startswith((GZIP_MAGIC, ZSTD_MAGIC, *ZIP_MAGICS)) and not is_workbook(content)


def _unpacked(content: bytes, limit_bytes: int) -> bytes:
    if content.startswith(GZIP_MAGIC):
        return _gunzip(content, limit_bytes)
    return _unzstd(content, limit_bytes) if content.startswith(ZSTD_MAGIC) else _unzip(content, limit_bytes)


def _unzstd(body: bytes, limit_bytes: int) -> bytes:
    """All frames, one after the other. Source: RFC 8878."""
    try:
        with pa.CompressedInputStream(pa.BufferReader(body), "zstd") as packed:
            return read_within(packed, limit_bytes)
    except (OSError, pa.ArrowException):
        raise _corrupt("zstd") from None


def _unzip(body: bytes, limit_bytes: int) -> bytes:
    """The one data file among the members."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive, archive.open(_data_member(archive)) as member:
            return read_within(member, limit_bytes)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, LookupError, OSError, ValueError, RuntimeError):
        # RuntimeError: it wants a password. Its text, as that of the others, can hold a member's name.
        raise _corrupt("zip") from None


def _data_member(archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    if len(archive.infolist()) > MAX_MEMBERS:
        raise UnreadableFileError(
            rule="too_large", message=f"the zip archive has more than {MAX_MEMBERS:,} members", remedy="send the one file with the data"
        )
    members = [member for member in archive.infolist() if _is_data(member)]
    if len(members) != 1:
        raise UnreadableFileError(
            rule="several_files" if members else "empty_file",
            message=f"the zip archive holds {len(members)} data files{_told(members)}",
            remedy="send each file as an object of its own",
        )
    return members[0]


def _is_data(member: zipfile.ZipInfo) -> bool:
    """Neither a folder nor what tools leave behind: `__MACOSX/…`, `.DS_Store`, `_SUCCESS`."""
    return not member.is_dir() and not any(part.startswith(("_", ".")) for part in member.filename.split("/"))


def _told(members: list[zipfile.ZipInfo]) -> str:
    """The first members' names, without what could be a card number."""
    if not members:
        return ""
    names = redact(text_array(member.filename[:80] for member in members[:_MEMBERS_SHOWN])).to_pylist()
    return f": {', '.join(names)}{', …' if len(members) > _MEMBERS_SHOWN else ''}"


def read_within(packed: IO[bytes], limit_bytes: int) -> bytes:
    """All that a stream gives, unless it grows past the limit: what its header says about its size is not believed."""
    parts = bytearray()
    while chunk := packed.read(_CHUNK_BYTES):
        parts += chunk
        if len(parts) > limit_bytes:
            raise too_large(limit_bytes)
    return bytes(parts)


def _corrupt(form: str) -> UnreadableFileError:
    return UnreadableFileError(
        rule="corrupt_archive",
        message=f"the {form} archive is cut, damaged or encrypted",
        remedy="compress the file again, without a password, and send it again",
    )


def _gunzip(body: bytes, limit_bytes: int) -> bytes:
    """All gzip members, one after the other; zeros that pad the end are not data (RFC 1952; gzip(1) ignores them)."""
    view, position, parts = memoryview(body), 0, bytearray()
    while position < len(body):
        if body[position] == 0 and not body[position:].strip(b"\0"):
            break
        position = _gunzip_member(view, position, parts, limit_bytes)
    return bytes(parts)


def _gunzip_member(view: memoryview, position: int, parts: bytearray, limit_bytes: int) -> int:
    """Append one member's content to `parts`; the position behind it."""
    member = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    while not member.eof:
        chunk = view[position : position + _CHUNK_BYTES]
        if not chunk:
            raise UnreadableFileError(
                rule="truncated_gzip", message="the gzip stream stops before its end", remedy="send the file again; its upload was cut"
            )
        parts += _inflate(member, chunk, limit_bytes - len(parts) + 1)
        if len(parts) > limit_bytes:
            raise too_large(limit_bytes)
        position += len(chunk) - len(member.unused_data)
    return position


def _inflate(member: zlib._Decompress, chunk: memoryview, at_most: int) -> bytes:
    try:
        return member.decompress(chunk, at_most)
    except zlib.error as error:
        raise UnreadableFileError(
            rule="corrupt_gzip", message="the gzip stream is damaged", remedy="compress the file again and send it again"
        ) from error
