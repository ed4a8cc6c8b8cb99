"""Take the compression off a file, within a fixed limit."""

from __future__ import annotations

import zlib

from headgate.errors import UnreadableFileError

GZIP_MAGIC = b"\x1f\x8b"
# What a worker of 3 GB can hold beside its own copies. A file that grows past it is a bomb, or belongs to a larger worker.
MAX_EXPANDED_BYTES = 1 << 30
_CHUNK_BYTES = 1 << 20


def unpack(body: bytes, limit_bytes: int = MAX_EXPANDED_BYTES) -> bytes:
    """The file's content without gzip, by what the bytes say and not by the file's name.

    Raises:
        UnreadableFileError: nothing is in it (`empty_file`), gzip stops early (`truncated_gzip`) or is damaged
            (`corrupt_gzip`), or it grows past the limit (`too_large`).
    """
    content = _gunzip(body, limit_bytes) if body.startswith(GZIP_MAGIC) else body
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
