"""The interface of an engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import ibis
    import pandas as pd
    import pyarrow as pa

    Rows: TypeAlias = ibis.Table | pd.DataFrame


class Engine(Protocol):
    """Runs what is too much for one expression: a model over every one of many groups."""

    def map_groups(
        self,
        rows: Rows,
        by: Sequence[str],
        function: Callable[[pd.DataFrame], pd.DataFrame],
        schema: pa.Schema,
        order_by: Sequence[str] = (),
    ) -> pd.DataFrame:
        """Return the rows that `function` gives for each group, all together, in the order of `by`: the same
        on every engine.

        Args:
            rows: a table of this engine, or a frame.
            by: columns that make a group; a null is a value of its own.
            function: one group's rows, ordered by `order_by` and then by all other columns, to the rows it
                gives. Pure, and known to other processes: a function of a module, or a `functools.partial` of
                one.
            schema: Arrow types of what it gives, the columns `by` among them.
        """
        ...
