from dataclasses import replace
from pathlib import Path

from headgate.contracts.model import Contract
from headgate.formats.batches import Source
from headgate.formats.csv.stream_csv import STREAMED_FROM_BYTES
from headgate.formats.format_list import FORMATS
from headgate.formats.read_file import read_file
from headgate.formats.received_rows import Received
from headgate.formats.unpack import (
    GROWS_FREELY_BYTES,
    MAX_EXPANDED_BYTES,
    MAX_RATIO,
    OutgrownError,
    UnpackedFile,
    unpack_file,
)

# A compressed file up to this size fits into a worker's memory, however much it grows.
_UNPACKED_IN_MEMORY_BYTES = GROWS_FREELY_BYTES // MAX_RATIO


def decompressed(path: Path, folder: Path, limit_bytes: int) -> UnpackedFile:
    """Return the file; a large compressed one is first unpacked into `folder`.

    Raises:
        UnreadableFileError: as `unpack_file`.
        OutgrownError: it unpacks to more than `limit_bytes`.
    """
    if path.stat().st_size <= _UNPACKED_IN_MEMORY_BYTES:
        return UnpackedFile(path)
    unpacked = unpack_file(path, folder, limit_bytes)
    if unpacked.size_bytes > limit_bytes:
        raise OutgrownError.of(limit_bytes)
    return unpacked


def is_large(file: UnpackedFile, source: Source | None = None) -> bool:
    """Return whether the file's rows are spooled to disk instead of kept in memory."""
    return max(file.size_bytes, source.held_bytes if source else 0) >= STREAMED_FROM_BYTES


def open_batches(
    file: UnpackedFile, contract: Contract, folder: Path, from_bytes: int = STREAMED_FROM_BYTES
) -> Source | None:
    """Return the rows in batches, or None if the file must be read at once.

    Args:
        from_bytes: smaller files are read at once.

    Raises:
        BadInputError: as the format's own reader.
    """
    readers = (
        form.batches
        for form in FORMATS
        if form.batches and (form.is_read_from_disk or file.size_bytes >= from_bytes)
    )
    source = next(filter(None, (read(file.path, contract, folder) for read in readers)), None)
    compression = ", ".join(file.packed) or "none"
    return replace(source, written_as={**source.written_as, "compression": compression}) if source else None


def read_whole(file: UnpackedFile, contract: Contract) -> Received:
    """Return all rows at once.

    Raises:
        BadInputError: as `read_file`.
        OutgrownError: no worker can read so many bytes at once.
    """
    if file.size_bytes > MAX_EXPANDED_BYTES:
        raise OutgrownError.of(MAX_EXPANDED_BYTES)
    received = read_file(file.path.read_bytes(), contract)
    return replace(received, packed=(*file.packed, *received.packed))
