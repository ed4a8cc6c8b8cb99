"""compliance-guardian: which card transactions are fraud, and which customers, terminals and cards are a risk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # ships no types

from headgate.contracts.registry import Registry
from headgate.domains.retail.compliance_guardian import (
    exported_model,
    features,
    fraud_model,
    fraud_scores,
    model_quality,
    risk_scores,
    scoring,
)
from headgate.engines.local import give_back
from headgate.systems.rows import without_rows

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import ibis
    import pandas as pd

    from headgate.learning.store import Shelf

READS = ("card_transactions", "payments", "customers")
LEARNS = (fraud_model.NAME,)
EXPORTS = (fraud_model.NAME,)
TABLES = ("fraud_scores", "risk_scores", "fraud_model_quality")
"""What `build` makes; the system's `pci_audit` is made by the leak scanner."""


def build(tables: Mapping[str, ibis.Table], as_of: date, shelf: Shelf) -> dict[str, pd.DataFrame]:
    """The system's tables as of the end of a day, each in the order of its key. Later transactions are not looked at.

    Args:
        shelf: says which recipe of a model is in charge, and takes the fitted models.
    """
    # Five systems run side by side: threads that wait for each other would slow all of them down.
    with threadpool_limits(1):
        return _built(tables, as_of, shelf)


def _built(tables: Mapping[str, ibis.Table], as_of: date, shelf: Shelf) -> dict[str, pd.DataFrame]:
    transactions = features.described(tables["card_transactions"], tables["customers"], as_of)
    if transactions.empty:
        contracts = Registry.load().prod
        return without_rows({name: contracts[name] for name in TABLES})
    champion = shelf.champion(fraud_model.NAME)
    periods = scoring.scored(transactions, fraud_model.in_charge(champion))
    if model := fraud_model.kept(transactions, periods[-1].start, champion):
        shelf.put(model)
        shelf.export(fraud_model.NAME, exported_model.scorer(model.fitted, transactions, tables["customers"]))
    del transactions  # dozens of features for each of millions
    give_back()
    return {
        "fraud_scores": fraud_scores.table(periods),
        "risk_scores": risk_scores.table(periods, risk_scores.failed_payments(tables["payments"])),
        "fraud_model_quality": model_quality.table(periods),
    }
