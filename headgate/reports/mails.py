"""Send the answers that people have scheduled by mail."""

from __future__ import annotations

import logging
import math
import time
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from headgate.api.analytics import queries
from headgate.api.analytics.board_filters import board_filters, narrowed_panel
from headgate.api.analytics.contracts import catalog
from headgate.api.analytics.data_days import data_day, past_day
from headgate.api.analytics.mailed_statements import as_no_mail_has_it, mailed_statement
from headgate.api.analytics.written_dashboards import every_dashboard, own_dashboard
from headgate.api.http.access import CallerIdentity, Group, reader
from headgate.api.http.problems import ProblemError
from headgate.api.lake_ports import AnswerMails, LakePorts, WrittenMail
from headgate.api.shapes.tables import QueryAsked, QueryRows
from headgate.errors import HeadgateError, NotFoundError, QueryError
from headgate.lake.ports import ObjectRef
from headgate.masking.redaction import redact_text
from headgate.plain_names import capitalised
from headgate.query.declared_parameters import IN_ADDRESS
from headgate.query.kept_questions import OWN_DASHBOARD
from headgate.query.mail_schedules import USUAL_ROWS, MailFile, MailSchedule, mail_schedules, sent_mark_key
from headgate.query.statement_bounds import last_day_of_periods
from headgate.query.table_readers import tables_read
from headgate.reports.agreed_columns import agreed_words, answer_words
from headgate.reports.answer_words import ColumnWords, filter_words, heading, value_lines, value_words
from headgate.reports.mail_answers import (
    MAX_SHORT_COLUMNS,
    MAX_SHORT_ROWS,
    Record,
    answer_records,
    is_cut_over_time,
    mailed_records,
    panel_lines,
    panel_records,
    table_lines,
)
from headgate.reports.mail_limits import LimitCheck, limit_check
from headgate.reports.mail_periods import periods_of
from headgate.reports.names_of_codes import code_references
from headgate.reports.numbers import day_words
from headgate.reports.open_periods import open_period_words
from headgate.snapshots.read_snapshots import newest_snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from headgate.api.shapes.dashboards import Dashboard, Panel
    from headgate.api.shapes.lake import CatalogTable
    from headgate.query.omit_personal_columns import MailableStatement
    from headgate.snapshots.snapshot import LakeSnapshot

log = logging.getLogger(__name__)

_PAGE_ROWS = 500
MAX_READ_ROWS = 20_000  # of a chart over time, whose last rows a mail shows
_READ_TO_THE_END = frozenset({"fan", "line"})
MAX_BYTES = 240_000  # in UTF-8; Amazon SNS permits 256 KiB with subject and attributes. Source: its quotas
_CUT = "\nThe mail is cut here, because it is too long."
_MAX_LINK_BYTES = 8_000
_PAUSE_S = 1.0
_NAMES_OF_CODES = "the names of codes"  # the only statements that are no questions
_RESERVE_S = 60.0  # kept for the message about mails that were not sent
_FILES: Mapping[MailFile, str] = {"csv": "CSV", "xlsx": "Excel"}
_STATES_OF_WORK = frozenset({"queued", "running"})


class OutOfTimeError(HeadgateError):
    """The function ends before the mail would be ready.

    Attributes:
        sql: the statement whose answer is not ready.
    """

    def __init__(self, sql: str) -> None:
        super().__init__("an answer took longer than the function may run")
        self.sql = sql


@dataclass(frozen=True)
class SentMails:
    """Counts of a day's mails: sent, failed, and not tried for lack of time."""

    sent: int = 0
    failed: int = 0
    not_tried: int = 0


