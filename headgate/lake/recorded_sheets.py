"""The sheets of a workbook in the texts of a file's record: `sheets` were read, and `left_out` were not."""

import re

MIN_SHEET_ROWS = 2
"""A sheet with a row of names alone brings nothing."""
_LEFT_OUT = re.compile(r"(?:^|, )(.+?) \(rows: (\d+)\)")


def lists_sheet(sheets: str, name: str) -> bool:
    """Return whether a sheet is one of the listed ones; `Feb` counts as one where `Jan, Feb` is."""
    return f", {name}, " in f", {sheets}, "


def left_out_sheets(left_out: str) -> list[str]:
    """Return the sheets that were left out and have rows below their names."""
    return [name for name, rows in _LEFT_OUT.findall(left_out) if int(rows) >= MIN_SHEET_ROWS]
