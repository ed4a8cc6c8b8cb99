"""Tables of tests as a run has them: views of Parquet files in DuckDB, each of them by its name.

Statements over them are compiled once for all tests of a process. Rows in memory have another name each time,
so theirs are compiled each time.
"""

from __future__ import annotations

import atexit
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.parquet as pq

from headgate.engines import local

if TYPE_CHECKING:
    from collections.abc import Mapping

    import ibis
    import pyarrow as pa

_OPEN = ExitStack()
atexit.register(_OPEN.close)


def stored_tables(rows: Mapping[str, pa.Table]) -> dict[str, ibis.Table]:
    """Write the rows to files, and open them as tables that stand until the process ends."""
    folder = Path(_OPEN.enter_context(tempfile.TemporaryDirectory(prefix="headgate-tables-")))
    for name, table in rows.items():
        pq.write_table(table, folder / f"{name}.parquet")
    paths = {name: str(folder / f"{name}.parquet") for name in rows}
    return _OPEN.enter_context(local.opened(paths))
