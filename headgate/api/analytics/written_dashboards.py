"""The dashboards that the console shows, and those that people write there."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from headgate.api.http.problems import conflict, invalid, not_found
from headgate.api.shapes.dashboards import Dashboard, Dashboards, DashboardVersion, DashboardVersions
from headgate.errors import ConflictError, NotFoundError
from headgate.query.kept_questions import panel_document
from headgate.query.written_dashboards import documents, write_version
from headgate.systems.dashboards import dashboard_of, dashboards_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from headgate.api.http.access import CallerIdentity
    from headgate.api.lake_ports import LakePorts
    from headgate.api.shapes.dashboards import DashboardAsked
    from headgate.systems.dashboards import DeclaredDashboard

Documents = dict[str, dict[str, Any]]
_MOST_DASHBOARDS = 100
_OWN = "mine"  # the console's address of a person's own dashboard
_CHANGED_BY_SOMEBODY_ELSE = (
    "Somebody else changed a dashboard at the same moment. Load the page again, then repeat it."
)


def every_dashboard(lake: LakePorts) -> Dashboards:
    """Return the dashboards of the lake's files, then those that people wrote.

    A file of the lake replaces a written dashboard of the same name: it was pulled into the project.
    """
    files = dashboards_of(lake.systems, lake.pushed_dashboards)
    written = documents(lake.dashboard_versions, lake.dashboard_versions.in_use())
    return Dashboards(
        dashboards=(
            *(_declared(board) for board in files.values()),
            *(_shown(name, board) for name, board in sorted(written.items()) if name not in files),
        )
    )


def _declared(board: DeclaredDashboard) -> Dashboard:
    """Return a dashboard of a file, with which of its queues a model learns from."""
    shown = Dashboard.model_validate(asdict(board))
    labels = {queue.name for queue in board.queues if queue.labels}
    queues = tuple(queue.model_copy(update={"teaches": queue.name in labels}) for queue in shown.queues)
    return shown.model_copy(update={"queues": queues})


def write_dashboard(
    lake: LakePorts, caller: CallerIdentity, system: str, asked: DashboardAsked
) -> Dashboards:
    """Write a dashboard, or replace the one of that name that the person read, as a new version.

    The same dashboard again changes nothing, so repeating is safe.

    Raises:
        ProblemError: 409, a file of the lake has the name, it is reserved, the dashboard is another than the
            one to replace, or somebody else wrote at the same moment; 422, a text has a card number or SSN,
            or there are too many dashboards.
        QueryError: a statement does more than read, or reads something else than the lake's tables.
    """
    _check_name(lake, system)
    _check_texts(lake, asked)
    content = {"system": system, "title": asked.title, "panels": _panels(asked)}
    author = {"written_by": caller.name, "written_at": lake.now().isoformat(timespec="seconds")}

    def with_dashboard(before: Documents) -> Documents:
        present = before.get(system, {})
        if present and {**present, **content} == present:
            return before
        if present.get("written_at", "") != asked.replaces:
            raise conflict("Another dashboard has this title, or somebody changed it. Load the page again.")
        if not present and len(before) >= _MOST_DASHBOARDS:
            raise invalid(
                "body", "too_many", f"The lake keeps {_MOST_DASHBOARDS} dashboards. Delete one first."
            )
        return {**before, system: {**content, **author}}

    return _change(lake, caller, with_dashboard)


def delete_dashboard(lake: LakePorts, caller: CallerIdentity, system: str) -> Dashboards:
    """Delete a dashboard that somebody wrote; do nothing if it is absent. Earlier versions keep it."""

    def without_dashboard(before: Documents) -> Documents:
        return {name: board for name, board in before.items() if name != system}

    return _change(lake, caller, without_dashboard)


def every_version(lake: LakePorts) -> DashboardVersions:
    """Return the versions of the dashboards that people wrote."""
    current = lake.dashboard_versions.in_use()
    return DashboardVersions(
        versions=tuple(
            DashboardVersion(
                version=version.version,
                written_by=version.pushed_by,
                written_at=version.pushed_at,
                titles=tuple(json.loads(text)["title"] for _, text in sorted(version.dashboards.items())),
                in_use=version.version == current,
            )
            for version in lake.dashboard_versions.pushed()
        )
    )


def use_version(lake: LakePorts, caller: CallerIdentity, version: str) -> Dashboards:
    """Use an earlier version of the written dashboards again."""
    versions = lake.dashboard_versions
    try:
        documents(versions, version)
    except NotFoundError:
        raise not_found(
            "The dashboards have no such version. GET /v1/dashboard-versions lists them."
        ) from None
    push, etag = versions.pointer()
    if push.version != version:
        try:
            versions.move(version, etag, caller.name, lake.now().isoformat(timespec="seconds"))
        except ConflictError:
            raise conflict(_CHANGED_BY_SOMEBODY_ELSE) from None
    return every_dashboard(lake)


def _change(lake: LakePorts, caller: CallerIdentity, change: Callable[[Documents], Documents]) -> Dashboards:
    """Write a version, if nobody else has written one since the dashboards were read."""
    versions = lake.dashboard_versions
    push, etag = versions.pointer()
    before = documents(versions, push.version)
    if (after := change(before)) != before:
        at = lake.now().isoformat(timespec="seconds")
        try:
            write_version(versions, after, etag, caller.name, at)
        except ConflictError:
            raise conflict(_CHANGED_BY_SOMEBODY_ELSE) from None
    return every_dashboard(lake)


def _shown(name: str, document: dict[str, Any]) -> Dashboard:
    board = dashboard_of(name, json.dumps(document))
    return Dashboard.model_validate(
        {
            **asdict(board),
            "written_by": document["written_by"],
            "written_at": document["written_at"],
            "written_units": [panel["unit"] for panel in document["panels"]],
        }
    )


def _check_name(lake: LakePorts, system: str) -> None:
    if system == _OWN:
        raise conflict("The title Mine is reserved for a person's own dashboard. Choose another title.")
    if system in lake.systems or system in dashboards_of(lake.systems, lake.pushed_dashboards):
        raise conflict(
            f"The dashboard {system} is a file of the lake. Choose another title, or push the file."
        )


def _check_texts(lake: LakePorts, asked: DashboardAsked) -> None:
    from headgate.masking.redaction import redact_text
    from headgate.query.qualify import qualify_tables
    from headgate.query.read_only_statements import check_tables, only_reading

    texts = [asked.title, *(text for panel in asked.panels for text in (panel.name, panel.sql))]
    if any(redact_text(text) != text for text in texts):
        raise invalid(
            "body", "card_number", "The dashboard has a card number or SSN, which is not kept. Remove it."
        )
    for panel in asked.panels:
        if query := only_reading(qualify_tables(panel.sql, lake.databases)):
            check_tables(query, lake.databases.tables(), lake.databases.prod)


def _panels(asked: DashboardAsked) -> list[dict[str, Any]]:
    """Return the panels with names that are unique in the dashboard.

    A table keeps the columns of a chart, so that it can be drawn as one again.
    """
    panels = [
        panel_document(panel) | {"unit": panel.unit, "x": panel.x, "y": list(panel.y), "series": panel.series}
        for panel in asked.panels
    ]
    return [panel | {"name": f"{panel['name'] or 'panel'}_{place}"} for place, panel in enumerate(panels, 1)]
