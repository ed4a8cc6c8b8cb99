"""Read a file in the format and compression that its content shows."""

from dataclasses import replace

from headgate.contracts.model import Contract
from headgate.formats.format_list import format_of
from headgate.formats.received_rows import Received
from headgate.formats.unpack import unpacked


def read_file(body: bytes, contract: Contract, *, with_rows_above: bool = True) -> Received:
    """Return the file's rows in the contract's columns.

    Args:
        with_rows_above: whether rows above a workbook's header are data if they fit the contract.

    Raises:
        BadInputError: the file as a whole cannot be read; `rule` names the reason.
    """
    content, packed = unpacked(body)
    received = format_of(content, contract).rows(content, contract, {"with_rows_above": with_rows_above})
    return replace(received, packed=packed)
