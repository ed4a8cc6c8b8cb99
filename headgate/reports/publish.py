"""Make the report of a deployment, store it, and announce it; send the mails that are due."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from headgate.api.deployed_lake import DeployedLake
from headgate.costs.price_list import Prices
from headgate.lake import keys
from headgate.lake.ports import ObjectRef
from headgate.reports.alerts import Alert, raised
from headgate.reports.html_page import report_html
from headgate.reports.mails import MailSender, SentMails
from headgate.reports.numbers import figure
from headgate.reports.report_answers import CostBasis, Report, collect_answers
from headgate.settings import ArtifactsSettings, ReportSettings
from headgate.systems.panels import PanelKind
from headgate.wiring import operations, stores

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from headgate.aws.sns import Alerts

COST_DAYS = 30


@dataclass(frozen=True)
class ReportPage:
    """A report, what it alerts about, and its HTML."""

    report: Report
    alerts: tuple[Alert, ...]
    text: str


def make(env: Mapping[str, str]) -> ReportPage:
    """Collect the facts of the page from the lake, in about a minute of Athena queries."""
    lake, queries = DeployedLake(env), stores.queries(env)
    since = lake.now() - timedelta(days=COST_DAYS)
    report = collect_answers(lake, queries, CostBasis(since, lake.job_runs(since), Prices.load()))
    alerts = raised(queries, [board for board, _ in report.systems], report.health)
    return ReportPage(report, alerts, report_html(report, alerts, ReportSettings.from_env(env).console_url))


def publish(env: Mapping[str, str]) -> str:
    """Store the page of the day, send its address and the alerts; return its S3 URI."""
    page, settings = make(env), ReportSettings.from_env(env)
    ref = ObjectRef(
        ArtifactsSettings.from_env(env).artifacts_bucket, keys.report_key(page.report.made_at.date())
    )
    stores.objects().write(ref, page.text.encode(), content_type="text/html; charset=utf-8")
    uri = f"s3://{ref.bucket}/{ref.key}"
    announce(page, uri, operations.alerts(env), settings.console_url)
    return uri


def send_mails(
    env: Mapping[str, str], scheduled_at: str, left_s: Callable[[], float] = lambda: math.inf
) -> SentMails:
    """Send the mails of an hour, and an alert if not every mail was sent.

    Args:
        scheduled_at: a moment of the hour, ISO 8601; empty for the current hour.
        left_s: seconds until the function is stopped.
    """
    if not (mails := operations.mails(env)):
        return SentMails()
    moment = (
        datetime.fromisoformat(scheduled_at).astimezone(UTC).replace(tzinfo=None) if scheduled_at else None
    )
    sender = MailSender(DeployedLake(env), mails, ReportSettings.from_env(env).console_url, left_s)
    sent = sender.send_due(moment)
    report_unsent(sent, operations.alerts(env))
    return sent


def report_unsent(mails: SentMails, topic: Alerts) -> None:
    """Send an alert if not every mail was sent."""
    if missing := mails.failed + mails.not_tried:
        topic.send(
            f"Headgate did not send {missing} of {mails.sent + missing} mails with answers",
            f"{mails.failed} failed, {mails.not_tried} for lack of time. "
            "The log of the report's function says why.",
        )


def announce(page: ReportPage, uri: str, topic: Alerts, console_url: str) -> None:
    """Send a message per alert of a page, then the page's address and its figures."""
    for alert in page.alerts:
        topic.send(f"Headgate alert: {alert.name} ({alert.source})", _alert_text(alert, console_url))
    topic.send(
        f"Headgate report of {page.report.lake}: {len(page.alerts)} alerts",
        "\n".join(_announcement(page, uri, console_url)),
    )


def _alert_text(alert: Alert, console_url: str) -> str:
    link = (
        f"{console_url}/#/{'lake' if alert.source == 'lake' else f'dashboards/{alert.source}'}"
        if console_url
        else ""
    )
    return "\n".join(line for line in (alert.message, alert.remedy, link) if line)


def _announcement(page: ReportPage, uri: str, console_url: str) -> Iterator[str]:
    yield f"Page:    {uri}"
    yield f"Open it: aws s3 cp {uri} report.html"
    if console_url:
        yield f"Console: {console_url}"
    yield f"Lake:    {page.report.health.state}"
    yield from (f"Alert:   {alert.message}" for alert in page.alerts)
    for board, answers in page.report.systems:
        for answer in answers:
            if answer.panel.kind is PanelKind.KPI and answer.rows:
                yield (
                    f"{board.title}: {answer.panel.question} "
                    f"{figure(answer.records()[0]['value'], answer.panel.unit)}"
                )
