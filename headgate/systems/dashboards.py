"""Dashboards: YAML files of a domain or a lake project.

Each panel is a question in Athena's SQL and a chart kind.

The console, the report page and the tests read the same files; docs/adr/0070-dashboards-are-data.md gives the
reasons.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from itertools import chain
from typing import TYPE_CHECKING, Any

from headgate.contracts.currency import unit_in
from headgate.domains.domain import Domain, LabelQueue
from headgate.domains.shared_sql import SHARED_SQL, shared_statements, with_shared_sql
from headgate.errors import NotFoundError, SettingsError
from headgate.project import PACKED_DASHBOARDS, currency, lake_domains, project
from headgate.systems.panels import (
    AlertRule,
    DeclaredAction,
    DeclaredEvidence,
    DeclaredFilter,
    DeclaredLabels,
    DeclaredPanel,
    DeclaredQueue,
    DeclaredRowPart,
    DeclaredTrust,
    PanelForm,
    PanelKind,
    PanelScale,
    drawing_mistake,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
    from importlib.resources.abc import Traversable
    from pathlib import Path


FOLDER = "dashboards"
_WIDTHS = ("", "half", "full")


@dataclass(frozen=True)
class DeclaredDashboard:
    """The panels of one system in display order, with trust notes, filters, alerts and queues.

    Attributes:
        filters_of_tables: whether the page also has the filters of the tables that the panels read, as a
            person's own dashboard has.
    """

    system: str
    title: str
    panels: tuple[DeclaredPanel, ...] = field(default=())
    alerts: tuple[AlertRule, ...] = field(default=())
    trust: tuple[DeclaredTrust, ...] = field(default=())
    filters: tuple[DeclaredFilter, ...] = field(default=())
    queues: tuple[DeclaredQueue, ...] = field(default=())
    row_pages: tuple[DeclaredRowPart, ...] = field(default=())
    filters_of_tables: bool = False

    def panel(self, name: str) -> DeclaredPanel:
        """Return the panel of that name.

        Raises:
            NotFoundError: there is none.
        """
        for panel in self.panels:
            if panel.name == name:
                return panel
        raise NotFoundError(
            f"Dashboard {self.system} has no panel {name}. Its panels are "
            f"{', '.join(panel.name for panel in self.panels)}."
        )


def dashboards_of(
    systems: Collection[str], pushed: Mapping[str, str] | None = None
) -> Mapping[str, DeclaredDashboard]:
    """Return the dashboards of these systems and the project's own, by system."""
    own = own_dashboards(pushed)
    return {name: board for name, board in dashboards(pushed).items() if name in systems or name in own}


def dashboards(pushed: Mapping[str, str] | None = None) -> Mapping[str, DeclaredDashboard]:
    """Return the dashboards of the lake's domains and of its project, by system.

    Args:
        pushed: the project's own as texts of JSON, by name; by default those of its folder or archive.
    """
    domains = tuple(domain for domain in lake_domains() if not domain.folder)
    boards = {**_domain_dashboards(domains), **own_dashboards(pushed)}
    return {name: _in_currency(boards[name], currency()) for name in sorted(boards)}


def label_queues(pushed: Mapping[str, str] | None = None) -> tuple[LabelQueue, ...]:
    """Return the work queues of the lake whose decisions are labels."""
    queues = [queue for board in dashboards(pushed).values() for queue in board.queues]
    return tuple(
        LabelQueue(queue.name, queue.labels.dataset, queue.labels.positive, queue.labels.negative)
        for queue in queues
        if queue.labels
    )


def dashboard_of(name: str, text: str) -> DeclaredDashboard:
    """Return the dashboard of a text of JSON, with the lake's currency.

    Raises:
        SettingsError: the text is not a dashboard.
    """
    return _in_currency(_dashboard(f"{FOLDER}/{name}.yaml", json.loads, text), currency())


@cache
def _domain_dashboards(domains: tuple[Domain, ...]) -> Mapping[str, DeclaredDashboard]:
    return _by_system(chain.from_iterable(_dashboards_of_domain(domain) for domain in domains))


def _dashboards_of_domain(domain: Domain) -> Iterator[DeclaredDashboard]:
    shared = shared_statements(domain.part(SHARED_SQL))
    return _read(_described_files(domain.part(FOLDER)), shared)


def own_dashboards(pushed: Mapping[str, str] | None = None) -> Mapping[str, DeclaredDashboard]:
    """Return the dashboards of the lake project, by system; arguments and errors as `dashboards`."""
    if pushed is None:
        return _project_dashboards(project().dashboards)
    return _by_system(
        _dashboard(f"{FOLDER}/{name}.yaml", json.loads, text) for name, text in sorted(pushed.items())
    )


@cache
def _project_dashboards(paths: tuple[Path, ...]) -> Mapping[str, DeclaredDashboard]:
    return _by_system(_read([*_described_files(files("headgate") / PACKED_DASHBOARDS), *paths], {}))


def _read(described: Iterable[Traversable], shared: Mapping[str, str]) -> Iterator[DeclaredDashboard]:
    for item in described:
        parse = json.loads if item.name.endswith(".json") else _parsed_yaml
        yield _dashboard(item.name, parse, item.read_text("utf-8"), shared)


def _by_system(boards: Iterable[DeclaredDashboard]) -> Mapping[str, DeclaredDashboard]:
    return {board.system: board for board in boards}


