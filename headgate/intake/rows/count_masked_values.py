"""How many values masking changed, by column: for `contract check`, file records and the report."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow.compute as pc

from headgate.contracts.model import Mask

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from headgate.intake.rows.checked_column import CheckedColumn

_ALREADY_MASKED = {None, Mask.MASKED, Mask.VERDICTS}


def masked_values(checked: Sequence[CheckedColumn], passing: pa.Array) -> dict[str, int]:
    """Return column → values that differ in curated from what was received.

    Columns without such values are left out.

    Card numbers, social security numbers, verification codes and tracks are all replaced or dropped. In free
    text only the values that were redacted count.

    Args:
        passing: whether each row broke no rule.
    """
    counts = {
        each.column.name: _changed(each, passing)
        for each in checked
        if each.column.mask not in _ALREADY_MASKED
    }
    return {name: count for name, count in counts.items() if count}


def _changed(checked: CheckedColumn, passing: pa.Array) -> int:
    if checked.column.mask is Mask.FREE_TEXT:
        redacted = checked.behind[checked.column.name]
        changed = (
            None if redacted is checked.values else pc.and_(pc.not_equal(checked.values, redacted), passing)
        )
    else:
        changed = pc.and_(checked.values.is_valid(), passing)
    return 0 if changed is None else pc.sum(changed).as_py() or 0
