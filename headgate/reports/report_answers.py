"""The content of a report: the answers of all dashboards, the files, the checks of the lake and its cost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from operator import attrgetter
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from headgate.api.operations.health import health_of
from headgate.api.operations.run_problems import problems_of
from headgate.costs.computed_price import by_service, priced
from headgate.costs.recorded import EndedJobRun, of_files, of_runs
from headgate.errors import QueryError
from headgate.reports.answer_words import filled_template
from headgate.reports.numbers import day_words
from headgate.reports.run_words import ReportedRun
from headgate.reports.summary import DatasetSummary, by_dataset
from headgate.systems.dashboards import DeclaredDashboard, dashboards_of
from headgate.systems.up_to_date import AS_OF

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from decimal import Decimal

    from headgate.api.lake_ports import LakePorts
    from headgate.api.shapes.lake import Health
    from headgate.aws.athena.queries import Answer
    from headgate.contracts.model import Column
    from headgate.costs.price_list import Prices
    from headgate.lake.ports import FileRecord
    from headgate.systems.panels import DeclaredPanel, DeclaredTrust

_NO_COLUMNS: Mapping[str, Sequence[Column]] = MappingProxyType({})
_NO_DAYS: Mapping[str, str] = MappingProxyType({})
_NOT_STATED = "no method and no test is stated for its figures"
_RUNS = 5  # one works, others wait; one of the five has ended
AT_ONCE = 4  # Athena runs 20 queries of an account at once; a report leaves most of them to people


@dataclass(frozen=True)
class PanelAnswer:
    """A panel with the rows of its SQL; `error` is Athena's reason when there are none.

    Attributes:
        units, labels: of columns, as the contract of the panel's table states them.
        trust: parts of the line that says how far the figures of the panel's table may be trusted.
    """

    panel: DeclaredPanel
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ()
    error: str = ""
    units: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    trust: tuple[str, ...] = ()

    def unit_of(self, column: str) -> str:
        """Return the unit of a column: the panel's, the contract's, or that of all measures of the panel."""
        panel = self.panel
        measured = {*panel.y, *(end for pair in panel.bounds for end in pair)}
        own = panel.units.get(column) or self.units.get(column)
        return own or (panel.unit if column in measured else "")

    def records(self) -> list[dict[str, Any]]:
        """Return the rows as mappings from column name to value."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


@dataclass(frozen=True)
class Report:
    """Everything that the page shows.

    `made_at` is naive UTC; `cost_usd` is by service, since `cost_since`; `runs` are the newest first.
    """

    lake: str
    made_at: datetime
    health: Health
    datasets: tuple[DatasetSummary, ...]
    systems: tuple[tuple[DeclaredDashboard, tuple[PanelAnswer, ...]], ...]
    cost_usd: Mapping[str, Decimal]
    cost_since: datetime
    runs: tuple[ReportedRun, ...] = ()


@dataclass(frozen=True)
class CostBasis:
    """The basis of costs: ended Glue runs since a moment (naive UTC), and prices."""

    since: datetime
    runs: Sequence[EndedJobRun]
    prices: Prices

    def by_service(self, records: Iterable[FileRecord]) -> Mapping[str, Decimal]:
        """Return US dollars of files and runs since that moment, by service."""
        recent = [record for record in records if record.received_at >= self.since.isoformat()]
        return by_service(priced([*of_files(recent), *of_runs(self.runs)], self.prices))


def collect_answers(lake: LakePorts, queries: Any, costs: CostBasis) -> Report:  # noqa: ANN401 Athena's adapter or its twin
    """Collect all facts of a report.

    Args:
        queries: has `run(sql)`, which returns an `Answer`.
        costs: what cost is computed from. Files and rows are all that the ledger has.
    """
    records = list(lake.ledger.records())
    return Report(
        lake=lake.databases.curated.removesuffix("_curated"),
        made_at=lake.now(),
        health=health_of(lake),
        datasets=tuple(by_dataset(records)),
        systems=ask_dashboards(
            queries,
            dashboards_of(lake.systems, lake.pushed_dashboards).values(),
            {name: contract.columns for name, contract in lake.contracts.prod.items()},
            _as_of(lake),
        ),
        cost_usd=costs.by_service(records),
        cost_since=costs.since,
        runs=_newest_runs(lake),
    )


