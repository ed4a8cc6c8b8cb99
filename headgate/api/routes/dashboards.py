from __future__ import annotations

from dataclasses import asdict

from aws_lambda_powertools.event_handler import Response

from headgate.api.access import Group
from headgate.api.conditional_requests import tagged
from headgate.api.parameters import IfNoneMatch
from headgate.api.routing import Routes
from headgate.api.shapes.dashboards import Dashboard, Dashboards
from headgate.systems.dashboards import dashboards

routes = Routes("Dashboards")


@routes.get("/v1/dashboards", Group.VIEWER, cached=True)
def list_dashboards(if_none_match: IfNoneMatch = "") -> Response[Dashboards]:
    """The dashboards with their panels; a panel's SQL is its definition."""
    found = tuple(Dashboard.model_validate(asdict(board)) for board in dashboards().values())
    return tagged(Dashboards(dashboards=found), if_none_match)
