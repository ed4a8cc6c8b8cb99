"""The rows of a table as narrow tables, which break the rules of a contract exactly when the rows do.

Great Expectations copies all columns of a frame for each expectation, and calls Python for each row of most columns. An expectation
that looks at each value by itself holds for all rows exactly when it holds for the different values of the column.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pat

from headgate.quality.suites import columns_of_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headgate.contracts.model import Contract

FROM_ROWS = 20_000  # fewer rows are asked about as they are: each question has a price of its own
_FEW = 1_000  # different values; columns with so few share a question


@dataclass(frozen=True)
class NarrowPart:
    """Rows that a narrow suite is asked about.

    Attributes:
        values_of: the columns whose values are all in `rows`.
        of_rows: whether `rows` are all rows of the table, so that keys and compared columns can be looked at.
    """

    rows: pa.Table
    values_of: tuple[str, ...]
    of_rows: bool


def narrow_parts(contract: Contract, rows: pa.Table) -> Iterator[NarrowPart]:
    """Yield the parts one after the other; every value of every column of the contract is in one of them."""
    different = {name: pc.unique(rows[name]) for name in contract.names if not _is_quick(contract, name, rows[name])}
    of_rows = columns_of_rows(contract)
    mostly_different = {name for name in of_rows if name in different and 2 * len(different[name]) > rows.num_rows}
    quick = tuple(name for name in contract.names if name not in different or name in mostly_different)
    whole = rows.select(list(dict.fromkeys([*quick, *of_rows])))
    if whole.column_names:
        yield NarrowPart(whole, quick, of_rows=True)
    few = {name: values for name, values in different.items() if name not in quick and len(values) <= _FEW}
    for name in (name for name in different if name not in quick and name not in few):
        yield NarrowPart(pa.table({name: different[name]}), (name,), of_rows=False)
    if few:
        yield NarrowPart(_side_by_side(few), tuple(few), of_rows=False)


def _is_quick(contract: Contract, name: str, values: pa.ChunkedArray) -> bool:
    """Whether pandas holds the values as an array of numbers, and compares all of them in one step."""
    is_compared = any(rule.name != "required" for rule in contract.column(name).rules)
    if pat.is_timestamp(values.type):
        return not is_compared
    return pat.is_float64(values.type) or (pat.is_int64(values.type) and not values.null_count)


def _side_by_side(different: dict[str, pa.Array]) -> pa.Table:
    """Columns of unequal lengths as one table: the values of the shorter ones come again."""
    places = np.arange(max(map(len, different.values())))
    return pa.table({name: values.take(pa.array(places % len(values))) for name, values in different.items()})
