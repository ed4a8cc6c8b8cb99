"""The rows of a local file, whatever its format, compression and size: streamed where that gives the same, else read whole."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from headgate.intake.read_file import read_file
from headgate.intake.stream_csv import STREAMED_FROM_BYTES, stream
from headgate.intake.stream_json import stream_json
from headgate.intake.stream_parquet import stream_parquet
from headgate.intake.unpack import GROWS_FREELY_BYTES, MAX_EXPANDED_BYTES, MAX_RATIO, OutgrownError, UnpackedFile, unpack_file

if TYPE_CHECKING:
    from pathlib import Path

    from headgate.contracts.model import Contract
    from headgate.intake.batches import Source
    from headgate.intake.received import Received

# A compressed file of no more bytes is no matter to a worker's memory, whatever it grows to.
_UNPACKED_IN_MEMORY_BYTES = GROWS_FREELY_BYTES // MAX_RATIO


def opened(path: Path, folder: Path, limit_bytes: int) -> UnpackedFile:
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


def is_large(file: UnpackedFile) -> bool:
    """Whether the file's rows are better kept out of memory."""
    return file.size_bytes >= STREAMED_FROM_BYTES


def streamed(file: UnpackedFile, contract: Contract, folder: Path) -> Source | None:
    """The rows, some at a time; None where the file is to be read whole.

    Raises:
        BadInputError: as the format's own reader.
    """
    source = stream_parquet(file.path, contract, STREAMED_FROM_BYTES)
    if source is None and is_large(file):
        source = stream_json(file.path, contract, folder / "records.arrow") or stream(file.path, contract)
    compression = ", ".join(file.packed) or "none"
    return replace(source, written_as={**source.written_as, "compression": compression}) if source else None


def read_whole(file: UnpackedFile, contract: Contract) -> Received:
    """Every row at once.

    Raises:
        BadInputError: as `read_file`; OutgrownError when no worker reads so much at once.
    """
    if file.size_bytes > MAX_EXPANDED_BYTES:
        raise OutgrownError.of(MAX_EXPANDED_BYTES)
    received = read_file(file.path.read_bytes(), contract)
    return replace(received, packed=(*file.packed, *received.packed))
