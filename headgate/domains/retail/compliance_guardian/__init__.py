"""compliance-guardian: which card transactions are fraud, and which customers, terminals and cards are a
risk.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # ships no types

from headgate.contracts.registry import Registry
from headgate.domains.retail.compliance_guardian import (
    described_transactions,
    exported_model,
    fraud_model,
    fraud_scores,
    model_quality,
    risk_scores,
    scored_periods,
)
from headgate.engines import local
from headgate.engines.local import release_memory
from headgate.engines.write_rows import write_rows
from headgate.systems.rows_in_file import without_rows

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import ibis

    from headgate.learning.store import Shelf
    from headgate.systems.rows_in_file import Made

READS = ("card_transactions", "payments", "customers")
LEARNS = (fraud_model.NAME,)
EXPORTS = (fraud_model.NAME,)
TABLES = ("fraud_scores", "risk_scores", "fraud_model_quality")
"""What `build` makes; the system's `pci_audit` is made by the leak scanner."""


def build(tables: Mapping[str, ibis.Table], as_of: date, shelf: Shelf) -> dict[str, Made]:
    """The system's tables as of the end of a day, each in the order of its key.

    Later transactions are not looked at.

    Args:
        shelf: says which recipe of a model is in charge, and takes the fitted models.
    """
    # Five systems run side by side: threads that wait for each other would slow all of them down.
    with threadpool_limits(1), TemporaryDirectory(prefix="headgate-features-") as folder:
        return _built(tables, as_of, shelf, Path(folder))


def _built(tables: Mapping[str, ibis.Table], as_of: date, shelf: Shelf, folder: Path) -> dict[str, Made]:
    transactions = described_transactions.describe(
        tables["card_transactions"], tables["customers"], as_of, folder
    )
    if not len(transactions):
        contracts = Registry.load().prod
        return {**without_rows({name: contracts[name] for name in TABLES})}
    scores = folder / "scored"
    scores.mkdir()
    champion = shelf.champion(fraud_model.NAME)
    periods = scored_periods.scored(transactions, scores, fraud_model.in_charge(champion))
    if model := fraud_model.kept(transactions, periods[-1], champion):
        shelf.put(model)
        shelf.export(fraud_model.NAME, exported_model.scorer(model.fitted, transactions, tables["customers"]))
    last_at = transactions.last_at
    del (
        transactions,
        model,
    )  # what they remember of each transaction would stay in memory while tables are sorted
    quality = model_quality.table(periods)
    release_memory()
    failed = folder / "failed-payments.parquet"
    write_rows(risk_scores.failed_payments(tables["payments"]), failed)
    with local.opened({"scored": str(scores / "*.parquet"), "failed": str(failed)}) as opened:
        return {
            "fraud_scores": fraud_scores.table(opened["scored"]),
            "risk_scores": risk_scores.table(opened["scored"], last_at, opened["failed"]),
            "fraud_model_quality": quality,
        }
