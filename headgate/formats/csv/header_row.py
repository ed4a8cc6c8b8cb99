"""Which rows of a CSV text are its header: by the names of a contract, or by what stands below."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from headgate.errors import UnreadableFileError
from headgate.formats.csv.dialect import Dialect, without_trailing_blanks
from headgate.formats.csv.probe_rows import bytes_to, first_row, probe_rows
from headgate.formats.csv.quoting import candidate_forms, choose_quoting
from headgate.formats.csv.rows import Form, Row
from headgate.formats.sniff import DELIMITERS
from headgate.matching.header_names import folded
from headgate.matching.match_header import count_known

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from headgate.contracts.model import Contract

_HEADER_LINES = 8
# A first row with a number is data: cdnow/CDNOW_sample.txt and queries/excite-small.log of shared/data have no header.
_NUMBER = re.compile(r"[-+]?[\d.,]*\d[\d.,]*%?")
# Years in order are names, one column a year, as in the World Bank's API_SP.POP.TOTL_DS2_en_csv.
_YEAR = re.compile(r"(?:19|20)\d\d")


def header_in_first_row(head: str, contract: Contract) -> Dialect | None:
    """The ordinary case: the first row is the header, and every cell of it is a column of the contract."""
    for delimiter in DELIMITERS:
        row = first_row(head, Form(delimiter))
        names = without_trailing_blanks(row.texts) if row else ()
        if row and names and count_known(names, contract) == len(names) and not _all_padded(names[1:]):
            form = choose_quoting(head, delimiter, len(row.texts))
            return skip_repeated_header(Dialect(form, row.texts, 0, len(row.texts)), head, row.end)
    return None


def _all_padded(names: Sequence[str]) -> bool:
    """Whether a blank begins each name, and so may belong to the delimiter, as in dataset1.csv of shared/data/duplicates."""
    return bool(names) and all(name[:1] == " " for name in names)


def header_by_contract(head: str, contract: Contract) -> Dialect:
    """The dialect and the row that have most of the contract's columns."""
    best, most, end = Dialect(Form(), (), 0, 0, confidence=0.0), -1, 0
    for form in candidate_forms(head):
        for above, row in enumerate(probe_rows(head, form)):
            if (count := count_known(row.texts, contract)) > most:
                most, end = count, row.end
                best = Dialect(
                    form, row.texts, 0, len(row.texts), above, confidence=round(count / max(1, len(without_trailing_blanks(row.texts))), 3)
                )
    if best.form.quote == '"':
        best = replace(best, form=choose_quoting(head[end:], best.form.delimiter, best.width))
    return skip_repeated_header(best, head, end)


def skip_repeated_header(dialect: Dialect, head: str, end: int) -> Dialect:
    """Lines that repeat the header, which ends at `end`, belong to it.

    Source: Pollock, file_header_multirow_2.csv.
    """
    names = [folded(name) for name in dialect.names]
    count = 0
    with suppress(UnreadableFileError):
        for row in islice(dialect.form.rows(head, end), _HEADER_LINES - 1):
            if [folded(cell) for cell in row.texts] != names:
                break
            count, end = count + 1, row.end
    return replace(dialect, header_lines=dialect.header_lines + count, data_at=bytes_to(head, end))


def count_header_lines(rows: Sequence[Row], width: int) -> int:
    """Leading rows that are unlike the values below them in the columns that nearly always hold digits.

    Where no column has digits the first row is the header, unless it holds a number or the second row repeats it.
    Source: Pollock, file_header_multirow_2.csv and file_no_header.csv.
    """
    below = rows[min(_HEADER_LINES, len(rows) // 2) :]
    body = [row.texts for row in below if len(row.texts) == width]
    telling = [column for column in range(width) if body and sum(map(_has_digit, (row[column] for row in body))) >= 0.9 * len(body)]
    if not telling:
        return 0 if len(rows) > 1 and (rows[0].cells == rows[1].cells or _holds_values(dict(enumerate(rows[0].texts)), {})) else 1
    shapes = {column: {_shape(row[column]) for row in body} for column in telling}
    for count, row in enumerate(rows[:_HEADER_LINES]):
        texts = row.texts
        cells = {column: texts[column] for column in telling if column < len(texts)}
        if _holds_values(cells, shapes) or sum(map(bool, cells.values())) < len(telling) / 2:
            return count
    return 1


def _holds_values(cells: Mapping[int, str], shapes: Mapping[int, set[str]]) -> bool:
    """Whether a cell is a number, or most cells with digits are written as others of their columns. Years in order are names."""
    texts = {column: cell.strip() for column, cell in cells.items() if _has_digit(cell)}
    years = [int(text) for text in texts.values() if _YEAR.fullmatch(text)]
    if len(years) > 1 and years == [*range(years[0], years[0] + len(years))]:
        return False
    alike = sum(_shape(text) in shapes.get(column, ()) for column, text in texts.items())
    return 2 * alike > len(texts) or any(map(_NUMBER.fullmatch, texts.values()))


def _shape(cell: str) -> str:
    """The cell with each run of letters as one letter and each run of digits as one digit.

    So a first row of dates or codes is data, and `V2` above numbers is a name: m4/Weekly-train.csv.gz and regional/country-codes.csv of
    shared/data.
    """
    return re.sub(r"\d+", "9", re.sub(r"[^\W\d_]+", "a", cell))


def joined_names(header: Sequence[Row]) -> tuple[str, ...]:
    """Return the names of a header over several rows: each column's cells, joined."""
    width = max(len(row.texts) for row in header)
    padded = [[*row.texts, *[""] * (width - len(row.texts))] for row in header]
    return tuple(" ".join(filter(None, column)) for column in zip(*padded, strict=True))


def _has_digit(cell: str) -> bool:
    return re.search(r"\d", cell) is not None
