"""Rows, day of the data and a saved question of each dataset and table."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from headgate.api.analytics.questions import saved_questions_of
from headgate.api.shapes.lake import TableContents, TablesContents
from headgate.errors import NotFoundError
from headgate.lake.ports import ROWS
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
        published = list(calls.map(lambda contract: _published(lake, contract, questions), tables))
    return TablesContents(tables=(*_datasets(lake, questions), *published))


def _datasets(lake: LakePorts, questions: Sequence[_Reading]) -> list[TableContents]:
    newest = newest_snapshot(lake.objects, lake.bucket("curated"))
    merged = newest.datasets if newest else {}
    return [
        TableContents(
            name=name,
            rows=merged[name].rows if name in merged else 0,
            as_of=merged[name].latest_on if name in merged and merged[name].rows else "",
            **_question(name, questions),
        )
        for name in sorted(lake.contracts.source)
    ]


def _published(lake: LakePorts, contract: Contract, questions: Sequence[_Reading]) -> TableContents:
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
        **_question(contract.dataset, questions),
    )


def _question(table: str, questions: Sequence[_Reading]) -> dict[str, str]:
    """Return the saved question that reads the table and the fewest other tables; empty if there is none."""
    fitting = [(len(tables), question.name, question) for question, tables in questions if table in tables]
    if not fitting:
        return {}
    _, name, best = min(fitting, key=lambda each: each[:2])
    return {"question": name, "asks": re.sub(r"\?.*", "?", best.description, flags=re.DOTALL)}
