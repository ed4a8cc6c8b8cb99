"""The audit of a system's outputs before publishing: Great Expectations, checks, leak scanner."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Self

import pyarrow as pa

from headgate.errors import AuditError
from headgate.quality.contract_audit import broken_rules, require_none
from headgate.quality.declared_columns import fewest_digits
from headgate.quality.leaks import leaks_in_rows
from headgate.quality.suites import UNIQUE, columns_label
from headgate.quality.validation import FailedExpectation, ValidationRun
from headgate.values.key_order import ascends

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headgate.contracts.model import Contract
    from headgate.quality.data_docs import DataDocs
    from headgate.quality.validation import Answers
    from headgate.snapshots.snapshot import LakeSnapshot

BATCH_ROWS = 500_000  # of a reader; one row that breaks a rule makes pandas objects of all of them


class RowChecks:
    """The checks of a table beside Great Expectations, which takes seconds to import: the contract's rules,
    the order of the key, and the leak scanner.

    Args:
        is_ordered: whether rows come in parts, in the order of the contract's key: then no key is there
            twice. Otherwise one part has all rows.
    """

    def __init__(self, contract: Contract, schema: pa.Schema, *, is_ordered: bool) -> None:
        self._contract, self._is_ordered = contract, is_ordered and bool(contract.key)
        self._last = schema.empty_table().select(list(contract.key))
        self._broken, self._leaks = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
        self.is_out_of_order = False

    def look(self, part: pa.Table) -> None:
        """Look at the next part."""
        if self._is_ordered:
            keys = pa.concat_tables([self._last, part.select(list(self._contract.key))])
            self.is_out_of_order = self.is_out_of_order or not ascends(keys)
            self._last = keys.slice(max(0, keys.num_rows - 1))
        self._broken += broken_rules(self._contract, part)
        self._leaks += leaks_in_rows(part, fewest_digits(self._contract))[1]

    def conclude(self) -> None:
        """Check that nothing was found.

        Raises:
            AuditError: names what is broken; never a value.
        """
        try:
            require_none(self._contract, self._broken)
        except AuditError as error:
            raise AuditError(f"{error}. Correct what builds the rows, or the contract.") from None
        if self.is_out_of_order:
            raise AuditError(
                f"{self._contract.id}: rows are not in the order of the key "
                f"{columns_label(self._contract.key)}, or a key is there twice. "
                "Return each key once, in order."
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
    """Check a system's output by the rules of `OutputAudit`, without its Data Docs.

    Raises:
        AuditError: as `RowChecks.conclude`.
    """
    checks = RowChecks(contract, rows.schema, is_ordered=not isinstance(rows, pa.Table))
    for part in _parts(contract, rows):
        checks.look(part)
    checks.conclude()


class OutputAudit:
    """Asks each output's contract about its rows.

    Leaving the context publishes the Data Docs, also of a run that failed.

    A run that kept all tables asked nothing, and leaves the pages of an earlier run as they are.

    Attributes:
        docs_at: where the Data Docs begin, an `s3://` URL; empty before they are published.
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
        """Check that `rows` fit their contract.

        Args:
            rows: a reader gives them in the order of the contract's key; some of them are in memory at a
                time.

        Raises:
            AuditError: names every rule that is broken, with the keys of some rows that break it, or the
                columns with card data.
        """
        checks = RowChecks(contract, rows.schema, is_ordered=not isinstance(rows, pa.Table))
        answers: list[Answers] = []
        for part in _parts(contract, rows):
            answers.append(self._validation_run.ask_table(contract, part))
            checks.look(part)
        problems = (
            (FailedExpectation(UNIQUE, columns_label(contract.key), None),) if checks.is_out_of_order else ()
        )
        verdict = self._validation_run.conclude(contract, answers, problems)
        if not verdict.passed:
            raise AuditError(str(verdict))
        checks.conclude()


def _parts(contract: Contract, rows: pa.Table | pa.RecordBatchReader) -> Iterator[pa.Table]:
    """Yield a table as a whole; of a reader some rows at a time, at least one part.

    Columns with unique values need all rows.
    """
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
