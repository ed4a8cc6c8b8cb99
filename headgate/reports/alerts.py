"""Alerts about the business and the lake: figures above their limits, and checks of the lake that fail."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from headgate.errors import QueryError
from headgate.reports.answer_words import filled_template

if TYPE_CHECKING:
    from collections.abc import Iterable

    from headgate.api.shapes.lake import Health
    from headgate.systems.dashboards import DeclaredDashboard

ALERTED = {"failed", "degraded"}


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
    figures = [alert for board in dashboards for alert in _of_system(queries, board)]
    return (*checks, *figures)


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
