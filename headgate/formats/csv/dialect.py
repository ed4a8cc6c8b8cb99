"""How a CSV text is written, found from its content: delimiter, quotes, escapes, line ends, and where its header stands.

With a contract, the header is the row that names most of its columns, or the lines that name all of theirs when each column's cells are
joined. Without one, the dialect is the one in which most rows have the same width, and a header is a row without digits above columns
that have them.
"""

from __future__ import annotations

import re
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice, product
from typing import TYPE_CHECKING

from headgate.contracts.headerless import has_header
from headgate.errors import UnreadableFileError
from headgate.formats.csv.database_dumps import DumpForm, dump_signs
from headgate.formats.csv.rows import Form, Row
from headgate.formats.header import count_known, fields_of, folded, is_underline
from headgate.formats.sniff import DELIMITERS
from headgate.values.cells import text_array
from headgate.values.fits import fits

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from headgate.contracts.model import Contract
    from headgate.formats.sniff import Text

# Rarer ones: Hive's default, the unit separator of `sqlite3 .mode ascii`, and the blank of Pollock's file_field_delimiter_0x20.csv.
_RARE_DELIMITERS = ("\x01", "\x1f", " ")
_RARE_DELIMITER_WEIGHT = 0.7  # what the evenness of a rare delimiter is worth
_PADDED_SHARE = 0.99
_PROBE_CHARACTERS = 1 << 20
_PROBE_ROWS = 128
_FIRST_ROW_BYTES = 1 << 14
_HEADER_LINES = 8
_LINES_OF_NAMES = (2, 3)
_NUMBER = re.compile(r"[-+]?[\d.,]*\d[\d.,]*%?")
_YEAR = re.compile(r"(?:19|20)\d\d")
_NAME_SEPARATORS = (" ", "_", "")  # between the parts of a name that stand in one another's column


@dataclass(frozen=True)
class Dialect:
    r"""How a CSV text is written.

    Attributes:
        form: delimiter, quote and escape.
        names: the header's cells; where it has several lines, each column's cells joined.
        data_at: the byte behind the header.
        width: cells in a row: the header's with a contract, else the usual number.
        unnamed: of these the last ones, which have no name and no value: each row ends with delimiters.
        skipped_lines: rows above the table that are not part of it. They are not read, only counted.
        header_lines: rows of the header; 0 if there is none and `names` are made up.
        footer_lines: rows after the table's last one that certainly are not part of it.
        line_end: `\n`, `\r\n`, `\r`, or empty if they are mixed or absent.
        encoding: of the bytes that arrived.
        confidence: 0 to 1; with a contract the share of the header's cells that it knows, else the share of probed rows of the usual width;
            that of the encoding where it is less.
        rows_above: start and end, in bytes, of rows of the table that stand above its header; equal where there are none.
    """

    form: Form
    names: tuple[str, ...]
    data_at: int
    width: int
    skipped_lines: int = 0
    header_lines: int = 1
    line_end: str = "\n"
    encoding: str = "utf-8"
    confidence: float = 1.0
    unnamed: int = 0
    footer_lines: int = 0
    rows_above: tuple[int, int] = (0, 0)

    def in_encoding(self, text: Text) -> Dialect:
        """The dialect of what arrived as this text."""
        return replace(self, encoding=text.encoding, confidence=min(self.confidence, text.confidence))


def sniff_dialect(text: bytes, contract: Contract | None = None) -> Dialect:
    """The dialect of a UTF-8 text."""
    head = text[:_PROBE_CHARACTERS].decode("utf-8", errors="ignore")
    found = _with_contract(head, contract) if contract else _by_shape(head)
    first = _first_row(text[found.data_at : found.data_at + _FIRST_ROW_BYTES].decode("utf-8", errors="ignore"), found.form)
    is_even = first is not None and len(first.cells) == found.width == len(without_trailing_blanks(found.names))
    return replace(found if is_even else _without_unnamed(found, head), line_end=_line_end(head))


def _with_contract(head: str, contract: Contract) -> Dialect:
    if found := _header_in_first_row(head, contract):
        return found
    if not has_header(contract):
        return _without_header(head, contract)
    return _with_rows_above(_header_as_by_shape(head, contract) or _by_contract(head, contract), head, contract)


def _header_as_by_shape(head: str, contract: Contract) -> Dialect | None:
    """The dialect that the text has without a contract, if its header is the contract's: a draft and its contract read the same rows."""
    found = _by_shape(head)
    if not found.header_lines or not found.names or count_known(found.names, contract) < len(found.names):
        return None
    return _behind_repeats(
        replace(found, width=len(found.names), confidence=1.0), head, len(head.encode()[: found.data_at].decode()), contract
    )