def _newest_runs(lake: LakePorts) -> tuple[ReportedRun, ...]:
    runs = lake.runs.newest(_RUNS)
    problems = problems_of(lake, runs)
    return tuple(
        ReportedRun(run.status, run.started_at, run.seconds, problems[run.name].summary()) for run in runs
    )


def _as_of(lake: LakePorts) -> Mapping[str, str]:
    """Return the last day that each published table knows, ISO 8601."""
    tables = [table for system in lake.systems for table in lake.contracts.tables_of(system)]
    facts = {table: lake.catalog.current(lake.databases.prod, table).parameters for table in tables}
    return {table: own[AS_OF] for table, own in facts.items() if own.get(AS_OF)}


def _agreed(
    columns: Mapping[str, Sequence[Column]], fact_of: Callable[[Column], str]
) -> Mapping[str, Mapping[str, str]]:
    """Return a fact of columns by table: of the table's own, and of others where all tables agree."""
    everywhere: dict[str, set[str]] = {}
    for described in columns.values():
        for column in described:
            everywhere.setdefault(column.name, set()).add(fact_of(column))
    agreed = {name: min(facts) for name, facts in everywhere.items() if len(facts) == 1}
    return {
        table: {**agreed, **{column.name: fact_of(column) for column in described}}
        for table, described in columns.items()
    }


def ask_dashboards(
    queries: Any,  # noqa: ANN401 as above
    dashboards: Iterable[DeclaredDashboard],
    columns: Mapping[str, Sequence[Column]] = _NO_COLUMNS,
    as_of: Mapping[str, str] = _NO_DAYS,
) -> tuple[tuple[DeclaredDashboard, tuple[PanelAnswer, ...]], ...]:
    """Return each dashboard with the answers of its panels, in their order.

    Args:
        columns: of contracts, by table; they have units and headings.
        as_of: the last day that a published table knows, by table.
    """
    units_of = _agreed(columns, attrgetter("unit"))
    labels_of = _agreed(columns, attrgetter("label"))

    def ask(panel: DeclaredPanel) -> PanelAnswer:
        try:
            answer: Answer = queries.run(panel.sql)
        except QueryError as error:
            return PanelAnswer(panel, error=str(error))
        return PanelAnswer(
            panel,
            tuple(column.name for column in answer.columns),
            answer.rows,
            units=units_of.get(panel.table, {}),
            labels=labels_of.get(panel.table, {}),
        )

    def ask_board(board: DeclaredDashboard) -> tuple[PanelAnswer, ...]:
        answers = tuple(threads.map(ask, board.panels))
        trust = (
            {} if all(answer.error for answer in answers) else _trust_parts(queries, board, as_of, units_of)
        )
        return tuple(replace(answer, trust=trust.get(answer.panel.table, ())) for answer in answers)

    with ThreadPoolExecutor(AT_ONCE) as threads:
        return tuple([(board, ask_board(board)) for board in dashboards])


def _trust_parts(
    queries: Any,  # noqa: ANN401 Athena's adapter or its twin
    board: DeclaredDashboard,
    as_of: Mapping[str, str],
    units: Mapping[str, Mapping[str, str]],
) -> Mapping[str, tuple[str, ...]]:
    """Return the parts of the trust line of each table of a dashboard: as of when it is, and its own words.

    The console has the same line (console/src/features/dashboards/trust-line.tsx).

    Args:
        as_of: the last day that a table knows, ISO 8601, by table.
        units: of columns, by table.
    """
    words = {
        table: _filled_note(queries, note, units.get(note.source or table, {}))
        for note in board.trust
        for table in note.tables
    }
    tables = dict.fromkeys(panel.table for panel in board.panels)
    return {
        table: (
            *([f"as of {day_words(date.fromisoformat(as_of[table][:10]))}"] if as_of.get(table) else []),
            *words.get(table, (_NOT_STATED,)),
        )
        for table in tables
    }


def _filled_note(queries: Any, note: DeclaredTrust, units: Mapping[str, str]) -> tuple[str, ...]:  # noqa: ANN401 as above
    """Return the words of a note whose columns all have values; without an answer, those without columns."""
    rows: Sequence[Mapping[str, Any]] = [{}]
    if note.sql:
        try:
            rows = queries.run(note.sql).records()
        except QueryError:
            rows = [{}]
    parts = (filled_template(template, rows or [{}], units) for template in note.words)
    return tuple(part for part in parts if part)
