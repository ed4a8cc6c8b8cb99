"""Notes of a draft for the console, without command-line options and contract properties."""

import re

_CLAUSE = re.compile(r"(\. |; |: |, or )")
_NOT_ON_A_PAGE = re.compile(r"--[a-z]|`|headgate\.|logicalTypeOptions|^confidence |^percent$")
_WORDS = (
    ("they are quarantined", "they wait for a correction"),
    ("in the sample", "in this file"),
    ("correct the sample", "correct the file"),
    ("the sample ", "the file "),
)
_MISFITS = re.compile(
    r"(?P<bad>[\d,]+) of (?P<all>[\d,]+) values do not read as (?P<form>.+): their rows are quarantined"
)
_SHEET_ROWS = re.compile(r"\(rows: (\d+)\)")
_DECIMALS = re.compile(r"DECIMAL\(\d+, ?(\d+)\)")
_TYPES = {
    "DECIMAL": "a number",
    "DOUBLE": "a number",
    "SMALLINT": "a whole number",
    "INTEGER": "a whole number",
    "BIGINT": "a whole number",
    "DATE": "a date",
    "TIMESTAMP": "a date with a time",
    "BOOLEAN": "yes or no",
}


def plain_note(message: str) -> str:
    """Return a note up to the first clause with an option or a property.

    Example:
        >>> plain_note("has no value in the sample, so its type is a guess; draft with --strict")
        'has no value in this file, so its type is a guess'
    """
    clauses = _CLAUSE.split(message)
    kept = list[str]()
    for clause, joint in zip(clauses[::2], [*clauses[1::2], ""], strict=True):
        if _NOT_ON_A_PAGE.search(clause):
            break
        kept += [clause, joint]
    text = "".join(kept[:-1])
    for words, plain in _WORDS:
        text = text.replace(words, plain)
    return _SHEET_ROWS.sub(_rows_of_sheet, _MISFITS.sub(_misfits, text))


def _rows_of_sheet(match: re.Match[str]) -> str:
    """Return the rows of a sheet without its first one, which has the names of its columns.

    Example:
        >>> plain_note("these sheets are not: A (rows: 21), B (rows: 2), C (rows: 1)")
        'these sheets are not: A (20 rows), B (1 row), C (0 rows)'
    """
    rows = max(0, int(match[1]) - 1)
    return f"({rows} row{'' if rows == 1 else 's'})"


def _misfits(match: re.Match[str]) -> str:
    """Return the values that do not fit, in words.

    Example:
        >>> plain_note("1 of 91 values do not read as BIGINT: their rows are quarantined")
        '1 of 91 values is not a whole number: its row waits for a correction'
    """
    verb, rows = ("is", "its row waits") if match["bad"] == "1" else ("are", "their rows wait")
    values = f"{match['bad']} of {match['all']} values {verb} not {_in_words(match['form'])}"
    return f"{values}: {rows} for a correction"


def _in_words(form: str) -> str:
    """Return a type, or a form of writing values, in words; a drafted number takes more decimals than seen.

    Example:
        >>> _in_words("DECIMAL(10,2)"), _in_words("DECIMAL(10,0)")
        ('a number', 'a whole number')
    """
    if decimals := _DECIMALS.fullmatch(form):
        return "a number" if int(decimals[1]) else "a whole number"
    return _TYPES.get(form.partition("(")[0], f"written as {form}")
