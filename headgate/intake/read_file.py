"""Read a file in whatever format and compression its content says it has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.errors import UnreadableFileError
from headgate.intake.read_csv import read_csv
from headgate.intake.read_excel import read_excel
from headgate.intake.read_json import is_json, read_json
from headgate.intake.read_parquet import read_parquet
from headgate.intake.sniff import is_parquet, text_of
from headgate.intake.unpack import is_workbook, unpack

if TYPE_CHECKING:
    from headgate.contracts.model import Contract
    from headgate.intake.received import Received

_PROBE_BYTES = 1 << 12


def read_file(body: bytes, contract: Contract) -> Received:
    """The file's rows in the contract's columns.

    Raises:
        BadInputError: the file as a whole cannot be read; `rule` says why.
    """
    content = unpack(body)
    if is_parquet(content):
        return read_parquet(content, contract)
    if is_workbook(content):
        return read_excel(content, contract)
    return read_json(content, contract) if _holds_json(content) else read_csv(content, contract)


def _holds_json(content: bytes) -> bool:
    try:
        return is_json(text_of(content[:_PROBE_BYTES]).utf8)
    except UnreadableFileError:  # blanks, or no text at all: the CSV reader says so
        return False
