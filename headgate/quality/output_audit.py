"""The audit of a system's outputs before they are published: Great Expectations, further checks, and the leak scanner."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from headgate.errors import AuditError
from headgate.quality.audit import audit
from headgate.quality.leaks import leaks_in_rows
from headgate.quality.validation import ValidationRun

if TYPE_CHECKING:
    import pyarrow as pa

    from headgate.contracts.model import Contract
    from headgate.lake.snapshots import LakeSnapshot
    from headgate.quality.data_docs import DataDocs


class OutputAudit:
    """Asks each output's contract about its rows. Leaving the context publishes the Data Docs, also of a run that failed.

    A run that kept all tables asked nothing, and leaves the pages of an earlier run as they are.

    Attributes:
        docs_at: where the Data Docs begin, an `s3://` URL; empty before they are published.
    """

    def __init__(self, docs: DataDocs, lake: LakeSnapshot, about: str) -> None:
        self._docs, self._snapshot_id, self._about = docs, lake.snapshot_id, about
        self._validation_run = ValidationRun(lake.snapshot_id, lake.as_of)
        self.docs_at = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        if self._validation_run.verdicts:
            self.docs_at = self._docs.publish(self._validation_run, self._snapshot_id, self._about)

    def __call__(self, contract: Contract, rows: pa.Table) -> None:
        """Nothing happens when `rows` hold their contract.

        Raises:
            AuditError: names every rule that is broken, with the keys of some rows that break it, or the columns with card data.
        """
        verdict = self._validation_run.check(contract, rows)
        if not verdict.passed:
            raise AuditError(str(verdict))
        audit(contract, rows)
        _, found = leaks_in_rows(rows)
        if found:
            places = ", ".join(f"{column} ({kind}, {count})" for (column, kind), count in sorted(found.items()))
            raise AuditError(f"{contract.dataset}: the card-data audit found card data in {places}, so its tables keep their last version")
