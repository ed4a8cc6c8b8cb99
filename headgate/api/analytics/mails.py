"""Mails that a person schedules for their own address."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from headgate.api.analytics.personal_lists import PersonalList
from headgate.api.analytics.queries import check_statement
from headgate.api.analytics.written_dashboards import every_dashboard
from headgate.api.http.access import reader
from headgate.api.http.problems import conflict, invalid, not_found
from headgate.api.shapes.mails import Mail, Mails
from headgate.errors import ConflictError, NotFoundError
from headgate.lake.ports import ObjectRef
from headgate.masking.redaction import redact_text
from headgate.query.mail_schedules import (
    LAST_DAY,
    MailSchedule,
    schedules_key,
    schedules_of_text,
    text_of_schedules,
)

if TYPE_CHECKING:
    from headgate.api.http.access import CallerIdentity
    from headgate.api.lake_ports import LakePorts
    from headgate.api.shapes.mails import MailAsked

_MOST = 20  # of one person
_NO_PLACE = (
    "This lake sends mails to as many addresses as it may, 200 unless AWS raised it. Ask an operator to "
    "delete subscriptions of people who left from the topic of the mails, or to ask AWS for a higher quota."
)


def mails_of(lake: LakePorts, caller: CallerIdentity) -> Mails:
    """Return the mails of the caller, by title."""
    try:
        text = lake.objects.read(ObjectRef(lake.bucket("artifacts"), schedules_key(caller.key)))
    except NotFoundError:
        text = b"[]"
    mails = (
        Mail(
            title=each.title, sql=each.sql, dashboard=each.dashboard, every=each.every, on=each.on, at=each.at
        )
        for each in schedules_of_text(text)
    )
    return Mails(mails=tuple(mails), address=lake.people.address(caller.key))


def schedule(lake: LakePorts, caller: CallerIdentity, asked: MailAsked) -> Mails:
    """Schedule a mail to the caller, and subscribe the address of the caller.

    The mail service asks the address once whether it wants mails of the lake.

    Raises:
        ProblemError: 404, there is no such dashboard; 409, the caller has no address, the lake has too many
            addresses, or another request was faster; 422, the day does not fit, a text has a card number
            or SSN, or there are too many mails.
        QueryError: the statement does more than read, reads something else than the lake's tables, or names
            a column about people.
    """
    _check(lake, asked)
    address = lake.people.address(caller.key)
    if not address or not lake.mails:
        raise conflict("You have no address in this lake. Sign in as a person with an e-mail address.")
    made = MailSchedule(**asked.model_dump(), by=caller.key, at=lake.now().isoformat(timespec="seconds"))

    def with_mail(before: list[MailSchedule]) -> list[MailSchedule]:
        others = [each for each in before if each.title != made.title]
        if len(others) >= _MOST:
            raise invalid("body.title", "too_many", f"You have {_MOST} mails. Stop one first.")
        same = next((each for each in before if replace(each, at=made.at) == made), None)
        return [*others, same or made]

    try:
        lake.mails.subscribe(address)
    except ConflictError:
        raise conflict(_NO_PLACE) from None
    _mails_of(caller.key).change(lake, with_mail)
    return mails_of(lake, caller)


def stop(lake: LakePorts, caller: CallerIdentity, title: str) -> Mails:
    """Stop a mail of the caller; one that is not scheduled is fine."""
    _mails_of(caller.key).change(lake, lambda before: [each for each in before if each.title != title])
    return mails_of(lake, caller)


def _mails_of(person: str) -> PersonalList[MailSchedule]:
    return PersonalList(schedules_key(person), schedules_of_text, text_of_schedules)


def _check(lake: LakePorts, asked: MailAsked) -> None:
    if bool(asked.sql.strip()) == bool(asked.dashboard):
        raise invalid("body", "sql_or_dashboard", "Send either `sql` or `dashboard`, and not both.")
    first, last = min(1, LAST_DAY[asked.every]), LAST_DAY[asked.every]
    if not first <= asked.on <= last:
        raise invalid("body.on", "no_such_day", f"`on` is {first} to {last} for every {asked.every}.")
    if redact_text(asked.title) != asked.title:
        raise invalid(
            "body.title", "card_number", "The title has a card number or SSN, which is not kept. Remove it."
        )
    if asked.dashboard:
        boards = every_dashboard(lake).dashboards
        if all(board.system != asked.dashboard for board in boards):
            raise not_found("There is no such dashboard. GET /v1/dashboards lists them.")
    else:
        check_statement(lake, reader(""), asked.sql)
