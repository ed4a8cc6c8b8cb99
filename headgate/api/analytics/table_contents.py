"""Rows, day of the data and a question of each dataset and table."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from headgate.api.analytics.data_days import past_day
from headgate.api.analytics.questions import saved_questions_of
from headgate.api.shapes.lake import TableContents, TablesContents
from headgate.contracts.analyst_tables import personal_columns
from headgate.contracts.curated import curated_contract
from headgate.errors import NotFoundError
from headgate.lake.ports import ROWS
from headgate.query.composed_question import composed_question
from headgate.snapshots.read_snapshots import newest_snapshot
from headgate.systems.up_to_date import AS_OF, READS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.api.lake_ports import LakePorts
    from headgate.api.shapes.tables import Question
    from headgate.contracts.model import Contract

_CALLS_AT_ONCE = 8
_NEED_A_RIGHT = {"quarantine"}  # its rows are for the group `personal-data`
_Reading = tuple["Question", set[str]]  # a saved question, and the tables that it reads


def contents(lake: LakePorts) -> TablesContents:
    """Return the contents of all datasets and of the tables of the deployed systems, by name."""
    from headgate.query.table_readers import tables_read

    read = ((question, set(tables_read(question.sql))) for question in saved_questions_of(lake))
    questions = [(question, tables) for question, tables in read if not tables & _NEED_A_RIGHT]
    tables = [contract for contract in lake.contracts.prod.values() if contract.system in lake.systems]
    with ThreadPoolExecutor(_CALLS_AT_ONCE) as calls:
        published = list(calls.map(lambda contract: _published(lake, contract), tables))
    every = [*_datasets(lake), *published]
    filled = {table.name for table in every if table.rows}
    return TablesContents(
        tables=tuple(
            table.model_copy(update=_question(lake, table, filled, questions))
            if table.name in filled
            else table
            for table in every
        )
    )


def _datasets(lake: LakePorts) -> list[TableContents]:
    newest = newest_snapshot(lake.objects, lake.bucket("curated"))
    merged, today = newest.datasets if newest else {}, lake.now().date()
    return [
        TableContents(
            name=name,
            rows=merged[name].rows if name in merged else 0,
            as_of=past_day(merged[name].latest_on, today) if name in merged and merged[name].rows else "",
        )
        for name in sorted(lake.contracts.source)
    ]


def _published(lake: LakePorts, contract: Contract) -> TableContents:
    try:
        parameters = lake.catalog.current(lake.databases.prod, contract.dataset).parameters
    except NotFoundError:
        parameters = {}
    return TableContents(
        name=contract.dataset,
        system=contract.system,
        rows=int(parameters.get(ROWS, 0)),
        as_of=parameters.get(AS_OF, ""),
        reads=tuple(name for name in parameters.get(READS, "").split(",") if name),
    )


def _question(
    lake: LakePorts, table: TableContents, filled: set[str], questions: Sequence[_Reading]
) -> dict[str, str]:
    """Return a question about the table whose tables all have rows; empty if there is none.

    It is a saved one of the table's system, or of the table alone, that reads the fewest tables, else one
    from the kinds of the columns of a dataset.
    """
    fitting = [
        (len(tables), question.name, question)
        for question, tables in questions
        if table.name in tables
        and tables <= filled
        and (tables == {table.name} or question.system == table.system)
    ]
    if fitting:
        _, name, best = min(fitting, key=lambda each: each[:2])
        return {"question": name, "asks": re.sub(r"\?.*", "?", best.description, flags=re.DOTALL)}
    source = lake.contracts.source.get(table.name) if not table.system else None
    if source is None:
        return {}
    stored = curated_contract(source)
    hidden = personal_columns(stored, source)
    composed = composed_question(stored, lake.databases.curated, hidden)
    return {"statement": composed.sql, "asks": composed.asks} if composed else {}
