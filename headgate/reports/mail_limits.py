"""The limit of a person's mail: it is sent only while a figure of its answer is above or below."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from headgate.reports.agreed_columns import NUMERIC_TYPE
from headgate.reports.answer_words import ColumnWords, is_shown
from headgate.reports.mail_answers import Record, answer_records
from headgate.reports.mail_periods import period_columns, periods_of
from headgate.reports.mail_tables import mail_cell
from headgate.reports.open_periods import cell_day, open_period

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from headgate.api.shapes.tables import QueryRows
    from headgate.query.mail_schedules import MailSchedule

_MAX_NAMES = 3
_MAX_ROWS = 5


@dataclass(frozen=True)
class LimitCheck:
    """Whether a mail is sent by its limit, and why in words."""

    is_sent: bool
    words: str

    @property
    def line(self) -> str:
        """Return the line of a mail that is shown or sent, whatever the limit decides."""
        return self.words if self.is_sent else f"Not sent by its schedule now. {self.words}"


def limit_check(
    schedule: MailSchedule, page: QueryRows, words: ColumnWords, as_of: date | None, *, is_headed: bool = True
) -> LimitCheck:
    """Compare the figures of an answer with the limit of its mail.

    Of an answer over time the figures of the newest period that is over count, of another one those of all
    rows. A mail whose figure is no longer in the answer is sent, so that the person learns of it.

    Args:
        is_headed: whether the words name the column and the row; the question of one figure does already.
    """
    records, column, limit = answer_records(page), schedule.limit_column, schedule.limit
    types = {each.name: each.type for each in page.columns}
    if limit is None or not NUMERIC_TYPE.match(types.get(column, "")):
        reason = f"The limit was not checked: the answer has no numbers in a column {column}."
        return LimitCheck(is_sent=True, words=reason)
    rows, times = _newest_over(records, schedule.x, as_of)
    rows = [row for row in rows if row[column] is not None]
    if not rows:
        return LimitCheck(is_sent=False, words=f"No row has a figure in {column} for the limit.")
    is_above, bound = schedule.only_if == "above", Decimal(f"{limit:.15g}")
    rows.sort(key=lambda each: Decimal(str(each[column])), reverse=is_above)
    figures = words.texts(
        column, [_number(row[column]) for row in rows], [_number(each[column]) for each in records]
    )
    beyond = sum(_is_beyond(row[column], bound, is_above=is_above) for row in rows)
    (bound_words,) = words.texts(column, [int(limit) if limit == int(limit) else limit])
    compared = f"{'' if beyond else 'not '}{schedule.only_if} the limit of {bound_words}"
    named = [_row_words(row, column, times, words) for row in rows[: min(beyond, _MAX_ROWS)]]
    if beyond > 1 and all(named):
        each = "; ".join(
            f"{', '.join(row)}: {text}" for row, text in zip(named, figures[:_MAX_ROWS], strict=False)
        )
        more = f"; and {beyond - _MAX_ROWS} more" if beyond > _MAX_ROWS else ""
        heading = f"{words.heading(column)} " if is_headed else ""
        return LimitCheck(is_sent=True, words=f"{heading}{compared} in {beyond} rows: {each}{more}.")
    about = [words.heading(column), *_row_words(rows[0], column, times, words)] if is_headed else []
    line = f"{', '.join(about)}{': ' if about else ''}{figures[0]}, {compared}."
    return LimitCheck(is_sent=beyond > 0, words=line)


def _is_beyond(cell: Any, bound: Decimal, *, is_above: bool) -> bool:  # noqa: ANN401 a cell
    figure = Decimal(str(cell))
    return figure > bound if is_above else figure < bound


def _number(cell: Any) -> Any:  # noqa: ANN401 a cell
    """Return a number; the API writes whole numbers of many digits as texts."""
    return Decimal(cell) if isinstance(cell, str) else cell


def _row_words(row: Record, column: str, times: Sequence[str], words: ColumnWords) -> list[str]:
    """Return what names a row: its first texts and ids, then its period."""
    names = [
        name
        for name, value in row.items()
        if name not in {column, *times}
        and is_shown(name)
        and value is not None
        and (isinstance(value, str) or name.endswith("_id"))
    ]
    texts = dict.fromkeys(mail_cell(words.texts(name, [row[name]])[0]) for name in names)
    period = {name: words.texts(name, [row[name]])[0] for name in times}
    numbered = (
        f"{words.heading(name)} {text}" if place and text.isdigit() else text
        for place, (name, text) in enumerate(period.items())
    )
    return [*[*texts][:_MAX_NAMES], *numbered]


def _newest_over(
    records: list[Record], column: str, as_of: date | None
) -> tuple[list[Record], Sequence[str]]:
    """Return the rows of the newest period that is over, and the columns of it; all rows of other answers.

    Periods that begin later than the data, as of bookings, are not over; if all do, they are a forecast.
    """
    periods = periods_of(records, column)
    begins = {period: cell_day(period) for period in periods}
    had = [period for period in periods if as_of is None or (begins[period] or as_of) <= as_of] or periods
    begun = open_period(had, as_of)
    over = sorted({period for period in had if begun is None or period[:10] != begun.isoformat()})
    if not over:
        return records, ()
    rows = [row for row, period in zip(records, periods, strict=True) if period == over[-1]]
    return rows, period_columns(records, column)
