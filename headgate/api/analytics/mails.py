"""Mails that a person schedules for their own address."""

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from headgate.api.analytics.board_filters import board_filters
from headgate.api.analytics.contracts import catalog
from headgate.api.analytics.kept_questions import check_drawing
from headgate.api.analytics.mailed_statements import as_no_mail_has_it, mailed_statement
from headgate.api.analytics.mails_of_dashboards import mails_list
from headgate.api.analytics.queries import check_statement
from headgate.api.analytics.written_dashboards import every_dashboard, own_dashboard
from headgate.api.http.access import CallerIdentity, reader
from headgate.api.http.problems import conflict, expect_no_numbers, invalid, is_day, not_found, unknown_name
from headgate.api.lake_ports import AnswerMails, LakePorts
from headgate.api.shapes.dashboards import Dashboard
from headgate.api.shapes.mails import Mail, MailAsked, Mails, MailShown
from headgate.errors import ConflictError
from headgate.query.declared_parameters import (
    IN_ADDRESS,
    declared_parameters,
    with_chosen_values,
    with_values,
)
from headgate.query.kept_questions import OWN_DASHBOARD
from headgate.query.mail_schedules import LAST_DAY, MailSchedule

_QUOTA_REACHED = (
    "The lake has reached its quota of mail addresses, 200 unless AWS raised it. Ask an operator to delete "
    "the subscriptions of people who left from the mail topic, or to request a higher quota."
)


def mails_of(lake: LakePorts, caller: CallerIdentity) -> Mails:
    """Return the mails of the caller, by title."""
    entries, _ = mails_list(caller.key).read(lake)
    mails = (Mail(**{name: getattr(entry, name) for name in Mail.model_fields}) for entry in entries)
    return Mails(mails=tuple(mails), address=lake.people.address(caller.key))


def schedule(lake: LakePorts, caller: CallerIdentity, asked: MailAsked) -> Mails:
    """Schedule a mail to the caller or change one, and subscribe the caller's address.

    The mail service asks each address once to confirm the subscription.

    Raises:
        ProblemError: 404, unknown dashboard or mail to change; 409, the caller has no address or another mail
            of the title, the lake has too many addresses, or another request was faster; 422, invalid day,
            card number or SSN in a text, or too many mails.
        QueryError: the statement does more than read, reads tables outside the lake, or needs a column about
            people.
    """
    _check(lake, caller, asked)
    _subscribed(lake, _address(lake, caller))

    def entry(before: list[MailSchedule]) -> MailSchedule:
        _check_change(asked, {each.title for each in before})
        return _schedule_of(lake, caller, asked)

    mails_list(caller.key).put(lake, entry, replaces=asked.replaces)
    return mails_of(lake, caller)


def _check_change(asked: MailAsked, titles: set[str]) -> None:
    if asked.replaces and asked.replaces not in titles:
        raise not_found("You have no mail of that title any more. Load the page again.")
    if asked.replaces not in {"", asked.title} and asked.title in titles:
        raise conflict("You have another mail of this title. Choose another title.")


def preview(lake: LakePorts, caller: CallerIdentity, asked: MailAsked, key: str) -> MailShown:
    """Return a mail as it would be sent now; not ready while answers are computed."""
    _check(lake, caller, asked)
    return _written(lake, caller, asked, key)


def send_now(lake: LakePorts, caller: CallerIdentity, asked: MailAsked, key: str) -> MailShown:
    """Send a mail to the caller now; nothing is sent before its answers are ready."""
    _check(lake, caller, asked)
    shown = _written(lake, caller, asked, key)
    if shown.is_ready:
        _subscribed(lake, shown.address).send(shown.address, shown.subject, shown.text)
    return shown


def _written(lake: LakePorts, caller: CallerIdentity, asked: MailAsked, key: str) -> MailShown:
    address = _address(lake, caller)
    if lake.write_mail is None:
        raise conflict("This program shows no mails. Use the console of the deployment.")
    mail = lake.write_mail(lake, _schedule_of(lake, caller, asked), key)
    return MailShown(is_ready=mail.is_ready, address=address, **mail._asdict())


def _address(lake: LakePorts, caller: CallerIdentity) -> str:
    """Return the caller's address; 409 without one, or in a lake that sends no mails."""
    address = lake.people.address(caller.key)
    if not address or not lake.mails:
        raise conflict("You have no address in this lake. Sign in as a person with an e-mail address.")
    return address


def _subscribed(lake: LakePorts, address: str) -> AnswerMails:
    """Return the sender of mails, after asking the caller's address to confirm."""
    assert lake.mails is not None  # noqa: S101 a lake with an address has one, for mypy
    try:
        lake.mails.subscribe(address)
    except ConflictError:
        raise conflict(_QUOTA_REACHED) from None
    return lake.mails


def _schedule_of(lake: LakePorts, caller: CallerIdentity, asked: MailAsked) -> MailSchedule:
    at = lake.now().isoformat(timespec="seconds")
    return MailSchedule(**asked.model_dump(exclude={"replaces"}), by=caller.key, at=at)


