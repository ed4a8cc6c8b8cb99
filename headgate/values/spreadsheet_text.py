"""Make texts inert, so that no spreadsheet runs them as a formula when it opens a CSV file.

Cells that begin with = + - @, tab, carriage return, line feed, or a full-width = + - @ are formulas (OWASP,
"CSV Injection").
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

_FORMULA = (
    "^[=+\\-@\t\r\n"
    "\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH PLUS SIGN}\N{FULLWIDTH HYPHEN-MINUS}\N{FULLWIDTH COMMERCIAL AT}]"
)
_is_formula = re.compile(_FORMULA).match


def inert(cell: object) -> object:
    """Return the cell, with an apostrophe before a text that a spreadsheet would run.

    Numbers are unchanged, including negative ones.

    >>> inert("=1+1"), inert(-5)
    ("'=1+1", -5)
    """
    return f"'{cell}" if isinstance(cell, str) and _is_formula(cell) else cell


def has_apostrophe(text: pa.Array) -> pa.Array:
    """Return whether each text is one that `inert` returns with an apostrophe; null for null."""
    import pyarrow.compute as pc  # noqa: PLC0415 as in `inert_column`

    return pc.match_substring_regex(text, f"^'{_FORMULA[1:]}")


def without_apostrophe(text: pa.Array) -> pa.Array:
    """Return the texts as they were before `inert`."""
    import pyarrow.compute as pc  # noqa: PLC0415 as in `inert_column`

    return pc.if_else(has_apostrophe(text), pc.utf8_slice_codeunits(text, 1), text)


def inert_column(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a text column with `inert` applied; other columns are unchanged."""
    import pyarrow.compute as pc  # noqa: PLC0415 `headgate query --csv` has no Arrow table

    if str(column.type) not in {"string", "large_string"}:
        return column
    runs = pc.match_substring_regex(column, _FORMULA)
    return pc.if_else(runs, pc.utf8_replace_slice(column, start=0, stop=0, replacement="'"), column)
