from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from headgate.onboarding.check_records import accepted_verdicts
from headgate.onboarding.onboard import submit_records
from headgate.onboarding.record_models import record_models
from headgate.values.parquet_tables import table_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

    from headgate.contracts.model import Contract
    from headgate.onboarding.records import RecordTable


def create_records_of_file(
    records: RecordTable, contract: Contract, accepted: pa.Table | Path
) -> Mapping[str, int]:
    """Create a record of each accepted row, if the contract is a model's.

    Returns:
        Outcome → number of rows: `created`, `present` (the same record existed), or the rule that prevents a
        record, such as `unique`. Empty for other contracts.
    """
    models = [*record_models({contract.dataset: contract}).values()]
    if not models:
        return {}
    table = table_of(accepted) if isinstance(accepted, Path) else accepted
    outcomes = submit_records(records, models[0], accepted_verdicts(table))
    return dict(sorted(Counter(outcome.rule or outcome.state for outcome in outcomes).items()))