def _without_header(head: str, contract: Contract) -> Dialect:
    """The dialect in which most rows have a cell for each column of a contract whose files have no header."""
    width = len(contract.names)
    form = max(_forms(head), key=lambda form: _share_of_width(probe_rows(head, form), width))
    form = _with_quote(head, form.delimiter, width) if form.quote == '"' else form
    rows = probe_rows(head, form, width)
    above = _first_of_width(rows, width)
    at = _bytes_to(head, rows[above].start) if rows else 0
    return Dialect(form, contract.names, at, width, above, header_lines=0, confidence=round(_share_of_width(rows, width), 3))


def _first_of_width(rows: Sequence[Row], width: int) -> int:
    return next((at for at, row in enumerate(rows) if len(row.cells) == width), 0)


def _with_rows_above(found: Dialect, head: str, contract: Contract) -> Dialect:
    """The dialect that also reads the rows above the header, from the first that is as wide as the header and fits the contract."""
    above = probe_rows(head, found.form, found.width)[: found.skipped_lines]
    first = next((at for at, row in enumerate(above) if len(row.cells) == found.width and _fits_contract(row, found, contract)), None)
    if first is None:
        return found
    rows_above = (_bytes_to(head, above[first].start), _bytes_to(head, above[-1].end))
    return replace(found, skipped_lines=first, rows_above=rows_above)


def _fits_contract(row: Row, found: Dialect, contract: Contract) -> bool:
    """Whether most cells have a value and each value fits the column that the header has above it."""
    if 2 * _filled_cells(row) <= len(without_trailing_blanks(found.names)):
        return False
    fields = fields_of(found.names, contract)
    return all(fits(contract.column(field), text_array([cell])).all() for field, cell in zip(fields, row.cells, strict=True) if field)


def _without_unnamed(found: Dialect, head: str) -> Dialect:
    """The dialect whose names end with the last that is one, if nothing stands behind it in the rows, however many delimiters do."""
    names = without_trailing_blanks(found.names)
    rows = probe_rows(head, found.form, found.width)[found.skipped_lines + found.header_lines :]
    usual = _usual_width(rows)
    is_theirs = len({len(row.cells) for row in rows}) == 1 or usual > found.width  # else the header tells what a row of another width lacks
    width = usual if is_theirs and usual >= len(names) else found.width
    if width < len(names) or any(any(row.texts[len(names) :]) for row in rows if len(row.cells) == width):
        return found
    return replace(found, names=names, width=width, unnamed=width - len(names))


def without_trailing_blanks(cells: tuple[str, ...]) -> tuple[str, ...]:
    """The cells up to the last that is not blank."""
    return cells[: max((place for place, cell in enumerate(cells, 1) if cell.strip()), default=0)]


def _header_in_first_row(head: str, contract: Contract) -> Dialect | None:
    """The ordinary case: the first row is the header, and every cell of it is a column of the contract."""
    for delimiter in DELIMITERS:
        row = _first_row(head, Form(delimiter))
        names = without_trailing_blanks(row.texts) if row else ()
        if row and names and count_known(names, contract) == len(names) and not _all_padded(names[1:]):
            form = _with_quote(head, delimiter, len(row.texts))
            return _behind_repeats(Dialect(form, row.texts, 0, len(row.texts)), head, row.end, contract)
    return None


def _all_padded(names: Sequence[str]) -> bool:
    return bool(names) and all(name[:1] == " " for name in names)


def _with_quote(text: str, delimiter: str, width: int) -> Form:
    """The form with single quotes or with escapes where all rows have the width with them alone: else they belong to the text."""
    if _is_dump(text, delimiter, width):
        return DumpForm(delimiter)
    forms = [
        Form(delimiter, quote, escape)
        for quote in ("\"'" if _opening_singles(text, delimiter) else '"')
        for escape in dict.fromkeys((_escape(text, quote, delimiter), "\\" if f"\\{quote}" in text else ""))
    ]
    fitting = (form for form in forms if len(forms) > 1 and _all_fit(text, form, width))
    return next(fitting, forms[0])


