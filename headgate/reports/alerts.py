"""Alerts about the business and the lake: figures above their limits, and checks of the lake that fail."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from headgate.errors import QueryError
from headgate.lake.queue_actions import CommonAction
from headgate.reports.answer_words import filled_template

if TYPE_CHECKING:
    from collections.abc import Iterable

    from headgate.api.shapes.decisions import Decision
    from headgate.api.shapes.lake import Health
    from headgate.systems.dashboards import DeclaredDashboard

ALERTED = {"failed", "degraded"}
QUEUE = "alerts"  # of the decisions that acknowledge alerts
ACKNOWLEDGE = "acknowledge"
MAX_ITEM_ID = 200


@dataclass(frozen=True)
class Alert:
    """An alert for people; `source` is a system, or `lake`."""

    source: str
    name: str
    message: str
    remedy: str = ""


def raised(queries: Any, dashboards: Iterable[DeclaredDashboard], health: Health) -> tuple[Alert, ...]:  # noqa: ANN401 Athena's adapter or its twin
    """Return the current alerts: the lake's checks first, then the systems' figures by file."""
    checks = [Alert("lake", check.name, check.message) for check in health.checks if check.state in ALERTED]
    return (*checks, *raised_figures(queries, dashboards))


def raised_figures(queries: Any, dashboards: Iterable[DeclaredDashboard]) -> list[Alert]:  # noqa: ANN401 as above
    """Return the alerts of figures above their limits."""
    return [alert for board in dashboards for alert in _of_system(queries, board)]


def unacknowledged(alerts: Iterable[Alert], newest_first: Iterable[Decision]) -> list[Alert]:
    """Return the alerts that nobody has acknowledged, as in the console (features/work/alerts.ts)."""
    newest = dict[str, str]()
    for decision in newest_first:
        if decision.action in {ACKNOWLEDGE, CommonAction.REOPEN}:
            newest.setdefault(_plain(decision.item_id), decision.action)
    return [alert for alert in alerts if newest.get(_item_of(alert)) != ACKNOWLEDGE]


def _item_of(alert: Alert) -> str:
    return _plain(f"{alert.name} {alert.message}"[:MAX_ITEM_ID])


def _plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def _of_system(queries: Any, board: DeclaredDashboard) -> list[Alert]:  # noqa: ANN401 as above
    """Return the alerts of a system; none while its tables are not there yet."""
    alerts = []
    for rule in board.alerts:
        try:
            row = queries.run(rule.sql).records()[0]
        except (QueryError, IndexError):
            continue
        value = row["value"]
        if value is not None and Decimal(str(value)) > Decimal(str(rule.above)):
            message = filled_template(rule.message, [row], {**rule.units, "value": rule.unit})
            alerts.append(Alert(board.system, rule.name, message or rule.message, rule.remedy))
    return alerts
