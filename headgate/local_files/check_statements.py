"""Check the statements of dashboards and saved questions on local tables, as the console will run them.

Tables that were not built here are empty and have the columns of their contracts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import chain

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pat
from sqlglot import exp

from headgate.contracts.registry import Registry
from headgate.contracts.types import arrow_schema
from headgate.errors import QueryError
from headgate.lake.queue_actions import COMMON_KEYS, CommonAction
from headgate.plain_names import did_you_mean
from headgate.project import project
from headgate.query import Databases, check_tables, failure_reason, only_reading, qualify_tables, translate
from headgate.query.declared_parameters import with_values
from headgate.query.questions import LAKE, SavedQuestion
from headgate.query.saved_questions import own_questions
from headgate.systems.dashboards import DeclaredDashboard, own_dashboards
from headgate.systems.panels import (
    ITEM_ID,
    AlertRule,
    DeclaredEvidence,
    DeclaredFilter,
    DeclaredPanel,
    DeclaredQueue,
    DeclaredTrust,
    PanelKind,
    columns_in,
)

_ITEM = ("item_id", "subject", "reason", "value")
_WITHOUT_AXES = {PanelKind.KPI, PanelKind.TABLE}
_NOTHING_BUILT: Mapping[str, pa.Table] = {}


@dataclass(frozen=True)
class CheckedStatement:
    """A panel, alert, queue, filter, note or saved question after its statement ran.

    Attributes:
        place: its name in messages.
        problems: why the console could not show it, each with a remedy.
        answer: None if the statement failed or reads a table that was not built here.
    """

    kind: str
    place: str
    problems: tuple[str, ...]
    answer: pa.Table | None = None


def check_project(
    built: Mapping[str, pa.Table] = _NOTHING_BUILT, curated: Mapping[str, pa.Table] = _NOTHING_BUILT
) -> list[CheckedStatement]:
    """Check every dashboard and saved question of the lake project.

    Args:
        built: rows of prod tables, by name.
        curated: rows of datasets, by name.
    """
    boards, questions = own_dashboards(), own_questions()
    if not boards and not questions:
        return []
    with _LocalTables.opened(built, curated) as tables:
        checked = [statement for board in boards.values() for statement in _board(tables, board)]
        return [*checked, *(_question(tables, question) for question in questions)]


def statement_problems(system: str = "") -> list[str]:
    """Return why the console could not show the lake project's dashboards and saved questions.

    The tables have no rows.

    Args:
        system: only the dashboard and the saved questions of this system.
    """
    checked = check_project()
    questions = {_place(question) for question in own_questions() if question.system == system}
    return [
        f"{statement.place}: {problem}"
        for statement in checked
        for problem in statement.problems
        if not system or statement.place.startswith(f"dashboard {system},") or statement.place in questions
    ]


def answer_schema(sql: str) -> pa.Schema:
    """Return the columns of a statement's answer; raise QueryError if the lake would refuse it."""
    with _LocalTables.opened(_NOTHING_BUILT, _NOTHING_BUILT) as tables:
        return tables.answer(sql)[0].schema


class _LocalTables:
    """All tables of a lake in DuckDB; local tables have their rows."""

    def __init__(self, engine: duckdb.DuckDBPyConnection, with_rows: Collection[tuple[str, str]]) -> None:
        name, registry = project().name, Registry.load()
        self.databases = Databases(f"{name}_curated", f"{name}_prod")
        self.contracts = {
            self.databases.curated: {**registry.curated, **registry.lake},
            self.databases.prod: registry.prod,
        }
        self._engine, self._with_rows = engine, with_rows

    @classmethod
    @contextmanager
    def opened(cls, built: Mapping[str, pa.Table], curated: Mapping[str, pa.Table]) -> Iterator[_LocalTables]:
        """Open the tables for the duration of the block."""
        with duckdb.connect() as engine:
            with_rows: set[tuple[str, str]] = set()
            tables = cls(engine, with_rows)
            for database, rows in ((tables.databases.curated, curated), (tables.databases.prod, built)):
                tables._add(database, rows)
                with_rows |= {(database, name) for name in rows}
            engine.execute(f"set search_path = '{tables.databases.prod}'")
            yield tables

    def _add(self, database: str, rows: Mapping[str, pa.Table]) -> None:
        self._engine.execute(f"create schema {database}")
        for name, contract in self.contracts[database].items():
            given = f"rows_of_{database}_{name}"
            self._engine.register(given, rows.get(name, arrow_schema(contract).empty_table()))
            self._engine.execute(f'create view {database}."{name}" as from "{given}"')

    def columns_of(self, table: str) -> tuple[str, ...]:
        """Return the columns of a prod table or a dataset; none if there is no such table."""
        for database in (self.databases.prod, self.databases.curated):
            if table in self.contracts[database]:
                return self.contracts[database][table].names
        return ()

    def answer(self, sql: str) -> tuple[pa.Table, bool]:
        """Return the answer of a statement, and whether all tables that it reads have their rows here.

        Raises:
            QueryError: the lake would refuse the statement, or it fails.
        """
        renamed = with_values(self.databases.rename_in(sql))
        text = qualify_tables(renamed, self.databases)
        # A list of all tables is a SELECT once it is qualified.
        if only_reading(renamed) is None or (query := only_reading(text)) is None:
            raise QueryError("SHOW and DESCRIBE fill no chart. Write a SELECT.")
        check_tables(query, self.databases.tables(), self.databases.prod)
        named = {
            (table.db.lower() or self.databases.prod, table.name.lower())
            for table in query.find_all(exp.Table)
        }
        read = {(database, name) for database, name in named if name in self.contracts.get(database, {})}
        try:
            relation = self._engine.sql(translate(text, "duckdb", databases=self.databases))
            return relation.to_arrow_table(), read <= {*self._with_rows}
        except duckdb.Error as error:
            raise QueryError(self._reason(error, read)) from None

    def _reason(self, error: duckdb.Error, read: Collection[tuple[str, str]]) -> str:
        """Return why a statement failed, without a value of a row."""
        if not isinstance(error, duckdb.ProgrammingError):
            return f"A value leads to a {type(error).__name__}. Use try_cast, nullif or coalesce."
        reason = failure_reason(str(error), "duckdb")
        asked = re.search(r"Column '(?:[^']*\.)?(\w+)'", reason)
        if not asked:
            return f"{reason}."
        columns = {name: self.contracts[database][name].names for database, name in sorted(read)}
        near = did_you_mean(asked[1], {column for names in columns.values() for column in names})
        listed = "; ".join(f"{name} has {', '.join(names)}" for name, names in columns.items())
        return f"{reason}.{near} {listed}."