def _is_dump(text: str, delimiter: str, width: int) -> bool:
    """Whether a database dumped the text. Without a null as evidence, all rows must have the width with its escapes only."""
    if "\\" not in text or len(delimiter) > 1:
        return False
    signs, plain, dump = dump_signs(text, delimiter), Form(delimiter), DumpForm(delimiter)
    if signs.is_likely:
        return _share_of_width(probe_rows(text, dump), width) >= _share_of_width(probe_rows(text, plain), width)
    return signs.escapes_ends and _all_fit(text, dump, width) and not _all_fit(text, plain, width)


def _all_fit(text: str, form: Form, width: int) -> bool:
    rows = probe_rows(text, form)
    is_whole = len(rows) == _PROBE_ROWS or not text[rows[-1].end if rows else 0 :].strip()
    return is_whole and all(len(row.cells) == width for row in rows) and (form.quote == '"' or not _all_span_lines(text, form, rows))


def _all_span_lines(text: str, form: Form, rows: Sequence[Row]) -> bool:
    """Whether every row with such a quote spans lines: then two apostrophes may have made one row of two."""
    quoted = [text[row.start : row.end].rstrip("\r\n") for row in rows if form.quote in text[row.start : row.end]]
    return all("\n" in row or "\r" in row for row in quoted)


def _by_contract(head: str, contract: Contract) -> Dialect:
    """The dialect and the row that have most of the contract's columns."""
    best, most, end = Dialect(Form(), (), 0, 0, confidence=0.0), -1, 0
    for form in _forms(head):
        for above, row in enumerate(probe_rows(head, form)):
            if (count := count_known(row.texts, contract)) > most:
                most, end = count, row.end
                best = Dialect(
                    form, row.texts, 0, len(row.texts), above, confidence=round(count / max(1, len(without_trailing_blanks(row.texts))), 3)
                )
    best, end = (most < best.width and _header_over_lines(head, contract, most)) or (best, end)
    if best.form.quote == '"':
        best = replace(best, form=_with_quote(head[end:], best.form.delimiter, best.width))
    return _behind_repeats(best, head, end, contract)


def _header_over_lines(head: str, contract: Contract, most: int) -> tuple[Dialect, int] | None:
    """A header over two lines or three that together name more than so many columns and nothing else, and where it ends."""
    for form in _forms(head):
        rows = probe_rows(head, form)
        for above, lines in product(range(min(len(rows), _HEADER_LINES)), _LINES_OF_NAMES):
            header = rows[above : above + lines]
            if names := next(
                (names for names in map(partial(_names, header), _NAME_SEPARATORS) if _are_all_known(names, contract, most)), None
            ):
                return Dialect(form, names, 0, len(names), above, len(header)), header[-1].end
    return None


def _are_all_known(names: tuple[str, ...], contract: Contract, most: int) -> bool:
    named = without_trailing_blanks(names)
    return count_known(named, contract) == len(named) > max(1, most)


def _behind_repeats(dialect: Dialect, head: str, end: int, contract: Contract) -> Dialect:
    """Lines that repeat the header, which ends at `end`, or underline it, belong to it."""
    names = [folded(name) for name in dialect.names]
    count = 0
    with suppress(UnreadableFileError):
        for row in islice(dialect.form.rows(head, end), _HEADER_LINES - 1):
            if [folded(cell) for cell in row.texts] != names and not is_underline(row.texts, dialect.names, contract):
                break
            count, end = count + 1, row.end
    return replace(dialect, header_lines=dialect.header_lines + count, data_at=_bytes_to(head, end))


def _by_shape(head: str) -> Dialect:
    """The dialect in which most rows have one width of several cells."""
    readings = [(form, probe_rows(head, form)) for form in _forms(head)]
    form, rows = max(
        readings, key=lambda reading: _evenness(reading[1]) * (_RARE_DELIMITER_WEIGHT if reading[0].delimiter[0] in _RARE_DELIMITERS else 1)
    )
    width = _usual_width(rows)
    form = _with_quote(head, form.delimiter, width) if form.quote == '"' else form
    rows = probe_rows(head, form, width)
    above = next((at for at, row in enumerate(rows) if _filled_cells(row) >= max(1, width / 2)), 0)
    lines = _header_lines(rows[above:], width)
    above = above if lines else _first_of_width(rows, width)
    header = rows[above : above + lines]
    even = _share_of_width(rows, width)
    end = header[-1].end if header else (rows[above].start if rows else 0)
    names = _names(header) if header else tuple(f"column_{number}" for number in range(1, width + 1))
    return Dialect(form, names, _bytes_to(head, end), width, above, lines, confidence=round(even, 3))


