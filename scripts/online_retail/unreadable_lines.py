"""Report why a file is not Online Retail II: separator, columns, or the first row with an unreadable value.

No message contains the value.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pyarrow as pa

from headgate.errors import HeaderError, UnreadableFileError
from scripts.online_retail.workbooks import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

EXPECTED = (
    f"columns {', '.join(COLUMNS)}, separated by commas; decimal points; InvoiceDate as 2009-12-01 "
    "07:45:00; UTF-8"
)
"""The layout in one line."""
_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}
_FORMATS = {
    "Quantity": "a whole number, such as 12 or -1",
    "InvoiceDate": "a date and time such as 2009-12-01 07:45:00",
    "Price": "a number with a decimal point and at most 4 decimals, such as 6.95",
    "Customer ID": "a whole number such as 13085 or 13085.0, or empty",
}
_DECIMAL_COMMA = re.compile(r"-?[\d.]*,\d+")
_HEADER_ROWS = 1


def refuse_other_separator(head: str, file: str) -> None:
    """Raise HeaderError if the header is separated by something other than commas."""
    header = head.partition("\n")[0]
    for separator, name in _SEPARATORS.items():
        if header.count(separator) > header.count(","):
            raise HeaderError(
                rule="missing_column",
                message=f"The columns are separated by {name}, not by commas.",
                remedy=f"Save the file with {EXPECTED}.",
                file=file,
            )


def other_columns(names: Sequence[str], file: str) -> HeaderError:
    """Return the error for a file with other columns."""
    missing = ", ".join(name for name in COLUMNS if name not in names)
    message = (
        f"The header lacks {missing}."
        if missing
        else "The header has more columns, or the columns are in another order."
    )
    return HeaderError(
        rule="missing_column", message=message, remedy=f"Save the file with {EXPECTED}.", file=file
    )


def not_csv(error: Exception, file: str) -> UnreadableFileError:
    """Return the error for a file that is not CSV, from the error of pyarrow's CSV reader."""
    text = str(error)
    row = "".join(f"Row {number} (the header is row 1): " for number in re.findall(r"Row #(\d+)", text)[:1])
    if width := re.search(r"Expected (\d+) columns, got (\d+)", text):
        reason = f"{row}{width[2]} columns instead of {width[1]}."
        remedy = (
            'Put texts with a comma into double quotes ("), and write decimal points instead of decimal '
            "commas."
        )
    elif "invalid UTF8" in text:
        reason, remedy = f"{row}the text is not UTF-8.", "Save the file as CSV in UTF-8."
    elif "Empty CSV" in text:
        reason, remedy = "The file is empty.", f"Use a file with {EXPECTED}."
    else:
        reason, remedy = (
            f"The file cannot be read as CSV ({type(error).__name__}).",
            f"Save the file with {EXPECTED}.",
        )
    return UnreadableFileError(rule="not_a_table", message=reason, remedy=remedy, file=file)


def misfit(
    texts: pa.Table, converters: Mapping[str, Callable[[pa.Array], object]], file: str
) -> UnreadableFileError | None:
    """Return the error for the first row with a value that its column's converter rejects, or None.

    Args:
        converters: by column; each raises pa.ArrowInvalid or ValueError for a value that does not fit.
    """
    columns = {name: texts[name].combine_chunks() for name in converters}
    places = {name: _first_misfit(columns[name], convert) for name, convert in converters.items()}
    misfits = [(place, name) for name, place in places.items() if place is not None]
    if not misfits:
        return None
    place, name = min(misfits)
    has_comma = _DECIMAL_COMMA.fullmatch(columns[name][place].as_py().strip())
    return UnreadableFileError(
        rule="type",
        message=f"Row {place + 1 + _HEADER_ROWS} (the header is row 1) has "
        f"{'a decimal comma' if has_comma else 'a wrong value'}; "
        f"the column needs {_FORMATS[name]}.",
        remedy="Correct the value and run this again.",
        file=file,
        column=name,
    )


def _first_misfit(values: pa.Array, convert: Callable[[pa.Array], object]) -> int | None:
    """Return the position of the first value that cannot be converted, found by bisection."""
    if _fits(values, convert):
        return None
    low, high = 0, len(values)
    while high - low > 1:
        middle = (low + high) // 2
        if _fits(values.slice(low, middle - low), convert):
            low = middle
        else:
            high = middle
    return low


def _fits(values: pa.Array, convert: Callable[[pa.Array], object]) -> bool:
    try:
        convert(values)
    except (pa.ArrowInvalid, ValueError):
        return False
    return True
