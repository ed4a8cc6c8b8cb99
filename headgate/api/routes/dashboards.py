from __future__ import annotations

from dataclasses import asdict

from aws_lambda_powertools.event_handler import Response

from headgate.api.http.access import Group
from headgate.api.http.conditional_requests import tagged
from headgate.api.http.routing import Routes
from headgate.api.http.url_parameters import IfNoneMatch, Lake
from headgate.api.shapes.dashboards import Dashboard, Dashboards
from headgate.systems.dashboards import dashboards_of

routes = Routes("Dashboards")


@routes.get("/v1/dashboards", Group.VIEWER, cached=True)
def list_dashboards(lake: Lake, if_none_match: IfNoneMatch = "") -> Response[Dashboards]:
    """The dashboards of the deployed systems with their panels; a panel's SQL is its definition."""
    boards = dashboards_of(lake.systems, lake.pushed_dashboards).values()
    listed = tuple(Dashboard.model_validate(asdict(board)) for board in boards)
    return tagged(Dashboards(dashboards=listed), if_none_match)
