"""Dashboards of the project's files, and dashboards that people write in the console."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from headgate.api.analytics.mails_of_dashboards import kept_mails, remove_mails, restore_mails
from headgate.api.http.problems import conflict, expect_no_numbers, invalid, not_found
from headgate.api.shapes.dashboards import (
    Dashboard,
    DashboardAsked,
    Dashboards,
    DashboardVersion,
    DashboardVersions,
    DeletedDashboard,
    PanelAsked,
)
from headgate.errors import ConflictError, NotFoundError, SettingsError
from headgate.query.kept_questions import (
    OWN_DASHBOARD,
    dashboard_document,
    panel_document,
    questions_of_person,
)
from headgate.query.written_dashboards import deletions, deletions_of, documents, write_version
from headgate.systems.dashboards import DeclaredDashboard, dashboard_of, dashboards_of

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Mapping

    from headgate.api.http.access import CallerIdentity
    from headgate.api.lake_ports import LakePorts

Documents = dict[str, dict[str, Any]]
_MAX_DASHBOARDS = 100
_CHANGED_BY_SOMEBODY_ELSE = (
    "Somebody else changed a dashboard at the same moment. Load the page again, then repeat it."
)


def every_dashboard(lake: LakePorts) -> Dashboards:
    """Return the dashboards of files, then those written in the console.

    A file replaces a written dashboard of the same name, because it was pulled into the project.
    """
    files = _files(lake)
    written = documents(lake.dashboard_versions, lake.dashboard_versions.in_use())
    return Dashboards(
        dashboards=(
            *(_declared(board) for board in files.values()),
            *(_shown(name, board) for name, board in sorted(written.items()) if name not in files),
        )
    )


def own_dashboard(lake: LakePorts, person: str) -> Dashboard | None:
    """Return the dashboard of questions that a person pinned; None if nothing is on it."""
    questions = questions_of_person(lake.objects, lake.bucket("artifacts"), person)
    if not any(question.is_pinned for question in questions):
        return None
    return _declared(dashboard_of(OWN_DASHBOARD, json.dumps(dashboard_document(questions[0].by, questions))))


def _declared(board: DeclaredDashboard) -> Dashboard:
    """Return a dashboard of a file, marking the queues that a model learns from."""
    shown = Dashboard.model_validate(asdict(board))
    labels = {queue.name for queue in board.queues if queue.labels}
    queues = tuple(queue.model_copy(update={"teaches": queue.name in labels}) for queue in shown.queues)
    return shown.model_copy(update={"queues": queues})


def write_dashboard(
    lake: LakePorts, caller: CallerIdentity, system: str, asked: DashboardAsked
) -> Dashboards:
    """Write a dashboard as a new version, replacing the one of that name that the caller read.

    Writing the same dashboard again changes nothing.

    Raises:
        ProblemError: 409, the name is reserved or a file has it, or somebody else changed the dashboard; 422,
            a text has a card number or SSN, or there are too many dashboards.
        QueryError: a statement does more than read, reads tables outside the lake, or calls a function that
            Athena does not have.
    """
    files = _files(lake)
    _check_name(lake, system, files)
    _check_texts(lake, asked)
    content = {"system": system, "title": asked.title, "filters_of_tables": True, "panels": _panels(asked)}
    _check_panels(system, content)
    author = {"written_by": caller.name, "written_at": lake.now().isoformat(timespec="seconds")}
    titles = {name: {"title": board.title} for name, board in files.items()}

    def with_dashboard(before: Documents) -> Documents:
        _check_title(asked.title, {**titles, **before}, system)
        present = before.get(system, {})
        if present and {**present, **content} == present:
            return before
        if present.get("written_at", "") != asked.replaces:
            raise conflict("Another dashboard has this title, or somebody changed it. Load the page again.")
        if not present and len(before) >= _MAX_DASHBOARDS:
            raise invalid(
                "body", "too_many", f"The lake keeps {_MAX_DASHBOARDS} dashboards. Delete one first."
            )
        return {**before, system: {**content, **author}}

    return _change(lake, caller, with_dashboard)


def delete_dashboard(lake: LakePorts, caller: CallerIdentity, system: str) -> Dashboards:
    """Delete a written dashboard and its mails in a new version; do nothing if it is absent."""

    def without_dashboard(before: Documents) -> Documents:
        return {name: board for name, board in before.items() if name != system}

    return _change(lake, caller, without_dashboard, has_mails=True)


def restore_dashboard(lake: LakePorts, caller: CallerIdentity, system: str) -> Dashboards:
    """Write a deleted dashboard as it was, and schedule its mails again; do nothing if it is present.

    Raises:
        ProblemError: 404, no dashboard of that name was deleted, or 100 others were since.
    """
    versions = lake.dashboard_versions
    deletion = deletions(versions, versions.in_use()).get(system, {})

    def with_dashboard(before: Documents) -> Documents:
        if system in before:
            return before
        if "version" not in deletion:
            raise not_found("There is no deleted dashboard of that name. Use an earlier version again.")
        return {**before, system: documents(versions, deletion["version"])[system]}

    return _change(lake, caller, with_dashboard, has_mails=True)


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
                deleted=tuple(
                    DeletedDashboard(
                        system=name, **{key: deletion[key] for key in ("title", "deleted_by", "deleted_at")}
                    )
                    for name, deletion in sorted(deletions_of(version).items())
                ),
                in_use=version.version == current,
            )
            for version in lake.dashboard_versions.pushed()
        )
    )


def use_version(lake: LakePorts, caller: CallerIdentity, version: str) -> Dashboards:
    """Use the dashboards of an earlier version again; mails come and go with their dashboards."""
    try:
        boards = documents(lake.dashboard_versions, version)
    except NotFoundError:
        raise not_found(
            "There is no version of that id. GET /v1/dashboard-versions lists all versions."
        ) from None
    return _change(lake, caller, lambda _: boards, has_mails=True)


def _change(
    lake: LakePorts,
    caller: CallerIdentity,
    change: Callable[[Documents], Documents],
    *,
    has_mails: bool = False,
) -> Dashboards:
    """Write a new version unless another one was written since the dashboards were read.

    Args:
        has_mails: whether mails come and go with their dashboards: those of dashboards that the version lacks
            are kept in it and removed from the lists of their people. A mere write lists none.
    """
    versions = lake.dashboard_versions
    push, etag = versions.pointer()
    before, deleted = documents(versions, push.version), deletions(versions, push.version)
    after = change(before)
    if after != before:
        if has_mails:  # first, so that a request that ended halfway can be repeated
            restore_mails(lake, (mail for name in after for mail in deleted.get(name, {}).get("mails", ())))
        at = lake.now().isoformat(timespec="seconds")
        deleted |= _deletions(lake, before, after.keys(), {"deleted_by": caller.name, "deleted_at": at})
        gone = [(name, each) for name, each in deleted.items() if name not in after]
        deleted = dict(sorted(gone, key=lambda each: each[1]["deleted_at"])[-_MAX_DASHBOARDS:])
        try:
            write_version(versions, after, etag, caller.name, at, deleted=deleted)
        except ConflictError:
            raise conflict(_CHANGED_BY_SOMEBODY_ELSE) from None
    if has_mails and deleted:
        remove_mails(lake, deleted.keys() - after.keys() - _files(lake).keys())
    return every_dashboard(lake)


def _deletions(
    lake: LakePorts, before: Documents, after: Container[str], by: Mapping[str, str]
) -> dict[str, dict[str, Any]]:
    """Return the deletions of the dashboards that a change removes, each with its version and its mails."""
    gone = {name: board for name, board in before.items() if name not in after}
    mails = kept_mails(lake, gone.keys() - _files(lake).keys()) if gone else {}
    version = lake.dashboard_versions.in_use()
    return {
        name: {"title": board["title"], **by, "version": version, "mails": mails.get(name, [])}
        for name, board in gone.items()
    }


def _files(lake: LakePorts) -> Mapping[str, DeclaredDashboard]:
    """Return the dashboards of the project's files, which replace written ones of their names."""
    return dashboards_of(lake.systems, lake.pushed_dashboards)


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