@dataclass(frozen=True)
class MailSender:
    """Sends the mails of one call of the report's function.

    Attributes:
        left_s: seconds until the function is stopped.
        pages: the first rows of the answers of this run by statement. All are asked with the rights of a
            reader, so people share them.
        complete: all rows of the answers over time, by statement.
        mailed: the statements as they are asked, by the statement of the person.
        query_ids: of the queries that have been started, by the statement of the person.
        own_boards: the dashboards of people's own questions, by person; None if nothing is on it.
        key: asks each statement once for all senders with this key; empty asks it for this sender.
        is_scheduled: whether the mails are sent by their schedule; a preview and a mail on demand are not.
    """

    lake: LakePorts
    mails: AnswerMails | None
    console_url: str
    left_s: Callable[[], float] = lambda: math.inf
    pause: Callable[[float], None] = time.sleep
    pages: dict[str, QueryRows | str] = field(default_factory=dict)
    complete: dict[str, QueryRows | str] = field(default_factory=dict)
    mailed: dict[str, MailableStatement] = field(default_factory=dict)
    query_ids: dict[str, str] = field(default_factory=dict)
    own_boards: dict[str, Dashboard | None] = field(default_factory=dict)
    key: str = ""
    is_scheduled: bool = True

    def send_due(self, moment: datetime | None = None) -> SentMails:
        """Send every mail whose hour is that of a moment, now by default, to people who may still read.

        A mail that fails is logged and does not stop the others. A mail that an earlier try of the same day
        sent is not sent again. Each statement is asked as a reader asks it in the API: columns about people
        are left out, whatever groups the person is in.

        Args:
            moment: when the mails were to be sent, in naive UTC; the call itself may come later.
        """
        moment, sent, failed = moment or self.lake.now(), 0, 0
        due = self._due(moment)
        for at, schedule in enumerate(due):
            if self.left_s() < _RESERVE_S:
                log.error("the time was over before all mails were sent", extra={"mails": len(due) - at})
                return SentMails(sent, failed, len(due) - at)
            try:
                sent += self._send(schedule, schedule.local(moment).date())
            except Exception as error:  # noqa: BLE001 no mail depends on another one
                failed += 1
                _log_failure(schedule, error)
        return SentMails(sent, failed)

    def _due(self, moment: datetime) -> list[MailSchedule]:
        schedules = mail_schedules(self.lake.objects, self.lake.bucket("artifacts"))
        return [schedule for schedule in schedules if schedule.is_due(moment)]

    def _send(self, schedule: MailSchedule, today: date) -> bool:
        """Send a mail and mark it, and return whether it was sent now."""
        mark, day = ObjectRef(self.lake.bucket("artifacts"), sent_mark_key(schedule)), today.isoformat()
        if _text_of(self.lake, mark) == day:
            return False
        address = self._reader_address(schedule.by)
        if not address or self.mails is None:
            log.warning("a mail has no reader any more")
            return False
        if schedule.only_if and not self._is_beyond_limit(schedule):
            return False
        self.mails.send(address, *self.message(schedule))
        self.lake.objects.write(mark, day.encode(), content_type="text/plain")
        return True

    def _reader_address(self, person: str) -> str:
        """Return the address of a person who may still read the lake; empty of anybody else."""
        people = self.lake.people
        groups = frozenset(Group(name) for name in people.groups(person) if name in set(Group))
        return people.address(person) if CallerIdentity(person, groups).may(Group.VIEWER) else ""

    def message(self, schedule: MailSchedule) -> tuple[str, str]:
        """Return the subject and the text of a mail as it is sent now.

        Raises:
            OutOfTimeError: the function ends before all answers are there.
        """
        subject = f"{self._title(schedule)}, {schedule.local(self.lake.now()):%d %b %Y}"
        return self.mails.subject(subject) if self.mails else subject, self._text(schedule)

    def ask_all(self, statements: Iterable[str]) -> None:
        """Start all statements of a mail at once, for a sender with a key; the answers name what fails."""
        for sql in statements:
            with suppress(QueryError, ProblemError):
                self._query_id(sql)

    def questions(self, schedule: MailSchedule) -> list[tuple[str, str]]:
        """Return the questions of a mail with their statements, one for each answer."""
        if not schedule.dashboard:
            return [(schedule.title, schedule.sql)]
        board = self._dashboard(schedule)
        return [(panel.question, panel.sql) for panel, _ in self._narrowed(board, schedule)] if board else []

    def ready_answers(self, statements: Iterable[str]) -> int:
        """Return to how many statements of a mail the answers have been read."""
        return sum(sql in self.pages or sql in self.complete for sql in statements)

    def _title(self, schedule: MailSchedule) -> str:
        """Return the title of a mail with its filters and values of parameters, those that it lacks."""
        words = [each for each in self._chosen_words(schedule) if f", {each}," not in f", {schedule.title},"]
        return ", ".join([schedule.title, *words])

    def _chosen_words(self, schedule: MailSchedule) -> Iterable[str]:
        """Return the values of a question's parameters, or the filters and chosen values of a dashboard."""
        if schedule.sql:
            return value_words(schedule.sql).values()
        board = self._dashboard(schedule) if schedule.filters else None
        if board is None:
            return []
        filters = board_filters(board, self.boards, self.tables)
        declared = {each.name: each.declared for each in reversed(filters) if schedule.filters.get(each.name)}
        words = [
            f"{each.label}: {filter_words(each.column, schedule.filters[each.name])}"
            for each in reversed(declared.values())
        ]
        values = {
            name: value
            for panel in board.panels
            for name, value in value_words(panel.sql, schedule.filters).items()
            if schedule.filters.get(IN_ADDRESS + name)
        }
        return [*words, *values.values()]

    def _narrowed(self, board: Dashboard, schedule: MailSchedule) -> list[tuple[Panel, list[str]]]:
        """Return the panels under the filters of a mail, each with the labels of those that do nothing.

        A filter that the dashboard lost meanwhile is left out.
        """
        filters = board_filters(board, self.boards, self.tables) if schedule.filters else []
        panels = []
        for panel in board.panels:
            sql, ignored = narrowed_panel(panel, filters, schedule.filters, self.tables)
            panels.append((panel.model_copy(update={"sql": sql}), ignored))
        return panels

    def _text(self, schedule: MailSchedule) -> str:
        """Return the text of a mail; answers are cut so that the links fit."""
        # Before it is cut, so that no part of a card number is left and the text does not grow afterwards.
        answers = redact_text("\n".join(self._answers(schedule)))
        links = "\n".join(
            [
                *self._file_link(schedule),
                *_links(
                    schedule, self.console_url, self._answer_id(schedule), is_scheduled=self.is_scheduled
                ),
            ]
        )
        return "\n".join([cut(answers, MAX_BYTES - len(links.encode())), links])

    def _answers(self, schedule: MailSchedule) -> Iterator[str]:
        yield self._title(schedule)
        if schedule.sql:
            yield from self._answer(schedule)
            return
        board = self._dashboard(schedule)
        if board is None:
            is_own = schedule.dashboard == OWN_DASHBOARD
            yield "Nothing is on your dashboard." if is_own else "This dashboard is no longer there."
            return
        narrowed = self._narrowed(board, schedule)
        is_of_person = bool(board.written_by) or board.filters_of_tables
        days = {self._day(panel.sql) for panel, _ in narrowed} if is_of_person and narrowed else {self.as_of}
        yield from (f"As of {day_words(day)}" for day in days if day and len(days) == 1)
        if schedule.only_if:
            yield self._limit_of_board(board, schedule).line
        for declared, (panel, ignored) in zip(board.panels, narrowed, strict=True):
            is_short = not is_of_person and not schedule.rows
            yield from self._panel(
                panel,
                is_of_person=is_of_person,
                has_action=not board.written_by,
                is_short=is_short,
                most=schedule.most_rows,
            )
            yield from value_lines(declared.sql, schedule.filters)
            yield from self._origin(panel.sql) if len(days) > 1 else ()
            yield from self._panel_file(panel, schedule.file, is_short=is_short, most=schedule.most_rows)
            if ignored:
                yield f"Not filtered by {' and '.join(ignored)}."

    def _panel(
        self,
        panel: Panel,
        *,
        is_of_person: bool = False,
        has_action: bool = True,
        is_short: bool = False,
        most: int = USUAL_ROWS,
    ) -> Iterable[str]:
        """Return the lines of a panel, or its question and why it has no answer.

        The statements of written dashboards do not leave out periods that are not over.
        """
        page = self._panel_page(panel)
        if isinstance(page, str):
            return [f"\n{panel.question}", f"No answer: {page}"]
        words = self._words_of(panel, page, is_of_person=is_of_person)
        as_of = self._end(panel.sql) if is_of_person else None  # others have no open period
        lines = panel_lines(
            panel, page, words, has_action=has_action, as_of=as_of, is_short=is_short, most=most
        )
        left_out, records = self._left_out(panel.sql), answer_records(page)
        sent = panel_records(panel, page, as_of, most)
        notes = self._open_period(records, panel.x, sent, as_of) if is_of_person else ()
        return [*lines, *left_out, *notes]

    def _words_of(self, panel: Panel, page: QueryRows, *, is_of_person: bool) -> ColumnWords:
        """Return units and headings of a panel's columns: its own, then those of the contracts."""
        agreed = (
            answer_words(self.tables, page.columns)
            if is_of_person
            else agreed_words(self.tables, panel.table, page.columns)
        )
        of_figure = _units_of_figure(panel, page, is_of_person=is_of_person)
        # A measure has the unit of its panel, if no contract states one, as in chart-options.ts.
        of_measures = {name: panel.unit for name in panel.y if not agreed.units.get(name)}
        units = {**agreed.units, **of_measures, **of_figure, **panel.units}
        return replace(agreed, units=units, codes=self._codes(page))

    def _codes(self, page: QueryRows) -> dict[str, dict[str, str]]:
        """Return the names of the codes of an answer by column, where the lake has a table of them."""
        codes: dict[str, dict[str, str]] = {}
        for columns, sql in code_references(self.tables, [column.name for column in page.columns]):
            named = self._page(sql)
            if isinstance(named, str) or named.next_cursor:
                continue
            names = {str(code): str(name) for code, name in named.rows if name is not None}
            codes |= dict.fromkeys(columns, names)
        return codes

    def _answer(self, schedule: MailSchedule) -> Iterator[str]:
        """Return the answer of a statement as lines with its tables and day, or why there is none."""
        page = self._question_page(schedule)
        if isinstance(page, str):
            yield f"No answer: {page}"
            return
        yield from self._origin(schedule.sql)
        words = replace(answer_words(self.tables, page.columns), codes=self._codes(page))
        if schedule.only_if:
            yield limit_check(schedule, page, words, self._end(schedule.sql)).line
        most, as_of = schedule.most_rows, self._end(schedule.sql)
        line_x = _line_x(schedule)
        yield from table_lines(page, words, as_of, most, line_x=line_x)
        yield from self._left_out(schedule.sql)
        mailed = mailed_records(page, as_of, most, line_x=line_x)
        yield from self._open_period(answer_records(page), schedule.x, mailed, as_of)

    def _file_link(self, schedule: MailSchedule) -> Iterator[str]:
        """Return the link to a file of all rows where the mail has only some; none if it has all.

        SNS sends texts without files. The page downloads the answer of this mail for who may read it.
        """
        page = self._question_page(schedule) if schedule.sql and self.console_url else ""
        if isinstance(page, str):
            return
        as_of, line_x = self._end(schedule.sql), _line_x(schedule)
        sent = mailed_records(page, as_of, schedule.most_rows, line_x=line_x)
        if page.next_cursor or len(sent) < len(page.rows):
            asked = {"sql": schedule.sql, "run": self._query_id(schedule.sql), "file": schedule.file}
            link = f"{self.console_url}/#/query?{urlencode(asked)}"
            if len(link) <= _MAX_LINK_BYTES:
                yield f"\nDownload all rows as {_FILES[schedule.file]}: {link}"

    def _panel_file(self, panel: Panel, file: MailFile, *, is_short: bool, most: int) -> Iterator[str]:
        """Return the link to a file of all rows of a panel where the mail has only some of them.

        The page that it opens reads the statement from the answer, so that the link is short.
        """
        page = self._panel_page(panel)
        if isinstance(page, str) or not self.console_url or panel.kind == "kpi":
            return
        rows, columns = (MAX_SHORT_ROWS, MAX_SHORT_COLUMNS) if is_short else (most, len(page.columns))
        sent = panel_records(panel, page, None, most)
        if page.next_cursor or len(page.rows) > min(rows, len(sent)) or len(page.columns) > columns:
            asked = urlencode({"run": self._query_id(panel.sql), "file": file})
            yield f"All rows as {_FILES[file]}: {self.console_url}/#/query?{asked}"

    def _answer_id(self, schedule: MailSchedule) -> str:
        """Return the id of the answer of a question, which its page shows at once; else empty."""
        has_answer = schedule.sql and not isinstance(self._question_page(schedule), str)
        return self._query_id(schedule.sql) if has_answer else ""

    def _question_page(self, schedule: MailSchedule) -> QueryRows | str:
        return self._page_to_newest(schedule.sql, _line_x(schedule))

    def _panel_page(self, panel: Panel) -> QueryRows | str:
        """Return all rows of a chart over time, and the rows of another panel as those of a question."""
        if panel.kind in _READ_TO_THE_END:
            return self._page(panel.sql, to_end=True)
        return self._page_to_newest(panel.sql)

    def _page_to_newest(self, sql: str, line_x: str = "") -> QueryRows | str:
        """Return the first rows of an answer, or all rows where the newest are on a later page."""
        page = self._page(sql)
        if isinstance(page, str) or not is_cut_over_time(page, line_x):
            return page
        whole = self._page(sql, to_end=True)
        return page if isinstance(whole, str) else whole

    def _is_beyond_limit(self, schedule: MailSchedule) -> bool:
        """Return whether a mail with a limit is sent; one without an answer is, with the reason."""
        if schedule.dashboard:
            board = self._dashboard(schedule)
            return board is None or self._limit_of_board(board, schedule).is_sent
        page = self._question_page(schedule)
        if isinstance(page, str):
            return True
        words = answer_words(self.tables, page.columns)
        return limit_check(schedule, page, words, self._end(schedule.sql)).is_sent

    def _limit_of_board(self, board: Dashboard, schedule: MailSchedule) -> LimitCheck:
        """Compare the figure of one panel of a dashboard with the limit of its mail."""
        panels = (panel for panel, _ in self._narrowed(board, schedule) if panel.name == schedule.limit_panel)
        panel = next(panels, None)
        if panel is None:
            reason = "The limit was not checked: its question is no longer on the dashboard."
            return LimitCheck(is_sent=True, words=reason)
        page = self._panel_page(panel)
        if isinstance(page, str):
            reason = f"The limit was not checked: {panel.question} has no answer."
            return LimitCheck(is_sent=True, words=reason)
        is_of_person = bool(board.written_by) or board.filters_of_tables
        words = self._words_of(panel, page, is_of_person=is_of_person)
        # The question of a figure is its heading.
        is_headed = panel.kind != "kpi"
        if not is_headed and len(page.columns) == 1:  # a person names the only column as they like
            schedule = replace(schedule, limit_column=page.columns[0].name)
        as_of = self._end(panel.sql)
        check = limit_check(replace(schedule, x=panel.x), page, words, as_of, is_headed=is_headed)
        return replace(check, words=f"{panel.question} {check.words}")

    def _open_period(
        self, records: Sequence[Record], column: str, sent: Sequence[Record], as_of: date | None
    ) -> Iterator[str]:
        """Return a line about the newest period, if it is not over and among the rows that are sent."""
        periods = periods_of(records, column)
        note = open_period_words(periods, as_of)
        newest = max(periods, default="")
        rows = [row for row, period in zip(records, periods, strict=True) if period == newest] if note else []
        if any(row in sent for row in rows):
            yield note

    def _origin(self, sql: str) -> Iterator[str]:
        """Return a line with the tables of a statement and the last day of their data."""
        as_of = self._day(sql)
        names = {table.name for table in self.tables}
        read = [heading(table, {}) for table in tables_read(sql) if table in names]
        parts = [
            *([f"from {', '.join(read)}"] if read else []),
            *([f"as of {day_words(as_of)}"] if as_of else []),
        ]
        if parts:
            yield capitalised(" ".join(parts))

    def _day(self, sql: str) -> date | None:
        """Return the last day of the data that a statement reads."""
        return data_day(sql, self.tables, self.days, self.as_of)

    def _end(self, sql: str) -> date | None:
        """Return the day on which the periods of an answer end: that of the data, or of its conditions."""
        return min(filter(None, (self._day(sql), last_day_of_periods(sql))), default=None)

    @cached_property
    def as_of(self) -> date | None:
        """The last day of the lake's data; None before the first run."""
        return self.newest.as_of if self.newest else None

    @cached_property
    def newest(self) -> LakeSnapshot | None:
        """The newest snapshot; None before the first run."""
        return newest_snapshot(self.lake.objects, self.lake.bucket("curated"))

    @cached_property
    def days(self) -> Mapping[str, date]:
        """The last day of each dataset with rows in time."""
        today, datasets = self.lake.now().date(), self.newest.datasets if self.newest else {}
        return {
            name: date.fromisoformat(past_day(of.latest_on, today))
            for name, of in datasets.items()
            if of.latest_on
        }

    @cached_property
    def boards(self) -> Sequence[Dashboard]:
        """The dashboards of files and of the console, which are objects of the lake."""
        return every_dashboard(self.lake).dashboards

    def _dashboard(self, schedule: MailSchedule) -> Dashboard | None:
        if schedule.dashboard != OWN_DASHBOARD:
            return next((board for board in self.boards if board.system == schedule.dashboard), None)
        if schedule.by not in self.own_boards:
            self.own_boards[schedule.by] = own_dashboard(self.lake, schedule.by)
        return self.own_boards[schedule.by]

    @cached_property
    def tables(self) -> Sequence[CatalogTable]:
        """The tables of the catalog, whose contracts have units and headings."""
        return catalog(self.lake).tables

    def _page(self, sql: str, *, to_end: bool = False) -> QueryRows | str:
        pages = self.complete if to_end else self.pages
        if sql not in pages:
            pages[sql] = self._ask(sql, to_end=to_end)
        return pages[sql]

    def _query_id(self, sql: str) -> str:
        """Return the id of the query of a statement, which is started once for its first and for all rows."""
        if sql not in self.query_ids:
            asked = QueryAsked(sql=self._mailed(sql).sql, question="")
            with as_no_mail_has_it():
                self.query_ids[sql] = queries.start(self.lake, reader(""), asked, self.key).query_id
        return self.query_ids[sql]

    def _mailed(self, sql: str) -> MailableStatement:
        if sql not in self.mailed:
            self.mailed[sql] = mailed_statement(self.lake, sql)
        return self.mailed[sql]

    def _left_out(self, sql: str) -> Iterator[str]:
        """Return a line that names the columns about people that the answer lacks; none if it lacks none."""
        if names := self._mailed(sql).left_out:
            headings = dict.fromkeys(capitalised(name.replace("_", " ")) for name in names)
            yield f"Left out, because they are about people: {', '.join(headings)}."

    def _ask(self, sql: str, *, to_end: bool) -> QueryRows | str:
        """Return the first rows of a statement or all of them, or why there are none."""
        caller = reader("")
        try:
            query = queries.status(self.lake, caller, self._query_id(sql))
            while query.state in _STATES_OF_WORK:
                if self.left_s() < _RESERVE_S:
                    if not self.key:  # with a key another call waits on
                        self.lake.queries.stop(query.query_id)
                    raise OutOfTimeError(sql)
                self.pause(_PAUSE_S)
                query = queries.status(self.lake, caller, query.query_id)
            if query.state != "succeeded":
                return query.error or query.state
            return self._rows(caller, sql, query.query_id, to_end=to_end)
        except (QueryError, ProblemError) as error:
            return str(error)

    def _rows(self, caller: CallerIdentity, sql: str, query_id: str, *, to_end: bool) -> QueryRows | str:
        page = queries.page(self.lake, caller, query_id, _PAGE_ROWS, "")
        rows = [*page.rows]
        while to_end and page.next_cursor:
            if len(rows) >= MAX_READ_ROWS:
                return f"it has more than {MAX_READ_ROWS:,} rows; open it in the console."
            if self.left_s() < _RESERVE_S:
                raise OutOfTimeError(sql)
            page = queries.page(self.lake, caller, query_id, _PAGE_ROWS, page.next_cursor)
            rows += page.rows
        return page.model_copy(update={"rows": tuple(rows)})


