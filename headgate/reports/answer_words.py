"""Answers of dashboards in words, like in the console (console/src/formats)."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from headgate.contracts.currency import SPELLINGS
from headgate.errors import QueryError
from headgate.plain_names import capitalised, word_of_name
from headgate.query.declared_parameters import Parameter, declared_parameters, with_chosen_values
from headgate.reports.numbers import (
    NOTHING,
    axis_label,
    cell_text,
    day_words,
    figure,
    in_one_column,
    period_words,
)
from headgate.systems.panels import ACTION, COLUMN_IN_TEMPLATE, FOLDED, ROW_COUNT, columns_in

_CODE = re.compile(r"[a-z0-9]+(_[a-z0-9]+)+")
_SERIES = re.compile(r"[a-z_]+=[^/]+(/[a-z_]+=[^/]+)*")
_PLACE = re.compile(r"(region|country)(_id|_code)?")
_MEMBERS = re.compile(r"\((all|other|unknown)\)")
PERIOD_NAME = re.compile(r"(^|_)(month|quarter|year)(_on)?$")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_FIRST_DAY = re.compile(r"\d{4}-\d{2}-01([T ]00:00(:00(\.0+)?)?)?")
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?")
_CURRENCY = re.compile(r"([A-Z]{3})( per |$)")
UNNAMED = re.compile(r"_col_?(\d+)")  # a column that the statement does not name
_BOUND = re.compile(r"(lower|upper)_(\d{2})")
# The console names an id by the thing, and a time by what happened then.
_NO_WORDS = frozenset({"id", "on", "at", "name"})
# Measures of a model's quality whose names are abbreviations.
MEASURES = {
    "auc": "ranks right, share of pairs (AUC)",
    "average_precision": "average precision",
    "brier": "squared error of the probability (Brier)",
    "ece": "calibration error (ECE)",
}
TITLE_PREFIX = "title_"  # of columns that only fill titles
_PARTS = "; "  # between the parts of an answer
_MARK = "\0"  # in place of it while cells are filled in
_OPTIONAL = re.compile(r"\[([^\[\]]*\{\w+\}[^\[\]]*)\]")


@dataclass(frozen=True)
class ColumnWords:
    """Units and headings of the columns of an answer, and names of their codes, by column."""

    units: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def heading(self, column: str) -> str:
        """Return the heading of a column."""
        return heading(column, self.labels, self.units.get(column, ""))

    def cell(self, column: str, value: Any) -> str:  # noqa: ANN401 a cell
        """Return a cell of a column as people read it."""
        if name := self.codes.get(column, {}).get(str(value)):
            return name
        return cell_words(column, value, self.units.get(column, ""))

    def texts(self, column: str, values: Sequence[Any], _all_values: Sequence[Any] = ()) -> list[str]:
        """Return the cells of a column, numbers with one number of decimals."""
        if months := _months(column, values):
            return months
        cells = [self.cell(column, value) for value in values]
        return (
            in_one_column(cells, values, self.units.get(column, "")) if is_number(column, values) else cells
        )

    def axis(self, column: str, value: float) -> str:
        """Return a label of a column's axis."""
        return axis_label(value, self.units.get(column, ""))


def _months(column: str, values: Sequence[Any]) -> list[str]:
    """Return the periods of a column that its name calls months, quarters or years; none of other days.

    >>> _months("month_on", ["2010-09-01"]), _months("paid_on", ["2010-09-01"])
    (['Sep 2010'], [])
    """
    named = PERIOD_NAME.search(column)
    days = [value.isoformat() if type(value) is date else value for value in values]
    if named is None or not any(days):
        return []
    if not all(day is None or (isinstance(day, str) and _FIRST_DAY.fullmatch(day)) for day in days):
        return []
    return [NOTHING if day is None else period_words(date.fromisoformat(day[:10]), named[2]) for day in days]


def is_number(column: str, values: Sequence[Any]) -> bool:
    """Return whether a column has numbers that are compared; an id is a name."""
    return are_numbers(values) and not column.endswith("_id")


def are_numbers(values: Sequence[Any]) -> bool:
    """Return whether all values are numbers, but for nulls; without a value they are none."""
    kinds = {type(value) for value in values if value is not None}
    return bool(kinds) and kinds <= {int, float, Decimal}


def filter_words(column: str, values: Sequence[str]) -> str:
    """Return the chosen values of a filter as people read them."""
    return " or ".join(ColumnWords().cell(column, value) for value in values)


