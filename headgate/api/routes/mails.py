from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query as InQuery

from headgate.api.analytics import mails
from headgate.api.http.access import Group
from headgate.api.http.routing import Routes
from headgate.api.http.url_parameters import Caller, IdempotencyKey, Lake
from headgate.api.shapes.mails import MailAsked, Mails, MailShown

routes = Routes("Mails")


@routes.get("/v1/mails", Group.VIEWER)
def list_mails(lake: Lake, caller: Caller) -> Mails:
    """The questions and dashboards whose answers the caller gets by mail."""
    return mails.mails_of(lake, caller)


@routes.put("/v1/mails", Group.VIEWER, problems=[404, 409])
def schedule_mail(lake: Lake, caller: Caller, body: MailAsked) -> Mails:
    """Schedule a mail to the caller's own address, or change the caller's mail of the same title.

    `replaces` names the mail that gets another title.
    """
    return mails.schedule(lake, caller, body)


@routes.post("/v1/mails/preview", Group.VIEWER, problems=[404, 409])
def preview_mail(
    lake: Lake, caller: Caller, body: MailAsked, idempotency_key: IdempotencyKey = ""
) -> MailShown:
    """The subject and the text of a mail, as it would be sent now. Nothing is sent or scheduled."""
    return mails.preview(lake, caller, body, idempotency_key)


@routes.post("/v1/mails/send", Group.VIEWER, problems=[404, 409])
def send_mail(lake: Lake, caller: Caller, body: MailAsked, idempotency_key: IdempotencyKey = "") -> MailShown:
    """Send a mail to the caller's own address now, as soon as its answers are ready."""
    return mails.send_now(lake, caller, body, idempotency_key)


@routes.delete("/v1/mails", Group.VIEWER, problems=[409])
def stop_mail(
    lake: Lake, caller: Caller, title: Annotated[str, InQuery(min_length=1, max_length=120)]
) -> Mails:
    """Stop a mail of the caller. Repeating is safe."""
    return mails.stop(lake, caller, title)