@dataclass(frozen=True)
class MailShower:
    """Writes mails for requests, which end after some seconds.

    Attributes:
        wait_s: how long a request waits for answers, after which it says how many are ready.
        most_s: how long a request takes with all its work; API Gateway ends it after 30 s.
    """

    console_url: str
    wait_s: float = 3.0
    most_s: float = 20.0
    monotonic_s: Callable[[], float] = time.monotonic
    pause: Callable[[float], None] = time.sleep

    def __call__(self, lake: LakePorts, schedule: MailSchedule, key: str) -> WrittenMail:
        """Return the mail as it is sent, or how many of its answers are ready."""
        until_s, pauses = self.monotonic_s() + self.most_s, list[float]()

        def pause(seconds: float) -> None:
            pauses.append(seconds)
            self.pause(seconds)

        def left_s() -> float:
            return min(until_s - self.monotonic_s(), self.wait_s - sum(pauses)) + _RESERVE_S

        sender = MailSender(lake, lake.mails, self.console_url, left_s, pause, key=key, is_scheduled=False)
        questions = sender.questions(schedule)
        statements = [sql for _, sql in questions]
        if key:
            sender.ask_all(statements)
        try:
            return WrittenMail(*sender.message(schedule), len(statements), len(statements))
        except OutOfTimeError as error:
            waits_for = next((title for title, sql in questions if sql == error.sql), _NAMES_OF_CODES)
            return WrittenMail("", "", len(statements), sender.ready_answers(statements), waits_for)


