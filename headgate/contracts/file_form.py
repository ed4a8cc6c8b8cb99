"""The form of a contract's files where their bytes do not show it, as the contract declares it.

| property                             | the files                                                             |
|--------------------------------------|-----------------------------------------------------------------------|
| `headgate.encoding: windows-1250`    | are in this encoding, unless a file is UTF-8 or has a byte-order mark |
| `headgate.header: none`              | have no header: their columns are the contract's, in its order        |
| `headgate.quotes: none`, `enclosing` | have quotes as characters of their values, or around values           |
| `headgate.widths: [5, 9, 3, 10]`     | have columns of so many characters, without blanks between them       |
| `headgate.records: export.orders`    | are JSON with several lists, of which the others are not read         |
| `headgate.besideRecords: [port]`     | are JSON with these values beside the list, which each of its rows has |
| `headgate.sheet: Prices`             | are workbooks, of which other sheets are not read                     |
| `headgate.headerRow: 4`              | have their header in this line or row of a sheet: a person chose it   |

Without `headgate.quotes`, quotes enclose values under RFC 4180, and a file whose quotes contradict this is
rejected. Each function returns the empty value without a declaration or without a contract.
"""  # noqa: E501 a table

from __future__ import annotations

import codecs
import string
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from headgate.contracts.line_encoding import EACH_LINE
from headgate.errors import ContractError

if TYPE_CHECKING:
    from headgate.contracts.model import Contract

ENCODING_PROPERTY = "headgate.encoding"
HEADER_PROPERTY = "headgate.header"
QUOTES_PROPERTY = "headgate.quotes"
WIDTHS_PROPERTY = "headgate.widths"
RECORDS_PROPERTY = "headgate.records"
BESIDE_PROPERTY = "headgate.besideRecords"
SHEET_PROPERTY = "headgate.sheet"
HEADER_ROW_PROPERTY = "headgate.headerRow"
NO_HEADER = "none"
_UNMARKED = ("utf-16-le", "utf-16-be")
_BEYOND_ASCII = "éЖβ日あ한ł"


class QuoteUse(StrEnum):
    """The use of `"` in the CSV files of a contract."""

    NONE = "none"  # a quote is a character of its value
    ENCLOSING = "enclosing"  # quotes enclose values, and those in other places are characters


def check_file_form(contract: Contract) -> None:
    """Check the declared properties; ContractError if one has another value."""
    for read in (stated_encoding, has_header, stated_quotes, stated_widths, stated_beside):
        read(contract)


def stated_encoding(contract: Contract | None) -> str:
    """Return Python's name of the declared encoding.

    Raises:
        ContractError: the encoding is unknown, or cannot be distinguished from ASCII.
    """
    encoding = _declared(contract, ENCODING_PROPERTY)
    if encoding is None:
        return ""
    try:
        name = codecs.lookup(str(encoding)).name
        is_known = name in _UNMARKED or _keeps_ascii(name)
    except (LookupError, UnicodeError, ValueError):  # ValueError: the name contains a zero byte
        is_known = False
    if not is_known:
        raise _wrong(
            contract,
            f"{ENCODING_PROPERTY}: {encoding!r} is not an encoding for files without a byte-order mark",
            "use one such as windows-1250, windows-1251, iso-8859-2, shift_jis, gb18030 or utf-16-le, or "
            f"{EACH_LINE} if some lines are UTF-8 and the others are not",
        )
    return name


def has_header(contract: Contract | None) -> bool:
    """Return whether the files have a header; True without a declaration."""
    header = _declared(contract, HEADER_PROPERTY)
    if header not in (None, NO_HEADER):
        raise _wrong(
            contract,
            f"{HEADER_PROPERTY} is {header!r}; the only value it takes is {NO_HEADER!r}",
            "remove the property if the files have a header",
        )
    return header is None


def stated_quotes(contract: Contract | None) -> QuoteUse | None:
    """Return the declared use of quotes; ContractError if the property has another value."""
    use = _declared(contract, QUOTES_PROPERTY)
    if use not in (None, *QuoteUse):
        raise _wrong(
            contract,
            f"{QUOTES_PROPERTY} is {use!r}",
            "write none if quotes are characters of the values, or enclosing if they enclose values",
        )
    return None if use is None else QuoteUse(str(use))


def can_have_quotes(contract: Contract) -> bool:
    """Return whether quotes can enclose the values of a contract's files."""
    return stated_quotes(contract) is not QuoteUse.NONE


def stated_widths(contract: Contract | None) -> tuple[int, ...]:
    """Return the declared width of each column in characters, in the file's order.

    Raises:
        ContractError: the property is not a list of two or more positive integers.
    """
    widths = _declared(contract, WIDTHS_PROPERTY)
    if widths is None:
        return ()
    are_widths = isinstance(widths, list) and all(type(width) is int and width > 0 for width in widths)
    if not are_widths or len(widths) < 2:  # noqa: PLR2004 one column is not a table
        raise _wrong(
            contract,
            f"{WIDTHS_PROPERTY} is {widths!r}",
            "state how many characters each column of the file has, as in [5, 9, 3, 10]",
        )
    return tuple(widths)


def stated_records(contract: Contract | None) -> str:
    """Return the path of the declared list of records."""
    return str(_declared(contract, RECORDS_PROPERTY) or "")


def stated_beside(contract: Contract | None) -> tuple[str, ...]:
    """Return the declared names of values beside the list of records.

    Raises:
        ContractError: the property is not a list of names.
    """
    names = _declared(contract, BESIDE_PROPERTY)
    if names is None:
        return ()
    if not isinstance(names, list) or not all(isinstance(name, str) and name.strip() for name in names):
        raise _wrong(
            contract,
            f"{BESIDE_PROPERTY} is {names!r}",
            "state the names of the values, as in [port, generated]",
        )
    return tuple(names)


def stated_sheet(contract: Contract | None) -> str:
    """Return the name of the declared sheet."""
    return str(_declared(contract, SHEET_PROPERTY) or "")


def stated_header_row(contract: Contract | None) -> int:
    """Return the line of a text, or the row of a sheet, that a person chose as the header; 0 for none.

    Only a file that a person opens has it: the gate reads the copy with that header in its first row.
    """
    return int(_declared(contract, HEADER_ROW_PROPERTY) or 0)


def _declared(contract: Contract | None, name: str) -> Any:  # noqa: ANN401 any value of YAML
    return contract.properties.get(name) if contract else None


def _wrong(contract: Contract | None, problem: str, remedy: str) -> ContractError:
    return ContractError(f"{contract.id if contract else ''}: {problem}. Remedy: {remedy}")


def _keeps_ascii(name: str) -> bool:
    """Return whether the encoding leaves ASCII unchanged and has other bytes for other characters."""
    beyond = [character.encode(name, "ignore") for character in _BEYOND_ASCII]
    return (
        string.printable.encode(name) == string.printable.encode()
        and any(beyond)
        and not any(encoded and encoded.isascii() for encoded in beyond)
    )
