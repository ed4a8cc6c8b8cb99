"""Open the rows of a local file of any format, compression and size: in batches where the format allows it, else all at once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from headgate.formats.csv.footer import footer_rows_of_path, mark_footer_in_batches
from headgate.formats.csv.stream_csv import STREAMED_FROM_BYTES, find_plain_csv, stream
from headgate.formats.json.read_json import read_json_lines
from headgate.formats.parquet.read_parquet import read_parquet
from headgate.formats.read_file import read_file
from headgate.formats.received_rows import footer_property
from headgate.formats.sniff import holds_parquet
from headgate.formats.unpack import GROWS_FREELY_BYTES, MAX_EXPANDED_BYTES, MAX_RATIO, OutgrownError, UnpackedFile, unpack_file

if TYPE_CHECKING:
    from pathlib import Path

    from headgate.contracts.model import Contract
    from headgate.formats.batches import Source
    from headgate.formats.received_rows import Received

# A compressed file up to this size fits into a worker's memory, whatever it grows to.
_UNPACKED_IN_MEMORY_BYTES = GROWS_FREELY_BYTES // MAX_RATIO


def decompressed(path: Path, folder: Path, limit_bytes: int) -> UnpackedFile:
    """The file as it is read: a large one that is compressed lies in `folder` without its compression.

    Raises:
        UnreadableFileError: as `unpack_file`; OutgrownError when it holds more than `limit_bytes`.
    """
    if path.stat().st_size <= _UNPACKED_IN_MEMORY_BYTES:
        return UnpackedFile(path)
    found = unpack_file(path, folder, limit_bytes)
    if found.size_bytes > limit_bytes:
        raise OutgrownError.of(limit_bytes)
    return found


def is_large(file: UnpackedFile, source: Source | None = None) -> bool:
    """Whether the file's rows are spooled to disk instead of kept in memory."""
    return max(file.size_bytes, source.held_bytes if source else 0) >= STREAMED_FROM_BYTES


def open_batches(file: UnpackedFile, contract: Contract, folder: Path, from_bytes: int = STREAMED_FROM_BYTES) -> Source | None:
    """The rows, some at a time; None where the file is to be read whole.

    Args:
        from_bytes: a smaller file is read whole.

    Raises:
        BadInputError: as the format's own reader.
    """
    source = read_parquet(file.path, contract) if holds_parquet(file.path) else None
    if source is None and file.size_bytes >= from_bytes:
        source = read_json_lines(file.path, contract, folder / "records.arrow") or stream_plain_csv(file.path, contract)
    compression = ", ".join(file.packed) or "none"
    return replace(source, written_as={**source.written_as, "compression": compression}) if source else None


def stream_plain_csv(path: Path, contract: Contract) -> Source | None:
    """The rows of a plain CSV file, with the footer that `read_csv` finds; None for any other.

    Raises:
        HeaderError, NotPlainError: as `stream`.
    """
    source = stream(path, contract, 0)
    plain = find_plain_csv(path, contract) if source else None
    if source is None or plain is None:
        return source
    footer = footer_rows_of_path(path, plain.data_at, plain.dialect, [contract.column(name) for name in plain.header.names])
    batches = source.batches
    marked = replace(source, batches=lambda: mark_footer_in_batches(batches(), footer))
    return replace(marked, written_as={**source.written_as, **footer_property(footer)})


def read_whole(file: UnpackedFile, contract: Contract) -> Received:
    """Every row at once.

    Raises:
        BadInputError: as `read_file`; OutgrownError when no worker reads so much at once.
    """
    if file.size_bytes > MAX_EXPANDED_BYTES:
        raise OutgrownError.of(MAX_EXPANDED_BYTES)
    received = read_file(file.path.read_bytes(), contract)
    return replace(received, packed=(*file.packed, *received.packed))