def _log_failure(schedule: MailSchedule, error: Exception) -> None:
    """Log which mail failed by its mark, which names no person, and why."""
    why = redact_text(str(error)) if isinstance(error, HeadgateError) else ""  # others may repeat a value
    about = {"mail": sent_mark_key(schedule), "error": type(error).__name__, "why": why}
    log.error("a mail was not sent", extra=about)


def _text_of(lake: LakePorts, ref: ObjectRef) -> str:
    try:
        return lake.objects.read(ref).decode()
    except NotFoundError:
        return ""


def cut(text: str, size_bytes: int) -> str:
    """Cut a text to a number of bytes in UTF-8, with a note."""
    if len(text.encode()) <= size_bytes:
        return text
    return text.encode()[: size_bytes - len(_CUT)].decode(errors="ignore") + _CUT


def _links(schedule: MailSchedule, console_url: str, answer_id: str, *, is_scheduled: bool) -> Iterator[str]:
    if not console_url:
        return
    run = f"&{urlencode({'run': answer_id})}" if answer_id else ""
    link = f"{console_url}/#{_address(schedule)}{run}"
    if len(link) <= _MAX_LINK_BYTES:
        yield f"\nOpen it: {link}"
    asked, list_of = (
        ("scheduled", "Change or stop it") if is_scheduled else ("asked for", "Your scheduled mails")
    )
    day = day_words(datetime.fromisoformat(schedule.at).date()) if schedule.at else "an earlier day"
    yield f"You {asked} this mail on {day}. {list_of}: {console_url}/#/dashboards/mine"


