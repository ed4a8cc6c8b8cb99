"""Find the fields of a contract that a column's sample values contradict."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import pyarrow as pa

from headgate.matching.suggest_mapping import Samples

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.contracts.model import Column, Contract

_MAX_MISFIT_SHARE = 0.5  # one bad value of three is a bad row; two of three indicate another field
_MAX_CACHED = 20_000  # one hundred columns as each of two hundred fields


def unfit_fields(samples: Sequence[str], contract: Contract) -> tuple[str, ...]:
    """Return the fields whose type or rules more than half of the samples break; none without samples."""
    texts = tuple(samples)
    return tuple(column.name for column in contract.columns if texts and _is_contradicted(texts, column))


@lru_cache(_MAX_CACHED)
def _is_contradicted(samples: tuple[str, ...], column: Column) -> bool:
    """Return whether the samples are not values of the field.

    Cached, because a mapping is shown at each step until it is accepted.
    """
    given = Samples([pa.array(samples, pa.string())])
    return 1 - given.fit(0, column) > _MAX_MISFIT_SHARE