def _check_name(lake: LakePorts, system: str, files: Container[str]) -> None:
    if system == OWN_DASHBOARD:
        raise conflict("The title Mine is reserved for a person's own dashboard. Choose another title.")
    if system in lake.systems or system in files:
        raise conflict(
            f"The dashboard {system} is a file of the lake. Choose another title, or push the file."
        )


def _check_title(title: str, present: Documents, system: str) -> None:
    """Refuse the title of another dashboard: in a list of titles nobody could choose between both."""
    others = {board["title"].casefold() for name, board in present.items() if name != system}
    if title.casefold() in others:
        raise conflict(f"Another dashboard has the title {title}. Choose another title.")


def _check_panels(system: str, content: Mapping[str, Any]) -> None:
    """Refuse a dashboard that could not be read again, such as a log scale of bars."""
    try:
        dashboard_of(system, json.dumps(content))
    except SettingsError as error:
        raise invalid("body", "dashboard", str(error)) from None


def _check_texts(lake: LakePorts, asked: DashboardAsked) -> None:
    from headgate.api.analytics.queries import qualified_statement

    texts = [text for panel in asked.panels for text in _texts_of(panel)]
    expect_no_numbers("body", "dashboard", asked.title, *texts)
    for panel in asked.panels:
        qualified_statement(lake, panel.sql)


def _texts_of(panel: PanelAsked) -> tuple[str, ...]:
    return panel.name, panel.sql, panel.answer, panel.nothing, panel.action


def _panels(asked: DashboardAsked) -> list[dict[str, Any]]:
    """Return the panels with unique names.

    A table keeps the columns of its chart, so that it can become a chart again.
    """
    panels = [
        panel_document(panel)
        | {"unit": panel.unit, "x": panel.x, "y": list(panel.y), "series": panel.series}
        | {"bounds": [list(pair) for pair in panel.bounds]}
        for panel in asked.panels
    ]
    return [panel | {"name": f"{panel['name'] or 'panel'}_{place}"} for place, panel in enumerate(panels, 1)]