def _address(schedule: MailSchedule) -> str:
    if schedule.dashboard:
        address = f"/dashboards/{schedule.dashboard}"
        return f"{address}?{urlencode(schedule.filters, doseq=True)}" if schedule.filters else address
    if schedule.kind == "table":
        return f"/query?{urlencode({'sql': schedule.sql})}"
    columns = {"x": schedule.x, "y": schedule.y, "series": schedule.series} if schedule.x else {}
    stacked = "" if schedule.is_stacked is None else "yes" if schedule.is_stacked else "no"
    drawn = {
        "kind": schedule.form or schedule.kind,
        "scale": "" if schedule.scale == "auto" else schedule.scale,
        "stacked": stacked,
    }
    chosen = {name: value for name, value in {**columns, **drawn}.items() if value}
    return f"/query?{urlencode({'sql': schedule.sql, 'view': 'chart', **chosen}, doseq=True)}"


def _line_x(schedule: MailSchedule) -> str:
    """Return the column along which a question is drawn as a line; empty of another one."""
    return schedule.x if schedule.kind == "line" else ""


def _units_of_figure(panel: Panel, page: QueryRows, *, is_of_person: bool) -> dict[str, str]:
    """Return the unit of a figure by column; the only column of a person's has that of its panel."""
    if panel.kind != "kpi":
        return {}
    if not is_of_person:
        return {"value": panel.unit, "before": panel.unit}
    names = [column.name for column in page.columns]
    return {names[0]: panel.unit} if panel.unit and len(names) == 1 else {}
