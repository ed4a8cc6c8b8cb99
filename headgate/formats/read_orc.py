"""Read Apache ORC with Arrow, one stripe at a time; values become texts as for Parquet."""

from __future__ import annotations

import os
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from headgate.errors import UnreadableFileError
from headgate.formats.arrow_tables import check_extent, file_table, source_of_tables
from headgate.formats.format_name import FormatName
from headgate.formats.json.nested_names import never

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyarrow.orc import ORCFile

    from headgate.contracts.model import Contract
    from headgate.formats.batches import Source
    from headgate.formats.json.nested_names import Expands
    from headgate.matching.file_table import FileTable

_OUT_OF_RANGE = "out of range for nanosecond resolution"  # in Arrow's message of a timestamp
_ZONES_OF_SYSTEM = Path("/usr/share/zoneinfo")
_ZONES = "TZDIR"  # the folder of time zones for Arrow's ORC reader


def read_orc(file: Path | bytes, contract: Contract) -> Source:
    """Return the rows of an ORC file, one batch per stripe.

    Raises:
        UnreadableFileError: `corrupt_orc`, `too_large`, or `type` as `read_parquet`.
        HeaderError: the columns do not match the contract.
    """
    schema = orc_schema(file)
    return source_of_tables(lambda: _stripes(file), schema, contract, FormatName.ORC)


def orc_table(file: Path | bytes, expands: Expands = never, *, whole: bool) -> FileTable:
    """Return the table with the file's own columns; errors as `read_orc`."""
    return file_table(lambda: _stripes(file), orc_schema(file), expands, whole=whole)


def orc_schema(file: Path | bytes) -> pa.Schema:
    """Return the stored columns and types; errors as `read_orc`."""
    try:
        opened = _open(file)
        schema, rows = opened.schema, opened.nrows
    except (pa.ArrowException, OSError, ValueError):
        raise _corrupt() from None
    check_extent(rows, len(schema.names), file.stat().st_size if isinstance(file, Path) else len(file))
    return schema


def _stripes(file: Path | bytes) -> Iterator[pa.Table]:
    try:
        opened = _open(file)
        for number in range(opened.nstripes):
            yield pa.Table.from_batches([opened.read_stripe(number)])
    except (pa.ArrowException, OSError, ValueError) as error:
        raise (_out_of_range() if _OUT_OF_RANGE in str(error) else _corrupt()) from None


def _open(file: Path | bytes) -> ORCFile:
    from pyarrow.orc import ORCFile  # noqa: PLC0415 slow to load, and ORC files are rare

    if not _ZONES_OF_SYSTEM.is_dir():
        os.environ.setdefault(_ZONES, str(files("tzdata") / "zoneinfo"))
    return ORCFile(str(file) if isinstance(file, Path) else pa.BufferReader(file))


def _corrupt() -> UnreadableFileError:
    """Return the rejection of a file that Arrow cannot read; Arrow's message may contain values."""
    return UnreadableFileError(
        rule="corrupt_orc",
        message="the ORC file is damaged, cut or encrypted",
        remedy="write it again without encryption and send it again",
    )


def _out_of_range() -> UnreadableFileError:
    return UnreadableFileError(
        rule="corrupt_orc",
        message="the ORC file has a time before 1677 or after 2262, such as the year 9999",
        remedy="write such times as null, or the column as a date or a text, and send it again",
    )