def value_words(sql: str, chosen: Mapping[str, Sequence[str]] | None = None) -> dict[str, str]:
    """Return the value with which a statement is asked, by parameter, such as `Since: 1 Jul 2026`."""
    try:
        parameters = declared_parameters(with_chosen_values(sql, chosen or {}))
    except QueryError:  # its answer says why
        return {}
    return {each.name: f"{heading(each.name, {})}: {_value_words(each)}" for each in parameters}


def value_lines(sql: str, chosen: Mapping[str, Sequence[str]] | None = None) -> Iterator[str]:
    """Yield the line of the values of a statement's parameters; none without any."""
    if words := value_words(sql, chosen):
        yield " · ".join(words.values())


def _value_words(parameter: Parameter) -> str:
    if parameter.default is None:
        return "no value"
    with suppress(ValueError):
        if parameter.type == "date":
            return day_words(date.fromisoformat(parameter.default))
    return parameter.default or "empty"


def heading(column: str, labels: Mapping[str, str], unit: str = "") -> str:
    """Return the heading of a column: the contract's, or the words of its name.

    A currency is left out, because each amount has its sign.

    >>> heading("days_since_last", {}), heading("cause_1", {"cause_1": "Main cause"})
    ('Days since last', 'Main cause')
    >>> heading("value_365d", {}), heading("lower_80", {})
    ('Value 365 days', 'Low end (8 of 10)')
    >>> heading("_col0", {})
    'Column 1'
    """
    if label := labels.get(column):
        return label
    if unnamed := UNNAMED.fullmatch(column):
        return f"Column {int(unnamed[1]) + 1}"
    if bound := _BOUND.fullmatch(column):
        return f"{'Low' if bound[1] == 'lower' else 'High'} end ({_many_of(int(bound[2]))})"
    currency = _CURRENCY.match(unit)
    left_out = _NO_WORDS | ({currency[1].lower()} if currency else set())
    parts = [part for part in column.split("_") if part]
    while len(parts) > 1 and parts[-1] in left_out:
        parts.pop()
    return capitalised(" ".join(map(word_of_name, parts)))


