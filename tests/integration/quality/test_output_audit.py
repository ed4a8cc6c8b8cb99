"""Rows that come some at a time are audited as strictly as rows that are all in memory."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from headgate.aws.in_memory_ports import MemoryObjects
from headgate.contracts.model import Column, ColumnType, Contract, Kind, Rule
from headgate.contracts.types import arrow_schema
from headgate.errors import AuditError
from headgate.quality import output_audit
from headgate.quality.data_docs import DataDocs
from headgate.quality.output_audit import OutputAudit
from headgate.snapshots.snapshot import LakeSnapshot

if TYPE_CHECKING:
    from collections.abc import Sequence

pytestmark = pytest.mark.integration

CONTRACT = Contract(
    id="headgate.prod.scores",
    dataset="scores",
    zone="prod",
    version="1.0.0",
    key=("kind", "number"),
    columns=(
        Column("kind", ColumnType(Kind.STRING), required=True),
        Column("number", ColumnType(Kind.BIGINT), required=True),
        Column("score", ColumnType(Kind.DOUBLE), rules=(Rule("maximum", 1),)),
        Column("note", ColumnType(Kind.STRING)),
    ),
    system="tiny",
)
Rows = list[tuple[str, int, float, str | None]]
GOOD: Rows = [
    ("card", 1, 0.1, None),
    ("card", 2, 0.2, "fine"),
    ("customer", 1, 0.3, None),
    ("customer", 5, 0.4, None),
]


def reader(rows: Sequence[tuple[str, int, float, str | None]], batch_rows: int) -> pa.RecordBatchReader:
    names = [column.name for column in CONTRACT.columns]
    table = pa.Table.from_pylist([dict(zip(names, row, strict=True)) for row in rows], arrow_schema(CONTRACT))
    return table.to_reader(max_chunksize=batch_rows)


@pytest.fixture
def audit(monkeypatch: pytest.MonkeyPatch) -> OutputAudit:
    monkeypatch.setattr(output_audit, "BATCH_ROWS", 2)
    return OutputAudit(
        DataDocs(MemoryObjects(), "artifacts"),
        LakeSnapshot("0123456789abcdef", date(2024, 1, 31), {}),
        "tiny",
    )


@pytest.mark.parametrize("batch_rows", [1, 2, 3, 4])
def test_good_rows_pass_however_they_are_batched(audit: OutputAudit, batch_rows: int) -> None:
    audit(CONTRACT, reader(GOOD, batch_rows))
    audit(CONTRACT, reader([], batch_rows))


@pytest.mark.parametrize(
    "rows",
    [
        [*GOOD, GOOD[-1]],
        [GOOD[0], *GOOD],
        [GOOD[1], GOOD[0], *GOOD[2:]],
        [*GOOD[:2], ("card", 2, 0.9, None), *GOOD[2:]],
        [*GOOD, ("card", 1, 0.1, None)],
    ],
)
def test_a_key_that_is_repeated_or_out_of_order_is_refused_across_batches(
    audit: OutputAudit, rows: Rows
) -> None:
    with pytest.raises(AuditError, match="kind, number: unique"):
        audit(CONTRACT, reader(rows, 1))


def test_broken_rules_are_counted_over_all_batches(audit: OutputAudit) -> None:
    rows = [("card", number, 2.0 if number in {1, 4, 5} else 0.5, None) for number in range(6)]
    with pytest.raises(AuditError, match="score: maximum broken by 3 rows"):
        audit(CONTRACT, reader(rows, 1))


def test_card_data_in_a_later_batch_is_found(audit: OutputAudit) -> None:
    with pytest.raises(AuditError, match=r"card data in note \(card_number, 1\)"):
        audit(CONTRACT, reader([*GOOD, ("customer", 9, 0.1, "4111111111111111")], 1))
