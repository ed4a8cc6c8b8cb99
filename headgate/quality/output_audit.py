"""The audit of a system's outputs before they are published: Great Expectations, further checks, and the leak
scanner.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Self

import pyarrow as pa
import pyarrow.compute as pc

from headgate.errors import AuditError
from headgate.quality.contract_audit import broken_rules, require_none
from headgate.quality.declared_columns import fewest_digits
from headgate.quality.leaks import leaks_in_rows
from headgate.quality.suites import UNIQUE, columns_label
from headgate.quality.validation import FailedExpectation, ValidationRun

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headgate.contracts.model import Contract
    from headgate.quality.data_docs import DataDocs
    from headgate.quality.validation import Answers
    from headgate.snapshots.snapshot import LakeSnapshot

BATCH_ROWS = 500_000  # of a reader; one row that breaks a rule makes pandas objects of all of them


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
        order = _KeyOrder(contract, rows.schema)
        answers: list[Answers] = []
        broken, leaks = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
        for part in _parts(contract, rows):
            answers.append(self._validation_run.ask_table(contract, part))
            if not isinstance(rows, pa.Table):
                order.look(part)
            broken += broken_rules(contract, part)
            leaks += leaks_in_rows(part, fewest_digits(contract))[1]
        verdict = self._validation_run.conclude(contract, answers, order.problems)
        if not verdict.passed:
            raise AuditError(str(verdict))
        require_none(contract, broken)
        if leaks:
            places = ", ".join(
                f"{column} ({kind}, {count})" for (column, kind), count in sorted(leaks.items())
            )
            raise AuditError(
                f"{contract.dataset}: the card-data audit found card data in {places}, so its tables "
                "keep their last version"
            )


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


class _KeyOrder:
    """Whether rows that come in parts are in the order of their key: then no key is there twice.

    Attributes:
        problems: the one that was found, if any.
    """

    def __init__(self, contract: Contract, schema: pa.Schema) -> None:
        self._key = list(contract.key)
        self._last = schema.empty_table().select(self._key)
        self.problems: tuple[FailedExpectation, ...] = ()

    def look(self, part: pa.Table) -> None:
        """Look at the next part."""
        keys = pa.concat_tables([self._last, part.select(self._key)])
        if self._key and not _ascend(keys):
            self.problems = (FailedExpectation(UNIQUE, columns_label(tuple(self._key)), None),)
        self._last = keys.slice(max(0, keys.num_rows - 1))


def _ascend(keys: pa.Table) -> bool:
    """Return whether each row is greater than the one before: by its first column, by the next one where
    these are equal, and so on.
    """
    before, after = keys.slice(0, max(0, keys.num_rows - 1)), keys.slice(1)
    greater = pa.repeat(pa.scalar(value=False), before.num_rows)
    for name in reversed(keys.column_names):
        greater = pc.or_(
            pc.greater(after[name], before[name]), pc.and_(pc.equal(after[name], before[name]), greater)
        )
    return pc.all(pc.fill_null(greater, fill_value=False)).as_py() is not False
