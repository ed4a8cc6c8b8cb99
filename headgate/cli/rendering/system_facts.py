from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from headgate.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from headgate.aws.athena.queries import AthenaQueries
    from headgate.contracts.registry import Registry
    from headgate.query.catalog_queries import Databases
    from headgate.reports.summary import DatasetSummary

NOT_PUBLISHED = "not published yet"


@dataclass(frozen=True)
class SystemFacts:
    """Facts about a system: rows by table, quality of its models and one answer in words, missing tables."""

    system: str
    rows: dict[str, int]
    quality: str
    answer: str
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class DatasetTable:
    """A dataset's table in curated; `rows` is None before the first run, `quality_score` without profiles."""

    table: str
    rows: int | None
    quality_score: float | None


def dataset_tables(
    queries: AthenaQueries, registry: Registry, databases: Databases, summaries: Iterable[DatasetSummary]
) -> list[DatasetTable]:
    """Return the tables of all datasets, by name."""
    rows = _rows(queries, sorted(registry.curated), databases.curated)
    scores = {summary.dataset: summary.quality_score for summary in summaries}
    return [DatasetTable(name, rows.get(name), scores.get(name)) for name in sorted(registry.curated)]


def facts(queries: AthenaQueries, registry: Registry, databases: Databases) -> list[SystemFacts]:
    """Return the facts of all systems."""
    return [_facts(queries, registry, system, databases) for system in registry.systems]


def _facts(queries: AthenaQueries, registry: Registry, system: str, databases: Databases) -> SystemFacts:
    from headgate.query.saved_questions import quality_and_answer

    tables = sorted(registry.tables_of(system))
    rows = _rows(queries, tables, databases.prod)
    if not rows:
        return SystemFacts(system, {}, NOT_PUBLISHED, "", tuple(tables))
    missing = tuple(name for name in tables if name not in rows)
    quality, answer = (
        _asked(queries, databases.rename_in(question.sql)) if question else ""
        for question in quality_and_answer(system)
    )
    return SystemFacts(system, rows, quality, answer, missing)


def _rows(queries: AthenaQueries, tables: Sequence[str], database: str) -> dict[str, int]:
    """Count the rows of each table in one query, or one by one if that query fails."""
    if not tables:
        return {}
    counts = " union all ".join(f"select '{name}', count(*) from {database}.{name}" for name in tables)  # noqa: S608 names come from contracts
    try:
        return dict(queries.run(f"select * from ({counts}) as counted (name, size) order by name").rows)  # noqa: S608 as above
    except QueryError:
        single = (_rows(queries, [table], database) for table in tables) if len(tables) > 1 else ()
        return {name: size for rows in single for name, size in rows.items()}


def _asked(queries: AthenaQueries, sql: str) -> str:
    try:
        return "\n".join(map(sentence, queries.run(sql).rows))
    except QueryError as error:
        return f"no answer: {error}"


def sentence(row: Sequence[object]) -> str:
    """Return a row as a sentence, without empty cells at its end or a space before a bracket.

    >>> sentence(("sells", Decimal("1200.50"), "(80 %:", 900, ")", None))
    'sells 1,200.50 (80 %: 900)'
    """
    last = max((place for place, cell in enumerate(row) if cell is not None and cell != ""), default=-1)
    return " ".join(_shown(cell) for cell in row[: last + 1]).replace(" )", ")")


def _shown(cell: object) -> str:
    """Return a cell as text, numbers with thousands separators."""
    if cell is None:
        return "-"
    return f"{cell:,}" if isinstance(cell, int | Decimal) else str(cell)