def stop(lake: LakePorts, caller: CallerIdentity, title: str) -> Mails:
    """Stop a mail of the caller; do nothing if it is not scheduled."""
    mails_list(caller.key).remove(lake, title)
    return mails_of(lake, caller)


def _check(lake: LakePorts, caller: CallerIdentity, asked: MailAsked) -> None:
    if asked.sql.strip() and asked.dashboard:
        raise invalid("body", "sql_or_dashboard", "Send either `sql` or `dashboard`, not both.")
    if not asked.sql.strip() and not asked.dashboard:
        raise invalid(
            "body", "sql_or_dashboard", "Send the `sql` of a question or the name of a `dashboard`."
        )
    first, last = min(1, LAST_DAY[asked.every]), LAST_DAY[asked.every]
    if not first <= asked.on <= last:
        raise invalid("body.on", "no_such_day", f"`on` must be {first} to {last} for every {asked.every}.")
    _check_zone(asked.time_zone)
    expect_no_numbers("body.title", "title", asked.title)
    check_drawing(asked)
    _check_limit(asked)
    if not asked.dashboard:
        with as_no_mail_has_it():
            check_statement(lake, reader(""), mailed_statement(lake, asked.sql).sql)
    else:
        _check_board(lake, _board_to_mail(lake, caller, asked.dashboard), asked)


def _check_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        detail = "There is no such time zone. Send an IANA name such as Europe/Berlin."
        raise invalid("body.time_zone", "unknown_time_zone", detail) from None


def _check_limit(asked: MailAsked) -> None:
    if not asked.only_if and (asked.limit_column or asked.limit_panel or asked.limit is not None):
        raise invalid("body.only_if", "no_side", "State `only_if` with the limit: `above` or `below`.")
    has_figure = asked.limit_column and bool(asked.limit_panel) == bool(asked.dashboard)
    if asked.only_if and (not has_figure or asked.limit is None):
        detail = (
            "A limit needs a column in `limit_column`, a number in `limit` and, of a dashboard, the panel in "
            "`limit_panel`."
        )
        raise invalid("body.only_if", "incomplete_limit", detail)
    expect_no_numbers("body.limit_unit", "limit_unit", asked.limit_unit)
    if asked.limit is not None:
        expect_no_numbers("body.limit", "limit", f"{asked.limit:f}".rstrip("0").rstrip("."))


def _board_to_mail(lake: LakePorts, caller: CallerIdentity, name: str) -> Dashboard:
    if name == OWN_DASHBOARD:
        own = own_dashboard(lake, caller.key)
        if own is None:
            detail = "Nothing is on your dashboard. Save a question on it first."
            raise invalid("body.dashboard", "empty_dashboard", detail)
        return own
    boards = {board.system: board for board in every_dashboard(lake).dashboards}
    if name not in boards:
        raise unknown_name(
            "There is no dashboard of that name.", name, boards, "GET /v1/dashboards lists all dashboards."
        )
    return boards[name]


def _check_board(lake: LakePorts, board: Dashboard, asked: MailAsked) -> None:
    if asked.limit_panel and asked.limit_panel not in {panel.name for panel in board.panels}:
        detail = "The dashboard has no such panel. Load the page again, then choose the figure of the limit."
        raise invalid("body.limit_panel", "unknown_panel", detail)
    expect_no_numbers(
        "body.filters", "filters", *(value for each in asked.filters.values() for value in each)
    )
    values = {name: each for name, each in asked.filters.items() if name.startswith(IN_ADDRESS)}
    _check_values(board, values)
    filters = (
        board_filters(board, every_dashboard(lake).dashboards, catalog(lake).tables) if asked.filters else []
    )
    if not asked.filters.keys() - values <= {each.name for each in filters}:
        detail = "The dashboard has no such filter. Load the page again, then choose its filters."
        raise invalid("body.filters", "unknown_filter", detail)
    single = {each.name for each in filters if not each.takes_several}
    if any(len(values) > 1 and name in single for name, values in asked.filters.items()):
        raise invalid(
            "body.filters", "one_value", "This filter takes one value. Send one for each day or part."
        )
    days = [value for each in filters if each.is_bound for value in asked.filters.get(each.name, ())]
    if any(not is_day(value) for value in days):
        detail = "An end of the period is no day. Send one such as 2026-01-31."
        raise invalid("body.filters", "no_day", detail)


def _check_values(board: Dashboard, values: Mapping[str, Sequence[str]]) -> None:
    """Check that the questions of a dashboard have these parameters, and that each takes its one value."""
    statements = [panel.sql for panel in board.panels]
    names = {IN_ADDRESS + each.name for sql in statements for each in declared_parameters(sql)}
    if not values.keys() <= names:
        detail = (
            "No question of the dashboard has this parameter. Load the page again, then choose its values."
        )
        raise invalid("body.filters", "unknown_parameter", detail)
    if any(len(each) > 1 for each in values.values()):
        raise invalid("body.filters", "one_value", "A parameter takes one value. Send one for each.")
    for sql in statements if values else ():
        with_values(with_chosen_values(sql, values))