def _check(
    tables: _LocalTables, kind: str, place: str, sql: str, problems: Callable[[pa.Table], Iterable[str]]
) -> CheckedStatement:
    """Run a statement, and collect the problems of its answer."""
    try:
        answer, has_rows = tables.answer(sql)
    except QueryError as error:
        return CheckedStatement(kind, place, (str(error),))
    return CheckedStatement(kind, place, tuple(problems(answer)), answer if has_rows else None)


def _board(tables: _LocalTables, board: DeclaredDashboard) -> Iterator[CheckedStatement]:
    board_name = f"dashboard {board.system}"
    for panel in board.panels:
        yield _check(
            tables, "panel", f"{board_name}, panel {panel.name}", panel.sql, partial(_of_panel, tables, panel)
        )
    for rule in board.alerts:
        yield _check(tables, "alert", f"{board_name}, alert {rule.name}", rule.sql, partial(_of_alert, rule))
    for queue in board.queues:
        yield _check(
            tables, "queue", f"{board_name}, queue {queue.name}", queue.sql, partial(_of_queue, tables, queue)
        )
        if queue.missing_sql:
            place = f"{board_name}, missing_sql of queue {queue.name}"
            yield _check(tables, "queue", place, queue.missing_sql, _of_missing)
        for evidence in queue.evidence:
            place = f"{board_name}, evidence of queue {queue.name}"
            problems = partial(_of_evidence, tables, evidence)
            yield _check(tables, "evidence", place, evidence.of_item("1"), problems)
    for part in board.row_pages:
        place = f"{board_name}, page of a row of {part.dataset}"
        yield _check(tables, "evidence", place, part.of_item("1"), partial(_of_evidence, tables, part))
    for choice in board.filters:
        yield _check(
            tables,
            "filter",
            f"{board_name}, filter {choice.name}",
            choice.values,
            partial(_of_filter, tables, choice, [panel.name for panel in board.panels]),
        )
    for note in board.trust:
        place = f"{board_name}, trust of {', '.join(note.tables)}"
        if note.sql:
            yield _check(tables, "note", place, note.sql, partial(_of_note, tables, note))
        else:
            yield CheckedStatement("note", place, tuple(_of_note(tables, note, pa.table({}))))


def _question(tables: _LocalTables, question: SavedQuestion) -> CheckedStatement:
    systems = (*project().systems, LAKE)

    def problems(_: pa.Table) -> Iterator[str]:
        if question.system not in systems:
            yield (
                f"Its system {question.system} is none of the lake, so nobody sees the question. "
                f"Systems: {', '.join(sorted(systems))}."
            )

    return _check(tables, "question", _place(question), question.sql, problems)


def _place(question: SavedQuestion) -> str:
    return f"question {question.name}"


def _of_panel(tables: _LocalTables, panel: DeclaredPanel, answer: pa.Table) -> Iterator[str]:
    yield from _tables_exist(tables, (panel.table,))
    if panel.kind not in _WITHOUT_AXES and not (panel.x and panel.y):
        yield f"A panel of the kind {panel.kind} draws x and y. State both, or kind: table."
    yield from _columns_answered(panel.columns, answer)
    numbers = ("value", "before") if panel.kind is PanelKind.KPI else (*panel.y, *chain(*panel.bounds))
    if panel.kind is not PanelKind.TABLE:
        yield from _numeric([*numbers, panel.size], answer)
    yield from _template((panel.answer, *panel.details), answer)
    yield from _columns_answered(panel.units, answer)
    columns = tables.columns_of(panel.table)
    for condition in panel.rows if columns else ():
        name = condition.partition(":")[0]
        if name not in columns:
            near = did_you_mean(name, columns)
            yield f"rows has {condition}, and {panel.table} has no column {name}.{near}"


