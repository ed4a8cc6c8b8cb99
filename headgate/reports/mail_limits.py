"""The limit of a person's mail: it is sent only while a figure of its answer is above or below."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from headgate.reports.agreed_columns import NUMERIC_TYPE
from headgate.reports.mail_answers import answer_records
from headgate.reports.mail_periods import periods_of
from headgate.reports.numbers import day_words
from headgate.reports.open_periods import open_period

if TYPE_CHECKING:
    from headgate.api.shapes.tables import QueryRows
    from headgate.query.mail_schedules import MailSchedule
    from headgate.reports.answer_words import ColumnWords


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
    schedule: MailSchedule, page: QueryRows, words: ColumnWords, as_of: date | None
) -> LimitCheck:
    """Compare the figures of an answer with the limit of its mail.

    Of an answer over time the figures of the newest period that is over count, of another one those of all
    rows. A mail whose figure is no longer in the answer is sent, so that the person learns of it.
    """
    records, column, limit = answer_records(page), schedule.limit_column, schedule.limit
    types = {each.name: each.type for each in page.columns}
    if limit is None or not NUMERIC_TYPE.match(types.get(column, "")):
        reason = f"The limit was not checked: the answer has no numbers in a column {column}."
        return LimitCheck(is_sent=True, words=reason)
    rows, period = _newest_over(records, schedule.x, as_of)
    values = [Decimal(str(row[column])) for row in rows if row[column] is not None]
    if not values:
        return LimitCheck(is_sent=False, words=f"No row has a figure in {column} for the limit.")
    is_above = schedule.only_if == "above"
    figure, bound = (max if is_above else min)(values), Decimal(f"{limit:.15g}")
    is_sent = figure > bound if is_above else figure < bound
    figure_words, bound_words = words.texts(column, [figure, bound])
    when = f" in the period from {period}" if period else ""
    compared = f"{'' if is_sent else 'not '}{schedule.only_if} the limit of {bound_words}"
    return LimitCheck(is_sent, f"{words.heading(column)}: {figure_words}{when}, {compared}.")


def _newest_over(
    records: list[dict[str, Any]], column: str, as_of: date | None
) -> tuple[list[dict[str, Any]], str]:
    """Return the rows of the newest period that is over, and its first day; all rows of other answers."""
    periods = periods_of(records, column)
    begun = open_period(periods, as_of)
    over = sorted({period for period in periods if begun is None or period[:10] != begun.isoformat()})
    if not over:
        return records, ""
    rows = [row for row, period in zip(records, periods, strict=True) if period == over[-1]]
    try:
        return rows, day_words(date.fromisoformat(over[-1][:10]))
    except ValueError:  # the number of a week
        return rows, ""