def _in_currency(board: DeclaredDashboard, code: str) -> DeclaredDashboard:
    """Return the dashboard with the lake's currency in units that say `currency`."""
    panels = tuple(
        replace(panel, unit=unit_in(panel.unit, code), units=_units_in(panel.units, code))
        for panel in board.panels
    )
    alerts = tuple(
        replace(alert, unit=unit_in(alert.unit, code), units=_units_in(alert.units, code))
        for alert in board.alerts
    )
    queues = tuple(_queue_in(queue, code) for queue in board.queues)
    row_pages = tuple(replace(part, units=_units_in(part.units, code)) for part in board.row_pages)
    return replace(board, panels=panels, alerts=alerts, queues=queues, row_pages=row_pages)


def _queue_in(queue: DeclaredQueue, code: str) -> DeclaredQueue:
    evidence = tuple(replace(part, units=_units_in(part.units, code)) for part in queue.evidence)
    return replace(
        queue, unit=unit_in(queue.unit, code), units=_units_in(queue.units, code), evidence=evidence
    )


def _units_in(units: Mapping[str, str], code: str) -> dict[str, str]:
    return {column: unit_in(unit, code) for column, unit in units.items()}


def _described_files(folder: Traversable) -> list[Traversable]:
    """Return the dashboard files in a folder: YAML, or JSON in a function's archive."""
    if not folder.is_dir():
        return []
    return sorted(
        (item for item in folder.iterdir() if item.name.endswith((".yaml", ".json"))),
        key=lambda item: item.name,
    )


def _dashboard(
    file: str, parse: Callable[[str], Any], text: str, shared: Mapping[str, str] | None = None
) -> DeclaredDashboard:
    try:
        document = with_shared_sql(parse(text), shared or {})
        panels = tuple(_panel(file, panel) for panel in document["panels"])
        alerts = tuple(AlertRule(**alert) for alert in document.get("alerts", ()))
        trust = tuple(DeclaredTrust(**_with_tuples(note)) for note in document.get("trust", ()))
        filters = tuple(DeclaredFilter(**_with_tuples(choice)) for choice in document.get("filters", ()))
        queues = tuple(_queue(queue) for queue in document.get("queues", ()))
        row_pages = tuple(DeclaredRowPart(**_with_tuples(part)) for part in document.get("row_pages", ()))
        _require_queues(panels, {queue.name for queue in queues})
        _require_panels(alerts, {panel.name for panel in panels})
        return DeclaredDashboard(
            document["system"],
            document["title"],
            panels,
            alerts,
            trust,
            filters,
            queues,
            row_pages,
            _is_true(document, "filters_of_tables"),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise SettingsError(
            f"{file} is not a dashboard: {error}. It has to state system, title and panels; "
            "docs/use/console.md describes them."
        ) from error


def _is_true(document: Mapping[str, Any], name: str) -> bool:
    value = document.get(name, False)
    if not isinstance(value, bool):
        raise ValueError(f"{name} is {value}, and has to be true or false")  # noqa: TRY004 as the others
    return value


def _parsed_yaml(text: str) -> Any:  # noqa: ANN401 whatever the file states
    import yaml  # noqa: PLC0415 as above

    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from None


def _queue(document: Mapping[str, Any]) -> DeclaredQueue:
    labels = document.get("labels")
    parts = {
        "actions": tuple(DeclaredAction(**action) for action in document["actions"]),
        "labels": DeclaredLabels(**_with_tuples(labels)) if labels else None,
        "evidence": tuple(DeclaredEvidence(**part) for part in document.get("evidence", ())),
        "found_by": tuple(document.get("found_by", ())),
    }
    return DeclaredQueue(**{**document, **parts})


def _require_queues(panels: Iterable[DeclaredPanel], queues: Collection[str]) -> None:
    for panel in panels:
        if panel.queue and panel.queue not in queues:
            raise ValueError(
                f"panel {panel.name} names the queue {panel.queue}, and the queues of the file are "
                f"{', '.join(sorted(queues)) or 'none'}"
            )


def _require_panels(alerts: Iterable[AlertRule], panels: Collection[str]) -> None:
    for alert in alerts:
        if alert.panel and alert.panel not in panels:
            raise ValueError(
                f"alert {alert.name} names the panel {alert.panel}, which the file does not have"
            )


def _with_tuples(document: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in document.items()}


def _panel(file: str, document: Mapping[str, Any]) -> DeclaredPanel:
    values = dict(document)
    if values.get("kind") not in set(PanelKind):
        raise SettingsError(
            f"{file}: panel {values.get('name')} has the kind {values.get('kind')}. Kinds are "
            f"{', '.join(PanelKind)}."
        )
    values["kind"] = PanelKind(values["kind"])
    values["scale"] = values.get("scale") or PanelScale.AUTO
    _check_drawn_panel(file, values)
    values["scale"] = PanelScale(values["scale"])
    if values.get("width", "") not in _WIDTHS:
        raise SettingsError(
            f"{file}: panel {values.get('name')} has the width {values['width']}. Widths are half and full."
        )
    values |= {name: tuple(values.get(name, ())) for name in ("y", "rows", "keeps", "details", "found_by")}
    values["bounds"] = tuple((low, high) for low, high in values.get("bounds", ()))
    return DeclaredPanel(**values)


def _check_drawn_panel(file: str, values: Mapping[str, Any]) -> None:
    """Refuse a chart that cannot be drawn as the panel states it."""
    panel = f"{file}: panel {values.get('name')}"
    for name, allowed in (("scale", [*PanelScale]), ("form", [*PanelForm])):
        if (value := values.get(name)) and value not in set(allowed):
            raise SettingsError(f"{panel} has the {name} {value}. {name.title()}s are {', '.join(allowed)}.")
    if values.get("is_stacked") not in {None, True, False}:
        raise SettingsError(f"{panel} states is_stacked, which has to be true or false.")
    if mistake := drawing_mistake(DeclaredPanel(**values)):
        raise SettingsError(f"{panel} {mistake}.")
