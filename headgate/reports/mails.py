"""Send the answers that people have scheduled by mail."""

from __future__ import annotations

import logging
import time
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from headgate.api.analytics import queries
from headgate.api.analytics.written_dashboards import every_dashboard
from headgate.api.http.access import CallerIdentity, Group, reader
from headgate.api.http.problems import ProblemError
from headgate.api.shapes.tables import QueryAsked
from headgate.errors import QueryError
from headgate.query.mail_schedules import mail_schedules
from headgate.reports.numbers import cell_text, figure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from headgate.api.lake_ports import AnswerMails, LakePorts
    from headgate.api.shapes.dashboards import Panel
    from headgate.api.shapes.tables import QueryRows
    from headgate.query.mail_schedules import MailSchedule

log = logging.getLogger(__name__)

MOST_ROWS = 20
_LONGEST_CELL = 40
_MOST_CHARACTERS = 60_000  # of up to four bytes; SNS permits 256 KiB. Source: Amazon SNS, quotas
_PAUSE_S = 1.0
_STATES_OF_WORK = frozenset({"queued", "running"})


def send_due(
    lake: LakePorts, mails: AnswerMails, console_url: str, pause: Callable[[float], None] = time.sleep
) -> int:
    """Send every mail that is due today to people who may still read the lake, and return how many.

    Each statement is asked as a reader asks it in the API: columns about people are left out, whatever groups
    the person is in.
    """
    today, sent = lake.now().date(), 0
    for schedule in mail_schedules(lake.objects, lake.bucket("artifacts")):
        if not schedule.is_due(today):
            continue
        address = lake.people.address(schedule.by)
        groups = frozenset(Group(name) for name in lake.people.groups(schedule.by) if name in set(Group))
        if not address or not CallerIdentity(schedule.by, groups).may(Group.VIEWER):
            log.warning("a mail has no reader any more")
            continue
        answers = "\n".join(_answers(lake, schedule, pause))[:_MOST_CHARACTERS]
        text = "\n".join([answers, *_links(schedule, console_url)])
        mails.send(address, f"{schedule.title}, {today:%d %b %Y}", text)
        sent += 1
    return sent


def _answers(lake: LakePorts, schedule: MailSchedule, pause: Callable[[float], None]) -> Iterator[str]:
    yield schedule.title
    if schedule.sql:
        yield from _answer(lake, schedule.by, schedule.sql, pause, None)
        return
    panels = _panels(lake, schedule.dashboard)
    if not panels:
        yield "This dashboard is no longer there."
    for panel in panels:
        yield f"\n{panel.question}"
        yield from _answer(lake, schedule.by, panel.sql, pause, panel)


def _links(schedule: MailSchedule, console_url: str) -> Iterator[str]:
    if console_url:
        yield f"\nOpen it: {console_url}/#{_address(schedule)}"
        yield f"You scheduled this mail on {schedule.at[:10]}. Stop it: {console_url}/#/dashboards/mine"


def _panels(lake: LakePorts, name: str) -> Sequence[Panel]:
    boards = every_dashboard(lake).dashboards
    return next((board.panels for board in boards if board.system == name), ())


def _address(schedule: MailSchedule) -> str:
    if schedule.dashboard:
        return f"/dashboards/{schedule.dashboard}"
    return f"/query?{urlencode({'sql': schedule.sql})}"


def _answer(
    lake: LakePorts, person: str, sql: str, pause: Callable[[float], None], panel: Panel | None
) -> Iterable[str]:
    """Return the answer of a statement as lines, or why there is none."""
    caller = reader(person)
    try:
        query = queries.start(lake, caller, QueryAsked(sql=sql, question=""), "")
        while query.state in _STATES_OF_WORK:
            pause(_PAUSE_S)
            query = queries.status(lake, caller, query.query_id)
        if query.state != "succeeded":
            return [f"No answer: {query.error or query.state}"]
        page = queries.page(lake, caller, query.query_id, MOST_ROWS + 1, "")
    except (QueryError, ProblemError) as error:
        return [f"No answer: {error}"]
    if panel and panel.kind == "kpi":
        return [_figure(page, panel.unit)]
    return table_lines(page)


def _figure(page: QueryRows, unit: str) -> str:
    cells = (
        dict(zip((column.name for column in page.columns), _values(page)[0], strict=True))
        if page.rows
        else {}
    )
    return figure(cells.get("value"), unit)


def _values(page: QueryRows) -> list[list[Any]]:
    """Return the rows with decimals as numbers; the API writes them as texts."""
    is_decimal = [column.type.startswith("decimal") for column in page.columns]
    return [
        [
            Decimal(cell) if number and isinstance(cell, str) else cell
            for cell, number in zip(row, is_decimal, strict=True)
        ]
        for row in page.rows
    ]


def table_lines(page: QueryRows) -> list[str]:
    """Return the first rows as a table of text, headed without underscores."""
    if not page.rows:
        return ["No row."]
    texts = [[_shortened(cell_text(cell)) for cell in row] for row in _values(page)[:MOST_ROWS]]
    heads = [column.name.replace("_", " ") for column in page.columns]
    widths = [max(len(head), *(len(row[at]) for row in texts)) for at, head in enumerate(heads)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in (heads, *texts)
    ]
    return [*lines, f"The first {MOST_ROWS} rows."] if len(page.rows) > MOST_ROWS else lines


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_CELL else f"{text[: _LONGEST_CELL - 1]}…"
