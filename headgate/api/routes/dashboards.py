from __future__ import annotations

from headgate.api.analytics import mails_of_dashboards, written_dashboards
from headgate.api.http.access import Group
from headgate.api.http.routing import Routes
from headgate.api.http.url_parameters import BoardName, BoardVersion, Caller, Lake
from headgate.api.shapes.dashboards import DashboardAsked, Dashboards, DashboardVersions
from headgate.api.shapes.mails import BoardMails

routes = Routes("Dashboards")


@routes.get("/v1/dashboards", Group.VIEWER, cached=True)
def list_dashboards(lake: Lake) -> Dashboards:
    """The dashboards of the deployed systems, with the SQL of their panels."""
    return written_dashboards.every_dashboard(lake)


@routes.put("/v1/dashboards/<board>", Group.OPERATOR, problems=[404, 409])
def write_dashboard(lake: Lake, caller: Caller, board: BoardName, body: DashboardAsked) -> Dashboards:
    """Write a dashboard for everybody, or replace the one that was read, as a new version."""
    return written_dashboards.write_dashboard(lake, caller, board, body)


@routes.delete("/v1/dashboards/<board>", Group.OPERATOR, problems=[404, 409])
def delete_dashboard(lake: Lake, caller: Caller, board: BoardName) -> Dashboards:
    """Delete a dashboard written in the console, with its scheduled mails. Repeating is safe."""
    return written_dashboards.delete_dashboard(lake, caller, board)


@routes.post("/v1/dashboards/<board>/restore", Group.OPERATOR, problems=[404, 409])
def restore_dashboard(lake: Lake, caller: Caller, board: BoardName) -> Dashboards:
    """Restore a deleted dashboard with its scheduled mails. Repeating is safe."""
    return written_dashboards.restore_dashboard(lake, caller, board)


@routes.get("/v1/dashboards/<board>/mails", Group.OPERATOR, problems=[404])
def list_board_mails(lake: Lake, board: BoardName) -> BoardMails:
    """The scheduled mails of a dashboard, which are deleted with it."""
    return mails_of_dashboards.mails_of_board(lake, board)


@routes.get("/v1/dashboard-versions", Group.VIEWER)
def list_dashboard_versions(lake: Lake) -> DashboardVersions:
    """The versions of the written dashboards, with author and time."""
    return written_dashboards.every_version(lake)


@routes.post("/v1/dashboard-versions/<version>", Group.OPERATOR, problems=[404, 409])
def use_dashboard_version(lake: Lake, caller: Caller, version: BoardVersion) -> Dashboards:
    """Use an earlier version of the written dashboards again. Repeating is safe."""
    return written_dashboards.use_version(lake, caller, version)
