"""Evidence that the first rows of a CSV text are a header: cells unlike all cells below them.

A first row is a header only with positive evidence. A row that could be data stays data: users notice a
header that is read as a row at once, but a row that is read as a header is lost.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from headgate.matching.header_names import folded

_HEADER_LINES = 8
# Rows below a header that describe its columns, and the rows of data that show it. Qualtrics writes
# two: the questions, and its own names of the columns as JSON.
MAX_DESCRIPTION_ROWS, MIN_ROWS_BELOW = 3, 20
_NEARLY_ALL = 0.9
# A first row with a number is data: cdnow/CDNOW_sample.txt and queries/excite-small.log of shared/data have
# no header.
_NUMBER = re.compile(r"[-+]?[\d.,]*\d[\d.,]*%?")
# Consecutive years are names, one column per year, as in the World Bank's API_SP.POP.TOTL_DS2_en_csv.
_YEAR = re.compile(r"(?:19|20)\d\d")
_MONTHS = [str(month) for month in range(1, 13)]
_NO_VALUE = {"", "-", "?", "na", "n/a", "#n/a", "nan", "nil", "none", "null", "\\n", "unknown"}
_MIN_ALIKE, _MAX_SHAPES, _MAX_WORDS = 3, 3, 8
# Words for a column in any table: product_category_name_translation.csv of shared/data/olist has only texts,
# all in one style.
_NAMES_OF_COLUMNS = (
    "id name key code number no nr text title type category class label value val date time year month "
    "day description status comment "
    "note count amount price url email country city query"
)
_NAME_WORDS = frozenset(_NAMES_OF_COLUMNS.split())


class HeaderReading(Enum):
    """How a first row is read: as data, or as names.

    NAMES_BY_LOOK is a reading from the shape of texts alone, without numbers or codes below the names.
    """

    DATA = 0
    NAMES = 1
    NAMES_BY_LOOK = 2


@dataclass(frozen=True)
class _Column:
    """A column in which nearly all cells below the first rows have a digit.

    Attributes:
        shapes: the shapes of its cells.
        is_numeric: whether nearly all of them have no letter.
        has_exception: whether at least one cell has no digit.
        has_years: whether at least one cell is a year.
    """

    place: int
    shapes: frozenset[str]
    is_numeric: bool
    has_exception: bool
    has_years: bool


def count_header_lines(
    rows: Sequence[Sequence[str]], width: int, *, joins_descriptions: bool = False
) -> tuple[int, HeaderReading]:
    """Return how many leading rows are the header, and the reading of the first row.

    Args:
        joins_descriptions: also count rows that describe the columns of a header in one row, as drafts of
            Headgate 0.1.0 and their contracts do.

    Source: Pollock, file_header_multirow_2.csv and file_no_header.csv.
    """
    below = rows[min(_HEADER_LINES, len(rows) // 2) :]
    # A second table may repeat the header.
    body = [row for row in below if len(row) == width and row != rows[0]]
    columns = [
        column for place in range(width) if (column := _digit_column(place, [row[place] for row in body]))
    ]
    reading = _reading(rows, columns, width)
    if reading is HeaderReading.DATA:
        return 0, reading
    has_rows_below = len(rows) > MAX_DESCRIPTION_ROWS + MIN_ROWS_BELOW
    if has_rows_below and not joins_descriptions and _names_all_columns(rows[0], width):
        return 1 + _repetitions(rows), reading
    count = 1
    while count < min(len(rows) - 1, _HEADER_LINES) and _continues_header(rows[count], rows[0], columns):
        count += 1
    return count, reading


def _names_all_columns(row: Sequence[str], width: int) -> bool:
    """Return whether a row has a different name for each column, which no row below it continues.

    The rows below describe the columns, as the questions of a survey do. A table with too few rows to show
    that gets joined names.
    """
    names = {folded(cell) for cell in row} - {""}
    return len(names) == len(row) == width


def _repetitions(rows: Sequence[Sequence[str]]) -> int:
    first = [*map(folded, rows[0])]
    below = rows[1 : min(len(rows) - 1, _HEADER_LINES)]
    return next((at for at, row in enumerate(below) if [*map(folded, row)] != first), len(below))


def _digit_column(place: int, cells: Sequence[str]) -> _Column | None:
    with_digit = [cell for cell in cells if _has_digit(cell)]
    if not cells or len(with_digit) < _NEARLY_ALL * len(cells):
        return None
    without_letters = sum(not _has_letter(cell) for cell in with_digit)
    is_numeric = without_letters >= _NEARLY_ALL * len(with_digit)
    has_years = any(_YEAR.fullmatch(cell.strip()) for cell in cells)
    return _Column(place, frozenset(map(_shape, cells)), is_numeric, len(with_digit) < len(cells), has_years)


def _reading(rows: Sequence[Sequence[str]], columns: Sequence[_Column], width: int) -> HeaderReading:
    if not rows or _holds_number(rows[0], columns) or (len(rows) > 1 and rows[0] == rows[1] and not columns):
        return HeaderReading.DATA
    cells = {column.place: rows[0][column.place].strip() for column in columns if column.place < len(rows[0])}
    if columns and sum(map(bool, cells.values())) < len(columns) / 2:
        return HeaderReading.DATA
    cells_with_value = [
        (column, cells[column.place])
        for column in columns
        if cells.get(column.place, "").lower() not in _NO_VALUE
    ]
    is_months = [cell for cell in cells.values() if _NUMBER.fullmatch(cell)] == _MONTHS
    names = [
        column
        for column, cell in cells_with_value
        if (
            _has_letter(cell) or _YEAR.fullmatch(cell) or (cell in _MONTHS and is_months)
            if column.is_numeric
            else not _has_digit(cell)
        )
    ]
    named = {column.place for column in names}
    others = [(column, cell) for column, cell in cells_with_value if column.place not in named]
    values = [column for column, cell in others if _shape(cell) in column.shapes]
    if len(names) > len(values) and any(column.is_numeric or not column.has_exception for column in names):
        return HeaderReading.NAMES
    if values or any(not column.is_numeric for column, _ in others):
        return HeaderReading.DATA
    return _reading_of_texts(rows, width)


def _holds_number(row: Sequence[str], columns: Sequence[_Column]) -> bool:
    """Return whether a cell above numbers, or any cell if all columns are texts, is a number and no name.

    Names are consecutive years, the months 1 to 12, and years beside words, all above numbers that are none.
    """
    places = [column.place for column in columns if column.place < len(row)] if columns else range(len(row))
    cells = [row[place].strip() for place in places]
    numbers = [cell for cell in cells if _NUMBER.fullmatch(cell)]
    if numbers == _MONTHS:
        return False
    years = [int(cell) for cell in numbers if _YEAR.fullmatch(cell)]
    is_range = len(years) > 1 and years == [*range(years[0], years[0] + len(years))]
    pairs = [*zip(columns, cells, strict=False)]
    has_words = any(
        column.is_numeric and _has_letter(cell) and cell.lower() not in _NO_VALUE for column, cell in pairs
    )
    above_years = any(column.has_years for column, cell in pairs if _YEAR.fullmatch(cell))
    are_names = is_range or (has_words and not above_years)
    return bool(numbers) and not (are_names and len(years) == len(numbers))


def _continues_header(row: Sequence[str], first: Sequence[str], columns: Sequence[_Column]) -> bool:
    """Return whether a row below the first belongs to the header.

    It does if it repeats the header or has a word above each of several columns with digits.
    """
    if [*map(folded, row)] == [*map(folded, first)]:
        return True
    cells = [row[column.place].strip() if column.place < len(row) else "" for column in columns]
    return len(cells) > 1 and not any(_has_digit(cell) or cell.lower() in _NO_VALUE for cell in cells)


def _reading_of_texts(rows: Sequence[Sequence[str]], width: int) -> HeaderReading:
    """Return the reading of a first row of texts above texts.

    It has names if a cell looks unlike all cells below it and no value of the row repeats in its column.
    """
    below = [row for row in rows[1:] if len(row) == width]
    if not below:
        return HeaderReading.NAMES
    if len(rows[0]) != width:
        return HeaderReading.DATA
    columns = [
        (rows[0][place].strip(), [row[place].strip() for row in below if row[place].strip()])
        for place in range(width)
    ]
    is_repeated = any(name and name in cells for name, cells in columns)
    if is_repeated or len({folded(name) for name, _ in columns}) < width:
        return HeaderReading.DATA
    has_name = any(
        # A typical word of column names, which at most 10 % of the cells have.
        _is_unlike(name, cells)
        or (_has_name_word(name) and sum(map(_has_name_word, cells)) <= (1 - _NEARLY_ALL) * len(cells))
        for name, cells in columns
        if name
    )
    return HeaderReading.NAMES_BY_LOOK if has_name else HeaderReading.DATA


def _is_unlike(name: str, cells: Sequence[str]) -> bool:
    """Return whether the cells have one shape and the name another: `carrier` above `AA`."""
    if len(cells) < _MIN_ALIKE or _has_digit(name):
        return False
    shapes = {_cased_shape(cell) for cell in cells}
    is_even = len(shapes) <= min(_MAX_SHAPES, len(cells) // 2) and _cased_shape(name) not in shapes
    is_lower = name[:1].islower() and all(cell[:1].isupper() for cell in cells)
    are_sentences = " " not in name and all(cell.count(" ") > 1 for cell in cells)
    return is_even or is_lower or are_sentences


def _has_name_word(cell: str) -> bool:
    words = [word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+", cell)]
    return len(words) <= _MAX_WORDS and not _NAME_WORDS.isdisjoint(
        (*words, *(word.removesuffix("s") for word in words))
    )


def _shape(cell: str) -> str:
    """Return the cell with each run of letters as one letter and each run of digits as one digit.

    So a first row of dates or codes is data, and `V2` above numbers is a name: m4/Weekly-train.csv.gz and
    regional/country-codes.csv of shared/data. The order within a mixed run, as in `e5ba7672`, is ignored.
    """
    return re.sub(r"(?:9a|a9)[a9]+", "9a9", re.sub(r"\d+", "9", re.sub(r"[^\W\d_]+", "a", cell.strip())))


def _cased_shape(cell: str) -> str:
    """Return the cell with each run of capitals, of small letters and of digits as one character."""
    return re.sub(r"\d+", "9", re.sub(r"[a-zß-öø-ÿ]+", "a", re.sub(r"[A-ZÀ-ÖØ-Þ]+", "A", cell)))


def _has_digit(cell: str) -> bool:
    return re.search(r"\d", cell) is not None


def _has_letter(cell: str) -> bool:
    return re.search(r"[^\W\d_]", cell) is not None
