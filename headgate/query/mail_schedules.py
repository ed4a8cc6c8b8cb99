"""Answers that people receive by mail, an object for each person (docs/adr/0070-dashboards-are-data.md)."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from headgate.lake import keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from headgate.lake.ports import ObjectStore

Every = Literal["day", "week", "month"]
OnlyIf = Literal["", "above", "below"]
MailFile = Literal["csv", "xlsx"]
LAST_DAY = {"day": 0, "week": 7, "month": 28}  # every month has a 28th
USUAL_ROWS = 20  # of a table in a mail
MAX_MAIL_ROWS = 200  # 80 characters of each fit into a message of Amazon SNS
USUAL_HOUR = 6  # of mails that earlier versions scheduled, in UTC
_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class MailSchedule:
    """A question or a dashboard whose answers a person receives by mail.

    Attributes:
        title: unique among the schedules of its person.
        sql: the statement of a question; empty for a dashboard.
        dashboard: the name of a dashboard; empty for a question.
        on: day of the week (1 is Monday) or of the month; 0 for every day.
        by, at: who scheduled it, and when, ISO 8601 in naive UTC.
        kind: `table`, or the kind of the chart that the link of a question opens.
        x, y, series: columns of that chart; empty for the default.
        scale, form, is_stacked: how it is drawn, as in a saved question.
        filters: values of the dashboard's filters, by name; a period has its first and its last day.
        only_if: `above` or `below`: it is sent only if a figure of `limit_column` is on this side of `limit`;
            empty to send it always.
        limit_panel: the panel of the dashboard that has the figure; empty for a question.
        limit_unit: its unit, by which lists of mails write the limit.
        rows: the most rows of each answer in the text of the mail; 0 for the usual number.
        file: the kind of file that a link of the mail downloads: `csv` or `xlsx`.
        hour, time_zone: the hour of the day at which it is sent, in an IANA time zone.
    """

    title: str
    sql: str
    dashboard: str
    every: Every
    on: int
    by: str
    at: str
    kind: str = "table"
    x: str = ""
    y: tuple[str, ...] = ()
    series: str = ""
    scale: str = "auto"
    form: str = ""
    is_stacked: bool | None = None
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    only_if: OnlyIf = ""
    limit_column: str = ""
    limit: float | None = None
    limit_panel: str = ""
    limit_unit: str = ""
    rows: int = 0
    file: MailFile = "csv"
    hour: int = USUAL_HOUR
    time_zone: str = "UTC"

    @property
    def most_rows(self) -> int:
        """The most rows of an answer in the text of the mail."""
        return self.rows or USUAL_ROWS

    def local(self, moment: datetime) -> datetime:
        """Return a moment, in naive UTC, in the time zone of the mail."""
        return moment.replace(tzinfo=UTC).astimezone(ZoneInfo(self.time_zone))

    def is_due(self, moment: datetime) -> bool:
        """Return whether the hour of the mail began within the last hour before a moment in naive UTC."""
        here = self.local(moment)
        begun = here.replace(hour=self.hour, minute=0, second=0, microsecond=0, fold=0).astimezone(UTC)
        is_its_day = self.on == {"day": 0, "week": here.isoweekday(), "month": here.day}[self.every]
        return is_its_day and begun <= moment.replace(tzinfo=UTC) < begun + _HOUR


def mail_schedules(objects: ObjectStore, bucket: str) -> list[MailSchedule]:
    """Return the schedules of all people, ordered by person and title."""
    stored = [objects.read(item.ref) for item in list(objects.list(bucket, f"{keys.MAILS}/"))]
    schedules = [schedule for text in stored for schedule in schedules_of_text(text)]
    return sorted(schedules, key=lambda schedule: (schedule.by, schedule.title))


def schedules_key(person: str) -> str:
    """Return the key of a person's schedules."""
    return f"{keys.MAILS}/{hashlib.sha256(person.encode()).hexdigest()[:32]}.json"


def sent_mark_key(schedule: MailSchedule) -> str:
    """Return the key of the object with the last day on which a mail was sent."""
    name = json.dumps([schedule.by, schedule.title])
    return f"{keys.SENT_MAILS}/{hashlib.sha256(name.encode()).hexdigest()[:32]}"


def schedules_of_text(text: bytes) -> list[MailSchedule]:
    """Parse an object with schedules.

    Earlier versions stored one value of each filter as a text, and rows that nobody chose for a dashboard.
    """
    return [
        MailSchedule(
            **{
                **schedule,
                "y": tuple(schedule.get("y", ())),
                "filters": {
                    name: (values,) if isinstance(values, str) else tuple(values)
                    for name, values in schedule.get("filters", {}).items()
                },
                "rows": 0
                if schedule.get("dashboard") and "file" not in schedule
                else schedule.get("rows", 0),
            }
        )
        for schedule in json.loads(text)
    ]


def text_of_schedules(schedules: Iterable[MailSchedule]) -> bytes:
    """Return the object with the schedules, ordered by title."""
    return json.dumps([asdict(each) for each in sorted(schedules, key=lambda each: each.title)]).encode()