def _evenness(rows: Sequence[Row]) -> float:
    """The share of rows of the usual width, each worth more the wider it is; rows of one cell are worth nothing."""
    width = _usual_width(rows)
    return _share_of_width(rows, width) * (1 - 1 / width) if width else 0.0


def _share_of_width(rows: Sequence[Row], width: int) -> float:
    return sum(len(row.cells) == width for row in rows) / len(rows) if rows else 0.0


def _usual_width(rows: Sequence[Row]) -> int:
    widths = Counter(len(row.texts) for row in rows)
    return max(widths, key=lambda width: (widths[width], width)) if widths else 0


def _filled_cells(row: Row) -> int:
    return sum(bool(cell.strip()) for cell in row.texts)


def _header_lines(rows: Sequence[Row], width: int) -> int:
    """Leading rows that are unlike the values below them in the columns that nearly always hold digits.

    Where no column has digits the first row is the header, unless it holds a number or the second row repeats it.
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
    """The cell with each run of letters as one letter and each run of digits as one digit."""
    return re.sub(r"\d+", "9", re.sub(r"[^\W\d_]+", "a", cell))


def _names(header: Sequence[Row], joint: str = " ") -> tuple[str, ...]:
    width = max(len(row.texts) for row in header)
    padded = [[*row.texts, *[""] * (width - len(row.texts))] for row in header]
    return tuple(joint.join(filter(None, column)) for column in zip(*padded, strict=True))


def _has_digit(cell: str) -> bool:
    return re.search(r"\d", cell) is not None


def _forms(head: str) -> list[Form]:
    """The forms that the text can have at all, the usual ones first."""
    delimiters = [_full_delimiter(head, delimiter) for delimiter in (*DELIMITERS, *_RARE_DELIMITERS) if delimiter in head] or [","]
    doubles = head.count('"')
    quoted = [('"', delimiter) for delimiter in delimiters] + [("'", each) for each in delimiters if _opening_singles(head, each) > doubles]
    dumps: list[Form] = [DumpForm(each) for each in delimiters if len(each) == 1 and "\\N" in head and dump_signs(head, each).is_likely]
    return [*dumps, *(Form(delimiter, quote, _escape(head, quote, delimiter)) for quote, delimiter in quoted)]


def _full_delimiter(head: str, delimiter: str) -> str:
    """The delimiter with the blank behind it, where that belongs to it. Source: Pollock, file_field_delimiter_0x2C_0x20.csv."""
    return f"{delimiter} " if delimiter in DELIMITERS and _is_padded(head, delimiter) else delimiter


def _opening_singles(text: str, delimiter: str) -> int:
    """How many single quotes a cell begins with."""
    return len(re.findall(rf"(?:^|[\r\n]|{re.escape(delimiter)})'", text)) if "'" in text else 0


def _is_padded(head: str, delimiter: str) -> bool:
    """Whether a blank follows every delimiter of the first line that has one, and nearly every other, and so belongs to it."""
    at = head.find(delimiter)
    first = re.match(r"[^\r\n]*", head[at:])[0] if at >= 0 else ""  # type: ignore[index]  # it matches nothing, too
    return first.count(f"{delimiter} ") == first.count(delimiter) and head.count(f"{delimiter} ") > _PADDED_SHARE * head.count(delimiter)


def _escape(head: str, quote: str, delimiter: str) -> str:
    """A backslash where the text escapes quotes within cells with it, and does not double any."""
    end = re.escape(delimiter)
    escaped = len(re.findall(rf"\\{quote}(?!{quote}|{end}|[\r\n]|\Z)", head))  # a backslash before a doubled quote is one of the text
    return "\\" if escaped and escaped >= len(re.findall(rf"[^\r\n\\{quote}](?<!{end}){quote}{quote}", head)) else ""


def _first_row(head: str, form: Form) -> Row | None:
    with suppress(UnreadableFileError):
        return next(form.rows(head), None)
    return None


def probe_rows(head: str, form: Form, width: int = 0) -> list[Row]:
    """The first rows; none behind a quote that the probe cuts off."""
    rows: list[Row] = []
    with suppress(UnreadableFileError):
        for row in islice(form.rows(head, 0, width), _PROBE_ROWS):
            rows.append(row)  # noqa: PERF402 what was read before the error is kept
    return rows


def _bytes_to(head: str, at: int) -> int:
    return len(head[:at].encode())


def _line_end(head: str) -> str:
    found = set(re.findall(r"\r\n|\r|\n", head))
    return found.pop() if len(found) == 1 else ""
