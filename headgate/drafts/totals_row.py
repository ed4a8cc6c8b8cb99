"""Lines of totals in a sample, at its end or among its rows, as in reports of merchandise systems."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headgate.contracts.model import Column, Kind, Rule
from headgate.masking.redaction import redact_text
from headgate.values.accepted_texts import null_where_absent
from headgate.values.cast_declared import cast_column
from headgate.values.cells import Flags, blank_to_null, flags, rows_where

_EXACT = {Kind.SMALLINT, Kind.INTEGER, Kind.BIGINT, Kind.DECIMAL}
# A formula without a stored value, as libraries write it; files have the English names. Source: ECMA-376,
# part 1, 18.17.7.
_SUM_FORMULA = re.compile(r"=(?:SUM|SUBTOTAL)\(")
_MIN_ROWS = 3  # above the last; a sum of two numbers may be a coincidence
_MIN_ADDED = 2  # of them nonzero; a sum of one number is that number, as in flags of 0 and 1
_MAX_CHARACTERS = 120  # of a line in a note
_MAX_CELLS_OF_FOOTER = 2  # such as `Printed on` and a day
_MIN_EMPTY = 2  # of the cells that other rows fill; a single cell may be missing in a row
_NEARLY_ALWAYS = 0.9  # of the other rows have a value in the column
# `1.234,50`, `120 items`, `R$ 12,00`, a formula.
_NUMBER_WITH_UNIT = r"=.*|(?:\W*[^\W\d]{1,3}\W+)?\W*\d[\d.,'\s]*\W*(?:[^\W\d]+\.?)?"
_MAX_WORDLESS = 1_000  # rows that may be totals without a word; a report has fewer
_MAX_TOTALS = 100  # above a total, below which its rows may begin
MAX_FOOTER = 20  # below the last total; more lines are a table of their own
# Names of totals and subtotals at the beginning of a cell. Source: the functions Subtotal and Total of
# spreadsheet programs in these languages, and the words of their reports.
_WORDS = (
    r"(?:grand|sub)[- ]?totals?|totals?(?: general)?|sum|(?:carried|brought) forward|carry[- ]over"
    r"|(?:zwischen|gesamt)?summen?|übertrag|à reporter|suma y sigue|riporto|zwischenergebnis|gesamt|insgesamt"
    r"|(?:sous|grand)-total|totaux|totale|subtotale|somma|suma(?: parcial)?|soma|totais|totales"
    r"|(?:sub|tussen|eind)?totaal|(?:del)?summa|totalt|i ?alt|sammanlagt|samtals|(?:väli)?summa|yhteensä"
    r"|razem|ogółem|łącznie|celkem|celkom|mezisoučet|medzisúčet|součet|súčet|spolu|skupaj|ukupno|svega|vsota"
    r"|(?:rész|vég)?összesen|részösszeg|végösszeg|kopā|iš viso|viso|kokku"
    r"|(?:genel|ara)? ?toplam|итого|всего|разом|усього|всього|общо|укупно|σύνολο|μερικό σύνολο"
    r"|合計|合计|小計|小计|総計|总计|總計|総合計|計|计|합계|소계|총계|총합계"
    r"|(?:ال)?مجموع|الإجمالي|إجمالي|סה\"כ|סך הכל|รวม|รวมทั้งหมด|tổng(?: cộng)?|cộng|jumlah"
)
# Names of means and of other figures of a column. The name alone is none: a number has to be the mean of rows
# above, or the line has few cells and is at the foot.
_MEANS = (
    r"(?:class )?(?:average|avg\.?|mean)|durchschnitt|mittel(?:wert)?|moyenne|promedio|media|média"
    r"|ø|median|(?:r\.?)?s\.?d\.?|std\.? ?dev\.?|st[dk]abw\.?|standard deviation|standardabweichung"
    r"|(?:min|max)(?:imum)?[.:]? *$"
    r"|gemiddelde?|medelvärde|genomsnitt|gennemsnit|gjennomsnitt|keskiarvo|średnia|průměr|priemer|átlag|ortalama|среднее"
    r"|平均|평균"
)
_NAMES_OF_MEANS = re.compile(rf"(?i)[\W_]*(?:{_MEANS})(?:[\W_]|$)")
_MIN_MEASURED = 2  # rows of a mean
_MIN_FIGURES = 2  # of a line without a name; a single one may be equal to a mean by chance
_NAMES = re.compile(rf"(?i)[\W_]*(?:{_WORDS})(?:[\W_]|$)")
# Begins of such names for RE2, which takes milliseconds to compile classes of all letters.
_BEGINS = {
    names: rf"(?i)^[^a-z0-9]*(?:{words})" for names, words in ((_NAMES, _WORDS), (_NAMES_OF_MEANS, _MEANS))
}


@dataclass(frozen=True)
class ReportLines:
    """The lines of a report that are no rows of its table.

    Attributes:
        totals: lines of totals and subtotals.
        footer: lines below the last total, such as the name of the program that wrote the report.
        stay_out: whether an upload leaves these lines out: reports have totals at their foot.
    """

    totals: tuple[int, ...] = ()
    footer: tuple[int, ...] = ()
    stay_out: bool = False

    @property
    def every(self) -> list[int]:
        """All these lines, in the order of the file."""
        return sorted({*self.totals, *self.footer})


def report_lines(columns: Iterable[Column], cells: Mapping[str, pa.Array]) -> ReportLines:
    """Return the lines of totals of a report.

    They are named as totals and are sums, or lack most values that other rows have; or they have no word of
    their own, lack a value that other rows have, and all their numbers are sums. A footer is known only below
    a line of totals.
    """
    columns, last = [*columns], len(next(iter(cells.values()), ())) - 1
    for foot in _possible_feet(columns, cells):
        footer = _footer_below(foot, cells)
        table = cells_of_other_rows(cells, footer)
        if (footer or foot == last) and foot in (totals := _totals(columns, table)):
            return ReportLines(tuple(totals), tuple(footer), stay_out=True)
    totals = _totals(columns, cells)
    return ReportLines(tuple(totals), stay_out=bool(totals) and _is_named(cells, last))


def may_end_with_totals(columns: Sequence[Column], cells: Mapping[str, pa.Array]) -> bool:
    """Return whether one of the last rows, above a footer at most, may be a line of totals."""
    count = len(next(iter(cells.values()), ()))
    last = range(max(0, count - 1 - MAX_FOOTER), count)
    may_be = _are_wordless(columns, cells) | _are_lacking(columns, cells)
    return any(_is_named(cells, row) for row in last) or bool(may_be[[*last]].any())


def _is_named(cells: Mapping[str, pa.Array], row: int) -> bool:
    return any(_names_a_figure(text[row].as_py() or "") for text in cells.values())


def _names_a_figure(cell: str) -> bool:
    return names_a_total(cell) or _NAMES_OF_MEANS.match(cell) is not None


def _possible_feet(columns: Sequence[Column], cells: Mapping[str, pa.Array]) -> list[int]:
    """Return the last row that may be a total without a word, and the last row with the name of one."""
    count = len(next(iter(cells.values()), ()))
    start = max(0, count - 2 - MAX_FOOTER)
    tail = {name: text.slice(start) for name, text in cells.items()}
    wordless = start + np.flatnonzero(_are_wordless(columns, tail))
    lacking = start + np.flatnonzero(_are_lacking(columns, tail))
    named = [row for row in range(start, count) if _is_named(cells, row)]
    return sorted({*wordless.tolist()[-1:], *lacking.tolist()[-1:], *named[-1:]}, reverse=True)


def _footer_below(foot: int, cells: Mapping[str, pa.Array]) -> list[int]:
    """Return the last rows with a cell or two, below a row that may be a total and above no other row.

    A report ends with the program or the day of its making. Such lines lack most values of the rows above.
    """
    footer = [*range(foot + 1, len(next(iter(cells.values()))))]
    if not footer or len(footer) > MAX_FOOTER or foot < _MIN_ROWS:
        return []
    table = {name: text.slice(0, foot) for name, text in cells.items()}
    filled = [name for name, text in table.items() if _filled_share(text) >= _NEARLY_ALWAYS]
    lines = [{name: (text[row].as_py() or "").strip() for name, text in cells.items()} for row in footer]
    return footer if all(_is_footer(line, filled) for line in lines) else []


def _is_footer(line: Mapping[str, str], filled: Collection[str]) -> bool:
    given = [cell for cell in line.values() if cell]
    empty = sum(not line[name] for name in filled)
    return 0 < len(given) <= _MAX_CELLS_OF_FOOTER and empty >= _MIN_EMPTY and 2 * empty >= len(filled)


def texts_of_line(columns: Iterable[Column], cells: Mapping[str, pa.Array], row: int) -> str:
    """Return the filled cells of a line, but those of columns whose values are not shown."""
    shown = (column.name for column in columns if not (column.mask or column.classification))
    texts = ((cells[name][row].as_py() or "").strip() for name in shown)
    said = redact_text(", ".join(filter(None, texts)))
    return said if len(said) <= _MAX_CHARACTERS else f"{said[:_MAX_CHARACTERS].rstrip()} …"


def totals_of(columns: Iterable[Column], cells: Mapping[str, pa.Array]) -> list[str]:
    """Return the columns that end with the formula of a sum, or the exact nonzero sum of the values above."""
    return [
        column.name
        for column in columns
        if column.type.kind in _EXACT and _is_sum(column, cells[column.name])
    ]


def names_a_total(cell: str) -> bool:
    """Return whether a cell begins with the name of a total.

    >>> [names_a_total(cell) for cell in ("Summe:", "Razem miesiąc", "小計", "Totally wired", "計画")]
    [True, True, True, False, False]
    """
    return _NAMES.match(cell) is not None


def words_of_totals(columns: Iterable[Column], cells: Mapping[str, pa.Array], rows: Sequence[int]) -> str:
    """Return by what the rows are lines of totals."""
    are_named = [_is_named(cells, row) for row in rows]
    means = _named_rows(cells, _NAMES_OF_MEANS)
    are_sums = {*rows} <= {*_summed([*columns], cells, _named_rows(cells), rows, means)}
    noun = "mean" if {*rows} <= {*means} else "sum"
    if len(rows) == 1:
        return f"its {'name and its ' if all(are_named) else ''}{noun if are_sums else 'empty cells'}"
    if not any(are_named):
        return "their sums and empty cells"
    by = f"their {noun}s" if are_sums else f"their {noun}s or empty cells"
    return f"their names and {by}" if all(are_named) else f"their names or empty cells, and {by}"


def _totals(columns: Sequence[Column], cells: Mapping[str, pa.Array]) -> list[int]:
    named = _named_rows(cells)
    wordless = _wordless_rows(columns, cells, named)
    means = _named_rows(cells, _NAMES_OF_MEANS)
    totals = {*_summed(columns, cells, named, wordless, means), *_bare(cells, sorted({*named, *means}))}
    nameless = totals - {*named, *means}
    return sorted(totals - _not_lacking(cells, totals, nameless) if nameless else totals)


def _summed(
    columns: Sequence[Column],
    cells: Mapping[str, pa.Array],
    named: Sequence[int],
    wordless: Sequence[int],
    means: Sequence[int],
) -> list[int]:
    """Return the rows named as totals with a sum, and those without a word of which all numbers are sums.

    Rows named as means have a mean, and in rows that lack a usual value all numbers may be means, or all
    deviations and so on. They are of all rows above that are no totals, or of those since a total above.
    """
    lacking = np.flatnonzero(_are_lacking(columns, cells)).tolist()
    lacking = lacking if len(lacking) <= _MAX_TOTALS else []
    if not (named or wordless or means or lacking):
        return []
    cast = {
        column.name: (column, cast_column(column, null_where_absent(column, cells[column.name])).values)
        for column in columns
        if column.type.kind in {*_EXACT, Kind.DOUBLE}
    }
    numbers = [values for column, values in cast.values() if column.type.kind in _EXACT]
    above, summed = list[int](), list[int]()
    for row in sorted({*named, *wordless, *means, *lacking}):
        filled = [values for values in numbers if values[row].as_py()]
        sums = [_is_sum_at(values, above, row) for values in filled]
        may_be_sum = row in named or row in wordless
        is_sum = may_be_sum and any(sums) and (row in named or (all(sums) and _adds_several(filled, row)))
        is_mean = row in means and any(
            "mean" in _figures_at(values, above, row) for _, values in cast.values()
        )
        if is_sum or is_mean or (row in lacking and _is_figure_of_all([*cast.values()], above, row)):
            summed.append(row)
        if row in named or row in summed:
            above.append(row)
    return summed


def _adds_several(numbers: Iterable[pa.Array], row: int) -> bool:
    """Return whether the rows above have several numbers that are not zero, if the row is the last one."""
    return any(
        row < len(values) - 1 or sum(map(bool, values.slice(0, row).to_pylist())) >= _MIN_ADDED
        for values in numbers
    )


def _wordless_rows(
    columns: Sequence[Column], cells: Mapping[str, pa.Array], named: Sequence[int]
) -> list[int]:
    """Return the rows that may be totals without a word; none if the last row is a row of the table."""
    last = len(next(iter(cells.values()), ())) - 1
    if last not in {*named, *_possible_feet(columns, cells)}:
        return []
    rows = [row for row in np.flatnonzero(_are_wordless(columns, cells)).tolist() if row not in named]
    return rows if len(rows) <= min(_MAX_WORDLESS, last + 1 - _MIN_ROWS) else []


def _are_wordless(columns: Sequence[Column], cells: Mapping[str, pa.Array]) -> Flags:
    """Return which rows have numbers, no words but those of the row above, and lack a usual value."""
    count = len(next(iter(cells.values()), ()))
    has_number, has_words, lacks = np.zeros(count, bool), np.zeros(count, bool), np.zeros(count, bool)
    for column in columns:
        text = blank_to_null(cells[column.name])
        given = flags(text.is_valid())
        lacks |= ~given & bool(given.sum() >= count / 2)
        if column.type.kind in _EXACT:
            is_number = flags(cast_column(column, null_where_absent(column, text)).values.is_valid())
            has_number |= is_number
            has_words |= given & ~is_number
        else:
            given[1:] &= ~flags(pc.equal(text.slice(1), text.slice(0, max(0, count - 1))))
            has_words |= given
    return has_number & lacks & ~has_words


def _are_lacking(columns: Sequence[Column], cells: Mapping[str, pa.Array]) -> Flags:
    """Return which rows have several numbers and lack a value that most rows have."""
    count = len(next(iter(cells.values()), ()))
    numbers, lacks = np.zeros(count, int), np.zeros(count, bool)
    for column in columns:
        given = flags(blank_to_null(cells[column.name]).is_valid())
        lacks |= ~given & bool(given.sum() >= count / 2)
        if column.type.kind in {*_EXACT, Kind.DOUBLE}:
            numbers += given
    return lacks & (numbers >= _MIN_FIGURES)


def _not_lacking(
    cells: Mapping[str, pa.Array], totals: Collection[int], nameless: Collection[int]
) -> set[int]:
    """Return the totals without a name that have all values that nearly all other rows have."""
    others = cells_of_other_rows(cells, totals)
    filled = [name for name, text in others.items() if _filled_share(text) >= _NEARLY_ALWAYS]
    given = [flags(blank_to_null(cells[name]).is_valid()) for name in filled]
    return {row for row in nameless if all(is_given[row] for is_given in given)}


def _named_rows(cells: Mapping[str, pa.Array], names: re.Pattern[str] = _NAMES) -> list[int]:
    return sorted(
        {
            int(row)
            for text in cells.values()
            for row in rows_where(pc.match_substring_regex(text, _BEGINS[names]))
            if names.match(text[row].as_py())
        }
    )


def _bare(cells: Mapping[str, pa.Array], rows: Sequence[int]) -> list[int]:
    """Return those of the rows named as totals that have only numbers beside the name, and few of them.

    Their sum may include rows that are not in the file. Such a row is no article with the name of a total:
    most cells that other rows always fill are empty. Reports have totals at their foot, so there are none if
    the last row has another name.
    """
    count = len(next(iter(cells.values()), ()))
    if not rows or rows[-1] != count - 1 or count - len(rows) < _MIN_ROWS:
        return []
    others = cells_of_other_rows(cells, rows)
    filled = [name for name, text in others.items() if _filled_share(text) >= _NEARLY_ALWAYS]
    named = {name: text.take(pa.array(rows)).to_pylist() for name, text in cells.items()}
    lines = [{name: (texts[at] or "").strip() for name, texts in named.items()} for at in range(len(rows))]
    return [row for row, line in zip(rows, lines, strict=True) if _is_bare(line, filled)]


def _filled_share(text: pa.Array) -> float:
    empty: int = blank_to_null(text).null_count
    return 1 - empty / len(text)


def _is_bare(line: Mapping[str, str], filled: Iterable[str]) -> bool:
    label = next(name for name, cell in line.items() if _names_a_figure(cell))
    beside = [line[name] for name in filled if name != label]
    empty = beside.count("")
    has_words = any(
        cell and not re.fullmatch(_NUMBER_WITH_UNIT, cell) for name, cell in line.items() if name != label
    )
    return empty >= _MIN_EMPTY and 2 * empty >= len(beside) and not has_words


def cells_of_other_rows(cells: Mapping[str, pa.Array], rows: Iterable[int]) -> dict[str, pa.Array]:
    """Return the cells of all other rows."""
    is_other = np.ones(len(next(iter(cells.values()))), bool)
    is_other[list(rows)] = False
    return {name: text.filter(pa.array(is_other)) for name, text in cells.items()}


def _is_sum_at(values: pa.Array, totals_above: Sequence[int], row: int) -> bool:
    """Return whether a row is the sum of the rows above that are no totals, or of those since one of these.

    A grand total may be below the grand total of another sheet.
    """
    value, end, added = values[row].as_py(), row, 0
    for total in totals_above[: -_MAX_TOTALS - 1 : -1]:
        added += pc.sum(values.slice(total + 1, end - total - 1)).as_py() or 0
        if added == value:
            return True
        end = total
    above = pc.sum(values.slice(0, row)).as_py() or 0
    return bool(value == above - sum(values[place].as_py() or 0 for place in totals_above))


def _is_figure_of_all(
    numbers: Iterable[tuple[Column, pa.Array]], totals_above: Sequence[int], row: int
) -> bool:
    """Return whether all numbers of a row are the same figure of the rows above, such as their mean."""
    figures = [_figures_at(values, totals_above, row) for _, values in numbers if values[row].as_py()]
    return len(figures) >= _MIN_FIGURES and bool(frozenset.intersection(*figures))


def _figures_at(values: pa.Array, totals_above: Sequence[int], row: int) -> frozenset[str]:
    """Return which figures of the rows since a total above, or of all rows, a row has, as it is rounded."""
    value = values[row].as_py()
    if not value:
        return frozenset()
    tolerance = 0.501 * 10.0 ** int(Decimal(str(value)).normalize().as_tuple().exponent)
    equal = set()
    for start in {0, *(total + 1 for total in totals_above[-1:])}:
        rows = [place for place in range(start, row) if place not in totals_above]
        given = values.take(pa.array(rows, pa.int64())).drop_null()
        if len(given) >= _MIN_MEASURED:
            figures = _figures_of(np.asarray(pc.cast(given, pa.float64())))
            equal |= {name for name, figure in figures.items() if abs(figure - float(value)) <= tolerance}
    return frozenset(equal)


def _figures_of(given: np.ndarray[Any, np.dtype[np.float64]]) -> dict[str, float]:
    mean, deviation = float(given.mean()), float(given.std(ddof=1))
    return {
        "mean": mean,
        "deviation": deviation,
        "deviation of all": float(given.std()),
        "relative deviation": 100 * deviation / mean if mean else 0.0,
        "smallest": float(given.min()),
        "largest": float(given.max()),
    }


def required_but_in_totals(columns: Mapping[str, Column], cells: Mapping[str, pa.Array]) -> dict[str, Column]:
    """Return the columns, as required, that only lines of totals leave empty.

    So the gate quarantines such lines, in later files too.
    """
    last = [len(next(iter(cells.values()))) - 1] if totals_of(columns.values(), cells) else []
    lines = {*report_lines(columns.values(), cells).every, *last}
    blank = {
        name: rows_where(pc.is_null(blank_to_null(null_where_absent(column, cells[name])))).tolist()
        for name, column in columns.items()
    }
    return {
        name: replace(column, required=True, rules=(Rule("required"), *column.rules))
        for name, column in columns.items()
        if blank[name] and lines.issuperset(blank[name]) and not column.required
    }


def is_refused(columns: Iterable[Column], cells: Mapping[str, pa.Array], row: int) -> bool:
    """Return whether a row lacks a required value, or has a value of another type."""
    return any(
        _has_misfit(column, null_where_absent(column, cells[column.name].slice(row, 1))) for column in columns
    )


def _has_misfit(column: Column, cell: pa.Array) -> bool:
    given = blank_to_null(cell).drop_null()
    return column.required if not len(given) else bool(len(cast_column(column, given).misfits))


def _is_sum(column: Column, text: pa.Array) -> bool:
    values = cast_column(column, null_where_absent(column, text)).values
    if len(values) <= _MIN_ROWS:
        return False
    if not values[-1].is_valid:
        return _SUM_FORMULA.match(text[-1].as_py() or "") is not None
    last, above = values[-1].as_py(), values.slice(0, len(values) - 1).drop_null()
    added = sum(map(bool, above.to_pylist())) if last and pc.sum(above).as_py() == last else 0
    return added >= _MIN_ADDED
