"""Make the report of a deployment, store it, and announce it."""

from __future__ import annotations

import logging
import math
from dataclasses import dataclass
from datetime import timedelta
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

log = logging.getLogger(__name__)

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


def publish(env: Mapping[str, str], left_s: Callable[[], float] = lambda: math.inf) -> str:
    """Store the page of the day, send its address, the alerts and the mails that are due; return its S3 URI.

    Alerts follow the mails: if a mail ended the function, Lambda's retry would repeat alerts.

    Args:
        left_s: seconds until the function is stopped.
    """
    page, settings = make(env), ReportSettings.from_env(env)
    ref = ObjectRef(
        ArtifactsSettings.from_env(env).artifacts_bucket, keys.report_key(page.report.made_at.date())
    )
    stores.objects().write(ref, page.text.encode(), content_type="text/html; charset=utf-8")
    uri = f"s3://{ref.bucket}/{ref.key}"
    sent = _send_mails(env, settings.console_url, left_s)
    announce(page, uri, operations.alerts(env), settings.console_url, sent)
    return uri


def _send_mails(env: Mapping[str, str], console_url: str, left_s: Callable[[], float]) -> SentMails:
    """Send the mails that are due; a lake whose schedules cannot be read has one that failed."""
    if not (mails := operations.mails(env)):
        return SentMails()
    try:
        return MailSender(DeployedLake(env), mails, console_url, left_s).send_due()
    except Exception as error:  # noqa: BLE001 alerts do not depend on mails
        log.error("the mails could not be read", extra={"error": type(error).__name__})  # noqa: TRY400 no text
        return SentMails(failed=1)


def announce(page: ReportPage, uri: str, topic: Alerts, console_url: str, mails: SentMails) -> None:
    """Send a message per alert of a page, then the page's address, its figures, and failed mails."""
    for alert in page.alerts:
        topic.send(f"Headgate alert: {alert.name} ({alert.source})", _alert_text(alert, console_url))
    topic.send(
        f"Headgate report of {page.report.lake}: {len(page.alerts)} alerts",
        "\n".join([*_announcement(page, uri, console_url), *_mail_lines(mails)]),
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


def _mail_lines(mails: SentMails) -> Iterator[str]:
    """Yield a line if not every mail was sent."""
    if missing := mails.failed + mails.not_tried:
        yield (
            f"Mails:   {missing} of {mails.sent + missing} with answers were not sent: "
            f"{mails.failed} failed, {mails.not_tried} for lack of time. "
            "The log of the report's function says why."
        )