def _of_alert(rule: AlertRule, answer: pa.Table) -> Iterator[str]:
    yield from _columns_answered(("value", *rule.units), answer)
    yield from _template((rule.message,), answer)
    yield from _numeric(("value",), answer)
    if answer.num_rows > 1:
        yield f"It answers {answer.num_rows:,} rows, and only the first counts. Aggregate them."


def _of_queue(tables: _LocalTables, queue: DeclaredQueue, answer: pa.Table) -> Iterator[str]:
    yield from _tables_exist(tables, (queue.table,))
    yield from _columns_answered(_ITEM, answer)
    yield from _numeric(("value",), answer)
    yield from _columns_answered(queue.units, answer)
    names, letters = [action.name for action in queue.actions], [action.key for action in queue.actions]
    for duplicate in sorted(
        name for values in (names, letters) for name in {*values} if values.count(name) > 1
    ):
        yield f"Two of its actions have {duplicate}. Give each its own name and key."
    for name in sorted({*names} & {*CommonAction}):
        yield f"Every queue has the action {name} already. Choose another name."
    for key in sorted(COMMON_KEYS.intersection(letters)):
        yield f"The key {key} moves, undoes or opens a page in every queue. Choose another key."
    for action in queue.actions:
        if action.returns_after_days < 0:
            yield (
                f"{action.name} has returns_after_days: {action.returns_after_days}. State days from 1 on, "
                "or leave it out."
            )
    labels = queue.labels
    for name in sorted({*labels.positive, *labels.negative} - {*names}) if labels else ():
        yield f"labels has {name}, which is none of its actions.{did_you_mean(name, names)}"
    if labels and labels.dataset not in tables.contracts[tables.databases.curated]:
        yield f"labels has the dataset {labels.dataset}, which the lake does not have."
    if "item_id" in answer.column_names:
        items = answer["item_id"]
        if items.null_count or pc.count_distinct(items).as_py() < len(items):
            yield "Two of its items have the same item_id, or one has none. Use the key of the rows."


def _of_missing(answer: pa.Table) -> Iterator[str]:
    if answer.num_columns != 1:
        yield f"It answers {answer.num_columns} columns. Answer one, the sentence."


def _of_evidence(tables: _LocalTables, evidence: DeclaredEvidence, answer: pa.Table) -> Iterator[str]:
    yield from _tables_exist(tables, (evidence.table,))
    yield from _template((evidence.title,), answer)
    yield from _columns_answered(evidence.units, answer)
    if ITEM_ID not in evidence.sql:
        yield f"Its statement does not name the item. Compare a column with {ITEM_ID}."


def _of_filter(
    tables: _LocalTables, choice: DeclaredFilter, panels: Collection[str], _: pa.Table
) -> Iterator[str]:
    dataset, _, key = choice.through.partition(".")
    yield from _tables_exist(tables, (*choice.tables, *filter(None, [dataset])))
    needed = [(table, key or choice.column) for table in choice.tables]
    for table, column in [*needed, *([(dataset, key), (dataset, choice.column)] if dataset else [])]:
        if (columns := tables.columns_of(table)) and column not in columns:
            yield f"{table} has no column {column}.{did_you_mean(column, columns)}"
    for name in sorted({*choice.panels} - {*panels}):
        yield f"There is no panel {name}.{did_you_mean(name, panels)}"


def _of_note(tables: _LocalTables, note: DeclaredTrust, answer: pa.Table) -> Iterator[str]:
    yield from _tables_exist(tables, (*note.tables, *filter(None, [note.source])))
    yield from _template(note.words, answer)


def _tables_exist(tables: _LocalTables, names: Iterable[str]) -> Iterator[str]:
    all_tables = [name for contracts in tables.contracts.values() for name in contracts]
    for name in names:
        if name not in all_tables:
            yield f"The lake has no table {name}.{did_you_mean(name, all_tables)}"


def _columns_answered(names: Iterable[str], answer: pa.Table) -> Iterator[str]:
    for name in names:
        if name not in answer.column_names:
            has = ", ".join(answer.column_names)
            yield f"Its answer has no column {name}.{did_you_mean(name, answer.column_names)} It has {has}."


def _numeric(names: Iterable[str], answer: pa.Table) -> Iterator[str]:
    for name in names:
        if name not in answer.column_names:
            continue
        kind = answer.schema.field(name).type
        if not any(is_it(kind) for is_it in (pat.is_integer, pat.is_floating, pat.is_decimal, pat.is_null)):
            yield f"{name} is drawn as a number and is {kind}. Cast it, or name another column."


def _template(texts: Iterable[str], answer: pa.Table) -> Iterator[str]:
    return _columns_answered(sorted(set[str]().union(*map(columns_in, texts))), answer)
