from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import ibis
    import pandas as pd
    import pyarrow as pa

    Rows: TypeAlias = ibis.Table | pd.DataFrame


class Engine(Protocol):
    """Runs work that one expression cannot do: a model over each of many groups."""

    def map_groups(
        self,
        rows: Rows,
        by: Sequence[str],
        function: Callable[[pd.DataFrame], pd.DataFrame],
        schema: pa.Schema,
        order_by: Sequence[str] = (),
    ) -> pd.DataFrame:
        """Return the rows that `function` returns for each group, in the order of `by`.

        The result is the same on every engine.

        Args:
            rows: a table of this engine, or a frame.
            by: columns that make a group; null is a separate value.
            function: converts one group's rows, ordered by `order_by` and then by all other columns. It is
                pure and importable by other processes: a function of a module, or a `functools.partial` of
                one.
            schema: Arrow types of the returned rows, including the columns `by`.
        """
