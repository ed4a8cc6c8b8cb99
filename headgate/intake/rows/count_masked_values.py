"""Count the values that masking changed, by column.

`contract check`, the file's record and `headgate report` show these counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow.compute as pc

from headgate.contracts.model import Column, Mask
from headgate.masking.redaction import rows_with_secrets

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa

    from headgate.intake.rows.checked_column import CheckedColumn

_ALREADY_MASKED = {None, Mask.MASKED, Mask.VERDICTS}


def masked_values(checked: Sequence[CheckedColumn], passing: pa.Array) -> dict[str, int]:
    """Return column → number of values that masking changed, without columns in which it changed none.

    All card numbers, social security numbers, verification codes and tracks count, because each is replaced
    or dropped. In free text only redacted values count.

    Args:
        passing: True for each row that broke no rule.
    """
    counts = {
        each.column.name: _changed(each, passing)
        for each in checked
        if each.column.mask not in _ALREADY_MASKED
    }
    return {name: count for name, count in counts.items() if count}


def numbers_left_out(columns: Sequence[Column], cells: Mapping[str, pa.Array]) -> dict[str, int]:
    """Return left out column → number of its values with a card or social security number."""
    counts = {
        column.name: len(rows_with_secrets(cells[column.name]))
        for column in columns
        if column.name in cells and not column.no_cards
    }
    return {name: count for name, count in counts.items() if count}


def _changed(checked: CheckedColumn, passing: pa.Array) -> int:
    if checked.column.mask is Mask.FREE_TEXT:
        redacted = checked.curated[checked.column.name]
        changed = (
            None if redacted is checked.values else pc.and_(pc.not_equal(checked.values, redacted), passing)
        )
    else:
        changed = pc.and_(checked.values.is_valid(), passing)
    return 0 if changed is None else pc.sum(changed).as_py() or 0
