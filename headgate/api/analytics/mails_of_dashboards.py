from __future__ import annotations

import json
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING, Any

from headgate.api.analytics.personal_lists import PersonalList
from headgate.api.shapes.mails import BoardMail, BoardMails
from headgate.query.mail_schedules import (
    MailSchedule,
    mail_schedules,
    schedules_key,
    schedules_of_text,
    text_of_schedules,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable

    from headgate.api.lake_ports import LakePorts

_MAX_MAILS = 20  # of one person


def mails_list(person: str) -> PersonalList[MailSchedule]:
    """Return the mails of a person, by the key that callers have."""
    return PersonalList(schedules_key(person), schedules_of_text, text_of_schedules, "title", _MAX_MAILS)


def mails_of_board(lake: LakePorts, board: str) -> BoardMails:
    """Return the scheduled mails of a dashboard, with the address that gets each."""
    return BoardMails(
        mails=tuple(
            BoardMail(title=each.title, every=each.every, on=each.on, address=lake.people.address(each.by))
            for each in _schedules(lake, {board})
        )
    )


def kept_mails(lake: LakePorts, boards: Container[str]) -> dict[str, list[dict[str, Any]]]:
    """Return dashboard → its mails as JSON, from which `restore_mails` schedules them again."""
    kept: dict[str, list[dict[str, Any]]] = {}
    for each in _schedules(lake, boards):
        kept.setdefault(each.dashboard, []).extend(json.loads(text_of_schedules([each])))
    return kept


def remove_mails(lake: LakePorts, boards: Container[str]) -> None:
    """Remove the mails of dashboards from the lists of all people."""
    for person in dict.fromkeys(each.by for each in _schedules(lake, boards)):
        mails_list(person).change(
            lake, lambda before: [each for each in before if each.dashboard not in boards]
        )


def restore_mails(lake: LakePorts, kept: Iterable[dict[str, Any]]) -> None:
    """Schedule kept mails again; a mail of the same title that its person scheduled since stays."""
    schedules = schedules_of_text(json.dumps([*kept]).encode())
    for person, own in groupby(sorted(schedules, key=_person), key=_person):
        mails_list(person).change(lake, _with_absent([*own]))


def rename_limit_panel(lake: LakePorts, person: str, board: str, name: str, to: str) -> None:
    """Let the limits of a person's mails of a dashboard name a panel that has another name now."""

    def renamed(mails: list[MailSchedule]) -> list[MailSchedule]:
        return [
            replace(each, limit_panel=to) if (each.dashboard, each.limit_panel) == (board, name) else each
            for each in mails
        ]

    mails_list(person).change(lake, renamed)


def _with_absent(mails: list[MailSchedule]) -> Callable[[list[MailSchedule]], list[MailSchedule]]:
    def change(before: list[MailSchedule]) -> list[MailSchedule]:
        titles = {each.title for each in before}
        return [*before, *(each for each in mails if each.title not in titles)]

    return change


def _schedules(lake: LakePorts, boards: Container[str]) -> list[MailSchedule]:
    every = mail_schedules(lake.objects, lake.bucket("artifacts"))
    return [each for each in every if each.dashboard in boards]


def _person(schedule: MailSchedule) -> str:
    return schedule.by
