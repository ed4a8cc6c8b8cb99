"""The audit of a system's outputs before publishing: Great Expectations, row checks, leak scanner."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Self

import pyarrow as pa

from headgate.errors import AuditError
from headgate.quality.contract_audit import broken_rules, require_none
from headgate.quality.declared_columns import fewest_digits
from headgate.quality.leaks import leaks_in_rows
from headgate.quality.suites import UNIQUE, columns_label
from headgate.quality.validation import Answers, FailedExpectation, ValidationRun
from headgate.values.key_order import ascends

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headgate.contracts.model import Contract
    from headgate.quality.data_docs import DataDocs
    from headgate.snapshots.snapshot import LakeSnapshot

BATCH_ROWS = 500_000  # of a reader; if one row violates a rule, all become pandas objects


class RowChecks:
    """The checks of a table without Great Expectations: contract rules, key order, leak scanner.

    Args:
        is_ordered: rows come in several parts, sorted by the contract's key; otherwise in one part.
    """

    def __init__(self, contract: Contract, schema: pa.Schema, *, is_ordered: bool) -> None:
        self._contract, self._is_ordered = contract, is_ordered and bool(contract.key)
        self._last = schema.empty_table().select(list(contract.key))
        self._broken, self._leaks = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
        self.is_out_of_order = False

    def add(self, part: pa.Table) -> None:
        """Check the next part."""
        if self._is_ordered:
            keys = pa.concat_tables([self._last, part.select(list(self._contract.key))])
            self.is_out_of_order = self.is_out_of_order or not ascends(keys)
            self._last = keys.slice(max(0, keys.num_rows - 1))
        self._broken += broken_rules(self._contract, part)
        self._leaks += leaks_in_rows(part, fewest_digits(self._contract))[1]

    def conclude(self) -> None:
        """Raise an AuditError if a check of any part failed; its message has no values."""
        try:
            require_none(self._contract, self._broken)
        except AuditError as error:
            raise AuditError(
                f"{error}. Correct the system or model that builds the rows, or the contract."
            ) from None
        if self.is_out_of_order:
            raise AuditError(
                f"{self._contract.id}: rows are not sorted by the key {columns_label(self._contract.key)}, "
                "or a key is duplicated. Return each key once, in order."
            )
        if self._leaks:
            places = ", ".join(
                f"{column} ({kind}, {count})" for (column, kind), count in sorted(self._leaks.items())
            )
            raise AuditError(
                f"{self._contract.dataset}: the card-data audit found card data in {places}, so its tables "
                "keep their last version"
            )


def check_output(contract: Contract, rows: pa.Table | pa.RecordBatchReader) -> None:
    """Check a system's output without Great Expectations; raise as `RowChecks.conclude` does."""
    checks = RowChecks(contract, rows.schema, is_ordered=not isinstance(rows, pa.Table))
    for part in _parts(contract, rows):
        checks.add(part)
    checks.conclude()


class OutputAudit:
    """The audit of the outputs of a system's run.

    Leaving the context publishes the Data Docs, also of a failed run, unless no output was audited.

    Attributes:
        docs_at: the `s3://` URL of the Data Docs; empty before they are published.
    """

    def __init__(self, docs: DataDocs, lake: LakeSnapshot, about: str) -> None:
        self._docs, self._snapshot_id, self._about = docs, lake.snapshot_id, about
        self._validation_run = ValidationRun(lake.as_of)
        self.docs_at = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        if self._validation_run.verdicts:
            self.docs_at = self._docs.publish(self._validation_run, self._snapshot_id, self._about)

    def __call__(self, contract: Contract, rows: pa.Table | pa.RecordBatchReader) -> None:
        """Check rows against their contract.

        Args:
            rows: a table, or a reader of rows sorted by the contract's key, which is read in parts.
        """
        checks = RowChecks(contract, rows.schema, is_ordered=not isinstance(rows, pa.Table))
        answers: list[Answers] = []
        for part in _parts(contract, rows):
            answers.append(self._validation_run.ask_table(contract, part))
            checks.add(part)
        problems = (
            (FailedExpectation(UNIQUE, columns_label(contract.key), None),) if checks.is_out_of_order else ()
        )
        verdict = self._validation_run.conclude(contract, answers, problems)
        if not verdict.passed:
            raise AuditError(str(verdict))
        checks.conclude()


def _parts(contract: Contract, rows: pa.Table | pa.RecordBatchReader) -> Iterator[pa.Table]:
    """Yield a table, or the parts of a reader, or all its rows if the contract has unique columns."""
    if isinstance(rows, pa.Table) or any(column.unique for column in contract.columns):
        yield rows if isinstance(rows, pa.Table) else rows.read_all()
        return
    part = rows.schema.empty_table()
    for batch in rows:
        part = pa.concat_tables([part, pa.Table.from_batches([batch])])
        if part.num_rows >= BATCH_ROWS:
            yield part
            part = rows.schema.empty_table()
    yield part
