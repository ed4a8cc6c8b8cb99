"""Read a file in the format and compression that its content shows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from headgate.contracts.encodings import stated_encoding
from headgate.formats.batches import all_rows
from headgate.formats.csv.read_csv import read_csv
from headgate.formats.json.read_json import read_json
from headgate.formats.json.records import holds_json
from headgate.formats.parquet.read_parquet import read_parquet
from headgate.formats.sniff import is_parquet
from headgate.formats.unpack import is_workbook, unpacked

if TYPE_CHECKING:
    from headgate.contracts.model import Contract
    from headgate.formats.received_rows import Received


def read_file(body: bytes, contract: Contract, *, with_rows_above: bool = True) -> Received:
    """The file's rows in the contract's columns.

    Args:
        with_rows_above: whether rows above the header of a workbook are data where they fit the contract.

    Raises:
        BadInputError: the file as a whole cannot be read, for the reason in `rule`.
    """
    found = unpacked(body)
    return replace(_read(found.content, contract, with_rows_above=with_rows_above), packed=found.packed)


def _read(content: bytes, contract: Contract, *, with_rows_above: bool) -> Received:
    if is_parquet(content):
        return all_rows(read_parquet(content, contract))
    if is_workbook(content):
        from headgate.formats.excel.read_excel import read_excel  # noqa: PLC0415 a cold start loads what opens workbooks when one comes

        return read_excel(content, contract, with_rows_above=with_rows_above)
    is_text_json = holds_json(content, stated_encoding(contract))
    return all_rows(read_json(content, contract)) if is_text_json else read_csv(content, contract)
