"""Read the header and the blocks of an Avro container file.

Blocks are decompressed here, so that the size limit applies before a block is in memory. Source: Apache Avro
1.12, "Object Container Files".
"""

import bz2
import io
import json
import lzma
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any

import pyarrow as pa
from fastavro import parse_schema, schemaless_reader
from fastavro.schema import SchemaParseException

from headgate.errors import UnreadableFileError
from headgate.formats.sniff import AVRO_MAGIC
from headgate.formats.unpack import MAX_EXPANDED_BYTES, too_large

_SYNC_BYTES = 16
_CHECKSUM_BYTES = 4  # after each block of snappy
_METADATA = {"type": "map", "values": "bytes"}
_MAX_SCHEMA_BYTES = 1 << 22


@dataclass(frozen=True)
class ContainerHeader:
    """The header of a file: the parsed schema of its records, the codec and the end marker of its blocks."""

    schema: Any
    codec: str
    sync: bytes


@contextmanager
def damage_named() -> Iterator[None]:
    """Raise UnreadableFileError instead of the many errors of damaged bytes."""
    try:
        yield
    except UnreadableFileError:
        raise
    except (
        ArithmeticError,
        AttributeError,
        EOFError,
        LookupError,
        OSError,
        RecursionError,
        TypeError,
        ValueError,
        SchemaParseException,
        lzma.LZMAError,
        pa.ArrowException,
        zlib.error,
    ):
        raise corrupt_avro() from None


def corrupt_avro() -> UnreadableFileError:
    """Return the rejection of a file that cannot be read."""
    return UnreadableFileError(
        rule="corrupt_avro",
        message="the Avro file is damaged or cut",
        remedy="write it again and send it again",
    )


def read_header(stream: IO[bytes]) -> ContainerHeader:
    """Read the header."""
    with damage_named():
        if stream.read(len(AVRO_MAGIC)) != AVRO_MAGIC:
            raise corrupt_avro()
        metadata: Any = schemaless_reader(stream, _METADATA, None)
        schema_text = metadata["avro.schema"]
        if len(schema_text) > _MAX_SCHEMA_BYTES:
            raise too_large(_MAX_SCHEMA_BYTES)
        schema = parse_schema(json.loads(schema_text))
        if not isinstance(schema, dict) or schema["type"] != "record":
            raise UnreadableFileError(
                rule="not_a_table",
                message="the Avro file holds values without names, not records",
                remedy="write a record for each row, whose fields are the columns",
            )
        codec, sync = metadata.get("avro.codec", b"null").decode(), stream.read(_SYNC_BYTES)
        if len(sync) != _SYNC_BYTES:
            raise corrupt_avro()
        return ContainerHeader(schema, codec, sync)


def read_blocks(stream: IO[bytes], header: ContainerHeader) -> Iterator[tuple[int, bytes]]:
    """Yield the number of records and the compressed content of each block after the header.

    Raises:
        UnreadableFileError: `corrupt_avro`.
    """
    with damage_named():
        while first := stream.read(1):
            stream.seek(-len(first), io.SEEK_CUR)
            rows, size = (int(str(schemaless_reader(stream, "long", None))) for _ in range(2))
            if rows < 0 or not 0 <= size <= MAX_EXPANDED_BYTES:
                raise corrupt_avro()
            packed = stream.read(size)
            if len(packed) != size or stream.read(_SYNC_BYTES) != header.sync:
                raise corrupt_avro()
            yield rows, packed


def unpacked_block(packed: bytes, codec: str, limit_bytes: int) -> bytes:
    """Return the decompressed content of a block."""
    max_bytes = limit_bytes + 1
    if codec == "null":
        content = packed
    elif codec == "deflate":
        content = zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, max_bytes)
    elif codec == "bzip2":
        content = bz2.BZ2Decompressor().decompress(packed, max_bytes)
    elif codec == "xz":
        content = lzma.LZMADecompressor().decompress(packed, max_bytes)
    elif codec == "zstandard":
        with pa.CompressedInputStream(pa.BufferReader(packed), "zstd") as stream:
            content = stream.read(max_bytes)
    elif codec == "snappy":
        content = _of_snappy(packed[:-_CHECKSUM_BYTES], packed[-_CHECKSUM_BYTES:], limit_bytes)
    else:
        raise UnreadableFileError(
            rule="corrupt_avro",
            message="the Avro file has an unknown codec",
            remedy="write it with the codec deflate, snappy, zstandard, bzip2 or xz, or with none",
        )
    if len(content) > limit_bytes:
        raise too_large(limit_bytes)
    return bytes(content)


def _of_snappy(packed: bytes, checksum: bytes, limit_bytes: int) -> bytes:
    """Return the content, whose length is in the first bytes. Source: the format description of snappy."""
    length = shift = 0
    for byte in packed[:5]:
        length |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:  # noqa: PLR2004 the highest bit is set in all but the last byte
            break
    if length > limit_bytes:
        raise too_large(limit_bytes)
    content: bytes = pa.decompress(packed, decompressed_size=length, codec="snappy", asbytes=True)
    if zlib.crc32(content) != int.from_bytes(checksum, "big"):
        raise corrupt_avro()
    return content
