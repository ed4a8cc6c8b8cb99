"""Find the fields of a contract that a column's sample values contradict."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from headgate.matching.suggest_mapping import Samples

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.contracts.model import Contract

_MOST_MISFITS = 0.5  # one bad value of three is a bad row; two of three are another field


def unfit_fields(samples: Sequence[str], contract: Contract) -> tuple[str, ...]:
    """Return the fields whose type or rules more than half of the samples break; none without samples."""
    given = Samples([pa.array(samples, pa.string())])
    return tuple(
        column.name for column in contract.columns if samples and 1 - given.fit(0, column) > _MOST_MISFITS
    )
