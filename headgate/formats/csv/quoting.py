"""Choose the quote, escape and delimiter of a CSV text from its first rows."""

import re
from collections.abc import Sequence

from headgate.formats.csv.csv_rows import Form, Row
from headgate.formats.csv.database_dumps import DumpForm, dump_signs
from headgate.formats.csv.probe_rows import PROBE_ROWS, probe_rows, share_of_width
from headgate.formats.sniff import DELIMITERS

# Rare delimiters: Hive's default, the unit separator of `sqlite3 .mode ascii`, and the blank of Pollock's
# file_field_delimiter_0x20.csv.
UNIT_SEPARATOR = "\x1f"  # the delimiter that ASCII defines
RARE_DELIMITERS = ("\x01", UNIT_SEPARATOR, " ")
_PADDED_SHARE = 0.99


def candidate_forms(head: str, *, has_quotes: bool = True) -> list[Form]:
    """Return the forms that the text can have, the usual ones first.

    If lines contain unit separators, these are the only delimiter, because no value contains them.

    Args:
        has_quotes: whether quotes can enclose cells.
    """
    is_certain = UNIT_SEPARATOR in head and head.count(UNIT_SEPARATOR) >= head.count("\n")
    possible = (UNIT_SEPARATOR,) if is_certain else (*DELIMITERS, *RARE_DELIMITERS)
    # A following blank can belong to the delimiter: Pollock, file_field_delimiter_0x2C_0x20.csv.
    delimiters = [
        f"{delimiter} " if delimiter in DELIMITERS and _is_padded(head, delimiter) else delimiter
        for delimiter in possible
        if delimiter in head
    ] or [","]
    doubles = head.count('"')
    quoted = [('"', delimiter) for delimiter in delimiters] + [
        ("'", separator) for separator in delimiters if _opening_singles(head, separator) > doubles
    ]
    dumps: list[Form] = [
        DumpForm(separator)
        for separator in delimiters
        if len(separator) == 1 and "\\N" in head and dump_signs(head, separator).is_likely
    ]
    if not has_quotes:
        return [*dumps, *(Form(separator, quote="") for separator in delimiters)]
    return [*dumps, *(Form(delimiter, quote, _escape(head, quote, delimiter)) for quote, delimiter in quoted)]


def _is_padded(head: str, delimiter: str) -> bool:
    """Return whether a blank follows each delimiter of the first line that has one, and nearly all others."""
    at = head.find(delimiter)
    first = re.match(r"[^\r\n]*", head[at:])[0] if at >= 0 else ""  # type: ignore[index]  # it also matches an empty text
    return first.count(f"{delimiter} ") == first.count(delimiter) and head.count(
        f"{delimiter} "
    ) > _PADDED_SHARE * head.count(delimiter)


def choose_quoting(text: str, delimiter: str, width: int, *, has_quotes: bool = True) -> Form:
    """Return the form with the quotes and escapes of the text.

    Single quotes and escapes belong to the text unless only they give all rows the width.
    """
    if _is_dump(text, delimiter, width):
        return DumpForm(delimiter)
    if not has_quotes:
        return Form(delimiter, quote="")
    forms = [
        Form(delimiter, quote, escape)
        for quote in ("\"'" if _opening_singles(text, delimiter) else '"')
        for escape in dict.fromkeys((_escape(text, quote, delimiter), "\\" if f"\\{quote}" in text else ""))
    ]
    candidates = (form for form in forms if len(forms) > 1 and _all_fit(text, form, width))
    return next(candidates, forms[0])


def _is_dump(text: str, delimiter: str, width: int) -> bool:
    """Return whether a database dumped the text.

    Without a null as evidence, only the escapes of a dump may give all rows the width.
    """
    if "\\" not in text or len(delimiter) > 1:
        return False
    evidence, plain, dump = dump_signs(text, delimiter), Form(delimiter), DumpForm(delimiter)
    if evidence.is_likely:
        return share_of_width(probe_rows(text, dump), width) >= share_of_width(probe_rows(text, plain), width)
    return evidence.escapes_ends and _all_fit(text, dump, width) and not _all_fit(text, plain, width)


def _all_fit(text: str, form: Form, width: int) -> bool:
    rows = probe_rows(text, form)
    is_complete = len(rows) == PROBE_ROWS or not text[rows[-1].end if rows else 0 :].strip()
    return (
        is_complete
        and all(len(row.cells) == width for row in rows)
        and (form.quote == '"' or not _all_span_lines(text, form, rows))
    )


def _all_span_lines(text: str, form: Form, rows: Sequence[Row]) -> bool:
    """Return whether every row with such a quote spans lines.

    Two apostrophes may then have joined two rows, and a row would be lost.
    """
    quoted = [
        text[row.start : row.end].rstrip("\r\n") for row in rows if form.quote in text[row.start : row.end]
    ]
    return all("\n" in row or "\r" in row for row in quoted)


def _opening_singles(text: str, delimiter: str) -> int:
    """Return how many cells begin with a single quote. Source: Pollock, file_quotation_char_0x27.csv."""
    return len(re.findall(rf"(?:^|[\r\n]|{re.escape(delimiter)})'", text)) if "'" in text else 0


def _escape(head: str, quote: str, delimiter: str) -> str:
    """Return a backslash if the text escapes at least as many quotes within cells as it doubles.

    Sources: Pollock, file_escape_char_0x5C.csv; RFC 4180, section 2, rule 7: if quotes are doubled, a
    backslash is a character.
    """
    end = re.escape(delimiter)
    # A backslash before a doubled quote is a character of the text.
    escaped = len(re.findall(rf"\\{quote}(?!{quote}|{end}|[\r\n]|\Z)", head))
    doubled = len(re.findall(rf"[^\r\n\\{quote}](?<!{end}){quote}{quote}", head))
    return "\\" if escaped and escaped >= doubled else ""