def _many_of(percent: int) -> str:
    """Return a percentage as people count: 80 is "8 of 10"."""
    many, of = next((percent // size, 100 // size) for size in (10, 5, 1) if percent % size == 0)
    return f"{many} of {of}"


def cell_words(column: str, value: Any, unit: str) -> str:  # noqa: ANN401 a cell
    """Return a cell as people read it: with its unit, and codes, days and countries as words.

    >>> cell_words("cause", "not_found", ""), cell_words("part", "region=IE/kind=(other)", "")
    ('not found', 'Ireland · other kinds')
    >>> cell_words("week", date(2026, 11, 2), ""), cell_words("metric", "ece", "")
    ('2 Nov 2026', 'calibration error (ECE)')
    """
    if isinstance(value, datetime):
        return _moment_words(value)
    if isinstance(value, date):
        return day_words(value)
    if isinstance(value, str):
        return _text_words(column, value)
    if column.endswith("_id") and value is not None:  # an id is a name, though it consists of digits
        return str(value)
    return figure(value, unit) if unit else cell_text(value)


def _text_words(column: str, text: str) -> str:
    if not text:
        return NOTHING
    if _SERIES.fullmatch(text):
        parts = (part.partition("=") for part in text.split("/"))
        return " · ".join(_member(name, value) for name, _, value in parts)
    if _PLACE.fullmatch(column) or _MEMBERS.fullmatch(text):
        return _member(column, text)
    if column == "metric" and text in MEASURES:
        return MEASURES[text]
    return _time_words(text) or _code_words(text)


def _time_words(text: str) -> str:
    """Return a day, a period of days or a time in words; empty for other texts."""
    first, _, last = text.partition("/")
    try:
        if _DAY.fullmatch(first) and (not last or _DAY.fullmatch(last)):
            days = [day_words(date.fromisoformat(day)) for day in dict.fromkeys((first, last)) if day]
            return " to ".join(days)
        return _moment_words(datetime.fromisoformat(text)) if _TIME.fullmatch(text) else ""
    except ValueError:  # no day of the calendar
        return ""


def _moment_words(moment: datetime) -> str:
    """Return a time to the minute, and midnight as its day."""
    day = day_words(moment.date())
    return f"{day}, {moment:%H:%M}" if (moment.hour, moment.minute, moment.second) != (0, 0, 0) else day


def _code_words(text: str) -> str:
    """Return a code in words, with a currency at its end as its code of ISO 4217."""
    if not _CODE.fullmatch(text):
        return text
    *words, last = text.split("_")
    return " ".join([*words, last.upper() if last.upper() in SPELLINGS else last])


def _member(name: str, value: str) -> str:
    """Return a member of a series: a country by its name, `(other)` with the plural of its kind."""
    thing = re.sub(r"_(id|code|name)$", "", name)
    if _PLACE.fullmatch(name) and value in _country_names():
        return _country_names()[value]
    if members := _MEMBERS.fullmatch(value):
        plural = f"{thing[:-1]}ies" if thing.endswith("y") else f"{thing}s"
        return f"{members[1]} {thing if members[1] == 'unknown' else plural}".replace("_", " ")
    return _code_words(value)


@cache
def _country_names() -> Mapping[str, str]:
    """Return English names by ISO 3166-1 alpha-2 code. Source: Unicode CLDR, as browsers have them."""
    names: dict[str, str] = json.loads(
        files("headgate.reports").joinpath("country_names.json").read_text("utf-8")
    )
    return names


def answer_in_words(template: str, rows: Sequence[Mapping[str, Any]], units: Mapping[str, str]) -> str:
    """Return the template with cells of the first row that has all of them; empty without such a row.

    >>> answer_in_words("{who} has {part} of all", [{"who": "IE", "part": 0.25}], {"part": "share"})
    'IE has 25 % of all'
    """
    return _PARTS.join(filter(None, title_parts(template, rows, units)))


def title_parts(
    template: str, rows: Sequence[Mapping[str, Any]], units: Mapping[str, str]
) -> tuple[str, str]:
    """Return the first part of the filled template, which is the title, and the others, which stand below.

    Parts of a template are apart by a semicolon; one in the text of a cell parts nothing.

    >>> title_parts("{who} has {part}[; {more} more]; as before", [{"who": "IE", "part": 2}], {})
    ('IE has 2', 'as before')
    """
    first, *others = [
        part for part in filled_template(template.replace(_PARTS, _MARK), rows, units).split(_MARK) if part
    ] or [""]
    return capitalised(first), _PARTS.join(others)


def filled_template(template: str, rows: Sequence[Mapping[str, Any]], units: Mapping[str, str]) -> str:
    """Return the template as `answer_in_words` fills it, with its first letter as it is.

    A part in brackets with a `{column}` that is null in the row is left out.

    >>> filled_template("{n} rows[ of {part}]", [{"n": 3, "part": None}], {})
    '3 rows'
    """
    names = columns_in(_OPTIONAL.sub("", template))
    row = next((row for row in rows if _has_all(row, names)), None)
    if not template or row is None:
        return ""
    counted = {ROW_COUNT: len(rows), **row}
    said = _OPTIONAL.sub(lambda part: part[1] if _has_all(counted, columns_in(part[1])) else "", template)
    return COLUMN_IN_TEMPLATE.sub(
        lambda match: cell_words(match[1], counted[match[1]], units.get(match[1], "")), said
    )


def action_words(action: str, rows: Sequence[Mapping[str, Any]], units: Mapping[str, str]) -> str:
    """Return the action that follows from an answer: of its first row, where it states one, else the panel's.

    >>> action_words("Call all.", [{"title_action": "Call {who} first.", "who": "Ann"}], {})
    'Call Ann first.'
    """
    template = (rows[0].get(ACTION) if rows else None) or action
    return filled_template(template, rows[:1], units) or template


def is_shown(column: str) -> bool:
    """Return whether a table shows a column, which neither counts rows nor only fills a title."""
    return column != ROW_COUNT and not column.startswith(TITLE_PREFIX)


def is_folded(row: Mapping[str, Any]) -> bool:
    """Return whether a row needs no action, so that tables fold it."""
    return row.get(FOLDED) is not None


def folded_words(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return how many rows need no action, and why; empty if there are none.

    >>> folded_words([{"title_folded": None}, {"title_folded": "may be chance"}])
    'Left out: 1 row, may be chance.'
    """
    folded = [row[FOLDED] for row in rows if is_folded(row)]
    return f"Left out: {len(folded)} row{'s' * (len(folded) != 1)}, {folded[0]}." if folded else ""


def _has_all(row: Mapping[str, Any], names: set[str]) -> bool:
    return all(row.get(name) is not None for name in names)
